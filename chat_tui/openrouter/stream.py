"""Bytes of an event stream to chunks, whatever the bytes and wherever they are split.

Nothing here opens or reads a socket: `ChunkDecoder` takes bytes, `parse_chunk` takes one event's text.
"""

from __future__ import annotations

import codecs
import logging
from collections.abc import Iterator
from typing import Any

# Private in httpx-sse, which is pinned below 0.5; `tests/openrouter/test_stream_bytes.py` fails when they change. Its
# public EventSource trusts the charset header, and drops an event that ends with the stream.
from httpx_sse._decoders import SSEDecoder, SSELineDecoder

from chat_tui.openrouter import errors, sentences
from chat_tui.openrouter.exact_json import decode_json
from chat_tui.openrouter.failure import Failure, failure_in_object
from chat_tui.openrouter.server import Server
from chat_tui.openrouter.types import Chunk

logger = logging.getLogger("chat_tui.openrouter")

DONE = "[DONE]"

# An image is some MB in one line; a line this long is a fault, and would only fill the memory.
LONGEST_EVENT = 256 * 1024 * 1024


def parse_chunk(text: str, server: Server | None = None) -> Chunk | None:
    """Return the chunk in one event's JSON `text`, its usage without `server`'s secrets; None when it is no object."""
    try:
        value = decode_json(text)
    except ValueError:
        return None
    if not isinstance(value, dict):
        return None
    return Chunk.read(server.without_secrets_in_usage(value) if server else value)


class EventDecoder:
    """Bytes to the data of server-sent events.

    The bytes are UTF-8 whatever the headers say; what isn't becomes U+FFFD. Lines end only at LF, CR and CRLF.
    """

    def __init__(self) -> None:
        self._text = codecs.getincrementaldecoder("utf-8-sig")(errors="replace")
        self._lines = SSELineDecoder()
        self._events = SSEDecoder()

    def feed(self, data: bytes) -> Iterator[str]:
        """Yield the data of each event that `data` completes."""
        text = self._text.decode(data)
        return self._data_in(self._lines.decode(text) if text else [])

    def end(self) -> Iterator[str]:
        """Yield the data of a last event that no blank line ended."""
        rest = self._text.decode(b"", final=True)
        lines = self._lines.decode(rest) if rest else []
        return self._data_in([*lines, *self._lines.flush(), ""])

    def _data_in(self, lines: list[str]) -> Iterator[str]:
        for line in lines:
            event = self._events.decode(line)
            if event is not None and event.data:
                yield event.data


class ChunkDecoder:
    """Bytes to chunks, and to how the stream ended.

    Feed it until `done`; then `fault` is None for a whole reply, else the error to raise after the last chunk.
    """

    def __init__(self, server: Server, generation: str | None = None) -> None:
        self.generation = generation
        self.done = False
        self.fault: errors.OpenRouterError | None = None
        self._server = server
        self._events = EventDecoder()
        self._finished = False
        self._failed: Failure | None = None  # by a finish_reason alone: what follows may still tell the cost
        self._logged = False
        self._undecoded = 0

    def feed(self, data: bytes) -> list[Chunk]:
        """Return the chunks that `data` completes."""
        self._undecoded += len(data)
        chunks = self._chunks_in(self._events.feed(data))
        if self._undecoded > LONGEST_EVENT and not self.done:
            self._end_with(sentences.unreadable(self._server, 200))
        return chunks

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
        for data in events:
            self._undecoded = 0
            if data.strip() == DONE:
                self._finished = True
                self.stop(errors.OpenRouterError(DONE))
            if self.done:
                break
            chunk = parse_chunk(data, self._server)
            if chunk is None:
                self._skip(data)
            else:
                chunks += self.accept(chunk)
        return chunks

    def _skip(self, data: str) -> None:
        if not self._logged:
            self._logged = True
            logger.warning("Skipped an event of %d characters that isn't a JSON object", len(data))

    def _end_with(self, fault: errors.OpenRouterError | None) -> None:
        self.done = True
        self.fault = fault
        if fault is not None:
            fault.generation = fault.generation or self.generation


def _error_object(chunk: Chunk) -> Any:
    """Return the JSON of an error that the chunk has, at its top or in a choice, in the shape of an error reply."""
    if chunk.error:
        return {"error": chunk.error, "user_id": chunk.raw.get("user_id")}
    return next(({"error": choice.error} for choice in chunk.choices if choice.error), None)


def _worth_keeping(chunk: Chunk) -> bool:
    return chunk.usage is not None or any(choice.delta.says_something for choice in chunk.choices)
