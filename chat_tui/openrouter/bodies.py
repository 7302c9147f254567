"""The bodies of requests: JSON as bytes, or in pieces where files stand in it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from chat_tui.openrouter.file_text import FileText, encoded_around
from chat_tui.openrouter.recording import Recording


class Pieces:
    """A body that is made while it is sent, by a thread, as often as it is sent.

    Args:
        parts: JSON, and the files whose text stands between.
    """

    def __init__(self, parts: Sequence[bytes | FileText]) -> None:
        self._parts = parts
        self.recording: Recording | None = None

    def __len__(self) -> int:
        """Return how many bytes it has."""
        return sum(map(len, self._parts))

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """Yield it in pieces of a megabyte, more or less.

        Raises:
            FileGoneError: A file can't be read any more.
        """
        pieces, done, total = self._pieces(), 0, len(self)
        while piece := await asyncio.to_thread(next, pieces, b""):
            yield piece
            done += len(piece)
            if self.recording is not None:
                self.recording.leave(done, total)

    def _pieces(self) -> Iterator[bytes]:
        for part in self._parts:
            if isinstance(part, bytes):
                yield part
            else:
                yield from filter(None, part.pieces())


def content_of(body: Mapping[str, Any]) -> bytes | Pieces:
    """Return `body` as bytes, or, where files stand in it, as pieces.

    Raises:
        FileGoneError: A file isn't there.
        TypeError: There is something in it that JSON doesn't have.
    """
    parts = encoded_around(body, _as_json)
    files = [part for part in parts if isinstance(part, FileText)]
    for file in files:
        file.check()
    return Pieces(parts) if files else b"".join(part for part in parts if isinstance(part, bytes))


def encoded(value: Any) -> bytes:
    """Return `value`, which may hold what our decoder makes of JSON, as JSON.

    Raises:
        TypeError: There is something in it that JSON doesn't have.
    """
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=_as_json).encode("utf-8", "replace")


def _as_json(value: Any) -> Any:
    """Return what JSON has for the values that our decoder makes of it."""
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"no JSON for {type(value).__name__}")
