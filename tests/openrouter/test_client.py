"""Requests as they leave, and replies that aren't errors."""

from __future__ import annotations

import gzip
import json
from collections.abc import AsyncIterator
from decimal import Decimal
from types import MappingProxyType
from typing import Any

import httpx
import pytest

from chat_tui.openrouter.client import App, Client
from chat_tui.openrouter.errors import BadRequest, NoAnswer, NotOpenRouter, OpenRouterError, StreamFault, UnusableKey
from tests.openrouter.answering import answering
from tests.openrouter.wire import (
    BODY,
    EVENTS,
    KEY,
    Pieces,
    chunks_and_fault,
    client_of,
    event,
    streaming,
    text_of,
)

REPLY: dict[str, Any] = {
    "id": "gen-9",
    "choices": [{"message": {"role": "assistant", "content": "hello"}, "finish_reason": "stop"}],
    "usage": {"cost": 0.25},
}
SAID = event('{"id":"gen-1","choices":[{"delta":{"content":"a"},"finish_reason":"stop"}]}') + event("[DONE]")


async def request_of(key: str | None, body: dict[str, Any] | None = None, streamed: bool = False) -> httpx.Request:
    sent: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        return httpx.Response(200, json=REPLY)

    async with client_of(answer, key) as client:
        if streamed:
            async with client.stream(body or BODY):
                pass
        else:
            await client.complete(body or BODY)
    return sent[0]


async def test_headers_name_the_application() -> None:
    headers = (await request_of(KEY)).headers
    assert headers["authorization"] == f"Bearer {KEY}"
    assert headers["user-agent"] == "chat-tui/1.2.3"
    assert headers["x-openrouter-title"] == headers["x-title"] == "chat-tui"
    assert headers["x-openrouter-categories"] == "general-chat,cli-agent"
    assert headers["http-referer"].startswith("https://")
    assert headers["content-type"] == "application/json"


async def test_the_application_may_have_another_name_and_hide() -> None:
    sent: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        return httpx.Response(200, json=REPLY)

    app = App("Café\r\nX-Evil: 1", "https://mine.example", "", hidden=True)
    async with Client(KEY, transport=httpx.MockTransport(answer), app=app) as client:
        await client.complete(BODY, {"x-anthropic-beta": "a,b"})
    headers = sent[0].headers
    assert headers["x-openrouter-title"] == "Caf???X-Evil: 1"
    assert headers["http-referer"] == "https://mine.example"
    assert (headers["x-openrouter-app-visibility"], headers["x-anthropic-beta"]) == ("hidden", "a,b")
    assert not {"x-openrouter-categories", "x-evil"} & headers.keys()


async def test_no_key_means_no_authorization() -> None:
    assert "authorization" not in (await request_of(None)).headers
    assert "authorization" not in (await request_of("  \n")).headers


async def test_a_line_break_after_the_key_is_forgiven() -> None:
    assert (await request_of(f" {KEY}\n")).headers["authorization"] == f"Bearer {KEY}"


@pytest.mark.parametrize("key", ["sk or", "sk-or–dash", "sk\r\nX-Evil: 1", "schlüssel", "a\x00b"])
async def test_a_key_that_no_header_carries_is_explained(key: str) -> None:
    with pytest.raises(UnusableKey, match="OPENROUTER_API_KEY") as caught:
        await request_of(key)
    assert key not in str(caught.value)


async def test_stream_is_set_by_the_method() -> None:
    whole, streamed = await request_of(KEY, {"stream": True}), await request_of(KEY, {"stream": False}, streamed=True)
    assert json.loads(whole.content) == {"stream": False}
    assert json.loads(streamed.content) == {"stream": True}
    assert whole.headers["accept"] == "application/json"
    assert streamed.headers["accept"] == "text/event-stream"
    assert streamed.headers["accept-encoding"] == "identity"


async def test_bodies_take_any_text_and_what_replies_had() -> None:
    request = await request_of(KEY, {"text": "漢 \ud83d", "number": Decimal("0.5"), "list": (1, MappingProxyType({}))})
    assert json.loads(request.content) == {"text": "漢 ?", "number": 0.5, "list": [1, {}], "stream": False}


