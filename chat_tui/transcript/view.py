"""The transcript: a conversation that grows, to be selected from and clicked in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, ClassVar

from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region
from textual.message import Message as Event
from textual.selection import Selection
from textual.strip import Strip

from chat_tui.conversation.values import Message, Part
from chat_tui.transcript import selecting
from chat_tui.transcript.lines import Fold, Line, Sections
from chat_tui.transcript.viewport import Viewport

if TYPE_CHECKING:
    from chat_tui.attachments.thumbnails import Thumbnail
    from chat_tui.transcript.files import File
    from chat_tui.transcript.message import Item
    from chat_tui.transcript.pictures import Wanted


def binding(key: str, action: str, name: str, description: str, tooltip: str) -> Binding:
    """Return a binding of the transcript."""
    return Binding(key, action, description, show=False, id=f"transcript.{name}", tooltip=tooltip)


def _items(messages: Sequence[Message]) -> list[Item]:
    if not messages:
        return []  # the first paint of a new conversation waits for nothing of what renders
    from chat_tui.transcript.message import Item

    return [Item(message) for message in messages]


class Transcript(Viewport):
    """The conversation, from the first prompt to the reply that is arriving."""

    ALLOW_SELECT = True
    BINDINGS: ClassVar[list[BindingType]] = [
        binding("pageup", "page_up", "page_up", "Page up", "Go back by a screen"),
        binding("pagedown", "page_down", "page_down", "Page down", "Go on by a screen"),
        binding("home,g", "scroll_home", "top", "To the start", "Go to the first message"),
        binding("end,G", "scroll_end", "end", "To the end", "Go to the end and follow what arrives"),
        binding("c", "screen.copy_message", "copy", "Copy the message", "Copy the message as it was received"),
        binding("y", "screen.copy_code", "copy_code", "Copy the code", "Copy the code block"),
        binding("w", "screen.toggle_wrap", "wrap", "Wrap code", "Wrap long lines of code, or cut them"),
        binding("m", "screen.toggle_math", "math", "Formulas", "Show formulas readably, or as their source"),
    ]

    class LinkShown(Event):
        """Another link than before is under the mouse, or none: `href` is empty then; or the cursor went to a file."""

        def __init__(self, transcript: Transcript, href: str) -> None:
            super().__init__()
            self.transcript = transcript
            self.href = href

        @property
        def control(self) -> Transcript:
            """The transcript."""
            return self.transcript

    class LinkClicked(Event):
        """A link is to be opened; `href` is http, https or mailto."""

        def __init__(self, transcript: Transcript, href: str) -> None:
            super().__init__()
            self.transcript = transcript
            self.href = href

        @property
        def control(self) -> Transcript:
            """The transcript."""
            return self.transcript

    class FileChosen(Event):
        """A file of the message `message_id` is to be looked at."""

        def __init__(self, transcript: Transcript, message_id: str, file: File) -> None:
            super().__init__()
            self.transcript = transcript
            self.message_id = message_id
            self.file = file

        @property
        def control(self) -> Transcript:
            """The transcript."""
            return self.transcript

    def __init__(self, *, footer: Callable[[Message], str], id: str | None = None) -> None:
        super().__init__(footer=footer, id=id)
        self._pointed_at = ""
        self._told_link = ("", False)

    # What the application says

    def show(self, messages: Sequence[Message]) -> None:
        """Replace everything by `messages` and go to the end."""
        self.pictures.forget()
        self._stack.show(_items(messages))
        self._painted.clear()
        self._settle()

    def prepend(self, messages: Sequence[Message]) -> None:
        """Put earlier messages before the others; what is on the screen stays."""
        self._stack.prepend(_items(messages))
        self._settle()

    def add(self, message: Message) -> None:
        """Put a message at the end: a prompt, or a reply that will arrive."""
        self._stack.add(*_items([message]))
        self._settle()

    def append_text(self, message_id: str, text: str) -> None:
        """Take more of the reply `message_id`."""
        index = self._stack.index_of(message_id)
        if index is None:
            return
        item, before = self._stack.items[index], self._stack.rows(index)
        if self._looks is None or item.lines is None:
            item.append_text_unseen(text)
            self._changed(index, 0, before)
            return
        row = item.append_text(text, self._looks, self._footer)
        self._changed(index, row, before)

    def append_reasoning(self, message_id: str, text: str) -> None:
        """Take more of what the model of the reply `message_id` thinks."""
        index = self._stack.index_of(message_id)
        if index is None:
            return
        before = self._stack.rows(index)
        row = self._stack.items[index].append_reasoning(text, self._looks, self._footer)
        if row is not None:
            self._changed(index, row, before)
        if self._looks is not None:
            # The label says how long it takes: it changes with the thought, however far above its end.
            y = self._stack.start(index) + self._stack.items[index].label_row - self._stack.top_row
            if 0 <= y < self._height:
                self.refresh(Region(0, y, self.size.width, 1))

    def append_calls(self, message_id: str, fragments: Sequence[tuple[int, str, str]]) -> None:
        """Take more of the tool calls of the reply `message_id`: of each its number, name and new arguments."""
        index = self._stack.index_of(message_id)
        if index is not None:
            for fragment in fragments:
                self._stack.items[index].append_call(*fragment)
            self.append_text(message_id, "")

    def append_part(self, message_id: str, part: Part) -> None:
        """Take a picture of the reply `message_id`, which goes on."""
        index = self._stack.index_of(message_id)
        if index is not None and self._stack.items[index].arriving:
            self._stack.items[index].append_part(part)
            self.append_text(message_id, "")

    def replace(self, message: Message) -> None:
        """Take the message as it is now; the line on top stays."""
        index = self._stack.index_of(message.id)
        if index is None:
            return
        item = self._stack.items[index]
        item.finish(message, self._looks, self._footer)
        if item.lines is None:
            self._stack.forget(index)
        self._settle()

    def discard(self, message_id: str) -> None:
        """Take a message out; what is on the screen otherwise stays."""
        index = self._stack.index_of(message_id)
        if index is not None:
            self._stack.delete(index)
            self._settle()

    def enable_markdown(self, *, wrap_code: bool = True, math: bool = True) -> None:
        """Show Markdown from now on: its libraries are there.

        Args:
            wrap_code: Long lines of code go on in the next row; otherwise they are cut.
            math: Formulas are shown readably, not as their source.
        """
        if not self._markdown:
            self._markdown, self._wrap_code, self._math = True, wrap_code, math
            self._forget()

    def toggle_wrap(self) -> bool:
        """Wrap long lines of code, or cut them; return whether they are wrapped now."""
        self._wrap_code = not self._wrap_code
        self._forget()
        return self._wrap_code

    def toggle_math(self) -> bool:
        """Show formulas readably, or as their source; return whether they are readable now."""
        self._math = not self._math
        self._forget()
        return self._math

    def toggle_reasoning(self, message_id: str) -> None:
        """Fold or unfold what the model of `message_id` thought."""
        self.toggle_fold(message_id, None)

    def toggle_fold(self, message_id: str, fold: Fold | None) -> None:
        """Fold or unfold a part of the message `message_id`; None stands for what its model thought."""
        index = self._stack.index_of(message_id)
        if index is None:
            return
        if (file := self._stack.items[index].file_at(fold)) is not None:
            self.post_message(self.FileChosen(self, message_id, file))
            return
        self._stack.items[index].toggle(fold)
        self._stack.forget(index)
        self._stack.following = False
        self._settle()

    def show_picture(self, wanted: Wanted, known: Thumbnail | str) -> None:
        """Show a thumbnail, or say in its place why there is none; nothing moves."""
        self.pictures.put(wanted, known)
        self.refresh()

    # Selection and the mouse

    def _line_strip(self, item: Item, order: int, lines: Sections, row: int, line: Line) -> Strip:
        """Return `line`, which is `row` of `lines`, as it looks now: with what is selected of it."""
        selection = self.text_selection
        if selection is None:
            return line.strip
        style = self.screen.get_component_rich_style("screen--selection")
        if self.screen.get_component_styles("screen--selection").color.is_transparent:
            style = Style(bgcolor=style.bgcolor)  # selected text keeps its own colour, which isn't the background's
        return selecting.highlighted(line, selection, selecting.place(order, lines.address(row)), style)

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        """Return the selected text as a reader would write it down."""
        if self._looks is None or not self._stack.items:
            return None
        stack = self._stack
        with stack.held():
            return selecting.selected_text(selection, stack.items, stack.first_order, stack.lines), "\n"

    def selection_updated(self, selection: Selection | None) -> None:
        """Show what is selected."""
        self.refresh()

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Tell where the link under the mouse leads."""
        href = event.style.meta.get("href")
        self._pointed_at = href if isinstance(href, str) else ""
        self._tell_link()

    def on_leave(self) -> None:
        """Tell that no link is under the mouse any more."""
        self._pointed_at = ""
        self._tell_link()

    @property
    def link(self) -> str:
        """Where the link under the mouse leads; empty when there is none."""
        return self._pointed_at

    def _tell_link(self) -> None:
        if (told := (self.link, self.at_file)) != self._told_link:
            self._told_link = told
            self.post_message(self.LinkShown(self, self.link))

    @property
    def at_file(self) -> bool:
        """Whether the reader went to a file."""
        return False

    def on_click(self, event: events.Click) -> None:
        """Open a link, or fold and unfold what was clicked."""
        style: Style = event.style
        meta = style.meta if style else {}
        href, fold = meta.get("href"), meta.get("fold")
        if isinstance(href, str):
            event.stop()
            self.post_message(self.LinkClicked(self, href))
        elif isinstance(fold, str):
            event.stop()
            self.toggle_fold(fold, meta.get("part"))
