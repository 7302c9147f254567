"""The pane of conversations in a pty: opening it, and a key in its search, with 10,000 conversations."""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from chat_tui.engine.index import Index
from chat_tui.engine.library import Library
from chat_tui.paths import Paths
from tests.bench.application import cpu_of, idle_again, terminal
from tests.bench.big_library import CONVERSATIONS, make_library
from tests.bench.row import Row, at_most

FRAME_MS = 1000 / 30
KEY_MS = 16
_BYTES = 10_000_000
_KEYS = b"kato miser #home qwen lan"


def run(quick: bool) -> list[Row]:
    """Measure in several runs; the figures are medians."""
    with tempfile.TemporaryDirectory(prefix="chat-tui-bench-") as root:
        home = Path(root)
        paths = Paths.under(home)
        make_library(paths.conversations, CONVERSATIONS, _BYTES)
        index = Index(paths)
        index.update()
        index.close()
        newest = Library(paths).newest(1)[0].metadata.title.encode()
        measured = [_measure(home, newest) for _ in range(3 if quick else 7)]
    opened, key, step = (statistics.median(column) * 1000 for column in zip(*measured, strict=True))
    return [
        at_most(f"the first of {CONVERSATIONS:,} conversations shown after the key", opened, 2 * FRAME_MS, " ms"),
        at_most("a key in the search (CPU)", key, KEY_MS, " ms"),
        at_most("a step down the list (CPU)", step, KEY_MS, " ms"),
    ]


def _measure(home: Path, newest: bytes) -> tuple[float, float, float]:
    """Return seconds from the key to the newest conversation, and seconds of CPU for a letter and for a step down."""
    with terminal([sys.executable, "-m", "chat_tui"], home) as (process, screen):
        screen(b"sk anything", b"")
        idle_again(process.pid, screen)
        _open(screen, newest)
        idle_again(process.pid, screen)
        screen(b"", b"\x1b")  # what is done once is done
        idle_again(process.pid, screen)
        opened = _open(screen, newest)
        idle_again(process.pid, screen)
        step = cpu_of(process.pid, screen, [b"\x1b[B"] * 40)
        key = cpu_of(process.pid, screen, [bytes([key]) for key in _KEYS])
    return opened, key, step


def _open(screen: Callable[[bytes, bytes], None], newest: bytes) -> float:
    began = time.monotonic()
    screen(newest, b"\x02")
    return time.monotonic() - began
