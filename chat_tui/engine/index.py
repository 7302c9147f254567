"""The search index: everything that was ever written, found in a moment; derived from the journals, and disposable."""

from __future__ import annotations

import json
import logging
import sqlite3
import threading
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from pathlib import Path
from time import monotonic
from typing import Any

from chat_tui.conversation.summary import Summary
from chat_tui.cost.sums import Spent
from chat_tui.engine import index_charges, index_journal, index_query, index_tables
from chat_tui.engine.index_charges import Charged, Place
from chat_tui.engine.index_disk import OnDisk, conversations, look
from chat_tui.engine.index_found import EPOCH, SUMMARY, Found, Match, message_at, mixed, snippet_of, summary_of
from chat_tui.engine.index_journal import decimal_or_none, other_text
from chat_tui.paths import Paths
from chat_tui.search.completing import Occurring
from chat_tui.search.folding import fold
from chat_tui.search.query import Query, parse
from chat_tui.search.snippets import Snippet, snippet

SLOW = "This Python's SQLite can't index texts (it has no FTS5), so every message is read: that takes a while."
BROKEN = "The search index was damaged and is made anew; until that is done not everything is found."
BUSY = "Another chat-tui works on the search index. Search again in a moment."
_STEP_SECONDS = 0.3
_SPARE = 8
_MOST_GONE = 20_000
_log = logging.getLogger(__name__)


def index_file(paths: Paths) -> Path:
    """Return where the index of a data folder is; each has its own."""
    name = blake2b(str(paths.data).encode(errors="surrogateescape"), digest_size=4).hexdigest()
    return paths.cache / f"index-{name}.sqlite"


