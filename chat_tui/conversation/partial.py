"""The reply that is streaming, kept in a file of its own until its message is in the journal."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from chat_tui.conversation.events import Event, Reasoning, Receipted, Text
from chat_tui.conversation.ids import now
from chat_tui.conversation.records import (
    DamagedRecordError,
    NewerRecordError,
    decode_line,
    decode_message,
    encode_line,
    encode_message,
)
from chat_tui.conversation.values import Json, Message, Receipt, TextPart
from chat_tui.paths import FILE_MODE, private_directory


class PartialWriter:
    """Appends what arrives of one reply; every write reaches the system, so that only a power cut can take it."""

    def __init__(self, path: Path, reply: Message) -> None:
        private_directory(path.parent)
        self.path = path
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, FILE_MODE)
        self._file = os.fdopen(descriptor, "wb", buffering=0)
        self._write(encode_message(reply))

    def append(self, events: Sequence[Event]) -> None:
        """Write what `events` add to the reply, as one record for each kind."""
        text = "".join(event.text for event in events if isinstance(event, Text))
        reasoning = "".join(event.text for event in events if isinstance(event, Reasoning))
        receipts = [event.receipt for event in events if isinstance(event, Receipted)]
        record: dict[str, object] = {}
        if reasoning:
            record["reasoning"] = reasoning
        if text:
            record["text"] = text
        if receipts:
            latest = receipts[-1]
            record |= {"model": latest.model, "provider": latest.provider, "generation": latest.generation}
        if record:
            self._write(encode_line({"v": 1, "type": "partial", **record}))

    def close(self) -> None:
        """Close the file and leave it: what is in it isn't anywhere else yet."""
        self._file.close()

    def remove(self) -> None:
        """Close the file and remove it: its message is in the journal."""
        self._file.close()
        self.path.unlink(missing_ok=True)

    def _write(self, line: bytes) -> None:
        while line:
            line = line[self._file.write(line) :]


def recover_partial(path: Path) -> Message | None:
    """Return the reply in a partial file as an interrupted message, or None when not even its first line is whole."""
    reply: Message | None = None
    reasoning: list[str] = []
    text: list[str] = []
    served: Receipt = Receipt()
    for line in path.read_bytes().split(b"\n"):
        try:
            record = decode_line(line)
            if record["type"] == "message":
                reply = decode_message(record)
        except (DamagedRecordError, NewerRecordError):
            continue
        if record["type"] == "partial":
            reasoning.append(_text_in(record, "reasoning"))
            text.append(_text_in(record, "text"))
            served = Receipt(
                model=_text_in(record, "model") or served.model,
                provider=_text_in(record, "provider") or served.provider,
                generation=_text_in(record, "generation") or served.generation,
            )
    if reply is None:
        return None
    whole = "".join(text)
    return replace(
        reply,
        status="interrupted",
        at=now(),
        parts=(TextPart(whole),) if whole else (),
        reasoning="".join(reasoning),
        receipt=served if served != Receipt() else None,
    )


def _text_in(record: Json, name: str) -> str:
    value = record.get(name)
    return value if isinstance(value, str) else ""
