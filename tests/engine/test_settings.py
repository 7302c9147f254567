"""What settings say of the server and the request holds on the wire, whatever a conversation says."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from chat_tui.config.server import Server
from chat_tui.config.settings import BUILT_IN, merged
from chat_tui.conversation.values import Message
from chat_tui.demo.server import DemoServer
from chat_tui.engine.chat import Chat
from chat_tui.engine.library import Library
from chat_tui.engine.session import Session
from chat_tui.paths import Paths
from tests.engine.conftest import Scripted, ask

ASKED: dict[str, Any] = {
    "model": "m/one",
    "models": ["m/two"],
    "parameters": {"max_completion_tokens": 99, "temperature": 0.5},
    "reasoning": {"effort": "high"},
    "provider": {"sort": {"by": "latency"}},
    "plugins": [{"id": "context-compression", "enabled": False}],
}
BODIES: dict[str, dict[str, Any]] = {
    "openrouter": {
        "models": ["m/two"],
        "max_completion_tokens": 99,
        "reasoning": {"effort": "high"},
        "provider": {"sort": "latency"},
        "plugins": [{"id": "context-compression", "enabled": False}],
    },
    "openrouter-old": {
        "models": ["m/two"],
        "route": "fallback",
        "max_tokens": 99,
        "reasoning": {"effort": "high"},
        "provider": {"sort": "latency"},
        "transforms": [],
        "usage": {"include": True},
    },
    "openai": {"max_tokens": 99, "reasoning_effort": "high"},
}


def chat_under(root: Path, settings: dict[str, Any]) -> Chat:
    return Library(Paths.under(root), defaults=merged(BUILT_IN, settings)).begin()


@asynccontextmanager
async def session_under(settings: dict[str, Any], base_url: str) -> AsyncIterator[Session]:
    session = Session(Server(base_url, "key"), settings)
    try:
        yield session
    finally:
        await session.close()


async def asked(session: Session, chat: Chat, scripted: Scripted) -> tuple[dict[str, Any], Message]:
    """Send a prompt; return the request that came and the reply that it got."""
    turn = await session.send(chat, "Hi")
    exchange = await scripted.next()
    await exchange.begin()
    await exchange.delta(content="Hello")
    await exchange.finish()
    return exchange.body, await turn.wait()


@pytest.mark.parametrize("speaks", BODIES)
async def test_a_server_gets_the_form_that_it_speaks(scripted: Scripted, tmp_path: Path, speaks: str) -> None:
    origin = scripted.base_url.removesuffix("/api/v1")
    settings = {**ASKED, "servers": {origin: {"speaks": speaks}, "https://other.example": {"speaks": "openai"}}}
    async with session_under(settings, scripted.base_url) as session:
        body, reply = await asked(session, chat_under(tmp_path, ASKED), scripted)
    assert reply.status == "complete"
    assert body == {
        "model": "m/one",
        "messages": [{"role": "user", "content": "Hi"}],
        "temperature": 0.5,
        "stream": True,
        "stream_options": {"include_usage": True},
        **BODIES[speaks],
    }


@pytest.mark.parametrize(("speaks", "is_sent"), [("openrouter", True), ("openai", False)])
async def test_headers_go_with_prompts_where_they_are_understood(
    scripted: Scripted, tmp_path: Path, speaks: str, is_sent: bool
) -> None:
    origin = scripted.base_url.removesuffix("/api/v1")
    settings = {
        "headers": {
            "x-anthropic-beta": "interleaved-thinking-2025-05-14",
            "x-openrouter-cache": True,
            "x-openrouter-cache-ttl": 60,
            "x-openrouter-cache-clear": False,
        },
        "attribution": {"title": "Mine"},
        "servers": {origin: {"speaks": speaks}},
    }
    async with session_under(settings, scripted.base_url) as session:
        turn = await session.send(chat_under(tmp_path, {"model": "m/one"}), "Hi")
        exchange = await scripted.next()
        await exchange.begin()
        await exchange.finish()
        await turn.wait()
    head = exchange.head.lower()
    for line in (
        "x-anthropic-beta: interleaved-thinking-2025-05-14",
        "x-openrouter-cache: true",
        "x-openrouter-cache-ttl: 60",
        "x-openrouter-cache-clear: false",
    ):
        assert (f"{line}\r\n" in head) == is_sent
    assert "x-openrouter-title: mine" in head


async def test_a_conversation_can_not_say_what_it_has_no_say_in(scripted: Scripted, tmp_path: Path) -> None:
    chat = chat_under(tmp_path, {"model": "m/one"})
    chat.change(
        parameters={"temperature": 0.5, "top_p": 7},
        servers={"http://127.0.0.1": {"speaks": "openai"}},
        base_url="https://evil.example",
    )
    async with session_under({}, scripted.base_url) as session:
        body, _ = await asked(session, chat, scripted)
    assert body.keys() == {"model", "messages", "temperature", "stream", "stream_options"}

    again = Library(Paths.under(tmp_path), defaults=BUILT_IN).open(chat.id)
    again.load()
    again.close()
    assert again.settings["parameters"] == {"temperature": 0.5}
    file = again.folder.path / "conversation.toml"
    assert sorted(problem.removeprefix(f"{file}: ") for problem in again.problems) == [
        "“settings.base_url” is no setting, so it was left out.",
        "“settings.parameters.top_p” is 7, above its most, 1. It was left out.",
        "“settings.servers” can't be set by a conversation. It was left out.",
    ]
    assert "evil.example" in file.read_text(), "what it says is kept as it is"


async def test_parsed_files_go_back_with_the_reply_that_they_came_with(scripted: Scripted, tmp_path: Path) -> None:
    chat = chat_under(tmp_path, {"model": "m/one"})
    async with session_under({}, scripted.base_url) as session:
        _, reply = await asked(session, chat, scripted)
        part = chat.folder.attach(b'{"type":"file","file":{"hash":"h"}}', "application/json", "map.pdf")
        chat.put(replace(reply, annotations=(part,)))
        body, _ = await asked(session, chat, scripted)
    assert body["messages"][1] == {
        "role": "assistant",
        "content": "Hello",
        "annotations": [{"type": "file", "file": {"hash": "h"}}],
    }


async def test_routing_is_asked_for_and_kept_when_the_settings_say_so(emulator: DemoServer, tmp_path: Path) -> None:
    chat = chat_under(tmp_path, {"model": "demo/markdown"})
    async with session_under({"routing_metadata": True}, emulator.base_url) as session:
        reply = await ask(session, chat, "Hi")
    assert reply.receipt
    assert reply.receipt.metadata["attempts"]
