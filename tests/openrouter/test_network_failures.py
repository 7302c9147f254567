"""Networks that fail at every phase: one clear error, and neither a connection nor a task is left behind."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest

from chat_tui.openrouter import errors
from chat_tui.openrouter.client import Client, Timeouts
from tests.openrouter.loopback import Remains, Talk, read_request, reset, server, until_closed
from tests.openrouter.wire import BODY, KEY, event, text_of

CERTIFICATE = Path(__file__).parent / "self_signed.pem"

EVENTS = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nX-Generation-Id: gen-1\r\n"
JSON = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n"
PAGE = b"<html><title>Log in to the hotel</title>"
SAID = event('{"id":"gen-1","choices":[{"delta":{"content":"Once"}}]}')
LONG, SHORT = 60.0, 0.05

Call = Callable[[Client, list[str]], Coroutine[Any, Any, None]]
"""Asks the client for something, and puts the text that comes into the list."""


async def streamed(client: Client, texts: list[str]) -> None:
    async with client.stream(BODY) as stream:
        async for chunk in stream:
            texts += [text_of([chunk])]  # one by one: those before an error stay


async def whole(client: Client, texts: list[str]) -> None:
    texts.append((await client.complete(BODY)).text)


async def catalogue(client: Client, texts: list[str]) -> None:
    texts.append((await client.models()).text)


CALLS: dict[str, Call] = {"streamed": streamed, "whole": whole, "catalogue": catalogue}
every_call = pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)


def then(*answer: bytes, ending: Callable[[asyncio.StreamWriter], None] | None = None) -> Talk:
    """Return a server that reads a request, sends `answer`, and then does as `ending` says, or hangs up."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        for piece in answer:
            writer.write(piece)
            await writer.drain()
        if ending is not None:
            ending(writer)

    return talk


def and_silence(*answer: bytes) -> Talk:
    """Return a server that reads a request, sends `answer`, and says nothing more."""
    send = then(*answer)

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await send(reader, writer)
        await until_closed(reader, writer)

    return talk


