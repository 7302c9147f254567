"""How settings, presets and the JSON of a request look, wide and narrow, dark and light.

After a change that is meant to be seen: look at the pictures in the report that a failure names, then keep them with
`python -m pytest tests/app/test_settings_snapshots.py --snapshot-update`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from chat_tui.app import Launch
from chat_tui.demo.server import DemoServer
from chat_tui.engine.library import Library
from chat_tui.paths import Paths
from chat_tui.screens.presets import PresetPane
from chat_tui.screens.settings import SettingsPane
from tests.app.conftest import Running
from tests.app.looks import SIZES, launch_on, looks_as_it_did


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
    return launch_on(library, emulator, chat)


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
    assert looks_as_it_did(snap_compare, launch, SCENES[scene], size, theme)
