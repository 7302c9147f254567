"""Time-outs and reuse of connections, against real sockets on loopback."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import pytest

from chat_tui.openrouter.client import Client, Timeouts
from chat_tui.openrouter.errors import RateLimited, TimedOut
from tests.openrouter import loopback
from tests.openrouter.loopback import Talk, later, read_request, until_closed
from tests.openrouter.wire import BODY, KEY, event, text_of

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nX-Generation-Id: gen-1\r\n\r\n"
SAID = event('{"id":"gen-1","choices":[{"delta":{"content":"a"}}]}')
DONE = event("[DONE]")
LONG = 60.0  # a time-out that must not be the one that counts
SHORT = 0.05


@asynccontextmanager
async def server(talk: Talk) -> AsyncIterator[str]:
    """Serve `talk`, called when a request was read, and give the base URL."""

    async def listen_first(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        await talk(reader, writer)

    async with loopback.server(listen_first) as url:
        yield url


async def test_no_reply_times_out() -> None:
    async with (
        server(until_closed) as url,
        Client(KEY, url, timeouts=Timeouts(LONG, SHORT, LONG, LONG)) as client,
    ):
        with pytest.raises(TimedOut, match="didn't answer within"):
            async with client.stream(BODY):
                pytest.fail("a stream began")


async def test_no_reply_to_an_unstreamed_request_times_out() -> None:
    async with (
        server(until_closed) as url,
        Client(KEY, url, timeouts=Timeouts(LONG, LONG, SHORT, LONG)) as client,
    ):
        with pytest.raises(TimedOut, match="didn't answer within"):
            await client.complete(BODY)


async def test_catalogue_waits_for_the_idle_time() -> None:
    async with (
        server(until_closed) as url,
        Client(KEY, url, timeouts=Timeouts(LONG, LONG, LONG, SHORT)) as client,
    ):
        with pytest.raises(TimedOut):
            await client.models()


async def test_silence_in_the_body_times_out_by_the_idle_time() -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(HEAD + SAID)
        await until_closed(reader, writer)

    async with (
        server(talk) as url,
        Client(KEY, url, timeouts=Timeouts(LONG, LONG, LONG, SHORT)) as client,
        client.stream(BODY) as stream,
    ):
        assert text_of([await anext(aiter(stream))]) == "a"
        with pytest.raises(TimedOut, match="went silent") as caught:
            await anext(aiter(stream))
        assert caught.value.generation == "gen-1"


async def test_an_error_whose_body_never_ends_is_known_by_its_status() -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 429 Too Many Requests\r\nRetry-After: 7\r\nContent-Length: 1000000\r\n\r\n")
        while not reader.at_eof():
            writer.write(b" ")
            await later(SHORT / 5)

    async with server(talk) as url, Client(KEY, url, timeouts=Timeouts(LONG, LONG, LONG, SHORT)) as client:
        with pytest.raises(RateLimited) as caught:
            async with client.stream(BODY):
                pytest.fail("a stream began")
    assert caught.value.retry_after == 7


async def test_headers_may_take_longer_than_the_idle_time() -> None:
    async def talk(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await later(3 * SHORT)
        writer.write(HEAD + SAID + DONE)
        await writer.drain()

    async with (
        server(talk) as url,
        Client(KEY, url, timeouts=Timeouts(LONG, LONG, LONG, SHORT)) as client,
        client.stream(BODY) as stream,
    ):
        assert text_of([chunk async for chunk in stream]) == "a"


async def test_comments_count_as_life() -> None:
    idle = 1.0

    async def talk(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(HEAD)
        for _beat in range(3):
            await later(idle * 0.4)
            writer.write(b": OPENROUTER PROCESSING\n\n")
            await writer.drain()
        writer.write(SAID + DONE)
        await writer.drain()

    async with (
        server(talk) as url,
        Client(KEY, url, timeouts=Timeouts(LONG, LONG, LONG, idle)) as client,
        client.stream(BODY) as stream,
    ):
        assert text_of([chunk async for chunk in stream]) == "a"


async def test_a_finished_reply_leaves_its_connection_for_the_next() -> None:
    connections = 0

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        body = SAID + DONE
        while not reader.at_eof():
            writer.write(HEAD.replace(b"\r\n\r\n", b"\r\nTransfer-Encoding: chunked\r\n\r\n"))
            writer.write(b"%x\r\n%b\r\n" % (len(body), body))
            await writer.drain()
            await later(0)  # the end of the body comes by itself, as it does behind a real stream
            writer.write(b"0\r\n\r\n")
            with suppress(asyncio.IncompleteReadError):
                await reader.readuntil(b'"stream":true}')

    async with server(talk) as url, Client(KEY, url) as client:
        for _ in range(3):
            async with client.stream(BODY) as stream:
                assert text_of([chunk async for chunk in stream]) == "a"
    assert connections == 1
