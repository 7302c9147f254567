"""How the pane of conversations looks, wide and narrow, dark and light.

After a change that is meant to be seen: look at the pictures in the report that a failure names, then keep them with
`python -m pytest tests/app/test_conversations_snapshots.py --snapshot-update`.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from chat_tui.app import Launch
from chat_tui.demo.server import DemoServer
from chat_tui.engine.library import Library
from chat_tui.paths import Paths
from tests.app.conftest import Running
from tests.app.looks import MOMENT, SIZES, launch_on, looks_as_it_did
from tests.shelf_samples import keep, keep_some


@pytest.fixture
def launch(tmp_path: Path, emulator: DemoServer, monkeypatch: pytest.MonkeyPatch, utc: None) -> Launch:
    """The application in a place where it is always the same time."""
    monkeypatch.setattr("chat_tui.screens.conversation_rows.now", lambda: MOMENT)
    return launch_on(Library(Paths.under(tmp_path), defaults={"model": "demo/markdown"}), emulator)


async def some(running: Running) -> None:
    """Conversations of every kind; one has a reply that nobody saw."""
    library = running.screen._library
    kept = keep_some(library, MOMENT)
    (await running.app.session()).unseen.mark(kept[1].name[-26:], seen=False)
    await running.pilot.press("ctrl+b")
    await running.until_shown("7 conversations", "• Why is the sky blue?")
    await running.pilot.press("down")


async def trash(running: Running) -> None:
    """Two conversations, deleted on different days."""
    library = running.screen._library
    for days, title in ((0, "Thrown away just now"), (12, "Letter to the landlord")):
        folder = keep(library, title, at=MOMENT - timedelta(days=days + 1))
        day = library.paths.trash / f"{MOMENT - timedelta(days=days):%Y-%m-%d}"
        day.mkdir(parents=True)
        folder.rename(day / folder.name)
    await running.pilot.press("ctrl+b", "alt+s")
    await running.until_shown("Letter to the landlord", "2 conversations")


async def nothing(running: Running) -> None:
    """Nothing is kept yet."""
    await running.pilot.press("ctrl+b")
    await running.until_shown("Nothing is kept yet")


async def not_found(running: Running) -> None:
    """A search that finds nothing."""
    keep_some(running.screen._library, MOMENT)
    await running.pilot.press("ctrl+b")
    await running.until_shown("7 conversations")
    await running.type("gondola")
    await running.until_shown("0 of 7")


SCENES = {"some": some, "trash": trash, "nothing": nothing, "not-found": not_found}
SHOWN = [(scene, size, "ink") for scene in SCENES for size in SIZES] + [("some", "120x40", "paper")]


@pytest.mark.parametrize(("scene", "size", "theme"), SHOWN)
def test_looks_as_it_did(snap_compare: Callable[..., bool], launch: Launch, scene: str, size: str, theme: str) -> None:
    assert looks_as_it_did(snap_compare, launch, SCENES[scene], size, theme)
