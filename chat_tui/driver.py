"""The terminal's driver: Textual's own, which can also give the mouse back, and comes back from every stop."""

from __future__ import annotations

import select
import sys
from codecs import getincrementaldecoder
from collections.abc import Iterable, MutableMapping
from contextlib import suppress
from enum import Enum
from functools import partial
from string import ascii_lowercase
from typing import IO, Any, Final, cast

from textual import events
from textual._ansi_sequences import ANSI_SEQUENCES_KEYS  # where else could a key be made known?
from textual._xterm_parser import XTermParser
from textual.driver import Driver
from textual.message import Message

MOUSE_MODES: Final = (1000, 1003, 1015, 1006)
"""What Textual asks the terminal for: buttons, moves, and two ways of telling where."""
PIXELS: Final = 1016
_ESCAPE, _PASTE, _PASTED = "\x1b", "\x1b[200~", "\x1b[201~"
_STAND_IN = "\udc1b"  # no decoder gives half a character
_ALT: Final = Enum("_ALT", {letter: f"alt+{letter}" for letter in ascii_lowercase})  # type: ignore[misc]  # computed


class PoliteDriver(Driver):
    """What is added to one of Textual's drivers; `polite` puts both together."""

    _suspended = False
    _changing = False

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        if (file := vars(self).get("_file")) is not None:  # the drivers of Linux and macOS write to it in a thread
            vars(self)["_file"] = _Outlasting(file)

    def wait_for_end(self) -> bool:
        """Block until the terminal is gone, and return True; False where nothing tells that."""
        fileno = vars(self).get("fileno")
        if fileno is None or not hasattr(select, "poll"):
            return False
        terminal = select.poll()
        terminal.register(fileno, 0)  # waits for nothing but what is always told: that it is gone
        return any(told & (select.POLLHUP | select.POLLERR) for _, told in terminal.poll())

    def release_mouse(self) -> None:
        """Let the terminal have the mouse: it selects text and follows links by itself."""
        self._write_modes(MOUSE_MODES, "l")
        # Textual's drivers ask for the mouse only while this is set: without it they would when they resume.
        self._mouse = False

    def take_mouse(self) -> None:
        """Have the mouse again."""
        self._mouse = True
        # The driver of Linux and macOS remembers that it was told to count pixels; that mode comes last to count.
        pixels = (PIXELS,) if vars(self).get("_mouse_pixels") else ()
        self._write_modes((*MOUSE_MODES, *pixels), "h")

    def stop_application_mode(self) -> None:
        """Give the terminal back as it was."""
        if vars(self).get("_mouse_pixels"):  # the one mode that Textual leaves on
            self._write_modes((PIXELS,), "l")
        super().stop_application_mode()  # type: ignore[safe-super]  # `polite` puts a driver that has it next in line

    def suspend_application_mode(self) -> None:
        """Leave the terminal as it was before."""
        super().suspend_application_mode()
        self._suspended = True

    def resume_application_mode(self) -> None:
        """Take the terminal again, also after a stop that nobody announced (`kill -STOP`).

        Textual starts its threads anew on every SIGCONT; after a stop without notice the old ones still run, and the
        terminal's modes are those of the shell.
        """
        if self._changing:  # stopped again, in the background, in the midst of this
            return
        self._changing = True
        try:
            if not self._suspended:
                super().suspend_application_mode()
            # In the background the driver gives up without a word; whether it started shows only in its writer.
            writer = vars(self).get("_writer_thread")
            super().resume_application_mode()
            self._suspended = writer is not None and vars(self).get("_writer_thread") is writer
        finally:
            self._changing = False
        if not self._suspended:
            self.send_message(self.SignalResume())

    def _write_modes(self, modes: tuple[int, ...], switch: str) -> None:
        self.write("".join(f"\x1b[?{mode}{switch}" for mode in modes))
        self.flush()


class _Parser(XTermParser):
    """Textual's parser of what a terminal sends, for which all that is pasted is text.

    Its own takes an escape in the midst of a paste for the beginning of keys: pasted text could send prompts, or quit.
    """

    _is_pasting = False
    _held = ""
    """The end of a paste, as far as it has come."""
    _before = ""
    """What came last, in which a paste may have begun to begin."""

    def feed(self, data: str) -> Iterable[Message]:
        """Yield what `data` adds; nothing is the end."""
        guarded = self._guarded(data)
        if data and not guarded:
            return  # all of it may be the end of a paste
        for event in super().feed(guarded):
            if isinstance(event, events.Paste):
                yield events.Paste(event.text.replace(_STAND_IN, _ESCAPE))
            else:
                yield event

    def _guarded(self, data: str) -> str:
        """Return `data` with something else in the place of the escapes that are pasted."""
        if not data:
            return data
        rest, guarded, self._held = self._held + data, "", ""
        while rest:
            if self._is_pasting:
                text, end, rest = rest.partition(_PASTED)
                if end:
                    self._is_pasting, self._before = False, ""
                else:
                    cut = next(n for n in range(len(_PASTED) - 1, -1, -1) if text.endswith(_PASTED[:n]))
                    text, self._held = text[: len(text) - cut], text[len(text) - cut :]
                guarded += text.replace(_ESCAPE, _STAND_IN) + end
            else:
                seen = self._before + rest
                start, begin, _ = seen.partition(_PASTE)
                self._is_pasting = bool(begin)
                cut = len(start) + len(begin) - len(self._before)
                guarded, rest = guarded + rest[:cut], rest[cut:]
                self._before = seen[1 - len(_PASTE) :]
        return guarded


class _Outlasting:
    """The terminal as a file that can be written to when it is gone.

    Textual's thread would end at the first refused write, and then the queue before it fills and holds up the loop for
    good, so that not even the signal that the terminal is gone could end the application.
    """

    def __init__(self, file: IO[str]) -> None:
        self._file = file

    def write(self, text: str) -> None:
        with suppress(OSError):
            self._file.write(text)

    def flush(self) -> None:
        with suppress(OSError):
            self._file.flush()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)


def polite(driver: type[Driver]) -> type[Driver]:
    """Return `driver` with the additions, made to survive a typed or pasted byte that is no UTF-8.

    Alt with a letter is a key at once; Textual would wait for a tenth of a second whether more follows, and take two of
    them in that time for text. Sequences that it knows stay as they are.

    Its input thread decodes strictly, and an error there ends the application. The decoder's maker and the parser are
    names in the driver's module; nothing else of the thread can be reached without writing it again.
    """
    known = cast("MutableMapping[str, Any]", ANSI_SEQUENCES_KEYS)
    for key in _ALT:
        known.setdefault(f"\x1b{key.name}", (key,))
    module = sys.modules[driver.__module__]
    if hasattr(module, "getincrementaldecoder"):
        vars(module)["getincrementaldecoder"] = lambda name: partial(getincrementaldecoder(name), errors="replace")
    if hasattr(module, "XTermParser"):
        vars(module)["XTermParser"] = _Parser
    return cast("type[Driver]", type(f"Polite{driver.__name__}", (PoliteDriver, driver), {}))
