"""Servers that answer what a test says, without a network."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import httpx

from chat_tui.openrouter.client import Client
from chat_tui.openrouter.errors import OpenRouterError
from chat_tui.openrouter.types import Chunk

RECORDINGS = {
    path.stem: path.read_bytes() for path in sorted((Path(__file__).parent.parent / "recordings").glob("*.sse"))
}

KEY = "sk-or-v1-" + "0123456789abcdef" * 4
USER_ID = "user_2abcDEFghiJKLmnoPQR"
BODY: Mapping[str, Any] = {"model": "openai/gpt-4o-mini", "messages": [{"role": "user", "content": "Hi"}]}

EVENTS: Mapping[str, str] = {"content-type": "text/event-stream"}

Handler = Callable[[httpx.Request], httpx.Response]


class Pieces(httpx.AsyncByteStream):
    """A body that comes in exactly these pieces; `then` is raised after the last."""

    def __init__(self, pieces: Iterable[bytes], then: Exception | None = None) -> None:
        self.pieces = list(pieces)
        self.then = then
        self.closed = False

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self.pieces:
            yield piece
        if self.then is not None:
            raise self.then

    async def aclose(self) -> None:
        self.closed = True


def client_of(handler: Handler, key: str | None = KEY, base_url: str = "https://openrouter.ai/api/v1") -> Client:
    """Return a client whose every request `handler` answers."""
    return Client(key, base_url, transport=httpx.MockTransport(handler), version="1.2.3")


def streaming(pieces: Iterable[bytes], then: Exception | None = None, headers: Mapping[str, str] = EVENTS) -> Handler:
    """Return a handler that streams `pieces` as events."""

    def answer(_: httpx.Request) -> httpx.Response:
        return httpx.Response(200, headers=headers, stream=Pieces(pieces, then))

    return answer


async def chunks_and_fault(handler: Handler) -> tuple[list[Chunk], OpenRouterError | None]:
    """Return what a stream gives: its chunks, and the error that ended it."""
    chunks: list[Chunk] = []
    async with client_of(handler) as client:
        try:
            async with client.stream(BODY) as stream:
                async for chunk in stream:
                    chunks += [chunk]  # one by one: those before an error stay
        except OpenRouterError as error:
            return chunks, error
    return chunks, None


def splits(data: bytes, count: int) -> list[list[bytes]]:
    """Return `count` ways to split `data`, the same in every run: into bytes, whole, and at random places."""
    dice = random.Random(20260501)  # noqa: S311  (not a secret)
    ways = [[data], [data[i : i + 1] for i in range(len(data))]]
    while len(ways) < count:
        cuts = sorted(dice.randrange(len(data) + 1) for _ in range(dice.randrange(1, 12)))
        ways.append([data[a:b] for a, b in zip([0, *cuts], [*cuts, len(data)], strict=True)])
    return ways


def event(text: str) -> bytes:
    """Return one event with `text` as its data."""
    return f"data: {text}\n\n".encode()


def text_of(chunks: Iterable[Chunk]) -> str:
    """Return the text that `chunks` add up to."""
    return "".join(choice.content or "" for chunk in chunks for choice in chunk.choices)
