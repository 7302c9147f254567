"""The whole application in a pty: ready to type, one key and one page, with 10,000 messages and with none."""

from __future__ import annotations

import fcntl
import os
import select
import signal
import statistics
import struct
import subprocess
import sys
import tempfile
import termios
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeAlias

from chat_tui.conversation.folder import Folder
from chat_tui.conversation.ids import new_id
from chat_tui.conversation.metadata import Metadata
from chat_tui.conversation.records import encode_message
from chat_tui.conversation.values import Message, Receipt, TextPart
from tests.bench.row import Row, at_most

MESSAGES = 10_000
Screen: TypeAlias = Callable[[bytes, bytes], None]
"""Sends keys, the second argument, then reads until the first appears, or for 50 ms when that is empty."""
FRAME_MS = 1000 / 30
"""The application paints at most thirty times a second."""
KEY_MS = 16
BASE_URL = "http://127.0.0.1:9/api/v1"
"""Nobody answers there."""
_COLUMNS, _ROWS = 120, 40
_TICKS = os.sysconf("SC_CLK_TCK")
_BARE = """
from textual.app import App
from textual.widgets import TextArea
class Bare(App):
    def compose(self):
        yield TextArea(placeholder="Ask anything")
Bare().run()
"""
_REPLY = """## Answer {n}

Some text with **bold**, `code` and a [link](https://example.com), long enough to wrap on a terminal of one hundred and
twenty columns, as most replies of a model are. {filler}

- item one
- item two, with more text

```python
def hello(count: int) -> str:
    return "hello" * count
```
"""


def run(quick: bool) -> list[Row]:
    """Measure in alternating runs; the figures are medians."""
    rounds = 3 if quick else 7
    with tempfile.TemporaryDirectory(prefix="chat-tui-bench-") as root:
        empty, full = Path(root, "empty"), Path(root, "full")
        empty.mkdir()
        _fill(full)
        application = [sys.executable, "-m", "chat_tui"]
        commands: dict[str, tuple[list[str], Path]] = {
            "bare": ([sys.executable, "-c", _BARE], empty),
            "empty": (application, empty),
            "full": ([*application, "--resume"], full),
        }
        measured: dict[str, list[tuple[float, float, float]]] = {name: [] for name in commands}
        for _ in range(rounds):
            for name, (command, home) in commands.items():
                measured[name].append(_measure(command, home, pages=name == "full"))
        idle = _idle_share(application, empty, 3 if quick else 20)
    bare, none, many = (_medians(measured[name]) for name in commands)
    return [
        _row("empty application ready to type, against bare Textual", none[0], bare[0], 1.2, "s"),
        _row(f"{MESSAGES:,} messages ready to type, against none", many[0], none[0], 1.3, "s"),
        _row(f"a key with {MESSAGES:,} messages, against none (CPU)", many[1], none[1], 1.2, "s"),
        at_most("an idle application, of a core", idle * 100, 1, "%"),
        Row(f"a page of {MESSAGES:,} messages (CPU)", f"{many[2] * 1000:.0f} ms", "-", True),
    ]


def _row(name: str, value: float, base: float, limit: float, unit: str) -> Row:
    ratio = value / base
    figure = f"{ratio:.2f}x  ({value * 1000:.1f} m{unit} against {base * 1000:.1f} m{unit})"
    return Row(name, figure, f"<= {limit}x", ratio <= limit)


def _medians(rows: list[tuple[float, float, float]]) -> tuple[float, float, float]:
    ready, key, page = (statistics.median(column) for column in zip(*rows, strict=True))
    return ready, key, page


def _measure(command: list[str], home: Path, *, pages: bool) -> tuple[float, float, float]:
    """Return seconds until a typed key is shown, and seconds of CPU for a key and for a page up."""
    began = time.monotonic()
    with terminal(command, home) as (process, screen):
        screen(b"sk anything", b"")  # the cursor stands on its first letter
        screen(b"Z", b"Z")
        ready = time.monotonic() - began
        idle_again(process.pid, screen)
        key = cpu_of(process.pid, screen, [b"w"] * 40)
        page = cpu_of(process.pid, screen, [b"\x1b[5~"] * 40, first=b"\t") if pages else 0.0
    return ready, key, page


