"""Prices for people: each exactly, in the unit that it is told by."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from chat_tui.models.entry import Override

_PER_MILLION = 6  # places
_TOKENS = "M tokens"


@dataclass(frozen=True, slots=True)
class Rate:
    """How one kind of price is told.

    Args:
        words: What is paid for.
        unit: For how much of it the price is told; the wire has it for one.
        places: By how many places the wire's price is moved for that.
    """

    words: str
    unit: str = _TOKENS
    places: int = _PER_MILLION


RATES: dict[str, Rate] = {
    "prompt": Rate("input"),
    "completion": Rate("output"),
    "input_cache_read": Rate("cache read"),
    "input_cache_write": Rate("cache write"),
    "input_cache_write_1h": Rate("cache write, kept an hour"),
    "input_audio_cache": Rate("audio cache read"),
    "audio": Rate("audio in"),
    "audio_output": Rate("audio out"),
    "image": Rate("image in", "image", 0),
    "image_output": Rate("image out", "image", 0),
    "image_token": Rate("image tokens"),
    "internal_reasoning": Rate("reasoning"),
    "web_search": Rate("web search", "1,000 searches", 3),
    "request": Rate("request", "request", 0),
}
"""By the field of `Rates`."""


def price_text(price: Decimal, places: int = _PER_MILLION) -> str:
    """Return USD per unit exactly, with two decimals or as many more as it has: `2.00`, `0.0375`.

    Args:
        price: USD for one.
        places: 6 for the price of a million, as `Rate.places` has it.
    """
    moved = _shifted(price, places)
    whole, _, fraction = f"{moved:f}".partition(".")
    fraction = fraction.rstrip("0").ljust(2, "0")
    return f"{whole}.{fraction}"


def per_million(price: Decimal | None) -> Decimal | None:
    """Return USD per million tokens, exactly."""
    return None if price is None else _shifted(price, _PER_MILLION)


def condition(override: Override) -> str:
    """Return when the prices of `override` count: `from 200,000 tokens of prompt`, `16:30 to 0:30 UTC, on monday`."""
    parts = []
    if override.min_prompt_tokens is not None:
        parts.append(f"from {override.min_prompt_tokens:,} tokens of prompt")
    if override.utc_start is not None or override.utc_end is not None:
        parts.append(f"{_clock(override.utc_start or 0)} to {_clock(override.utc_end or 0)} UTC")
    if override.utc_days:
        parts.append("on " + ", ".join(override.utc_days))
    return ", ".join(parts) or "sometimes"


def _clock(number: int) -> str:
    return f"{number // 100}:{number % 100:02}"


def _shifted(price: Decimal, places: int) -> Decimal:
    """Move the point; arithmetic would round what is longer than its context."""
    sign, digits, exponent = price.as_tuple()
    if not isinstance(exponent, int):  # NaN, infinity: nobody's price
        return price
    return Decimal((sign, digits, exponent + places))
