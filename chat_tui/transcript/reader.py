"""The transcript as people read in it: to walk through, and to find something in."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from time import perf_counter
from typing import TYPE_CHECKING, ClassVar, Final

from textual import events, work
from textual.binding import BindingType
from textual.message import Message as Event
from textual.strip import Strip

from chat_tui.conversation.values import Message
from chat_tui.transcript.lines import Line, Sections
from chat_tui.transcript.stack import Place
from chat_tui.transcript.view import binding
from chat_tui.transcript.walker import Walker

if TYPE_CHECKING:  # what finding needs is imported after the first paint
    from chat_tui.transcript.message import Item
    from chat_tui.transcript.search import Search

SLICE_SECONDS: Final = 0.005
"""Find works this long before it lets keys and the screen have their turn."""


class Reader(Walker):
    """A conversation to read and to find something in."""

    # A key's bindings have to stand in one class: Textual lets those of a subclass take the place of all others.
    BINDINGS: ClassVar[list[BindingType]] = [
        binding("slash", "screen.find", "find", "Find", "Find a text in the conversation"),
        binding("i", "screen.show_receipt", "receipt", "Receipt", "All of the receipt of the reply"),
        binding("enter", "open_link", "open_link", "Open the link", "Open the link that you went to"),
        binding("enter", "fold", "fold", "Fold", "Fold or unfold thoughts, long tool calls, JSON and probabilities"),
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
        self._search: Search | None = None
        self._origin: tuple[Item, int] | None = None  # where the reader was when find was opened

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
        """Let Enter open the link that the reader went to, else go to matches, else fold: the first that applies."""
        if action == "open_link":
            return bool(self.chosen_link)
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
        self._cursor.put(place)
        self._bring_into_view(place)
        if (piece := self._search.piece) is not None:
            self._bring_into_row(place, piece.start, piece.end)

    def _tell_found(self) -> None:
        search = self._search
        if search is not None:
            self.post_message(self.Found(self, search.number, search.total, counting=search.counting))

    # What changes meanwhile

    def show(self, messages: Sequence[Message]) -> None:
        """Replace everything by `messages` and go to the end."""
        self.end_find()
        super().show(messages)

    def prepend(self, messages: Sequence[Message]) -> None:
        """Put earlier messages before the others; what is on the screen stays."""
        super().prepend(messages)
        if messages and self.finding:
            self._look()

    def add(self, message: Message) -> None:
        """Put a message at the end; the cursor of a reader who follows goes there."""
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

    def replace(self, message: Message) -> None:
        """Take the message as it is now; the line on top stays."""
        super().replace(message)
        self._recount(message.id)

    def discard(self, message_id: str) -> None:
        """Take a message out; what is on the screen otherwise stays."""
        index = self._stack.index_of(message_id)
        if index is not None and self._search is not None:
            self._search.drop(self._stack.items[index])
        super().discard(message_id)
        if self.finding:
            self._look()

    def _recount(self, message_id: str) -> None:
        index = self._stack.index_of(message_id) if self._search is not None else None
        if self._search is not None and index is not None:
            self._search.recount(self._stack.items[index])
            self._tell_found()

    def _forget(self, *, estimate: bool = True) -> None:
        super()._forget(estimate=estimate)
        if self._search is not None and self._looks is not None and self._height:
            self._search.place()  # the lines are others

    def _line_strip(self, item: Item, order: int, lines: Sections, row: int, line: Line) -> Strip:
        if self._search is not None and (marks := self._search.marks(item, lines, row)):
            from chat_tui.transcript.find import marked

            match, own = (
                self.get_component_rich_style(f"transcript--{role}", partial=True) for role in ("match", "own-match")
            )
            strip = marked(line.strip, [(start, end, own if is_own else match) for start, end, is_own in marks])
            line = line._replace(strip=strip)
        return super()._line_strip(item, order, lines, row, line)
