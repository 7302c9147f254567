"""How the model picker looks, wide and narrow, dark and light, as a list and with what is known of a model.

After a change that is meant to be seen: look at the pictures in the report that a failure names, then keep them with
`python -m pytest tests/app/test_picker_snapshots.py --snapshot-update`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from textual.pilot import Pilot

from chat_tui.app import ChatApp, Launch
from chat_tui.config.server import Server
from chat_tui.config.settings import BUILT_IN, merged
from chat_tui.config.themes import read_theme, theme_files
from chat_tui.engine.library import Library
from chat_tui.engine.session import Session
from chat_tui.paths import Paths
from chat_tui.screens.models import ModelPicker
from tests.app.conftest import Running
from tests.models.listing_server import ListingServer, listing_server
from tests.models.real import real_models

SIZES = {"120x40": (120, 40), "80x24": (80, 24)}
MOMENT = datetime(2026, 11, 21, 10, 42, tzinfo=UTC)


async def opened(pilot: Pilot[None]) -> ModelPicker:
    """Open the picker, choose two favourites and one model to be tried later."""
    app = pilot.app
    assert isinstance(app, ChatApp)
    running = Running(app, pilot)
    running.screen.composer.cursor_blink = False
    await running.until(lambda: running.screen.transcript._markdown)
    await pilot.press("ctrl+o")
    await running.until(lambda: isinstance(app.screen, ModelPicker))
    picker = app.screen
    assert isinstance(picker, ModelPicker)
    picker.search.cursor_blink = False
    await running.until(lambda: picker.table.count and not picker._listing.refreshing)
    for model, key in (
        ("openai/gpt-5.4-mini", "alt+s"),
        ("google/gemini-2.5-flash", "alt+s"),
        ("x-ai/grok-4.3", "alt+a"),
    ):
        picker.search.value = model
        await pilot.pause()
        await pilot.press(key)
    picker.search.value = ""
    await pilot.pause()
    await pilot.press("ctrl+home")
    await (await app.session()).close()  # nobody leaves the application, which would
    await running.until(lambda: not picker._listing.refreshing)
    await pilot.pause()
    return picker


async def as_list(pilot: Pilot[None]) -> None:
    """Show the favourites and the models after them."""
    await opened(pilot)


async def with_details(pilot: Pilot[None]) -> None:
    """Search by words and filters, sorted, with a variant, and show what is known of what is found."""
    picker = await opened(pilot)
    picker.search.value = "claude in:image out<20 sort:out :nitro"
    picker.search.cursor_position = len(picker.search.value)
    if not picker.details.display:
        await pilot.press("alt+d")
    await pilot.pause()


@pytest.fixture(scope="module")
def server() -> Iterator[ListingServer]:
    """The real models; of the one that is highlighted more is told."""
    more = {
        "description": "Quick answers at a low price, with reasoning on request.",
        "expiration_date": "2026-12-24",
        "benchmarks": {"artificial_analysis": {"intelligence_index": 41.7, "coding_index": 37}},
    }
    told = [{**model, **more} if model["id"] == "anthropic/claude-3-haiku" else model for model in real_models()]
    with listing_server(json.dumps({"data": told})) as running:
        yield running


SCENES = {"list": as_list, "details": with_details}


@pytest.mark.parametrize("theme", ["ink", "paper"])
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("scene", SCENES)
def test_looks_as_it_did(
    snap_compare: Callable[..., bool],
    monkeypatch: pytest.MonkeyPatch,
    server: ListingServer,
    tmp_path: Path,
    scene: str,
    size: str,
    theme: str,
) -> None:
    monkeypatch.setattr("chat_tui.screens.model_list.now", lambda: MOMENT)
    library = Library(Paths.under(tmp_path), defaults=merged(BUILT_IN, {"model": "openai/gpt-5.5"}))
    launch = Launch(
        library=library,
        chat=library.begin(),
        start=lambda: Session(Server(server.base_url, "key"), paths=library.paths),
        credentials=library.paths.credentials,
        theme=read_theme(theme_files(library.paths.themes)[theme]),
    )
    assert snap_compare(ChatApp(launch), terminal_size=SIZES[size], run_before=SCENES[scene])
