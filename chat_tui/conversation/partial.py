"""The reply that is streaming, kept in a file of its own until its message is in the journal."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

from chat_tui.conversation.citations import merged
from chat_tui.conversation.events import Cited, Event, Image, Reasoning, Receipted, Retrying, Text, ToolCall, Weighed
from chat_tui.conversation.lines import lines
from chat_tui.conversation.records import (
    DamagedRecordError,
    NewerRecordError,
    decode_chances,
    decode_line,
    decode_message,
    encode_chances,
    encode_line,
    encode_message,
)
from chat_tui.conversation.values import Chance, Json, Message, Part, Receipt, TextPart
from chat_tui.paths import FILE_MODE, open_plain, private_directory, write_all

E = TypeVar("E", bound=Event)


class PartialWriter:
    """Appends what arrives of one reply; every write reaches the system, so that only a power cut can take it.

    The first record is the empty reply. Others like it follow with what doesn't grow by pieces: receipt, sources,
    pictures (whose files are written first); the latest of them counts. Between them `partial` records add text,
    reasoning, pieces of tool calls, and how likely tokens were; they are numbered, because what a disk took only in
    part is written once more.

    Args:
        path: The file; nothing is written to it before `begin`.
        reply: The empty reply.
        keep_picture: Writes the picture in a URL to a file of the conversation and returns the part that refers to it.
    """

    def __init__(self, path: Path, reply: Message, keep_picture: Callable[[str], Part]) -> None:
        self.path = path
        self._reply = reply
        self._keep_picture = keep_picture
        self._descriptor: int | None = None
        self._number = 0
        self._unwritten = [encode_message(reply)]
        self._torn = False

    @property
    def parts(self) -> tuple[Part, ...]:
        """The pictures that came so far, as parts of the reply."""
        return self._reply.parts

    def begin(self) -> None:
        """Make the file, and write what there is for it by now.

        Raises:
            OSError: when the disk doesn't take it; it is then kept for the next call of this or of `append`.
        """
        if self._descriptor is None:
            library = self.path.parents[2]
            if not library.is_dir():  # unmounted, perhaps: what would be made in its place would be lost from sight
                raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(library))
            private_directory(self.path.parent)
            self._descriptor = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND, FILE_MODE)
        lines = b"".join(self._unwritten)
        if not lines:
            return
        try:
            write_all(self._descriptor, b"\n" + lines if self._torn else lines)
        except OSError:
            self._torn = True
            raise
        self._unwritten, self._torn = [], False

    def append(self, events: Sequence[Event]) -> None:
        """Write what `events` add to the reply: what grows as one record, the rest as another.

        Raises:
            OSError: as `begin`.
        """
        record: dict[str, object] = {}
        if reasoning := "".join(event.text for event in _only(Reasoning, events)):
            record["reasoning"] = reasoning
        if text := "".join(event.text for event in _only(Text, events)):
            record["text"] = text
        if calls := _joined(_only(ToolCall, events)):
            record["tool_calls"] = calls
        if chances := [chance for event in _only(Weighed, events) for chance in event.chances]:
            record["logprobs"] = encode_chances(chances)
        if record:
            self._number += 1
            self._unwritten.append(encode_line({"v": 1, "type": "partial", "n": self._number, **record}))
        for image in _only(Image, events):
            self._reply = replace(self._reply, parts=(*self._reply.parts, self._keep_picture(image.url)))
        latest = replace(
            self._reply,
            citations=merged(self._reply.citations, (event.citation for event in _only(Cited, events))),
            receipt=_latest(self._reply.receipt, events),
        )
        if latest != self._reply or any(isinstance(event, Image) for event in events):
            self._reply = latest
            self._unwritten.append(encode_message(latest))
        self.begin()

    def close(self) -> None:
        """Close the file and leave it: what is in it isn't anywhere else yet."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


def _only(kind: type[E], events: Sequence[Event]) -> list[E]:
    return [event for event in events if isinstance(event, kind)]


def _joined(fragments: Iterable[ToolCall]) -> list[Json]:
    """Return one piece for each call that has `fragments`."""
    pieces: dict[int, dict[str, Any]] = {}
    arguments: dict[int, list[str]] = {}
    for fragment in fragments:
        pieces[fragment.index] = {"index": fragment.index, "id": fragment.id, "name": fragment.name}
        arguments.setdefault(fragment.index, []).append(fragment.arguments)
    return [{**piece, "arguments": "".join(arguments[index])} for index, piece in pieces.items()]


def _latest(receipt: Receipt | None, events: Sequence[Event]) -> Receipt | None:
    """Return the receipt as it is after `events`, with the attempts so far."""
    attempts = receipt.attempts if receipt else ()
    for event in events:
        if isinstance(event, Receipted):
            receipt = event.receipt
        elif isinstance(event, Retrying):
            attempts = (*attempts, event.attempt)
            receipt = Receipt(origin=receipt.origin if receipt else None)
    return replace(receipt, attempts=attempts) if receipt else None


@dataclass(slots=True)
class _Call:
    """A tool call as far as its fragments are there."""

    id: str | None = None
    name: str = ""
    arguments: list[str] = field(default_factory=list)

    def whole(self) -> Json:
        function = {"name": self.name, "arguments": "".join(self.arguments)}
        return {"id": self.id, "type": "function", "function": function}


def recover_partial(path: Path) -> Message | None:
    """Return the reply in a partial file as an interrupted message, or None when not even its first line is whole.

    It is as old as the reply's beginning: should its end turn up, saved elsewhere, that counts.
    """
    reply: Message | None = None
    pieces: dict[object, Json] = {}
    with open_plain(path) as file:
        for line in lines(file):
            try:
                record = decode_line(line.content or b"")
                if record["type"] == "message":
                    reply = decode_message(record)
            except (DamagedRecordError, NewerRecordError):
                continue
            if record["type"] == "partial":
                number = record.get("n")
                pieces[number if isinstance(number, int) else object()] = record
    reasoning: list[str] = []
    text: list[str] = []
    calls: dict[int, _Call] = {}
    chances: list[Chance] = []
    for record in pieces.values():
        reasoning.append(_text_in(record, "reasoning"))
        text.append(_text_in(record, "text"))
        _add_calls(calls, record.get("tool_calls"))
        chances += decode_chances(record.get("logprobs"))
    if reply is None:
        return None
    whole = "".join(text)
    return replace(
        reply,
        status="interrupted",
        parts=(*((TextPart(whole),) if whole else ()), *reply.parts),
        reasoning="".join(reasoning),
        tool_calls=tuple(call.whole() for call in calls.values()),
        logprobs=tuple(chances),
    )


def _add_calls(calls: dict[int, _Call], pieces: object) -> None:
    for piece in pieces if isinstance(pieces, list) else []:
        if isinstance(piece, dict) and isinstance(piece.get("index"), int):
            call = calls.setdefault(piece["index"], _Call())
            call.id = _text_in(piece, "id") or call.id
            call.name = _text_in(piece, "name") or call.name
            call.arguments.append(_text_in(piece, "arguments"))


def _text_in(record: Json, name: str) -> str:
    value = record.get(name)
    return value if isinstance(value, str) else ""
