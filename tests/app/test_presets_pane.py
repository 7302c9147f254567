"""The pane of presets, key by key: used, undone, compared, saved, renamed, deleted; those of the account too."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Any

import pytest

from chat_tui.config.names import flat
from chat_tui.config.settings import Layer
from chat_tui.demo.keys import LIMITED_KEY
from chat_tui.engine.asking import preview
from chat_tui.screens.presets import PresetPane
from tests.app.conftest import Running, Starter
from tests.app.test_settings_pane import find, open_settings, play, received
from tests.other_servers import OTHER_SERVERS, running

SMALL = (80, 24)
PRESETS: dict[str, Layer] = {
    "careful": {
        "system": "Be careful.\nCheck twice.",
        "parameters": {"temperature": 0.1},
        "reasoning": {"effort": "high"},
    },
    "cheap": {"models": ["demo/fast"], "provider": {"sort": "price", "max_price": {"prompt": 1}}, "stop": ["END"]},
}


@pytest.fixture
def echo(starter: Starter) -> Starter:
    """The application with two presets, whose new chats ask the model that answers with the request."""
    for name, settings in PRESETS.items():
        starter.library.presets.write(name, settings)
    starter.library.defaults = {"model": "demo/echo"}
    return starter


async def open_presets(app: Running) -> PresetPane:
    """Type the command, and wait until the presets of the account are there, or why they aren't."""
    await app.type("/presets", "enter")
    await app.until(lambda: isinstance(app.app.screen, PresetPane))
    await app.until(lambda: "asking …" not in app.text())
    assert isinstance(app.app.screen, PresetPane)
    return app.app.screen


def _uses(pane: PresetPane, name: str) -> bool:
    return pane.chat_layers.values().get("local_preset") == name


async def test_using_a_preset_sends_what_was_shown_and_undoing_restores_exactly(echo: Starter) -> None:
    async with echo.run(size=SMALL) as app:
        app.chat.change(parameters={"temperature": 0.7, "seed": 7}, reasoning={"max_tokens": 100})
        before = app.chat.settings, dict(app.chat.metadata.settings)
        pane = await open_presets(app)
        await app.pilot.press("alt+j", "down", "up")
        await app.until_shown(
            '-   "temperature": 0.7,', '+   "temperature": 0.1,', '+   "reasoning": {"effort": "high"},'
        )
        foreseen = {
            name: preview(pane.chat_layers.with_preset(name, flat(settings)).settings()).body
            for name, settings in PRESETS.items()
        }
        for name in ("cheap", "careful"):
            await find(app, name)
            await app.pilot.press("enter")
            await app.until(partial(_uses, pane, name))
            assert preview(app.chat.settings).body == foreseen[name]
            await app.until_shown(f"● {name}", "It changes nothing: this chat sends the same now.")
            await app.pilot.press("alt+u")
            assert (app.chat.settings, dict(app.chat.metadata.settings)) == before
            await app.pilot.press("alt+e", "alt+u")
            assert (app.chat.settings, dict(app.chat.metadata.settings)) == before
        await app.pilot.press("alt+e", "escape")
        await app.until_shown("preset careful")
        body = await received(app)
        assert {name: body[name] for name in ("temperature", "seed", "reasoning")} == {
            "temperature": 0.1, "seed": 7, "reasoning": {"effort": "high"},
        }  # fmt: skip
        assert body["messages"][0] == {"role": "system", "content": "Be careful.\nCheck twice."}


async def test_this_chat_is_saved_replaced_renamed_and_deleted(echo: Starter) -> None:
    presets = echo.library.presets
    async with echo.run(size=SMALL) as app:
        await open_settings(app)
        await find(app, "temp")
        await play(app, "enter", "=0.3", "enter", "alt+s")
        await app.until_shown("Save as")
        await play(app, "=../etc", "enter")
        await app.until_shown("Save as  ../etc")
        await play(app, "ctrl+u", "=cheap", "enter")
        await app.until_shown("There is a preset cheap already. Enter once more replaces it.")
        assert presets.read("cheap").settings == PRESETS["cheap"]
        await app.pilot.press("enter")
        await app.until_shown("Saved as cheap.")
        assert presets.read("cheap").settings == {"model": "demo/echo", "parameters": {"temperature": 0.3}}
        await app.pilot.press("alt+u")
        assert presets.read("cheap").settings == PRESETS["cheap"]
        await find(app, "careful")
        await play(app, "alt+r", "=patient", "enter")
        await app.until_shown("It is called patient now.")
        await app.pilot.press("alt+l")
        await app.until_shown("Alt+L once more deletes patient")
        assert presets.names() == ["cheap", "patient"]
        await app.pilot.press("alt+l")
        await app.until(lambda: presets.names() == ["cheap"])
        await app.pilot.press("alt+u", "alt+u")
        await app.until(lambda: presets.names() == ["careful", "cheap"])
        assert presets.read("careful").settings == PRESETS["careful"]


WAYS: list[tuple[list[str], str, dict[str, Any]]] = [
    ([], "as the model: @preset/show-request", {"model": "@preset/show-request"}),
    (["alt+w"], "beside this chat's model", {"model": "demo/echo", "preset": "show-request"}),
    (["alt+w"], "demo/echo@preset/show-request", {"model": "demo/echo@preset/show-request"}),
]


