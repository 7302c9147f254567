"""Go to: everything that was ever said, searched as it is typed; with nothing typed, the conversations used last."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from textual import events, getters, on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from chat_tui.conversation.summary import Summary
from chat_tui.grammar import toggled
from chat_tui.screens import goto_keys
from chat_tui.screens.conversation_rows import about, by_day, row
from chat_tui.screens.goto_rows import about_match, listed, match_row
from chat_tui.screens.letters import hint
from chat_tui.screens.popup import CATCH_UP_SECONDS
from chat_tui.screens.searched_pane import MUTED, WARNING, WIDE, SearchedPane
from chat_tui.search.completing import Occurring, complete
from chat_tui.search.query import meant, parse
from chat_tui.text import one_line
from chat_tui.widgets.note import Note
from chat_tui.widgets.row_list import NO_MATCH, Piece, RowList
from chat_tui.widgets.scrolled_text import ScrolledText
from chat_tui.widgets.search_line import SearchLine

if TYPE_CHECKING:
    from chat_tui.engine.index_found import Found, Match
    from chat_tui.engine.indexing import Indexing
    from chat_tui.engine.library import Library
    from chat_tui.engine.session import Session

LIMIT = 50
"""Matches that are listed; more words bring others."""
_RECENT = 100
_NEED_ANSWER = frozenset(("enter", "down", "up", "ctrl+n", "ctrl+p", "pagedown", "pageup", "ctrl+home", "ctrl+end"))
"""Keys that mean something in what is listed, and so wait until that fits what is typed."""


class Goal(NamedTuple):
    """Where the person wants to go."""

    folder: Path
    """The conversation's; it may be in the trash."""
    message: str | None = None
    """The id of the message, or None for the conversation as it was left."""
    words: str = ""
    """What was found in the message, as it stands there."""


