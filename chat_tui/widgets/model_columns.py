"""The columns of the model table: what each says of a model, and which of them fit a width."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from rich.cells import cell_len

from chat_tui.cost.written import format_tokens
from chat_tui.models.entry import ModelEntry
from chat_tui.models.prices import price_text

INPUT_LETTERS = (("image", "i"), ("file", "f"), ("audio", "a"), ("video", "v"))
"""What models take beside text, each with a letter at its own place."""
_DECIMALS = 4
_DAYS_PER_MONTH, _DAYS_PER_YEAR = 30.44, 365.25


@dataclass(frozen=True, slots=True)
class Column:
    """Something to know of models.

    Args:
        name: The order that sorts by it; empty where none does.
        heading: What stands above it.
        width: Cells, the gap on its left counted in.
        cell: What it says of a model, at a moment; empty when nothing is known.
    """

    name: str
    heading: str
    width: int
    cell: Callable[[ModelEntry, datetime], str]

    def of(self, entry: ModelEntry, now: datetime) -> str:
        """Return the cell of `entry`, right-aligned and never wider than the column."""
        text = self.cell(entry, now)
        room = self.width - 1
        return f"{text if cell_len(text) <= room else text[: room - 1] + '…':>{self.width}}"


def _tokens(count: int | None) -> str:
    return format_tokens(count) if count else ""


def _price(price: Decimal | None, entry: ModelEntry) -> str:
    """Return USD per million tokens, its point in line with those of the other rows."""
    if price is None:
        return "varies  " if entry.prices.varies else ""
    if price == 0:
        return "free  " if entry.is_free else "0  "
    whole, _, decimals = price_text(price).partition(".")
    return f"{whole}.{decimals:<{_DECIMALS}}"


def _letters(marks: Iterable[tuple[bool, str]]) -> str:
    return "".join(letter if has else " " for has, letter in marks)


def _takes(entry: ModelEntry, _: datetime) -> str:
    return _letters((kind in entry.inputs, letter) for kind, letter in INPUT_LETTERS) if entry.inputs else ""


def _can(entry: ModelEntry, _: datetime) -> str:
    marks = ((entry.has_tools, "t"), (entry.has_reasoning, "r"), (entry.has_json, "j"))
    return _letters(marks) if entry.parameters else ""


def _age(entry: ModelEntry, now: datetime) -> str:
    return "" if entry.created is None else age_text((now - entry.created).days)


def age_text(days: int) -> str:
    """Return an age in the largest unit that fits: `3d`, `5mo`, `2y`."""
    if days < _DAYS_PER_MONTH:
        return f"{max(days, 0)}d"
    return f"{days / _DAYS_PER_MONTH:.0f}mo" if days < 2 * _DAYS_PER_YEAR else f"{days / _DAYS_PER_YEAR:.0f}y"


def _index(of: Callable[[ModelEntry], float | None]) -> Callable[[ModelEntry, datetime], str]:
    return lambda entry, _: "" if (score := of(entry)) is None else f"{score:.0f}"


COLUMNS = (
    Column("ctx", "ctx", 7, lambda entry, _: _tokens(entry.context)),
    Column("max", "max", 7, lambda entry, _: _tokens(entry.max_output)),
    Column("in", "in $/M", 9, lambda entry, _: _price(entry.prices.prompt, entry)),
    Column("out", "out $/M", 10, lambda entry, _: _price(entry.prices.completion, entry)),
    Column("", "takes", 7, _takes),
    Column("", "can", 5, _can),
    Column("iq", "iq", 4, _index(lambda entry: entry.scores.intelligence)),
    Column("coding", "coding", 7, _index(lambda entry: entry.scores.coding)),
    Column("agentic", "agentic", 8, _index(lambda entry: entry.scores.agentic)),
    Column("new", "age", 5, _age),
)
"""In the order in which they stand."""
_LONGED_FOR = ("out $/M", "in $/M", "ctx", "can", "takes", "max", "age")
"""Which of them come first when not all fit; scores only show when the models are sorted by them."""


def known_columns(entries: Sequence[ModelEntry], now: datetime) -> frozenset[str]:
    """Return the headings of the columns of which the server says something; other servers know few."""
    return frozenset(column.heading for column in COLUMNS if any(column.cell(entry, now) for entry in entries))


def fitting(width: int, known: Collection[str], order: str = "") -> list[Column]:
    """Return the columns that `width` cells have room for, in their order; that of `order` before all others."""
    by_heading = {column.heading: column for column in COLUMNS if column.heading in known}
    sorting = [column.heading for column in by_heading.values() if column.name and column.name == order]
    chosen: set[str] = set()
    for heading in dict.fromkeys((*sorting, *_LONGED_FOR)):
        if heading not in by_heading:
            continue
        width -= by_heading[heading].width
        if width < 0:
            break
        chosen.add(heading)
    return [column for column in COLUMNS if column.heading in chosen]
