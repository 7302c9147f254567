"""Presets of the OpenRouter account: what a request that names one comes to is what the server makes of it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from chat_tui.demo.presets import Presets
from chat_tui.engine.chat_settings import ChatSettings, Way
from chat_tui.engine.library import Library
from chat_tui.engine.session import Session
from tests.engine.conftest import ask

EXPECTED: dict[Way, dict[str, Any]] = {
    "model": {"model": "demo/echo", "max_tokens": 4000},
    "field": {"model": "demo/echo:nitro", "max_tokens": 4000},
    "both": {"model": "demo/echo:nitro", "max_tokens": 4000},
}


@pytest.mark.parametrize("way", EXPECTED)
async def test_what_is_foreseen_is_what_the_server_makes_of_it(session: Session, library: Library, way: Way) -> None:
    chat = library.begin()
    chat.change(model="demo/echo:nitro", parameters={"max_tokens": 100, "temperature": 0.9}, system="Mine.")
    settings, preset = ChatSettings(chat, library), await session.account_presets.read("show-request")
    foreseen = settings.with_account_preset(preset, way, session.server)
    settings.use_account_preset(preset, way)
    reply = await ask(session, chat, "Hi")
    made = json.loads(reply.text.partition("```json")[2].rpartition("```")[0])
    assert foreseen == {
        **EXPECTED[way],
        "temperature": 0.9,
        "messages": [{"role": "system", "content": "This line comes from the preset."}],
        "stream": True,
        "stream_options": {"include_usage": True},
    }
    # The echo tells what it was sent; what the emulator makes of that is its own idea of OpenRouter's rule.
    model = made.pop("model").partition("@preset/")[0]
    sent = {name: value for name, value in made.items() if name != "preset"} | ({"model": model} if model else {})
    assert Presets().applied("show-request", sent) == foreseen | {
        "messages": [*foreseen["messages"], {"role": "user", "content": "Hi"}]
    }
