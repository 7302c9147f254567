"""A stack of messages on the screen: only what is in view is rendered, only what changed is painted."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar, Final

from textual.geometry import Region, Size
from textual.message import Message as Event
from textual.scroll_view import ScrollView
from textual.scrollbar import ScrollDown, ScrollUp
from textual.strip import Strip
from textual.widget import Widget

from chat_tui.conversation.values import Message
from chat_tui.transcript import selecting
from chat_tui.transcript.context import Context
from chat_tui.transcript.lines import Line, Sections
from chat_tui.transcript.painting import PlainLines
from chat_tui.transcript.pictures import Pictures
from chat_tui.transcript.stack import Place, Stack
from chat_tui.transcript.styles import COMPONENT_CLASSES, CSS, Palette

if TYPE_CHECKING:
    from chat_tui.transcript.message import Item

KEEP_PAINTED: Final = 300
"""Lines whose painted form is kept."""


class Viewport(ScrollView, can_focus=True):
    """Rows of a stack, of which the one on top stays whatever changes above or below.

    Args:
        footer: Says what stands below a reply.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = COMPONENT_CLASSES
    DEFAULT_CSS = f"""
Viewport {{
    background: $background;
    color: $foreground;
    overflow-x: hidden;
    overflow-y: scroll;
    scrollbar-size-vertical: 1;
    scrollbar-background: $background;
    scrollbar-background-hover: $background;
    scrollbar-background-active: $background;
{CSS}
}}
"""

    class FollowChanged(Event):
        """The transcript began, or ceased, to follow what arrives."""

        def __init__(self, viewport: Viewport, following: bool) -> None:
            super().__init__()
            self.viewport = viewport
            self.following = following

        @property
        def control(self) -> Viewport:
            """The transcript."""
            return self.viewport

    class PicturesWanted(Event):
        """Pictures came into view whose thumbnails aren't there: `pictures.next_wanted` names them."""

        def __init__(self, viewport: Viewport) -> None:
            super().__init__()
            self.viewport = viewport

        @property
        def control(self) -> Viewport:
            """The transcript."""
            return self.viewport

    def __init__(self, *, footer: Callable[[Message], str], id: str | None = None) -> None:
        super().__init__(id=id)
        self._footer = footer
        self._markdown = False
        self._math = True
        self._wrap_code = True
        self._looks: Context | None = None
        self.pictures = Pictures(lambda: self.post_message(self.PicturesWanted(self)))
        self._stack = Stack(self._render_item, self._estimate)
        self._placed_row = 0
        self._painted: dict[
            tuple[int, int], tuple[Strip, Strip]
        ] = {}  # by order and row: a line's strip and what is painted of it
        # Textual's cache of styled lines is private. It makes a new strip of every line that scrolls, for borders and
        # paddings that there are none of here, and with that undoes what strips remember of being cut and coloured.
        self._styles_cache = PlainLines()
        self._announced = True  # whether the last word was that it follows

    @property
    def following(self) -> bool:
        """At the end, and going with what arrives."""
        return self._stack.following

    # Where things are. The stack knows; Textual's scroll position is derived from it.

    @property
    def _height(self) -> int:
        return self.scrollable_content_region.height

    @property
    def _room(self) -> int:
        """Cells of a row, next to the scroll bar."""
        return self.scrollable_content_region.width

    def _render_item(self, item: Item) -> Sections:
        return item.render(self._looks or Context(80, self._palette(), markdown=False), self._footer)

    def _estimate(self, item: Item) -> int:
        # Before the first layout no width is known: everything is estimated then.
        return item.estimate(self._looks.width) if self._looks else 1

    def _settle(self) -> None:
        """Render what is in view, and put the scroll position where the reader's place is."""
        self._stack.height = self._height
        if self._looks is not None and self._height:
            self._stack.settle()
            self._place()
        self._tell_following()
        self.refresh()

    def _place(self) -> None:
        """Tell Textual the size and the scroll position."""
        size = Size(self._room, self._stack.size)
        # Set without a layout: the widget's own size does not depend on them, and a layout would repaint everything.
        self.set_reactive(Widget.virtual_size, size)
        row = min(self._stack.top_row, self.max_scroll_y)
        self._placed_row = row
        self.set_reactive(Widget.scroll_y, float(row))
        self.set_reactive(Widget.scroll_target_y, float(row))
        if self.show_vertical_scrollbar:
            scrollbar = self.vertical_scrollbar
            scrollbar.window_virtual_size = size.height
            scrollbar.window_size = self._height
            scrollbar.position = row

    def _changed(self, index: int, row: int, rows_before: int) -> None:
        """Show that the item at `index` changed from `row` on; repaint as little as possible."""
        if self._looks is None:
            return
        old_row = self._placed_row
        self._stack.grow(index, rows_before)
        self._place()
        if self._stack.following and self._placed_row != old_row:
            self.refresh()
            return
        rows, above = self._stack.rows(index), self._stack.start(index) - self._stack.top_row
        start, end = max(0, above + row), min(self._height, above + max(rows_before, rows))
        if index < len(self._stack) - 1 and rows_before != rows:
            end = self._height
        own_end = above + min(rows_before, rows)
        widths = [(y, self._changed_cells(y) if y < own_end else self.size.width) for y in range(start, end)]
        if regions := [Region(0, y, width, 1) for y, width in widths if width]:
            self.refresh(*regions)

    def _changed_cells(self, y: int) -> int:
        """Return how many cells of row `y` were painted otherwise than the line that is there now looks, or may be."""
        index, number = self._stack.at(y + self._stack.top_row)
        order, lines = self._stack.first_order + index, self._stack.lines(index)
        painted = self._painted.get((order, number))
        strip = self._line_strip(self._stack.items[index], order, lines, number, lines.line(number))
        if painted is None:
            return self.size.width
        return 0 if painted[0] == strip else max(painted[0].cell_length, strip.cell_length)

    def _tell_following(self) -> None:
        if self._announced != self._stack.following:
            self._announced = self._stack.following
            self.post_message(self.FollowChanged(self, self._announced))

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Go where the reader wants to, from the place where the reader is."""
        row = round(new_value)
        if row == self._placed_row or self._looks is None or not self._stack.items:
            return
        self._stack.scroll(row, self._placed_row, to_end=row >= self.max_scroll_y)
        self._place()
        self._tell_following()
        self.refresh()

    # Scrolling is immediate: an animation would head for a row that may have moved when it gets there.

    def action_scroll_up(self) -> None:
        """Go up by a line."""
        self.scroll_y -= 1

    def action_scroll_down(self) -> None:
        """Go down by a line."""
        self.scroll_y += 1

    def action_page_up(self) -> None:
        """Go up by a screen, of which one line stays."""
        self.scroll_y -= max(1, self._height - 1)

    def action_page_down(self) -> None:
        """Go down by a screen, of which one line stays."""
        self.scroll_y += max(1, self._height - 1)

    def _on_scroll_up(self, event: ScrollUp) -> None:
        # The scrollbar was clicked above its handle. A public handler would not replace Textual's, which animates.
        event.stop()
        self.action_page_up()

    def _on_scroll_down(self, event: ScrollDown) -> None:
        event.stop()
        self.action_page_down()

    def action_scroll_home(self) -> None:
        """Go to the first message."""
        if self._stack.items and self._looks is not None:
            self._stack.go(Place(0, 0))
            self._settle()

    def action_scroll_end(self) -> None:
        """Go to the end and follow."""
        self._stack.following = True
        self._settle()

    # Looks

    def on_resize(self) -> None:
        """Render for the new width, at the same place."""
        self._renew()

    def on_mount(self) -> None:
        """Begin."""
        self._renew()

    def notify_style_update(self) -> None:
        """Take over new colours."""
        super().notify_style_update()
        if self._looks is not None:
            self._renew()

    def _palette(self) -> Palette:
        return Palette(self.rich_style, self.get_component_rich_style)

    def _renew(self) -> None:
        width = self._room
        if not width or not self.is_attached:
            return
        context = self._looks
        palette = self._palette()
        if context is None or context.width != width or not palette.same_as(context.palette):
            resized = context is None or context.width != width
            self._looks = Context(
                width, palette, self._markdown, math=self._math, wrap_code=self._wrap_code, pictures=self.pictures
            )
            self._forget(estimate=resized)
        else:
            self._settle()  # it may have been painted before its height was known

    def _forget(self, *, estimate: bool = True) -> None:
        """Forget all lines and render what is in view again."""
        if self._looks is not None:
            self._looks.markdown, self._looks.math = self._markdown, self._math
            self._looks.wrap_code = self._wrap_code
            self._painted.clear()
            self._stack.height = self._height
            self._stack.forget_all(estimate=estimate)
            self._settle()

    def render_line(self, y: int) -> Strip:
        """Return the strip in row `y` of the view."""
        context, width = self._looks, self.size.width
        row = y + self._stack.top_row
        if context is None or not self._stack.items or row >= self._stack.total:
            return Strip.blank(width, self.rich_style)
        index, line_number = self._stack.at(row)
        lines = self._stack.lines(index)
        if line_number >= len(lines):
            return Strip.blank(width, self.rich_style)
        item, order = self._stack.items[index], self._stack.first_order + index
        line = lines.line(line_number)
        strip = self._line_strip(item, order, lines, line_number, line)
        place = selecting.place(order, lines.address(line_number))
        if strip.cell_length > self._room:
            return self._cut(strip, line.decoration, self._first_column(item, line_number), place)
        painted = self._painted.get((order, line_number))
        if painted is not None and painted[0] is strip:
            return painted[1]
        whole = strip.crop_extend(0, width, context.palette.text).simplify().apply_offsets(0, place)
        if len(self._painted) > KEEP_PAINTED:
            self._painted.clear()
        self._painted[order, line_number] = (strip, whole)
        return whole

    def _cut(self, strip: Strip, fixed: int, column: int, place: int) -> Strip:
        """Return what the view shows of a wider row: its first `fixed` characters, and the cells from `column` on."""
        from chat_tui.transcript.sideways import cut

        palette = self._palette()
        shown = cut(strip, fixed, column, self._room, palette["accent"], place)
        return shown.crop_extend(0, self.size.width, palette.text)

    def _first_column(self, item: Item, row: int) -> int:
        """Return the first cell behind the gutter that is shown of `row` of `item`, which is wider than the view."""
        return 0

    def _line_strip(self, item: Item, order: int, lines: Sections, row: int, line: Line) -> Strip:
        """Return `line`, which is `row` of `lines`, as it looks now."""
        return line.strip
