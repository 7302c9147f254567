"""How the search of everything looks, wide and narrow, dark and light.

After a change that is meant to be seen: look at the pictures in the report that a failure names, then keep them with
`python -m pytest tests/app/test_goto_snapshots.py --snapshot-update`.
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


async def ready(running: Running) -> None:
    """Open the screen, with all in the index."""
    await running.pilot.press("ctrl+g")
    await running.until_shown("used last")
    indexing = (await running.app.session()).indexing
    assert indexing is not None
    await running.until(lambda: not indexing.progress.running)


async def search(running: Running, text: str, *shown: str) -> None:
    """Type `text` and wait for what it finds."""
    await running.type(text)
    await running.until_shown(*shown)


async def recent(running: Running) -> None:
    """Nothing is typed yet."""
    keep_some(running.screen._library, MOMENT)
    await ready(running)
    await running.until_shown("Letter to the landlord", "$0.0113")


async def found(running: Running) -> None:
    """Matches in several conversations, one of them in a long text."""
    library = running.screen._library
    keep_some(library, MOMENT)
    long = (
        "Before the lighthouse there was a fire on the hill. " * 3
        + "After it, in 1899, 灯台 the second lighthouse came."
    )
    keep(library, "Lighthouses of the north", at=MOMENT - timedelta(days=2), reply=long, tags=("travel",))
    keep(library, "A walk along the coast", at=MOMENT - timedelta(days=70), reply="See the Lighthouse on your right.")
    await ready(running)
    await search(running, "lighth", "matches", "Lighthouse on your right")
    await running.pilot.press("down")


async def completed(running: Running) -> None:
    """A filter that is being typed."""
    keep_some(running.screen._library, MOMENT)
    await ready(running)
    await search(running, "depends tag:", "Tab tag:")


async def not_found(running: Running) -> None:
    """A filter that isn't one, and nothing found."""
    keep_some(running.screen._library, MOMENT)
    await ready(running)
    await search(running, "gondola rol:user ", "Nothing matches", "Did you mean")


SCENES = {"recent": recent, "found": found, "completed": completed, "not-found": not_found}
SHOWN = [(scene, size, "ink") for scene in SCENES for size in SIZES] + [("found", "120x40", "paper")]


@pytest.mark.parametrize(("scene", "size", "theme"), SHOWN)
def test_looks_as_it_did(snap_compare: Callable[..., bool], launch: Launch, scene: str, size: str, theme: str) -> None:
    assert looks_as_it_did(snap_compare, launch, SCENES[scene], size, theme)
