"""A pane that lists the conversations, by day, and shows where replies stream."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from textual import work
from textual.content import Content

from chat_tui.conversation.summary import Summary, Trashed
from chat_tui.cost import format_cost
from chat_tui.engine.shelf import DAYS_IN_TRASH
from chat_tui.screens import conversation_keys
from chat_tui.screens.conversation_rows import Arranged, by_deletion, full_time, row, thrown_row, words_of
from chat_tui.screens.editing_pane import EditingPane
from chat_tui.screens.letters import Key
from chat_tui.screens.searched_pane import MUTED, TALL, WARNING, WIDE
from chat_tui.text import one_line
from chat_tui.widgets.row_list import Piece

if TYPE_CHECKING:
    from chat_tui.engine.library import Library
    from chat_tui.engine.session import Session

MARK_SECONDS = 0.5
"""Between two looks at which replies stream and which were not seen."""
UNINDEXED = 200
"""Conversations that are read from the disk as long as the index doesn't know them; it will soon."""
ASKED = {"rename": "Title", "tag": "Tags"}
_EMPTY = {
    "": "Nothing is kept yet: your first prompt begins.",
    "archived": "Nothing is archived.",
    "trash": "The trash is empty.",
}
_TITLE = 40


class ConversationList(EditingPane):
    """Lists all conversations, the archive, or the trash; who inherits from it says what is done with them.

    Args:
        library: Where they are.
        session: Brings the engine, which knows where replies stream.
        shown: The id of the conversation that is open behind it.
        view: What it begins with: "" for the current ones, `archived`, `trash`.
    """

    CSS_PATH = [*EditingPane.CSS_PATH, "conversations.tcss"]  # noqa: RUF012 - Textual doesn't declare it a ClassVar
    PLACEHOLDER = "Search titles, tags and models"
    CHANGES, VIEWS = conversation_keys.CHANGES, conversation_keys.VIEWS
    MORE_KEYS = "Enter opens"

    def __init__(
        self, library: Library, session: Callable[[], Awaitable[Session]], shown: str, *, view: str = ""
    ) -> None:
        super().__init__()
        self._wants_json = False
        self._library = library
        self._session = session
        self._engine: Session | None = None
        self._shown = shown
        self._view = view
        self._arranged = Arranged(library.lately)
        self._thrown: Mapping[Path, Trashed] = {}
        """What is in the trash, by its folders."""
        self._listed: Sequence[Summary] = ()
        self._total = 0
        """How many conversations this view has."""
        self._is_read = False
        self._taking_in = ""
        """How far the index is while it takes in what changed; those that it doesn't know yet may not be listed."""
        self._said = ""
        self._asked = ""
        """What is typed: one of `ASKED`."""
        self._sure_of = ""
        """The id of the conversation that the same key deletes without asking again."""
        self._marks: tuple[frozenset[str], frozenset[str]] = frozenset(), frozenset()

    def on_mount(self) -> None:
        """Show the newest conversations at once, all a moment later, and from then on where replies stream."""
        self.read()
        self._watch_marks()
        self.set_interval(MARK_SECONDS, self._look_at_marks)

    @work(group="read", exclusive=True)
    async def read(self, wanted: str = "") -> None:
        """Read what there is, the highlight staying or going to the conversation `wanted`."""
        library = self._library
        newest = await asyncio.to_thread(library.newest, self.app.size.height)
        if not self._is_read:
            self._take(Arranged(newest), wanted)
        session = await self._session()
        indexed = await session.indexing.summaries() if session.indexing is not None else []
        arranged = await asyncio.to_thread(self._read_all, newest, indexed)
        self._thrown = await asyncio.to_thread(self._trash)
        self._is_read = True
        library.lately = arranged.all[: self.app.size.height]
        self._take(arranged, wanted)

    def _read_all(self, newest: Sequence[Summary], indexed: Sequence[Summary]) -> Arranged:
        """Return all conversations; of the `newest` what the disk says now."""
        fresh = {one.folder.name: one for one in newest}
        there = self._library.complete(indexed, UNINDEXED)
        found = (_newer(fresh.get(one.folder.name, one), one) for one in there)
        return Arranged([*self._library.unsent(), *found])

    def has_thrown_away(self, folder: Path) -> bool:
        """Tell whether a conversation is in the trash now."""
        return any(folder.name == thrown.name for thrown in self._thrown)

    def _trash(self) -> Mapping[Path, Trashed]:
        return {one.summary.folder: one for one in self._library.shelf.trashed()}

    def _take(self, arranged: Arranged, wanted: str = "") -> None:
        highlighted = self._highlighted
        self._arranged = arranged
        self._list_again(wanted or (highlighted.id if highlighted else self._shown))

    @work(group="marks")
    async def _watch_marks(self) -> None:
        self._engine = session = await self._session()
        await asyncio.to_thread(session.unseen.read)
        self._look_at_marks()
        if session.indexing is not None and session.indexing.progress.running:
            async for progress in session.indexing.watch():
                self._taking_in = f"{progress.done:,} of {progress.total:,}" if progress.total else ""
                self.show()
            self._taking_in = ""
            self.read()

    def _look_at_marks(self) -> None:
        if self._engine is not None:
            marks = self._engine.streaming, self._engine.unseen.ids
            if marks != self._marks:
                self._marks = marks
                self.show()

    # What is shown

    def find(self, text: str) -> tuple[int, Sequence[tuple[int, str]]]:
        """Find the conversations of this view that have all words of `text` in title, tags or model."""
        if self._view == "trash":
            words = text.casefold().split()
            thrown = [one for one in self._thrown.values() if _has(words, words_of(one.summary))]
            self._listed, self._total = [one.summary for one in thrown], len(self._thrown)
            return len(thrown), by_deletion(thrown)
        is_archive = self._view == "archived"
        self._total = self._arranged.count(archived=is_archive)
        self._listed, headings = self._arranged.find(text, archived=is_archive)
        return len(self._listed), headings

    def row(self, place: int, width: int) -> Sequence[Piece]:
        """Return a conversation's marks, title, tags, model, cost and time."""
        one = self._listed[place]
        if self._view == "trash":
            return thrown_row(self._thrown[one.folder], width)
        streaming, unseen = self._marks
        return row(one, width, streaming=streaming, unseen=unseen, shown=self._shown)

    @property
    def _highlighted(self) -> Summary | None:
        return self._listed[self.rows.place] if self._listed else None

    def lit(self, key: Key) -> bool:
        """Tell whether what a key shows is shown."""
        return key.action == f"view('{self._view}')" or super().lit(key)

    def widths(self) -> str:
        """Return the classes of the pane: it has one column however wide the terminal is."""
        return super().widths().replace("-wider", "")

    def _fit(self) -> None:
        """Show what is known of a conversation where there is room, or as the person chose."""
        super()._fit()
        self.pane.remove_class("-wider")
        if self._wants_details is None:
            width, height = self.app.size
            self.details.display = self.about.display = width >= WIDE and height >= TALL
            self.show_views()

    def moved(self) -> None:
        """Tell of another row."""
        self._said = self._sure_of = ""
        super().moved()

    def show(self) -> None:
        """Show what holds now."""
        self.rows.refresh()
        keys = f"{ASKED[self._asked]} … · Enter keeps it · Esc leaves it" if self._asked else ""
        style = WARNING if self._sure_of else MUTED
        self.note.show(Content.styled(one_line(self._said) or keys or self._usual(), style), self._count())
        self.details.show(self._about)

    def _usual(self) -> str:
        if not self._listed and self.search.value.strip():
            return "None has that here. Ctrl+G searches all texts."
        if not self._listed:
            return _EMPTY[self._view] if self._is_read else "reading …"
        if self._view == "trash":
            return f"Alt+O restores · after {DAYS_IN_TRASH} days it is gone for good"
        if self._view:
            return "Archived · Alt+V shows the others"
        streaming, unseen = self._marks
        legend = ["● a reply streams"] * bool(streaming) + ["• a reply you have not seen"] * bool(unseen)
        if self._taking_in:
            return f"taking in what changed: {self._taking_in}"
        return " · ".join(legend) or "Ctrl+G searches all texts"

    def _count(self) -> str:
        if not self._is_read:
            return ""
        total = f"{self._total:,} conversation{'s' * (self._total != 1)}"
        return f"{len(self._listed):,} of {total}" if self.search.value.strip() else total

    def _about(self, width: int) -> Content:
        """Return what is known of the highlighted conversation."""
        one = self._highlighted
        if one is None:
            return Content()
        messages = "" if not one.messages else f"{one.messages:,} message{'s' * (one.messages != 1)}"
        cost = "" if one.cost is None else format_cost(one.cost)
        known = [one_line(one.model or ""), messages, cost, f"changed {full_time(one.changed)}"]
        lines = [
            Content.styled(one_line(one.metadata.title, 4 * width) or "Untitled", "bold"),
            Content.styled(" · ".join(filter(None, known)), MUTED),
        ]
        if one.metadata.tags:
            lines.append(Content.styled(" ".join(f"#{one_line(tag)}" for tag in one.metadata.tags), "$primary"))
        if one.preview:
            lines.append(Content(one_line(one.preview)))
        return Content("\n").join(lines)

    def _list_again(self, wanted: str = "") -> None:
        """List what there is now; the highlight stays, or goes to the conversation `wanted`."""
        highlighted = self._highlighted
        wanted = wanted or (highlighted.id if highlighted else "")
        place = self.rows.place
        count, headings = self.find(self.search.value)
        ids = [one.id for one in self._listed]
        self.rows.show(count, ids.index(wanted) if wanted in ids else place, headings, keep=True)
        self.show()

    def _say(self, sentence: str) -> None:
        self._said = sentence
        self.note.show(Content.styled(one_line(sentence), WARNING), self._count())

    def _title(self, one: Summary) -> str:
        return f"“{one_line(one.metadata.title, _TITLE) or 'Untitled'}”"


def _newer(fresh: Summary, indexed: Summary) -> Summary:
    """Return what the disk says now, and of a long conversation what only the index knows."""
    if fresh.cost is not None or fresh.messages is not None:
        return fresh
    return fresh._replace(messages=indexed.messages, cost=indexed.cost, model=fresh.model or indexed.model)


def _has(words: Sequence[str], text: str) -> bool:
    return all(word in text for word in words)
