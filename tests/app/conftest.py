"""An application on an emulator of its own, and ways to wait for what it shows."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from textual import events
from textual.keys import _character_to_key
from textual.pilot import Pilot
from textual.worker import WorkerCancelled

from chat_tui.app import ChatApp, Launch
from chat_tui.config.server import Server
from chat_tui.config.settings import Layer
from chat_tui.config.themes import read_theme, theme_files
from chat_tui.demo.server import DEMO_KEY, DemoServer
from chat_tui.engine.chat import Chat
from chat_tui.engine.library import Library
from chat_tui.engine.session import Session
from chat_tui.paths import Paths
from chat_tui.screens.chat import ChatScreen

WAIT_SECONDS = 20.0
_LOOK_AGAIN = 0.02  # seconds
NO_SETTINGS: Layer = {}


@dataclass
class Browser:
    """A browser that only notes what it is asked to open."""

    opened: list[str] = field(default_factory=list)
    works: bool = True

    def open(self, address: str) -> bool:
        """Note `address` and return whether it opened."""
        self.opened.append(address)
        return self.works


@pytest.fixture
def browser(monkeypatch: pytest.MonkeyPatch) -> Browser:
    """What takes the place of the person's browser."""
    browser = Browser()
    monkeypatch.setattr("chat_tui.engine.browser.open_address", browser.open)
    return browser


@pytest.fixture
def utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Be where times are UTC."""
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.fixture(scope="session")
def emulator() -> Iterator[DemoServer]:
    """An emulator without delays."""
    with DemoServer(pace=0) as server:
        yield server


@pytest.fixture(scope="session")
def slow_emulator() -> Iterator[DemoServer]:
    """An emulator at the speed of real models."""
    with DemoServer() as server:
        yield server


@dataclass
class Running:
    """The application as it runs in a test."""

    app: ChatApp
    pilot: Pilot[None]

    @property
    def screen(self) -> ChatScreen:
        """The chat, whatever is on top of it."""
        return next(screen for screen in self.app.screen_stack if isinstance(screen, ChatScreen))

    @property
    def chat(self) -> Chat:
        """The conversation that is shown."""
        return self.screen.chat

    def text(self) -> str:
        """Return what a person sees, row by row."""
        width = self.app.size.width
        strips = self.app.screen._compositor.render_strips()
        return "\n".join("".join(segment.text for segment in strip)[:width].rstrip() for strip in strips)

    async def until(self, condition: Callable[[], object]) -> None:
        """Let the application run until `condition` holds; fail with the screen's text when it never does."""
        if condition():
            return
        loop = self.app._loop
        assert loop is not None
        deadline = loop.time() + WAIT_SECONDS
        # Not the pilot's pause: it gives each widget a message to wait for, which keeps what is waited for from coming.
        while not condition():
            assert loop.time() < deadline, f"never happened; the screen says:\n{self.text()}"
            await asyncio.sleep(_LOOK_AGAIN)
        await self.pilot.pause(0)

    async def until_shown(self, *texts: str) -> None:
        """Let the application run until all of `texts` are on the screen."""

        def is_shown() -> bool:
            shown = self.text()
            return all(text in shown for text in texts)

        await self.until(is_shown)

    async def type(self, text: str, *keys: str) -> None:
        """Type `text` in one burst, as a terminal brings it when the application is busy, then press `keys`."""
        for character in text:
            key = character if character.isalnum() else _character_to_key(character)
            self.app.post_message(events.Key(key, character))
        if keys:
            await self.pilot.press(*keys)
        else:
            await self.pilot.pause()

    async def send(self, prompt: str) -> None:
        """Type a prompt, or the end of what was pasted, send it, and wait until its reply has ended."""
        await self.type(prompt, "enter")
        await self.until(
            lambda: (
                self.chat.path
                and self.chat.path[-1].role == "assistant"
                and self.chat.path[-1].status != "streaming"
                and any(m.text.endswith(prompt) for m in self.chat.path[-2:])
            )
        )
        session = await self.app.session()
        await self.until(lambda: session.turn(self.chat) is None)  # its last write is done, and the next may be sent
        await self.pilot.pause()


class Starter:
    """Starts the application over and over on the same files."""

    def __init__(self, root: Path, emulator: DemoServer) -> None:
        self.library = Library(Paths.under(root), built_in={"model": "demo/markdown"})
        self.emulator = emulator

    @asynccontextmanager
    async def run(
        self,
        chat: Chat | None = None,
        size: tuple[int, int] = (120, 40),
        *,
        needs_key: bool = False,
        key: str = DEMO_KEY,
        base_url: str = "",
        settings: Layer = NO_SETTINGS,
    ) -> AsyncIterator[Running]:
        """Run the application, on a new conversation if none is given, and end it as a user would.

        The server is the emulator unless `base_url` names another; `settings` are those of the application alone.
        """
        server = Server(base_url or self.emulator.base_url, key)
        files = theme_files(self.library.paths.themes)
        launch = Launch(
            library=self.library,
            chat=chat or self.library.begin(),
            start=lambda: Session(server, settings, paths=self.library.paths),
            credentials=self.library.paths.credentials,
            needs_key=needs_key,
            theme=read_theme(files["ink"]),
            more_themes=lambda: ([read_theme(file) for name, file in files.items() if name != "ink"], []),
        )
        app = ChatApp(launch)
        async with app.run_test(size=size, notifications=True) as pilot:
            yield Running(app, pilot)
            await app.action_quit()
            for worker in [worker for worker in app.workers if worker.group == "leave"]:
                with suppress(WorkerCancelled):  # leaving ends it, as its last step
                    await worker.wait()


@pytest.fixture
def starter(tmp_path: Path, emulator: DemoServer) -> Starter:
    """The application on the emulator without delays."""
    return Starter(tmp_path, emulator)


@pytest.fixture
def slow_starter(tmp_path: Path, slow_emulator: DemoServer) -> Starter:
    """The application on the emulator at the speed of real models."""
    return Starter(tmp_path, slow_emulator)
