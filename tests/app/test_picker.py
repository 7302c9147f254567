"""The model picker, key by key: what it finds, keeps and changes, and what the server then gets."""

from __future__ import annotations

import json
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from rich.cells import cell_len
from textual.events import Key
from textual.screen import Screen

from chat_tui.conversation.ids import new_id
from chat_tui.conversation.values import FilePart, Message, TextPart
from chat_tui.demo.catalogue import models
from chat_tui.engine.catalogue_files import CatalogueFiles
from chat_tui.screens.chat import ChatScreen
from chat_tui.screens.endpoints import EndpointsScreen
from chat_tui.screens.help import HelpScreen
from chat_tui.screens.model_keys import FILTERS
from chat_tui.screens.models import ModelPicker
from tests.app.conftest import Running, Starter
from tests.models.listing_server import ListingServer, listing_server
from tests.models.real import COUNT, real_models

KEY = "sk-or-v1-test"


async def open_picker(app: Running) -> ModelPicker:
    """Press the key, and wait until the models are there."""
    await app.pilot.press("ctrl+o")
    await app.until(lambda: isinstance(app.app.screen, ModelPicker) and app.app.screen.table.count)
    assert isinstance(app.app.screen, ModelPicker)
    return app.app.screen


async def search(app: Running, text: str) -> None:
    """Have `text` in the search; to type it key by key would only take longer."""
    picker = app.app.screen
    assert isinstance(picker, ModelPicker)
    picker.search.value = text
    picker.search.cursor_position = len(text)
    await app.pilot.pause()


async def closed(app: Running) -> None:
    """Wait until the chat is on top again."""
    await app.until(lambda: not isinstance(app.app.screen, ModelPicker))


async def received(app: Running) -> dict[str, Any]:
    """Send a prompt and return the request as the server got it."""
    await app.send("Hi")
    text = app.chat.path[-1].text
    body: dict[str, Any] = json.loads(text.partition("```json\n")[2].partition("\n```")[0])
    return body


def highlighted(picker: ModelPicker) -> str:
    """Return the id of the highlighted model."""
    model = picker.table.highlighted
    assert model is not None
    return model.id


@pytest.fixture
def real(starter: Starter) -> Any:
    """Run the application on a server with the 371 models."""

    @asynccontextmanager
    async def run(size: tuple[int, int] = (120, 40)) -> AsyncIterator[tuple[Running, ListingServer]]:
        with listing_server() as server:
            async with starter.run(size=size, base_url=server.base_url, key=KEY) as app:
                yield app, server

    return run


async def test_switching_takes_two_keys_and_what_is_searched_for(real: Any) -> None:
    async with real() as (app, _):
        await open_picker(app)
        keys = ["ctrl+o", *"sonnet-4.5", "enter"]
        await app.pilot.press(*keys[1:])
        await app.until(lambda: app.chat.model == "anthropic/claude-sonnet-4.5")
        assert len(keys) - len("sonnet-4.5") <= 3


async def test_what_is_typed_in_one_burst_counts_in_its_order(real: Any) -> None:
    async with real() as (app, _):
        await open_picker(app)
        for key in (*"sonnett", "backspace", "minus", "4", "full_stop", "5", "down", "up", "enter"):
            app.app.post_message(Key(key, {"minus": "-", "full_stop": "."}.get(key, key if len(key) == 1 else None)))
        await app.until(lambda: app.chat.model == "anthropic/claude-sonnet-4.5")


