"""The model picker's keys as a terminal sends them."""

from __future__ import annotations

import pytest

from tests.terminal.conftest import Opener

pytestmark = [pytest.mark.xdist_group("terminal"), pytest.mark.long]


def test_alt_with_letters_and_arrows_and_a_digit_at_once(open_terminal: Opener) -> None:
    terminal = open_terminal("--model", "demo/markdown")
    terminal.wait_for_cursor_on("Ask anything")
    terminal.send("\x0f")
    terminal.wait_for("all models")
    terminal.send("\x1be\x1bt")
    terminal.wait_until(lambda screen: "free tools" in screen.splitlines()[1], "both filters")
    terminal.send("\x15demo/echo")
    terminal.wait_for("▎  demo/echo")
    terminal.send("\x1bs")
    terminal.wait_for("▎1 demo/echo")
    terminal.send("\x1ba\x15demo/fast")
    terminal.wait_for("▎  demo/fast")
    terminal.send("\x1ba")
    terminal.wait_for("1 demo/echo  2 demo/fast")
    terminal.send("\x1b[1;3D")
    terminal.wait_for("1 demo/fast  2 demo/echo")
    terminal.send("\x1b")
    terminal.wait_until(lambda screen: "when it can't answer" not in screen, "the chat")
    terminal.send("\x0f1")  # in one go, as quick fingers do
    terminal.wait_until(lambda screen: "demo/echo" in screen.splitlines()[0], "the favourite")
    assert terminal.quit() == 0
