"""The settings pane, key by key: each kind of control, and what the server then gets."""

from __future__ import annotations

import json
import tomllib
from functools import partial
from typing import Any

import pytest
from textual import events

from chat_tui.config.settings import Layer, merged
from chat_tui.demo.server import DEMO_KEY
from chat_tui.screens.models import ModelPicker
from chat_tui.screens.settings import SettingsPane
from tests.app.conftest import Running, Starter
from tests.other_servers import OTHER_SERVERS, running

SMALL = (80, 24)


async def open_settings(app: Running) -> SettingsPane:
    """Press the key, and wait until the settings are there."""
    await app.pilot.press("ctrl+t")
    await app.until(lambda: isinstance(app.app.screen, SettingsPane) and app.app.screen.rows.count)
    assert isinstance(app.app.screen, SettingsPane)
    return app.app.screen


async def find(app: Running, text: str) -> None:
    """Search for a setting, in the place of what was searched for before."""
    await app.pilot.press("ctrl+u")
    await app.type(text)


async def play(app: Running, *steps: str) -> None:
    """Press keys; a step that begins with = is typed."""
    for step in steps:
        if step.startswith("="):
            await app.type(step[1:])
        else:
            await app.pilot.press(step)


async def received(app: Running) -> dict[str, Any]:
    """Send a prompt and return the request as the server got it."""
    await app.send("Hi")
    text = app.chat.path[-1].text
    body: dict[str, Any] = json.loads(text.partition("```json\n")[2].partition("\n```")[0])
    return body


@pytest.fixture
def echo(starter: Starter) -> Starter:
    """The application, whose new chats ask the model that answers with the request."""
    starter.library.defaults = merged(starter.library.defaults, {"model": "demo/echo"})
    return starter


CONTROLS: list[tuple[str, list[str], dict[str, Any]]] = [
    ("zdr", ["enter"], {"provider": {"zdr": True}}),
    ("web plugin enabled", ["tab", "space", "space", "/"], {"plugins": [{"id": "web", "enabled": False}]}),
    ("effort", ["enter", "=hi", "tab", "enter"], {"reasoning": {"effort": "high"}}),
    ("verbosity", ["alt+right", "alt+right"], {"verbosity": "medium"}),
    ("service tier", ["enter", "up", "up", "down", "enter"], {"service_tier": "ultrafast"}),
    ("temp", ["enter", "=0.2", "enter"], {"temperature": 0.2}),
    ("max-tokens", ["enter", "=2k", "enter"], {"max_tokens": 2000}),
    ("stop", ["enter", '="\\n", END', "enter"], {"stop": ["\n", "END"]}),
    ("quant", ["enter", "=fp8, bf", "tab", "enter"], {"provider": {"quantizations": ["fp8", "bf16"]}}),
    ("logit bias", ["enter", '={"50256": -100}', "enter"], {"logit_bias": {"50256": -100}}),
    ("metadata", ["enter", '={team = "docs"}', "enter"], {"metadata": {"team": "docs"}}),
    ("system prompt", ["enter", "=Be brief.", "ctrl+j", '="none"', "enter"],
     {"messages": [{"role": "system", "content": 'Be brief.\n"none"'}]}),
]  # fmt: skip


async def test_each_kind_of_control_reaches_the_server_and_nothing_else_does(echo: Starter) -> None:
    """What the pane shows as the request is what the server gets, beside the conversation."""
    async with echo.run(size=SMALL) as app:
        await open_settings(app)
        for searched, steps, _ in CONTROLS:
            await find(app, searched)
            await play(app, *steps)
            await app.until_shown("this chat")
        pane = app.app.screen
        assert isinstance(pane, SettingsPane)
        shown = pane.settings.request({}, pane.server).body
        await app.pilot.press("escape")
        body = await received(app)
        wanted: dict[str, Any] = {"model": "demo/echo"}
        for *_, part in CONTROLS:
            for name, value in part.items():
                wanted[name] = {**wanted[name], **value} if name == "provider" and name in wanted else value
        prompt = {"role": "user", "content": "Hi"}
        assert shown["messages"] == wanted["messages"] == body["messages"][:1]
        assert body["messages"][1:] == [prompt]
        usual = {"messages": body["messages"], "stream": True, "stream_options": {"include_usage": True}}
        assert {**shown, **usual} == {**wanted, **usual} == body


def _is_said(pane: SettingsPane, words: str) -> bool:
    return words in pane._fault


def _is_highlighted(pane: SettingsPane, name: str) -> bool:
    return pane._highlighted is not None and pane._highlighted.name == name


WRONG = [
    ("temp", "3", "above its most, 2"),
    ("temp", "NaN", "is no number that way"),
    ("seed", "1.5", "should be a whole number"),
    ("effort", "lo0w", "isn't one of"),
    ("max-price-in", "abc", "is no number that way"),
    ("max-price-in", "-1", "below its least"),
    ("logit bias", "{", "is neither JSON nor TOML"),
]