async def test_favourites_come_first_with_their_digits_and_stay(starter: Starter) -> None:
    async with starter.run() as app:
        picker = await open_picker(app)
        for model in ("demo/echo", "demo/fast", "demo/slow"):
            await search(app, model)
            await app.pilot.press("alt+s")
        await search(app, "")
        await app.until_shown("favourites", "1 demo/echo", "2 demo/fast", "3 demo/slow")
        await app.pilot.press("ctrl+home", "alt+down", "down", "alt+s")
        await app.until_shown("1 demo/fast", "2 demo/echo")
        assert "3 demo/slow" not in app.text()
        assert highlighted(picker) != "demo/echo"
        await app.pilot.press("escape", "ctrl+o", "2")
        await app.until(lambda: app.chat.model == "demo/echo")
        await app.pilot.press(*"/1", "enter")
        await app.until(lambda: app.chat.model == "demo/fast")
        await app.pilot.press(*"/9", "enter")
        await app.until_shown("There is no favourite 9")
    async with starter.run() as app:
        await open_picker(app)
        await app.until_shown("1 demo/fast", "2 demo/echo")
        await search(app, "gpt-2")
        await app.pilot.press("1")
        assert isinstance(app.app.screen, ModelPicker)
        assert app.app.screen.search.value == "gpt-21"  # a digit in a search is one


async def test_a_favourite_that_is_no_longer_listed_stays(starter: Starter) -> None:
    with listing_server() as server:
        async with starter.run(base_url=server.base_url, key=KEY) as app:
            await open_picker(app)
            await search(app, "openai/gpt-5.5")
            await app.pilot.press("alt+s", "escape")
            server.body = json.dumps({"data": [one for one in real_models() if one["id"] != "openai/gpt-5.5"]})
            await app.pilot.pause()
            engine = await app.app.session()
            await engine.catalogue.refresh()
            await open_picker(app)
            await app.until_shown("1 openai/gpt-5.5", "no longer listed")
            await app.pilot.press("1")
            await app.until(lambda: app.chat.model == "openai/gpt-5.5")


async def test_each_filter_has_a_key_that_puts_it_in_and_takes_it_out(real: Any) -> None:
    async with real() as (app, _):
        picker = await open_picker(app)
        for place, key in enumerate(FILTERS):
            # Anywhere with Alt; in the list the letter is enough.
            pressed = f"alt+{key.letter}" if place % 2 else key.letter
            (picker.search if place % 2 else picker.table).focus()
            await app.pilot.press(pressed)
            assert picker.search.value.strip() == key.filter
            await app.pilot.press(pressed)
            assert picker.search.value.strip() == ""
        await app.pilot.press("slash", *"claude -", "backspace", "alt+i", "alt+t")
        assert picker.search.value == "claude in:image tools "
        wanted = [
            model
            for model in real_models()
            if "image" in model["architecture"]["input_modalities"] and "tools" in model["supported_parameters"]
        ]
        count = sum("claude" in model["id"] for model in wanted)
        await app.until_shown(f"{count} of {COUNT}")


async def test_the_order_goes_through_the_columns_and_turns(real: Any) -> None:
    async with real() as (app, _):
        picker = await open_picker(app)
        for name, heading in (
            ("in", "↑in $/M"),
            ("out", "↑out $/M"),
            ("ctx", "↓ctx"),
            ("max", "↓max"),
            ("new", "↓age"),
        ):
            await app.pilot.press("alt+o")
            assert picker.search.value == f"sort:{name}"
            await app.until_shown(heading)
        newest = max(real_models(), key=lambda model: int(model["created"]))
        assert highlighted(picker) == newest["id"]
        await app.pilot.press("alt+u")
        await app.until_shown("↑age")
        oldest = min(real_models(), key=lambda model: int(model["created"]))
        assert highlighted(picker) == oldest["id"]
        await app.pilot.press("alt+o", "alt+o")
        assert picker.search.value == ""
        row, line = next(
            (row, line) for row, line in enumerate(app.text().split("\n")) if "max" in line and "ctx" in line
        )
        await app.pilot.click(offset=(line.index("ctx") + 1, row))
        assert picker.search.value == "sort:ctx"


