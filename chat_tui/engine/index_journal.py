"""A conversation's files taken into the search index, as far as they aren't there yet."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from dataclasses import replace
from datetime import datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import BinaryIO, NamedTuple

from chat_tui.conversation.folder import Folder
from chat_tui.conversation.ids import format_time
from chat_tui.conversation.lines import Span, lines, pieces
from chat_tui.conversation.metadata import read_metadata
from chat_tui.conversation.records import (
    DamagedRecordError,
    NewerRecordError,
    Settlement,
    decode_line,
    decode_message,
    decode_settlement,
    encode_message,
    encode_settlement,
)
from chat_tui.conversation.values import FilePart, LinkPart, Message
from chat_tui.cost.sums import total_cost
from chat_tui.engine import index_charges
from chat_tui.engine.index_disk import JOURNAL, OnDisk
from chat_tui.paths import open_plain
from chat_tui.search.filters import KINDS
from chat_tui.search.folding import fold, words
from chat_tui.text import one_line

STEP_BYTES = 8 * 1024 * 1024
"""Of a journal that are taken in before others may write to the index."""
PREVIEW_LENGTH = 200
IN_PARTIAL = -1
"""Where a message begins that isn't in the journal, but in the file of a reply that streams."""


class Row(NamedTuple):
    """What the index knows of a conversation, as far as taking it in needs it."""

    key: int
    journal_stamp: str
    taken: int
    digest: bytes | None


def take_metadata(connection: sqlite3.Connection, key: int, folder: Path, found: OnDisk) -> None:
    """Take in what `conversation.toml` says."""
    metadata = read_metadata(folder)
    tags = [tag for tag in metadata.tags if tag.strip()]
    connection.execute(
        "UPDATE conversations SET metadata_stamp = ?, created = ?, title = ?, title_words = ?, tags = ?, tag_words = ?,"
        " pinned = ?, archived = ?, leaf = ?, settings = ?, newer = ? WHERE key = ?",
        (
            found.metadata_stamp,
            format_time(metadata.created),
            clean(metadata.title),
            "".join(f" {word}" for word in words(metadata.title)),
            json.dumps(list(metadata.tags)),
            clean("".join(f"\n{tag.lower()}\n" for tag in tags)),
            metadata.pinned,
            metadata.archived,
            None if metadata.leaf is None else clean(metadata.leaf),
            json.dumps(metadata.settings, default=str),
            metadata.newer,
            key,
        ),
    )
    _forget_messages(connection, "conversation = ? AND id IS NULL", key)
    doc = connection.execute(
        "INSERT INTO messages (conversation, at) VALUES (?, ?)", (key, _milliseconds(metadata.created))
    ).lastrowid
    _add_text(connection, doc, title=" ".join((metadata.title, *metadata.tags)))


def take_journal(connection: sqlite3.Connection, row: Row, folder: Path, found: OnDisk) -> bool:
    """Take in the next part of a journal; all of it anew when it isn't the one that was read.

    Returns:
        Whether it was the last part.
    """
    taking = _Taking(connection, row, folder / JOURNAL)
    taking.forget_partial()
    try:
        with open_plain(taking.path) as file:
            is_last = taking.take(file)
    except OSError:
        taking.forget()
        is_last = True  # it isn't there, or can't be read: nothing of it can be found
    if is_last:
        for _, reply in Folder(folder).interrupted():
            taking.take_partial(reply)
    taking.finish(found.journal_stamp if is_last else "", found.changed)
    return is_last


