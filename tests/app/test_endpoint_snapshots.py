"""How the table of providers looks, wide and narrow, dark and light.

After a change that is meant to be seen: look at the pictures in the report that a failure names, then keep them with
`python -m pytest tests/app/test_endpoint_snapshots.py --snapshot-update`.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from textual.pilot import Pilot

from chat_tui.app import ChatApp, Launch
from chat_tui.config.server import Server
from chat_tui.config.settings import BUILT_IN, merged
from chat_tui.config.themes import read_theme, theme_files
from chat_tui.demo.server import DEMO_KEY, DemoServer
from chat_tui.engine.library import Library
from chat_tui.engine.session import Session
from chat_tui.paths import Paths
from chat_tui.screens.chat import ChatScreen
from tests.app.conftest import Running

SIZES = {"120x40": (120, 40), "80x24": (80, 24)}


async def with_rules(pilot: Pilot[None]) -> None:
    """Wait for the table, then make a rule of each kind."""
    app = pilot.app
    assert isinstance(app, ChatApp)
    running = Running(app, pilot)
    screen = running.screen
    assert isinstance(screen, ChatScreen)
    screen.composer.cursor_blink = False
    await running.until(lambda: screen.transcript._markdown)
    await pilot.press("f7")
    await running.until_shown("3 providers, asked")
    await pilot.press(*"sss", "end", "x", "up", "2", "up", "1", "space", "down", "space", "f")
    await running.until_shown("Asked in this order")
    await (await app.session()).close()  # nobody leaves the application, which would
    await pilot.pause()


@pytest.mark.parametrize("theme", ["ink", "paper"])
@pytest.mark.parametrize("size", SIZES)
def test_looks_as_it_did(
    snap_compare: Callable[..., bool], emulator: DemoServer, tmp_path: Path, size: str, theme: str
) -> None:
    library = Library(Paths.under(tmp_path), defaults=merged(BUILT_IN, {"model": "anthropic/claude-sonnet-4.6"}))
    launch = Launch(
        library=library,
        chat=library.begin(),
        start=lambda: Session(Server(emulator.base_url, DEMO_KEY)),
        credentials=library.paths.credentials,
        theme=read_theme(theme_files(library.paths.themes)[theme]),
    )
    assert snap_compare(ChatApp(launch), terminal_size=SIZES[size], run_before=with_rules)
