"""The journal of one conversation: an append-only file of records, the truth."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from chat_tui.conversation.records import (
    DamagedRecordError,
    NewerRecordError,
    decode_line,
    decode_message,
    encode_message,
)
from chat_tui.conversation.values import Message
from chat_tui.paths import FILE_MODE, private_directory, sync_directory

TAIL_BYTES = 64 * 1024
"""Enough for several screens of conversation; read in a few milliseconds."""


@dataclass(slots=True)
class Reading:
    """What a journal, or its tail, was found to hold."""

    messages: dict[str, Message] = field(default_factory=dict)
    """By id; of several records with one id the latest, whatever the order of the lines."""
    damaged: list[bytes] = field(default_factory=list)
    """Lines that cost only themselves."""
    newer: bool = False
    """A newer chat-tui wrote here: read, don't write."""
    whole: bool = True
    """False when only the tail was read."""

    def take(self, line: bytes) -> None:
        """Add what `line` holds."""
        try:
            record = decode_line(line)
            if record["type"] == "message":
                self._put(decode_message(record))
        except NewerRecordError:
            self.newer = True
        except DamagedRecordError:
            self.damaged.append(line)

    def _put(self, message: Message) -> None:
        known = self.messages.get(message.id)
        if known is None or (message.at, encode_message(message)) >= (known.at, encode_message(known)):
            self.messages[message.id] = message


def read_journal(path: Path) -> Reading:
    """Read the whole journal; a journal that isn't there yet is empty."""
    reading = Reading()
    try:
        with path.open("rb") as file:
            for line in file:
                if line.strip():
                    reading.take(line.rstrip(b"\n"))
    except FileNotFoundError:
        pass
    return reading


def read_tail(path: Path, size: int = TAIL_BYTES) -> Reading:
    """Read the last `size` bytes of the journal, at least one whole line, without waiting for the rest."""
    reading = Reading()
    try:
        with path.open("rb") as file:
            end = file.seek(0, os.SEEK_END)
            while True:
                start = file.seek(max(0, end - size))
                lines = file.read(end - start).split(b"\n")
                if start == 0 or len(lines) > 2:
                    break
                size *= 4  # one line is longer than that: a reply of megabytes
    except FileNotFoundError:
        return reading
    reading.whole = start == 0
    for line in lines if reading.whole else lines[1:]:
        if line.strip():
            reading.take(line)
    return reading


def append_message(path: Path, message: Message) -> None:
    """Write `message` at the end of the journal and return when it is on disk.

    Raises:
        OSError: when the disk doesn't take it; the journal then has at most a torn line, which costs only itself.
    """
    fresh = not path.exists()
    private_directory(path.parent)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, FILE_MODE)
    with os.fdopen(descriptor, "r+b", buffering=0) as file:
        line = encode_message(message)
        if _ends_torn(file.fileno()):
            line = b"\n" + line
        written = file.write(line)
        while written < len(line):
            written += file.write(line[written:])
        os.fsync(file.fileno())
    if fresh:
        sync_directory(path.parent)


def set_aside_damaged(path: Path, lines: list[bytes]) -> Path | None:
    """Copy damaged lines to `<name>.damaged` beside the journal, once each, and return its path; None for no lines."""
    if not lines:
        return None
    aside = path.with_name(path.name + ".damaged")
    known = set(_lines_of(aside))
    missing = [line for line in dict.fromkeys(lines) if line not in known]
    if missing:
        descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_APPEND, FILE_MODE)
        with os.fdopen(descriptor, "ab") as file:
            file.write(b"".join(line + b"\n" for line in missing))
    return aside


def _lines_of(path: Path) -> Iterator[bytes]:
    try:
        yield from path.read_bytes().split(b"\n")
    except FileNotFoundError:
        return


def _ends_torn(descriptor: int) -> bool:
    size = os.fstat(descriptor).st_size
    return size > 0 and os.pread(descriptor, 1, size - 1) != b"\n"