class _Taking:
    """One step through a journal."""

    def __init__(self, connection: sqlite3.Connection, row: Row, path: Path) -> None:
        self.path = path
        self._connection = connection
        self._key = row.key
        self._taken = row.taken
        self._digest = row.digest

    def take(self, file: BinaryIO) -> bool:
        """Take in the next part of the journal, and tell whether it was the last."""
        hashed = hashlib.blake2b(digest_size=16)
        if self._taken and not self._is_as_it_was(file, hashed):
            self.forget()
            hashed = hashlib.blake2b(digest_size=16)
        end = self._taken + STEP_BYTES
        for start, line, length, has_end in lines(file, self._taken):
            is_record = line is not None and self._take_line(line, start, length)
            if not has_end and not is_record:
                break  # torn, or still being written
            self._taken = start + length
            self._hash(file, hashed, start, length)
            if self._taken >= end:
                self._digest = hashed.digest()
                return False
        self._digest = hashed.digest()
        return True

    def _is_as_it_was(self, file: BinaryIO, hashed: hashlib.blake2b) -> bool:
        """Tell whether what was taken in is still there, unchanged."""
        self._hash(file, hashed, 0, self._taken)
        return hashed.digest() == self._digest

    def _hash(self, file: BinaryIO, hashed: hashlib.blake2b, start: int, length: int) -> None:
        for piece in pieces(file, [Span(start, length)]):
            hashed.update(piece)

    def forget(self) -> None:
        """Take out all that is of this journal."""
        _forget_messages(self._connection, "conversation = ? AND id IS NOT NULL", self._key)
        self._connection.execute("DELETE FROM settlements WHERE conversation = ?", (self._key,))
        self._connection.execute(
            "UPDATE conversations SET last = '', preview = '', last_reply = '', model = NULL WHERE key = ?",
            (self._key,),
        )
        self._taken, self._digest = 0, None

    def forget_partial(self) -> None:
        """Take out the replies that weren't in the journal: their messages may be there by now."""
        _forget_messages(self._connection, f"start = {IN_PARTIAL} AND conversation = ?", self._key)

    def take_partial(self, reply: Message) -> None:
        """Take in what is there of a reply, unless it is in the journal."""
        known = self._connection.execute(
            "SELECT 1 FROM messages WHERE conversation = ? AND id = ?", (self._key, reply.id)
        ).fetchone()
        if known is None:
            self._add(reply, IN_PARTIAL, 0)

    def finish(self, stamp: str, changed: float) -> None:
        """Note how far the journal was taken in, and the sums over its messages."""
        own = (self._key,)
        costs = self._connection.execute(
            "SELECT cost FROM messages WHERE conversation = ? AND cost IS NOT NULL", own
        ).fetchall()
        count = self._connection.execute(
            "SELECT count(*) FROM messages WHERE conversation = ? AND id IS NOT NULL", own
        ).fetchone()[0]
        cost = format(sum((Decimal(cost) for (cost,) in costs), Decimal(0)), "f") if costs else None
        self._connection.execute(
            "UPDATE conversations SET journal_stamp = ?, taken = ?, digest = ?, changed = ?, messages = ?, cost = ?"
            " WHERE key = ?",
            (stamp, self._taken, self._digest, changed, count, cost, *own),
        )

    def _take_line(self, line: bytes, start: int, length: int) -> bool:
        """Take in a record, and tell whether it is one; what only a newer version understands isn't searched."""
        try:
            record = decode_line(line)
            if record["type"] == "message":
                self._take_message(decode_message(record), start, length)
            elif record["type"] == "receipt":
                self._settle(decode_settlement(record), start, length)
        except NewerRecordError:
            return True
        except DamagedRecordError:
            return False
        return True

    def _take_message(self, message: Message, start: int, length: int) -> None:
        known = self._connection.execute(
            "SELECT doc, at, start, length FROM messages WHERE conversation = ? AND id = ?", (self._key, message.id)
        ).fetchone()
        if known is not None:
            if not self._is_later(message, *known[1:]):
                return
            _forget_messages(self._connection, "doc = ?", known[0])
        settlement = self._connection.execute(
            "SELECT start, length FROM settlements WHERE conversation = ? AND id = ?", (self._key, message.id)
        ).fetchone()
        if settlement is not None:
            message = _settled(message, decode_settlement(decode_line(self._line(*settlement))))
        self._add(message, start, length)

    def _is_later(self, message: Message, at: int, start: int, length: int) -> bool:
        """Tell whether `message` counts, and not the record of the same id; the order of lines says nothing."""
        if _milliseconds(message.at) != at:
            return _milliseconds(message.at) > at
        known = decode_message(decode_line(self._line(start, length)))
        return (message.at, encode_message(message)) >= (known.at, encode_message(known))

    def _add(self, message: Message, start: int, length: int) -> None:
        receipt = message.receipt
        is_kept = start != IN_PARTIAL  # else the opening of the conversation is to count what it cost
        cost = total_cost([message]) if is_kept else None
        doc = self._connection.execute(
            "INSERT INTO messages (conversation, id, at, role, models, provider, cost, has, start, length)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                self._key,
                message.id,
                _milliseconds(message.at),
                message.role,
                clean("\n".join(model for model in (receipt and receipt.model, message.model) if model)),
                clean((receipt and receipt.provider) or ""),
                None if cost is None else format(cost, "f"),
                _kinds(message),
                start,
                length,
            ),
        ).lastrowid
        if is_kept:
            index_charges.add(self._connection, doc, message)
        _add_text(self._connection, doc, text=message.text, other=other_text(message))
        self._connection.execute(
            "UPDATE conversations SET last = ?, preview = ? WHERE key = ? AND last <= ?",
            (message.id, clean(one_line(message.text, PREVIEW_LENGTH)), self._key, message.id),
        )
        if message.role == "assistant":
            self._connection.execute(
                "UPDATE conversations SET last_reply = ?, model = ? WHERE key = ? AND last_reply <= ?",
                (message.id, message.model and clean(message.model), self._key, message.id),
            )

    def _settle(self, settlement: Settlement, start: int, length: int) -> None:
        """Take in what became known of a price later, whether its reply was read by now or not."""
        known = self._connection.execute(
            "SELECT start, length FROM settlements WHERE conversation = ? AND id = ?", (self._key, settlement.id)
        ).fetchone()
        if known is not None:
            other = decode_settlement(decode_line(self._line(*known)))
            if (settlement.at, encode_settlement(settlement)) < (other.at, encode_settlement(other)):
                return
        self._connection.execute(
            "INSERT OR REPLACE INTO settlements VALUES (?, ?, ?, ?)", (self._key, settlement.id, start, length)
        )
        reply = self._connection.execute(
            "SELECT doc, start, length FROM messages WHERE conversation = ? AND id = ?", (self._key, settlement.id)
        ).fetchone()
        if reply is not None:
            _forget_messages(self._connection, "doc = ?", reply[0])
            message = decode_message(decode_line(self._line(*reply[1:])))
            self._add(_settled(message, settlement), *reply[1:])

    def _line(self, start: int, length: int) -> bytes:
        """Return a line that was taken in before."""
        with open_plain(self.path) as file:
            file.seek(start)
            return file.read(length)


