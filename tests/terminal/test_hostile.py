"""What strangers write reaches the terminal as visible symbols: judged by the bytes that the application writes."""

from __future__ import annotations

import re

import pytest

from tests.cli.home import Home
from tests.terminal.conftest import Opener
from tests.terminal.driver import Terminal

pytestmark = pytest.mark.xdist_group("terminal")

READY = "Ask anything"
# What Textual writes of its own: modes at start and exit, colours, cursor moves, the shape of the pointer, the notice
# that it isn't Apple's terminal. Everything else that begins with ESC is a stranger's.
_OWN = re.compile(
    rb"\x1b\[[0-9;:]*m"  # colours
    rb"|\x1b\[[0-9;]*H"  # cursor moves
    rb"|\x1b\[\?(?:1000|1003|1004|1006|1015|1049|2004|2026|2048|25|7)[hl]"  # modes
    rb"|\x1b\[\?20(?:26|48)\$p"  # questions
    rb"|\x1b\[[<>=?][0-9;]*u"  # the keyboard protocol
    rb"|\x1b\]22;[a-z-]*\x07"  # the pointer
    rb"|\x1b\]8;id=\d+;(?:https?|mailto):[!-~]*\x1b\\"  # a link begins, to nowhere but the web or the mail
    rb"|\x1b\]8;;\x1b\\"  # and ends
)
_LINK = re.compile(rb"\x1b\]8;[^;]*;([^\x1b]+)\x1b")
_C1 = re.compile("[\x80-\x9f]")
_BIDI = re.compile("[\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c]")
_MODES = re.compile(rb"\x1b\[\?(1049|1003|1000|25|2004)([hl])")


def foreign(raw: bytes) -> list[bytes]:
    """Return every control sequence and control character that Textual doesn't write by itself."""
    left = _OWN.sub(b"", raw)
    found = re.findall(rb"\x1b.{0,12}|[\x00-\x08\x0b\x0c\x0e-\x1a\x1c-\x1f\x7f]", left, re.DOTALL)
    text = left.decode("utf-8")
    return found + [match.encode() for match in _C1.findall(text) + _BIDI.findall(text)]


def assert_harmless(terminal: Terminal, link: bytes = b"") -> None:
    """Leave, and see that nothing of a stranger's ever drove the terminal, nor linked to anywhere but to `link`.

    While an address arrives, its beginning is a link.
    """
    assert terminal.quit() == 0
    raw = terminal.raw
    assert foreign(raw) == []
    assert b"\x1b[2J" not in raw
    assert b"\x1b]52" not in raw
    assert b"\x1b]0;" not in raw
    linked = set(_LINK.findall(raw))
    assert all(link.startswith(address) for address in linked), linked
    assert (link in linked) == bool(link)
    # Modes are turned on only before the first paint, and off only at the end.
    painted = raw.index(b"Ask anything"[1:])
    late = {(mode, on) for mode, on in _MODES.findall(raw[painted:]) if on == b"h"} - {(b"25", b"h")}
    assert late == set()
    assert b"Traceback" not in raw


def test_the_check_can_fail() -> None:
    assert foreign(b"\x1b[31mred\x1b[0m \x1b[2;3H\x1b[?1049h\x1b]22;default\x07") == []
    for payload in ("\x1b]52;c;cm0=\x07", "\x1b[2J", "\x07", "\x9b2J", "\x90q", "\x9d52;c", "\x1bc", "\u202e", "\x7f"):
        assert foreign(payload.encode()) != [], payload
    for href in ("javascript:alert(1)", "file:///etc/passwd", "https://x/\u202e", "https://x/ y"):
        assert foreign(f"\x1b]8;id=1;{href}\x1b\\".encode()) != [], href


def test_a_hostile_reply(open_terminal: Opener) -> None:
    terminal = open_terminal("--model", "demo/escape", rows=60)
    terminal.wait_for_cursor_on(READY)
    terminal.prompt("Hello [/foo] [bold]")
    screen = terminal.wait_for("[/qux]", "OSC 52, the clipboard: ␛]52;c;cm0gLXJmIH4=␇", "demo/escape · Demo", "$0")
    for seen in ("␛[2J␛[H␛[3J", "⟨9B⟩2J ⟨90⟩q#0⟨9C⟩", "[/foo] [bold]loud[/bold] [@click=app.quit]x[/]", "⟨U+202E⟩"):
        assert seen in screen
    # Of its three links one goes to the web, its override made visible; those to a script and to a file are text.
    assert_harmless(terminal, link=b"https://example.com/%E2%9F%A8U+202E%E2%9F%A9gnp.exe")