async def test_a_body_that_is_no_json_is_our_mistake() -> None:
    with pytest.raises(TypeError):
        await request_of(KEY, {"set": {1}})


async def test_completion() -> None:
    async with client_of(lambda _: httpx.Response(200, json=REPLY)) as client:
        completion = await client.complete(BODY)
    assert completion.text == "hello"
    assert completion.usage is not None
    assert completion.usage.cost == Decimal("0.25")


async def test_a_whole_completion_is_one_chunk_of_the_stream() -> None:
    chunks, fault = await chunks_and_fault(lambda _: httpx.Response(200, json=REPLY))
    assert (len(chunks), text_of(chunks), chunks[0].finish_reason, fault) == (1, "hello", "stop", None)


async def test_a_whole_completion_that_failed_keeps_its_text() -> None:
    failed = {"choices": [{"message": {"content": "par"}, "error": {"code": 502, "message": "Boom"}}]}
    chunks, fault = await chunks_and_fault(lambda _: httpx.Response(200, json=failed))
    assert text_of(chunks) == "par"
    assert isinstance(fault, StreamFault)
    async with client_of(lambda _: httpx.Response(200, json=failed)) as client:
        with pytest.raises(StreamFault, match="Boom"):
            await client.complete(BODY)


@pytest.mark.parametrize("finish", ["stop", None])
async def test_a_reply_that_was_wanted_whole_is_one_chunk(finish: str | None) -> None:
    asked: list[httpx.Request] = []
    reply = httpx.Response(200, json={"choices": [{"message": {"content": "hello"}, "finish_reason": finish}]})
    async with client_of(answering(reply, asked)) as client, client.stream(BODY, whole=True) as stream:
        assert text_of([chunk async for chunk in stream]) == "hello"
    assert json.loads(asked[0].content)["stream"] is False


@pytest.mark.parametrize("whole", [False, True])
async def test_events_under_the_type_of_json_are_read(whole: bool) -> None:
    reply = httpx.Response(200, content=b": wait\n\n" + SAID, headers={"content-type": "application/json"})
    async with client_of(lambda _: reply) as client, client.stream(BODY, whole=whole) as stream:
        assert text_of([chunk async for chunk in stream]) == "a"


async def test_catalogue_asks_for_every_output() -> None:
    asked: list[httpx.URL] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url)
        return httpx.Response(200, json={"data": [{"id": "a/b"}]})

    async with client_of(answer) as client:
        assert [model.id for model in (await client.models()).data] == ["a/b"]
    assert str(asked[0]) == "https://openrouter.ai/api/v1/models?output_modalities=all"


async def test_key_info() -> None:
    reply = {"data": {"label": "sk-or-v1-…", "limit": None, "usage": 1.10, "usage_daily": 0}}
    async with client_of(lambda _: httpx.Response(200, json=reply)) as client:
        info = await client.key_info()
    assert (info.usage, info.limit) == (Decimal("1.1"), None)


@pytest.mark.parametrize(
    "reply",
    [
        httpx.Response(200, html="<html><title>Sign in</title>"),
        httpx.Response(200, json=[1]),
        httpx.Response(200, text="hm"),
        httpx.Response(200, json={"object": "list"}),
    ],
    ids=["page", "list", "text", "other object"],
)
async def test_other_replies_are_not_openrouter(reply: httpx.Response) -> None:
    async with client_of(lambda _: reply) as client:
        with pytest.raises(NotOpenRouter):
            await client.models()
        with pytest.raises(NotOpenRouter):
            await client.key_info()
        with pytest.raises(NotOpenRouter):
            await client.complete(BODY)
        if "text/plain" not in reply.headers["content-type"]:
            with pytest.raises(NotOpenRouter):
                async with client.stream(BODY):
                    pytest.fail("a stream began")


TEXT_REPLY = {"id": "gen-3", "choices": [{"index": 0, "text": " upon a time", "finish_reason": "stop"}]}
TEXT_EVENTS = (
    event('{"id":"gen-3","choices":[{"index":0,"text":" upon","finish_reason":null}]}')
    + event('{"id":"gen-3","choices":[{"index":0,"text":" a time","finish_reason":"stop"}]}')
    + event("[DONE]")
)


