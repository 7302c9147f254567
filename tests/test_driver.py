"""What our driver adds to how Textual reads a terminal."""

from __future__ import annotations

import pytest
from textual import events
from textual._xterm_parser import XTermParser
from textual.drivers import linux_driver
from textual.drivers.headless_driver import HeadlessDriver
from textual.drivers.linux_driver import LinuxDriver

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


@pytest.mark.parametrize("size", [1, 2, 3, 5, 8, 1000])
def test_what_is_pasted_is_text_whatever_is_in_it(size: int) -> None:
    pasted = "one \x1b]52;c;cm0=\x07 \x9b2J \x1b\x1b[A\r\x11 \x1b[200~ \x1b[201 two\x1b"
    sent = f"a\x1b[A\x1b[200~{pasted}\x1b[201~b\x1b[200~three\x1b[201~\x1b[B"
    polite(LinuxDriver)
    parser: XTermParser = vars(linux_driver)["XTermParser"]()
    read = [event for start in range(0, len(sent), size) for event in parser.feed(sent[start : start + size])]
    shown = [event.text if isinstance(event, events.Paste) else getattr(event, "key", "") for event in read]
    assert shown == ["a", "up", pasted, "b", "three", "down"]
