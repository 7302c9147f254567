"""Compaction: a journal without the records in whose place later ones count."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, NamedTuple

from chat_tui.conversation.lines import Span, digest, lines, pieces
from chat_tui.conversation.records import (
    DamagedRecordError,
    Hiding,
    Settlement,
    decode_hiding,
    decode_line,
    decode_message,
    decode_settlement,
    encode_hiding,
    encode_message,
    encode_settlement,
)
from chat_tui.conversation.values import Json, Message
from chat_tui.paths import open_plain, replace_file, sync_directory

MUCH = 1024 * 1024
"""Bytes of superseded records for which a journal is compacted unasked, when they are also half of it."""


class Compacted(NamedTuple):
    """What a compaction changed."""

    lines: int
    """How many were left out."""
    bytes: int
    kept: Path | None
    """Where the journal as it was is now; None when nothing had to change, or nothing was to be kept."""


class _Record(NamedTuple):
    at: datetime
    encoded: bytes
    digest: bytes


def compact(journal: Path, *, keep: bool) -> Compacted:
    """Leave superseded, damaged and repeated lines out of `journal`, in one step; call it as the writer only.

    Records of a type that this version doesn't know stay as they are, and the lines that stay keep their bytes. Damaged
    lines are to be set aside before.

    Args:
        journal: The file.
        keep: Whether the journal as it was stays beside it, as `<name>.before-repair` with a number if need be.

    Raises:
        NewerRecordError: when a newer chat-tui wrote in it: nothing is changed.
        BlockingIOError: when somebody wrote to it meanwhile: nothing is changed.
        OSError: when the disk doesn't take it: nothing is changed.
    """
    before = _state(journal)
    with open_plain(journal) as file:
        count, staying = _staying(file)
        if _is_all(file, staying):
            return Compacted(0, 0, None)
        size, compacted = before[1], sum(span.length + 1 for span in staying)
        kept = free_name(journal) if keep else None
        if kept is not None:
            replace_file(kept, pieces(file, [Span(0, size)]))
        if _state(journal) != before:
            if kept is not None:
                kept.unlink()
            raise BlockingIOError("the journal was written to meanwhile")
        replace_file(journal, pieces(file, staying, end=b"\n"))
    sync_directory(journal.parent)
    return Compacted(count - len(staying), size - compacted, kept)


def _is_all(file: BinaryIO, staying: list[Span]) -> bool:
    """Tell whether the file is nothing but the lines that stay."""
    place = 0
    for start, length in staying:
        if start != place:
            return False
        place = start + length + 1
    return place == file.seek(0, os.SEEK_END)


def _staying(file: BinaryIO) -> tuple[int, list[Span]]:
    """Return how many lines there are, and where those that count stand, in their order."""
    latest: dict[tuple[str, str], _Record] = {}
    order: dict[bytes, Span] = {}
    count = 0
    for line in lines(file):
        if line.content is not None and not line.content.strip():
            continue
        count += 1
        try:
            record = decode_line(line.content or b"")
            value = _known(record)
        except DamagedRecordError:
            continue
        known_by = digest(file, line.span)
        order[known_by] = line.span
        if value is None:
            continue
        found = _Record(value.at, _encoded(value), known_by)
        key = (record["type"], value.id)
        known = latest.get(key)
        if known is None or (found.at, found.encoded) > (known.at, known.encoded):
            latest[key], loser = found, known
        else:
            loser = found
        if loser is not None and loser.digest != latest[key].digest:
            order.pop(loser.digest, None)
    return count, list(order.values())


def _known(record: Json) -> Message | Settlement | Hiding | None:
    """Return what a record holds; None for a type that this version doesn't know."""
    match record["type"]:
        case "message":
            return decode_message(record)
        case "receipt":
            return decode_settlement(record)
        case "hide":
            return decode_hiding(record)
    return None


def _encoded(value: Message | Settlement | Hiding) -> bytes:
    match value:
        case Settlement():
            return encode_settlement(value)
        case Hiding():
            return encode_hiding(value)
        case _:
            return encode_message(value)


def _state(journal: Path) -> tuple[int, int, int]:
    status = os.stat(journal)  # noqa: PTH116 - beside fstat, which has no other form
    return status.st_ino, status.st_size, status.st_mtime_ns


def free_name(file: Path) -> Path:
    """Return a name for `file` as it was before a repair, which nothing has yet."""
    name, number = file.with_name(file.name + ".before-repair"), 1
    while name.exists():
        number += 1
        name = file.with_name(f"{file.name}.before-repair-{number}")
    return name