async def test_what_is_wrong_is_said_at_once_and_stays_typed(echo: Starter) -> None:
    async with echo.run(size=SMALL) as app:
        pane = await open_settings(app)
        for searched, typed, said in WRONG:
            await find(app, searched)
            await play(app, "enter", f"={typed}")
            await app.until(partial(_is_said, pane, said))
            await app.pilot.press("enter", "alt+m")
            assert pane.editor.text == typed
            assert said.split()[0] in app.text()
            await app.pilot.press("escape")
            assert not pane.editor.is_open
        await app.pilot.press("escape")
        assert (await received(app)).keys() == {"model", "messages", "stream", "stream_options"}
        assert not echo.library.paths.settings.exists()


async def test_layers_defaults_and_undo(echo: Starter) -> None:
    """Each step says what the row of the temperature shows then: its value, and the layer that it is from."""
    config = echo.library.paths.settings
    steps: list[tuple[list[str], list[str]]] = [
        (["enter", "=0.2", "enter"], ["0.2", "this chat"]),
        (["tab", "m", "r", "slash"], ["0.2", "config.toml"]),
        (["enter", "=1", "enter"], ["1", "this chat"]),
        (["alt+n"], ["not sent", "this chat"]),
        (["alt+u"], ["1", "this chat"]),
        (["alt+z"], ["0.2", "config.toml"]),
        (["alt+e"], ["1", "this chat"]),
        (["alt+u", "enter", "delete", "enter"], ["0.2", "config.toml"]),
        (["enter", "=0.5", "alt+m"], ["0.5", "config.toml"]),
        (["alt+u"], ["0.2", "config.toml"]),
        (["alt+m"], ["–"]),
        (["alt+u"], ["0.2", "config.toml"]),
    ]
    async with echo.run(size=SMALL) as app:
        pane = await open_settings(app)
        await find(app, "temp")
        for keys, row in steps:
            await play(app, *keys)
            await app.pilot.pause()
            shown = next(line for line in app.text().splitlines() if "Temperature  " in line)
            assert shown.replace("▎", "").replace("●", "").split("Temperature")[1].split() == " ".join(row).split(), (
                keys
            )
        assert tomllib.loads(config.read_text("utf-8"))["parameters"] == {"temperature": 0.2}
        await app.pilot.press("escape")
        assert pane.settings.chat.metadata.settings == {}
        assert (await received(app))["temperature"] == 0.2


SEARCHES = {
    "temp": "parameters.temperature",
    "reasoning effort": "reasoning.effort",
    "throughput": "provider.preferred_min_throughput",
    "zero data": "provider.zdr",
    "maxtok": "parameters.max_tokens",
    "likeliest words that together": "parameters.top_p",
    "pseudonym": "user",
    "shorter": "system",
    "creative": "parameters.temperature",
    "privacy": "provider.data_collection",
    "fastest": "provider.sort",
    "x-anthropic-beta": "headers.x-anthropic-beta",
}


async def test_search_finds_by_name_label_command_and_help(echo: Starter) -> None:
    async with echo.run(size=SMALL) as app:
        pane = await open_settings(app)
        for typed, name in SEARCHES.items():
            await find(app, typed)
            await app.until(partial(_is_highlighted, pane, name))
        await find(app, "no such thing at all")
        await app.until_shown("Nothing matches.", "0 of ")
        await app.pilot.press("enter", "alt+r", "alt+m", "alt+n", "alt+right", "ctrl+u", "alt+c")
        await app.until_shown("● Model" if pane.chat.metadata.settings else "demo/echo", "1 of ")


async def test_what_is_typed_ahead_of_the_screen_goes_where_it_belongs(echo: Starter) -> None:
    async with echo.run(size=SMALL) as app:
        pane = await open_settings(app)
        for character in "seed\r42\r":
            key = "enter" if character == "\r" else character
            app.app.post_message(events.Key(key, character))
        await app.until(lambda: pane.chat.settings.get("parameters") == {"seed": 42})
        await app.until_shown("Seed: 42 in this chat.")


async def test_what_the_model_has_no_use_for_is_marked_with_the_reason(starter: Starter) -> None:
    async with starter.run(size=SMALL) as app:
        app.screen.command_choose_model("anthropic/claude-sonnet-4.6")
        await open_settings(app)
        await find(app, "seed")
        await app.until_shown("anthropic/claude-sonnet-4.6 doesn't heed seed.")
        assert "not with this model" not in app.text()  # nobody sets it
        await play(app, "enter", "=7", "enter")
        await app.until_shown("● Seed", "7  not with this model")
        await find(app, "model")
        await app.pilot.press("enter")
        await app.until(lambda: isinstance(app.app.screen, ModelPicker) and app.app.screen.table.count)
        await app.type("demo/echo", "enter")
        await app.until_shown("This chat uses demo/echo now.")
        await find(app, "seed")
        await app.until(lambda: "heed" not in app.text())
        await find(app, "model")
        await app.pilot.press("enter")
        await app.until(lambda: isinstance(app.app.screen, ModelPicker) and app.app.screen.table.count)
        await app.type("demo/slow", "alt+a", "escape")
        await find(app, "fallback")
        await app.until_shown("● Fallback models")


