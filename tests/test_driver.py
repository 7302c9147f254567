"""What our driver adds to how Textual reads a terminal."""

from __future__ import annotations

from textual import events
from textual._xterm_parser import XTermParser
from textual.drivers.headless_driver import HeadlessDriver

from chat_tui.driver import polite


def test_alt_with_a_letter_is_a_key_at_once() -> None:
    polite(HeadlessDriver)
    read = list(XTermParser().feed("\x1be\x1bt\x1bf\x1b[1;3Da"))
    assert [event.key for event in read if isinstance(event, events.Key)] == [
        "alt+e",
        "alt+t",
        "ctrl+right",  # as terminals on a Mac say it
        "alt+left",
        "a",
    ]
