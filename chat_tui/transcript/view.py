"""The transcript: one virtual widget that renders only what is in view and keeps the reader's place."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import ClassVar, Final

from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.message import Message as Event
from textual.scroll_view import ScrollView
from textual.scrollbar import ScrollDown, ScrollUp
from textual.selection import Selection
from textual.strip import Strip
from textual.widget import Widget

from chat_tui.conversation.values import Message
from chat_tui.transcript import selecting
from chat_tui.transcript.heights import Heights
from chat_tui.transcript.lines import Line, Sections
from chat_tui.transcript.message import Item
from chat_tui.transcript.render import Context
from chat_tui.transcript.styles import COMPONENT_CLASSES, CSS, Palette

KEEP_RENDERED: Final = 64
"""Messages whose lines are kept; those in view are always among them."""
AHEAD: Final = 5
"""Rows that a followed stream grows by at once: moving the whole view for every row would send it all every time."""


def _binding(key: str, action: str, name: str, description: str, tooltip: str) -> Binding:
    return Binding(key, action, description, show=False, id=f"transcript.{name}", tooltip=tooltip)


class Transcript(ScrollView, can_focus=True):
    """The conversation, from the first prompt to the reply that is arriving."""

    ALLOW_SELECT = True
    COMPONENT_CLASSES: ClassVar[set[str]] = COMPONENT_CLASSES
    DEFAULT_CSS = f"""
