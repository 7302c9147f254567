"""What each failure of the network becomes: its class, its sentence, what to do next, and whether to try again."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from chat_tui.openrouter import errors
from chat_tui.openrouter.client import Client, Timeouts
from chat_tui.openrouter.errors import Action, OpenRouterError
from tests.openrouter.loopback import Talk, read_request, reset, server, until_closed
from tests.openrouter.wire import BODY, KEY, chunks_and_fault, client_of, event, streaming


async def failure_of(client: Client) -> OpenRouterError:
    """Return what `client` raises for a chat request."""
    with pytest.raises(OpenRouterError) as caught:
        await client.complete(BODY)
    everything = f"{caught.value.sentence} {vars(caught.value)}"
    assert KEY not in everything
    assert "secret" not in everything
    return caught.value


def raising(failure: Exception) -> Callable[[httpx.Request], httpx.Response]:
    def answer(_: httpx.Request) -> httpx.Response:
        raise failure

    return answer


def behind(error: httpx.ConnectError, cause: BaseException) -> httpx.ConnectError:
    error.__cause__ = OSError("All connection attempts failed")
    error.__cause__.__cause__ = (
        ExceptionGroup("attempts", [OSError(), cause]) if isinstance(cause, Exception) else cause
    )
    return error


BAD_CERTIFICATE = ssl.SSLCertVerificationError("bad")
BAD_CERTIFICATE.verify_message = "certificate has expired"

NETWORK: dict[str, tuple[Exception, type[OpenRouterError], bool, str, tuple[Action, ...]]] = {
    "refused": (
        behind(httpx.ConnectError("x"), ConnectionRefusedError()),
        errors.NoAnswer,
        True,
        "Nothing answers at http://127.0.0.1:8377. Is the server running?",
        ("check_base_url", "retry", "check_network"),
    ),
    "name not found": (
        behind(httpx.ConnectError("x"), socket.gaierror(-2, "x")),
        errors.NoAnswer,
        True,
        "The name of http://127.0.0.1:8377 can't be found. Is this computer offline",
        ("check_network", "check_base_url", "retry"),
    ),
    "TLS": (
        behind(httpx.ConnectError("x"), BAD_CERTIFICATE),
        errors.NoAnswer,
        False,
        "isn't secure (certificate has expired), so nothing was sent",
        ("check_network", "check_base_url"),
    ),
    "not connected": (
        httpx.ConnectError("x"),
        errors.NoAnswer,
        True,
        "can't be reached",
        ("check_network", "retry", "check_base_url"),
    ),
    "proxy": (httpx.ProxyError("x"), errors.NoAnswer, False, "HTTP_PROXY", ("check_network",)),
    "hung up": (
        httpx.RemoteProtocolError("Server disconnected without sending a response."),
        errors.NoAnswer,
        False,
        "lost before an answer came. Whether the request arrived isn't known",
        ("retry", "check_network"),
    ),
    "reset": (httpx.ReadError("x"), errors.NoAnswer, False, "lost before an answer", ("retry", "check_network")),
    "no connection in time": (
        httpx.ConnectTimeout("x"),
        errors.TimedOut,
        True,
        "No connection",
        ("check_network", "retry"),
    ),
    "no connection free": (httpx.PoolTimeout("x"), errors.TimedOut, True, "No connection", ("check_network", "retry")),
    "no answer in time": (
        httpx.ReadTimeout("x"),
        errors.TimedOut,
        False,
        "http://127.0.0.1:8377 didn't answer within 10 min. Send it again",
        ("retry", "other_provider", "other_model"),
    ),
    "not sent in time": (
        httpx.WriteTimeout("x"),
        errors.TimedOut,
        False,
        "didn't take the whole request in time. Attach less",
        ("retry", "attach_less", "check_network"),
    ),
    "no http address": (
        httpx.UnsupportedProtocol("x"),
        errors.NoAnswer,
        False,
        "isn't http or https",
        ("check_base_url",),
    ),
}


@pytest.mark.parametrize(("failure", "kind", "retryable", "part", "actions"), NETWORK.values(), ids=NETWORK)
async def test_each_network_failure_has_its_sentence_and_actions(
    failure: Exception, kind: type[OpenRouterError], retryable: bool, part: str, actions: tuple[Action, ...]
) -> None:
    async with client_of(raising(failure), base_url="http://user:secret@127.0.0.1:8377/api/v1") as client:
        error = await failure_of(client)
    assert (type(error), error.retryable, error.actions) == (kind, retryable, actions)
    assert part in error.sentence


async def test_a_question_that_costs_nothing_can_always_be_asked_again() -> None:
    for failure in (httpx.ReadError("x"), httpx.ReadTimeout("x")):
        async with client_of(raising(failure)) as client:
            with pytest.raises(OpenRouterError) as caught:
                await client.key_info()
        assert caught.value.retryable


async def reset_after_head(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")
    reset(writer)


async def reset_after_request(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await read_request(reader)
    reset(writer)


def answering(*pieces: bytes) -> Talk:
    """Return a server that reads a request, says these pieces, and hangs up."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        for piece in pieces:
            writer.write(piece)
            await writer.drain()

    return talk


