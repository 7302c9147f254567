"""The application: puts themes, keys, screens and the engine together."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import signal
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from rich.text import Text
from textual import events, on
from textual.app import App, SystemCommand
from textual.driver import Driver
from textual.screen import Screen
from textual.theme import Theme as TextualTheme
from textual.worker import WorkerCancelled

from chat_tui.driver import PoliteDriver, polite
from chat_tui.screens.actions import ACTIONS
from chat_tui.screens.chat import ChatScreen
from chat_tui.screens.popup import PopUp
from chat_tui.screens.reading import ReadingScreen
from chat_tui.text import one_line, printable
from chat_tui.widgets.printable_area import PrintableArea

if TYPE_CHECKING:
    from chat_tui.config.themes import Theme
    from chat_tui.engine.chat import Chat
    from chat_tui.engine.clipboard import Way
    from chat_tui.engine.library import Library
    from chat_tui.engine.session import Session

_log = logging.getLogger(__name__)

QUIT_SECONDS = 2.0
LONGEST_SEARCHED = 1000  # characters
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
    theme: Theme | None = None
    """The theme to begin with."""
    more_themes: Callable[[], tuple[Sequence[Theme], Sequence[str]]] = lambda: ((), ())
    """Brings the other themes, after the first paint, and what is wrong with those that can't be read."""
    transcript: Mapping[str, bool] = field(default_factory=dict)
    """How conversations are shown, as the settings `transcript` say it."""
    clipboard: Way = "auto"
    """How copies leave, as the setting says it."""
    problems: Sequence[str] = ()
    """Sentences about files that could not be used as they are."""


