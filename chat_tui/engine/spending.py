"""What was spent: the charges of all conversations and the sums of those that are gone, each counted once."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import AsyncIterator, Callable, Mapping
from datetime import date, datetime, time, timedelta
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from chat_tui.conversation.ledger import Deleted, Sum, read_deleted
from chat_tui.cost.sums import Entry, Spent
from chat_tui.engine.indexing import Indexing
from chat_tui.engine.refused import RefusedError
from chat_tui.engine.watching import Watchers
from chat_tui.paths import Paths

if TYPE_CHECKING:
    from chat_tui.engine.index import Index
    from chat_tui.engine.index_charges import Charged

_HERE_SECONDS = 0.2
"""Longer than that the index isn't brought up to date in this process, which answers keys."""
_log = logging.getLogger(__name__)

T = TypeVar("T")


class Lately(NamedTuple):
    """What the status line tells."""

    today: Spent = Spent()
    month: Spent = Spent()


class Spending:
    """All that was spent in a library, as its search index knows it.

    Args:
        paths: Where the library and the index are.
        indexing: Brings the index up to date where that takes long; None: an own one.
        today: Says what day it is where the person is.
    """

    def __init__(
        self,
        paths: Paths,
        indexing: Indexing | None = None,
        today: Callable[[], date] = lambda: datetime.now().astimezone().date(),
    ) -> None:
        self.lately = Lately()
        """As it was found last."""
        self.is_ready = False
        """Whether all that was there at the start is counted."""
        self.today = today
        self._paths = paths
        self._indexing = indexing or Indexing(paths)
        self._index: Index | None = None
        self._noted: set[Path] = set()
        self._busy = asyncio.Lock()
        self._looking = asyncio.Lock()
        self._is_found = False
        self._watchers = Watchers[Lately]()
        self._counting: asyncio.Task[None] | None = None
        self._midnight: asyncio.TimerHandle | None = None
        self._is_stale = False
        self._is_closed = False

    def note(self, folder: Path) -> None:
        """Remember that this process wrote in a conversation, and find out anew what was spent lately.

        One that isn't kept in this library isn't counted in it.
        """
        if not folder.is_relative_to(self._paths.data):
            return
        self._noted.add(folder)
        if self.is_ready:
            self.recount()

    def recount(self) -> None:
        """Find out anew what was spent lately; who watches is told."""
        self._is_stale = True
        if self._counting is None or self._counting.done():
            self._counting = asyncio.create_task(self._count())

    def watch(self) -> AsyncIterator[Lately]:
        """Yield what was spent lately, whenever that changed; it doesn't end by itself."""
        return self._watchers.watch()

    async def refresh(self) -> None:
        """Take in all that changed on disk; a library that changed much is read by a process of its own."""
        async with self._busy:
            is_done = await asyncio.to_thread(self._update, _HERE_SECONDS)
        if not is_done:
            self._indexing.start()
            async for _ in self._indexing.watch():
                pass
        self.is_ready = True
        self.recount()

    async def hurry(self, seconds: float) -> None:
        """Take in what changed on disk, for some seconds at most, and find out what was spent."""
        async with self._busy:
            is_done = await asyncio.to_thread(self._update, seconds)
        try:
            await self.look()
        except RefusedError as error:
            _log.warning("%s", error)
        else:
            self.is_ready = self.is_ready or is_done

    async def counted(self) -> None:
        """Wait until what this process wrote is in what was spent lately, or that can't be found out."""
        if self._counting is not None:
            await asyncio.wait([self._counting])

    @property
    def is_current(self) -> bool:
        """Whether all that this process wrote is in what was spent lately."""
        return self._is_found and not self._noted

    async def look(self) -> Lately:
        """Find out what was spent today and this month.

        Raises:
            RefusedError: when that can't be read, with the reason.
        """
        async with self._looking:
            self._is_found = False
            today = self.today()
            entries = await self.entries(today.replace(day=1))
            month, of_today = Spent(), Spent()
            for entry in entries:
                month += entry.spent
                if entry.day >= today:
                    of_today += entry.spent
            self.lately = Lately(of_today, month)
            self._is_found = True
            return self.lately

    async def entries(self, since: date | None = None) -> list[Entry]:
        """Return all that was spent from a day on.

        Raises:
            RefusedError: when that can't be read, with the reason.
        """
        async with self._busy:
            return await asyncio.to_thread(self.read, since)

    async def asking(self) -> list[Charged]:
        """Return the charges of which the server may say more.

        Raises:
            RefusedError: as `entries`.
        """
        async with self._busy:
            return await asyncio.to_thread(lambda: self._ask(lambda index: index.asking()))

    async def close(self) -> None:
        """Close the index."""
        self._is_closed = True
        if self._counting is not None:
            self._counting.cancel()
        if self._midnight is not None:
            self._midnight.cancel()
        async with self._busy:
            if self._index is not None:
                await asyncio.to_thread(self._index.close)

    async def _count(self) -> None:
        while self._is_stale:
            self._is_stale = False
            try:
                await self.look()
            except RefusedError as error:
                _log.warning("%s", error)
            self._watchers.tell(self.lately)
        if self._midnight is not None:
            self._midnight.cancel()
        tomorrow = datetime.combine(self.today() + timedelta(days=1), time()).astimezone()
        seconds = (tomorrow - datetime.now().astimezone()).total_seconds()
        self._midnight = asyncio.get_running_loop().call_later(max(seconds, 1.0), self.recount)

    # What blocks

    def update(self) -> None:
        """Take in all that changed on disk, however long it takes."""
        self._update(None)

    def read(self, since: date | None = None) -> list[Entry]:
        """Return all that was spent from a day on, as `entries`."""
        start = None if since is None else round(datetime.combine(since, time()).astimezone().timestamp() * 1000)
        try:
            deleted = read_deleted(self._paths.ledger)
        except OSError as error:
            raise RefusedError(
                f"What deleted conversations cost can't be read: {error.strerror}: {error.filename}."
            ) from None
        gone = self._gone(deleted) if deleted else []
        counted = frozenset[str]().union(*(one.replies for one in gone))
        found = [Entry(*place, spent) for place, spent in self._ask(lambda index: index.sums(start, counted))]
        sums = (_entry(one) for conversation in gone for one in conversation.sums)
        return found + [entry for entry in sums if since is None or entry.day >= since]

    def _update(self, seconds: float | None) -> bool:
        """Take in what changed, for some seconds at most; return whether that was all."""
        until = None if seconds is None else monotonic() + seconds
        progress = (0, 0)

        def note(done: int, total: int) -> None:
            nonlocal progress
            progress = done, total

        self._opened().update(note, lambda: self._is_closed or (until is not None and monotonic() > until))
        return progress[0] >= progress[1] or self._is_closed

    def _ask(self, question: Callable[[Index], T]) -> T:
        """Ask the index, with all that this process wrote in it."""
        index = self._opened()
        for folder in tuple(self._noted):
            self._noted.discard(folder)  # before: what is written meanwhile is noted again
            if not index.touch(folder):
                self._noted.add(folder)
        try:
            return question(index)
        except sqlite3.DatabaseError:
            self.update()  # it was damaged, and is made anew
        try:
            return question(index)
        except sqlite3.DatabaseError as error:
            raise RefusedError(
                f"What was spent can't be read from the search index: {error}. Try again later."
            ) from None

    def _gone(self, deleted: Mapping[str, Deleted]) -> list[Deleted]:
        """Return those that aren't back with every reply, from an export or a backup: such a one counts itself."""
        back = self._ask(lambda index: index.replies_of(deleted))
        nothing: set[str] = set()
        return [
            one
            for conversation, one in deleted.items()
            if not (one.replies and one.replies <= back.get(conversation, nothing))
        ]

    def _opened(self) -> Index:
        if self._index is None:
            from chat_tui.engine.index import Index

            self._index = Index(self._paths)
        return self._index


def _entry(one: Sum) -> Entry:
    spent = Spent(
        one.cost, one.upstream, one.replies, one.prompt_tokens, one.completion_tokens, one.cached_tokens, 0, one.unknown
    )
    return Entry(_day(one.day), one.model, one.provider, "", "", spent)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return date(1970, 1, 1)
