"""The model picker, key by key: what it finds, and what its keys do."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from textual.events import Key
from textual.screen import Screen

from chat_tui.demo.catalogue import models
from chat_tui.screens.chat import ChatScreen
from chat_tui.screens.endpoints import EndpointsScreen
from chat_tui.screens.help import HelpScreen
from chat_tui.screens.model_keys import FILTERS
from chat_tui.screens.models import ModelPicker
from tests.app.conftest import Running, Starter
from tests.app.picker import KEY, closed, highlighted, open_picker, received, search
from tests.models.listing_server import ListingServer, listing_server
from tests.models.real import COUNT, real_models


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
    (["f1", "escape", "enter"], ModelPicker, "demo/markdown"),
    (["f1", "f1", "f1", "f1"], ModelPicker, "demo/markdown"),
    (["alt+p", "escape", "enter"], ModelPicker, "demo/markdown"),
    (["tab", "p"], EndpointsScreen, "demo/markdown"),
)


@pytest.mark.parametrize(("keys", "top", "model"), BURSTS, ids=[" ".join(keys[-3:]) for keys, _, _ in BURSTS])
async def test_a_key_that_comes_too_late_ends_no_other_screen(
    starter: Starter, keys: list[str], top: type[Screen[Any]], model: str
) -> None:
    async with starter.run() as app:
        await open_picker(app)
        for key in keys:
            app.app.post_message(Key(key, key if len(key) == 1 else None))
        await app.pilot.press("ctrl+home")  # when this one has acted, so have they
        await app.until(lambda: isinstance(app.app.screen, top))
        assert app.chat.model == model
        while not isinstance(app.app.screen, ChatScreen):
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
