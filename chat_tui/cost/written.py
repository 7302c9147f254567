"""How money and counts of tokens are written for people."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from chat_tui.cost.estimate import CostRange

_CENT = Decimal("0.01")
_UNKNOWN = "–"
# Past these a figure is no amount and no count, whoever wrote it: arithmetic and printing would only fail on it.
_LARGEST_EXPONENT = 40
_MOST_TOKENS = 2**53


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


def format_range(cost: CostRange | None) -> str:
    """Return what a reply may cost: `≈ $0.0021–0.0143`, `≥ $0.0021`, `$0`; `–` where it isn't known."""
    if cost is None:
        return _UNKNOWN
    low, high = format_cost(cost.low), format_cost(cost.high)
    if cost.is_open:
        return f"≥ {low}"
    if not cost.high:
        return "$0"
    return f"≈ {low}" if low == high else f"≈ {low}–{high.removeprefix('$')}"
