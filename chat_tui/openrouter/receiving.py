"""A reply while it comes: chunks out of a response that is still open."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import suppress
from typing import cast

import httpx

from chat_tui.openrouter import no_reply
from chat_tui.openrouter.errors import CutOff
from chat_tui.openrouter.recording import Recording
from chat_tui.openrouter.server import Server
from chat_tui.openrouter.stream import ChunkDecoder
from chat_tui.openrouter.types import Chunk

_DRAIN_SECONDS = 0.1


class Stream:
    """The chunks of one reply, in order: iterate over it once.

    `generation` is the generation id, from the headers or the first chunk.
    """

    def __init__(
        self,
        server: Server,
        generation: str | None,
        response: httpx.Response | None = None,
        idle: float = 0.0,
        recording: Recording | None = None,
    ) -> None:
        self._server = server
        self._idle = idle
        self._decoder = ChunkDecoder(server, generation, recording)
        self._pieces: AsyncGenerator[bytes, None] | None = None
        if response is not None:  # httpx types the generator that it is as an iterator, which couldn't be closed
            self._pieces = cast(AsyncGenerator[bytes, None], response.aiter_bytes())
        self._ready: deque[Chunk] = deque()

    @property
    def generation(self) -> str | None:
        """The generation id, as soon as it is known."""
        return self._decoder.generation

    def __aiter__(self) -> AsyncIterator[Chunk]:
        return self

    async def __anext__(self) -> Chunk:
        """Return the next chunk.

        Raises:
            StreamFault: The server said that the reply failed.
            CutOff: The stream ended in the middle.
            TimedOut: Nothing came within `Timeouts.idle`.
        """
        while not self._ready and not self._decoder.done:
            await self._receive()
        if self._ready:
            return self._ready.popleft()
        fault, self._decoder.fault = self._decoder.fault, None
        if fault is not None:
            raise fault
        raise StopAsyncIteration

    def take_whole(self, chunk: Chunk) -> None:
        """Take the one chunk of a reply that came whole, so that nothing can have cut it."""
        self._ready += self._decoder.accept(chunk)
        self._decoder.end()
        if isinstance(self._decoder.fault, CutOff):
            self._decoder.fault = None

    def take_events(self, text: str) -> None:
        """Take all events of a stream that the server called something else."""
        self._ready += self._decoder.feed(text.encode())
        self._ready += self._decoder.end()

    async def aclose(self) -> None:
        """Let go of the connection: for another request when the reply ended, else by closing it."""
        if self._pieces is None:
            return
        if self._decoder.done:
            with suppress(TimeoutError, httpx.TransportError, httpx.DecodingError):
                async with asyncio.timeout(_DRAIN_SECONDS):
                    await anext(self._pieces, None)
        await self._pieces.aclose()

    async def _receive(self) -> None:
        if self._pieces is None:
            self._ready += self._decoder.end()
            return
        try:
            piece = await anext(self._pieces, None)
        except httpx.ReadTimeout:
            self._decoder.stop(no_reply.silent(self._server, self._idle, self.generation))
        except (httpx.TransportError, httpx.DecodingError):
            self._ready += self._decoder.end()  # lost: like an end, whole when the reply said that it was finished
        else:
            if piece is not None and self._decoder.is_heavy(piece):
                self._ready += await asyncio.to_thread(self._decoder.feed, piece)
            else:
                self._ready += self._decoder.end() if piece is None else self._decoder.feed(piece)