def remove(connection: sqlite3.Connection, key: int) -> None:
    """Take a conversation out of the index."""
    _forget_messages(connection, "conversation = ?", key)
    connection.execute("DELETE FROM settlements WHERE conversation = ?", (key,))
    connection.execute("DELETE FROM conversations WHERE key = ?", (key,))


def other_text(message: Message) -> str:
    """Return what else can be found of a message: what the model thought, files' names, sources, why it failed."""
    names = [part.name for part in message.parts if isinstance(part, FilePart)]
    names += [f"{part.name} {part.url}" for part in message.parts if isinstance(part, LinkPart)]
    sources = [f"{citation.title or ''} {citation.url}" for citation in message.citations]
    failure = [message.failure.sentence] if message.failure else []
    return "\n".join((*names, message.reasoning, *sources, *failure))


def _settled(message: Message, settlement: Settlement) -> Message:
    return replace(message, receipt=settlement.settles(message.receipt))


def _forget_messages(connection: sqlite3.Connection, condition: str, value: int) -> None:
    """Take messages out; their words stay in the texts, under numbers that nothing has any more."""
    connection.execute(f"DELETE FROM charges WHERE doc IN (SELECT doc FROM messages WHERE {condition})", (value,))  # noqa: S608
    gone = connection.execute(f"DELETE FROM messages WHERE {condition}", (value,)).rowcount  # noqa: S608 - our words
    connection.execute("UPDATE gone SET docs = docs + ?", (gone,))


def _add_text(
    connection: sqlite3.Connection, doc: int | None, *, text: str = "", title: str = "", other: str = ""
) -> None:
    try:
        connection.execute(
            "INSERT INTO texts (rowid, text, title, other) VALUES (?, ?, ?, ?)",
            (doc, fold(text), fold(title), fold(other)),
        )
    except sqlite3.OperationalError as error:
        if "no such table" not in str(error):  # this SQLite has no FTS5
            raise


def _kinds(message: Message) -> int:
    """Return which of KINDS the message has, a bit each."""
    kinds: set[str] = set()
    for part in message.parts:
        if isinstance(part, FilePart):
            kinds |= {"file", part.media_type.partition("/")[0]}
            if part.media_type == "application/pdf":
                kinds.add("pdf")
        elif isinstance(part, LinkPart):
            kinds |= {part.kind, "link", *(("pdf",) if part.kind == "file" else ())}
    text = message.text
    if "```" in text or "~~~" in text:
        kinds.add("code")
    if message.citations or "https://" in text or "http://" in text:
        kinds.add("link")
    return sum(1 << place for place, kind in enumerate(KINDS) if kind in kinds)


def _milliseconds(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)


def clean(text: str) -> str:
    """Return `text` as a database can hold it: without lone surrogates."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def decimal_or_none(text: str | None) -> Decimal | None:
    """Return the amount that was kept as `text`."""
    try:
        return None if text is None else Decimal(text)
    except InvalidOperation:
        return None
