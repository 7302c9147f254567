"""The picture in the system's clipboard, brought by a tool of the system."""

from __future__ import annotations

import base64
import binascii
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from shutil import which
from typing import Final, NamedTuple

from chat_tui.config.server import KEY_VARIABLE
from chat_tui.conversation.media_types import ending_of, media_type_of
from chat_tui.paths import private_directory, replace_file

PATIENCE: Final = 5.0
"""Seconds that a tool may take: a large picture comes from the program that has it."""
LARGEST: Final = 50_000_000
"""Bytes that are taken from it."""
TYPES: Final = ("image/png", "image/jpeg", "image/webp", "image/gif", "image/bmp", "image/tiff")
"""What is asked for where there is a choice, the best first."""

_NOTHING = "There is no picture in the clipboard. Copy one, or attach its file: /attach PATH"
_NO_DESKTOP = "No desktop's clipboard can be reached from here. Save the picture, and attach its file: /attach PATH"
_HEX = re.compile(rb"PNGf([0-9A-Fa-f]+)")
_POWERSHELL = (
    "Add-Type -AssemblyName System.Windows.Forms; $p = [System.Windows.Forms.Clipboard]::GetImage(); if ($p) { "
    "$m = New-Object IO.MemoryStream; $p.Save($m, [System.Drawing.Imaging.ImageFormat]::Png); "
    "[Convert]::ToBase64String($m.ToArray()) }"
)


class NoImageError(Exception):
    """Why no picture came, and what to do, as sentences."""


class _Tool(NamedTuple):
    """A program that writes the picture on its standard output."""

    command: tuple[str, ...]
    package: str
    """What to install when it is missing; empty: it is a part of the system."""
    lists: tuple[str, ...] = ()
    """What says which types there are, where the picture is asked for by its type."""
    encoding: str = ""
    """How the picture is written: `base64`, `hex`, or as it is."""


_WAYLAND = _Tool(("wl-paste", "--type"), "wl-clipboard", ("wl-paste", "--list-types"))
_X11 = _Tool(
    ("xclip", "-selection", "clipboard", "-o", "-t"),
    "xclip",
    ("xclip", "-selection", "clipboard", "-o", "-t", "TARGETS"),
)
_MACOS = (
    _Tool(("pngpaste", "-"), "pngpaste"),
    _Tool(("osascript", "-e", "get the clipboard as «class PNGf»"), "", encoding="hex"),
)
_WINDOWS = _Tool(("powershell.exe", "-NoProfile", "-STA", "-Command", _POWERSHELL), "", encoding="base64")


def image_in_clipboard(
    folder: Path, environment: Mapping[str, str], *, platform: str = sys.platform, patience: float = PATIENCE
) -> Path:
    """Write the picture that is in the clipboard to a file in `folder`, private, and return that; it blocks.

    Args:
        folder: Where the file goes.
        environment: What says where we are: a desktop, and which.
        platform: As `sys.platform` has it.
        patience: Seconds that a tool may take.

    Raises:
        NoImageError: when there is none, or nothing here can bring it.
    """
    # The tools get it too, and have no business with the key.
    environment = {name: value for name, value in environment.items() if name != KEY_VARIABLE}
    tools = list(_tools(environment, platform))
    there = [tool for tool in tools if which(tool.command[0], path=environment.get("PATH"))]
    if not there:
        packages = " or ".join(dict.fromkeys(tool.package for tool in tools if tool.package))
        why = f"Nothing here brings pictures from the clipboard: install {packages}." if packages else _NO_DESKTOP
        raise NoImageError(why)
    for tool in there:
        content = _bring(tool, environment, patience)
        if (media_type := media_type_of(content)).startswith("image/"):  # whatever the tool calls it
            path = private_directory(folder) / f"clipboard.{ending_of(media_type)}"
            replace_file(path, content)
            return path
    raise NoImageError(_NOTHING)


def _tools(environment: Mapping[str, str], platform: str) -> Iterator[_Tool]:
    if platform == "darwin":
        yield from _MACOS
    if platform == "win32" or environment.get("WSL_DISTRO_NAME") or environment.get("WSL_INTEROP"):
        yield _WINDOWS
    if environment.get("WAYLAND_DISPLAY"):
        yield _WAYLAND
    if environment.get("DISPLAY"):
        yield _X11


def _bring(tool: _Tool, environment: Mapping[str, str], patience: float) -> bytes:
    """Return the picture that `tool` brings; nothing when there is none.

    Raises:
        NoImageError: when it takes too long, or brings too much.
    """
    command = tool.command
    if tool.lists:
        offered = _run(tool.lists, environment, patience).decode("utf-8", "replace").split()
        found = next((kind for kind in TYPES if kind in offered), None)
        if found is None:
            return b""
        command = (*command, found)
    content = _run(command, environment, patience)
    if len(content) > LARGEST:
        raise NoImageError(f"The picture in the clipboard has more than {LARGEST // 1_000_000} MB. Save and scale it.")
    try:
        if tool.encoding == "base64":
            return base64.b64decode(content, validate=False)
        if tool.encoding == "hex":
            digits = _HEX.search(content)
            return bytes.fromhex(digits[1].decode()) if digits else b""
    except (binascii.Error, ValueError):
        return b""
    return content


def _run(command: tuple[str, ...], environment: Mapping[str, str], patience: float) -> bytes:
    """Return what a program writes, or a byte more than `LARGEST` of it; nothing when it fails."""
    program = which(command[0], path=environment.get("PATH")) or command[0]
    is_late = threading.Event()
    try:
        process = subprocess.Popen(
            [program, *command[1:]],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            env=dict(environment),
        )
    except OSError as error:
        raise NoImageError(f"{command[0]} could not be started: {error.strerror}.") from None
    with process, _ending(process, patience, is_late):
        content = process.stdout.read(LARGEST + 1) if process.stdout is not None else b""
        if len(content) > LARGEST:
            return content
        process.wait()
    if is_late.is_set():
        raise NoImageError(f"{command[0]} took too long to bring the clipboard's picture. Try again.")
    return content if process.returncode == 0 else b""


@contextmanager
def _ending(process: subprocess.Popen[bytes], patience: float, is_late: threading.Event) -> Iterator[None]:
    """End `process`, and what it started, after the context, or when it takes too long."""

    def end() -> None:
        with suppress(OSError):  # it has ended by itself
            if hasattr(os, "killpg"):
                os.killpg(process.pid, signal.SIGKILL)
            else:
                process.kill()

    def give_up() -> None:
        is_late.set()
        end()

    late = threading.Timer(patience, give_up)
    late.start()
    try:
        yield
    finally:
        late.cancel()
        if process.poll() is None:
            end()