async def test_a_text_goes_on_whole_and_streamed() -> None:
    asked: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        if json.loads(request.content)["stream"]:
            return httpx.Response(200, headers=EVENTS, stream=Pieces([TEXT_EVENTS]))
        return httpx.Response(200, json=TEXT_REPLY)

    body = {"model": "a/b", "prompt": "Once"}
    async with client_of(answer) as client:
        assert (await client.complete_text(body)).text == " upon a time"
        async with client.stream_text(body) as stream:
            assert [chunk.choices[0].text async for chunk in stream] == [" upon", " a time"]
    assert {str(request.url) for request in asked} == {"https://openrouter.ai/api/v1/completions"}
    assert [json.loads(request.content) for request in asked] == [{**body, "stream": False}, {**body, "stream": True}]


async def test_routing_metadata_is_asked_for_when_wanted() -> None:
    for wanted in (True, False):
        sent: list[httpx.Headers] = []

        def answer(request: httpx.Request, sent: list[httpx.Headers] = sent) -> httpx.Response:
            sent.append(request.headers)
            return httpx.Response(200, json=REPLY)

        async with Client(KEY, transport=httpx.MockTransport(answer), routing_metadata=wanted) as client:
            await client.complete(BODY)
        assert sent[0].get("x-openrouter-metadata") == ("enabled" if wanted else None)


EXTRA = {
    "x-session-id": "chat-1",
    "X-Anthropic-Beta": "a,b",
    "X-OpenRouter-Cache": "true",
    "X-OpenRouter-Cache-TTL": "60",
    "X-OpenRouter-Cache-Clear": "true",
}


@pytest.mark.parametrize("method", ["complete", "stream", "complete_text", "stream_text"])
async def test_a_request_may_have_headers_of_its_own(method: str) -> None:
    sent: list[httpx.Headers] = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(request.headers)
        return httpx.Response(200, json=REPLY)

    async def ask(headers: dict[str, str]) -> None:
        if method.startswith("stream"):
            async with getattr(client, method)(BODY, headers):
                pass
        else:
            await getattr(client, method)(BODY, headers)

    async with client_of(answer) as client:
        await ask(EXTRA)
        assert {name: sent[0][name] for name in EXTRA} == EXTRA
        for name in ("Authorization", "Cookie", "Host", "Content-Length", "X-OpenRouter-Title"):
            with pytest.raises(ValueError, match=name):
                await ask({name: "x"})
        for value in ("a\r\nX-Evil: 1", "é", "x" * 3000):
            with pytest.raises(BadRequest, match="nothing was sent"):
                await ask({"x-session-id": value})
    assert len(sent) == 1


async def test_an_answer_without_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chat_tui.openrouter.connection.LONGEST_EVENT", 4 * 1024 * 1024)
    taken: list[int] = []

    async def without_end() -> AsyncIterator[bytes]:
        while True:
            taken.append(len(taken))
            yield b" " * 1024 * 1024

    async with client_of(lambda _: httpx.Response(200, content=without_end())) as client:
        with pytest.raises(NotOpenRouter, match="more than 4 MiB"):
            await client.models()
    assert len(taken) == 5


@pytest.mark.parametrize("status", [200, 500])
async def test_what_is_packed_twice_is_not_unpacked(status: int) -> None:
    # Each time a thousand bytes can become a million: 5 KB can hold 3 GB.
    packed = Pieces([gzip.compress(gzip.compress(SAID))])
    headers = [("content-type", "text/event-stream"), ("content-encoding", "gzip"), ("content-encoding", "gzip")]
    async with client_of(lambda _: httpx.Response(status, headers=headers, stream=packed)) as client:
        with pytest.raises(NotOpenRouter):
            async with client.stream(BODY):
                pytest.fail("a stream began")
    assert packed.closed


@pytest.mark.parametrize("cookie", [b"session=1; Path=/", b"name=\xc3\xa9\xff"])
async def test_cookies_are_not_kept(cookie: bytes) -> None:
    asked: list[httpx.Request] = []
    reply = httpx.Response(200, json=REPLY, headers=[(b"set-cookie", cookie)])
    async with client_of(answering(reply, asked)) as client:
        for _ in range(2):
            await client.complete(BODY)
    assert [request.headers.get("cookie") for request in asked] == [None, None]


