"""The estimate of a request: its tokens and who may serve it, put together, with what that assumes in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from math import ceil, floor
from typing import Any, NamedTuple

from chat_tui.cost.calibration import Factor, Learned, factor_of, usual_reply
from chat_tui.cost.estimate import Context, CostRange, Estimate, Range
from chat_tui.cost.prices import OCR_PAGE, Load, cost_range, joined
from chat_tui.cost.written import format_cost, format_tokens
from chat_tui.models.entry import Prices
from chat_tui.models.prices import price_text

_USUAL = 400
"""Tokens of a reply, where none was counted: a guess."""
_FIRST_HIGH, _FIRST_HIGH_THINKING = 4_000, 16_000
"""How long a reply may well be, where few were counted: guesses."""
_LEAST_HIGH = 1_000
_ENOUGH = 3
_COMPRESSED = 8_192
"""Tokens of context up to which OpenRouter compresses unless told not to (wire 2.9)."""
_SEARCH_TOOLS = ("web_search", "web_search_preview", "openrouter:web_search")
_MOST_SEARCHES = 5


class Counted(NamedTuple):
    """What a request is, before anybody is asked; tokens by our own count."""

    before: float
    """Tokens of all but the new prompt."""
    draft: float
    """Of the new prompt."""
    body: Mapping[str, Any]
    """The request; its messages don't matter here."""
    is_first: bool = True
    """Whether nothing was sent in this conversation before."""
    pictures: int = 0
    pages: int = 0
    """Of PDFs."""


class Offer(NamedTuple):
    """Somebody who may serve a request."""

    who: str
    """A provider, or a model where no provider is known."""
    prices: Prices
    context: int | None = None
    max_output: int | None = None


class Asked(NamedTuple):
    """Who may serve a request, as far as that is known."""

    offers: tuple[Offer, ...] = ()
    thinks: bool = False
    """Whether the model thinks before it answers."""
    unknown: tuple[str, ...] = ()
    """Why a price isn't known, as sentences."""
    notes: tuple[str, ...] = ()
    """What else a person should know of it."""


def expected(
    counted: Counted, asked: Asked, learned: Learned, *, all_models: Learned | None = None, now: datetime | None = None
) -> Estimate:
    """Return what a request is expected to come to.

    Args:
        counted: The request.
        asked: Who may serve it.
        learned: What receipts of its model said.
        all_models: What those of the server's other models said, for a model that wasn't asked yet.
        now: For prices that depend on the time of the day.
    """
    factor = factor_of(learned.prompts or (all_models.prompts if all_models else ()))
    if not learned.prompts and all_models and all_models.prompts:
        factor = Factor(min(factor.low, Factor().low), factor.likely, max(factor.high, Factor().high))
    whole = counted.before + counted.draft
    prompt = Range(floor(whole * factor.low), ceil(whole * factor.likely), ceil(whole * factor.high))
    completion, most, why = _reply(counted.body, asked, learned)
    load = Load(
        prompt,
        completion,
        most,
        cacheable=0 if counted.is_first else floor(counted.before * factor.likely),
        writes_cache="cache_control" in counted.body,
        pictures=counted.pictures,
        draws="image" in (counted.body.get("modalities") or ()),
        searches=_searches(counted.body),
        ocr_pages=counted.pages if reads_for_money(counted.body) else 0,
    )
    priced = [(offer, cost_range(offer.prices, load, now)) for offer in asked.offers]
    whole_cost = joined(cost for _, cost in priced)
    if whole_cost is not None and asked.unknown:
        whole_cost = whole_cost._replace(is_open=True)
    words = (
        *_of_tokens(prompt, factor, learned),
        *_of_money(priced, load, whole_cost, why),
        *asked.unknown,
        *asked.notes,
    )
    context = _context(prompt.likely, counted.body, asked.offers)
    return Estimate(prompt, completion, whole_cost, context, words, ceil(counted.draft * factor.likely))


def _reply(body: Mapping[str, Any], asked: Asked, learned: Learned) -> tuple[Range, int | None, str]:
    """Return how long the reply may be, the most that it can be, and where the upper bound is from."""
    limits = [offer.max_output or offer.context for offer in asked.offers]
    known = [limit for limit in limits if limit]
    most = max(known) if known and len(known) == len(limits) else None
    usual = usual_reply(learned.replies)
    wanted = asked_for(body)
    if wanted is not None:
        high = min(wanted, most) if most else wanted
        return Range(0, min(usual or _USUAL, high), high), high, "as long as the request allows"
    high = 2 * max(learned.replies, default=0)
    why = f"twice the longest of this model's last {len(learned.replies)}"
    if len(learned.replies) < _ENOUGH:
        first = _FIRST_HIGH_THINKING if asked.thinks else _FIRST_HIGH
        high, why = max(high, first), "a guess: few replies of this model were counted yet"
    high = max(high, _LEAST_HIGH)
    if most is not None and most <= high:
        high, why = most, "the longest that may come"
    return Range(0, min(usual or _USUAL, high), high), most, why


