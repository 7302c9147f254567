"""Streaming in a pty, from outside: time, CPU, bytes, memory and the echo of keys, beside `Markdown.get_stream`."""

from __future__ import annotations

import os
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from statistics import quantiles

from tests.bench.row import Row, at_most
from tests.bench.screens import BEGUN, ENDED, PAUSE_SECONDS
from tests.bench.sse import decoding
from tests.bench.terminal import Terminal
from tests.bench.text import tokens

ECHOES = "БГДЖИЛПФЦЧШЩЪЫЬЭЮЯ"
"""Letters that no reply holds."""
KEY_SECONDS = 0.2


@dataclass(frozen=True, slots=True)
class Run:
    """What one stream took."""

    seconds: float
    cpu: float
    bytes: int
    memory: float
    """MB at the end."""
    echoes: list[float]
    """Seconds from each key to its letter on the screen."""

    @property
    def p95(self) -> float:
        """Seconds that all but the slowest twentieth of the echoes keep to."""
        return quantiles(self.echoes, n=20)[-1]


def streamed(kind: str, count: int, rate: float, longest: float = 600, *, keys: bool = False) -> Run:
    """Stream `count` tokens, `rate` a second, for `longest` seconds, with `keys` typed meanwhile."""
    environment = {**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor"}
    command = [sys.executable, "-m", "tests.bench.screens", kind, str(count), str(rate)]
    with Terminal(command, environment) as terminal:
        terminal.wait_for(BEGUN)
        began, cpu, before = time.monotonic(), terminal.cpu, terminal.bytes_read
        echoes: list[float] = []
        deadline = count / rate - 1 if keys else 0
        while time.monotonic() - began < deadline:
            letter = ECHOES[len(echoes) % len(ECHOES)]
            terminal.type(letter.encode())
            echoes.append(terminal.wait_for(letter))
            terminal.rest(KEY_SECONDS)
        with suppress(TimeoutError):
            terminal.wait_for(ENDED, longest)
        seconds = time.monotonic() - began - PAUSE_SECONDS
        terminal.rest(0.5)
        return Run(seconds, terminal.cpu - cpu, terminal.bytes_read - before, terminal.memory, echoes)


def bare_memory() -> float:
    """Return the memory of a bare Textual application in MB."""
    environment = {**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor"}
    with Terminal([sys.executable, "-m", "tests.bench.screens", "bare", "0", "0"], environment) as terminal:
        terminal.rest(2)
        return terminal.memory


def run(quick: bool) -> list[Row]:
    """Measure each once: the streams are long."""
    count, many = (500, 4_000) if quick else (2_000, 20_000)
    ours, theirs = streamed("ours", count, 100, keys=True), streamed("get_stream", count, 100, keys=True)
    alone = streamed("ours", count, 100)
    text = sum(len(token.encode()) for token in tokens(count))
    bare = bare_memory()
    full, their_full = streamed("ours", count, 0), streamed("get_stream", count, 0)
    long = streamed("ours", many, 0)
    decoded = decoding(count)

    def ratio(name: str, value: float, base: float, limit: float, unit: str) -> Row:
        return at_most(name, value / base, limit, note=f"{value:.3g} against {base:.3g}{unit}")

    rows = [
        ratio(f"{count:,} tokens at 100/s / get_stream (CPU)", ours.cpu, theirs.cpu, 0.2, " s"),
        ratio("echo of a key meanwhile, p95 / get_stream", ours.p95, theirs.p95, 0.2, " s"),
        ratio(f"{count:,} tokens at full speed / get_stream", full.seconds, their_full.seconds, 0.12, " s"),
        ratio(f"{many:,} tokens at full speed / {count:,} (CPU)", long.cpu, full.cpu, 1.1 * many / count, " s"),
        ratio("bytes to the terminal at 100/s, no keys / bytes of text", alone.bytes, text, 60, ""),
        ratio(f"memory after {many:,} tokens / bare", long.memory, bare, 1.8, " MB"),
        Row(f"httpx-sse decoding of {count:,} tokens (CPU)", f"{decoded * 1000:.0f} ms", "-", True),
        Row("  ours at 100/s beside it", f"{ours.cpu / decoded:.0f}x", "-", True),
        Row("  get_stream at 100/s beside it", f"{theirs.cpu / decoded:.0f}x", "-", True),
    ]
    if not quick:
        # It may take many minutes: what proves the promise is enough.
        slow = streamed("get_stream", many, 0, long.seconds / 0.03)
        rows.append(ratio(f"{many:,} tokens at full speed / get_stream", long.seconds, slow.seconds, 0.04, " s"))
    return rows
