"""Copying: which way a text takes, in which surroundings, and that it arrives whole."""

from __future__ import annotations

import os
import signal
import stat
from collections.abc import Mapping
from pathlib import Path

import pytest

from chat_tui.engine.clipboard import LARGEST_FOR_TERMINAL, Clipboard, Copied, Way, holds_controls

TEXT = "naïve\n\tcode  \n日本語 👩‍👩‍👧 \x1b]52;c;cm0=\x07 [/foo]\n"
TERMINAL = "through the terminal (OSC 52)"
WAYLAND = {"WAYLAND_DISPLAY": "wayland-0"}
X11 = {"DISPLAY": ":0"}
SSH = {"SSH_TTY": "/dev/pts/3", "TERM": "xterm-256color"}
LOCAL = {"TERM": "xterm-256color"}
TAKES = 'cat > "$0.taken"; echo "$@" > "$0.arguments"'
REFUSES = "cat > /dev/null; exit 1"
HANGS = "exec tail -f /dev/null"
CLOSES = "exec <&-; exit 1"
STAYS = '(exec tail -f /dev/null) & echo $! > "$0.pid"; ' + TAKES


class Desk:
    """A folder of tools, a terminal, and a clipboard between them."""

    def __init__(self, root: Path, tools: Mapping[str, str]) -> None:
        self.root = root
        self.programs = root / "bin"
        self.programs.mkdir()
        self.state = root / "state"
        self.to_terminal: list[str] = []
        for name, script in tools.items():
            program = self.programs / name
            program.write_text(f"#!/bin/sh\nPATH=/usr/bin:/bin\n{script}\n")
            program.chmod(0o700)

    async def copy(
        self,
        text: str,
        environment: Mapping[str, str],
        platform: str = "linux",
        patience: float = 20.0,
        way: Way = "auto",
    ) -> Copied:
        here = {"PATH": str(self.programs), **environment}
        clipboard = Clipboard(self.state, here, self.to_terminal.append, way=way, platform=platform, patience=patience)
        return await clipboard.copy(text)

    def taken(self, tool: str, encoding: str = "utf-8") -> str:
        return (self.programs / f"{tool}.taken").read_bytes().decode(encoding)


ALL = ("wl-copy", "xclip", "xsel", "pbcopy", "clip.exe", "tmux")


@pytest.mark.parametrize(
    ("environment", "platform", "missing", "expected"),
    [
        (WAYLAND, "linux", (), "wl-copy"),
        (WAYLAND | X11, "linux", (), "wl-copy"),
        (WAYLAND | X11, "linux", ("wl-copy",), "xclip"),
        (X11, "linux", (), "xclip"),
        (X11, "linux", ("xclip",), "xsel"),
        (X11 | {"TMUX": "/run/tmux,1,0"}, "linux", (), "xclip"),
        (LOCAL | {"TMUX": "/run/tmux,1,0"}, "linux", (), "tmux"),
        (LOCAL | {"TMUX": "/run/tmux,1,0"}, "linux", ("tmux",), TERMINAL),
        (LOCAL, "darwin", (), "pbcopy"),
        (LOCAL | {"WSL_DISTRO_NAME": "Ubuntu"} | WAYLAND, "linux", (), "clip.exe"),
        (LOCAL | {"WSL_INTEROP": "/run/WSL/1"} | WAYLAND, "linux", ("clip.exe",), "wl-copy"),
        (LOCAL, "linux", (), TERMINAL),
        (LOCAL | X11, "linux", ("xclip", "xsel"), TERMINAL),
        (SSH | X11, "linux", (), TERMINAL),
        (SSH, "darwin", (), TERMINAL),
        ({"SSH_CONNECTION": "1 2 3 4", "TERM": "xterm"}, "linux", (), TERMINAL),
        (SSH | {"TMUX": "/run/tmux,1,0"}, "linux", (), "tmux"),
        ({"TERM": "linux"}, "linux", (), ""),
        ({"TERM": "dumb"}, "linux", (), ""),
        ({}, "linux", (), ""),
        (LOCAL | {"TERM_PROGRAM": "Apple_Terminal"}, "darwin", ("pbcopy",), ""),
        ({"TERM": "screen", "STY": "1.pts-0"}, "linux", (), ""),
        (SSH | {"STY": "1.pts-0"} | X11, "linux", (), "xclip"),
    ],
)
async def test_the_way_that_fits_the_place(
    tmp_path: Path, environment: Mapping[str, str], platform: str, missing: tuple[str, ...], expected: str
) -> None:
    desk = Desk(tmp_path, {tool: TAKES for tool in ALL if tool not in missing})
    copied = await desk.copy(TEXT, environment, platform)
    if expected == TERMINAL:
        assert copied == Copied(TERMINAL, by_terminal=True)
        assert desk.to_terminal == [TEXT]
    elif expected:
        assert copied == Copied(f"with {expected}")
        assert desk.taken(expected, "utf-16-le" if expected == "clip.exe" else "utf-8") == TEXT
        assert desk.to_terminal == []
    else:
        assert copied == Copied("to a file", desk.state / "copied.txt")
        assert (desk.state / "copied.txt").read_bytes().decode() == TEXT
    assert len(list(desk.programs.glob("*.taken"))) == (expected in ALL)


