"""A terminal in memory with a program behind it."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

import pyte

PATIENCE = 30.0
"""Seconds after which a test that waits has failed."""
_LOOK_AGAIN = 0.1  # seconds
# Keyboard protocols that pyte doesn't know and would print the end of.
_UNKNOWN_TO_PYTE = re.compile(rb"\x1b\[[<>=?][0-9;]*u|\x1b\[\?[0-9;]*\$p")
# The first terminal that a new session opens is its own; without that there is no signal for a new size.
_IN_TERMINAL = "import os, sys; os.close(os.open(os.ttyname(0), os.O_RDWR)); os.execv(sys.argv[1], sys.argv[1:])"


class Terminal:
    """A program in a pseudo-terminal; a context manager that kills what is left of it.

    Args:
        command: The program and its arguments.
        environment: All variables that it gets.
        folder: Where it runs.
        columns: The width, in cells.
        rows: The height, in cells.
        is_own: Whether it is the program's own: the system then sends it a signal when the window is closed.
    """

    def __init__(
        self,
        command: list[str],
        environment: Mapping[str, str],
        folder: Path,
        columns: int = 120,
        rows: int = 40,
        *,
        is_own: bool = True,
    ) -> None:
        self.raw = b""
        """Everything that the program wrote."""
        self._master, slave = pty.openpty()
        self._screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self._screen)
        self._ended = False
        self._closed = False
        self.resize(columns, rows)
        try:
            self.process = subprocess.Popen(
                [sys.executable, "-I", "-S", "-c", _IN_TERMINAL, *command] if is_own else command,
                stdin=slave,
                stdout=slave,
                stderr=slave,
                cwd=folder,
                env=dict(environment),
                start_new_session=True,
            )
        finally:
            os.close(slave)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(PATIENCE)
        self.hang_up()

    @property
    def lines(self) -> list[str]:
        """The rows of the screen, without the spaces at their ends."""
        screen = self._screen
        # Not pyte's own `display`: it trips over a wide character whose second half was overwritten.
        cells = ((screen.buffer[row][column].data for column in range(screen.columns)) for row in range(screen.lines))
        return ["".join(line).rstrip() for line in cells]

    @property
    def text(self) -> str:
        """The whole screen."""
        return "\n".join(self.lines)

    def send(self, keys: str | bytes) -> None:
        """Type `keys`; control characters are the keys that send them."""
        os.write(self._master, keys.encode() if isinstance(keys, str) else keys)

    def type(self, text: str) -> None:
        """Type `text` and wait until it is seen."""
        self.send(text)
        self.wait_for(text)

    def prompt(self, text: str) -> None:
        """Type a prompt, and send it when it is seen."""
        self.type(text)
        self.send("\r")

    def paste(self, text: str) -> None:
        """Send `text` as a terminal does for what is pasted."""
        self.send(f"\x1b[200~{text}\x1b[201~")

    def resize(self, columns: int, rows: int) -> None:
        """Change the size, as a window manager does."""
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self._screen.resize(rows, columns)

    def wait_for(self, *texts: str) -> str:
        """Return the screen as soon as it shows all of `texts`."""
        return self.wait_until(lambda screen: all(text in screen for text in texts), f"{texts}")

    def wait_until(self, condition: Callable[[str], object], what: str) -> str:
        """Return the screen as soon as it meets `condition`; fail, showing it, when it never does."""
        deadline = time.monotonic() + PATIENCE
        while not condition(self.text):
            assert time.monotonic() < deadline, f"waited in vain for {what}; the screen:\n{self.text}"
            assert not self._ended, f"ended while waiting for {what}; it wrote:\n{self.raw[-2000:]!r}"
            self._read(_LOOK_AGAIN)
        return self.text

    def wait_for_bytes(self, data: bytes, since: int = 0) -> None:
        """Return as soon as the program has written `data`, as far as it comes after the first `since` bytes."""
        self.wait_until(lambda _: data in self.raw[since:], repr(data))

    def wait_for_cursor_on(self, text: str) -> None:
        """Return as soon as `text` was drawn with the cursor on its first letter: what is typed then goes there."""
        drawn = re.compile(re.escape(text[:1].encode()) + rb"(?:\x1b\[[0-9;]*m)+" + re.escape(text[1:].encode()))
        self.wait_until(lambda _: drawn.search(self.raw), f"the cursor on {text!r}")

    def wait_for_end(self) -> int:
        """Return the exit code when the program has ended and all of its output is read."""
        deadline = time.monotonic() + PATIENCE
        while not self._ended:
            assert time.monotonic() < deadline, f"did not end; the screen:\n{self.text}"
            self._read(_LOOK_AGAIN)
        return self.process.wait(PATIENCE)

    def quit(self) -> int:
        """Press Ctrl+Q and return the exit code."""
        self.send("\x11")
        return self.wait_for_end()

    def terminate(self) -> int:
        """Ask the program to end, as the system does, and return the exit code."""
        os.kill(self.process.pid, signal.SIGTERM)
        return self.wait_for_end()

    def wait_for_stop(self) -> None:
        """Return when the program is stopped, as Ctrl+Z does it, and all of its output is read."""
        deadline = time.monotonic() + PATIENCE
        while not self._is_stopped():
            assert time.monotonic() < deadline, f"did not stop; the screen:\n{self.text}"
            self._read(_LOOK_AGAIN)
        while self._read(0):
            pass

    def _is_stopped(self) -> bool:
        done = os.waitid(os.P_PID, self.process.pid, os.WSTOPPED | os.WNOHANG | os.WNOWAIT)
        return done is not None

    def go_on(self) -> None:
        """Continue the program after a stop, on an empty screen."""
        self._screen.reset()
        os.kill(self.process.pid, signal.SIGCONT)

    def hang_up(self) -> None:
        """Close the window."""
        if not self._closed:
            os.close(self._master)
        self._closed = True

    @property
    def is_raw(self) -> bool:
        """Whether the program gets every key as it is typed, and the terminal shows none of them."""
        return not termios.tcgetattr(self._master)[3] & (termios.ICANON | termios.ECHO | termios.ISIG)

    def kill(self) -> None:
        """Kill the program as `kill -9` does, and wait until it is gone."""
        os.kill(self.process.pid, signal.SIGKILL)
        assert self.process.wait(PATIENCE) == -signal.SIGKILL

    def _read(self, seconds: float) -> bool:
        """Take what is there, or comes within `seconds`; return whether there was anything."""
        ready, _, _ = select.select([self._master], [], [], seconds)
        if ready:
            try:
                data = os.read(self._master, 1 << 16)
            except OSError:  # how Linux says that nobody has the other end open any more
                data = b""
            self._ended = not data
            self.raw += data
            self._stream.feed(_UNKNOWN_TO_PYTE.sub(b"", data))
        return bool(ready) and not self._ended