def _idle_share(command: list[str], home: Path, seconds: float) -> float:
    """Return the share of a core that the application takes while nothing happens."""
    with terminal(command, home) as (process, screen):
        screen(b"sk anything", b"")
        idle_again(process.pid, screen)
        before, began = _cpu(process.pid), time.monotonic()
        while time.monotonic() < began + seconds:
            screen(b"", b"")
        return (_cpu(process.pid) - before) / (time.monotonic() - began)


def opening(screen: Screen, pid: int, key: bytes, shown: bytes, first: bytes = b"") -> float:
    """Return seconds from `key`, which opens a pane after `first`, until `shown` is on the screen."""
    screen(shown, first + key)
    screen(b"", b"\x1b")  # what is done once is done
    idle_again(pid, screen)
    screen(b"", first)
    idle_again(pid, screen)
    began = time.monotonic()
    screen(shown, key)
    opened = time.monotonic() - began
    idle_again(pid, screen)
    return opened


def cpu_of(pid: int, screen: Screen, keys: list[bytes], first: bytes = b"") -> float:
    """Return seconds of CPU for one of `keys`, which come after `first`."""
    if first:
        screen(b"", first)
        idle_again(pid, screen)
    before = _cpu(pid)
    for key in keys:
        screen(b"", key)
    idle_again(pid, screen)
    return (_cpu(pid) - before) / len(keys)


def idle_again(pid: int, screen: Screen) -> None:
    """Wait until the process has used no CPU for 0.3 s."""
    while True:
        before = _cpu(pid)
        for _ in range(6):
            screen(b"", b"")
        if _cpu(pid) - before < 2 / _TICKS:
            return


def _cpu(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


@contextmanager
def terminal(command: list[str], home: Path) -> Iterator[tuple[subprocess.Popen[bytes], Screen]]:
    """Run `command` in a terminal; the function sends keys, then reads until a text appears (or for 50 ms)."""
    ours, theirs = os.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", _ROWS, _COLUMNS, 0, 0))
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("OPENROUTER_", "CHAT_TUI_"))},
        "HOME": str(home),
        "TERM": "xterm-256color",
        "COLORTERM": "truecolor",
        "OPENROUTER_API_KEY": "sk-or-v1-bench",
        "OPENROUTER_BASE_URL": BASE_URL,
        "CHAT_TUI_DATA_DIR": str(home / "data"),
        "CHAT_TUI_CACHE_DIR": str(home / "cache"),
        "CHAT_TUI_STATE_DIR": str(home / "state"),
    }
    process = subprocess.Popen(
        command, stdin=theirs, stdout=theirs, stderr=theirs, env=environment, start_new_session=True
    )
    os.close(theirs)

    def exchange(expected: bytes, keys: bytes) -> None:
        if keys:
            os.write(ours, keys)
        seen, deadline = b"", time.monotonic() + (20 if expected else 0.05)
        while time.monotonic() < deadline:
            if select.select([ours], [], [], 0.01)[0]:
                seen += os.read(ours, 65536)
                if expected and expected in seen:
                    return
        if expected:
            raise TimeoutError(f"{expected!r} never appeared")

    try:
        yield process, exchange
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
        os.close(ours)


def _fill(home: Path) -> None:
    """Write a conversation of 20 MB."""
    began = datetime(2026, 1, 1, tzinfo=UTC)
    metadata = Metadata(id=new_id(), created=began, title="Ten thousand messages")
    folder = Folder(home / "data" / "conversations" / metadata.folder_name)
    folder.write_metadata(metadata)
    parent: str | None = None
    with folder.journal.open("wb") as file:
        for n in range(MESSAGES // 2):
            at = began + timedelta(minutes=n)
            prompt = Message(new_id(), parent, "user", (TextPart(f"Question {n}?"),), at)
            text = _REPLY.format(n=n, filler="And so on, and on. " * 160)
            receipt = Receipt(model="demo/markdown", provider="Demo", total_ms=1000)
            reply = Message(new_id(), prompt.id, "assistant", (TextPart(text),), at, receipt=receipt)
            file.write(encode_message(prompt) + encode_message(reply))
            parent = reply.id