def asked_for(body: Mapping[str, Any]) -> int | None:
    """Return the most tokens that a request lets the reply have; None when it doesn't say."""
    limits = (body.get(name) for name in ("max_completion_tokens", "max_tokens"))
    return next((limit for limit in limits if isinstance(limit, int) and limit > 0), None)


def _context(used: int, body: Mapping[str, Any], offers: Sequence[Offer]) -> Context:
    known = [(offer.context, offer.who) for offer in offers if offer.context]
    if not known:
        return Context(used, reserved=asked_for(body) or 0)
    limit, whose = min(known)
    return Context(used, limit, whose, asked_for(body) or 0, max(known)[0], _compresses(body, limit))


def _compresses(body: Mapping[str, Any], limit: int) -> bool:
    """Tell whether what is too long loses its middle: when that is asked for, and by itself where little fits."""
    plugins = body.get("plugins") or ()
    wanted = [one.get("enabled") is not False for one in plugins if one.get("id") == "context-compression"]
    return wanted[-1] if wanted else limit <= _COMPRESSED


def _searches(body: Mapping[str, Any]) -> int:
    """Return how often the web may be searched."""
    plugins = [one for one in body.get("plugins") or () if one.get("id") == "web" and one.get("enabled") is not False]
    is_online = ":online" in str(body.get("model") or "")
    tools = any(str(tool.get("type")).startswith(_SEARCH_TOOLS) for tool in body.get("tools") or ())
    return _MOST_SEARCHES if tools else int(bool(plugins) or is_online)


def reads_for_money(body: Mapping[str, Any]) -> bool:
    """Tell whether PDFs are read by the parser that takes money for each page."""
    engines = [one.get("pdf", {}).get("engine") for one in body.get("plugins") or () if one.get("id") == "file-parser"]
    return "mistral-ocr" in engines


# In words


def _of_tokens(prompt: Range, factor: Factor, learned: Learned) -> Iterator[str]:
    count = len(learned.prompts)
    if count:
        receipts = f"last {count} receipts" if count != 1 else "last receipt"
        how = f"our count × {factor.likely:.2f}, by the {receipts} of this model"
    else:
        how = "our own count; no receipt of this model has corrected it yet"
    low, high = format_tokens(prompt.low), format_tokens(prompt.high)
    yield f"The prompt is ≈ {format_tokens(prompt.likely)} tokens ({low} to {high}): {how}."


def _of_money(
    priced: Sequence[tuple[Offer, CostRange | None]], load: Load, whole: CostRange | None, why: str
) -> Iterator[str]:
    known = [(offer, cost) for offer, cost in priced if cost is not None]
    if whole is None or not known:
        return
    cheapest, least = min(known, key=lambda one: one[1].low)
    dearest, highest = max(known, key=lambda one: one[1].high)
    cached = f", {format_tokens(load.cacheable)} of its tokens read from a cache" if load.cacheable else ""
    yield f"At least {format_cost(least.low)}: the prompt at {_rates(cheapest)}{cached}, and no word in the reply."
    if highest.high:
        length = format_tokens(load.completion.high)
        uncached = "nothing cached, " if load.cacheable else ""
        yield (
            f"Up to {format_cost(highest.high)}: at {_rates(dearest)}, {uncached}a reply of {length} tokens ({why}), "
            "what it thinks included."
        )
    if whole.most is not None and load.most is not None and whole.most > highest.high:
        longest = format_tokens(load.most)
        yield f"At most {format_cost(whole.most)}, if the reply takes all {longest} tokens that it may."
    if load.ocr_pages:
        yield f"In it: {format_cost(load.ocr_pages * OCR_PAGE)} for reading {load.ocr_pages} pages (mistral-ocr)."
    if load.searches:
        yield f"In the upper bound: {load.searches} search{'es' * (load.searches != 1)} of the web."
    yield "A reply that fails before its first word costs nothing."


def _rates(offer: Offer) -> str:
    prompt, completion = offer.prices.prompt or Decimal(0), offer.prices.completion or Decimal(0)
    return f"{offer.who} (${price_text(prompt)} in, ${price_text(completion)} out for a million tokens)"
