"""The journal of one conversation: an append-only file of records, the truth.

What is on disk when: a record, and the name of a new file, are synced before `append` returns. So are metadata and
attachments, which are replaced in one step. Partial replies are written without a buffer but never synced: a crash of
chat-tui takes nothing of them, a power cut perhaps the reply that was streaming.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, TypeVar

from chat_tui.conversation.lines import LONGEST_LINE, Line, Span, digest, digests, fits, lines, pieces
from chat_tui.conversation.records import (
    DamagedRecordError,
    Hiding,
    NewerRecordError,
    Settlement,
    decode_hiding,
    decode_line,
    decode_message,
    decode_settlement,
    encode_hiding,
    encode_message,
    encode_settlement,
)
from chat_tui.conversation.values import Message
from chat_tui.paths import FILE_MODE, open_plain, private_directory, sync_directory, write_all

TAIL_BYTES = 64 * 1024
"""Enough for several screens of conversation; read in a few milliseconds."""
_REMEMBERED_BYTES = 64

R = TypeVar("R", Message, Settlement, Hiding)


@dataclass(slots=True)
class Reading:
    """What a journal, or a part of it, was found to hold; of records with one id and type the latest counts."""

    damaged: list[Span] = field(default_factory=list)
    """Where lines are that cost only themselves."""
    newer: bool = False
    """A newer chat-tui wrote here: read, don't write."""
    whole: bool = True
    """False when only the tail was read."""
    superseded: int = 0
    """Bytes of records in whose place others count."""
    receipts: dict[str, Settlement] = field(default_factory=dict)
    """What became known of prices later, by the reply's id."""
    _written: dict[str, Message] = field(default_factory=dict)
    _hidings: dict[str, Hiding] = field(default_factory=dict)

    @property
    def messages(self) -> dict[str, Message]:
        """The messages by id, with the receipts that came later."""
        settled = {
            identifier: replace(message, receipt=settlement.settles(message.receipt))
            for identifier, settlement in self.receipts.items()
            if (message := self._written.get(identifier)) is not None
        }
        return {**self._written, **settled} if settled else self._written

    @property
    def hidden(self) -> frozenset[str]:
        """The ids of the messages that requests leave out."""
        return frozenset(identifier for identifier, hiding in self._hidings.items() if hiding.hidden)

    @property
    def latest(self) -> datetime | None:
        """When the last settlement or hiding was written, by the clock of whoever wrote it; None without any."""
        hidden, settled = self._hidings.values(), self.receipts.values()
        return max((*(one.at for one in hidden), *(one.at for one in settled)), default=None)

    def take(self, read: Line) -> None:
        """Add what a line holds."""
        if read.content is None:
            self.damaged.append(read.span)
            return
        line = read.content.rstrip(b"\n")
        if not line.strip():
            return
        try:
            record = decode_line(line)
            match record["type"]:
                case "message":
                    self._put(self._written, decode_message(record), encode_message, line)
                case "receipt":
                    self._put(self.receipts, decode_settlement(record), encode_settlement, line)
                case "hide":
                    self._put(self._hidings, decode_hiding(record), encode_hiding, line)
        except NewerRecordError:
            self.newer = True
        except DamagedRecordError:
            self.damaged.append(read.span)

    def _put(self, known: dict[str, R], value: R, encode: Callable[[R], bytes], line: bytes) -> None:
        """Keep `value` unless a later one is known; of two with one time the order of lines must not decide."""
        other = known.get(value.id)
        if other is not None:
            self.superseded += len(line) + 1
        if other is None or (value.at, encode(value)) >= (other.at, encode(other)):
            known[value.id] = value


