"""Networks and servers that fail: one sentence, the prompt kept, the application alive, nothing left behind."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.app.conftest import Running, Starter
from tests.openrouter.loopback import reset

SELF_SIGNED = Path(__file__).parent.parent / "openrouter" / "self_signed.pem"
PAGE = b"<html><head><title>Log in to the hotel</title></head><body>Welcome</body></html>"
EVENTS = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n"
CHUNK = b'data: {"id":"gen-1","choices":[{"index":0,"delta":{"content":"Once upon"}}]}\n\n'

Behaviour = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


async def reset_at_once(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    reset(writer)


async def reset_before_an_answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")
    reset(writer)


async def reset_after_headers(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")
    writer.write(EVENTS)
    await writer.drain()
    reset(writer)


async def reset_in_the_middle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")
    writer.write(EVENTS + CHUNK)
    await writer.drain()
    reader.feed_eof()
    writer.close()


async def no_answer(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
    await reader.read()


async def silence(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")
    writer.write(EVENTS + CHUNK)
    await reader.read()


async def web_page(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")
    head = f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {len(PAGE)}\r\n\r\n"
    writer.write(head.encode() + PAGE)
    await writer.drain()


async def not_http(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"220 mail.example ESMTP\r\n")
    await writer.drain()


@asynccontextmanager
async def behaving(
    behaviour: Behaviour, tls: ssl.SSLContext | None = None
) -> AsyncIterator[tuple[str, set[asyncio.StreamWriter]]]:
    """Run a server; yield its address and the connections that are open."""
    connected: set[asyncio.StreamWriter] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connected.add(writer)
        try:
            await behaviour(reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # the client went away first
        finally:
            connected.discard(writer)
            writer.close()

    listener = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=tls)
    try:
        yield f"{'https' if tls else 'http'}://127.0.0.1:{listener.sockets[0].getsockname()[1]}/api/v1", connected
    finally:
        listener.close()


async def assert_failed_gently(running: Running, *words: str, text: str = "") -> None:
    """Send a prompt; see one sentence with `words`, the prompt kept, and the application taking keys."""
    await running.send("Hello?")
    reply = running.chat.path[-1]
    assert (reply.status, reply.text) == ("failed", text)
    assert reply.failure is not None
    assert all(word in reply.failure.sentence for word in words), reply.failure.sentence
    assert running.chat.path[-2].text == "Hello?"
    if not text:
        await running.until(lambda: running.screen.composer.text == "Hello?")
    await running.until_shown("failed", *reply.failure.sentence.split()[:3])
    await running.pilot.press("f1")
    await running.until_shown("Switch this chat's model")


@pytest.mark.parametrize(
    ("behaviour", "words", "text", "timeouts"),
    [
        (reset_at_once, ("connection", "lost"), "", {}),
        (reset_before_an_answer, ("connection", "lost"), "", {}),
        (reset_after_headers, ("stopped",), "", {}),
        (reset_in_the_middle, ("stopped in the middle", "kept"), "Once upon", {}),
        (no_answer, ("answer within",), "", {"headers": 1.0}),
        (silence, ("silent", "kept"), "Once upon", {"idle": 1.0}),
        (web_page, ("web page", "Log in to the hotel"), "", {}),
        (not_http, ("127.0.0.1",), "", {}),
    ],
)
async def test_a_server_that_fails_is_one_sentence(
    starter: Starter, behaviour: Behaviour, words: tuple[str, ...], text: str, timeouts: dict[str, float]
) -> None:
    before = asyncio.all_tasks()
    async with behaving(behaviour) as (base_url, connected):
        async with starter.run(base_url=base_url, settings={"timeouts": timeouts}) as running:
            await assert_failed_gently(running, *words, text=text)
            await running.until(lambda: not connected)
        assert {task.get_name() for task in asyncio.all_tasks() - before if task.get_name().startswith("turn")} == set()


async def test_a_port_that_nobody_listens_on_is_one_sentence(starter: Starter) -> None:
    async with behaving(no_answer) as (base_url, _):
        pass
    async with starter.run(base_url=base_url) as running:
        await assert_failed_gently(running, "Nothing answers", "127.0.0.1")


async def test_a_certificate_that_nobody_vouches_for_is_one_sentence(starter: Starter) -> None:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(SELF_SIGNED)
    async with behaving(no_answer, tls) as (base_url, _), starter.run(base_url=base_url) as running:
        await assert_failed_gently(running, "isn't secure", "nothing was sent")


async def test_a_name_that_cannot_be_found_is_one_sentence(starter: Starter, monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: Any, **__: Any) -> Any:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    async with starter.run(base_url="https://router.example/api/v1") as running:
        monkeypatch.setattr(socket, "getaddrinfo", unknown)
        await assert_failed_gently(running, "can't be found", "router.example")