HALF = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{"


@pytest.mark.parametrize(
    ("talk", "retryable", "part"),
    [
        (reset_after_request, False, "lost before an answer came. Whether the request arrived isn't known"),
        (answering(HALF), False, "lost in the middle of the answer. It may have been billed"),
        (answering(b"SSH-2.0-OpenSSH_9.6\r\n\r\n"), False, "doesn't speak HTTP"),
    ],
)
async def test_a_request_that_arrived_is_not_sent_again(talk: Talk, retryable: bool, part: str) -> None:
    async with server(talk) as url, Client(KEY, url) as client:
        error = await failure_of(client)
    assert type(error) is errors.NoAnswer
    assert error.retryable is retryable
    assert part in error.sentence


async def test_a_request_that_did_not_leave_whole_can_be_sent_again() -> None:
    picture = "x" * 30_000_000  # more than any socket takes at once
    async with server(reset_after_head) as url, Client(KEY, url) as client:
        with pytest.raises(OpenRouterError, match=r"lost before an answer came\. Send it again") as caught:
            await client.complete({**BODY, "user": picture})
    assert caught.value.retryable


async def test_an_answer_that_stops_halfway_says_so() -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await answering(HALF)(reader, writer)
        await until_closed(reader, writer)

    async with server(talk) as url, Client(KEY, url, timeouts=Timeouts(9, 0.05, 0.05, 0.05)) as client:
        error = await failure_of(client)
    assert (type(error), error.retryable) == (errors.TimedOut, False)
    assert "began to answer, but sent nothing more within" in error.sentence


def through_proxy(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    """Send every request to the proxy at `url`, as the environment does."""
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    for name in ("http_proxy", "https_proxy"):
        monkeypatch.setenv(name, url.replace("http://", "http://user:secret@").removesuffix("/api/v1"))


every_scheme = pytest.mark.parametrize("origin", ["http://router.example", "https://router.example"])


@every_scheme
async def test_a_dead_proxy_is_blamed_and_not_the_server(origin: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async with server(until_closed) as url:
        pass
    through_proxy(monkeypatch, url)
    async with Client(KEY, f"{origin}/api/v1") as client:
        error = await failure_of(client)
    where = url.removeprefix("http://").removesuffix("/api/v1")
    assert error.sentence.startswith(f"Nothing answers at the proxy {where}, so nothing was sent.")
    assert "router.example" not in error.sentence
    assert (type(error), error.retryable) == (errors.NoAnswer, True)
    assert error.actions == ("check_network", "retry")


@every_scheme
async def test_a_proxy_whose_name_nobody_knows(origin: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: Any, **__: Any) -> Any:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    through_proxy(monkeypatch, "http://proxy.example:3128")
    async with Client(KEY, f"{origin}/api/v1") as client:
        error = await failure_of(client)
    assert error.sentence.startswith("The name of the proxy proxy.example:3128 can't be found, so nothing was sent.")
    assert error.retryable


async def reset_at_once(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    reset(writer)


@pytest.mark.parametrize(
    ("talk", "retryable", "actions", "part"),
    [
        (
            answering(b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n"),
            False,
            ("check_network",),
            "wants a login (HTTP 407)",
        ),
        (
            answering(b"HTTP/1.1 403 Forbidden\r\n\r\n"),
            False,
            ("check_network",),
            "refused the connection to https://router.example (HTTP 403)",
        ),
        (
            answering(b"HTTP/1.1 502 Bad Gateway\r\n\r\n"),
            True,
            ("check_network", "retry"),
            "couldn't reach https://router.example (HTTP 502)",
        ),
        (answering(), True, ("check_network", "retry"), "No connection through the proxy 127.0.0.1"),
        (reset_at_once, True, ("check_network", "retry"), "No connection through the proxy 127.0.0.1"),
        (until_closed, True, ("check_network", "retry"), "didn't answer in time"),
    ],
    ids=["login", "forbidden", "unreachable", "hung up", "reset", "silent"],
)
async def test_a_proxy_that_makes_no_connection(
    talk: Talk, retryable: bool, actions: tuple[Action, ...], part: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with server(talk) as url:
        through_proxy(monkeypatch, url)
        wait = 0.05 if talk is until_closed else 60.0
        async with Client(KEY, "https://router.example/api/v1", timeouts=Timeouts(60, wait, wait)) as client:
            error = await failure_of(client)
    assert (error.retryable, error.actions) == (retryable, actions)
    assert part in error.sentence
    assert "so nothing was sent" in error.sentence


async def test_past_the_proxy_the_server_is_meant(monkeypatch: pytest.MonkeyPatch) -> None:
    async def connect_and_hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        await reader.read(1)  # the beginning of the handshake
        reset(writer)

    async with server(connect_and_hang_up) as url:
        through_proxy(monkeypatch, url)
        async with Client(KEY, "https://router.example/api/v1") as client:
            error = await failure_of(client)
    assert error.sentence.startswith("https://router.example can't be reached.")
    assert error.retryable
    async with server(reset_after_request) as url:
        through_proxy(monkeypatch, url)
        async with Client(KEY, "http://router.example/api/v1") as client:
            error = await failure_of(client)
    assert error.sentence.startswith("The connection to http://router.example was lost before an answer came.")
    assert not error.retryable


@pytest.mark.parametrize(
    ("handler", "kind"),
    [
        (streaming([event('{"choices":[{"delta":{"content":"Once"}}]}')]), errors.CutOff),
        (streaming([b": OPENROUTER PROCESSING\n\n"], httpx.ReadError("x")), errors.CutOff),
        (streaming([b": OPENROUTER PROCESSING\n\n"], httpx.ReadTimeout("x")), errors.TimedOut),
    ],
    ids=["end", "reset", "silence"],
)
async def test_a_stream_that_breaks_off_may_be_billed_and_offers_what_to_do(
    handler: Callable[[httpx.Request], httpx.Response], kind: type[OpenRouterError]
) -> None:
    _, error = await chunks_and_fault(handler)
    assert type(error) is kind
    assert not error.retryable
    assert error.actions == ("retry", "other_provider", "other_model")


@pytest.mark.parametrize(
    ("reply", "actions"),
    [
        (httpx.Response(200, html="<html>Log in"), ("check_base_url", "check_network")),
        (httpx.Response(200, text="ok"), ("check_base_url", "check_network")),
        (httpx.Response(307, headers={"Location": "https://elsewhere.example"}), ("check_base_url", "check_network")),
    ],
)
async def test_what_is_no_server_of_this_kind_asks_to_check_the_address(
    reply: httpx.Response, actions: tuple[Action, ...]
) -> None:
    async with client_of(lambda _: reply) as client:
        error = await failure_of(client)
    assert (type(error), error.actions) == (errors.NotOpenRouter, actions)


async def test_a_key_that_cannot_be_sent_asks_for_another() -> None:
    async with client_of(lambda _: httpx.Response(200), "a\u2013key") as client:
        error = await failure_of(client)
    assert (type(error), error.actions) == (errors.UnusableKey, ("give_key",))
