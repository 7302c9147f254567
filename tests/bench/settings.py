"""The settings pane in a pty: opening it, a key in its search, a step down the list, and a key in a value."""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from chat_tui.screens.setting_search import ROWS
from tests.bench.application import cpu_of, idle_again, terminal
from tests.bench.row import Row, at_most

FRAME_MS = 1000 / 60
COUNT = str(len(ROWS)).encode()
_SEARCHED = b"temperature providers web max tokens"
_VALUE = b"0.123456789"


def run(quick: bool) -> list[Row]:
    """Measure in several runs; the figures are medians."""
    with tempfile.TemporaryDirectory(prefix="chat-tui-bench-") as root:
        measured = [_measure(Path(root)) for _ in range(3 if quick else 7)]
    opened, key, step, value = (statistics.median(column) * 1000 for column in zip(*measured, strict=True))
    return [
        at_most("settings shown after the key", opened, 2 * FRAME_MS, " ms", "two frames"),
        at_most("a key in their search (CPU)", key, FRAME_MS, " ms"),
        at_most("a step down their list (CPU)", step, FRAME_MS, " ms"),
        at_most("a key in a value (CPU)", value, FRAME_MS, " ms"),
    ]


def _measure(home: Path) -> tuple[float, float, float, float]:
    """Return seconds from the key to the settings, and seconds of CPU for a letter, a step and a digit."""
    with terminal([sys.executable, "-m", "chat_tui"], home) as (process, screen):
        screen(b"sk anything", b"")
        idle_again(process.pid, screen)
        _open(screen)
        screen(b"", b"\x1b")  # what is done once is done
        idle_again(process.pid, screen)
        opened = _open(screen)
        idle_again(process.pid, screen)
        step = cpu_of(process.pid, screen, [b"\x1b[B"] * 40)
        key = cpu_of(process.pid, screen, [bytes([key]) for key in _SEARCHED])
        screen(COUNT + b" settings", b"\x15")
        screen(b"1 of " + COUNT, b"temp")
        screen(b"Enter keeps it", b"\r")
        value = cpu_of(process.pid, screen, [bytes([key]) for key in _VALUE])
    return opened, key, step, value


def _open(screen: Callable[[bytes, bytes], None]) -> float:
    began = time.monotonic()
    screen(b"Repetition penalty", b"\x14")
    return time.monotonic() - began
