"""The application as it looks in pictures: in one of two sizes, in a theme, with nothing that blinks."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime

from textual.pilot import Pilot
from textual.widgets import Input, TextArea

from chat_tui.app import ChatApp, Launch
from chat_tui.config.server import Server
from chat_tui.config.themes import read_theme, theme_files
from chat_tui.demo.server import DEMO_KEY, DemoServer
from chat_tui.engine.chat import Chat
from chat_tui.engine.library import Library
from chat_tui.engine.session import Session
from tests.app.conftest import Running

SIZES = ("120x40", "80x24")
MOMENT = datetime(2026, 11, 21, 10, 42, tzinfo=UTC)
"""When it is, for what tells of days."""


def launch_on(library: Library, emulator: DemoServer, chat: Chat | None = None) -> Launch:
    """Return the application on `chat`, on a new conversation if none is given."""
    server = Server(emulator.base_url, DEMO_KEY)
    return Launch(
        library=library,
        chat=chat or library.begin(),
        start=lambda: Session(server, paths=library.paths),
        credentials=library.paths.credentials,
    )


def looks_as_it_did(
    snap_compare: Callable[..., bool],
    launch: Launch,
    scene: Callable[[Running], Awaitable[None]],
    size: str,
    theme: str,
) -> bool:
    """Play `scene` and compare how the application looks then with the picture that is kept."""

    async def play(pilot: Pilot[None]) -> None:
        app = pilot.app
        assert isinstance(app, ChatApp)
        running = Running(app, pilot)
        running.screen.composer.cursor_blink = False
        await running.until(lambda: running.screen.transcript._markdown)
        await scene(running)
        for line in app.screen.query(Input):
            line.cursor_blink = False
        for area in app.screen.query(TextArea):
            area.cursor_blink = False
        await (await app.session()).close()  # nobody leaves the application, which would
        await pilot.pause()
        app.screen.refresh()  # with what is below it as it is now: that may not have been laid out when this came
        await pilot.pause()

    themed = replace(launch, theme=read_theme(theme_files(launch.library.paths.themes)[theme]))
    columns, rows = map(int, size.split("x"))
    return snap_compare(ChatApp(themed), terminal_size=(columns, rows), run_before=play)
