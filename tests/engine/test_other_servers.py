"""Servers that aren't OpenRouter's: what they leave out is missing, and nothing else."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from chat_tui.config.server import Server
from chat_tui.engine.library import Library
from chat_tui.engine.session import Session
from tests.engine.conftest import ask, begin, library_at, session_of
from tests.openrouter import loopback
from tests.openrouter.loopback import later
from tests.other_servers import ANSWER, OTHER_SERVERS, OtherServer, Running, running


@pytest.fixture(params=OTHER_SERVERS)
def other(request: pytest.FixtureRequest) -> OtherServer:
    """Each of the servers."""
    return OTHER_SERVERS[request.param]


@pytest.fixture
def there(other: OtherServer) -> Iterator[Running]:
    """That server, running."""
    with running(other) as state:
        yield state


async def test_its_answer_is_whole_and_its_receipt_says_what_is_known(
    other: OtherServer, there: Running, library: Library
) -> None:
    async with session_of(there.base_url) as session:
        reply = await ask(session, begin(library, other.first_model), "Why is the sky blue?")
    assert (reply.status, reply.text, reply.reasoning) == ("complete", ANSWER, other.reasoning)
    assert reply.receipt is not None
    assert (reply.receipt.cost, reply.receipt.provider, reply.receipt.finish) == (None, None, "stop")
    assert reply.receipt.usage.completion_tokens == (5 if other.counts else None)


async def test_it_is_asked_for_the_usage(other: OtherServer, there: Running, library: Library) -> None:
    async with session_of(there.base_url) as session:
        await ask(session, begin(library, other.first_model), "Why?")
    assert there.received[-1]["stream_options"] == {"include_usage": True}


async def test_its_answer_is_whole_without_a_stream(other: OtherServer, there: Running, library: Library) -> None:
    async with session_of(there.base_url) as session:
        reply = await ask(session, begin(library, other.first_model), "Why?", stream=False)
    assert (reply.status, reply.text) == ("complete", ANSWER)


async def test_its_models_are_listed_without_prices(other: OtherServer, there: Running) -> None:
    async with session_of(there.base_url) as session:
        first, *_ = await session.models()
    assert (first.id, first.name, first.context) == (other.first_model, other.first_model, other.context)
    assert (first.prices.prompt, first.prices.completion) == (None, None)


async def test_a_chat_that_chose_no_model_gets_its_first(other: OtherServer, there: Running, tmp_path: Path) -> None:
    chat = library_at(tmp_path, "openrouter/auto").begin()
    async with session_of(there.base_url) as session:
        reply = await ask(session, chat, "Why?")
    assert (reply.status, chat.model, there.received[-1]["model"]) == ("complete", other.first_model, other.first_model)


async def test_a_model_that_it_does_not_have_is_one_sentence(
    other: OtherServer, there: Running, library: Library
) -> None:
    async with session_of(there.base_url) as session:
        reply = await ask(session, begin(library, "x"), "Why?")
    assert reply.status == "failed"
    assert reply.failure is not None
    assert "model" in reply.failure.sentence


async def test_a_list_of_models_that_never_ends_holds_no_prompt_back(tmp_path: Path) -> None:
    asked: list[dict[str, Any]] = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n")
        while head.startswith(b"GET") and not reader.at_eof():
            writer.write(b" ")
            await later(0.01)
        if head.startswith(b"POST"):
            asked.append(json.loads(await reader.readexactly(int(re.findall(rb"(?i)content-length: (\d+)", head)[0]))))
            writer.write(json.dumps({"choices": [{"message": {"content": ANSWER}, "finish_reason": "stop"}]}).encode())

    chat = library_at(tmp_path, "openrouter/auto").begin()
    async with loopback.server(talk) as url:
        session = Session(Server(url), {"timeouts": {"connect": 0.05}})
        reply = await ask(session, chat, "Why?")
        await session.close()
    assert (reply.status, reply.text, asked[0]["model"]) == ("complete", ANSWER, "openrouter/auto")
