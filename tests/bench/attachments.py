"""Large files both ways: what sending a film of 100 MB takes, and a picture of 20 MB that comes on one line.

`python -m tests.bench.attachments film|picture BASE_URL FOLDER` is the application that is measured.
"""

from __future__ import annotations

import asyncio
import json
import resource
import struct
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import perf_counter

from chat_tui.app import ChatApp, Launch
from chat_tui.config.server import Server
from chat_tui.config.themes import read_theme, theme_files
from chat_tui.demo.server import DEMO_KEY
from chat_tui.engine.library import Library
from chat_tui.engine.session import Session
from chat_tui.paths import Paths
from tests.bench.row import Row, at_most

FILM_BYTES = 100_000_000
GAP = 0.25
"""Seconds between two frames."""
TIMES = 3.5
"""The most memory that a film takes, in its own size."""
_MEGABYTE = 1_000_000
_NOISE = bytes(place * place % 251 for place in range(_MEGABYTE))
_PATIENCE = 120.0
_BEAT = 0.005  # seconds
_KILOBYTE = 1 if sys.platform == "darwin" else 1024


def write_film(path: Path, size: int) -> None:
    """Write a film of `size` bytes (MP4), 12 seconds long; piece by piece, for a new process inherits the peak."""

    def box(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I4s", 8 + len(content), kind) + content

    matrix = struct.pack(">9i", 65536, 0, 0, 0, 65536, 0, 0, 0, 1 << 30)
    header = struct.pack(">IIIII", 0, 0, 0, 1000, 12_000) + b"\0\1\0\0\1\0" + bytes(10) + matrix + bytes(24)
    head = box(b"ftyp", b"isom\0\0\2\0isommp42") + box(b"moov", box(b"mvhd", header + struct.pack(">I", 2)))
    left = size - len(head)
    with path.open("wb") as file:
        file.write(head + struct.pack(">I4s", left, b"mdat"))
        left -= 8
        while left > 0:
            left -= file.write(_NOISE[:left])


@dataclass(slots=True)
class Beats:
    """The longest time in which the application could paint nothing."""

    longest: float = 0.0

    async def watch(self) -> None:
        """Take note of each beat that comes late."""
        last = perf_counter()
        while True:
            await asyncio.sleep(_BEAT)
            now = perf_counter()
            self.longest, last = max(self.longest, now - last - _BEAT), now


async def measure(what: str, base_url: str, folder: Path) -> dict[str, float]:
    """Send a film, or have a picture drawn, and return the longest gap (s), the memory that it took, and how long."""
    library = Library(Paths.under(folder), built_in={"model": "demo/echo" if what == "film" else "demo/huge-image"})
    theme = read_theme(theme_files(library.paths.themes)["ink"])
    launch = Launch(
        library=library,
        chat=library.begin(),
        start=lambda: Session(Server(base_url, DEMO_KEY), {}, paths=library.paths),
        credentials=library.paths.credentials,
        needs_key=False,
        theme=theme,
        more_themes=lambda: ([], []),
    )
    app = ChatApp(launch)
    async with app.run_test(size=(120, 40)) as pilot:
        screen = app.screen

        async def until(condition: Callable[[], object]) -> None:
            deadline = perf_counter() + _PATIENCE
            while not condition():
                assert perf_counter() < deadline, "it never happened"
                await pilot.pause(0.02)

        def reply_is_there() -> bool:
            return bool(chat.path and chat.path[-1].role == "assistant" and chat.path[-1].status != "streaming")

        chat = launch.chat
        await pilot.press(*"abc")
        await pilot.pause(1)
        beats, before, began = Beats(), _peak(), perf_counter()
        watching = asyncio.create_task(beats.watch())
        if what == "film":
            screen.attach_file(folder / "film.mp4")  # type: ignore[attr-defined]  # it is the chat
            await until(lambda: library.drafts.files(chat.id))
        await pilot.press("enter")
        await until(reply_is_there)
        await pilot.pause(0.5)
        watching.cancel()
        took = perf_counter() - began
        assert chat.path[-1].status == "complete", chat.path[-1].failure
        await app.action_quit()
    return {"gap": beats.longest, "memory": _peak() - before, "peak": _peak(), "seconds": took}


def _peak() -> float:
    """Return the most memory that this process had so far, in bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _KILOBYTE


@contextmanager
def emulator() -> Iterator[str]:
    """Run the emulator in a process of its own and give its base URL."""
    command = [sys.executable, "-m", "chat_tui", "demo-server", "--port", "0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as server:
        assert server.stderr is not None
        try:
            yield next(word for word in server.stderr.readline().split() if word.startswith("http"))
        finally:
            server.terminate()


def measured(what: str, base_url: str) -> dict[str, float]:
    """Measure in a process of its own."""
    with tempfile.TemporaryDirectory(prefix="chat-tui-bench-") as folder:
        if what == "film":
            write_film(Path(folder, "film.mp4"), FILM_BYTES)
        command = [sys.executable, "-m", "tests.bench.attachments", what, base_url, folder]
        done = subprocess.run(command, capture_output=True, text=True, timeout=2 * _PATIENCE)
        assert done.returncode == 0, done.stderr[-4000:]
        found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
        return found


def run(quick: bool) -> list[Row]:
    """Measure both; the gaps are medians."""
    rows: list[Row] = []
    rounds = 1 if quick else 3
    with emulator() as base_url:
        films = [measured("film", base_url) for _ in range(rounds)]
        pictures = [measured("picture", base_url) for _ in range(rounds)]
    most = max(one["peak"] for one in films)
    note = f"{max(one['memory'] for one in films) / _MEGABYTE:.0f} MB more than before it was attached"
    rows.append(at_most("memory while a film of 100 MB is sent, in its size", most / FILM_BYTES, TIMES, "x", note))
    seconds = median(one["seconds"] for one in films)
    gap = median(one["gap"] for one in films)
    rows.append(at_most("longest gap while it is attached and sent", gap, GAP, " s", f"all took {seconds:.1f} s"))
    gap = median(one["gap"] for one in pictures)
    rows.append(at_most("longest gap while a picture of 20 MB comes on one line", gap, GAP, " s"))
    return rows


if __name__ == "__main__":
    print(json.dumps(asyncio.run(measure(sys.argv[1], sys.argv[2], Path(sys.argv[3])))))
