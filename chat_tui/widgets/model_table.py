"""The table of models: a virtual list under a row of headings, of which only the rows in view are rendered."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import ClassVar

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Region, Size
from textual.message import Message as Event
from textual.reactive import Reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from chat_tui.models.entry import ModelEntry
from chat_tui.text import one_line, printable_in_place
from chat_tui.widgets.model_columns import Column, fitting

_LEFT = 3
"""Cells for the bar of the highlighted row, and for the mark."""
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


class ModelTable(ScrollView, can_focus=True, inherit_bindings=False):
    """Models under their headings; `highlight` moves, a click chooses.

    Args:
        row: Says how a model is shown; asked for those in view alone.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "model-table--highlighted", "model-table--dim", "model-table--mark", "model-table--warning",
    }  # fmt: skip
    DEFAULT_CSS = """
    ModelTable {
        overflow-x: hidden; overflow-y: scroll; scrollbar-size-vertical: 1;
        & > .model-table--highlighted { background: $panel; }
        & > .model-table--dim { color: $foreground-muted; }
        & > .model-table--mark { color: $primary; }
        & > .model-table--warning { color: $text-warning; }
    }
    """

    # Its own size stays; by default a longer list would have the whole screen laid out and painted at each key.
    virtual_size = Reactive(Size(0, 0))

    class Chosen(Event):
        """A row was clicked; it is highlighted."""

        def __init__(self, table: ModelTable) -> None:
            super().__init__()
            self.table = table

        @property
        def control(self) -> ModelTable:
            """The table."""
            return self.table

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
        super().__init__(id=id)
        self._row_of = row
        self._now = datetime.now(UTC)
        self._empty = ""
        self._models: Sequence[ModelEntry] = ()
        self._headings: Sequence[tuple[int, str]] = ()
        self._known: Collection[str] = ()
        self._order, self._arrow = "", ""
        self._place = 0
        self._paint: _Paint
        self._fitting: tuple[int, list[Column]]

    @property
    def highlighted(self) -> ModelEntry | None:
        """The highlighted model."""
        return self._models[self._place] if self._models else None

    @property
    def place(self) -> int:
        """Where the highlighted model is among all; 0 when there are none."""
        return self._place

    @property
    def count(self) -> int:
        """How many models are listed."""
        return len(self._models)

    def show(
        self,
        models: Sequence[ModelEntry],
        place: int = 0,
        headings: Sequence[tuple[int, str]] = (),
        *,
        keep: bool = False,
        empty: str = "",
    ) -> None:
        """List `models`, the one at `place` highlighted and in view.

        Args:
            models: In their order.
            place: Counts in them.
            headings: What stands on a line of its own above the model at a place.
            keep: The highlighted line stays where it is on the screen; else the list begins at its top.
            empty: What is said when there are none.
        """
        above = self._line_of(self._place) - self.scroll_offset.y if keep and self._models else None
        self._models, self._headings, self._empty = models, headings, empty
        lines = 1 + len(models) + len(headings)
        self.virtual_size = Size(self.scrollable_content_region.width, lines)
        self.vertical_scrollbar.window_virtual_size = lines
        top = 0 if above is None else self._line_of(place) - above
        self.scroll_to(y=max(top, 0), animate=False, immediate=True)
        self.highlight(place)
        self.refresh()

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

    def highlight(self, place: int) -> None:
        """Highlight the row at `place`, or the nearest one, and bring it into view."""
        before, top = self._line_of(self._place), self.scroll_offset.y
        self._place = min(max(place, 0), max(len(self._models) - 1, 0))
        line, height = self._line_of(self._place), self.scrollable_content_region.height - 1
        first = 0 if self._place == 0 else line  # with the heading above it
        if first < top:
            self.scroll_to(y=first, animate=False, immediate=True)
        elif height > 0 and line >= top + height:
            self.scroll_to(y=line - height + 1, animate=False, immediate=True)
        if self.scroll_offset.y == top:
            self.refresh_line(before + 1)  # below the row of headings
            self.refresh_line(line + 1)
        else:
            self.refresh()

    def _line_of(self, place: int) -> int:
        return place + sum(start <= place for start, _ in self._headings)

    def _at(self, line: int) -> int | str | None:
        """Return what is on a line below the headings of the columns: a row's place, a heading, or nothing."""
        passed = 0
        for start, text in self._headings:
            if line == start + passed:
                return text
            passed += line > start + passed
        place = line - passed
        return place if place < len(self._models) else None

    def on_resize(self) -> None:
        """Keep the highlighted row in view."""
        self.show(self._models, self._place, self._headings, keep=True, empty=self._empty)

    def on_click(self, event: events.Click) -> None:
        """Choose the row that was clicked, or sort by the column."""
        event.stop()
        if event.y == 0:
            for left, column in self._placed():
                if column.name and left <= event.x < left + column.width:
                    self.post_message(self.Sorted(self, column.name))
            return
        place = self._at(event.y - 1 + self.scroll_offset.y)
        if isinstance(place, int):
            self.highlight(place)
            self.post_message(self.Chosen(self))

    # What is rendered

    def _columns(self) -> tuple[int, list[Column]]:
        """Return the cells of the id, and the columns beside it."""
        room = self.scrollable_content_region.width - _LEFT - 1
        columns = fitting(room - max(_LEAST_ID, int(room * _SHARE_OF_ID)), self._known, self._order)
        return max(room - sum(column.width for column in columns), 1), columns

    def _placed(self) -> Iterator[tuple[int, Column]]:
        width, columns = self._columns()
        left = _LEFT + width
        for column in columns:
            yield left, column
            left += column.width

    def render_lines(self, crop: Region) -> list[Strip]:
        """Return some lines of the view; what all of them need is found out once."""
        self._paint = _Paint.of(self)
        self._fitting = self._columns()
        return super().render_lines(crop)

    def render_line(self, y: int) -> Strip:
        """Return the line at `y` of the view."""
        base = self._paint.base
        if y == 0:
            return self._column_headings(base)
        found = self._at(y - 1 + self.scroll_offset.y)
        if isinstance(found, str):
            rule = "─" * max(self.size.width - _LEFT - len(found) - 2, 0)
            return self._strip([(" " * _LEFT + found + " ", self._paint.dim), (rule, self._paint.rule)], base)
        if found is None and y == 1 and self._empty:
            return self._strip([(" " * _LEFT + self._empty, self._paint.dim)], base)
        if found is None:
            return Strip.blank(self.size.width, base)
        if found == self._place:
            base += self._paint.highlighted
        return self._strip(list(self._row(self._models[found], is_highlighted=found == self._place)), base)

    def _column_headings(self, base: Style) -> Strip:
        width, columns = self._fitting
        dim, mark = self._paint.dim, self._paint.mark
        has_column = any(column.name == self._order for column in columns)
        ids = "model" if has_column or not self._order else f"model {self._arrow}{self._order}"
        pieces = [(" " * _LEFT, dim), (set_cell_size(ids, width), dim if ids == "model" else mark)]
        for column in columns:
            is_order = bool(column.name) and column.name == self._order
            heading = f"{self._arrow if is_order else ''}{column.heading}"
            pieces.append((f"{heading:>{column.width}}", mark if is_order else dim))
        return self._strip(pieces, base)

    def _row(self, entry: ModelEntry, *, is_highlighted: bool) -> Iterator[tuple[str, Style]]:
        row = self._row_of(entry)
        dim, mark = self._paint.dim, self._paint.mark
        plain = dim if row.is_dim else Style()
        yield "▎" if is_highlighted else " ", mark
        yield f"{'●' if row.is_current else row.mark or ' '} ", mark if row.is_current else dim
        width, columns = self._fitting
        room = width
        if row.note:
            room += sum(column.width for column in columns)
            width = min(max(width, 1 + cell_len(row.name)), room)
        yield from _name(row, width, plain, dim, mark)
        if row.note:
            note = one_line(row.note)
            left = room - width
            shown = note if cell_len(note) <= left else set_cell_size(note, max(left - 1, 0)) + "…" * (left > 0)
            yield set_cell_size(shown, left), self._paint.warning if row.is_dim else dim
        else:
            yield "".join(column.of(entry, self._now) for column in columns), dim

    def _strip(self, pieces: Sequence[tuple[str, Style]], base: Style) -> Strip:
        return Strip([Segment(text, base + style) for text, style in pieces if text]).adjust_cell_length(
            self.size.width, base
        )


@dataclass(frozen=True, slots=True)
class _Paint:
    """The styles of a theme."""

    base: Style
    highlighted: Style
    dim: Style
    mark: Style
    warning: Style
    rule: Style

    @classmethod
    def of(cls, table: ModelTable) -> _Paint:
        def component(name: str) -> Style:
            return Style(color=table.get_component_rich_style(f"model-table--{name}").color)

        highlighted = table.get_component_rich_style("model-table--highlighted", partial=True)
        rule = Style(color=highlighted.bgcolor)
        return cls(table.rich_style, highlighted, component("dim"), component("mark"), component("warning"), rule)


def _name(row: Row, width: int, plain: Style, dim: Style, mark: Style) -> Iterator[tuple[str, Style]]:
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
    bold = mark + Style(bold=True)
    run, style = "", plain
    for place, character in enumerate(name):
        wanted = bold if place < len(places) and places[place] in row.hits else dim if place < author else plain
        if wanted != style:
            yield run, style
            run, style = "", wanted
        run += character
    yield run, style
    yield " " * max(width - cell_len(name), 0), plain