async def test_tab_takes_what_completes_the_search_else_goes_on(real: Any) -> None:
    async with real() as (app, _):
        picker = await open_picker(app)
        await search(app, "reas")
        await app.until_shown("Tab reasoning", "thinks before it answers")
        await app.pilot.press("tab", *"author:goo", "tab")
        assert picker.search.value == "reasoning author:google "
        assert picker.search.has_focus
        await search(app, "gemini ctx>lots ")
        await app.until_shown("“lots” is no number")
        await app.pilot.press("tab")
        assert picker.table.has_focus
        await app.pilot.press("tab", "pagedown")
        assert picker.details.has_focus
        assert picker.details.scroll_offset.y > 0
        await app.pilot.press("shift+tab", "slash", "ctrl+u", *"xyzzyxyzzy ")
        await app.until_shown("Nothing matches.", f"0 of {COUNT}")


VARIANTS: list[tuple[str, list[str], str]] = [
    ("demo/echo", ["alt+v"], "demo/echo:online"),
    ("demo/echo", ["alt+v", "alt+v", "alt+v"], "demo/echo:nitro"),
    ("demo/echo", ["alt+v"] * 5, "demo/echo"),
    ("demo/echo ", [*":ni", "tab"], "demo/echo:nitro"),
    ("demo/echo :online :floor", [], "demo/echo:online:floor"),
    ("demo/echo:nitro", [], "demo/echo:nitro"),
]


async def test_variants_are_switched_behind_the_model(starter: Starter) -> None:
    async with starter.run() as app:
        for text, keys, model in VARIANTS:
            await open_picker(app)
            await search(app, text)
            await app.pilot.press(*keys, "enter")
            await closed(app)
            assert (await received(app))["model"] == model
            await app.pilot.press("ctrl+n")
            await app.until(lambda: not app.chat.path)


async def test_models_that_are_tried_later_are_listed_moved_and_sent(starter: Starter) -> None:
    async with starter.run() as app:
        await open_picker(app)
        for model in ("demo/fast", "demo/slow", "demo/markdown"):
            await search(app, model)
            await app.pilot.press("alt+a")
        await app.until_shown("when it can't answer  1 demo/fast  2 demo/slow  3 demo/markdown")
        await search(app, "demo/slow")
        await app.pilot.press("alt+left")
        await search(app, "demo/markdown")
        await app.pilot.press("alt+a")
        await search(app, "demo/echo")
        await app.pilot.press("enter")
        await closed(app)
        body = await received(app)
        assert (body["model"], body["models"]) == ("demo/echo", ["demo/slow", "demo/fast"])
        await open_picker(app)
        for model in ("demo/slow", "demo/fast"):
            await search(app, model)
            await app.pilot.press("alt+a")
        await app.until(lambda: "when it can't answer" not in app.text())
        await app.pilot.press("escape")
        await closed(app)
        assert "models" not in await received(app)


@pytest.mark.parametrize("below", [{"models": ["demo/slow"]}, {"local_preset": "careful"}], ids=["default", "preset"])
async def test_models_that_all_chats_try_later_are_taken_back_for_one(starter: Starter, below: dict[str, Any]) -> None:
    starter.library.presets.write("careful", {"models": ["demo/slow"]})
    starter.library.defaults = {**starter.library.defaults, **below}
    async with starter.run() as app:
        await open_picker(app)
        await app.until_shown("when it can't answer  1 demo/slow")
        await search(app, "demo/slow")
        await app.pilot.press("alt+a")
        await app.until(lambda: "when it can't answer" not in app.text())
        await search(app, "demo/echo")
        await app.pilot.press("enter")
        await closed(app)
        assert "models" not in await received(app)