class GotoScreen(SearchedPane[Goal | None]):
    """Ends with where to go, or None.

    Args:
        library: Where the conversations are.
        session: Brings the engine, which has the search index.
        engine: The engine, when it runs already.
        words: What is searched for first.
        shown: The id of the conversation that is open behind it.
    """

    CSS_PATH = ["searched_pane.tcss", "goto.tcss"]  # noqa: RUF012 - Textual doesn't declare it a ClassVar
    BINDINGS: ClassVar[list[BindingType]] = [*goto_keys.bindings()]
    WIDTHS = (("-wide", WIDE),)
    FILTERS = goto_keys.FILTERS
    details = getters.query_one(ScrolledText)

    def __init__(
        self,
        library: Library,
        session: Callable[[], Awaitable[Session]],
        engine: Session | None = None,
        words: str = "",
        *,
        shown: str = "",
    ) -> None:
        super().__init__()
        self._library = library
        self._session = session
        self._engine = engine
        self._words = words
        self._shown = shown
        self._recent: Sequence[Summary] = library.lately
        self._found: Found | None = None
        """What was found; None while the conversations used last are listed."""
        self._listed: Sequence[Summary | Match] = ()
        self._answered = ""
        """What the listed matches were searched for with."""
        self._is_asking = False
        self._has_answer = asyncio.Event()
        self._occurring: Occurring = {}
        self._taking_in = ""
        self._said = ""

    def compose(self) -> ComposeResult:
        """Lay out the screen."""
        details = ScrolledText(id="details")
        details.display = self.has_details
        with Vertical(id="pane", classes=self.widths()):
            yield SearchLine(
                placeholder="Search everything: kyoto  tag:work  has:code  after:7d", meant=meant, id="search"
            )
            yield Note(id="note")
            with Vertical(id="found"):
                yield RowList(self._row, id="rows")
                yield details
            yield Static(id="changes", markup=False)
            yield Static(id="views", markup=False)

    def on_mount(self) -> None:
        """Show the conversations used last at once; what else there is comes behind."""
        self.set_focus(self.search)  # what is typed next belongs there
        self.search.value = self._words
        self.search.cursor_position = len(self._words)
        self.list()
        if self._recent:
            self.call_after_refresh(self._read)  # it would only hold up what is known already
        else:
            self._read()

    @work(group="read")
    async def _read(self) -> None:
        """Read which conversations there are, then have the index look for what changed on disk, by whomever."""
        newest = await asyncio.to_thread(self._library.newest, self.app.size.height)
        if not self._recent:
            self._take_recent(newest)
        self._engine = session = await self._session()
        if (index := session.indexing) is not None:
            await self._read_index(index, newest)
            index.start()
            await self._watch(index)

    async def _read_index(self, index: Indexing, newest: Sequence[Summary]) -> None:
        """Read the conversations used last, and what could be typed."""
        recent = await asyncio.to_thread(self._merged, newest, await index.summaries(_RECENT))
        self._library.lately = recent[: self.app.size.height]
        self._take_recent(recent)
        self._occurring = await index.occurring()
        if self.has_place:
            self.moved()

    async def _watch(self, index: Indexing) -> None:
        """Tell how far the index is; when it is up to date, there may be more."""
        async for progress in index.watch():
            self._taking_in = f"{progress.done:,} of {progress.total:,}" if progress.total else ""
            self._show_note()
        if self._taking_in and self.has_place:
            self._taking_in, self._answered = "", ""
            self._ask()
            newest = await asyncio.to_thread(self._library.newest, self.app.size.height)
            await self._read_index(index, newest)

    def _merged(self, newest: Sequence[Summary], indexed: Sequence[Summary]) -> list[Summary]:
        """Return the conversations used last: those the index knows, those it doesn't know yet, and drafts."""
        known = {one.folder.name: one for one in newest}
        for one in indexed:
            fresh = known.get(one.folder.name)
            if fresh.changed <= one.changed if fresh else one.folder.is_dir():
                known[one.folder.name] = one
        return sorted([*self._library.unsent(), *known.values()], key=lambda one: one.changed, reverse=True)

    def _take_recent(self, recent: Sequence[Summary]) -> None:
        self._recent = [one for one in recent if not one.metadata.archived]
        if self._found is None and self.has_place:
            self._list_recent(keep=self.rows.place > 0)

    # What is listed

    def list(self) -> None:
        """List the conversations used last when nothing is typed; else search, what is found comes behind."""
        self.searched = self.search.value
        self._said = ""
        if not self.searched.strip():
            self._answered, self._found = "", None
            self._list_recent()
        else:
            self._ask()
        self.moved()
        self._show_filters()

    def _ask(self) -> None:
        if not self._is_asking and self.search.value.strip() and self.has_place:
            self._is_asking = True
            self._has_answer.clear()
            self._search()

    @work(group="search")
    async def _search(self) -> None:
        """Search for what is typed until that is answered; of what was typed meanwhile only the last counts."""
        from chat_tui.engine.index import BROKEN

        try:
            self._engine = session = await self._session()
            while self.has_place and (text := self.search.value).strip() and text != self._answered:
                if session.indexing is None:
                    return
                found = await session.indexing.search(text, LIMIT, typing=True)
                self._take_found(text, found)
                if BROKEN in found.problems:
                    session.indexing.start()
                    self.run_worker(self._watch(session.indexing))
        finally:
            self._is_asking = False
            self._has_answer.set()

    def _take_found(self, text: str, found: Found) -> None:
        """List what was found; the highlight stays where the same was searched for before."""
        if not (self.has_place and self.search.value.strip()):
            return  # it has ended, or nothing is searched for any more
        is_same = self._found is not None and text.strip() == self._answered.strip()
        self._answered, self._found = text, found
        self._listed, headings = listed(found)
        self.rows.show(len(self._listed), self.rows.place if is_same else 0, headings, keep=is_same, empty=NO_MATCH)
        self.moved()

    def _list_recent(self, *, keep: bool = False) -> None:
        """List the conversations used last; the highlight is on the one before that which is shown."""
        before = self._listed[self.rows.place] if keep and self._listed else None
        self._listed = self._recent
        others = (place for place, one in enumerate(self._recent) if one.id != self._shown)
        place = next((place for place, one in enumerate(self._recent) if one is before), next(others, 0))
        empty = "Nothing is kept yet: your first prompt begins." if self._engine else "reading …"
        self.rows.show(len(self._recent), place, list(by_day(self._recent)), keep=keep, empty=empty)
        self.moved()

    def _row(self, place: int, width: int) -> Sequence[Piece]:
        one = self._listed[place]
        if not isinstance(one, Summary):
            return match_row(one, width)
        engine = self._engine
        streaming, unseen = (engine.streaming, engine.unseen.ids) if engine else (frozenset[str](), frozenset[str]())
        return row(one, width, streaming=streaming, unseen=unseen, shown=self._shown)

    @property
    def _highlighted(self) -> Summary | Match | None:
        return self._listed[self.rows.place] if self._listed else None

    # What is said of it

    def moved(self) -> None:
        """Tell of another row, or of what could be typed next."""
        self.suggested = complete(self.search.value, self.search.cursor_position, self._occurring)
        self._show_note()
        one = self._highlighted
        if isinstance(one, Summary):
            self.details.show(lambda width: about(one, width))
        else:
            self.details.show(lambda width: about_match(one, width) if one is not None else Content())

    def _show_note(self) -> None:
        if not self.has_place:
            return
        found = self._found
        count = ""
        if found is not None:
            count = f"{found.total:,} match{'es' * (found.total != 1)}"
            if found.total > len(self._listed):
                count = f"{len(self._listed):,} of {count}"
        self.note.show(self._told(), count)

    def _told(self) -> Content:
        """Return what was done, what wasn't understood, what could be typed, or what is listed: the first there is."""
        if self._said:
            return Content.styled(one_line(self._said), WARNING)
        problems = parse(self.search.value).problems
        for problem in problems:
            if not (problem.unfinished and self.suggested):
                return Content.styled(one_line(problem.sentence), WARNING)
        if self.suggested:
            return self.offer()
        sentences = {problem.sentence for problem in problems}
        for sentence in self._found.problems if self._found else ():
            if sentence not in sentences:
                return Content.styled(one_line(sentence), WARNING)
        if self._taking_in:
            return Content.styled(f"taking in what changed: {self._taking_in}", MUTED)
        return Content.styled("by conversation, the best first" if self._found else "used last", MUTED)

    @on(events.DescendantFocus)
    def _show_keys(self) -> None:
        """Name the keys; only while the search takes letters do they need Alt."""
        label = "Alt+" if self.search.has_focus else "keys"
        views = hint(label, goto_keys.VIEWS, lambda _: self.details.display)
        self.changes.update(Content.assemble(views, ("   Enter goes there · Esc stays", MUTED)), layout=False)
        self.views.update(self._filter_hint(label), layout=False)

    # Layout

    def texts(self) -> Sequence[ScrolledText]:
        """Return the text about the highlighted row."""
        return (self.details,)

    def fit(self) -> None:
        """Lay out for the size that there is, and show what has room now."""
        self.details.display = self.has_details
        self.moved()
        self._show_keys()

    # Typing and choosing

    async def caught_up(self, event: events.Key) -> None:
        """Wait also until what was typed is answered, before a key that means something in the answer."""
        await super().caught_up(event)
        if self._is_asking and event.key in _NEED_ANSWER:
            with suppress(TimeoutError):
                async with asyncio.timeout(CATCH_UP_SECONDS):
                    await self._has_answer.wait()

    def action_toggle_filter(self, text: str) -> None:
        """Put a filter into the search, or take it out."""
        self.search.value = toggled(self.search.value, text)
        self.search.cursor_position = len(self.search.value)

    @on(RowList.Chosen)
    def action_choose(self) -> None:
        """Go to the highlighted message, or conversation; one that is gone stays unopened."""
        one = self._highlighted
        if isinstance(one, Summary):
            self.dismiss(Goal(one.folder))
        elif one is None:
            return
        elif one.summary.folder.is_dir():
            start, end = one.spans[0] if one.spans and one.message_id else (0, 0)
            self.dismiss(Goal(one.summary.folder, one.message_id, one.snippet[start:end]))
        else:
            self._forget(one)

    def _forget(self, one: Match) -> None:
        """Say that a conversation is gone, and search again without it."""
        self._said = f"“{one_line(one.summary.metadata.title, 40)}” is no longer there."
        if self._engine is not None:
            self._engine.note(one.summary.folder)
        self._answered = ""
        self._ask()
        self._show_note()
