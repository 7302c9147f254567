"""Money and tokens: sums and estimates over values, and how they are written for people."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from chat_tui.conversation.values import Message

_CHARACTERS_PER_TOKEN = 4
_CENT = Decimal("0.01")
_UNKNOWN = "–"
# Past these a figure is no amount and no count, whoever wrote it: arithmetic and printing would only fail on it.
_LARGEST_EXPONENT = 40
_MOST_TOKENS = 2**53


def total_cost(messages: Iterable[Message]) -> Decimal | None:
    """Return the sum of what the server said that replies cost, in USD; None when it said nothing of any.

    What an attempt cost that failed and was made again is in it, and a title that a model gave; what was copied from
    another conversation isn't.
    """
    own = (message for message in messages if message.copied_from is None)
    costs = [cost for message in own if message.receipt for cost in message.receipt.costs]
    return sum(costs, Decimal(0)) if costs else None


def format_cost(cost: Decimal | None) -> str:
    """Return USD with the digits that matter: `$1.23`, `$0.50`, `$0.00000735`; `$0` for nothing, `–` for unknown."""
    if cost is None or not cost.is_finite():
        return _UNKNOWN
    if cost == 0:
        return "$0"
    if abs(cost.adjusted()) > _LARGEST_EXPONENT:
        return _UNKNOWN
    if abs(cost) >= 1:
        return f"${cost:.2f}"
    three_digits = cost.quantize(Decimal(1).scaleb(cost.adjusted() - 2)).normalize()
    return f"${three_digits:.2f}" if three_digits == three_digits.quantize(_CENT) else f"${three_digits:f}"


def format_tokens(tokens: int) -> str:
    """Return a count of tokens for people: `999`, `1,204`, `131k`, `1.05M`; `–` for what is no count."""
    if abs(tokens) > _MOST_TOKENS:
        return _UNKNOWN
    if tokens < 10_000:
        return f"{tokens:,}"
    if tokens < 999_500:
        return f"{tokens / 1000:.0f}k"
    return f"{tokens / 1_000_000:.3g}M"


def estimate_tokens(text: str) -> int:
    """Return about how many tokens `text` is; an estimate, to be shown with `≈`."""
    return -(-len(text) // _CHARACTERS_PER_TOKEN)
