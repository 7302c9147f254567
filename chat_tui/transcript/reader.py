"""The transcript as people read in it: with a cursor, folding and find."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from time import perf_counter
from typing import TYPE_CHECKING, ClassVar, Final

from rich.segment import Segment
from textual import events, work
from textual.binding import BindingType
from textual.geometry import Region
from textual.message import Message as Event
from textual.strip import Strip

from chat_tui.conversation.values import Message
from chat_tui.transcript.context import BAR
from chat_tui.transcript.cursor import Cursor
from chat_tui.transcript.lines import Line, Sections
from chat_tui.transcript.stack import Place
from chat_tui.transcript.view import Transcript, binding

if TYPE_CHECKING:  # what reading and finding need is imported after the first paint
    from chat_tui.transcript.message import Item
    from chat_tui.transcript.search import Search

SLICE_SECONDS: Final = 0.005
"""Find works this long before it lets keys and the screen have their turn."""
MARKS: Final = {" ": "▎", BAR[0]: "█"}
"""What the first character of a row becomes at the cursor; where text begins there, it stays."""


class Reader(Transcript):
    """A conversation to read in: a cursor that stops at messages and code, thoughts that fold, and find."""

    BINDINGS: ClassVar[list[BindingType]] = [
        binding("up,k", "move('up')", "up", "Up", "To the message or code before, line by line where it is long"),
        binding("down,j", "move('down')", "down", "Down", "To the next message or code, line by line where it is long"),
        binding("{", "move_prompt(-1)", "previous_prompt", "Previous prompt", "To the prompt before"),
        binding("}", "move_prompt(1)", "next_prompt", "Next prompt", "To the next prompt"),
        binding("enter", "fold", "fold", "Fold", "Fold or unfold what the model thought, and long tool calls"),
        binding("slash", "screen.find", "find", "Find", "Find a text in the conversation"),
        binding("n,enter", "step(1)", "next_match", "Next match", "To the next match, while find is open"),
        binding("N,shift+enter", "step(-1)", "previous_match", "Previous match", "To the match before"),
    ]

    class Found(Event):
        """Find knows more: which match the reader is at (None as long as that isn't known), of how many."""

        def __init__(self, reader: Reader, number: int | None, total: int, *, counting: bool) -> None:
            super().__init__()
            self.reader = reader
            self.number = number
            self.total = total
            self.counting = counting
            """There may be more."""

        @property
        def control(self) -> Reader:
            """The transcript."""
            return self.reader

    def __init__(self, *, footer: Callable[[Message], str], id: str | None = None) -> None:
        super().__init__(footer=footer, id=id)
        self._cursor = Cursor(self._stack)
        self._search: Search | None = None
        self._origin: tuple[Item, int] | None = None  # where the reader was when find was opened

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

    def message_source(self) -> str:
        """Return the message at the cursor as it was received; empty when there is none."""
        return self._cursor.item.text if self._cursor.item is not None else ""

    def code_source(self) -> str:
        """Return the code block at the cursor, or the last one in the message there or before; empty without any."""
        if self._cursor.item is None:
            return ""
        index, number = self._cursor.index, self._cursor.code
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
            self._settle()

    def action_move(self, way: str) -> None:
        """Move the cursor `up` or `down`."""
        if self._looks is not None and self._stack.items:
            (self._cursor.up if way == "up" else self._cursor.down)()
            self._settle()

    def action_move_prompt(self, step: int) -> None:
        """Move the cursor to another prompt."""
        if self._looks is not None and self._stack.items:
            self._cursor.to_prompt(step)
            self._settle()

    def action_scroll_home(self) -> None:
        """Go to the first message."""
        if self._looks is not None and self._stack.items:
            self._cursor.to(0)
            self._settle()

    def action_scroll_end(self) -> None:
        """Go to the end and follow."""
        self._cursor.reset()
        super().action_scroll_end()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Go where the reader wants to, with the cursor."""
        placed = self._placed_row
        super().watch_scroll_y(old_value, new_value)
        if self._placed_row != placed:
            self._cursor.into_view(down=self._placed_row > placed)

    async def on_key(self, event: events.Key) -> None:
        """Open find, and hand on what is typed for it, in the order of the keys.

        A binding would act when the key has bubbled to the application; letters that came after it, in one burst, would
        be on their way to the transcript by then.
        """
        focused = self.screen.focused
        if focused is not None and focused is not self and event.is_printable:
            event.stop()
            event.prevent_default()
            focused.post_message(events.Key(event.key, event.character))
            return
        active = self.screen.active_bindings.get(event.key)
        if active is not None and active.node is self and active.binding.action == "screen.find":
            event.stop()
            event.prevent_default()
            await self.run_action("screen.find")

    def on_focus(self) -> None:
        """Show the cursor, where the reader looks."""
        if self._looks is not None:
            self._cursor.into_view(down=False)
        self.refresh()

    def on_blur(self) -> None:
        """Hide the cursor."""
        self.refresh()

    def on_click(self, event: events.Click) -> None:
        """Put the cursor on what was clicked; links and folds are the transcript's, whose own handler is called too."""
        row = event.y + self._placed_row
        if self._looks is not None and self._stack.items and row < self._stack.total:
            self._cursor.put(self._stack.at(row))
            self.refresh()

    # Folding

    def action_fold(self) -> None:
        """Fold or unfold what can be in the message at the cursor."""
        item = self._cursor.item
        if item is not None and item.foldable:
            self.toggle_reasoning(item.message.id)

    # Find

    def find(self, text: str) -> None:
        """Look for `text`; the first match from where the reader was when find was opened is shown."""
        from chat_tui.transcript.find import Query
        from chat_tui.transcript.search import Search

        query = Query(text)
        self.workers.cancel_group(self, "find")
        if self._origin is None and self._stack.items:
            place = self._cursor.place
            self._origin = (self._stack.items[place.item], place.line)
        self._search = None
        if query and self._origin is not None:
            item, line = self._origin
            index = self._stack.items.index(item) if item in self._stack.items else len(self._stack) - 1
            self._search = Search(query, self._stack, Place(index, line))
            self._look()
        else:
            self.post_message(self.Found(self, None, 0, counting=False))
        self.refresh()

    def end_find(self) -> None:
        """Look for nothing any more; the cursor stays at the match."""
        self.workers.cancel_group(self, "find")
        self._search = self._origin = None
        self.refresh()

    @property
    def finding(self) -> bool:
        """Whether something is looked for."""
        return self._search is not None

    def action_step(self, step: int) -> None:
        """Go to the match that is `step` further on."""
        if self._search is not None:
            self._search.step(step)
            self._show_match()
            self._tell_found()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Let Enter fold as long as nothing is looked for, and go to matches then."""
        if action == "step":
            return self.finding
        return not self.finding if action == "fold" else super().check_action(action, parameters)

    @work(group="find", exclusive=True)
    async def _look(self) -> None:
        """Count the matches, a slice at a time."""
        search = self._search
        if search is None:
            return
        until = perf_counter() + SLICE_SECONDS
        for found in search.look():
            if found:
                self._show_match()
            if perf_counter() > until:
                self._tell_found()
                await asyncio.sleep(0)
                until = perf_counter() + SLICE_SECONDS
        self._tell_found()

    def _show_match(self) -> None:
        """Bring the reader's match into view, with the cursor."""
        if self._search is None or self._looks is None or (place := self._search.place()) is None:
            return
        stack = self._stack
        self._cursor.put(place)
        stack.following = False
        if not stack.top <= place < stack.walk(stack.top, stack.height):
            stack.go(stack.walk(place, -(stack.height // 3)))
        self._settle()

    def _tell_found(self) -> None:
        search = self._search
        if search is not None:
            self.post_message(self.Found(self, search.number, search.total, counting=search.counting))

    # What changes meanwhile

    def show(self, messages: Sequence[Message]) -> None:
        """Replace everything by `messages` and go to the end."""
        self.end_find()
        self._cursor.reset()
        super().show(messages)

    def prepend(self, messages: Sequence[Message]) -> None:
        """Put earlier messages before the others; what is on the screen stays."""
        super().prepend(messages)
        if messages and self.finding:
            self._look()

    def add(self, message: Message) -> None:
        """Put a message at the end; the cursor of a reader who follows goes there."""
        if self.following:
            self._cursor.reset()
        super().add(message)
        if self.finding:
            self._look()

    def append_text(self, message_id: str, text: str) -> None:
        """Take more of the reply `message_id`."""
        super().append_text(message_id, text)
        self._recount(message_id)

    def append_reasoning(self, message_id: str, text: str) -> None:
        """Take more of what the model of the reply `message_id` thinks."""
        super().append_reasoning(message_id, text)
        self._recount(message_id)
        index = self._stack.index_of(message_id)
        if index is not None and self._looks is not None:
            # The label says how long it takes: it changes with the thought, however far above its end.
            y = self._stack.start(index) + self._stack.items[index].label_row - self._placed_row
            if 0 <= y < self._height:
                self.refresh(Region(0, y, self.size.width, 1))

    def replace(self, message: Message) -> None:
        """Take the message as it is now; the line on top stays."""
        super().replace(message)
        self._recount(message.id)

    def discard(self, message_id: str) -> None:
        """Take a message out; what is on the screen otherwise stays."""
        index = self._stack.index_of(message_id)
        if index is not None:
            self._cursor.leave(index)
            if self._search is not None:
                self._search.drop(self._stack.items[index])
        super().discard(message_id)
        if self.finding:
            self._look()

    def _recount(self, message_id: str) -> None:
        index = self._stack.index_of(message_id) if self._search is not None else None
        if self._search is not None and index is not None:
            self._search.recount(self._stack.items[index])
            self._tell_found()

    def _renew(self) -> None:
        super()._renew()
        if self.has_focus and self._looks is not None and self._height:
            self._cursor.bring_into_view()
            self._settle()

    def _forget(self, *, estimate: bool = True) -> None:
        super()._forget(estimate=estimate)
        if self._search is not None and self._looks is not None and self._height:
            self._search.place()  # the lines are others

    # Looks

    def _line_strip(self, item: Item, order: int, lines: Sections, row: int, line: Line) -> Strip:
        strip = line.strip
        if self._search is not None and (marks := self._search.marks(item, lines, row)):
            from chat_tui.transcript.find import marked

            match, own = (
                self.get_component_rich_style(f"transcript--{role}", partial=True) for role in ("match", "own-match")
            )
            strip = marked(strip, [(start, end, own if is_own else match) for start, end, is_own in marks])
            line = line._replace(strip=strip)
        strip = super()._line_strip(item, order, lines, row, line)
        if self.has_focus and self._looks is not None and self._cursor.covers(item, row):
            mark = MARKS.get(strip.text[:1] or " ")
            if mark is not None:
                rest = strip.crop(1, None) if strip.cell_length else strip
                strip = Strip([Segment(mark, self._looks.palette["accent"]), *rest])
        return strip
