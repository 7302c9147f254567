"""What a reply's receipt says of how it was served, on the emulator: as asked, in another's place, or not as asked."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from chat_tui.conversation.values import Receipt
from chat_tui.engine.library import Library
from chat_tui.engine.session import Session
from tests.engine.conftest import PATIENCE, Scripted, ask, begin, journal_of, until

ECHO = "demo/echo"


@pytest.mark.parametrize(
    ("settings", "provider", "violation", "fallback"),
    [
        ({"model": ECHO}, "Demo", "", ""),
        ({"model": "openrouter/auto"}, None, "", ""),
        ({"model": "~openai/gpt-latest:online"}, "OpenAI", "", ""),
        ({"model": "deepseek/deepseek-v3.2:nitro", "provider": {"only": ["fireworks"]}}, "Fireworks", "", ""),
        ({"model": ECHO, "models": ["demo/markdown"]}, "Demo", "", ""),
        ({"model": "demo/error-502", "models": ["demo/error-529", ECHO]}, "Demo", "",
         "in place of demo/error-502 (502 from Demo), demo/error-529 (529 from Demo)"),
        ({"model": ECHO, "provider": {"only": ["azure/eu", "fireworks"]}}, "Azure", "", ""),
        ({"model": ECHO, "provider": {"order": ["groq", "azure"]}}, "Azure", "", "in place of groq"),
        ({"model": ECHO, "provider": {"order": ["Azure"], "allow_fallbacks": False}}, "Azure", "", ""),
        ({"model": "demo/busy"}, "Novita", "", ""),  # nobody was asked for by name
        ({"model": "demo/busy", "provider": {"order": ["demo"]}}, "Novita", "", "in place of demo (429)"),
        ({"model": "demo/busy", "models": [ECHO], "provider": {"only": ["demo"]}}, "Demo", "",
         "in place of demo/busy"),
        ({"model": "demo/misrouted"}, "Novita", "demo/misrouted was asked for, demo/markdown answered", ""),
        ({"model": "demo/misrouted", "provider": {"only": ["demo"]}}, "Novita",
         "demo/misrouted was asked for, demo/markdown answered; only demo may serve, Novita did", ""),
        ({"model": "demo/misrouted", "models": ["demo/markdown"], "provider": {"ignore": ["novita"]}}, "Novita",
         "Novita may not serve, but it did", "in place of demo/misrouted"),
    ],
    ids=str,
)  # fmt: skip
async def test_a_receipt_says_how_it_was_served(
    session: Session, library: Library, settings: dict[str, Any], provider: str | None, violation: str, fallback: str
) -> None:
    await session.models()
    chat = begin(library, "demo/echo")
    chat.change(**settings)
    reply = await ask(session, chat, "Hi")
    receipt = reply.receipt or Receipt()
    assert reply.status == "complete", reply.failure
    assert receipt.violation == (f"Not what was asked for: {violation}." if violation else "")
    assert receipt.fallback == fallback
    assert provider in (None, receipt.provider)
    kept = journal_of(chat)[-1]["receipt"]
    assert (kept.get("violation", ""), kept.get("fallback", "")) == (receipt.violation, receipt.fallback)
    again = library.open(chat.id)
    again.load()
    assert again.path[-1].receipt == receipt


async def test_a_server_that_never_tells_its_providers_delays_no_stop(
    on_script: Session, scripted: Scripted, library: Library
) -> None:
    chat = begin(library, "a/b")
    chat.change(provider={"only": ["groq"]})
    turn = await on_script.send(chat, "Hi")
    exchange = await scripted.next()
    await exchange.begin()
    await exchange.delta(content="All of it.")
    await exchange.finish()
    await until(lambda: turn._judging is not None, "the reply to be judged")
    turn.stop("interrupted")
    async with asyncio.timeout(PATIENCE):
        reply = await turn.wait()
    assert turn._judging is not None
    assert turn._judging.cancelled()
    assert (reply.status, reply.text) == ("complete", "All of it.")
    assert journal_of(chat)[-1]["status"] == "complete"


async def test_a_server_that_nobody_asked_for_its_models_isnt_accused(
    on_script: Session, scripted: Scripted, library: Library
) -> None:
    turn = await on_script.send(begin(library, "a/b"), "Hi")
    exchange = await scripted.next()
    await exchange.begin()
    await exchange.delta(content="Served by somebody else.")
    await exchange.finish()
    receipt = (await turn.wait()).receipt
    assert receipt is not None
    assert receipt.model == "m/served"
    assert receipt.violation == receipt.fallback == ""
    assert scripted.connections == 1
