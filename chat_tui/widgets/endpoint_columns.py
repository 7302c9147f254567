"""The columns of the table of providers: what each shows, how wide it is, and what it sorts by."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from chat_tui.cost.written import format_tokens
from chat_tui.models.endpoint import EndpointEntry
from chat_tui.models.prices import price_text
from chat_tui.text import one_line

UNKNOWN = "–"
_GAP = 2
_SORTED = " ▾"
_LONGEST = 12
"""Cells of a number; one that is longer is cut, lest it push the others out."""

Key = Callable[[EndpointEntry], float | None]


@dataclass(frozen=True, slots=True)
class Column:
    """Something to know of endpoints, right-aligned under its heading.

    Args:
        heading: A word or two.
        cell: What is shown; empty when it isn't told.
        key: What it sorts by, the best first when ascending; None when it isn't told. Without it, nothing does.
        best_is_least: Whether the best is the smallest; else the largest comes first.
        rank: What goes first when there is no room: the highest.
        has_points: Whether its numbers stand with their points in line.
    """

    heading: str
    cell: Callable[[EndpointEntry], str]
    key: Key | None = None
    best_is_least: bool = True
    rank: int = 0
    has_points: bool = False


def milliseconds(number: float) -> str:
    """Return a time of waiting for people: `220 ms`, `1.5 s`."""
    return f"{number:.0f} ms" if number < 1000 else f"{number / 1000:.1f} s"


def percent(number: float | None) -> str:
    """Return a share for people, never rounded up to all: `99.9`, `100`; empty when not told."""
    if number is None:
        return ""
    return "100" if number >= 100 else f"{min(number, 99.9):.1f}"


def _count(number: int | None) -> str:
    return "" if number is None else format_tokens(number)


def _price(name: str) -> Callable[[EndpointEntry], str]:
    def cell(entry: EndpointEntry) -> str:
        price = getattr(entry.prices, name)
        if entry.prices.varies:
            return "varies"
        return "" if price is None else price_text(price)

    return cell


def _latency(entry: EndpointEntry) -> str:
    median = entry.latency.p50
    return "" if median is None else milliseconds(median)


def _throughput(entry: EndpointEntry) -> str:
    median = entry.throughput.p50
    return "" if median is None else f"{median:.0f}"


def _uptime(entry: EndpointEntry) -> str:
    share = percent(entry.uptime_30m)
    return share and share + ("!" if entry.is_degraded else " ")


def _data(entry: EndpointEntry) -> str:
    if entry.policy.zdr is None:
        return ""
    return "none kept" if entry.policy.zdr else "may keep"


def _dollars(name: str) -> Key:
    def key(entry: EndpointEntry) -> float | None:
        price = getattr(entry.prices, name)
        return None if price is None else float(price)

    return key


COLUMNS = (
    Column("$/M in", _price("prompt"), _dollars("prompt"), has_points=True),
    Column("out", _price("completion"), _dollars("completion"), has_points=True),
    Column("cached", _price("input_cache_read"), _dollars("input_cache_read"), rank=6, has_points=True),
    Column("quant", lambda entry: one_line(entry.quantization, 8), rank=3),
    Column("context", lambda entry: _count(entry.context), lambda entry: entry.context, False, rank=4),
    Column("output", lambda entry: _count(entry.max_output), lambda entry: entry.max_output, False, rank=5),
    Column("up %", _uptime, lambda entry: entry.uptime_30m, False, rank=2),
    Column("latency", _latency, lambda entry: entry.latency.p50),
    Column("tok/s", _throughput, lambda entry: entry.throughput.p50, False),
    Column("data", _data, lambda entry: None if entry.policy.zdr is None else not entry.policy.zdr, rank=7),
)
UPTIME = COLUMNS[6]


@dataclass(frozen=True, slots=True)
class Shown:
    """A column as it is shown."""

    column: Column
    room: int
    """Cells, the gap before it included."""
    cells: tuple[str, ...]
    """What it shows of each endpoint."""


def fitting(entries: Sequence[EndpointEntry], width: int) -> list[Shown]:
    """Return the columns that fit into `width` cells; one of which nothing is told isn't shown."""
    shown = []
    for column in COLUMNS:
        cells = tuple(_cut(column.cell(entry)) for entry in entries)
        if any(cells):
            cells = _aligned(cells) if column.has_points else tuple(cell or UNKNOWN for cell in cells)
            heading = len(column.heading) + (len(_SORTED) if column.key else 0)
            shown.append(Shown(column, max(heading + 1, *(len(cell) + _GAP for cell in cells)), cells))
    while shown and sum(one.room for one in shown) > width:
        shown.remove(max(shown, key=lambda one: one.column.rank))
    return shown


def _cut(cell: str) -> str:
    return cell if len(cell) <= _LONGEST else cell[: _LONGEST - 1] + "…"


def _aligned(cells: Sequence[str]) -> tuple[str, ...]:
    """Return numbers with their points in line, those that are whole or unknown before them."""
    most = max(len(cell.partition(".")[2]) for cell in cells)
    return tuple(
        cell + " " * (most - len(cell.partition(".")[2])) if "." in cell else f"{cell or UNKNOWN}{' ' * (most + 1)}"
        for cell in cells
    )


def ordered(entries: Sequence[EndpointEntry], column: Column | None, *, reverse: bool) -> list[EndpointEntry]:
    """Return the entries with the best of `column` first, the worst for `reverse`; of those not told, the last.

    Args:
        entries: In the server's order, which counts where the column says nothing.
        column: By what; None is the server's own order.
        reverse: The other way round.
    """
    key = column.key if column is not None else None
    if column is None or key is None:
        return list(entries)[::-1] if reverse else list(entries)
    told = [(entry, value) for entry in entries if (value := key(entry)) is not None]
    untold = [entry for entry in entries if key(entry) is None]
    told.sort(key=lambda pair: pair[1], reverse=reverse == column.best_is_least)
    return [entry for entry, _ in told] + untold
