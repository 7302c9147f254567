"""A chat as a person has it: send, switch, stop, resize, leave; be killed, and go on."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import pytest

from tests.cli.home import Home, until
from tests.terminal.conftest import Opener
from tests.terminal.driver import Terminal

pytestmark = pytest.mark.xdist_group("terminal")

READY = "Ask anything"
BEGINNING_OF_SLOW = "This is a simulated answer, at about eight"
RESTORING = {
    "alternate screen": b"\x1b[?1049l",
    "mouse": b"\x1b[?1000l",
    "mouse moves": b"\x1b[?1003l",
    "bracketed paste": b"\x1b[?2004l",
    "keyboard protocol": b"\x1b[<u",
    "cursor": b"\x1b[?25h",
}
ENTERING = (b"\x1b[?1049h", b"\x1b[?1000h", b"\x1b[?1003h", b"\x1b[?2004h", b"\x1b[>", b"\x1b[?25l")


def receipt(model: str) -> Callable[[str], bool]:
    """Return whether a screen shows the line under a finished reply: model, provider, tokens, cost; perhaps wrapped."""
    line = re.compile(rf"{model} · \S+ · \d+ in · \d+ out · .*\$[\d.]+")
    return lambda screen: line.search(" ".join(screen.split())) is not None


def test_a_demo_from_start_to_end(open_terminal: Opener, home: Home) -> None:
    _whole_demo(open_terminal("--demo", columns=120, rows=40), home)


@pytest.mark.long
def test_a_demo_in_a_small_terminal(open_terminal: Opener, home: Home) -> None:
    _whole_demo(open_terminal("--demo", columns=80, rows=24), home)


def _whole_demo(terminal: Terminal, home: Home) -> None:
    terminal.wait_for_cursor_on(READY)
    assert "demo/markdown" in terminal.wait_for("demo/markdown")
    terminal.prompt("Hello")
    screen = terminal.wait_until(receipt("demo/markdown"), "the receipt")
    assert "**" not in screen
    assert "[link]" not in screen
    assert "Ask again for the same" in screen
    terminal.send("\x0f")
    terminal.wait_for("Search: claude", "openai/")
    terminal.send("demo/ech")
    terminal.wait_until(lambda screen: "demo/echo" in screen and "openai/" not in screen, "the search")
    terminal.send("\x1bm")
    terminal.wait_for("New chats")
    terminal.send("\r")
    terminal.wait_until(lambda screen: "demo/echo" in screen.splitlines()[0], "the model in the header")
    terminal.prompt("And now?")
    screen = terminal.wait_until(receipt("demo/echo"), "the second receipt")
    assert '"model": "demo/echo"' in screen or '"stream": true' in screen
    assert terminal.quit() == 0
    _assert_restored(terminal.raw)
    assert not home.data.exists()
    assert not (home.config / "config.toml").exists()


def _assert_restored(raw: bytes) -> None:
    entered = max(raw.rfind(sequence) for sequence in ENTERING)
    assert entered >= 0
    for what, sequence in RESTORING.items():
        assert raw.rfind(sequence) > entered, what
    assert b"Traceback" not in raw


def test_killed_in_mid_stream_and_resumed(open_terminal: Opener, home: Home) -> None:
    killed = open_terminal("--model", "demo/slow")
    killed.wait_for_cursor_on(READY)
    killed.prompt("Tell me something slow")
    killed.wait_for(BEGINNING_OF_SLOW)
    until(lambda: "at about eight" in home.partial(), "what is seen, on disk: that is a moment later")
    killed.kill()
    kept = home.partial()
    assert kept.startswith("This is a **simulated** answer")
    resumed = open_terminal("--resume", "--model", "demo/echo")
    shown = kept.replace("**", "")[:60].rstrip()  # the last word on the screen may not have been on disk yet
    resumed.wait_for("Tell me something slow", shown, "interrupted")
    resumed.prompt("Go on")
    resumed.wait_until(receipt("demo/echo"), "the receipt")
    assert resumed.quit() == 0
    prompt, partial, again, reply = home.messages()
    assert [record["status"] for record in (partial, reply)] == ["interrupted", "complete"]
    assert partial["parts"][0]["text"] == kept
    assert (again["parent"], reply["parent"], partial["parent"]) == (partial["id"], again["id"], prompt["id"])
    request = json.loads(reply["parts"][0]["text"].partition("```json")[2].rstrip("`\n"))
    assert [message["role"] for message in request["messages"]] == ["user", "assistant", "user"]
    assert request["messages"][1]["content"] == kept


def test_what_is_typed_while_it_starts_is_kept(open_terminal: Opener) -> None:
    terminal = open_terminal("--model", "demo/echo")
    terminal.wait_for_bytes(b"\x1b[?1049h")
    terminal.send("Typed early")
    terminal.wait_for("Typed early", "demo/echo")
    terminal.send("\r")
    terminal.wait_for('"content": "Typed early"')
    terminal.wait_until(receipt("demo/echo"), "the receipt")


def test_keys_that_come_together_are_taken_in_their_order(open_terminal: Opener) -> None:
    terminal = open_terminal("--model", "demo/echo")
    terminal.wait_for_cursor_on(READY)
    terminal.wait_for("demo/echo")
    terminal.send("Typed at once\rnext")
    terminal.wait_for('"content": "Typed at once"')
    screen = terminal.wait_until(receipt("demo/echo"), "the receipt")
    assert "next" in screen.splitlines()[-3]


def test_escape_stops_a_reply(open_terminal: Opener, home: Home) -> None:
    _assert_stopped_by("\x1b", open_terminal("--model", "demo/slow"), home)


def test_control_c_stops_a_reply_and_does_not_quit(open_terminal: Opener, home: Home) -> None:
    _assert_stopped_by("\x03", open_terminal("--model", "demo/slow"), home)


def _assert_stopped_by(key: str, terminal: Terminal, home: Home) -> None:
    terminal.wait_for_cursor_on(READY)
    terminal.prompt("Hello")
    terminal.wait_for(BEGINNING_OF_SLOW)
    terminal.send(key)
    terminal.wait_for(BEGINNING_OF_SLOW, "stopped")
    until(lambda: len(home.messages()) == 2, "the reply in the journal")
    reply = home.messages()[1]
    assert reply["status"] == "cancelled"
    assert reply["parts"][0]["text"].startswith("This is a **simulated** answer, at about eight")
    terminal.type("Still here")
    assert terminal.quit() == 0


def test_quitting_in_mid_stream_keeps_what_arrived(open_terminal: Opener, home: Home) -> None:
    terminal = open_terminal("--model", "demo/slow")
    terminal.wait_for_cursor_on(READY)
    terminal.prompt("Hello")
    terminal.wait_for(BEGINNING_OF_SLOW)
    assert terminal.quit() == 0
    _assert_restored(terminal.raw)
    assert home.messages()[1]["status"] == "interrupted"
    assert home.partial() == ""


def test_resized_in_mid_stream(open_terminal: Opener) -> None:
    terminal = open_terminal("--model", "demo/markdown", columns=100, rows=20)
    terminal.wait_for_cursor_on(READY)
    terminal.prompt("Hello")
    terminal.wait_for("simulated")
    for columns, rows in ((40, 10), (140, 50), (30, 8), (80, 24)):
        terminal.resize(columns, rows)
        terminal.wait_until(_fits(columns, rows), f"{columns} columns and {rows} rows")
    terminal.wait_for("Ask again for the same", "demo/markdown")
    terminal.wait_until(receipt("demo/markdown"), "the receipt")
    assert terminal.quit() == 0


def _fits(columns: int, rows: int) -> Callable[[str], bool]:
    """Return whether the rule goes from edge to edge, and the composer is where the size wants it."""

    def fits(screen: str) -> bool:
        lines = screen.split("\n")
        return lines[1].count("─") == columns - 2 and any(READY in line for line in lines[rows - 4 :])

    return fits


def test_a_byte_that_is_no_text_ends_nothing(open_terminal: Opener) -> None:
    terminal = open_terminal("--demo")
    terminal.wait_for_cursor_on(READY)
    terminal.send(b"caf\xe9 x")
    terminal.wait_for("caf\ufffd x")
    assert terminal.quit() == 0


def test_a_signal_leaves_the_terminal_as_it_was(open_terminal: Opener) -> None:
    terminal = open_terminal("--demo")
    terminal.wait_for_cursor_on(READY)
    terminal.wait_for_bytes(b"\x1b[?1049h")
    assert terminal.terminate() == 0
    assert b"\x1b[?1049l" in terminal.raw


def test_a_tiny_terminal(open_terminal: Opener) -> None:
    terminal = open_terminal("--demo", columns=40, rows=10)
    terminal.wait_for_cursor_on(READY)
    terminal.prompt("Hello")
    terminal.wait_for("396", "$0.000238")
    for key, seen in (("\x0f", "Search"), ("\x1b", READY), ("\x1bOP", "Keys"), ("\x1b", READY)):
        terminal.send(key)
        terminal.wait_for(seen)
    assert terminal.quit() == 0
    assert b"Traceback" not in terminal.raw