async def reset_at_once(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    reset(writer)


CHUNKED = EVENTS + b"Transfer-Encoding: chunked\r\n\r\n%x\r\n%b\r\n" % (len(SAID), SAID)

FAILURES: dict[str, tuple[Talk, str, type[errors.OpenRouterError], str]] = {
    "reset at once": (reset_at_once, "streamed whole catalogue", errors.NoAnswer, "was lost"),
    "reset before the headers": (then(ending=reset), "streamed whole catalogue", errors.NoAnswer, "was lost"),
    "hung up before the headers": (then(), "streamed whole catalogue", errors.NoAnswer, "was lost"),
    "half of the headers": (then(EVENTS[:20]), "streamed whole catalogue", errors.NoAnswer, "was lost"),
    "reset after the headers": (then(EVENTS + b"\r\n", ending=reset), "streamed", errors.CutOff, "in the middle"),
    "reset in the body": (then(EVENTS + b"\r\n" + SAID, ending=reset), "streamed", errors.CutOff, "in the middle"),
    "hung up in the body": (then(CHUNKED), "streamed", errors.CutOff, "in the middle"),
    "hung up in the JSON": (then(JSON + b'{"data'), "streamed whole catalogue", errors.NoAnswer, "was lost"),
    "reset in the JSON": (then(JSON + b"{", ending=reset), "streamed whole catalogue", errors.NoAnswer, "was lost"),
    "silence": (and_silence(), "streamed whole catalogue", errors.TimedOut, "didn't answer within"),
    "silence after the headers": (and_silence(EVENTS + b"\r\n"), "streamed", errors.TimedOut, "went silent"),
    "silence in the body": (and_silence(EVENTS + b"\r\n" + SAID), "streamed", errors.TimedOut, "went silent"),
    "silence in the JSON": (and_silence(JSON + b"{"), "streamed whole catalogue", errors.TimedOut, "within"),
    "a page": (
        then(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + PAGE),
        "streamed whole catalogue",
        errors.NotOpenRouter,
        "web page (“Log in to the hotel”)",
    ),
    "a page that never ends": (
        and_silence(b"HTTP/1.1 502 Bad Gateway\r\nContent-Type: text/html\r\n\r\n" + PAGE),
        "streamed whole catalogue",
        errors.ServerFault,
        "HTTP 502",
    ),
    "no HTTP": (then(b"220 mail.example ESMTP\r\n"), "streamed whole catalogue", errors.NoAnswer, "127.0.0.1"),
}


FAILURE_OF = {row[0]: name for name, row in FAILURES.items()}


@pytest.mark.parametrize(
    ("talk", "call", "kind", "words"),
    [(talk, CALLS[call], kind, words) for talk, calls, kind, words in FAILURES.values() for call in calls.split()],
    ids=[f"{name}, {call}" for name, (_, calls, _, _) in FAILURES.items() for call in calls.split()],
)
async def test_each_failure_is_one_error_and_leaves_nothing(
    talk: Talk, call: Call, kind: type[errors.OpenRouterError], words: str
) -> None:
    wait = SHORT if kind in (errors.TimedOut, errors.ServerFault) else LONG
    texts: list[str] = []
    async with server(talk) as url:
        remains = Remains()
        async with Client(KEY, url, timeouts=Timeouts(LONG, wait, wait, wait)) as client:
            await assert_fails(call(client, texts), kind, words)
            await remains.gone()
    assert texts == (["Once"] if "body" in FAILURE_OF[talk] else [])


async def assert_fails(call: Awaitable[None], kind: type[errors.OpenRouterError], words: str) -> errors.OpenRouterError:
    with pytest.raises(errors.OpenRouterError) as caught:
        await call
    assert isinstance(caught.value, kind)
    assert words in caught.value.sentence
    assert "\n" not in caught.value.sentence
    return caught.value


@every_call
async def test_a_port_that_nobody_listens_on(call: Call) -> None:
    async with server(until_closed) as url:
        pass
    remains = Remains()
    async with Client(KEY, url) as client:
        error = await assert_fails(call(client, []), errors.NoAnswer, "Is the server running")
        await remains.gone()
    assert error.retryable


@every_call
async def test_a_name_that_nobody_knows(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: Any, **__: Any) -> Any:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    no_proxy(monkeypatch)
    remains = Remains()
    async with Client(KEY, "https://router.example/api/v1") as client:
        error = await assert_fails(call(client, []), errors.NoAnswer, "The name of https://router.example")
        await remains.gone()
    assert error.retryable


@every_call
async def test_a_connection_that_does_not_come_about(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    never_resolving(monkeypatch)
    remains = Remains()
    async with Client(KEY, "http://router.example/api/v1", timeouts=Timeouts(SHORT, LONG, LONG, LONG)) as client:
        error = await assert_fails(call(client, []), errors.TimedOut, "No connection to http://router.example")
        await remains.gone()
    assert error.retryable


@every_call
async def test_a_certificate_that_nobody_signed(call: Call) -> None:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(CERTIFICATE)
    async with server(until_closed, tls) as url:
        remains = Remains()
        async with Client(KEY, url) as client:
            error = await assert_fails(call(client, []), errors.NoAnswer, "isn't secure (self-signed certificate)")
            await remains.gone()
    assert not error.retryable


@every_call
async def test_a_server_without_tls_where_tls_is_due(call: Call) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    async with server(talk) as url:
        remains = Remains()
        async with Client(KEY, url.replace("http:", "https:")) as client:
            await assert_fails(call(client, []), errors.NoAnswer, "isn't secure")
            await remains.gone()


@every_call
async def test_cancelling_while_the_name_is_looked_up(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    looked_up = never_resolving(monkeypatch)
    remains = Remains()
    async with Client(KEY, "http://router.example/api/v1") as client:
        await cancelled(call(client, []), looked_up)
        await remains.gone()


@every_call
async def test_cancelling_in_the_handshake(call: Call) -> None:
    greeted = asyncio.Event()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        greeted.set()
        await until_closed(reader, writer)

    async with server(talk) as url:
        remains = Remains()
        async with Client(KEY, url.replace("http:", "https:")) as client:
            await cancelled(call(client, []), greeted)
            await remains.gone()


@pytest.mark.parametrize("stream", [True, False])
async def test_cancelling_while_the_request_is_sent(stream: bool) -> None:
    arrived = asyncio.Event()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        arrived.set()
        await gone.wait()  # without reading what is still to come

    async def call(client: Client) -> None:
        if stream:
            async with client.stream(body):
                pytest.fail("a stream began")
        await client.complete(body)

    gone = asyncio.Event()
    body = {**BODY, "user": "x" * 32 * 1024 * 1024}
    async with server(talk) as url:
        remains = Remains()
        async with Client(KEY, url) as client:
            await cancelled(call(client), arrived)
            gone.set()
            await remains.gone()


@pytest.mark.parametrize(
    ("answer", "call"),
    [
        (b"", streamed),
        (b"", whole),
        (b"", catalogue),
        (EVENTS[:40], streamed),
        (EVENTS + b"\r\n", streamed),
        (EVENTS + b"\r\n" + SAID[:10], streamed),
        (EVENTS + b"\r\n" + SAID, streamed),
        (EVENTS + b"\r\n" + SAID + event("[DONE]"), streamed),
        (JSON + b"{", streamed),
        (JSON + b"{", whole),
        (JSON + b"{", catalogue),
        (b"HTTP/1.1 429 Slow\r\nContent-Length: 100\r\n\r\n{", streamed),
        (b"HTTP/1.1 429 Slow\r\nContent-Length: 100\r\n\r\n{", whole),
        (b"HTTP/1.1 429 Slow\r\nContent-Length: 100\r\n\r\n{", catalogue),
    ],
)
async def test_cancelling_while_the_answer_comes(answer: bytes, call: Call) -> None:
    said = asyncio.Event()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        writer.write(answer)
        await writer.drain()
        said.set()
        await until_closed(reader, writer)

    async with server(talk) as url:
        remains = Remains()
        async with Client(KEY, url) as client:
            await cancelled(call(client, []), said)
            await remains.gone()


async def test_cancelling_between_two_chunks() -> None:
    received = asyncio.Event()

    async def call(client: Client) -> None:
        async with client.stream(BODY) as stream:
            async for _ in stream:
                received.set()
                await asyncio.Event().wait()

    async with server(and_silence(EVENTS + b"\r\n" + SAID)) as url:
        remains = Remains()
        async with Client(KEY, url) as client:
            await cancelled(call(client), received)
            await remains.gone()


async def test_an_error_of_the_reader_closes_the_connection() -> None:
    async def call(client: Client) -> None:
        async with client.stream(BODY) as stream:
            async for _ in stream:
                raise ZeroDivisionError

    async with server(and_silence(EVENTS + b"\r\n" + SAID)) as url:
        remains = Remains()
        async with Client(KEY, url) as client:
            with pytest.raises(ZeroDivisionError):
                await call(client)
            await remains.gone()


async def test_the_generation_is_known_with_the_headers() -> None:
    async with (
        server(and_silence(EVENTS + b"\r\n")) as url,
        Client(KEY, url) as client,
        client.stream(BODY) as stream,
    ):
        assert stream.generation == "gen-1"


async def cancelled(call: Coroutine[Any, Any, None], when: asyncio.Event) -> None:
    """Cancel `call` as soon as `when` is set."""
    task = asyncio.create_task(call)
    await when.wait()
    assert not task.done()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("httpx._utils.getproxies", dict)


def never_resolving(monkeypatch: pytest.MonkeyPatch) -> asyncio.Event:
    """Let every look-up of a name hang; return what is set when there is one."""
    looked_up = asyncio.Event()

    async def hang(*_: Any, **__: Any) -> Any:
        looked_up.set()
        await asyncio.Event().wait()

    no_proxy(monkeypatch)
    monkeypatch.setattr(asyncio.BaseEventLoop, "getaddrinfo", hang)
    return looked_up
