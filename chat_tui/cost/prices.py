"""What a request would cost at a list of prices: the cheapest and the dearest that it may come to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields, replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import NamedTuple

from chat_tui.cost.estimate import CostRange, Range
from chat_tui.models.entry import Override, Prices, Rates

NOTHING = Decimal(0)
OCR_PAGE = Decimal("0.002")
"""OpenRouter's documentation: mistral-ocr takes $2 for 1,000 pages, with keys of one's own too."""
SEARCH = Decimal("0.02")
"""OpenRouter's documentation: $4 for 1,000 results, and five results a search, where no price is named."""
_PICTURE_TOKENS = 1_300
"""Of a picture in a reply, where it is billed by tokens; Gemini's documentation has 1,290."""
_LEAST_FOR_EACH = Decimal("0.001")
"""A price of pictures from which on it is for each one: models' catalogues have both kinds under one name."""
_RATE_NAMES = tuple(field.name for field in fields(Rates))


class Load(NamedTuple):
    """What a request asks for, as far as it is billed."""

    prompt: Range
    completion: Range
    most: int | None = None
    """Tokens that the reply can't be longer than; None: nobody says."""
    cacheable: int = 0
    """Tokens at the beginning of the prompt that were sent before."""
    writes_cache: bool = False
    """Whether the request asks for the prompt to be kept, which some take more for."""
    pictures: int = 0
    """In the prompt."""
    draws: bool = False
    """Whether the reply may be a picture."""
    searches: int = 0
    """Of the web, at most."""
    ocr_pages: int = 0
    """Pages of PDFs that a parser reads which takes money by the page."""


def cost_range(prices: Prices, load: Load, now: datetime | None = None) -> CostRange | None:
    """Return what `load` costs at `prices`; None when a token's price isn't known.

    Args:
        prices: USD for one of each.
        load: What is asked for.
        now: When prices depend on the time of the day.
    """
    now = now or datetime.now(UTC)
    low, high = (rates_at(prices, tokens, now) for tokens in (load.prompt.low, load.prompt.high))
    if prices.varies or low.prompt is None or low.completion is None or high.prompt is None or high.completion is None:
        return None
    cached = min(load.cacheable, load.prompt.low)
    read = min(low.prompt, low.prompt if low.input_cache_read is None else low.input_cache_read)
    least = cached * read + (load.prompt.low - cached) * low.prompt + load.completion.low * low.completion
    written = [high.prompt]
    if load.writes_cache:
        written += [price for price in (high.input_cache_write, high.input_cache_write_1h) if price is not None]
    spoken = max(high.completion, high.internal_reasoning or NOTHING)
    once = load.prompt.high * max(written) + _extras(high, load)
    most = None if load.most is None else once + (high.request or NOTHING) + load.most * spoken
    return CostRange(
        least + (low.request or NOTHING) + load.ocr_pages * OCR_PAGE,
        once + (high.request or NOTHING) + load.completion.high * spoken,
        most,
    )


def joined(ranges: Iterable[CostRange | None]) -> CostRange | None:
    """Return what holds all of `ranges`, open at its end when one isn't known; None when none is."""
    every = list(ranges)
    known = [one for one in every if one is not None]
    if not known:
        return None
    mosts = [one.most for one in known]
    return CostRange(
        min(one.low for one in known),
        max(one.high for one in known),
        None if None in mosts else max(most for most in mosts if most is not None),
        len(known) < len(every) or any(one.is_open for one in known),
    )


def rates_at(prices: Prices, prompt_tokens: int, now: datetime) -> Rates:
    """Return what holds for a prompt of so many tokens at a moment; of several conditions the last that is met wins."""
    rates = Rates(**{name: getattr(prices, name) for name in _RATE_NAMES})
    for override in prices.overrides:
        if _holds(override, prompt_tokens, now):
            rates = replace(rates, **dict(override.named()))
    return rates


def _extras(rates: Rates, load: Load) -> Decimal:
    """Return what is billed beside the text at most."""
    drawn = NOTHING
    if load.draws and rates.image_output:
        drawn = rates.image_output * (1 if rates.image_output >= _LEAST_FOR_EACH else _PICTURE_TOKENS)
    seen = load.pictures * (rates.image or NOTHING)
    searched = load.searches * (SEARCH if rates.web_search is None else max(rates.web_search, SEARCH))
    return drawn + seen + searched + load.ocr_pages * OCR_PAGE


def _holds(override: Override, prompt_tokens: int, now: datetime) -> bool:
    if override.min_prompt_tokens is not None and prompt_tokens < override.min_prompt_tokens:
        return False
    if override.utc_days and now.strftime("%A").lower() not in override.utc_days:
        return False
    if override.utc_start is None and override.utc_end is None:
        return True
    start, end, clock = override.utc_start or 0, override.utc_end or 2400, now.hour * 100 + now.minute
    return start <= clock < end if start <= end else clock >= start or clock < end