async def test_a_model_becomes_that_of_new_chats_and_the_file_keeps_the_rest(starter: Starter) -> None:
    file = starter.library.paths.settings
    file.parent.mkdir(parents=True)
    file.write_text("# mine\ntheme = 'ink' # best\n")
    async with starter.run() as app:
        await open_picker(app)
        await search(app, "demo/fast")
        await app.pilot.press("alt+m")
        await app.until_shown("New chats begin with demo/fast.")
        assert file.read_text() == "# mine\ntheme = 'ink' # best\nmodel = \"demo/fast\"\n"
        await app.pilot.press("escape")
        await app.send("Hello")
        await app.pilot.press("ctrl+n")
        await app.until(lambda: app.chat.model == "demo/fast")
        file.write_text("model = [")
        await open_picker(app)
        await app.pilot.press("alt+m")
        await app.until_shown("config.toml could not be changed")
        assert file.read_text() == "model = ["
        file.unlink()
        file.mkdir()
        await app.pilot.press("alt+m")
        await app.until_shown("directory.")  # the sentence is wrapped where the path is long
        assert "Errno" not in app.text()


TYPED = {
    "@preset/mine": "the preset “mine” of your account",
    "~openai/gpt-latest": "always the newest model of that family",
    "openai/gpt-9": "not in this server",
    "openai/gpt-5.5:nitro:online": "the fastest provider comes first",
    "openai/gpt-5.5@preset/mine": "with the preset “mine”",
}


async def test_an_id_that_is_not_listed_is_explained_and_used_as_typed(starter: Starter) -> None:
    async with starter.run() as app:
        for typed, meaning in TYPED.items():
            await open_picker(app)
            await search(app, typed)
            await app.until_shown(meaning)
            await app.pilot.press("ctrl+end" if typed == "openai/gpt-9" else "ctrl+home", "enter")
            await closed(app)
            assert app.chat.model == typed


async def test_models_that_cannot_take_the_chat_say_why(starter: Starter) -> None:
    chat = starter.library.begin()
    picture = FilePart("0" * 64, "image/png", "map.png", 10)
    long_text = TextPart("word " * 200_000)
    prompt = Message(new_id(), None, "user", (picture, long_text), datetime.now(UTC))
    reply = Message(new_id(), prompt.id, "assistant", (TextPart("Yes."),), datetime.now(UTC))
    chat.save()
    chat.put(prompt)
    chat.put(reply)
    async with starter.run(chat) as app:
        await app.until(lambda: len(app.chat.path) == 2)
        await open_picker(app)
        await search(app, "deepseek/deepseek-v3.2 ")
        await app.until_shown("takes no images", "This model takes no images.")
        await app.pilot.press("ctrl+u")
        await search(app, "anthropic/claude-haiku-4.5 ")
        await app.until_shown("holds 200,000 tokens; this chat has ≈ 250,")
        await app.pilot.press("ctrl+u", "ctrl+end")  # without a search they come last
        await app.until_shown("holds 131,072 tokens")


BROKEN = (
    b"<!DOCTYPE html><html><body>Sign in to the hotel's network</body></html>",
    b"",
    b'{"data": []}',
    b'{"data": [{"id": "a/b", "na',
    b"null",
)


async def test_what_was_known_stays_when_the_list_breaks(starter: Starter) -> None:
    with listing_server() as server:
        files = CatalogueFiles(starter.library.paths.cache, server.base_url.removesuffix("/api/v1"), server.base_url)
        known = json.dumps({"data": [{"id": "a/first"}, {"id": "a/second", "context_length": 8192}]})
        files.write_models(known, datetime.now(UTC) - timedelta(hours=3))
        server.body = b""
        async with starter.run(base_url=server.base_url, key=KEY) as app:
            picker = await open_picker(app)
            catalogue = (await app.app.session()).catalogue
            for body in BROKEN:
                server.body = body
                await catalogue.refresh()
                await app.until(lambda: picker.problem.display)
                await app.until_shown("a/second", "as of 3 hours ago", "127.0.0.1")
            await app.pilot.press(*"sec", "enter")
            await app.until(lambda: app.chat.model == "a/second")


