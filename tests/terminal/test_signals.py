"""Stops, signals and faults: the terminal is as it was, and after a stop the application is where it was."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable

import pytest

from tests.cli.home import Home, command, until
from tests.terminal.conftest import Opener
from tests.terminal.driver import Terminal

pytestmark = pytest.mark.xdist_group("terminal")

READY = "Ask anything"
BEGINNING_OF_SLOW = "This is a simulated answer, at about eight"
ANSWER = '"content": "Hello"'
MOUSE_ON = b"\x1b[?1000h\x1b[?1003h\x1b[?1015h\x1b[?1006h"
MOUSE_OFF = b"\x1b[?1000l\x1b[?1003l\x1b[?1015l\x1b[?1006l"
F6 = "\x1b[17~"
MODES = (1000, 1003, 1004, 1006, 1015, 1049, 2004)
"""Every mode of the terminal that has to be off at the end: mouse, focus, the other screen, pastes."""
FAULTY = """
import sys
from chat_tui.screens.chat import ChatScreen
from chat_tui.cli.main import main
def fault(screen):
    prompt = "sk-or-v1-in-a-variable"
    raise ValueError(prompt)
ChatScreen.action_show_help = fault
sys.exit(main(sys.argv[1:]))
"""


def left_on(raw: bytes) -> list[str]:
    """Return what the bytes leave of a terminal that isn't as a shell wants it."""
    wrong = [f"mode {mode}" for mode in MODES if raw.rfind(b"\x1b[?%dh" % mode) > raw.rfind(b"\x1b[?%dl" % mode)]
    if raw.rfind(b"\x1b[?25l") > raw.rfind(b"\x1b[?25h"):
        wrong.append("no cursor")
    if raw.rfind(b"\x1b[?7l") > raw.rfind(b"\x1b[?7h"):
        wrong.append("no wrapping")
    if raw.count(b"u", raw.rfind(b"\x1b[>")) and raw.rfind(b"\x1b[>25u") > raw.rfind(b"\x1b[<u"):
        wrong.append("keyboard protocol")
    return wrong


@pytest.fixture
def terminal(open_terminal: Opener) -> Terminal:
    """A conversation of one turn, in a terminal of 90 by 30."""
    opened = open_terminal("--model", "demo/echo", columns=90, rows=30)
    opened.wait_for_cursor_on(READY)
    opened.prompt("Hello")
    opened.wait_for(ANSWER, "demo/echo · Demo")
    return opened


@pytest.mark.parametrize(
    ("how", "announced"),
    [
        pytest.param(lambda terminal: os.kill(terminal.process.pid, signal.SIGTSTP), True, marks=pytest.mark.long),
        (lambda terminal: (terminal.send("\t"), terminal.wait_for("▎"), terminal.send("\x1a")), True),
        pytest.param(lambda terminal: (terminal.type("/suspend"), terminal.send("\r")), True, marks=pytest.mark.long),
        (lambda terminal: os.kill(terminal.process.pid, signal.SIGSTOP), False),
    ],
    ids=["SIGTSTP", "Ctrl+Z", "/suspend", "SIGSTOP"],
)
def test_stopped_and_continued(terminal: Terminal, how: Callable[[Terminal], object], announced: bool) -> None:
    assert left_on(terminal.raw)
    assert terminal.is_raw
    how(terminal)
    terminal.wait_for_stop()
    if announced:
        assert left_on(terminal.raw) == []
        assert not terminal.is_raw
    before = len(terminal.raw)
    terminal.go_on()
    screen = terminal.wait_for(ANSWER, "demo/echo · Demo", "F1 help")
    assert "demo/echo" in screen.splitlines()[0]
    assert terminal.raw[before:].count(b"\x1b[?1049h") == 1
    assert terminal.is_raw
    terminal.send("x123456789")
    terminal.wait_for("x123456789")  # in order: there is one reader
    assert terminal.quit() == 0
    assert left_on(terminal.raw) == []
    assert not terminal.is_raw


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT], ids=lambda number: number.name)
def test_a_signal_ends_it_in_mid_stream_with_all_kept(
    open_terminal: Opener, home: Home, number: signal.Signals
) -> None:
    terminal = open_terminal("--model", "demo/slow")
    terminal.wait_for_cursor_on(READY)
    terminal.prompt("Hello")
    terminal.wait_for(BEGINNING_OF_SLOW)
    os.kill(terminal.process.pid, number)
    assert terminal.wait_for_end() == 0
    assert left_on(terminal.raw) == []
    assert not terminal.is_raw
    assert b"Traceback" not in terminal.raw
    assert [message["status"] for message in home.messages()][1:] == ["interrupted"]


@pytest.mark.parametrize("is_own", [True, False], ids=["with a signal", "without"])
def test_a_window_that_is_closed_ends_it_with_all_kept(home: Home, *, is_own: bool) -> None:
    program = command("--model", "demo/slow")
    with Terminal(program, home.environment(), home.work, is_own=is_own) as terminal:
        terminal.wait_for_cursor_on(READY)
        terminal.prompt("Hello")
        terminal.wait_for(BEGINNING_OF_SLOW)
        terminal.hang_up()
        until(lambda: terminal.process.poll() is not None, "the end")
    assert [message["status"] for message in home.messages()][1:] == ["interrupted"]
    assert home.partial() == ""


def test_a_fault_of_its_own_restores_the_terminal_and_shows_no_secret(home: Home) -> None:
    program = [*command()[:1], "-c", FAULTY, "--model", "demo/markdown"]
    with Terminal(program, home.environment(), home.work) as terminal:
        terminal.wait_for_cursor_on(READY)
        shown = len(terminal.raw)
        terminal.send("\x1bOP")
        assert terminal.wait_for_end() == 1
        assert left_on(terminal.raw) == []
        assert not terminal.is_raw
        told = terminal.raw[shown:].rpartition(b"\x1b[?1049l")[2]
        assert b"ended because of a fault of its own" in told
        assert str(home.root).encode() in told.replace(b"\r\n", b"")
        for secret in (b"sk-or-v1", b"Traceback", b"ValueError"):
            assert secret not in told
    log = (home.root / "state" / "chat-tui.log").read_text("utf-8")
    assert "in fault" in log
    assert "sk-or-v1-in" not in log.replace('prompt = "sk-or-v1-in-a-variable"', "")


def test_one_key_gives_the_mouse_to_the_terminal_and_takes_it_back(terminal: Terminal) -> None:
    before = len(terminal.raw)
    terminal.send(F6)
    terminal.wait_for("F6 takes the mouse back")
    assert MOUSE_OFF in terminal.raw[before:]
    assert MOUSE_ON not in terminal.raw[before:]
    os.kill(terminal.process.pid, signal.SIGTSTP)
    terminal.wait_for_stop()
    terminal.go_on()
    terminal.wait_for(ANSWER, "F6 takes the mouse back")
    assert b"\x1b[?1000h" not in terminal.raw[before:]
    before = len(terminal.raw)
    terminal.send(F6)
    terminal.wait_until(lambda screen: "F6 takes" not in screen, "the mouse to be back")
    assert MOUSE_ON in terminal.raw[before:]
    assert terminal.quit() == 0
    assert left_on(terminal.raw) == []
