"""Keeping the search index up to date beside the application, in a process of its own, and asking it.

Taking in 200 MB is half a minute of Python: in a thread it would take its turns with the keys. A process doesn't, and
at low priority it leaves even a single core to them.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from chat_tui.paths import Paths

if TYPE_CHECKING:
    from chat_tui.conversation.summary import Summary
    from chat_tui.engine.index import Index
    from chat_tui.engine.index_found import Found
    from chat_tui.search.completing import Occurring

_NICE = 15
_PRIVATE = "OPENROUTER_"


class Progress(NamedTuple):
    """How far the index is: conversations that changed and were taken in, of how many."""

    done: int = 0
    total: int = 0
    running: bool = False


class Indexing:
    """The index of a library, as the application uses it; nothing of it is imported before it is needed."""

    def __init__(self, paths: Paths) -> None:
        self.progress = Progress()
        self._paths = paths
        self._index: Index | None = None
        self._noted: set[Path] = set()
        self._running: asyncio.Task[None] | None = None
        self._changed = asyncio.Condition()

    def start(self) -> None:
        """Take in what changed on disk, unless that goes on already; watchers are told how far it is."""
        if (self._running is None or self._running.done()) and self._paths.conversations.exists():
            self.progress = Progress(running=True)
            self._running = asyncio.get_running_loop().create_task(self._run())

    def note(self, folder: Path) -> None:
        """Remember that this process writes in a conversation: what it holds then is found at once."""
        self._noted.add(folder)

    async def watch(self) -> AsyncIterator[Progress]:
        """Yield how far the index is, now and whenever that changed; it ends when everything was taken in."""
        while True:
            progress = self.progress
            yield progress
            if not progress.running:
                return
            async with self._changed:
                while self.progress == progress:
                    await self._changed.wait()

    async def search(self, text: str, limit: int, *, typing: bool = False) -> Found:
        """Search as `Index.search` does, also what was written a moment ago."""
        return await asyncio.to_thread(self._search, text, limit, typing)

    async def summaries(self, most: int | None = None) -> list[Summary]:
        """Return conversations as `Index.summaries` does, also as they were changed a moment ago."""
        return await asyncio.to_thread(lambda: self._fresh().summaries(most))

    async def occurring(self) -> Occurring:
        """Return the values of filters that there are."""
        return await asyncio.to_thread(lambda: self._fresh().occurring())

    async def close(self) -> None:
        """End what goes on; what is in the index by then stays."""
        if self._running is not None:
            self._running.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._running
        if self._index is not None:
            await asyncio.to_thread(self._index.close)

    def _search(self, text: str, limit: int, typing: bool) -> Found:
        return self._fresh().search(text, limit, typing=typing)

    def _fresh(self) -> Index:
        """Return the index with what this process wrote."""
        if self._index is None:
            from chat_tui.engine.index import Index

            self._index = Index(self._paths)
        if not self._index.is_kept:
            self._index.update()
        for folder in tuple(self._noted):
            self._index.touch(folder)
        return self._index

    async def _run(self) -> None:
        try:
            await self._run_process()
        finally:
            await self._tell(self.progress._replace(running=False))

    async def _run_process(self) -> None:
        program = [sys.executable, "-P", "-m", "chat_tui.engine.indexing", *map(str, self._paths)]
        try:
            process = await asyncio.create_subprocess_exec(
                *program,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
                env=_environment(),
            )
        except OSError:
            return  # the search then finds what was taken in before
        assert process.stdout is not None  # noqa: S101 - it is a pipe
        try:
            async for line in process.stdout:
                done, total = map(int, line.split())
                await self._tell(Progress(done, total, running=True))
            await process.wait()
        finally:
            if process.returncode is None:
                with contextlib.suppress(ProcessLookupError):
                    process.kill()
                await process.wait()

    async def _tell(self, progress: Progress) -> None:
        async with self._changed:
            self.progress = progress
            self._changed.notify_all()


def _environment() -> dict[str, str]:
    """Return the variables for the process: with our sources, without a key."""
    ours = str(Path(__file__).parent.parent.parent)
    others = os.environ.get("PYTHONPATH")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(_PRIVATE)}
    return {**kept, "PYTHONPATH": os.pathsep.join((ours, others)) if others else ours}


def main(folders: list[str]) -> None:
    """Bring the index of a library up to date and print how far that is, until nobody reads it any more."""
    from chat_tui.engine.index import Index

    if hasattr(os, "nice"):
        os.nice(_NICE)
    with contextlib.suppress(AttributeError, OSError):  # elsewhere than on Linux there is nothing like it
        if os.getloadavg()[0] < (os.cpu_count() or 1):  # on a busy machine it would never have its turn
            os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
    index = Index(Paths(*map(Path, folders)))
    with contextlib.suppress(BrokenPipeError):
        index.update(lambda done, total: print(done, total, flush=True))
    index.close()


if __name__ == "__main__":
    main(sys.argv[1:])