async def test_a_preset_of_the_account_is_used_in_three_ways(echo: Starter) -> None:
    async with echo.run(size=SMALL) as app:
        await open_presets(app)
        await find(app, "show-request")
        for keys, shown, sent in WAYS:
            await app.pilot.press(*keys)
            await app.until_shown("@show-request", shown)
            await app.pilot.press("enter")
            await app.until_shown("● @show-request")
            body = preview(app.chat.settings).body
            assert {name: body.get(name) for name in ("model", "preset") if name in body} == sent
            await app.pilot.press("alt+u")
            assert preview(app.chat.settings).body["model"] == "demo/echo"
        await find(app, "old-habits")
        await app.pilot.press("enter")
        await app.until_shown("disabled at OpenRouter, so it can't be used.")
        await find(app, "show-request")
        await app.pilot.press("enter", "escape")
        await app.until(lambda: not isinstance(app.app.screen, PresetPane))
        await app.send("Hi")
        assert app.chat.path[-1].status == "complete"


async def test_what_a_request_with_a_preset_of_the_account_comes_to_is_shown(echo: Starter) -> None:
    """Beside a model of the chat's own, the preset's doesn't count."""
    async with echo.run(size=(140, 50)) as app:
        app.chat.change(parameters={"temperature": 0.9})
        await open_presets(app)
        await find(app, "careful-writer")
        await app.until_shown('-   "model": "demo/echo",', '-   "temperature": 0.9,', '+   "temperature": 0.3,')
        for _ in ("beside the model", "as its ending"):
            await app.pilot.press("alt+w")
            await app.until(lambda: '-   "model"' not in app.text())
            await app.until_shown('"model": "demo/echo",', '-   "temperature": 0.9,', '"temperature": 0.3')


async def test_this_chat_is_saved_as_a_preset_of_the_account(echo: Starter) -> None:
    async with echo.run(size=SMALL) as app:
        app.chat.change(parameters={"temperature": 0.4}, user="me")
        await open_presets(app)
        await play(app, "alt+o", "=Not A Slug", "enter")
        await app.until_shown("Save at OpenRouter as  Not A Slug")
        await play(app, "ctrl+u", "=of-this-chat", "enter")
        await app.until_shown("Saved at OpenRouter as @of-this-chat. It did not keep: user.", "temp 0.4")


async def test_what_the_account_does_not_tell_is_said(echo: Starter) -> None:
    async with echo.run(size=SMALL, key=LIMITED_KEY) as app:
        await open_presets(app)
        await play(app, "alt+o", "=mine", "enter")
        await app.until_shown("This key may not save presets.", "Save at OpenRouter as  mine")
    with running(OTHER_SERVERS["Ollama"]) as there:
        async with echo.run(size=(120, 40), base_url=there.base_url) as app:
            await open_presets(app)
            await app.until_shown("careful", "This server has no presets of its own.")


async def test_a_broken_or_hostile_file_is_told_and_harms_nothing(echo: Starter) -> None:
    folder = echo.library.presets.folder
    (folder / "broken.toml").write_text("temperature = ", "utf-8")
    (folder / "greedy.toml").write_text(
        'system = "[/foo]\\u001b[2J"\nbase_url = "http://evil"\n[timeouts]\nidle = 1\n[parameters]\ntemperature = 3\n',
        "utf-8",
    )
    async with echo.run(size=(120, 40)) as app:
        await open_presets(app)
        await find(app, "broken")
        await app.until_shown("this file can't be used", "is not TOML")
        await find(app, "greedy")
        await app.until_shown("base_url", "timeouts", "temperature")
        assert "\x1b" not in app.text()
        await app.pilot.press("enter", "escape")
        body = await received(app)
        assert body.keys() == {"model", "messages", "stream", "stream_options"}
        assert body["messages"][0] == {"role": "system", "content": "[/foo]\x1b[2J"}


async def test_a_preset_is_completed_and_used_by_its_command(echo: Starter) -> None:
    async with echo.run(size=SMALL) as app:
        await app.type("/preset ")
        await app.until_shown("/preset careful", "/preset cheap", "/preset save")
        await app.type("ca", "enter")
        await app.until_shown("preset careful")
        assert app.chat.settings["reasoning"] == {"effort": "high"}
        await app.type("/preset delete ch", "tab", "enter")
        await app.until(lambda: echo.library.presets.names() == ["careful"])
        await app.type("/undo", "enter")
        await app.until(lambda: echo.library.presets.names() == ["careful", "cheap"])


async def test_tab_goes_to_the_list_and_back(echo: Starter) -> None:
    async with echo.run(size=SMALL) as app:
        pane = await open_presets(app)
        await app.pilot.press("tab")
        assert pane.rows.has_focus
        await app.pilot.press("shift+tab")
        assert pane.search.has_focus


async def test_a_server_that_never_answers_holds_nothing_up(starter: Starter) -> None:
    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()  # until the other end goes away
        writer.close()

    silent = await asyncio.start_server(listen, "127.0.0.1")
    async with silent, starter.run(base_url=f"http://127.0.0.1:{silent.sockets[0].getsockname()[1]}/api/v1") as app:
        await app.type("/presets", "enter")
        await app.until(lambda: isinstance(app.app.screen, PresetPane))
        await app.pilot.press("alt+o")
        await app.type("mine", "enter")
        await app.until_shown("Saving it at OpenRouter")
        await app.pilot.press("escape", "escape")
        await app.until(lambda: app.app.screen is app.screen)