async def test_without_any_list_an_id_can_still_be_typed(starter: Starter) -> None:
    async with starter.run(size=(80, 24), base_url="http://127.0.0.1:9/api/v1", key=KEY) as app:
        await app.pilot.press("ctrl+o")
        await app.until_shown("127.0.0.1:9")
        await search(app, "some/model")
        await app.pilot.press("enter")
        await app.until(lambda: app.chat.model == "some/model")


NULL: dict[str, Any] = dict.fromkeys(real_models()[0])
HOSTILE = [
    {**NULL, "id": "a/null"},
    {"id": "a/\x1b]52;c;eA==\x07[/foo] [bold]x\nsecond row", "name": "\x1b[2J[/bar]", "description": "[/baz]\x9b2J"},
    {"id": "a/" + "wide漢字" * 50, "name": "n" * 5_000, "description": "d" * 50_000, "unknown": {"deep": [1]}},
    {"id": "a/odd", "context_length": 10**30, "pricing": {"prompt": "NaN", "completion": "1e-400"}, "created": 10**20},
    {"id": "a/expired", "expiration_date": "2020-01-01", "created": 1_700_000_000},
]


async def test_hostile_lists_are_shown_and_do_nothing(starter: Starter) -> None:
    body = json.dumps({"data": [*HOSTILE, *({"id": f"b/{place}"} for place in range(2_000))]})
    with listing_server(body) as server:
        async with starter.run(base_url=server.base_url, key=KEY) as app:
            picker = await open_picker(app)
            for size in ((120, 40), (170, 24), (80, 24), (40, 12), (10, 5)):
                await app.pilot.resize_terminal(*size)
                await app.pilot.press("ctrl+home", "alt+d")
                for _ in range(len(HOSTILE) + 2):
                    await app.pilot.press("down")
                    shown = app.text()
                    assert not any(ord(one) < 32 or 127 <= ord(one) < 160 for one in shown.replace("\n", ""))
                    assert max(map(cell_len, shown.split("\n"))) <= size[0]
            await app.pilot.press("ctrl+end")
            assert highlighted(picker) == "b/1999"
            await search(app, "expired ")
            await app.pilot.press("alt+o", "alt+u", "alt+v", "alt+a")
            assert highlighted(picker) == "a/expired"


async def test_a_refresh_moves_neither_the_highlight_nor_what_is_typed(starter: Starter) -> None:
    listed = [{"id": f"a/{place:03}"} for place in range(200)]
    with listing_server(json.dumps({"data": listed})) as server:
        async with starter.run(base_url=server.base_url, key=KEY) as app:
            picker = await open_picker(app)
            await app.pilot.press(*"a/1 ", "pagedown", "down")
            before = highlighted(picker)
            row = next(row for row, line in enumerate(app.text().split("\n")) if f"▎  {before}" in line)
            server.body = json.dumps({"data": [{"id": f"a/0100{place}"} for place in range(9)] + listed[1:]})
            await (await app.app.session()).catalogue.refresh()
            await app.until(lambda: "208 of 208" not in app.text() and "of 208" in app.text())
            assert highlighted(picker) == before
            assert picker.search.value == "a/1 "
            assert f"▎  {before}" in app.text().split("\n")[row]


async def test_what_the_server_is_asked_for_is_said(real: Any) -> None:
    async with real() as (app, server):
        await open_picker(app)
        server.only = {"zdr=true": ["openai/gpt-5.5", "x-ai/grok-4.3"]}
        await app.pilot.press("alt+z")
        await app.until_shown(f"2 of {COUNT}", "openai/gpt-5.5", "x-ai/grok-4.3")
        await app.pilot.press("ctrl+u", *"provider:groq ")
        await app.until_shown("can't tell which models")


