"""The picture in the clipboard: which tool brings it, where, and what is said when none does."""

from __future__ import annotations

import stat
from collections.abc import Mapping
from pathlib import Path

import pytest

from chat_tui.engine.clipboard_image import NoImageError, image_in_clipboard
from tests.attachments.files import picture

WAYLAND = {"WAYLAND_DISPLAY": "wayland-0"}
X11 = {"DISPLAY": ":0"}
WSL = {"WSL_DISTRO_NAME": "Debian"}
HAS_ONE = 'case "$*" in *list-types*|*TARGETS*) echo text/html; echo image/png;; *image/png*) cat "$0.picture";; esac'
HAS_TEXT = 'case "$*" in *list-types*|*TARGETS*) echo text/plain;; *) echo words;; esac'
WRITES = 'cat "$0.picture"'
WRITES_BASE64 = 'base64 < "$0.picture"'
WRITES_HEX = "printf '«data PNGf'; od -An -v -tx1 < \"$0.picture\" | tr -d ' \\n'; echo '»'"
FAILS = "exit 1"
HANGS = "tail -f /dev/null"
TELLS_LIES = 'case "$*" in *list-types*|*TARGETS*) echo image/png;; *) echo words;; esac'
ENDLESS = "exec cat /dev/zero"


def desk(root: Path, tools: Mapping[str, str]) -> str:
    """Make programs, each with a picture in its hands; return where they are."""
    programs = root / "bin"
    programs.mkdir()
    for name, script in tools.items():
        (programs / f"{name}.picture").write_bytes(picture())
        (programs / name).write_text(f"#!/bin/sh\nPATH=/usr/bin:/bin\n{script}\n")
        (programs / name).chmod(0o700)
    return str(programs)


@pytest.mark.parametrize(
    ("environment", "platform", "tools"),
    [
        (WAYLAND, "linux", {"wl-paste": HAS_ONE}),
        (WAYLAND | X11, "linux", {"wl-paste": HAS_TEXT, "xclip": HAS_ONE}),
        (X11, "linux", {"xclip": HAS_ONE}),
        (WSL, "linux", {"powershell.exe": WRITES_BASE64}),
        ({}, "win32", {"powershell.exe": WRITES_BASE64}),
        ({}, "darwin", {"pngpaste": WRITES}),
        ({}, "darwin", {"pngpaste": FAILS, "osascript": WRITES_HEX}),
    ],
)
def test_a_tool_brings_the_picture(
    tmp_path: Path, environment: Mapping[str, str], platform: str, tools: Mapping[str, str]
) -> None:
    here = {"PATH": desk(tmp_path, tools), **environment}
    path = image_in_clipboard(tmp_path / "private", here, platform=platform)
    assert path.read_bytes() == picture()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("environment", "platform", "tools", "sentence"),
    [
        (WAYLAND, "linux", {}, "install wl-clipboard."),
        (WAYLAND | X11, "linux", {}, "install wl-clipboard or xclip."),
        ({}, "linux", {"wl-paste": HAS_ONE}, "No desktop's clipboard can be reached"),
        (WAYLAND, "linux", {"wl-paste": HAS_TEXT}, "There is no picture in the clipboard."),
        (X11, "linux", {"xclip": FAILS}, "There is no picture in the clipboard."),
        (WSL, "linux", {"powershell.exe": "true"}, "There is no picture in the clipboard."),
        ({}, "darwin", {"pngpaste": FAILS, "osascript": FAILS}, "There is no picture in the clipboard."),
        (WAYLAND, "linux", {"wl-paste": TELLS_LIES}, "There is no picture in the clipboard."),
        (X11, "linux", {"xclip": HANGS}, "xclip took too long"),
        ({}, "darwin", {"pngpaste": ENDLESS}, "The picture in the clipboard has more than 50 MB."),
    ],
)
def test_without_a_picture_it_is_said_why(
    tmp_path: Path, environment: Mapping[str, str], platform: str, tools: Mapping[str, str], sentence: str
) -> None:
    here = {"PATH": desk(tmp_path, tools), **environment}
    patience = 0.1 if HANGS in tools.values() else 20.0
    with pytest.raises(NoImageError) as told:
        image_in_clipboard(tmp_path / "private", here, platform=platform, patience=patience)
    assert sentence in str(told.value)
    assert not (tmp_path / "private").exists()


def test_the_tool_does_not_get_the_key(tmp_path: Path) -> None:
    script = 'printf %s "$OPENROUTER_API_KEY" > "$0.key"; exit 1'
    here = {"PATH": desk(tmp_path, {"pngpaste": script}), "OPENROUTER_API_KEY": "sk-or-v1-secret"}
    with pytest.raises(NoImageError):
        image_in_clipboard(tmp_path, here, platform="darwin")
    assert (tmp_path / "bin" / "pngpaste.key").read_text() == ""