async def test_redirects_are_not_followed() -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.host)
        return httpx.Response(307, headers={"location": "https://elsewhere.example/"})

    async with client_of(answer) as client:
        with pytest.raises(NotOpenRouter, match="redirects aren't followed"):
            await client.models()
        with pytest.raises(NotOpenRouter):
            async with client.stream(BODY):
                pytest.fail("a stream began")
    assert asked == ["openrouter.ai", "openrouter.ai"]


async def test_generation_comes_from_the_header_or_the_first_chunk() -> None:
    for headers, expected in (
        ({"x-generation-id": "gen-h"}, ["gen-h", "gen-h"]),
        ({"x-generation-id": "a b\x1b"}, [None, "gen-1"]),
        ({}, [None, "gen-1"]),
    ):
        async with client_of(streaming([SAID], headers={**EVENTS, **headers})) as client, client.stream(BODY) as stream:
            known = [stream.generation]
            async for _ in stream:
                pass
            assert [*known, stream.generation] == expected


async def test_leaving_a_stream_closes_its_body() -> None:
    body = Pieces([SAID[:40], SAID[40:]])
    async with client_of(lambda _: httpx.Response(200, headers=EVENTS, stream=body)) as client:
        async with client.stream(BODY):
            pass
        assert body.closed


async def test_a_finished_stream_stays_finished() -> None:
    async with client_of(streaming([SAID])) as client, client.stream(BODY) as stream:
        assert len([chunk async for chunk in stream]) == 1
        assert [chunk async for chunk in stream] == []


def only_proxy(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    """Let the environment name this proxy for everything, and no exceptions."""
    monkeypatch.setattr("httpx._utils.getproxies", lambda: {"http": url, "https": url, "all": url})


@pytest.mark.parametrize(
    "host", ["127.0.0.1:8377", "127.9.9.9", "localhost:1", "[::1]:8377", "LOCALHOST", "127.0.0.1."]
)
def test_loopback_bypasses_proxies(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    only_proxy(monkeypatch, "http://proxy.example:3128")
    http = Client(KEY, f"http://{host}/api/v1")._connection.http()
    assert http._transport_for_url(httpx.URL(f"http://{host}/api/v1/models")) is http._transport


@pytest.mark.parametrize("host", ["openrouter.ai", "127.example.com", "localhost.example.com", "10.0.0.1"])
def test_other_hosts_use_the_proxy_of_the_environment(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    only_proxy(monkeypatch, "http://proxy.example:3128")
    http = Client(KEY, f"https://{host}/api/v1")._connection.http()
    transport = http._transport_for_url(httpx.URL(f"https://{host}/api/v1/models"))
    assert isinstance(transport, httpx.AsyncHTTPTransport)
    assert transport is not http._transport


async def test_a_proxy_that_cannot_be_used_is_explained(monkeypatch: pytest.MonkeyPatch) -> None:
    only_proxy(monkeypatch, "socks9://proxy.example")
    with pytest.raises(NoAnswer, match="HTTPS_PROXY"):
        await Client(KEY).models()


async def test_certificates_that_cannot_be_read_are_explained(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", "/nonexistent/ca.pem")
    with pytest.raises(NoAnswer, match="SSL_CERT_FILE"):
        await Client(KEY).models()


@pytest.mark.parametrize(
    "base_url", ["", "openrouter.ai/api/v1", "ftp://x/y", "http://", "http://[bad", "http://a\x00b", "http://a b/v1"]
)
async def test_a_base_url_that_is_no_address_is_explained(base_url: str) -> None:
    with pytest.raises(OpenRouterError, match="base URL"):
        await Client(KEY, base_url).models()


async def test_a_closed_client_stays_closed() -> None:
    client = client_of(lambda _: httpx.Response(200, json=REPLY))
    await client.aclose()
    with pytest.raises(RuntimeError):
        await client.models()


def test_the_key_is_in_no_repr() -> None:
    client = Client(KEY)
    assert KEY not in repr(client)
    assert KEY not in repr(client._server)
