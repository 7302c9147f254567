"""A virtual list of rows under headings, of which only the rows in view are rendered."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import ClassVar, Literal

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Region, Size
from textual.message import Message as Event
from textual.reactive import Reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from chat_tui.text import one_line

Role = Literal["plain", "dim", "mark", "hit", "warning", "rule"]
Piece = tuple[str, Role]
"""A text, and how it is painted."""

LEFT = 3
"""Cells for the bar of the highlighted row, and for what `row` puts before its first column."""


NO_MATCH = "Nothing matches. Backspace takes the last letter back, Ctrl+U all."


class RowList(ScrollView, can_focus=True, inherit_bindings=False):
    """Rows under their headings; `highlight` moves, a click chooses.

    Args:
        row: Says what stands in the row at a place, in so many cells, the bar at its left not counted; asked for those
            in view alone.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "row-list--highlighted", "row-list--dim", "row-list--mark", "row-list--warning",
    }  # fmt: skip
    DEFAULT_CSS = """
    RowList {
        overflow-x: hidden; overflow-y: scroll; scrollbar-size-vertical: 1;
        & > .row-list--highlighted { background: $panel; }
        & > .row-list--dim { color: $foreground-muted; }
        & > .row-list--mark { color: $primary; }
        & > .row-list--warning { color: $text-warning; }
    }
    """

    TOP: ClassVar[int] = 0
    """Lines that stay above the rows: `head` says what stands there."""

    # Its own size stays; by default a longer list would have the whole screen laid out and painted at each key.
    virtual_size = Reactive(Size(0, 0))

    class Chosen(Event):
        """A row was clicked; it is highlighted."""

        def __init__(self, row_list: RowList) -> None:
            super().__init__()
            self.row_list = row_list

        @property
        def control(self) -> RowList:
            """The list."""
            return self.row_list

    def __init__(self, row: Callable[[int, int], Iterable[Piece]], *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._row = row
        self._count = 0
        self._headings: Sequence[tuple[int, str]] = ()
        self._empty = ""
        self._place = 0
        self._styles: dict[str, Style] = {}
        self._base = Style()

    @property
    def place(self) -> int:
        """Where the highlighted row is among all; 0 when there are none."""
        return self._place

    @property
    def shows_place(self) -> bool:
        """Whether the highlighted row is to be seen as that."""
        return True

    @property
    def count(self) -> int:
        """How many rows are listed."""
        return self._count

    def show(
        self,
        count: int,
        place: int = 0,
        headings: Sequence[tuple[int, str]] = (),
        *,
        keep: bool = False,
        empty: str = "",
    ) -> None:
        """List `count` rows, the one at `place` highlighted and in view.

        Args:
            count: How many.
            place: Counts in them.
            headings: What stands on a line of its own above the row at a place.
            keep: The highlighted line stays where it is on the screen; else the list begins at its top.
            empty: What is said when there are none.
        """
        above = self._line_of(self._place) - self.scroll_offset.y if keep and self._count else None
        self._count, self._headings, self._empty = count, headings, empty
        lines = self.TOP + count + len(headings)
        self.virtual_size = Size(self.scrollable_content_region.width, lines)
        self.vertical_scrollbar.window_virtual_size = lines
        top = 0 if above is None else self._line_of(place) - above
        self.scroll_to(y=max(top, 0), animate=False, immediate=True)
        self.highlight(place)
        self.refresh()

    def highlight(self, place: int) -> None:
        """Highlight the row at `place`, or the nearest one, and bring it into view, with the heading above it."""
        before, top = self._line_of(self._place), self.scroll_offset.y
        self._place = min(max(place, 0), max(self._count - 1, 0))
        line, height = self._line_of(self._place), self.scrollable_content_region.height - self.TOP
        first = line - any(start == self._place for start, _ in self._headings)
        if first < top:
            self.scroll_to(y=first, animate=False, immediate=True)
        elif height > 0 and line >= top + height:
            self.scroll_to(y=line - height + 1, animate=False, immediate=True)
        if self.scroll_offset.y == top:
            self.refresh_line(before + self.TOP)
            self.refresh_line(line + self.TOP)
        else:
            self.refresh()

    def _line_of(self, place: int) -> int:
        return place + sum(start <= place for start, _ in self._headings)

    def _at(self, line: int) -> int | str | None:
        """Return what is on a line below those on top: a row's place, a heading, or nothing."""
        passed = 0
        for start, text in self._headings:
            if line == start + passed:
                return text
            passed += line > start + passed
        place = line - passed
        return place if place < self._count else None

    def on_resize(self) -> None:
        """Keep the highlighted row in view."""
        RowList.show(self, self._count, self._place, self._headings, keep=True, empty=self._empty)

    def on_click(self, event: events.Click) -> None:
        """Choose the row that was clicked."""
        event.stop()
        place = self._at(event.y - self.TOP + self.scroll_offset.y) if event.y >= self.TOP else None
        if isinstance(place, int):
            self.highlight(place)
            self.post_message(self.Chosen(self))

    # What is rendered

    def head(self) -> Iterable[Piece]:
        """Return what stands above the rows."""
        return ()

    def render_lines(self, crop: Region) -> list[Strip]:
        """Return some lines of the view; the styles are found once for all of them."""
        names: tuple[Role, ...] = ("dim", "mark", "warning")
        self._styles = {name: Style(color=self.get_component_rich_style(f"row-list--{name}").color) for name in names}
        highlighted = self.get_component_rich_style("row-list--highlighted", partial=True)
        self._styles |= {"plain": Style(), "highlighted": highlighted, "rule": Style(color=highlighted.bgcolor)}
        self._styles["hit"] = self._styles["mark"] + Style(bold=True)
        self._base = self.rich_style
        return super().render_lines(crop)

    def render_line(self, y: int) -> Strip:
        """Return the line at `y` of the view."""
        base, width = self._base, self.size.width
        found = self._at(y - self.TOP + self.scroll_offset.y)
        pieces: Iterable[Piece] = ()
        if y < self.TOP:
            pieces = self.head()
        elif isinstance(found, int):
            is_highlighted = found == self._place and self.shows_place
            base += self._styles["highlighted" if is_highlighted else "plain"]
            bar: Piece = ("▎" if is_highlighted else " ", "mark")
            pieces = (bar, *self._row(found, self.scrollable_content_region.width - 2))
        elif found is not None:
            heading = f"{' ' * LEFT}{one_line(found)} "
            pieces = ((heading, "dim"), ("─" * max(width - cell_len(heading) - 1, 0), "rule"))
        elif y == self.TOP and self._empty:
            pieces = ((f"{' ' * LEFT}{self._empty}", "dim"),)
        segments = [Segment(text, base + self._styles[role]) for text, role in pieces if text]
        return Strip(segments).adjust_cell_length(width, base)


def fitted(text: str, width: int) -> str:
    """Return `text`, printable and on one line, in exactly `width` cells: filled, or cut with …."""
    text = one_line(text, max(4 * width, 1))
    if cell_len(text) > width:
        text = set_cell_size(text, max(width - 1, 0)) + "…" * (width > 0)
    return set_cell_size(text, max(width, 0))
