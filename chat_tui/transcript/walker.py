"""A conversation to walk through: a cursor that stops at messages and code, links to go to, thoughts that fold."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, ClassVar, Final

from rich.segment import Segment
from textual import events
from textual.binding import BindingType
from textual.strip import Strip

from chat_tui.conversation.values import Message
from chat_tui.transcript.context import BAR
from chat_tui.transcript.cursor import Cursor
from chat_tui.transcript.lines import Line, Sections
from chat_tui.transcript.stack import Place
from chat_tui.transcript.view import Transcript, binding
from chat_tui.transcript.wrap import cells

if TYPE_CHECKING:  # what links need is imported after the first paint
    from chat_tui.transcript.files import File
    from chat_tui.transcript.links import ChosenLink
    from chat_tui.transcript.message import Item

MARKS: Final = {" ": "▎", BAR[0]: "█"}
"""What the first character of a row becomes at the cursor; where text begins there, it stays."""


class Walker(Transcript):
    """A conversation with a cursor, which leads to its messages, code and links."""

    BINDINGS: ClassVar[list[BindingType]] = [
        binding("up,k", "move('up')", "up", "Up", "To the message or code before, line by line where it is long"),
        binding("down,j", "move('down')", "down", "Down", "To the next message or code, line by line where it is long"),
        binding("{", "move_prompt(-1)", "previous_prompt", "Previous prompt", "To the prompt before"),
        binding("}", "move_prompt(1)", "next_prompt", "Next prompt", "To the next prompt"),
        binding("o", "screen.open_or_link", "next_link", "Links, files", "To the next link; opens a file or picture"),
        binding("s", "screen.save_file", "save_file", "Save the file", "Save the picture or file at the cursor"),
        binding("u", "screen.use_file", "use_file", "Use the file", "Attach the picture or file to what you write"),
        binding("l,shift+right", "move_code(1)", "code_right", "Right", "On along long lines of code that are cut"),
        binding("h,shift+left", "move_code(-1)", "code_left", "Left", "Back along them"),
        binding("O", "screen.previous_link", "previous_link", "Previous link", "To the link before"),
    ]

    def __init__(self, *, footer: Callable[[Message], str], id: str | None = None) -> None:
        super().__init__(footer=footer, id=id)
        self._cursor = Cursor(self._stack)
        self._own_link: ChosenLink | None = None
        self._column = 0  # the first one that is shown of long lines of code at the cursor, …
        self._column_of: tuple[Item | None, int | None] = (None, None)  # … as long as that is at this message and code

    # The cursor

    @property
    def current(self) -> Message | None:
        """The message at the cursor, as it was given; None in an empty conversation."""
        item = self._cursor.item
        return item.message if item is not None else None

    @property
    def current_prompt(self) -> str | None:
        """The id of the prompt at the cursor, or of the one that the message there answers."""
        index = self._cursor.index
        above = (item.message for item in self._stack.items[index::-1]) if index >= 0 else ()
        return next((message.id for message in above if message.role == "user"), None)

    @property
    def current_message(self) -> str | None:
        """The id of the message at the cursor; None when there is none."""
        return self._cursor.item.message.id if self._cursor.item is not None else None

    @property
    def current_file(self) -> File | None:
        """The file at the cursor, else the first one of the message there; None when it has none."""
        return self.chosen_file or next(iter(self._files), None)

    @property
    def chosen_file(self) -> File | None:
        """The file at the cursor, when the reader went to one."""
        item, code = self._cursor.item, self._cursor.at_code
        return item.file_at(code.fold) if item is not None and code is not None else None

    @property
    def at_file(self) -> bool:
        """Whether the reader went to a file."""
        return self.chosen_file is not None

    @property
    def _files(self) -> Sequence[File]:
        from chat_tui.transcript.files import files_of

        return files_of(self._cursor.item.message) if self._cursor.item is not None else ()

    def message_source(self) -> str:
        """Return the message at the cursor as it was received; empty when there is none."""
        return self._cursor.item.text if self._cursor.item is not None else ""

    def code_source(self) -> str:
        """Return the code block at the cursor, or the last one in the message there or before; empty without any."""
        if self._cursor.item is None:
            return ""
        index, number, code = self._cursor.index, self._cursor.code, self._cursor.at_code
        if code is not None and code.fold is not None:
            return self._cursor.item.source_of(code)
        from chat_tui.transcript.copying import code_blocks

        for item in self._stack.items[index::-1]:
            if blocks := code_blocks(item.text):
                return blocks[-1 if number is None else min(number, len(blocks) - 1)]
            number = None
        return ""

    def go_to(self, message_id: str) -> None:
        """Put the cursor on the message `message_id`, and that on top."""
        index = self._stack.index_of(message_id)
        if index is not None and self._looks is not None:
            self._cursor.to(index)
            self._moved()

    def _moved(self) -> None:
        self.leave_link()
        self._settle()
        self._tell_link()

    def action_move(self, way: str) -> None:
        """Move the cursor `up` or `down`."""
        if self._looks is not None and self._stack.items:
            (self._cursor.up if way == "up" else self._cursor.down)()
            self._moved()

    def action_move_prompt(self, step: int) -> None:
        """Move the cursor to another prompt."""
        if self._looks is not None and self._stack.items:
            self._cursor.to_prompt(step)
            self._moved()

    def action_scroll_home(self) -> None:
        """Go to the first message."""
        if self._looks is not None and self._stack.items:
            self._cursor.to(0)
            self._moved()

    def action_scroll_end(self) -> None:
        """Go to the end and follow."""
        self._cursor.reset()
        self.leave_link()
        super().action_scroll_end()

    def action_page_up(self) -> None:
        """Go up by a screen; from the top, to the first message."""
        if self.scroll_y > 0:
            super().action_page_up()
        else:
            self.action_scroll_home()

    def action_page_down(self) -> None:
        """Go down by a screen; from the bottom, to the last message."""
        if self.scroll_y < self.max_scroll_y:
            super().action_page_down()
        else:
            self.action_scroll_end()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Go where the reader wants to, with the cursor."""
        placed = self._placed_row
        super().watch_scroll_y(old_value, new_value)
        if self._placed_row != placed:
            self._cursor.into_view(down=self._placed_row > placed)

    def on_focus(self) -> None:
        """Show the cursor, where the reader looks."""
        if self._looks is not None:
            self._cursor.into_view(down=False)
        self.refresh()

    def on_blur(self) -> None:
        """Hide the cursor."""
        self.leave_link()
        self.refresh()

    def on_click(self, event: events.Click) -> None:
        """Put the cursor on what was clicked; links and folds are the transcript's, whose own handler is called too."""
        row = event.y + self._stack.top_row
        if self._looks is not None and self._stack.items and row < self._stack.total:
            self._cursor.put(self._stack.at(row))
            self.leave_link()
            self._tell_link()
            self.refresh()

    def _bring_into_view(self, place: Place) -> None:
        """Move the view when `place` is not in it; what arrives doesn't move it on."""
        stack = self._stack
        stack.following = False
        if not stack.top <= place < stack.walk(stack.top, stack.height):
            stack.go(stack.walk(place, -(stack.height // 3)))
        self._settle()

    # Long lines of code

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leave the keys for long lines to others while those are wrapped."""
        return not self._wrap_code if action == "move_code" else super().check_action(action, parameters)

    def action_move_code(self, step: int) -> None:
        """Move long lines of code at the cursor by a third of the view; no further than their ends."""
        column = self._own_column + step * max(1, self.size.width // 3)
        self._show_column(min(column, self._widest() - self._room))

    def _bring_into_row(self, place: Place, start: int, end: int) -> None:
        """Move long lines of code when the characters from `start` to `end` of the one at `place` are out of view."""
        line = self._stack.lines(place.item).plain(place.line)
        text, room = line.strip.text, self._room - 1 - cells(line.strip.text[: line.decoration])
        first, last = (cells(text[line.decoration : character]) for character in (start, end))
        if line.strip.cell_length > self._room and not self._own_column < first <= last < self._own_column + room:
            self._show_column(first - room // 3)

    def _show_column(self, column: int) -> None:
        self._column, self._column_of = max(0, column), (self._cursor.item, self._cursor.code)
        self.refresh()

    @property
    def _own_column(self) -> int:
        return self._column if self._column_of == (self._cursor.item, self._cursor.code) else 0

    def _first_column(self, item: Item, row: int) -> int:
        return self._own_column if self._cursor.covers(item, row) else 0

    def _widest(self) -> int:
        """Return the cells of the longest row in view at the cursor."""
        places = (self._stack.at(self._stack.top_row + y) for y in range(self._height) if self._stack.items)
        lines = ((self._stack.items[index], self._stack.lines(index), row) for index, row in places)
        return max(
            (
                rows.plain(row).strip.cell_length
                for item, rows, row in lines
                if row < len(rows) and self._cursor.covers(item, row)
            ),
            default=0,
        )

    # Links

    @property
    def link(self) -> str:
        """Where the link under the mouse leads, else the one that the reader went to; empty when there is neither."""
        return super().link or self.chosen_link

    @property
    def chosen_link(self) -> str:
        """Where the link leads that the reader went to; empty when there is none."""
        return self._own_link.href if self._own_link is not None else ""

    def step_link(self, step: int) -> bool:
        """Go to the next link (1), or the one before (-1), of the message at the cursor; tell whether there is one."""
        from chat_tui.transcript.links import ChosenLink

        item, stack = self._cursor.item, self._stack
        if item is None or self._looks is None:
            return False
        index = self._cursor.index
        lines = stack.whole(index)
        bottom = stack.walk(stack.top, stack.height)
        start = stack.top.line if index == stack.top.item else 0
        seen = range(start, bottom.line if index == bottom.item else len(lines))
        own = self._own_link or ChosenLink()
        link = own.step(item, lines, seen, step)
        if link is None and item.reveal_sources():
            stack.forget(index)
            return self.step_link(step)
        if link is None:
            return False
        self._own_link = own
        self._bring_into_view(Place(index, link.row))
        self._tell_link()
        return True

    def action_open_link(self) -> None:
        """Open the link that the reader went to."""
        if self.chosen_link:
            self.post_message(self.LinkClicked(self, self.chosen_link))

    def leave_link(self) -> bool:
        """Be at no link any more; tell whether the reader was at one."""
        if self._own_link is None:
            return False
        self._own_link = None
        self._tell_link()
        self.refresh()
        return True

    # Folding

    def action_fold(self) -> None:
        """Fold or unfold what can be in the message at the cursor."""
        item = self._cursor.item
        if item is None:
            return
        index, code = self._cursor.index, self._cursor.at_code
        if code is None and not item.foldable:
            codes = self._stack.lines(index).code()
            code = next((code for code in codes if code.fold is not None and item.file_at(code.fold) is None), None)
        if code is not None and code.fold is not None:
            self.toggle_fold(item.message.id, code.fold)
            if item.file_at(code.fold) is not None:
                return
            place = Place(index, code.rows.start)
            self._cursor.put(place)
            self._bring_into_view(place)
        elif item.foldable:
            self.toggle_reasoning(item.message.id)
            if item.reasoning:
                place = Place(self._cursor.index, item.label_row)
                self._cursor.put(place)
                self._bring_into_view(place)

    # What changes meanwhile

    def show(self, messages: Sequence[Message]) -> None:
        """Replace everything by `messages` and go to the end."""
        self._cursor.reset()
        self.leave_link()
        super().show(messages)

    def add(self, message: Message) -> None:
        """Put a message at the end; the cursor of a reader who follows goes there."""
        if self.following:
            self._cursor.reset()
        super().add(message)

    def discard(self, message_id: str) -> None:
        """Take a message out; what is on the screen otherwise stays."""
        index = self._stack.index_of(message_id)
        if index is not None:
            self._cursor.leave(index)
        super().discard(message_id)

    def _renew(self) -> None:
        super()._renew()
        if self.has_focus and self._looks is not None and self._height:
            self._cursor.bring_into_view()
            self._settle()

    # Looks

    def _line_strip(self, item: Item, order: int, lines: Sections, row: int, line: Line) -> Strip:
        link = self._own_link.of(item) if self._own_link is not None else None
        if link is not None and (pieces := [piece for piece in link.pieces if piece.row == row]):
            from chat_tui.transcript.find import marked

            style = self.get_component_rich_style("transcript--own-link", partial=True)
            line = line._replace(strip=marked(line.strip, [(start, end, style) for _, start, end in pieces]))
        strip = super()._line_strip(item, order, lines, row, line)
        if self.has_focus and self._looks is not None and self._cursor.covers(item, row):
            mark = MARKS.get(strip.text[:1] or " ")
            if mark is not None:
                rest = strip.crop(1, None) if strip.cell_length else strip
                strip = Strip([Segment(mark, self._looks.palette["accent"]), *rest])
        return strip