def test_a_hostile_reply_in_a_small_terminal_and_resumed(open_terminal: Opener, home: Home) -> None:
    home.converse("one\x1b]0;owned\x07 [/foo]", "demo/escape")
    terminal = open_terminal("--resume", columns=60, rows=20)
    terminal.wait_for_cursor_on(READY)
    terminal.wait_for("[/cell]")
    terminal.wait_for("␛]0;owned␇ [/foo]")
    assert_harmless(terminal)


def test_hostile_model_names(open_terminal: Opener) -> None:
    terminal = open_terminal("--model", "demo/echo")
    terminal.wait_for_cursor_on(READY)
    terminal.send("\x0f")
    terminal.wait_for("all models", "openai/")
    terminal.send("escape")
    terminal.wait_for("demo/escape", "demo/error-escape")
    terminal.send("\r")
    terminal.wait_until(lambda screen: "demo/escape" in screen.splitlines()[0], "the model in the header")
    assert_harmless(terminal)


def test_a_hostile_model_id_as_typed(open_terminal: Opener) -> None:
    terminal = open_terminal("--model", "x/[/foo]\x1b]52;c;cm0=\x07\x9b2J")
    terminal.wait_for_cursor_on(READY)
    terminal.wait_for("x/[/foo]␛]52;c;cm0=␇⟨9B⟩2J")
    terminal.prompt("Hello")
    terminal.wait_for("failed")
    assert_harmless(terminal)


def test_a_hostile_prompt_becomes_a_hostile_title(open_terminal: Opener, home: Home) -> None:
    prompt = "Pasted \x1b]52;c;cm0=\x07 \x9b2J [/foo] [@click=app.quit]x[/] \x1b[2J end"
    home.converse(prompt)
    terminal = open_terminal("--resume")
    terminal.wait_for_cursor_on(READY)
    screen = terminal.wait_for("Pasted ␛]52;c;cm0=␇ ⟨9B⟩2J [/foo]", "demo/echo · Demo")
    assert "Pasted ␛]52;c;cm0=␇" in screen.splitlines()[0]
    assert_harmless(terminal)


def test_a_hostile_prompt_recalled(open_terminal: Opener, home: Home) -> None:
    home.converse("one \x1b]52;c;cm0=\x07 \x9b2J \x1b[2J end", "demo/markdown")
    terminal = open_terminal("--resume", "--model", "demo/markdown")
    terminal.wait_for_cursor_on(READY)
    terminal.wait_for("demo/markdown · Demo")
    terminal.send("\x1b[A")
    terminal.wait_until(lambda screen: "one" in screen.splitlines()[-3], "the recalled prompt")
    assert_harmless(terminal)


def test_a_hostile_paste(open_terminal: Opener) -> None:
    terminal = open_terminal("--model", "demo/echo")
    terminal.wait_for_cursor_on(READY)
    terminal.paste("Pasted \x1b]52;c;cm0=\x07 \x9b2J [/foo] [@click=app.quit]x[/] \x1b[2J end")
    terminal.wait_for("[/foo]")
    terminal.send("\r")
    terminal.wait_for("demo/echo · Demo")
    assert_harmless(terminal)


def test_a_hostile_error(open_terminal: Opener) -> None:
    terminal = open_terminal("--model", "demo/error-escape")
    terminal.wait_for_cursor_on(READY)
    terminal.prompt("Hello")
    screen = terminal.wait_for("failed", "[/foo]")
    assert "␛" in screen
    assert_harmless(terminal)


def test_a_hostile_configuration(open_terminal: Opener, home: Home) -> None:
    (home.config / "config.toml").write_text('"bad[/foo]\\u001b]52;c;cm0=\\u0007" = 1\n')
    terminal = open_terminal("--model", "demo/echo")
    terminal.wait_for_cursor_on(READY)
    terminal.wait_for("bad[/foo]␛]52;c")
    assert_harmless(terminal)
