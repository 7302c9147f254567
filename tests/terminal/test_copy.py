"""Copying, as a person does it, judged by the bytes that leave: to a tool, to the terminal, or into a file."""

from __future__ import annotations

import base64
import os
import re
import shutil
import stat
from pathlib import Path

import pytest

from tests.cli.home import Home, command, until
from tests.terminal.conftest import Opener
from tests.terminal.driver import Terminal
from tests.terminal.test_hostile import foreign

pytestmark = pytest.mark.xdist_group("terminal")

READY = "Ask anything"
_TO_CLIPBOARD = re.compile(rb"\x1b\]52;c;([A-Za-z0-9+/=]*)\x07")
CURSOR = "▎"
WHEEL_UP, WHEEL_DOWN = "\x1b[<64;10;5M", "\x1b[<65;10;5M"


def sent(raw: bytes) -> list[str]:
    """Return what was sent to the terminal's clipboard."""
    return [base64.b64decode(match).decode() for match in _TO_CLIPBOARD.findall(raw)]


def last_reply(home: Home) -> str:
    """Return the text of the last message in the journal."""
    return "".join(part.get("text", "") for part in home.messages()[-1]["parts"])


def resumed(open_terminal: Opener, home: Home, model: str, seen: str, *, rows: int = 40) -> Terminal:
    """Return a terminal with a conversation in it whose reply is of `model`; the transcript has the focus."""
    home.converse("Hello", f"demo/{model}")
    terminal = open_terminal("--resume", columns=100, rows=rows)
    terminal.wait_for_cursor_on(READY)
    terminal.wait_for(seen)
    terminal.send("\t")
    terminal.wait_for(CURSOR)
    return terminal


def test_c_copies_the_reply_as_received_and_y_its_code(open_terminal: Opener, home: Home) -> None:
    terminal = resumed(open_terminal, home, "markdown", "Ask again for the same")
    reply = last_reply(home)
    terminal.send("c")
    terminal.wait_for(f"Copied {len(reply):,} characters through the terminal")
    terminal.send("y")
    code = re.search(r"```python\n(.*?)\n```", reply, re.DOTALL)
    assert code
    terminal.wait_for(f"Copied {len(code[1])} characters")
    assert sent(terminal.raw) == [reply, code[1]]
    assert terminal.quit() == 0


@pytest.mark.long
def test_slash_forms_copy_the_same(open_terminal: Opener, home: Home) -> None:
    home.converse("Hello", "demo/markdown")
    terminal = open_terminal("--resume")
    terminal.wait_for_cursor_on(READY)
    terminal.wait_for("Ask again for the same")
    reply = last_reply(home)
    for times, slash in enumerate(("/copy", "/copy code", "/copy-code"), 1):
        terminal.type(slash)
        terminal.send("\r")
        until_sent(terminal, times)
    first, *others = sent(terminal.raw)
    assert first == reply
    assert others == [re.search(r"```python\n(.*?)\n```", reply, re.DOTALL)[1]] * 2  # type: ignore[index]
    terminal.type("/copy twice")
    terminal.send("\r")
    terminal.wait_for("not twice")


def until_sent(terminal: Terminal, times: int) -> None:
    terminal.wait_until(lambda _: len(sent(terminal.raw)) == times, f"copy number {times}")


@pytest.mark.long
def test_the_mouse_and_ctrl_c_copy_source_and_not_cells(open_terminal: Opener, home: Home) -> None:
    terminal = resumed(open_terminal, home, "markdown", "Ask again for the same")
    terminal.wait_for("│ Japanese │")
    lines = terminal.lines
    top = next(row for row, line in enumerate(lines) if "Stop" in line and "Minutes" in line)
    bottom = next(row for row, line in enumerate(lines) if "Nishiki" in line and "¥1,500" in line)
    column = lines[bottom].index("Nishiki")
    terminal.send(f"\x1b[<0;{column + 1};{top + 1}M\x1b[<32;{column + 20};{top + 2}M")
    terminal.send(f"\x1b[<32;{column + 60};{bottom + 1}M\x1b[<0;{column + 60};{bottom + 1}m")
    terminal.send("\x03")
    until_sent(terminal, 1)
    (copied,) = sent(terminal.raw)
    wanted = [re.sub(" +", " ", line) for line in last_reply(home).splitlines() if line.startswith("|")]
    got = [re.sub(" +", " ", line) for line in copied.splitlines()]
    assert [got[0], *got[2:]] == [wanted[0], *wanted[2:]]


def test_what_is_hostile_is_copied_as_it_is_and_shown_as_it_is_not(open_terminal: Opener, home: Home) -> None:
    terminal = resumed(open_terminal, home, "escape", "[/foo]", rows=60)
    reply = last_reply(home)
    assert "\x1b" in reply
    terminal.send("c")
    terminal.wait_for("Copied", "They hold control")
    assert sent(terminal.raw) == [reply]
    assert terminal.quit() == 0  # before that it may be in the midst of a sequence
    assert foreign(_TO_CLIPBOARD.sub(b"", terminal.raw)) == []
    assert b"Traceback" not in terminal.raw


