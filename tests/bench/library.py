"""A library of 10,000 conversations: starting, searching, being indexed, and what that costs a key meanwhile."""

from __future__ import annotations

import os
import random
import re
import signal
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from chat_tui.engine.index import Index, index_file
from chat_tui.engine.index_tables import forget
from chat_tui.engine.library import Library
from chat_tui.paths import Paths
from tests.bench.application import BASE_URL, FRAME_MS, idle_again, opening, terminal
from tests.bench.big_library import BYTES, CONVERSATIONS, make_library, vocabulary
from tests.bench.row import Row, alternating, at_most
from tests.bench.terminal import Terminal

_APPLICATION = [sys.executable, "-m", "chat_tui"]
_FILTERS = ("", "", "", " role:user", " tag:work", " model:claude", " after:2025-06-01", " cost:>0.05")
_LETTERS = "БГДЖИЛПФЦЧШЩЪЫЬЭЮЯ"
_KEY_SECONDS = 0.05
_PROGRESS = re.compile(rb"[\d,]+ of [\d,]+")


def run(quick: bool) -> list[Row]:
    """Measure on a library of 200 MB; the figures are medians."""
    with tempfile.TemporaryDirectory(prefix="chat-tui-bench-") as root:
        empty, full = Path(root, "empty"), Path(root, "full")
        empty.mkdir()
        paths = Paths.under(full)
        make_library(paths.conversations)
        began = time.monotonic()
        index = Index(paths)
        index.update()
        built = time.monotonic() - began
        searched = _searches(index, 30 if quick else 200)
        unchanged = _timed(index.update)
        index.close()
        with_many, with_none = alternating(3 if quick else 9, lambda: _ready(full), lambda: _ready(empty))
        found = statistics.median(_goto(full) for _ in range(3 if quick else 7))
        idle, busy, told = _keys(paths, full, 2 if quick else 4)
    size = f"{CONVERSATIONS:,} conversations, {BYTES // 1_000_000} MB"
    return [
        at_most(f"ready to type with {CONVERSATIONS:,} conversations, against none", with_many / with_none, 1.2,
                note=f"{with_many * 1000:.0f} against {with_none * 1000:.0f} ms"),
        at_most("a search, the median of many", statistics.median(searched) * 1000, 100, " ms",
                note=f"the slowest twentieth from {statistics.quantiles(searched, n=20)[-1] * 1000:.0f} ms on"),
        at_most("the chats used last shown after Ctrl+G", found * 1000, 2 * FRAME_MS, " ms"),
        at_most("a key on the screen while the library is indexed, against idle", busy / idle, 1.2,
                note=f"{busy * 1000:.1f} against {idle * 1000:.1f} ms"),
        Row("how far the index is, shown within 3 s", f"{told} times", ">= 2", told >= 2),
        Row(f"indexing {size}", f"{built:.1f} s; {unchanged:.2f} s when nothing changed", "-", True),
    ]  # fmt: skip


def _timed(action: Callable[[], object]) -> float:
    began = time.perf_counter()
    action()
    return time.perf_counter() - began


def _searches(index: Index, count: int) -> list[float]:
    """Return the seconds of searches for words common and rare, phrases and filters, as they are typed."""
    rng, words = random.Random(5), vocabulary()  # noqa: S311 - queries, no secret
    seconds = []
    for place in range(count):
        few = [rng.choice(words[: rng.choice((30, 1_000, len(words)))]) for _ in range(rng.choice((1, 1, 2, 3)))]
        text = " ".join(few) + rng.choice(_FILTERS)
        seconds.append(_timed(partial(index.search, text, 50, typing=place % 2 == 0)))
    return seconds


def _ready(home: Path) -> float:
    """Return seconds until a typed key is shown."""
    began = time.monotonic()
    with terminal(_APPLICATION, home) as (_, screen):
        screen(b"sk anything", b"")
        screen(b"Z", b"Z")
        return time.monotonic() - began


def _goto(home: Path) -> float:
    """Return seconds from Ctrl+G until the newest conversation is shown."""
    newest = Library(Paths.under(home)).newest(1)[0].metadata.title.encode()[:24]
    with terminal(_APPLICATION, home) as (process, screen):
        screen(b"sk anything", b"")
        idle_again(process.pid, screen)
        return opening(screen, process.pid, b"\x07", newest)


def _keys(paths: Paths, home: Path, rounds: int) -> tuple[float, float, int]:
    """Return the median seconds of a key's way to the screen while nothing and while all is indexed.

    The process that indexes is halted and let go on by turns, so that a busy machine meets both. The third figure is
    how often the screen said how far it was.
    """
    forget(index_file(paths))
    environment = {
        "HOME": str(home), "TERM": "xterm-256color", "COLORTERM": "truecolor",
        "OPENROUTER_API_KEY": "sk-or-v1-bench", "OPENROUTER_BASE_URL": BASE_URL,
        "CHAT_TUI_DATA_DIR": str(home / "data"), "CHAT_TUI_CACHE_DIR": str(home / "cache"),
        "CHAT_TUI_STATE_DIR": str(home / "state"),
    }  # fmt: skip
    with Terminal(_APPLICATION, environment) as screen:
        screen.wait_for("sk anything")
        screen.rest(2)  # what is loaded behind the start
        screen.type(b"\x07")
        screen.wait_for("taking in")
        told = len(set(_PROGRESS.findall(b"".join(screen.read(0.1) for _ in range(30)))))
        screen.type(b"\x1b")
        (indexing,) = map(
            int, Path(f"/proc/{screen.process.pid}/task/{screen.process.pid}/children").read_text().split()
        )

        def echoed(signal_number: int) -> float:
            os.kill(indexing, signal_number)
            screen.rest(0.3)
            echoes = []
            for letter in _LETTERS:
                screen.type(letter.encode())
                echoes.append(screen.wait_for(letter))
                screen.rest(_KEY_SECONDS)
            return statistics.median(echoes)

        busy, idle = alternating(rounds, lambda: echoed(signal.SIGCONT), lambda: echoed(signal.SIGSTOP))
        os.kill(indexing, signal.SIGCONT)
        screen.type(b"\x07")
        screen.wait_for("taking in")  # it goes on still, so every key was typed meanwhile
    return idle, busy, told
