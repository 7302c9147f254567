"""Presets by slash commands: made, used, renamed, deleted, brought back; those of the account too."""

from __future__ import annotations

from pathlib import Path

import pytest

from chat_tui.config.problems import ConfigError
from chat_tui.demo.keys import LIMITED_KEY
from chat_tui.demo.server import DemoServer
from chat_tui.engine.chat import Chat
from chat_tui.engine.chat_settings import ChatSettings
from chat_tui.engine.library import Library
from chat_tui.engine.refused import RefusedError
from chat_tui.engine.session import Session
from chat_tui.engine.setting_commands import Commands
from chat_tui.paths import Paths
from tests.engine.conftest import ask, session_of


async def test_a_preset_is_made_used_renamed_deleted_and_brought_back(commands: Commands, library: Library) -> None:
    settings, names = commands.settings, library.presets.names
    await commands.run("temp", "0.2")
    await commands.run("sort", "price")
    assert "are the preset “careful” now" in await commands.run("preset", "save careful")
    with pytest.raises(ConfigError, match="There is a preset “careful” already"):
        await commands.run("preset", "save careful")
    await commands.run("temp", "1.5")
    before = settings.chat.metadata.settings
    assert (await commands.run("preset", "careful")).startswith("This chat uses the preset “careful”.")
    assert settings.held("parameters.temperature").origin == "preset"
    assert settings.request().body["temperature"] == 0.2
    await commands.run("undo", "")
    assert settings.chat.metadata.settings == before
    await commands.run("redo", "")
    await commands.run("preset", "rename careful to plain words")
    assert (names(), settings.held("local_preset").value) == (["plain words"], "plain words")
    await commands.run("undo", "")
    assert (names(), settings.held("local_preset").value) == (["careful"], "careful")
    await commands.run("preset", "delete careful")
    assert (names(), settings.request().body.get("temperature")) == ([], None)
    await commands.run("undo", "")
    assert (names(), settings.request().body["temperature"]) == (["careful"], 0.2)
    assert await commands.run("preset", "none") == "This chat uses no preset any more."
    assert settings.held("local_preset").value is None
    with pytest.raises(ConfigError, match=r"There is no preset “carefull” in .* Did you mean “careful”\?"):
        await commands.run("preset", "carefull")
    for name in ("../x", "a/b", ".x", "@x", "", "x" * 65, "a."):
        with pytest.raises(ConfigError, match="can't be a preset's name"):
            library.presets.write(name, {})


async def test_an_account_preset_holds_whatever_the_defaults_say(
    chat: Chat, session: Session, commands: Commands, library: Library
) -> None:
    await commands.run("default", "temp 0.9")
    await commands.run("set", "provider.zdr on")
    await commands.run("set", "top-p 0.5")
    told = await commands.run("preset", "@careful-writer")
    assert told == (
        "This chat uses your account's preset “@careful-writer”, which sets model, temperature, provider, system."
    )
    assert commands.settings.request().body == {"model": "@preset/careful-writer", "top_p": 0.5, "stream": True}
    reply = await ask(session, chat, "Hi")
    assert reply.receipt
    assert (reply.status, reply.receipt.model) == ("complete", "anthropic/claude-4.6-sonnet-20260217")
    await commands.run("undo", "")
    assert commands.settings.request().body["temperature"] == 0.9
    for choice in ("preset none", "model x/y@preset/careful-writer", "preset none"):
        await commands.run("redo", "")
        word, _, argument = choice.partition(" ")
        await (commands.run(word, argument) if word == "preset" else commands.run("set", choice))
    assert commands.settings.request().body == {"model": "x/y", "top_p": 0.5, "temperature": 0.9, "stream": True}
    for name, why in (("none-such", "has no preset"), ("old-habits", "is disabled at OpenRouter")):
        with pytest.raises((RefusedError, ConfigError), match=why):
            await commands.run("preset", f"@{name}")


async def test_a_chat_is_saved_as_an_account_preset_and_what_is_not_kept_is_said(
    commands: Commands, session: Session, library: Library
) -> None:
    await commands.run("temp", "0.3")
    commands.settings.chat.change(system="Be brief.")
    told = await commands.run("preset", "save @from-a-chat")
    assert told == (
        "This chat's settings are your account's preset “@from-a-chat”, version 1. OpenRouter did not keep: system."
    )
    saved = await session.account_presets.read("from-a-chat")
    assert saved.config == {"model": "demo/echo", "temperature": 0.3}
    assert "version 2" in await commands.run("preset", "save @from-a-chat")
    assert "from-a-chat" in [preset.slug for preset in await session.account_presets.all()]


async def test_a_key_that_may_not_save_is_said_so(
    chat: Chat, library: Library, emulator: DemoServer, tmp_path: Path
) -> None:
    async with session_of(emulator.base_url, LIMITED_KEY) as session:
        with pytest.raises(RefusedError, match=r"This key may not save presets.*keep a preset here"):
            await Commands(ChatSettings(chat, library), session).run("preset", "save @mine")
    assert Paths.under(tmp_path) == library.paths
