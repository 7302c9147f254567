"""Sessions, conversations and servers for the engine's tests."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from chat_tui.config.server import Server
from chat_tui.config.settings import BUILT_IN, merged
from chat_tui.conversation.values import Message
from chat_tui.demo.server import DEMO_KEY, DemoServer
from chat_tui.engine.asking import Manner
from chat_tui.engine.chat import Chat
from chat_tui.engine.chat_settings import ChatSettings
from chat_tui.engine.library import Library
from chat_tui.engine.retry import Retries
from chat_tui.engine.session import Session
from chat_tui.engine.setting_commands import Commands
from chat_tui.paths import Paths

PATIENCE = 20.0  # seconds, for what must happen; nothing waits that long unless it is broken


async def until(condition: Callable[[], bool], what: str) -> None:
    """Give the engine its turns until `condition` holds."""
    try:
        async with asyncio.timeout(PATIENCE):
            while not condition():  # noqa: ASYNC110  (files and threads set no event)
                await asyncio.sleep(0.002)
    except TimeoutError:
        raise AssertionError(f"waited in vain for {what}") from None


def journal_of(chat: Chat) -> list[dict[str, Any]]:
    """Return the records on disk."""
    if not chat.folder.journal.exists():
        return []
    return [json.loads(line) for line in chat.folder.journal.read_bytes().splitlines()]


def partial_of(chat: Chat) -> str:
    """Return what the partial files hold."""
    return "".join(path.read_text() for path in (chat.folder.path / "partial").glob("*.jsonl"))


def text_of(record: dict[str, Any]) -> str:
    """Return the text of a record."""
    return "".join(part.get("text", "") for part in record["parts"])


class Exchange:
    """One request as it came, and the reply that a test writes to it, piece by piece."""

    def __init__(self, body: dict[str, Any], writer: asyncio.StreamWriter, head: str = "") -> None:
        self.body = body
        self.head = head
        self.ended = asyncio.Event()
        self._writer = writer

    async def begin(self, headers: str = "") -> None:
        """Send the headers of an event stream, and more `headers`, which are whole lines."""
        head = f"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n{headers}\r\n"
        await self._send(head.encode())

    async def whole(self, **completion: Any) -> None:
        """Send a completion all at once."""
        body = json.dumps(completion).encode()
        head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        await self._send(head.encode() + body)
        self.ended.set()

    async def refuse(self, status: int, message: str, *, headers: str = "", **metadata: Any) -> None:
        """Send an error instead; `headers` are whole lines."""
        error = {"code": status, "message": message, "metadata": metadata}
        body = json.dumps({"error": error}).encode()
        head = f"HTTP/1.1 {status} No\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n{headers}\r\n"
        await self._send(head.encode() + body)
        self.ended.set()

    async def fail(self, code: int, message: str, **fields: Any) -> None:
        """Send an error chunk, with more `fields` at its top, and end the stream."""
        choice = {"index": 0, "delta": {"content": ""}, "finish_reason": "error"}
        chunk = {"id": "gen-fault", "error": {"code": code, "message": message}, **fields, "choices": [choice]}
        await self._send(b"data: " + json.dumps(chunk).encode() + b"\n\n")
        self.ended.set()

    def hang_up(self) -> None:
        """Close the connection without another word."""
        self._writer.transport.abort()
        self.ended.set()

    async def delta(self, finish: str | None = None, **delta: Any) -> None:
        """Send one chunk."""
        choice = {"index": 0, "delta": {"role": "assistant", **delta}, "finish_reason": finish}
        chunk = {"id": "gen-1", "model": "m/served", "provider": "P", "choices": [choice]}
        await self._send(b"data: " + json.dumps(chunk).encode() + b"\n\n")

    async def finish(self) -> None:
        """End the reply as a whole one."""
        await self.delta("stop", content="")
        await self._send(b"data: [DONE]\n\n")
        self.ended.set()

    async def _send(self, data: bytes) -> None:
        self._writer.write(data)
        await self._writer.drain()


class Scripted:
    """A server on loopback that answers only what the test says; `on_connect` runs when a connection arrives."""

    def __init__(self) -> None:
        self.on_connect: Callable[[], None] = lambda: None
        self.connections = 0
        self._arrived: asyncio.Queue[Exchange] = asyncio.Queue()
        self._exchanges: list[Exchange] = []
        self.base_url = ""

    async def next(self) -> Exchange:
        """Return the next request."""
        async with asyncio.timeout(PATIENCE):
            return await self._arrived.get()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Take one connection."""
        self.connections += 1
        self.on_connect()
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            lengths = [int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
            body = json.loads(await reader.readexactly(lengths[0])) if lengths else {}
            exchange = Exchange(body, writer, head.decode())
            self._exchanges.append(exchange)
            if lengths:  # what is only read, from lists of models or providers, gets no answer
                self._arrived.put_nowait(exchange)
            await exchange.ended.wait()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # the client went away: that is for the test to judge
        finally:
            writer.close()

    def release(self) -> None:
        """Let every connection end."""
        for exchange in self._exchanges:
            exchange.ended.set()


@pytest.fixture
async def scripted() -> AsyncIterator[Scripted]:
    """A server that answers what the test says."""
    script = Scripted()
    listener = await asyncio.start_server(script.serve, "127.0.0.1", 0)
    script.base_url = f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}/api/v1"
    yield script
    script.release()
    listener.close()
    await listener.wait_closed()


@pytest.fixture(scope="session")
def emulator() -> Iterator[DemoServer]:
    """The emulator without delays."""
    with DemoServer(pace=0) as server:
        yield server


@pytest.fixture(scope="session")
def slow_emulator() -> Iterator[DemoServer]:
    """The emulator at a quarter of its delays: slow enough to be watched."""
    with DemoServer(pace=0.25) as server:
        yield server


@asynccontextmanager
async def session_of(
    base_url: str, key: str = DEMO_KEY, retries: Retries | None = None, paths: Paths | None = None
) -> AsyncIterator[Session]:
    """Run a session on the server at `base_url`."""
    session = Session(Server(base_url, key), retries=retries, paths=paths)
    try:
        yield session
    finally:
        await session.close()


@pytest.fixture
async def session(emulator: DemoServer) -> AsyncIterator[Session]:
    """A session on the emulator."""
    async with session_of(emulator.base_url) as running:
        yield running


@pytest.fixture
async def on_script(scripted: Scripted) -> AsyncIterator[Session]:
    """A session on the scripted server."""
    async with session_of(scripted.base_url) as running:
        yield running


def library_at(root: Path, model: str = "demo/echo") -> Library:
    """Return the conversations under `root`, new ones with `model`."""
    return Library(Paths.under(root), defaults=merged(BUILT_IN, {"model": model}))


@pytest.fixture
def library(tmp_path: Path) -> Library:
    """No conversations yet."""
    return library_at(tmp_path)


@pytest.fixture
def chat(library: Library) -> Chat:
    """A new conversation."""
    return library.begin()


@pytest.fixture
def commands(chat: Chat, library: Library, session: Session) -> Commands:
    """The commands of that conversation, on the emulator."""
    return Commands(ChatSettings(chat, library), session)


def begin(library: Library, model: str) -> Chat:
    """Return a new conversation with `model`."""
    chat = library.begin()
    chat.change(model=model)
    return chat


async def ask(session: Session, chat: Chat, text: str, *, stream: bool = True, raw: bool = False) -> Message:
    """Send `text` and return the final reply."""
    turn = await session.send(chat, text, Manner(stream=stream, raw=raw))
    async with asyncio.timeout(PATIENCE):
        return await turn.wait()