class JournalReader:
    """Reads a journal that grows: each time only what was added, or all when the file is another one.

    What was read of one that has vanished since stays.
    """

    def __init__(self, path: Path) -> None:
        self.reading = Reading()
        self._path = path
        self._file: tuple[int, int] | None = None
        self._place = 0
        self._before = b""
        """What stands right before the place: when it doesn't any more, the file was written anew."""

    @property
    def was_there(self) -> bool:
        """Whether there was a journal to read."""
        return self._file is not None

    def more(self, *, to_the_end: bool = False) -> bool:
        """Take what is new into `reading`; return whether there was any.

        Args:
            to_the_end: Also take a last line without an end: nobody is writing it any more.

        Raises:
            OSError: when the journal is there and can't be read.
        """
        try:
            file = open_plain(self._path)
        except (FileNotFoundError, NotADirectoryError):
            return False
        with file:
            fresh = self._find_place(file)
            place = self._place
            for line in lines(file, place):
                if not (to_the_end or line.has_end):
                    break
                self.reading.take(line)
                place += line.length
            added, self._place = place - self._place, place
            if added:
                remembered = Span(max(0, place - _REMEMBERED_BYTES), min(place, _REMEMBERED_BYTES))
                self._before = b"".join(pieces(file, [remembered]))
        return fresh or bool(added)

    def _find_place(self, file: BinaryIO) -> bool:
        """Go to where reading ended, or to the beginning of what turns out to be another file; return which."""
        status = os.fstat(file.fileno())
        if (status.st_dev, status.st_ino) == self._file and status.st_size >= self._place:
            file.seek(self._place - len(self._before))
            if file.read(len(self._before)) == self._before:
                return False
        self._file, self._place, self._before = (status.st_dev, status.st_ino), 0, b""
        self.reading = Reading()
        file.seek(0)
        return True


def read_journal(path: Path) -> Reading:
    """Read the whole journal; a journal that isn't there yet is empty."""
    reading = Reading()
    try:
        with open_plain(path) as file:
            for line in lines(file):
                reading.take(line)
    except (FileNotFoundError, NotADirectoryError):
        pass
    return reading


def read_tail(path: Path, size: int = TAIL_BYTES) -> Reading:
    """Read the last `size` bytes of the journal, at least one whole line, without waiting for the rest.

    Behind a line that is too long nothing is looked for.
    """
    reading = Reading()
    try:
        with open_plain(path) as file:
            end = file.seek(0, os.SEEK_END)
            while True:
                start = file.seek(max(0, end - size))
                found = file.read(end - start).split(b"\n")
                if start == 0 or len(found) > 2 or size >= LONGEST_LINE:
                    break
                size = min(size * 4, LONGEST_LINE)  # one line is longer than that: a reply of megabytes
    except (FileNotFoundError, NotADirectoryError):
        return reading
    reading.whole = start == 0
    for number, line in enumerate(found):
        if number or reading.whole:
            reading.take(Line(start, line, len(line), has_end=False))
        start += len(line) + 1
    return reading


def append(path: Path, records: bytes) -> None:
    """Write whole records at the end of the journal and return when they are on disk.

    Raises:
        OSError: when the disk doesn't take them, or one is longer than a line may be. What was written of them is taken
            back; where even that fails, the journal has a torn line, which costs only itself.
    """
    if not fits(records):
        raise OSError(errno.EFBIG, "It is too long", str(path))
    append_pieces(path, [records])


def append_pieces(path: Path, records: Iterable[bytes]) -> None:
    """Write at the end of the journal, as `append` does, what comes a little at a time."""
    private_directory(path.parent)
    fresh = not path.exists()
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, FILE_MODE)
    try:
        size = os.fstat(descriptor).st_size
        torn = size > 0 and os.pread(descriptor, 1, size - 1) != b"\n"
        try:
            for piece in records:
                write_all(descriptor, b"\n" + piece if torn else piece)
                torn = False
            os.fsync(descriptor)
        except OSError:
            with suppress(OSError):
                os.ftruncate(descriptor, size)
            raise
    finally:
        os.close(descriptor)
    if fresh:
        sync_directory(path.parent)


def append_message(path: Path, message: Message) -> None:
    """Write `message` at the end of the journal, as `append` does."""
    append(path, encode_message(message))


def set_aside_damaged(path: Path, damaged: Iterable[Span]) -> Path | None:
    """Copy damaged lines to `<name>.damaged` beside the journal, once each, and return its path; None for no lines."""
    damaged = list(damaged)
    if not damaged:
        return None
    aside = path.with_name(path.name + ".damaged")
    try:
        with open_plain(aside) as file:
            known = digests(file)
    except (FileNotFoundError, NotADirectoryError):
        known = set()
    with open_plain(path) as journal:
        missing = {found: span for span in damaged if (found := digest(journal, span)) not in known}
        if missing:
            append_pieces(aside, pieces(journal, missing.values(), end=b"\n"))
    return aside
