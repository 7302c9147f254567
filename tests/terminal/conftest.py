"""The application in a terminal, each time in a home of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from chat_tui.demo.server import DemoServer
from tests.cli.home import Home, command
from tests.terminal.driver import Terminal

Opener = Callable[..., Terminal]


@pytest.fixture(scope="session")
def server() -> Iterator[DemoServer]:
    """The emulator outside of the application, so that what is kept stays; twice as fast as real models."""
    with DemoServer(pace=0.5) as running:
        yield running


@pytest.fixture
def home(tmp_path: Path, server: DemoServer) -> Home:
    return Home(tmp_path / "home", server.base_url)


@pytest.fixture
def open_terminal(home: Home) -> Iterator[Opener]:
    """Start chat-tui in a terminal: `open_terminal("--demo", columns=80, rows=24)`."""
    with ExitStack() as opened:

        def start(*arguments: str, columns: int = 120, rows: int = 40) -> Terminal:
            return opened.enter_context(
                Terminal(command(*arguments), home.environment(), home.work, columns=columns, rows=rows)
            )

        yield start
