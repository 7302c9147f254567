"""Figures as pictures made of block characters, and amounts that stand with their points below each other."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from chat_tui.cost.written import format_cost

_RISING = " ▁▂▃▄▅▆▇█"
_GROWING = " ▏▎▍▌▋▊▉█"
_STEPS = 8


def columns(values: Sequence[Decimal], height: int, *, width: int = 1, gap: int = 0) -> list[str]:
    """Return rows, the highest first, in which each value is a column; what isn't nothing can be seen.

    Args:
        values: None of them below zero.
        height: Rows.
        width: Cells of a column.
        gap: Cells between two of them.
    """
    eighths = [_eighths(value, max(values, default=Decimal(0)), height) for value in values]
    rows = []
    for row in range(height - 1, -1, -1):
        cells = [_RISING[min(max(high - row * _STEPS, 0), _STEPS)] * width for high in eighths]
        rows.append((" " * gap).join(cells))
    return rows


def bar(value: Decimal, most: Decimal, width: int) -> str:
    """Return a bar of at most `width` cells, which `most` would fill; what isn't nothing can be seen."""
    whole, rest = divmod(_eighths(value, most, width), _STEPS)
    return "█" * whole + (_GROWING[rest] if rest else "")


def _eighths(value: Decimal, most: Decimal, cells: int) -> int:
    """Return how many eighths of a cell a value takes; amounts may be of any size, so the share is what counts."""
    if value <= 0 or most <= 0:
        return 0
    return max(1, min(round(value / most * cells * _STEPS), cells * _STEPS))


def aligned(amounts: Sequence[tuple[Decimal, bool]]) -> list[str]:
    """Return amounts of USD, their points below each other; those that aren't whole wear `≥`."""
    texts = [("" if is_whole else "≥ ") + format_cost(amount) for amount, is_whole in amounts]
    before = max((len(text.partition(".")[0]) for text in texts), default=0)
    after = max((len(text) - len(text.partition(".")[0]) for text in texts), default=0)
    return [
        whole.rjust(before) + (point + fraction).ljust(after)
        for whole, point, fraction in (text.partition(".") for text in texts)
    ]