@pytest.mark.parametrize("fault", [REFUSES, CLOSES, HANGS, ":"])
async def test_a_tool_that_fails_or_hangs_is_passed_over(tmp_path: Path, fault: str) -> None:
    if fault == ":":  # no program at all, though it has the name of one
        desk = Desk(tmp_path, {"xclip": TAKES})
        (desk.programs / "wl-copy").write_bytes(b"\x7fELF")
        (desk.programs / "wl-copy").chmod(0o700)
    else:
        desk = Desk(tmp_path, {"wl-copy": fault, "xclip": TAKES})
    text = TEXT * 10_000  # more than a pipe holds
    copied = await desk.copy(text, WAYLAND | X11, patience=0.3 if fault == HANGS else 20.0)
    assert copied == Copied("with xclip")
    assert desk.taken("xclip") == text


async def test_a_tool_may_leave_a_process_behind_that_holds_the_clipboard(tmp_path: Path) -> None:
    desk = Desk(tmp_path, {"xclip": STAYS})
    assert await desk.copy(TEXT, X11) == Copied("with xclip")
    holder = int((desk.programs / "xclip.pid").read_text())
    assert os.getsid(holder) != os.getsid(0)  # so that it outlives the terminal
    os.kill(holder, signal.SIGKILL)


async def test_the_tools_get_the_environment_without_the_key(tmp_path: Path) -> None:
    desk = Desk(tmp_path, {"xclip": 'env > "$0.environment"'})
    key = "sk-or-v1-secret"
    assert await desk.copy(TEXT, X11 | {"XAUTHORITY": "/home/me/.X", "OPENROUTER_API_KEY": key}) == Copied("with xclip")
    got = (desk.programs / "xclip.environment").read_text()
    assert "XAUTHORITY=/home/me/.X" in got
    assert key not in got


async def test_what_a_terminal_would_cut_goes_elsewhere(tmp_path: Path) -> None:
    desk = Desk(tmp_path, {"xclip": TAKES})
    fits = "é" * (LARGEST_FOR_TERMINAL // 2)
    assert await desk.copy(fits, SSH) == Copied(TERMINAL, by_terminal=True)
    assert await desk.copy(fits + "x", SSH) == Copied("to a file", desk.state / "copied.txt")
    assert await desk.copy(fits + "x", SSH | X11) == Copied("with xclip")
    assert desk.to_terminal == [fits]


async def test_the_file_is_its_owners_and_holds_the_last_copy(tmp_path: Path) -> None:
    desk = Desk(tmp_path, {})
    path = desk.state / "copied.txt"
    for text in ("first", TEXT):
        assert await desk.copy(text, {}) == Copied("to a file", path)
        assert path.read_text() == text
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert [entry.name for entry in desk.state.iterdir()] == ["copied.txt"]


async def test_no_way_at_all_is_an_error_with_its_reason(tmp_path: Path) -> None:
    desk = Desk(tmp_path, {})
    desk.state.write_text("a file where the folder should be")
    with pytest.raises(OSError, match="exists"):
        await desk.copy(TEXT, {})


@pytest.mark.parametrize("environment", [WAYLAND, LOCAL, {}])
async def test_halves_of_characters_stop_nothing(tmp_path: Path, environment: Mapping[str, str]) -> None:
    desk = Desk(tmp_path, {"wl-copy": TAKES})
    copied = await desk.copy("a\ud83d\ude00b\ud800c\x00", environment)
    expected = "a😀b\ufffdc\x00"
    taken = desk.to_terminal or [copied.path.read_text() if copied.path else desk.taken("wl-copy")]
    assert taken == [expected]


@pytest.mark.parametrize(
    ("text", "expected"),
    [("plain\r\n\ttext é", False), ("\x1b[201~rm", True), ("a\x00", True), ("\x9b2J", True), ("\x7f", True)],
)
def test_what_a_shell_could_take_for_keys_is_known(text: str, expected: bool) -> None:
    assert holds_controls(text) is expected


@pytest.mark.parametrize(("way", "expected"), [("auto", "with wl-copy"), ("terminal", TERMINAL), ("file", "to a file")])
async def test_a_person_can_choose_the_way(tmp_path: Path, way: Way, expected: str) -> None:
    desk = Desk(tmp_path, {"wl-copy": TAKES})
    copied = await desk.copy(TEXT, {**WAYLAND, **LOCAL}, way=way)
    assert copied.way == expected
    assert desk.to_terminal == ([TEXT] if way == "terminal" else [])
    assert (copied.path is not None and copied.path.read_bytes().decode() == TEXT) == (way == "file")