class ChatApp(App[None]):
    """The chat-tui application."""

    TITLE = "chat-tui"
    CSS = """
    Transcript, PrintableArea, Completions, OptionList, VerticalScroll, PromptList, RowList,
    ScrolledText {
        scrollbar-color: $foreground 25%; scrollbar-color-hover: $secondary; scrollbar-color-active: $primary;
        scrollbar-background: $background 0%; scrollbar-background-hover: $background 0%;
        scrollbar-background-active: $background 0%;
    }
    """

    def __init__(self, launch: Launch) -> None:
        # Textual loads no style sheet of a default screen, so the application names that of its first one.
        super().__init__(css_path="screens/no_key.tcss" if launch.needs_key else "screens/chat.tcss")
        self._launch = launch
        self._started: asyncio.Future[Session] | None = None
        self._takes_keys = launch.needs_key
        self._early_keys: list[events.Key | events.Paste] = []
        self.farewell: list[str] = []
        """What to print when the terminal is restored."""
        self._copied = ""
        self._doubted = False
        self._copying = asyncio.Lock()
        self._mouse_released = False
        if launch.theme is not None:
            self.register_theme(_textual_theme(launch.theme))
            self.theme = launch.theme.name
            for name in self.available_themes.keys() - {launch.theme.name}:
                self.unregister_theme(name)

    def get_driver_class(self) -> type[Driver]:
        """Return Textual's driver for this system, with our additions."""
        return polite(super().get_driver_class())

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
        if isinstance(event, events.Paste) and not event.is_forwarded and not isinstance(self.focused, PrintableArea):
            # Textual's own inputs draw what they hold as it is; ours keep the original and show symbols. What is
            # searched for is short: a megabyte there holds everything up.
            event = events.Paste(one_line(event.text, LONGEST_SEARCHED))
        before = None
        while isinstance(event, events.Key) and not event.is_forwarded and (screen := self.screen) is not before:
            if isinstance(screen, PopUp):
                await screen.opened()
                await screen.caught_up(event)
            before = screen  # what came before may have ended it, or opened another
        await super().on_event(event)

    async def on_conversation_screen_ready(self) -> None:
        """Hand the early keys on; then, with the first paint behind, start the engine and load the libraries."""
        if self._takes_keys:
            return
        self._takes_keys = True
        for event in self._early_keys:
            await super().on_event(event)
        # Imports hold up the loop: they begin when the first keys have been answered.
        self.call_after_refresh(self.set_timer, HEAD_START_SECONDS, self._prepare)

    def on_mount(self) -> None:
        """Leave properly, the terminal restored, when the system or a closing window asks; draw all when continued."""
        self.app_resume_signal.subscribe(self, lambda _: self.refresh(layout=True))
        if not self.is_headless and hasattr(signal, "SIGHUP"):
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
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
        themes, problems = self._launch.more_themes()
        for theme in themes:
            self.register_theme(_textual_theme(theme))
        for problem in (*self._launch.problems, *problems):
            self.notify(one_line(problem, 400), severity="warning", markup=False, timeout=15)
        self.run_worker(self._start())
        if isinstance(self._driver, PoliteDriver):
            threading.Thread(target=self._leave_with_terminal, args=[self._driver], daemon=True).start()

    def _leave_with_terminal(self, driver: PoliteDriver) -> None:
        """Leave when the terminal is gone: only who was started by a shell gets a signal then."""
        if driver.wait_for_end():
            with suppress(RuntimeError):  # the application has ended before it
                self.call_from_thread(self.call_later, self.action_quit)

    async def _start(self) -> None:
        try:
            session = await asyncio.to_thread(self._launch.start)
            session.saver.tell = lambda sentence: self._tell(sentence, "warning", 20)
            session.budgets.tell = lambda sentence: self._tell(sentence, timeout=12)
            self._engine.set_result(session)
            chat = next(screen for screen in self.screen_stack if isinstance(screen, ChatScreen))
            chat.load()
            await asyncio.to_thread(_import_later)
        finally:  # whoever launched us may have switched it off; what there is by now is there to stay
            gc.freeze()
            gc.enable()
        chat.transcript.enable_markdown(**self._launch.transcript)
        await session.preload()
        library = self._launch.library
        library.lately = await asyncio.to_thread(library.newest, self.size.height)
        await asyncio.to_thread(library.shelf.empty_trash)
        session.account_for_earlier(library)

    # The clipboard and the mouse

    @property
    def clipboard(self) -> str:
        """What was copied last, for the composer's own Ctrl+V."""
        return self._copied

    def copy_to_clipboard(self, text: str) -> None:
        """Copy `text` by the first way that works here, and say which one that was."""
        self._copied = text
        self.run_worker(self._copy(text), group="copy")

    @on(ReadingScreen.FileWanted)
    def _copy_to_file(self, event: ReadingScreen.FileWanted) -> None:
        self._copied = event.text
        self.run_worker(self._copy(event.text, "file"), group="copy")

    async def _copy(self, text: str, way: Way | None = None) -> None:
        from chat_tui.engine.clipboard import Clipboard, holds_controls

        way = way or self._launch.clipboard

        characters = f"{len(text):,} character{'s' * (len(text) != 1)}"
        async with self._copying:  # what was copied last has to be there last
            try:
                state = self._launch.library.paths.state
                copied = await Clipboard(state, os.environ, self._to_terminal, way=way).copy(text)
            except OSError as error:
                self._tell(f"Nothing here takes a copy, not even a file: {error.strerror}.", "warning")
                return
        told = f"Copied {characters} {copied.way}."
        if copied.path is not None:
            why = "" if way == "file" else "No clipboard here takes it: "
            told = f"{why}{characters} are in {one_line(str(copied.path))}"
        elif copied.by_terminal and not self._doubted:
            self._doubted = True  # said once: nothing tells whether the terminal took it
            told += " If it can't be pasted: /copy file."
        if holds_controls(text):
            told += "\nThey hold control characters: look before you paste them into a shell."
        self._tell(told)

    def open_url(self, url: str, *, new_tab: bool = True) -> None:
        """Open `url` in a browser; where that would take this terminal, or there is none, copy it."""
        self.run_worker(self._open(url), group="open")

    async def _open(self, url: str) -> None:
        from chat_tui.engine.browser import open_address

        if await asyncio.to_thread(open_address, url):
            self.notify(one_line(url, 200), title="Opening", markup=False, timeout=4)
        else:
            self.notify("No browser opens here, so its address is copied.", markup=False, timeout=6)
            self.copy_to_clipboard(url)

    def _to_terminal(self, text: str) -> None:
        super().copy_to_clipboard(text)

    def _tell(
        self, sentence: str, severity: Literal["information", "warning"] = "information", timeout: float = 6
    ) -> None:
        self.notify(printable(sentence), severity=severity, markup=False, timeout=timeout)

    def action_toggle_mouse(self) -> None:
        """Give the mouse to the terminal, which then selects text by itself, or take it back."""
        self._mouse_released = not self._mouse_released
        driver = self._driver  # Textual shows its driver nowhere else
        if isinstance(driver, PoliteDriver):
            (driver.release_mouse if self._mouse_released else driver.take_mouse)()
        for screen in self.screen_stack:
            if isinstance(screen, ChatScreen):
                screen.show_mouse(released=self._mouse_released)

    # The end

    async def action_quit(self) -> None:
        """Put what was sent on disk, keep what streams as interrupted, and leave within two seconds."""
        self.run_worker(self._leave(), exclusive=True, group="leave")

    async def _leave(self) -> None:
        with suppress(TimeoutError, WorkerCancelled):  # what waits for a prompt that waits cancels it
            async with asyncio.timeout(QUIT_SECONDS):
                for screen in self.screen_stack:
                    if isinstance(screen, ChatScreen):
                        await screen.sent()
                async with self._copying:
                    pass  # what was copied is where it can be pasted from
        if self._started is not None and self._started.done():
            session = self._started.result()
            await session.close()
            self.farewell = session.saver.farewell
        self.exit()

    def _fatal_error(self) -> None:
        """Leave after a fault in the application, and say so in a sentence.

        In the place of Textual's own, which prints the values of all variables: prompts, and perhaps a key.
        """
        _log.error("the application ended", exc_info=True)
        log = one_line(str(self._launch.library.paths.log))
        if self._started is not None and self._started.done():
            self.farewell = self._started.result().rescue()
        self.panic(
            Text(
                "chat-tui: The application ended because of a fault of its own. What was sent and what had arrived is "
                f"kept: chat-tui --resume goes on. Where it went wrong is in {log}"
            )
        )

    def action_command_palette(self) -> None:
        """Open the list of all actions."""
        from chat_tui.screens.palette import Palette

        if not isinstance(self.screen, Palette):
            self.push_screen(Palette())

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


def _import_later() -> None:
    """Import what the transcript renders with, and the panes that are opened most, so that all are there at once."""
    panes = ("models", "settings", "presets", "conversations", "costs")
    for name in ("markdown_it", "pygments.lexers", "pygments.styles", "chat_tui.transcript.message"):
        import_module(name)
    for pane in panes:
        import_module(f"chat_tui.screens.{pane}")


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
