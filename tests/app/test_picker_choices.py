"""What is chosen in the model picker: favourites, variants, fallbacks, the default, ids that are typed."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from chat_tui.conversation.ids import new_id
from chat_tui.conversation.values import FilePart, Message, TextPart
from chat_tui.screens.models import ModelPicker
from tests.app.conftest import Starter
from tests.app.picker import KEY, closed, highlighted, open_picker, received, search
from tests.models.listing_server import listing_server
from tests.models.real import real_models


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
        await app.until_shown("changed")  # the sentence is wrapped where the path is long
        assert file.read_text() == "model = ["
        file.unlink()
        file.mkdir()
        await app.pilot.press("alt+m")
        await app.until_shown("directory.")
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
        await app.until_shown("holds 200,000 tokens; this chat has ≈ 2")
        await app.pilot.press("ctrl+u", "ctrl+end")  # without a search they come last
        await app.until_shown("holds 131,072 tokens")