async def test_the_providers_of_a_model_are_one_key_away(starter: Starter) -> None:
    async with starter.run() as app:
        await open_picker(app)
        await search(app, "demo/echo")
        await app.pilot.press("alt+p")
        await app.until(lambda: isinstance(app.app.screen, EndpointsScreen))
        await app.until_shown("Providers of demo/echo", "providers, asked")
        await app.pilot.press("space", "enter")
        await app.until(lambda: isinstance(app.app.screen, ModelPicker))
        await app.pilot.press("enter")
        await closed(app)
        assert (await received(app))["provider"] == {"only": ["demo"]}


BURSTS = (
    # keys that come in one go, what is on top then, and the model then
    (["escape", "escape"], ChatScreen, "demo/markdown"),
    (["ctrl+o", "ctrl+o", "ctrl+o"], ChatScreen, "demo/markdown"),
    ([*"demo/echo", "enter", "enter"], ChatScreen, "demo/echo"),
    (["f1", "escape", "enter"], HelpScreen, "demo/markdown"),
    (["alt+p", "escape", "enter"], EndpointsScreen, "demo/markdown"),
)


@pytest.mark.parametrize(("keys", "top", "model"), BURSTS, ids=[" ".join(keys[-3:]) for keys, _, _ in BURSTS])
async def test_a_key_that_comes_too_late_ends_no_other_screen(
    starter: Starter, keys: list[str], top: type[Screen[Any]], model: str
) -> None:
    async with starter.run() as app:
        picker = await open_picker(app)
        for key in keys:
            app.app.post_message(Key(key, key if len(key) == 1 else None))
        await app.until(lambda: app.app.screen is not picker)
        await app.pilot.pause()
        assert isinstance(app.app.screen, top)
        assert app.chat.model == model
        if top is not ChatScreen:
            await app.pilot.press("escape")
            assert app.app.screen is picker
            await app.pilot.press("escape")
        await app.pilot.press(*"more")
        assert app.screen.composer.text == "more"


QUOTED: tuple[tuple[str, list[str], str, tuple[str, ...]], ...] = (
    # typed, then keys, then the search and what is found
    ('"claude sonnet"', [], '"claude sonnet"', ("of 371", "anthropic/claude-sonnet-4.5")),
    ('"sonnet', ["alt+o"], '"sonnet" sort:in', ("↑in", "anthropic/claude-sonnet-4.5")),
    ('"sonnet', ["alt+t", "alt+t"], '"sonnet" ', ("anthropic/claude-sonnet-4.5",)),
    ("sonnet :fast", [], "sonnet :fast", ("There is no variant “:fast”.",)),
)


async def test_quotations_are_looked_for_and_take_no_filter_in(real: Any) -> None:
    async with real() as (app, _):
        picker = await open_picker(app)
        for typed, keys, text, shown in QUOTED:
            await search(app, typed)
            await app.pilot.press(*keys)
            assert picker.search.value == text
            await app.until_shown(*shown)
            assert "ai21/jamba" not in app.text()


async def test_a_word_is_no_model_before_the_server_has_said_what_it_has(starter: Starter) -> None:
    with listing_server() as server:
        answers = threading.Event()
        server.before = answers.wait
        async with starter.run(base_url=server.base_url, key=KEY) as app:
            await app.pilot.press("ctrl+o", *"sonnet-4.5", "enter")
            assert isinstance(app.app.screen, ModelPicker)
            answers.set()
            await app.until_shown("anthropic/claude-sonnet-4.5")
            await app.pilot.press("enter")
            await app.until(lambda: app.chat.model == "anthropic/claude-sonnet-4.5")


async def test_help_and_the_key_that_opened_it_close_nothing_else(starter: Starter) -> None:
    async with starter.run() as app:
        await open_picker(app)
        await app.pilot.press("f1")
        await app.until(lambda: isinstance(app.app.screen, HelpScreen))
        await app.pilot.press("escape")
        await app.until(lambda: isinstance(app.app.screen, ModelPicker))
        await app.pilot.press("ctrl+o")
        await closed(app)
        assert app.chat.model == "demo/markdown"
        assert len(models()) > 50
