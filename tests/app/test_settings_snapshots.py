"""How settings, presets and the JSON of a request look, wide and narrow, dark and light.

After a change that is meant to be seen: look at the pictures in the report that a failure names, then keep them with
`python -m pytest tests/app/test_settings_snapshots.py --snapshot-update`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from textual.pilot import Pilot

from chat_tui.app import ChatApp, Launch
from chat_tui.config.server import Server
from chat_tui.config.themes import read_theme, theme_files
from chat_tui.demo.server import DEMO_KEY, DemoServer
from chat_tui.engine.library import Library
from chat_tui.engine.session import Session
from chat_tui.paths import Paths
from chat_tui.screens.presets import PresetPane
from chat_tui.screens.settings import SettingsPane
from tests.app.conftest import Running

SIZES = {"120x40": (120, 40), "80x24": (80, 24)}


@pytest.fixture(scope="module")
def emulator() -> Iterator[DemoServer]:
    """An emulator of their own: other tests save presets in theirs."""
    with DemoServer(pace=0) as server:
        yield server


@pytest.fixture
def launch(tmp_path: Path, emulator: DemoServer) -> Launch:
    """The application on a chat that uses a preset and has settings of its own."""
    library = Library(Paths.under(tmp_path), defaults={"model": "anthropic/claude-sonnet-4.6", "retries": 1})
    library.presets.write("careful", {"system": "Check twice.", "parameters": {"temperature": 0.1}})
    library.presets.write("cheap", {"model": "demo/fast", "provider": {"sort": "price", "max_price": {"prompt": 1}}})
    chat = library.begin()
    chat.change(local_preset="careful", parameters={"seed": 7, "top_p": 0.9}, provider={"order": ["groq", "azure"]})
    server = Server(emulator.base_url, DEMO_KEY)
    return Launch(
        library=library,
        chat=chat,
        start=lambda: Session(server, paths=library.paths),
        credentials=library.paths.credentials,
    )


async def settings(running: Running) -> None:
    """Show the settings, one of which the model has no use for."""
    await running.pilot.press("ctrl+t")
    await running.until(lambda: isinstance(running.app.screen, SettingsPane))
    await running.until_shown("not with this model" if running.app.size.width > 100 else "0.1")
    await running.pilot.press(*["down"] * 8)


async def value(running: Running) -> None:
    """Type a value that is wrong beside the JSON."""
    await running.pilot.press("ctrl+t")
    await running.until(lambda: isinstance(running.app.screen, SettingsPane))
    await running.type("temp", "enter")
    await running.type("3")
    await running.until_shown("above its most, 2")
    if running.app.size.width < 100:
        await running.pilot.press("alt+j")
    await running.until_shown('"seed": 7')


async def presets(running: Running) -> None:
    """Show what a preset would change."""
    await running.type("/presets", "enter")
    await running.until(lambda: isinstance(running.app.screen, PresetPane))
    await running.until_shown("@show-request")
    await running.pilot.press("down")
    if running.app.size.width < 100:
        await running.pilot.press("alt+j")
    await running.until_shown('+   "model": "demo/fast"')


SCENES = {"settings": settings, "value": value, "presets": presets}


@pytest.mark.parametrize("theme", ["ink", "paper"])
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("scene", SCENES)
def test_looks_as_it_did(snap_compare: Callable[..., bool], launch: Launch, scene: str, size: str, theme: str) -> None:
    async def play(pilot: Pilot[None]) -> None:
        app = pilot.app
        assert isinstance(app, ChatApp)
        running = Running(app, pilot)
        running.screen.composer.cursor_blink = False
        await running.until(lambda: running.screen.transcript._markdown)
        await SCENES[scene](running)
        pane = app.screen
        assert isinstance(pane, SettingsPane | PresetPane)
        pane.search.cursor_blink = pane.editor.area.cursor_blink = False
        await (await app.session()).close()  # nobody leaves the application, which would
        await pilot.pause()

    app = ChatApp(replace(launch, theme=read_theme(theme_files(launch.library.paths.themes)[theme])))
    assert snap_compare(app, terminal_size=SIZES[size], run_before=play)
