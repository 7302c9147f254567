"""The table of models: rows under the headings of their columns."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import ClassVar

from rich.cells import cell_len, set_cell_size
from textual import events
from textual.geometry import Region
from textual.message import Message as Event
from textual.strip import Strip

from chat_tui.models.entry import ModelEntry
from chat_tui.text import printable_in_place
from chat_tui.widgets.model_columns import Column, fitting
from chat_tui.widgets.row_list import LEFT, Piece, Role, RowList, fitted

_IN_A_ROW = str.maketrans("\n\t", "␊␉")
ELLIPSIS = "…"
_SHARE_OF_ID = 0.4
_LEAST_ID = 19


@dataclass(frozen=True, slots=True)
class Row:
    """How a model is shown in the table.

    Args:
        name: Its id, with the variants that were chosen.
        mark: One character before it: the digit of a favourite.
        hits: Places in its id that what was typed fits.
        note: Stands in the place of the columns: why the model is of no use here, or what a typed id means.
        is_current: Whether it is the model in use.
        is_dim: Whether it is of no use here.
    """

    name: str
    mark: str = ""
    hits: Collection[int] = ()
    note: str = ""
    is_current: bool = False
    is_dim: bool = False


class ModelTable(RowList):
    """Models under the headings of their columns.

    Args:
        row: Says how a model is shown; asked for those in view alone.
    """

    TOP: ClassVar[int] = 1

    class Sorted(Event):
        """The heading of a column was clicked, by which models can be sorted."""

        def __init__(self, table: ModelTable, order: str) -> None:
            super().__init__()
            self.table = table
            self.order = order

        @property
        def control(self) -> ModelTable:
            """The table."""
            return self.table

    def __init__(self, row: Callable[[ModelEntry], Row], *, id: str | None = None) -> None:
        super().__init__(self._pieces, id=id)
        self._row_of = row
        self._now = datetime.now(UTC)
        self._models: Sequence[ModelEntry] = ()
        self._known: Collection[str] = ()
        self._order, self._arrow = "", ""
        self._fitting: tuple[int, list[Column]]

    @property
    def highlighted(self) -> ModelEntry | None:
        """The highlighted model."""
        return self._models[self.place] if self._models else None

    def show_models(
        self,
        models: Sequence[ModelEntry],
        place: int = 0,
        headings: Sequence[tuple[int, str]] = (),
        *,
        keep: bool = False,
        empty: str = "",
    ) -> None:
        """List `models` in their order; the rest is as for `show`."""
        self._models = models
        self.show(len(models), place, headings, keep=keep, empty=empty)

    def describe(self, known: Collection[str], order: str, now: datetime, *, descending: bool) -> None:
        """Say which columns there is anything to show in, by their headings, and what the models are sorted by.

        Args:
            known: The headings.
            order: The name of the order; empty when they aren't sorted.
            now: What ages count from.
            descending: The greatest comes first.
        """
        self._known, self._order, self._arrow = known, order, "↓" if descending else "↑"
        self._now = now

    def on_click(self, event: events.Click) -> None:
        """Sort by the column whose heading was clicked."""
        if event.y == 0:
            for left, column in self._placed():
                if column.name and left <= event.x < left + column.width:
                    self.post_message(self.Sorted(self, column.name))

    # What is rendered

    def _columns(self) -> tuple[int, list[Column]]:
        """Return the cells of the id, and the columns beside it."""
        room = self.scrollable_content_region.width - LEFT - 1
        columns = fitting(room - max(_LEAST_ID, int(room * _SHARE_OF_ID)), self._known, self._order)
        return max(room - sum(column.width for column in columns), 1), columns

    def _placed(self) -> Iterator[tuple[int, Column]]:
        width, columns = self._columns()
        left = LEFT + width
        for column in columns:
            yield left, column
            left += column.width

    def render_lines(self, crop: Region) -> list[Strip]:
        """Return some lines of the view; the columns are found once for all of them."""
        self._fitting = self._columns()
        return super().render_lines(crop)

    def head(self) -> Iterator[Piece]:
        """Yield the headings of the columns."""
        width, columns = self._fitting
        has_column = any(column.name == self._order for column in columns)
        ids = "model" if has_column or not self._order else f"model {self._arrow}{self._order}"
        yield " " * LEFT, "dim"
        yield set_cell_size(ids, width), "dim" if ids == "model" else "mark"
        for column in columns:
            is_order = bool(column.name) and column.name == self._order
            heading = f"{self._arrow if is_order else ''}{column.heading}"
            yield f"{heading:>{column.width}}", "mark" if is_order else "dim"

    def _pieces(self, place: int, cells: int) -> Iterator[Piece]:
        """Yield a row: a mark, the id, then the columns or a note; their width is `_fitting`'s."""
        entry = self._models[place]
        row = self._row_of(entry)
        yield f"{'●' if row.is_current else row.mark or ' '} ", "mark" if row.is_current else "dim"
        width, columns = self._fitting
        room = width
        if row.note:
            room += sum(column.width for column in columns)
            width = min(max(width, 1 + cell_len(row.name)), room)
        yield from _name(row, width)
        if row.note:
            yield fitted(row.note, room - width), "warning" if row.is_dim else "dim"
        else:
            yield "".join(column.of(entry, self._now) for column in columns), "dim"


def _name(row: Row, width: int) -> Iterator[Piece]:
    """Yield the id in `width` cells: its author dim and cut first, what matches marked, what still doesn't fit cut."""
    name = printable_in_place(row.name[: 3 * width]).translate(_IN_A_ROW)
    room = width - 1  # a gap before the columns
    author, places = name.find("/") + 1, list(range(len(name)))
    too_much = cell_len(name) - room
    if too_much > 0 and author > 2:
        # Authors are known by how they begin; what follows tells their models apart.
        kept = max(author - 2 - too_much, 0)
        name, places = name[:kept] + ELLIPSIS + name[author - 1 :], [*places[:kept], -1, *places[author - 1 :]]
        author = kept + 2
    if cell_len(name) > room:
        name = set_cell_size(name, max(room - 1, 0)) + ELLIPSIS
    plain: Role = "dim" if row.is_dim else "plain"
    run, role = "", plain
    for place, character in enumerate(name):
        is_hit = place < len(places) and places[place] in row.hits
        wanted: Role = "hit" if is_hit else "dim" if place < author else plain
        if wanted != role:
            yield run, role
            run, role = "", wanted
        run += character
    yield run, role
    yield " " * max(width - cell_len(name), 0), plain
