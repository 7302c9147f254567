"""The model picker on lists that break, lie, come late or change."""

from __future__ import annotations

import json
import threading
from datetime import UTC, datetime, timedelta
from typing import Any

from rich.cells import cell_len

from chat_tui.engine.catalogue_files import CatalogueFiles
from chat_tui.screens.models import ModelPicker
from tests.app.conftest import Starter
from tests.app.picker import KEY, highlighted, open_picker, search
from tests.models.listing_server import listing_server
from tests.models.real import real_models

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
