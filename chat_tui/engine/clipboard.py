"""Copying text out of the terminal: by a tool of the system, through the terminal itself, or into a file."""

from __future__ import annotations

import asyncio
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from shutil import which
from typing import Final, Literal

from chat_tui.config.server import KEY_VARIABLE
from chat_tui.paths import private_directory, replace_file

PATIENCE: Final = 1.0
"""Seconds that a tool may take; a display that doesn't answer must not hold up the copy."""
LARGEST_FOR_TERMINAL: Final = 56_244
"""Bytes that every terminal takes at once: some end their sequences at 74,994 bytes, and base64 adds a third."""
FILE_NAME: Final = "copied.txt"
_SHELL_TRAP: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")


Way = Literal["auto", "terminal", "file"]
"""The first that works here, or always the same."""


@dataclass(frozen=True, slots=True)
class Tool:
    """A program that takes the text on its standard input."""

    command: tuple[str, ...]
    encoding: str = "utf-8"

    @property
    def name(self) -> str:
        """What people know it by."""
        return self.command[0]


@dataclass(frozen=True, slots=True)
class Copied:
    """Where a text went: a sentence's end says which way was taken."""

    way: str
    """As in “Copied 12 characters with xclip.”"""
    path: Path | None = None
    """The file, when nothing else took the text."""
    by_terminal: bool = False
    """Nothing tells whether it took the text."""


WAYLAND: Final = Tool(("wl-copy", "--type", "text/plain;charset=utf-8"))
X11: Final = (Tool(("xclip", "-selection", "clipboard")), Tool(("xsel", "--clipboard", "--input")))
MACOS: Final = Tool(("pbcopy",))
# Without a mark of its byte order, which Windows would paste as a character.
WINDOWS: Final = Tool(("clip.exe",), "utf-16-le")
# By default tmux ignores the sequence when a program in it writes it, but writes it itself for this.
TMUX: Final = Tool(("tmux", "load-buffer", "-w", "-"))


class Clipboard:
    """The ways out of this terminal, best first.

    Args:
        folder: Where the file goes that is written when nothing else takes a text.
        environment: What says where we are: a desktop, tmux, the other end of SSH.
        to_terminal: Hands a text to the terminal (OSC 52); nothing tells whether it takes it.
        way: Which of them a person wants.
        platform: As `sys.platform` has it.
        patience: Seconds that a tool may take.
    """

    def __init__(
        self,
        folder: Path,
        environment: Mapping[str, str],
        to_terminal: Callable[[str], None],
        *,
        way: Way = "auto",
        platform: str = sys.platform,
        patience: float = PATIENCE,
    ) -> None:
        self._folder = folder
        # The tools get it too, and have no business with the key.
        self._environment = {name: value for name, value in environment.items() if name != KEY_VARIABLE}
        self._to_terminal = to_terminal
        self._way = way
        self._platform = platform
        self._patience = patience

    async def copy(self, text: str) -> Copied:
        """Copy `text` and return the way that it took.

        Raises:
            OSError: when not even the file could be written.
        """
        text = _whole(text)
        for way in self._ways(text):
            if way is None:
                self._to_terminal(text)
                return Copied("through the terminal (OSC 52)", by_terminal=True)
            if await asyncio.to_thread(self._run, way, text):
                return Copied(f"with {way.name}")
        return Copied("to a file", await asyncio.to_thread(self._write, text))

    @classmethod
    def ways(cls, environment: Mapping[str, str]) -> list[str]:
        """Say which ways are there, as the ends of sentences, best first; a file is always one more."""
        here = cls(Path(), environment, lambda _: None)
        return [
            "through the terminal (OSC 52, if it allows that)" if way is None else f"with {way.name}"
            for way in here._ways("")
            if way is None or which(way.name, path=environment.get("PATH"))
        ]

    def _ways(self, text: str) -> Iterator[Tool | None]:
        """Yield what to try in turn, before the file; None stands for the terminal."""
        if self._way != "auto":
            yield from [None] if self._way == "terminal" else []
            return
        here = self._environment
        far = bool(here.get("SSH_TTY") or here.get("SSH_CONNECTION"))
        tmux = [TMUX] if here.get("TMUX") else []
        terminal = [None] if self._terminal_takes(text) else []
        # On the other end of SSH the desktop's clipboard is nobody's who sits here; the terminal is.
        yield from [*tmux, *terminal, *self._desktop()] if far else [*self._desktop(), *tmux, *terminal]

    def _desktop(self) -> Iterator[Tool]:
        here = self._environment
        if self._platform == "darwin":
            yield MACOS
        if self._platform == "win32" or here.get("WSL_DISTRO_NAME") or here.get("WSL_INTEROP"):
            yield WINDOWS
        if here.get("WAYLAND_DISPLAY"):
            yield WAYLAND
        if here.get("DISPLAY"):
            yield from X11

    def _terminal_takes(self, text: str) -> bool:
        """Tell whether nothing says that the terminal will drop `text`."""
        here = self._environment
        deaf = (
            here.get("TERM", "") in ("", "linux", "dumb")
            or here.get("TERM_PROGRAM") == "Apple_Terminal"
            or "STY" in here  # GNU screen keeps the sequence to itself
        )
        return not deaf and len(text.encode()) <= LARGEST_FOR_TERMINAL

    def _run(self, tool: Tool, text: str) -> bool:
        """Give `text` to `tool` and return whether it took it."""
        program = which(tool.name, path=self._environment.get("PATH"))
        if program is None:
            return False
        try:
            done = subprocess.run(
                [program, *tool.command[1:]],
                input=text.encode(tool.encoding),
                # Tools that hold the clipboard stay behind: they must not keep a pipe, or end with our terminal.
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
                timeout=self._patience,
                env=self._environment,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired):
            return False
        return done.returncode == 0

    def _write(self, text: str) -> Path:
        path = private_directory(self._folder) / FILE_NAME
        replace_file(path, text.encode())
        return path


def holds_controls(text: str) -> bool:
    """Tell whether pasting `text` into a shell could do more than type it."""
    return _SHELL_TRAP.search(text) is not None


def _whole(text: str) -> str:
    """Return `text` with halves of surrogate pairs joined, or replaced when alone: no encoding has them."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
