"""Events of a stream to chunks, and to how the stream ended.

Nothing here opens or reads a socket: `ChunkDecoder` takes bytes, `parse_chunk` takes one event's text.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

from chat_tui.openrouter import errors, sentences
from chat_tui.openrouter.events import EventDecoder, EventTooLongError
from chat_tui.openrouter.exact_json import decode_json
from chat_tui.openrouter.failure import Failure, failure_in_object
from chat_tui.openrouter.recording import Recording
from chat_tui.openrouter.server import Server
from chat_tui.openrouter.types import Chunk

logger = logging.getLogger("chat_tui.openrouter")

DONE = "[DONE]"

LONGEST_EVENT = 64 * 1024 * 1024
"""Bytes of one event, however many lines it has: 64 MiB.

The longest that anybody sends is a picture, whole in one line and half as long again as its file: 64 MiB hold one of
48 MiB. Anything longer is a fault that would only fill the memory, so the stream is given up there.
"""

HEAVY_EVENT = 256 * 1024
"""Bytes of an event that is better decoded by a thread."""

LONGEST_REPLY = 8 * LONGEST_EVENT
"""Characters of all events of a reply together: 512 Mi, which no reply has. One without an end stops there."""


def parse_chunk(text: str, server: Server | None = None) -> Chunk | None:
    """Return the chunk in one event's JSON `text`, its notes without `server`'s secrets; None when it is no object."""
    try:
        value = decode_json(text)
    except ValueError:
        return None
    if not isinstance(value, dict):
        return None
    return Chunk.read(server.without_secrets_in_notes(value) if server else value)


class ChunkDecoder:
    """Bytes to chunks, and to how the stream ended.

    Feed it until `done`; then `fault` is None for a whole reply, else the error to raise after the last chunk.

    Args:
        server: Whose secrets are taken out of notes.
        generation: The generation id, when the headers had it.
        recording: Hears every event, and comments too.
    """

    def __init__(self, server: Server, generation: str | None = None, recording: Recording | None = None) -> None:
        self.generation = generation
        self.done = False
        self.fault: errors.OpenRouterError | None = None
        self._server = server
        self._recording = recording
        self._events = EventDecoder(LONGEST_EVENT, recording.hear if recording else None)
        self._has_begun = False
        self._length = 0
        self._finished = False
        self._failed: Failure | None = None  # by a finish_reason alone: what follows may still tell the cost
        self._logged = False

    def is_heavy(self, data: bytes) -> bool:
        """Tell whether `data` ends so long an event that to decode it takes longer than a frame: a picture, mostly."""
        return self._events.held + len(data) > HEAVY_EVENT and b"\n" in data

    def feed(self, data: bytes) -> list[Chunk]:
        """Return the chunks that `data` completes."""
        return [] if self.done else self._chunks_in(self._events.feed(data))

    def end(self) -> list[Chunk]:
        """Return the chunks that were still to come when the bytes ended."""
        chunks = self._chunks_in(self._events.end()) if not self.done else []
        self.stop(
            errors.CutOff(
                "The reply stopped in the middle: the connection ended before the provider said it was finished. "
                "What came is kept; send the prompt again.",
            )
        )
        return chunks

    def stop(self, fault: errors.OpenRouterError) -> None:
        """End the stream because its bytes ended; `fault` counts only when the reply isn't whole and gave no other."""
        if self.done:
            return
        if self._failed is not None:
            fault = sentences.stream_fault(self._failed)
        self._end_with(None if self._finished and self._failed is None else fault)

    def accept(self, chunk: Chunk) -> list[Chunk]:
        """Take a decoded chunk; return it in a list, or nothing when it only carries an error."""
        self._has_begun = True
        self.generation = self.generation or chunk.id
        error = _error_object(chunk)
        if error is not None:
            failure = failure_in_object(self._server, error, generation=self.generation)
            self._end_with(sentences.stream_fault(failure))
            return [chunk] if _worth_keeping(chunk) else []
        if chunk.finish_reason == "error" and self._failed is None:
            self._failed = failure_in_object(self._server, {}, generation=self.generation)
        self._finished = self._finished or chunk.finish_reason is not None
        return [chunk]

    def _chunks_in(self, events: Iterator[str]) -> list[Chunk]:
        chunks: list[Chunk] = []
        try:
            for data in events:
                chunks += self._chunks_of(data)
                if self.done:
                    break
        except EventTooLongError:
            self.stop(_too_long(self._server))
        return chunks

    def _chunks_of(self, data: str) -> list[Chunk]:
        if self._recording is not None:
            self._recording.hear(data)
        if data.strip() == DONE:
            self._finished = self._has_begun
            self.stop(sentences.unreadable(self._server, 200))
            return []
        self._length += len(data)
        if self._length > LONGEST_REPLY:
            self.stop(_endless(self._server))
            return []
        chunk = parse_chunk(data, self._server)
        if chunk is None:
            self._skip(data)
            return []
        return self.accept(chunk)

    def _skip(self, data: str) -> None:
        if not self._logged:
            self._logged = True
            logger.warning("Skipped an event of %d characters that isn't a JSON object", len(data))

    def _end_with(self, fault: errors.OpenRouterError | None) -> None:
        self.done = True
        self.fault = fault
        if fault is not None:
            fault.generation = fault.generation or self.generation


def _too_long(server: Server) -> errors.NotOpenRouter:
    return errors.NotOpenRouter(
        f"{server.name} sent a single event of more than {LONGEST_EVENT // 2**20} MiB, longer than any picture is. "
        "What came before it is kept; choose another model or provider.",
        actions=("other_model", "other_provider", "check_base_url"),
    )


def _endless(server: Server) -> errors.NotOpenRouter:
    return errors.NotOpenRouter(
        f"{server.name} sent a reply of more than {LONGEST_REPLY // 2**20} MiB, longer than any is. "
        "What came of it is kept; choose another model or provider.",
        actions=("other_model", "other_provider", "check_base_url"),
    )


def _error_object(chunk: Chunk) -> Any:
    """Return the JSON of an error that the chunk has, at its top or in a choice, in the shape of an error reply."""
    error = chunk.error or next((choice.error for choice in chunk.choices if choice.error), None)
    return {"error": error, "user_id": chunk.raw.get("user_id")} if error else None


def _worth_keeping(chunk: Chunk) -> bool:
    """Tell whether there is anything in `chunk` beside its error."""
    return bool(chunk.choices or chunk.usage or chunk.openrouter_metadata)
