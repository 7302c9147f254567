"""How the pane of conversations looks, wide and narrow, dark and light.

After a change that is meant to be seen: look at the pictures in the report that a failure names, then keep them with
`python -m pytest tests/app/test_conversations_snapshots.py --snapshot-update`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
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
from chat_tui.screens.conversations import ConversationsPane
from tests.app.conftest import Running
from tests.shelf_samples import keep, keep_some

SIZES = {"120x40": (120, 40), "80x24": (80, 24)}
MOMENT = datetime(2026, 11, 21, 10, 42, tzinfo=UTC)


@pytest.fixture
def launch(tmp_path: Path, emulator: DemoServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[Launch]:
    """The application in a place where it is always the same time."""
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    monkeypatch.setattr("chat_tui.screens.conversation_rows.now", lambda: MOMENT)
    library = Library(Paths.under(tmp_path), defaults={"model": "demo/markdown"})
    server = Server(emulator.base_url, DEMO_KEY)
    yield Launch(
        library=library,
        chat=library.begin(),
        start=lambda: Session(server, paths=library.paths),
        credentials=library.paths.credentials,
    )
    monkeypatch.undo()
    time.tzset()


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
    async def play(pilot: Pilot[None]) -> None:
        app = pilot.app
        assert isinstance(app, ChatApp)
        running = Running(app, pilot)
        running.screen.composer.cursor_blink = False
        await running.until(lambda: running.screen.transcript._markdown)
        await SCENES[scene](running)
        pane = app.screen
        assert isinstance(pane, ConversationsPane)
        pane.search.cursor_blink = False
        await (await app.session()).close()  # nobody leaves the application, which would
        await pilot.pause()

    app = ChatApp(replace(launch, theme=read_theme(theme_files(launch.library.paths.themes)[theme])))
    assert snap_compare(app, terminal_size=SIZES[size], run_before=play)
