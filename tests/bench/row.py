"""One measured promise."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True, slots=True)
class Row:
    """A figure, what was promised about it, and whether it was kept."""

    name: str
    figure: str
    promise: str
    ok: bool


def at_most(name: str, value: float, limit: float, unit: str = "x", note: str = "") -> Row:
    """Return the row that promises `value` <= `limit`; `note` is what the value was made of."""
    return Row(name, f"{value:.2f}{unit}" + (f"  ({note})" if note else ""), f"<= {limit:g}{unit}", value <= limit)


def alternating(runs: int, first: Callable[[], float], second: Callable[[], float]) -> tuple[float, float]:
    """Return the medians of two measurements that take turns, so that a busy moment meets both."""
    pairs = [(first(), second()) for _ in range(runs)]
    return median(pair[0] for pair in pairs), median(pair[1] for pair in pairs)
