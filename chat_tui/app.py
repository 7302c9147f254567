"""The application: puts themes, keys, screens and the engine together."""

from __future__ import annotations

import asyncio
import signal
import sys
from codecs import getincrementaldecoder
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from textual import events
from textual.app import App, SystemCommand
from textual.driver import Driver
from textual.screen import Screen
from textual.theme import Theme as TextualTheme

from chat_tui.screens.actions import ACTIONS
from chat_tui.screens.chat import ChatScreen
from chat_tui.text import one_line
from chat_tui.widgets.composer import Composer

if TYPE_CHECKING:
    from chat_tui.config.themes import Theme
    from chat_tui.engine.chat import Chat
    from chat_tui.engine.library import Library
    from chat_tui.engine.session import Session

QUIT_SECONDS = 2.0
HEAD_START_SECONDS = 0.1
"""Between the first paint and the imports of the wire and the libraries."""


@dataclass(frozen=True, slots=True)
class Launch:
    """What the application starts with."""

    library: Library
    chat: Chat
    """The conversation to show first."""
    start: Callable[[], Session]
    """Starts the engine; called once, in a thread, after the first paint, for it imports much."""
    credentials: Path
    """Where a key could be kept, for the screen that asks for one."""
    needs_key: bool = False
    themes: Mapping[str, Theme] = field(default_factory=dict)
    theme: str = ""
    problems: Sequence[str] = ()
    """Sentences about files that could not be used as they are."""


class ChatApp(App[None]):
    """The chat-tui application."""

    TITLE = "chat-tui"
    # Textual loads no style sheet of a default screen, so the application names those of its first screens.
    CSS_PATH = ["screens/chat.tcss", "screens/no_key.tcss"]  # noqa: RUF012
    CSS = """
    Transcript, Composer, Completions, OptionList, VerticalScroll {
        scrollbar-color: $foreground 25%; scrollbar-color-hover: $secondary; scrollbar-color-active: $primary;
        scrollbar-background: $background 0%; scrollbar-background-hover: $background 0%;
        scrollbar-background-active: $background 0%;
    }
    """

    def __init__(self, launch: Launch) -> None:
        super().__init__()
        self._launch = launch
        self._started: asyncio.Future[Session] | None = None
        self._takes_keys = launch.needs_key
        self._early_keys: list[events.Key | events.Paste] = []
        for theme in launch.themes.values():
            self.register_theme(_textual_theme(theme))
        if launch.theme in launch.themes:
            self.theme = launch.theme
            for name in self.available_themes.keys() - launch.themes.keys():
                self.unregister_theme(name)

    def get_driver_class(self) -> type[Driver]:
        """Return Textual's driver, made to survive a typed or pasted byte that is no UTF-8.

        Its input thread decodes strictly, and an error there ends the application. The decoder's maker is a name in the
        driver's module; nothing else of the thread can be reached without writing it again.
        """
        driver = super().get_driver_class()
        module = sys.modules[driver.__module__]
        if hasattr(module, "getincrementaldecoder"):
            vars(module)["getincrementaldecoder"] = lambda name: partial(getincrementaldecoder(name), errors="replace")
        return driver

    def get_default_screen(self) -> Screen[None]:
        """Return the chat, or the page that asks for a key."""
        launch = self._launch
        if launch.needs_key:
            from chat_tui.screens.no_key import NoKeyScreen

            return NoKeyScreen(launch.credentials)
        return ChatScreen(launch.chat, launch.library, self.session)

    async def on_event(self, event: events.Event) -> None:
        """Keep what is typed before the composer has the focus; nothing would take it."""
        if isinstance(event, events.Key | events.Paste) and not self._takes_keys:
            self._early_keys.append(event)
            return
        if isinstance(event, events.Paste) and not event.is_forwarded and not isinstance(self.focused, Composer):
            # Textual's own inputs draw what they hold as it is; only the composer keeps the original and shows symbols.
            event = events.Paste(one_line(event.text))
        await super().on_event(event)

    async def on_chat_screen_ready(self) -> None:
        """Hand the early keys on; then, with the first paint behind, start the engine and load the libraries."""
        if self._takes_keys:
            return
        self._takes_keys = True
        for event in self._early_keys:
            await super().on_event(event)
        # Imports hold up the loop: they begin when the first keys have been answered.
        self.call_after_refresh(self.set_timer, HEAD_START_SECONDS, self._prepare)

    def on_mount(self) -> None:
        """Leave properly, the terminal restored, when the system or a closing window asks."""
        if not self.is_headless and hasattr(signal, "SIGHUP"):
            for number in (signal.SIGTERM, signal.SIGHUP):
                asyncio.get_running_loop().add_signal_handler(number, self.call_later, self.action_quit)

    async def session(self) -> Session:
        """Return the engine, as soon as it runs."""
        return await asyncio.shield(self._engine)

    @property
    def _engine(self) -> asyncio.Future[Session]:
        if self._started is None:
            self._started = asyncio.get_running_loop().create_future()
        return self._started

    def _prepare(self) -> None:
        for problem in self._launch.problems:
            self.notify(one_line(problem, 400), severity="warning", markup=False, timeout=15)
        self.run_worker(self._start())

    async def _start(self) -> None:
        session = await asyncio.to_thread(self._launch.start)
        self._engine.set_result(session)
        chat = next(screen for screen in self.screen_stack if isinstance(screen, ChatScreen))
        chat.load()
        await asyncio.to_thread(_import_markdown)
        chat.transcript.enable_markdown()

    async def action_quit(self) -> None:
        """Put what was sent on disk, keep what streams as interrupted, and leave within two seconds."""
        self.run_worker(self._leave(), exclusive=True, group="leave")

    async def _leave(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(QUIT_SECONDS):
                for screen in self.screen_stack:
                    if isinstance(screen, ChatScreen):
                        await screen.sent()
        if self._started is not None and self._started.done():
            await self._started.result().close()
        self.exit()

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Yield every action of the chat for the command palette."""
        if isinstance(screen, ChatScreen):
            for action in ACTIONS:
                if action.name != "show_palette":
                    yield SystemCommand(action.title, action.help, _runner(screen, action.name))


def _runner(screen: ChatScreen, action: str) -> Callable[[], None]:
    def run() -> None:
        screen.run_worker(screen.run_action(action), group="command")

    return run


def _import_markdown() -> None:
    """Import what the transcript renders with, so that it is there at once when first needed."""
    for name in ("markdown_it", "pygments.lexers", "pygments.styles"):
        import_module(name)


def _textual_theme(theme: Theme) -> TextualTheme:
    colors = theme.colors
    return TextualTheme(
        name=theme.name,
        dark=theme.dark,
        variables=theme.variables,
        primary=colors["primary"],
        secondary=colors.get("secondary"),
        accent=colors.get("accent"),
        foreground=colors["foreground"],
        background=colors["background"],
        surface=colors.get("surface"),
        panel=colors.get("panel"),
        warning=colors.get("warning"),
        error=colors.get("error"),
        success=colors.get("success"),
    )
