"""The table of who serves a model, with the rules that a chat has about each; renders only the rows in view."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Size
from textual.message import Message as Event
from textual.scroll_view import ScrollView
from textual.strip import Strip

from chat_tui.models.endpoint import EndpointEntry
from chat_tui.models.routing import Choices
from chat_tui.text import one_line
from chat_tui.widgets.endpoint_columns import UPTIME, Column, Shown, fitting

_MARK_ROOM = 5
_LEAST_NAME = 12


class EndpointTable(ScrollView, can_focus=True):
    """Endpoints, one a row under a row of headings."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "endpoints--highlighted",
        "endpoints--dim",
        "endpoints--mark",
        "endpoints--warning",
    }
    DEFAULT_CSS = """
    EndpointTable {
        overflow-x: hidden; scrollbar-size: 0 1;
        & > .endpoints--highlighted { background: $panel; }
        & > .endpoints--dim { color: $foreground-muted; }
        & > .endpoints--mark { color: $primary; }
        & > .endpoints--warning { color: $warning; }
    }
    """

    class Moved(Event):
        """Another row is highlighted, or none is there any more."""

        def __init__(self, table: EndpointTable) -> None:
            super().__init__()
            self.table = table

        @property
        def control(self) -> EndpointTable:
            """The table."""
            return self.table

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._entries: Sequence[EndpointEntry] = ()
        self._choices = Choices()
        self._column: Column | None = None
        self._reverse = False
        self._place = 0
        self._columns: Sequence[Shown] = ()
        self._name_room = 1

    @property
    def highlighted(self) -> EndpointEntry | None:
        """The endpoint on the highlighted row; None when there is no row."""
        return self._entries[self._place] if self._entries else None

    @property
    def sorts(self) -> list[Column]:
        """The columns that are shown and can be sorted by."""
        return [shown.column for shown in self._columns if shown.column.key is not None]

    def show(self, entries: Sequence[EndpointEntry], choices: Choices, column: Column | None, *, reverse: bool) -> None:
        """Show `entries` as they are sorted by `column`; the endpoint that was highlighted stays so."""
        before = self.highlighted
        self._entries, self._choices, self._column, self._reverse = entries, choices, column, reverse
        tags = [entry.tag for entry in entries]
        if before is not None and before.tag in tags and tags[self._place : self._place + 1] != [before.tag]:
            self._place = tags.index(before.tag)
        self._fit()
        self.move(0)
        if self.highlighted != before:
            self.post_message(self.Moved(self))

    def move(self, rows: int) -> None:
        """Highlight the row that many on, or the nearest, and bring it into view."""
        before, self._place = self._place, min(max(self._place + rows, 0), max(len(self._entries) - 1, 0))
        self.virtual_size = Size(self.scrollable_content_region.width, len(self._entries) + 1)
        height = self.scrollable_content_region.height - 1  # the headings stay
        if self._place < self.scroll_offset.y:
            self.scroll_to(y=self._place, animate=False, immediate=True)
        elif height > 0 and self._place >= self.scroll_offset.y + height:
            self.scroll_to(y=self._place - height + 1, animate=False, immediate=True)
        self.refresh()
        if self._place != before:
            self.post_message(self.Moved(self))

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """Return how many rows there are, the headings among them."""
        return len(self._entries) + 1

    def on_resize(self) -> None:
        """Fit the columns, and keep the highlighted row in view."""
        self._fit()
        self.move(0)

    def on_click(self, event: events.Click) -> None:
        """Highlight the row that was clicked."""
        place = event.y - 1 + self.scroll_offset.y
        if event.y and place < len(self._entries):
            event.stop()
            self.focus()
            self.move(place - self._place)

    def render_line(self, y: int) -> Strip:
        """Return the headings, or the row at `y` of the view."""
        width, place = self.size.width, y - 1 + self.scroll_offset.y
        if y and place >= len(self._entries):
            return Strip.blank(width, self.rich_style)
        row = self._row(place) if y else self._headings()
        return row.adjust_cell_length(width, self.rich_style)

    def _fit(self) -> None:
        width = self.scrollable_content_region.width - _MARK_ROOM - 1
        longest = max((cell_len(one_line(entry.tag)) for entry in self._entries), default=0)
        self._columns = fitting(self._entries, width - max(min(longest, width // 3), _LEAST_NAME))
        self._name_room = max(width - sum(shown.room for shown in self._columns), 1)

    def _color(self, name: str) -> Style:
        return Style(color=self.get_component_rich_style(f"endpoints--{name}").color)

    def _headings(self) -> Strip:
        base = self.rich_style + self._color("dim")
        name = set_cell_size("provider" if self._entries else "", self._name_room)
        segments = [Segment(" " * _MARK_ROOM + name, base)]
        for shown in self._columns:
            heading, style = shown.column.heading, base
            if shown.column is self._column:
                heading, style = f"{heading} {'▴' if self._reverse else '▾'}", self.rich_style + self._color("mark")
            segments.append(Segment(f"{heading:>{shown.room}}", style))
        return Strip(segments)

    def _row(self, place: int) -> Strip:
        entry, base = self._entries[place], self.rich_style
        dim, mark = self._color("dim"), self._color("mark")
        if place == self._place:
            base += self.get_component_rich_style("endpoints--highlighted", partial=True)
        may_serve = self._choices.may_serve(entry)
        name = one_line(entry.tag)
        if cell_len(name) > self._name_room:
            name = set_cell_size(name, max(self._name_room - 1, 0)) + "…"
        segments = [
            Segment("▎" if place == self._place else " ", base + mark),
            Segment(_rule(self._choices, entry).ljust(_MARK_ROOM - 1), base + mark),
            Segment(set_cell_size(name, self._name_room), base if may_serve else base + dim),
        ]
        for shown in self._columns:
            is_trouble = shown.column is UPTIME and entry.is_degraded and may_serve
            style = base + (self._color("warning") if is_trouble else dim)
            segments.append(Segment(f"{shown.cells[place]:>{shown.room}}", style))
        return Strip(segments)


def _rule(choices: Choices, entry: EndpointEntry) -> str:
    """Return the rules about an endpoint in three cells: its place in the order, then only or not."""
    place = choices.place_of(entry)
    mark = "●" if choices.is_only(entry) else "✕" if choices.is_ignored(entry) else " "
    return f"{mark}{place if place is not None else '':>2}"
