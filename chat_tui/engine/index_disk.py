"""The conversations that are on disk, and how to see that one was changed, by whomever."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from chat_tui.conversation.ids import ID_LENGTH, is_id
from chat_tui.conversation.metadata import FILE_NAME
from chat_tui.paths import Paths

JOURNAL = "messages.jsonl"
PARTIAL = "partial"


class OnDisk(NamedTuple):
    """A conversation's folder as it was found."""

    name: str
    folder: str
    """Below the data folder."""
    in_trash: bool
    metadata_stamp: str
    """Differs when `conversation.toml` may; never empty."""
    journal_stamp: str
    """The same of the journal, and of replies that aren't in it yet."""
    changed: float
    """When it was last written to, in Unix seconds."""


def conversations(paths: Paths) -> Iterator[OnDisk]:
    """Yield every conversation, also those in the trash; of two with one name the one that isn't there."""
    seen: set[str] = set()
    for folder in (paths.conversations, *_days(paths.trash)):
        for name in _names(folder):
            if name not in seen:
                seen.add(name)
                yield look(paths, folder / name)


def look(paths: Paths, folder: Path) -> OnDisk:
    """Return how the conversation in `folder` is now."""
    journal, metadata = _status(folder / JOURNAL), _status(folder / FILE_NAME)
    status = journal or metadata or _status(folder)
    return OnDisk(
        folder.name,
        folder.relative_to(paths.data).as_posix(),
        folder.is_relative_to(paths.trash),
        _stamp(metadata),
        _stamp(journal) + _stamp_of_partial(folder / PARTIAL),
        status.st_mtime if status else 0.0,
    )


def _days(trash: Path) -> list[Path]:
    """Return the folders in the trash, one for each day on which something was deleted."""
    try:
        return sorted((Path(entry.path) for entry in os.scandir(trash) if entry.is_dir()), reverse=True)
    except OSError:
        return []


def _names(folder: Path) -> list[str]:
    """Return the names of the conversations' folders, those that were begun first before others."""
    try:
        with os.scandir(folder) as entries:
            found = (entry.name for entry in entries if is_id(entry.name[-ID_LENGTH:]) and entry.is_dir())
            return sorted(name for name in found if _is_text(name))
    except OSError:
        return []


def _is_text(name: str) -> bool:
    """Tell whether a database can hold `name`: a system's names may be any bytes."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def _status(path: Path) -> os.stat_result | None:
    try:
        return path.stat()
    except OSError:
        return None


def _stamp_of_partial(folder: Path) -> str:
    """Return what changes with the files of replies that stream, or were interrupted; empty where there are none."""
    try:
        with os.scandir(folder) as entries:
            return "".join(
                sorted(f" {entry.name}.{_stamp(entry.stat())}" for entry in entries if entry.name.endswith(".jsonl"))
            )
    except OSError:
        return ""


def _stamp(status: os.stat_result | None) -> str:
    """Return what changes with a file: also one that took another's place, or whose time was set back."""
    if status is None:
        return "none"
    return f"{status.st_size}.{status.st_mtime_ns}.{status.st_ctime_ns}.{status.st_ino}"