@pytest.mark.long
def test_a_tool_of_the_desktop_comes_first(home: Home) -> None:
    tools = home.root / "bin"
    tools.mkdir()
    tool = tools / "wl-copy"
    tool.write_text(f'#!/bin/sh\nenv > "{tools}/environment"\nexec cat > "{tools}/taken"\n')
    tool.chmod(0o700)
    home.converse("Hello", "demo/markdown")
    changes = {"PATH": f"{tools}:{os.environ['PATH']}", "WAYLAND_DISPLAY": "wayland-0"}
    with Terminal(command("--resume"), home.environment(**changes), home.work) as terminal:
        terminal.wait_for_cursor_on(READY)
        terminal.wait_for("Ask again for the same")
        terminal.type("/copy")
        terminal.send("\r")
        terminal.wait_for("Copied", "with wl-copy")
        assert sent(terminal.raw) == []
        assert (tools / "taken").read_bytes().decode() == last_reply(home)
        key = home.environment()["OPENROUTER_API_KEY"]
        assert key not in (tools / "environment").read_text()
        terminal.send("\x11")
        assert terminal.wait_for_end() == 0


def test_where_nothing_takes_it_there_is_a_file(home: Home) -> None:
    home.converse("Hello", "demo/markdown")
    with Terminal(command("--resume"), home.environment(STY="1.pts-0.here"), home.work) as terminal:
        terminal.wait_for_cursor_on(READY)
        terminal.wait_for("Ask again for the same")
        terminal.type("/copy")
        terminal.send("\r")
        terminal.wait_for("No clipboard here takes it", "copied.txt")
        assert sent(terminal.raw) == []
    (file,) = home.root.rglob("copied.txt")
    assert file.parent == home.root / "state"
    assert file.read_bytes().decode() == last_reply(home)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


@pytest.mark.long
@pytest.mark.skipif(shutil.which("tmux") is None, reason="needs tmux")
def test_in_tmux_as_it_comes_both_buffer_and_clipboard_get_it(home: Home, tmp_path: Path) -> None:
    home.converse("Hello", "demo/markdown")
    socket = str(tmp_path / "tmux")
    inside = " ".join(command("--resume"))
    tmux = ["tmux", "-S", socket, "-f", "/dev/null"]
    with Terminal([*_which(tmux), "new-session", inside], home.environment(), home.work) as terminal:
        try:
            terminal.wait_for("Ask again for the same", READY, "F1 help")
            terminal.send("/copy")
            terminal.wait_for("/copy")
            terminal.send("\r")
            terminal.wait_for("Copied", "with tmux")
            until(lambda: home.run_process([*tmux, "list-buffers"]).out, "the buffer")
            assert home.run_process([*tmux, "show-buffer"]).out.rstrip("\n") == last_reply(home).rstrip("\n")
        finally:
            home.run_process([*tmux, "kill-server"])


def _which(program: list[str]) -> list[str]:
    found = shutil.which(program[0])
    assert found
    return [found, *program[1:]]


@pytest.mark.long
def test_the_place_stays_when_the_window_changes_while_a_reply_streams(open_terminal: Opener, home: Home) -> None:
    home.converse("Hello", "demo/markdown")
    terminal = open_terminal("--resume", "--model", "demo/slow", columns=100, rows=20)
    terminal.wait_for_cursor_on(READY)
    terminal.wait_for("Ask again for the same")
    terminal.prompt("Tell me something slow")
    terminal.wait_for("streaming", "This is a simulated answer, at about eight")
    while not first_words(terminal).startswith("The same plan"):
        step(terminal, WHEEL_UP)
    before = first_words(terminal)
    for columns, rows in ((60, 20), (140, 20), (100, 12), (100, 20)):
        terminal.resize(columns, rows)
        wait_for_place(terminal, before, columns)
    terminal.wait_for("streaming")
    assert home.partial()


def first_words(terminal: Terminal) -> str:
    """Return how the row on top of the transcript begins."""
    return terminal.lines[2].strip(" │▎")[:20]


def wait_for_place(terminal: Terminal, words: str, columns: int) -> None:
    terminal.wait_until(
        lambda screen: screen.split("\n")[1].count("─") == columns - 2 and first_words(terminal) == words,
        f"{words!r} on top at {columns} columns",
    )


@pytest.mark.long
def test_the_wheel_goes_by_lines_and_back_again(open_terminal: Opener, home: Home) -> None:
    terminal = resumed(open_terminal, home, "markdown", "Ask again for the same", rows=14)
    steps = [top(terminal)]
    for key in (*[WHEEL_UP] * 4, *[WHEEL_DOWN] * 4):
        step(terminal, key)
        steps.append(top(terminal))
    assert steps == steps[::-1]


def step(terminal: Terminal, key: str) -> None:
    """Turn the wheel by a notch and wait until all rows went on by as many, fewer than are looked at."""
    before = top(terminal)
    terminal.send(key)
    terminal.wait_until(
        lambda _: went_up(before, top(terminal)) if key == WHEEL_UP else went_up(top(terminal), before), "a step"
    )


def went_up(before: tuple[str, ...], after: tuple[str, ...]) -> bool:
    """Tell whether all rows are further down by as many; of a frame that is half drawn they aren't."""
    return any(after[rows:] == before[:-rows] for rows in range(1, len(before)))


def top(terminal: Terminal) -> tuple[str, ...]:
    """Return the first rows of the transcript."""
    return tuple(line.strip(" ▎") for line in terminal.lines[2:7])