async def test_the_json_shows_what_is_typed_before_it_is_kept(echo: Starter) -> None:
    async with echo.run(size=SMALL) as app:
        await open_settings(app)
        await app.pilot.press("alt+j")
        await app.until_shown('"model": "demo/echo"')
        await find(app, "top-p")
        await play(app, "enter", "=0.9")
        await app.until_shown('"top_p": 0.9')
        await app.pilot.press("escape")
        await app.until(lambda: "top_p" not in app.text())
        await app.pilot.press("alt+j", "alt+d", "alt+d")
        await app.until_shown("Only the likeliest words")


async def test_the_headers_that_go_along_stand_below_the_json_without_the_key(echo: Starter) -> None:
    settings = {"headers": {"x-anthropic-beta": "some-beta"}, "attribution": {"title": "Mine [/b]"}}
    async with echo.run(size=(200, 60), settings=settings) as app:
        await open_settings(app)
        await app.until_shown(
            "with the messages of this conversation", "HTTP-Referer: ", "X-OpenRouter-Title: Mine [/b]",
            "x-anthropic-beta: some-beta", "Authorization: Bearer ••",
        )  # fmt: skip
        assert DEMO_KEY not in app.text()
        assert "X-OpenRouter-Metadata" not in app.text()
        await find(app, "provider order")
        await play(app, "enter", "=openai", "enter")
        await app.until_shown("X-OpenRouter-Metadata: enabled")


async def test_what_the_server_has_no_place_for_is_told_beside_the_json(starter: Starter) -> None:
    with running(OTHER_SERVERS["Ollama"]) as there:
        speaks = {"servers": {there.base_url.removesuffix("/v1"): {"speaks": "openai"}}}
        async with starter.run(size=(160, 40), base_url=there.base_url, settings=speaks) as app:
            await open_settings(app)
            await find(app, "zdr")
            await app.pilot.press("enter")
            await app.until_shown("This server has no place for: provider.", "Zero data retention: on in this chat.")


async def test_a_plugin_that_is_on_by_what_is_set_of_it_says_so(echo: Starter) -> None:
    async with echo.run(size=SMALL) as app:
        app.chat.change(plugins=[{"id": "web", "max_results": 3}])
        await open_settings(app)
        await find(app, "web plugin enabled")
        await app.until_shown("on, by what else is set of it")
        await play(app, "enter", "alt+r")
        await app.until_shown("on, by what else is set of it")
        await play(app, "tab", "space", "space")
        await app.until_shown("off")


async def test_a_paste_that_would_slow_down_every_key_is_refused(echo: Starter) -> None:
    async with echo.run(size=SMALL) as app:
        pane = await open_settings(app)
        await find(app, "system prompt")
        await play(app, "enter", "=Be ")
        app.app.post_message(events.Paste("x" * 40_000))
        await app.until_shown("40,000 characters are too many")
        app.app.post_message(events.Paste("brief."))
        await app.until(lambda: pane.editor.text == "Be brief.")


async def test_names_of_models_and_providers_are_completed(echo: Starter) -> None:
    async with echo.run(size=SMALL) as app:
        pane = await open_settings(app)
        await app.until(lambda: pane._entry)
        await find(app, "fallback models")
        await play(app, "enter", "=demo/mark", "tab", "=, demo/fas", "tab", "enter")
        await app.until(lambda: pane.chat.settings.get("models") == ["demo/markdown", "demo/fast"])
        await find(app, "provider order")
        await play(app, "enter", "=anth")
        await app.until_shown("Tab anthropic")
        await play(app, "tab", "=, nobody-known", "enter")
        await app.until(lambda: pane.chat.settings.get("provider") == {"order": ["anthropic", "nobody-known"]})
        await app.until_shown("unknown name", "No provider is known as “nobody-known”.")


HOSTILE: Layer = {"system": "\x1b]52;c;x\x07[/foo][red]", "user": "[/bold]\x1b[2J", "metadata": {"[/x]": "\x9b"}}


async def test_values_of_strangers_are_only_shown(echo: Starter) -> None:
    async with echo.run(size=(60, 20)) as app:
        app.chat.change(**HOSTILE)
        await open_settings(app)
        await app.pilot.press("alt+c", "alt+j")
        for setting in ("system", "user", "metadata"):
            await find(app, setting)
            await app.pilot.press("enter")
            await app.until(lambda: "\x1b" not in app.text() and "\x9b" not in app.text() and "[/" in app.text())
            await app.pilot.press("escape", "alt+d", "alt+d")
        await app.pilot.press("escape")
        assert app.chat.settings["user"] == HOSTILE["user"]


async def test_a_megabyte_in_the_search_is_cut(echo: Starter) -> None:
    async with echo.run() as app:
        pane = await open_settings(app)
        app.app.post_message(events.Paste("temp\n" * 200_000))
        await app.until(lambda: pane.search.value.startswith("temp temp "))
        assert len(pane.search.value) <= 1000