Transcript {{
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
    BINDINGS: ClassVar[list[BindingType]] = [
        _binding("up,k", "scroll_up", "up", "Line up", "Show one line more above"),
        _binding("down,j", "scroll_down", "down", "Line down", "Show one line more below"),
        _binding("pageup", "page_up", "page_up", "Page up", "Go back by a screen"),
        _binding("pagedown", "page_down", "page_down", "Page down", "Go on by a screen"),
        _binding("home,g", "scroll_home", "top", "To the start", "Go to the first message"),
        _binding("end,G", "scroll_end", "end", "To the end", "Go to the end and follow what arrives"),
    ]

    class FollowChanged(Event):
        """The transcript began, or ceased, to follow what arrives."""

        def __init__(self, transcript: Transcript, following: bool) -> None:
            super().__init__()
            self.transcript = transcript
            self.following = following

        @property
        def control(self) -> Transcript:
            """The transcript."""
            return self.transcript

    class LinkClicked(Event):
        """A link was clicked; `href` is http, https or mailto."""

        def __init__(self, transcript: Transcript, href: str) -> None:
            super().__init__()
            self.transcript = transcript
            self.href = href

        @property
        def control(self) -> Transcript:
            """The transcript."""
            return self.transcript

    def __init__(self, *, footer: Callable[[Message], str], id: str | None = None) -> None:
        super().__init__(id=id)
        self._footer = footer
        self._items: list[Item] = []
        self._row_counts = Heights()
        self._first_order = 0  # of the first item; falls when earlier ones are put before it, so that orders are stable
        self._rendered: OrderedDict[Item, None] = OrderedDict()
        self._markdown = False
        self._looks: Context | None = None
        self._top = (0, 0)  # the item and its line in the first row: the reader's place, which everything keeps
        self._following = True
        self._placed_row = 0
        self._ahead = 0

    # What the application says

    @property
    def following(self) -> bool:
        """At the end, and going with what arrives."""
        return self._following

    def show(self, messages: Sequence[Message]) -> None:
        """Replace everything by `messages` and go to the end."""
        self._items = [Item(message) for message in messages]
        self._first_order, self._top, self._ahead = 0, (0, 0), 0
        self._rendered.clear()
        self._estimate_all()
        self._follow(True)
        self._settle()
        self.refresh()

    def prepend(self, messages: Sequence[Message]) -> None:
        """Put earlier messages before the others; what is on the screen stays."""
        items = [Item(message) for message in messages]
        width = self._looks.width if self._looks else 80
        self._items[:0] = items
        self._row_counts.insert(0, [item.estimate(width) for item in items])
        self._first_order -= len(items)
        self._top = (self._top[0] + len(items), self._top[1])
        self._settle()

    def add(self, message: Message) -> None:
        """Put a message at the end: a prompt, or a reply that will arrive."""
        item = Item(message)
        self._items.append(item)
        self._row_counts.append(item.estimate(self._looks.width if self._looks else 80))
        self._ahead = 0
        self._settle()
        self.refresh()

    def append_text(self, message_id: str, text: str) -> None:
        """Take more of the reply `message_id`."""
        index = self._index_of(message_id)
        if index is None:
            return
        item = self._items[index]
        if self._looks is None or item.lines is None:
            item.append_text_unseen(text)
            if self._looks is not None:
                self._lines(index)
                self._changed(index, 0, self._row_counts[index])
            return
        before = len(item.lines)
        row = item.append_text(text, self._looks, self._footer)
        self._changed(index, row, before)

    def append_reasoning(self, message_id: str, text: str) -> None:
        """Take more of what the model of the reply `message_id` thinks."""
        index = self._index_of(message_id)
        if index is not None and self._items[index].append_reasoning(text) and self._looks is not None:
            self._changed(index, 0, self._row_counts[index])

    def append_calls(self, message_id: str, fragments: Sequence[tuple[int, str, str]]) -> None:
        """Take more of the tool calls of the reply `message_id`: of each its number, name and new arguments."""
        place = self._index_of(message_id)
        if place is not None:
            for fragment in fragments:
                self._items[place].append_call(*fragment)
            self.append_text(message_id, "")

    def replace(self, message: Message) -> None:
        """Take the message as it is now; the line on top stays."""
        index = self._index_of(message.id)
        if index is None:
            return
        item = self._items[index]
        item.finish(message, self._looks, self._footer)
        if item.lines is None:
            self._rendered.pop(item, None)
        self._settle()
        self.refresh()

    def discard(self, message_id: str) -> None:
        """Take a message out; what is on the screen otherwise stays."""
        index = self._index_of(message_id)
        if index is None:
            return
        self._rendered.pop(self._items.pop(index), None)
        self._row_counts.delete(index)
        top, line = self._top
        if index < top:
            self._top = (top - 1, line)
        elif index == top:
            self._top = (min(top, max(0, len(self._items) - 1)), 0)
        self._settle()
        self.refresh()

    def enable_markdown(self) -> None:
        """Show Markdown from now on: its libraries are there."""
        if not self._markdown:
            self._markdown = True
            self._forget()

    def toggle_reasoning(self, message_id: str) -> None:
        """Fold or unfold what the model of `message_id` thought."""
        index = self._index_of(message_id)
        if index is None:
            return
        item = self._items[index]
        item.unfolded = not item.unfolded
        item.lines = None
        self._rendered.pop(item, None)
        self._follow(False)
        self._settle()
        self.refresh()

    # Geometry. The place (item, line) is the truth; Textual's scroll position is derived from it.

    @property
    def _height(self) -> int:
        return self.scrollable_content_region.height

    def _index_of(self, message_id: str) -> int | None:
        for index in range(len(self._items) - 1, -1, -1):
            if self._items[index].message.id == message_id:
                return index
        return None

    def _estimate_all(self) -> None:
        # Before the first layout no width is known: everything is estimated then.
        width = self._looks.width if self._looks else 0
        self._row_counts = Heights([item.estimate(width) if width else 1 for item in self._items])

    def _lines(self, index: int) -> Sections:
        """Return the lines of the item at `index`, rendering them when needed, and note their number."""
        item = self._items[index]
        lines = item.lines
        if lines is None:
            lines = item.render(self._looks or Context(80, self._palette(), markdown=False), self._footer)
        self._rendered[item] = None
        self._rendered.move_to_end(item)
        while len(self._rendered) > KEEP_RENDERED:
            self._rendered.popitem(last=False)[0].drop()
        self._row_counts[index] = len(lines)
        return lines

    def _settle(self) -> None:
        """Render what is in view, and put the scroll position where the place is."""
        if self._looks is None or not self._height:
            return
        if not self._items:
            self._top = (0, 0)
        elif self._following:
            self._top = self._walk((len(self._items) - 1, len(self._lines(len(self._items) - 1))), -self._height)
            if self._ahead:
                self._top = self._walk(self._top, self._ahead)
        else:
            index, line = self._top
            estimated = self._row_counts[index]
            height = len(self._lines(index))
            if line >= height:
                self._top = (index, min(height - 1, line * height // max(1, estimated)))
            last = self._walk(self._top, self._height)
            if last[0] >= len(self._items) - 1 and last[1] >= len(self._lines(len(self._items) - 1)):
                self._top = self._walk((len(self._items) - 1, len(self._lines(len(self._items) - 1))), -self._height)
        self._place()

    def _walk(self, place: tuple[int, int], rows: int) -> tuple[int, int]:
        """Return the place `rows` further down (or up), by real heights: everything on the way is rendered."""
        index, line = place
        line += rows
        while line < 0 and index > 0:
            index -= 1
            line += len(self._lines(index))
        while index < len(self._items) - 1 and line >= len(self._lines(index)):
            line -= len(self._lines(index))
            index += 1
        return index, max(0, min(line, len(self._lines(index))))

    def _place(self) -> None:
        """Tell Textual the size and the scroll position."""
        index, line = self._top
        row = self._row_counts.start(index) + line if self._items else 0
        total = self._row_counts.total + self._ahead
        size = Size(self.scrollable_content_region.width, max(total, self._height))
        # Set without a layout: the widget's own size does not depend on them, and a layout would repaint everything.
        self.set_reactive(Widget.virtual_size, size)
        row = min(row, self.max_scroll_y)
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
        lines = self._lines(index)
        old_row = self._placed_row
        if self._following:
            spare = self._ahead - (len(lines) - rows_before)
            if spare < 0:
                self._ahead = min(AHEAD, self._height // 8)
                self._settle()
            else:
                self._ahead = spare
                self._place()
        else:
            self._place()
        if self._following and self._placed_row != old_row:
            self.refresh()
            return
        start = self._row_counts.start(index) + row - self._placed_row
        end = self._row_counts.start(index) + max(rows_before, len(lines)) - self._placed_row
        start, end = max(0, start), min(self._height, end)
        if index < len(self._items) - 1 and rows_before != len(lines):
            end = self._height
        if start < end:
            self.refresh(Region(0, start, self.size.width, end - start))

    def _follow(self, following: bool) -> None:
        if following != self._following:
            self._following = following
            self.post_message(self.FollowChanged(self, following))

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Go where the reader wants to, from the place where the reader is."""
        row = round(new_value)
        delta = row - self._placed_row
        if not delta or self._looks is None or not self._items:
            return
        height = self._height
        if abs(delta) <= 2 * height:
            self._top = self._walk(self._top, delta)
        elif row >= self.max_scroll_y:
            self._top = (len(self._items) - 1, len(self._lines(len(self._items) - 1)))
        else:
            index = self._row_counts.find(row)
            self._top = (index, row - self._row_counts.start(index))
        if delta < 0 and self._following and row >= self.max_scroll_y:
            self._settle()  # the view grew and Textual moved it: not the reader
        elif delta < 0:
            self._follow(False)
            self._ahead = 0
            self._settle()
        else:
            self._settle()
            if self._placed_row + height >= self._row_counts.total:
                self._follow(True)
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
        if self._items and self._looks is not None:
            self._follow(False)
            self._top, self._ahead = (0, 0), 0
            self._settle()
            self.refresh()

    def action_scroll_end(self) -> None:
        """Go to the end and follow."""
        self._follow(True)
        self._settle()
        self.refresh()

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
        width = self.scrollable_content_region.width
        if not width or not self.is_attached:
            return
        context = self._looks
        palette = self._palette()
        if context is None or context.width != width or not palette.same_as(context.palette):
            resized = context is None or context.width != width
            self._looks = Context(width, palette, self._markdown)
            self._forget(estimate=resized)
        else:
            self._settle()
            self.refresh()  # it may have been painted before its height was known

    def _forget(self, *, estimate: bool = True) -> None:
        """Forget all lines and render what is in view again; the reader's place is kept in proportion."""
        if self._looks is None:
            return
        self._looks.markdown = self._markdown
        index, line = self._top
        height = max(1, self._row_counts[index]) if self._items else 1
        for item in self._rendered:
            item.lines = None
        self._rendered.clear()
        if estimate:
            self._estimate_all()
        if self._items and self._height:
            self._top = (index, min(line * len(self._lines(index)) // height, len(self._lines(index)) - 1))
        self._ahead = 0
        self._settle()
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """Return the strip in row `y` of the view."""
        context, width = self._looks, self.size.width
        row = y + self._placed_row
        if context is None or not self._items or row >= self._row_counts.total:
            return Strip.blank(width, self.rich_style)
        index = self._row_counts.find(row)
        line_number = row - self._row_counts.start(index)
        lines = self._lines(index)
        if line_number >= len(lines):
            return Strip.blank(width, self.rich_style)
        line = lines.line(line_number)
        strip = line.strip
        order = self._first_order + index
        selection = self.text_selection
        if selection is not None:
            style = self.screen.get_component_rich_style("screen--selection")
            strip = selecting.highlighted(line, selection, selecting.place(order, line_number), style)
        strip = strip.crop_extend(0, width, context.palette.text)
        return strip.apply_offsets(0, selecting.place(order, line_number))

    # Selection and the mouse

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        """Return the selected text as a reader would write it down."""
        if self._looks is None or not self._items:
            return None
        last = len(self._items) - 1
        first_order = self._first_order

        def lines_of(order: int) -> Sequence[Line]:
            return self._lines(order - first_order)

        def text_of(order: int) -> str:
            return self._items[order - first_order].text

        return selecting.selected_text(selection, (first_order, first_order + last), lines_of, text_of), "\n"

    def selection_updated(self, selection: Selection | None) -> None:
        """Show what is selected."""
        self.refresh()

    def on_click(self, event: events.Click) -> None:
        """Open a link, or fold and unfold a thought."""
        style: Style = event.style
        meta = style.meta if style else {}
        href, fold = meta.get("href"), meta.get("fold")
        if isinstance(href, str):
            event.stop()
            self.post_message(self.LinkClicked(self, href))
        elif isinstance(fold, str):
            event.stop()
            self.toggle_reasoning(fold)