class Index:
    """The index of one library; its methods block, and may be called from any thread and in any number of processes.

    It never fails: one that is damaged, or of another version, is made anew; where the disk has no place for it, it is
    made for this run alone.
    """

    def __init__(self, paths: Paths) -> None:
        self._paths = paths
        self._lock = threading.RLock()
        self._connection: sqlite3.Connection | None = None

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    @property
    def is_kept(self) -> bool:
        """Whether it has a place on disk, where another process may keep it up to date; else we must."""
        try:
            with self._open() as connection:
                return index_tables.is_kept(connection)
        except sqlite3.DatabaseError:
            return True

    # Keeping it up to date

    def update(
        self,
        on_progress: Callable[[int, int], None] | None = None,
        stop: Callable[[], bool] = lambda: False,
    ) -> None:
        """Take in all that changed on disk, by whomever.

        Args:
            on_progress: Called with how many of the conversations that changed are done, and how many they are.
            stop: Asked now and then; what was done until then stays.
        """
        try:
            self._update(on_progress or (lambda done, total: None), stop)
        except sqlite3.OperationalError as error:
            _log.warning("the search index isn't up to date: %s", error)
        except sqlite3.DatabaseError as error:
            self._make_anew(error)
            with suppress(sqlite3.DatabaseError):
                self._update(on_progress or (lambda done, total: None), stop)

    def _update(self, on_progress: Callable[[int, int], None], stop: Callable[[], bool]) -> None:
        self._clean_up()
        on_disk = list(conversations(self._paths))
        with self._open() as connection:
            known = {
                name: stamps
                for name, *stamps in connection.execute(
                    "SELECT name, folder, metadata_stamp, journal_stamp FROM conversations"
                )
            }
        there = {found.name for found in on_disk}
        gone = [name for name in known if name not in there]
        changed = [
            found
            for found in sorted(on_disk, key=lambda found: found.name)
            if known.get(found.name) != [found.folder, found.metadata_stamp, found.journal_stamp]
        ]
        done, total = 0, len(gone) + len(changed)
        if total:
            on_progress(0, total)
        for name in gone:
            self._remove(name)
            done += 1
        place = 0
        while place < len(changed) and not stop():
            place = self._step(changed, place)
            on_progress(done + place, total)

    def _step(self, changed: Sequence[OnDisk], place: int) -> int:
        """Take in some of what changed, from `place` on, and return where to go on."""
        until = monotonic() + _STEP_SECONDS
        with self._writing() as connection:
            while self._take(connection, changed[place]):  # else it is a long journal: others may write first
                place += 1
                if place == len(changed) or monotonic() >= until:
                    break
        return place

    def _take(self, connection: sqlite3.Connection, found: OnDisk) -> bool:
        """Take in what of a conversation isn't there yet; return whether that was all."""
        folder = self._paths.data / found.folder
        connection.execute(
            "INSERT INTO conversations (name, folder, in_trash) VALUES (?, ?, ?)"
            " ON CONFLICT (name) DO UPDATE SET folder = excluded.folder, in_trash = excluded.in_trash",
            (found.name, found.folder, found.in_trash),
        )
        key, metadata_stamp, *row = connection.execute(
            "SELECT key, metadata_stamp, journal_stamp, taken, digest FROM conversations WHERE name = ?", (found.name,)
        ).fetchone()
        if metadata_stamp != found.metadata_stamp:
            with suppress(FileNotFoundError):
                index_journal.take_metadata(connection, key, folder, found)
        if row[0] == found.journal_stamp:
            return True
        return index_journal.take_journal(connection, index_journal.Row(key, *row), folder, found)

    def touch(self, folder: Path) -> None:
        """Take in what changed in one conversation, or that it is gone."""
        try:
            found = look(self._paths, folder)
            if not folder.is_dir():
                self._remove(folder.name)
                return
            while True:
                with self._writing() as connection:
                    if self._take(connection, found):
                        return
        except ValueError:
            return  # not in this library
        except sqlite3.OperationalError as error:
            _log.warning("a conversation isn't in the search index yet: %s", error)
        except sqlite3.DatabaseError as error:
            self._make_anew(error)

    def forget(self, identifier: str) -> None:
        """Take the conversation with the id `identifier` out; one that is still on disk comes back with an update."""
        with suppress(sqlite3.DatabaseError), self._writing() as connection:
            for (key,) in connection.execute(
                "SELECT key FROM conversations WHERE substr(name, -26) = ?", (identifier,)
            ).fetchall():
                index_journal.remove(connection, key)

    def _remove(self, name: str) -> None:
        with self._writing() as connection:
            known = connection.execute("SELECT key FROM conversations WHERE name = ?", (name,)).fetchone()
            if known is not None:
                index_journal.remove(connection, known[0])

    def _clean_up(self) -> None:
        """Begin anew when most of the texts are of messages that are gone."""
        with self._open() as connection:
            (gone,) = connection.execute("SELECT docs FROM gone").fetchone()
            (there,) = connection.execute("SELECT count(*) FROM messages").fetchone()
        if gone > max(there, _MOST_GONE):
            self._make_anew(f"{gone} of {gone + there} texts are gone")

    def _make_anew(self, reason: object) -> None:
        if isinstance(reason, sqlite3.ProgrammingError):
            raise reason  # a fault of ours, not of the file
        _log.warning("the search index is made anew: %s", reason)
        with self._lock:
            self.close()
            index_tables.forget(index_file(self._paths))

    # Asking

    def summaries(self, most: int | None = None) -> list[Summary]:
        """Return what is known of the conversations that aren't in the trash, the last changed first.

        Their metadata are without the keys that only newer versions know: not to be written back.

        Args:
            most: How many at most; None for all.
        """
        try:
            with self._open() as connection:
                rows = connection.execute(
                    f"SELECT {SUMMARY} FROM conversations c WHERE NOT in_trash"  # noqa: S608 - our own words
                    " ORDER BY changed DESC, name DESC LIMIT ?",
                    (-1 if most is None else most,),
                ).fetchall()
        except sqlite3.DatabaseError as error:
            self._excuse(error)
            return []
        return [summary_of(self._paths.data, row) for row in rows]

    def occurring(self) -> Occurring:
        """Return the models, providers and tags that there are, the commonest first, for completion."""
        counts: dict[str, dict[str, int]] = {"model": {}, "provider": {}, "tag": {}}
        with suppress(sqlite3.DatabaseError), self._open() as connection:
            for model, count in connection.execute("SELECT model, count(*) FROM conversations GROUP BY model"):
                counts["model"][model or ""] = count
            for provider, count in connection.execute(
                "SELECT provider, count(DISTINCT conversation) FROM messages GROUP BY provider"
            ):
                counts["provider"][(provider or "").lower()] = count
            for tags, count in connection.execute("SELECT tags, count(*) FROM conversations GROUP BY tags"):
                for tag in {tag.lower() for tag in json.loads(tags)}:
                    counts["tag"][tag] = counts["tag"].get(tag, 0) + count
        return {
            name: sorted(((value, n) for value, n in of.items() if value), key=lambda pair: (-pair[1], pair[0]))
            for name, of in counts.items()
        }

    def sums(self, since: int | None = None, without: Collection[str] = ()) -> list[tuple[Place, Spent]]:
        """Return what replies were charged, as `index_charges.sums` adds it up.

        Raises:
            sqlite3.DatabaseError: when the index could not be read; what helps is done, and `update` fills it again.
        """
        with self._told(), self._open() as connection:
            return index_charges.sums(connection, since, without)

    def asking(self) -> list[Charged]:
        """Return the charges of which the server may say more.

        Raises:
            sqlite3.DatabaseError: as `sums`.
        """
        with self._told(), self._open() as connection:
            return index_charges.asking(connection)

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.DatabaseError as error:
            self._excuse(error)
            raise

    def replies_of(self, conversations: Collection[str]) -> dict[str, set[str]]:
        """Return the ids of the replies in those of the conversations that are there, also in the trash."""
        found: dict[str, set[str]] = {}
        with suppress(sqlite3.DatabaseError), self._open() as connection:
            there = connection.execute("SELECT key, substr(name, -26) FROM conversations").fetchall()
            for key, conversation in there:
                if conversation in conversations:
                    rows = connection.execute(
                        "SELECT DISTINCT m.id FROM charges x JOIN messages m ON m.doc = x.doc WHERE m.conversation = ?",
                        (key,),
                    )
                    found[conversation] = {reply for (reply,) in rows}
        return found

    def search(self, text: str, limit: int = 50, *, typing: bool = False) -> Found:
        """Return what `text` asks for, the best first; what isn't understood is left out, with a sentence.

        Args:
            text: Words and filters, as `search.query` has them.
            limit: How many matches at most.
            typing: The last word may not have been typed to its end.
        """
        now = datetime.now(UTC)
        query = parse(text, now=now, typing=typing)
        problems = [problem.sentence for problem in query.problems]
        if query.is_empty:
            return Found([], problems, 0)
        try:
            return self._search(query, limit, now, problems)
        except sqlite3.DatabaseError as error:
            return Found([], [*problems, self._excuse(error)], 0)

    def _search(self, query: Query, limit: int, now: datetime, problems: list[str]) -> Found:
        with self._open() as connection:
            has_texts = index_tables.has_texts(connection)
            is_plain = bool(query.groups or query.without) and not has_texts
            most = -1 if is_plain else limit * _SPARE
            statement = index_query.matching(query, now, most, has_texts=has_texts)
            rows: Sequence[Any] = connection.execute(*statement).fetchall()
            if is_plain:
                rows = [row for row in rows if self._holds(connection, query, row)]
                total = len(rows)
            else:
                (total,) = connection.execute(*index_query.counting(query)).fetchone()
            rows = mixed(rows)[:limit]
            summaries = self._summaries_of(connection, {row[1] for row in rows})
        matches = [self._match(query, row, summaries[row[1]]) for row in rows if row[1] in summaries]
        return Found(matches, [*problems, *([SLOW] if is_plain else [])], total)

    def _holds(self, connection: sqlite3.Connection, query: Query, row: Sequence[Any]) -> bool:
        """Tell whether a message or a title has what is looked for, by reading it."""
        _, key, identifier, *_, start, length, _ = row
        if identifier is None:
            title, tags = connection.execute("SELECT title, tags FROM conversations WHERE key = ?", (key,)).fetchone()
            folded = fold(" ".join((title, *json.loads(tags))))
        else:
            (folder,) = connection.execute("SELECT folder FROM conversations WHERE key = ?", (key,)).fetchone()
            message = message_at(self._paths.data / folder, identifier, start, length)
            folded = fold(f"{message.text}\n{other_text(message)}") if message else ""
        return all(any(term.is_in(folded) for term in group) for group in query.groups) and not any(
            term.is_in(folded) for term in query.without
        )

    def _match(self, query: Query, row: Sequence[Any], summary: Summary) -> Match:
        _, _, identifier, at, role, models, cost, start, length, _ = row
        shown = Snippet(summary.preview)
        if identifier is not None:
            message = message_at(summary.folder, identifier, start, length)
            shown = snippet_of(message, query) if message else Snippet("")
        elif query.terms:
            title = snippet(summary.metadata.title, query.terms)
            shown = title if title.spans else shown
        model = (models or "").partition("\n")[0] or None
        moment = EPOCH + timedelta(milliseconds=at)
        return Match(summary, identifier, role, moment, *shown, model=model, cost=decimal_or_none(cost))

    def _summaries_of(self, connection: sqlite3.Connection, keys: set[int]) -> dict[int, Summary]:
        marks = ", ".join("?" * len(keys))
        rows = connection.execute(
            f"SELECT c.key, {SUMMARY} FROM conversations c WHERE c.key IN ({marks})",  # noqa: S608 - marks alone
            tuple(keys),
        ).fetchall()
        return {key: summary_of(self._paths.data, row) for key, *row in rows}

    # The file

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        """Open the index if that wasn't done, and have it for ourselves in this process."""
        with self._lock:
            if self._connection is None:
                self._connection = index_tables.opened(index_file(self._paths))
            yield self._connection

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """Write what is done inside in one step, or nothing of it."""
        with self._open() as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                with suppress(sqlite3.DatabaseError):
                    connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")

    def _excuse(self, error: sqlite3.DatabaseError) -> str:
        """Return why nothing is found, after doing what helps."""
        if index_tables.is_locked(error):
            return BUSY
        self._make_anew(error)
        return BROKEN
