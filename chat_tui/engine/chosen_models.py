"""The favourites and the models used lately, per server, in a file that several processes share."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from chat_tui.engine.refused import RefusedError
from chat_tui.models.chosen import Chosen
from chat_tui.paths import FILE_MODE, NotTomlError, private_directory, read_toml, replace_file

VERSION = 1
LOCK_SECONDS = 5.0
_log = logging.getLogger(__name__)


class ChosenModels:
    """One server's part of `models.toml`; `chosen` is what was known last.

    Args:
        file: Where it is; None keeps nothing on disk.
        origin: The server.
    """

    def __init__(self, file: Path | None, origin: str) -> None:
        self.chosen = Chosen()
        self.problem = ""
        """What is wrong with the file, as a sentence for people."""
        self._file = file
        self._origin = origin
        self._opening: asyncio.Task[Chosen] | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    def read(self) -> Chosen:
        """Return what the file says; blocks. Where it is broken, nothing is chosen, and `problem` says so."""
        if self._file is not None:
            try:
                self.chosen, self.problem = _chosen(_read(self._file), self._origin), ""
            except NotTomlError as error:
                self.problem = (
                    f"{self._file} can't be read: {error}. Favourites begin anew; with the first one the broken file "
                    f"is put aside as {_aside(self._file).name}."
                )
            except OSError as error:
                self.problem = f"{self._file} can't be read: {error.strerror}. Mend that to see the favourites."
        return self.chosen

    async def open(self) -> Chosen:
        """Return what the file says, read once."""
        if self._opening is None:
            self._opening = asyncio.create_task(asyncio.to_thread(self.read))
        await asyncio.shield(self._opening)
        return self.chosen

    async def change(self, change: Callable[[Chosen], Chosen]) -> Chosen:
        """Apply `change` to what the file says by now, keep that, and return it.

        Raises:
            RefusedError: when it can't be kept, with the reason.
        """
        self.chosen = await asyncio.to_thread(self._changed, change)
        return self.chosen

    def note_use(self, model: str) -> None:
        """Count `model` as the last used, behind; a disk that refuses costs no more than that."""
        if self.chosen.recents[:1] != (model,):
            task = asyncio.create_task(self._note_use(model))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        """Wait for what is being read or written."""
        await asyncio.gather(*self._tasks, *filter(None, [self._opening]))

    async def _note_use(self, model: str) -> None:
        try:
            await self.change(lambda chosen: chosen.used(model))
        except RefusedError as error:
            _log.warning("The last used model could not be kept: %s", error)

    def _changed(self, change: Callable[[Chosen], Chosen]) -> Chosen:
        if self._file is None:
            return change(self.chosen)
        import filelock

        try:
            lock = private_directory(self._file.parent / "locks") / "models.lock"
            with filelock.FileLock(lock, LOCK_SECONDS, mode=FILE_MODE):
                return self._rewrite(self._file, change)
        except filelock.Timeout:
            raise RefusedError("Another chat-tui holds the favourites. Try again.") from None
        except OSError as error:
            raise RefusedError(f"{self._file} can't be written: {error.strerror}.") from error

    def _rewrite(self, file: Path, change: Callable[[Chosen], Chosen]) -> Chosen:
        """Read, change and write the file, which is locked."""
        import tomli_w

        try:
            data = _read(file)
            old = _chosen(data, self._origin)
        except NotTomlError:
            file.replace(_aside(file))
            data, old = {}, Chosen()
        if isinstance(version := data.get("v"), int) and version > VERSION:
            raise RefusedError(f"{file} was written by a newer chat-tui, so it isn't changed. Use that one.")
        new = change(old)
        if new != old:
            servers = data.setdefault("servers", {})
            table = servers.setdefault(self._origin, {})
            table |= {"favourites": list(new.favourites), "recents": list(new.recents)}
            replace_file(file, tomli_w.dumps({**data, "v": VERSION}).encode("utf-8", "replace"))
        self.problem = ""
        return new


def _read(file: Path) -> dict[str, Any]:
    try:
        return read_toml(file)
    except FileNotFoundError:
        return {}


def _chosen(data: dict[str, Any], origin: str) -> Chosen:
    """Return one server's part.

    Raises:
        NotTomlError: when something of ours isn't what it should be.
    """
    servers = data.get("servers", {})
    table = servers.get(origin, {}) if isinstance(servers, dict) else None
    if not isinstance(table, dict):
        raise NotTomlError("“servers” is no table of tables")
    chosen = Chosen()
    for name in ("favourites", "recents"):
        ids = table.get(name, [])
        if not isinstance(ids, list) or not all(isinstance(model, str) for model in ids):
            raise NotTomlError(f"“{name}” is no list of models")
        chosen = replace(chosen, **{name: tuple(dict.fromkeys(ids))})
    return chosen


def _aside(file: Path) -> Path:
    """Return a name for the broken file that isn't taken."""
    names = [
        file.with_name(f"{file.name}.damaged"),
        *(file.with_name(f"{file.name}.damaged-{n}") for n in range(2, 100)),
    ]
    return next((name for name in names if not name.exists()), names[-1])
