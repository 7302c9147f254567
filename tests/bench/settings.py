"""The panes of settings and presets in a pty: opening them, a key in a search, a step down, and a key in a value."""

from __future__ import annotations

import statistics
import sys
import tempfile
from pathlib import Path

from chat_tui.screens.setting_search import ROWS
from tests.bench.application import FRAME_MS, KEY_MS, cpu_of, idle_again, opening, terminal
from tests.bench.row import Row, at_most

COUNT = str(len(ROWS)).encode()
_SEARCHED = b"temperature providers web max tokens"
_VALUE = b"0.123456789"


def run(quick: bool) -> list[Row]:
    """Measure in several runs; the figures are medians."""
    with tempfile.TemporaryDirectory(prefix="chat-tui-bench-") as root:
        measured = [_measure(Path(root)) for _ in range(3 if quick else 7)]
    opened, presets, key, step, value = (statistics.median(column) * 1000 for column in zip(*measured, strict=True))
    return [
        at_most("settings shown after the key", opened, 2 * FRAME_MS, " ms", "two frames"),
        at_most("presets shown after the command", presets, 2 * FRAME_MS, " ms", "two frames"),
        at_most("a key in their search (CPU)", key, KEY_MS, " ms"),
        at_most("a step down their list (CPU)", step, KEY_MS, " ms"),
        at_most("a key in a value (CPU)", value, KEY_MS, " ms"),
    ]


def _measure(home: Path) -> tuple[float, ...]:
    """Return seconds from a key to the settings and to the presets, and of CPU for a letter, a step and a digit."""
    with terminal([sys.executable, "-m", "chat_tui"], home) as (process, screen):
        screen(b"sk anything", b"")
        idle_again(process.pid, screen)
        opened = opening(screen, process.pid, b"\x14", b"Repetition penalty")
        step = cpu_of(process.pid, screen, [b"\x1b[B"] * 40)
        key = cpu_of(process.pid, screen, [bytes([key]) for key in _SEARCHED])
        screen(COUNT + b" settings", b"\x15")
        screen(b" of " + COUNT, b"temperature")
        screen(b"Enter keeps it", b"\r")
        value = cpu_of(process.pid, screen, [bytes([key]) for key in _VALUE])
        screen(b"", b"\x14\x14")  # leaves the value, then the settings
        idle_again(process.pid, screen)
        presets = opening(screen, process.pid, b"\r", b"Of your OpenRouter account", first=b"/presets")
    return opened, presets, key, step, value
