"""Paths as people type them: what they may go on with, and where a file may go by itself."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

_MOST = 50


class Entry(NamedTuple):
    """What stands in a folder."""

    name: str
    is_folder: bool
    size: int
    """Bytes."""
    changed: datetime


def typed_path(text: str) -> Path:
    """Return the path that `text` means; `~` is the home.

    Raises:
        ValueError: with a sentence, when it can be none.
    """
    if "\0" in text or not text.strip():
        raise ValueError("This is no path. Type where the file is to go.")
    try:
        return Path(text.strip()).expanduser().absolute()
    except RuntimeError:
        raise ValueError("This begins with a home that this system doesn't know.") from None


def shown_path(path: Path) -> str:
    """Return `path` as people write it, with `~` for their home."""
    try:
        return f"~/{path.relative_to(Path.home())}"
    except (ValueError, RuntimeError):
        return str(path)


def completions(text: str) -> list[str]:
    """Return what `text` may become: folders with a slash at their end, then files; hidden ones when it asks for them.

    It reads a folder: call it in a thread.
    """
    head, slash, begun = text.rpartition("/")
    try:
        folder = Path(f"{head}{slash}" or ".").expanduser()
        with os.scandir(folder) as entries:
            named = [
                (entry.is_dir(), entry.name)
                for entry in entries
                if entry.name.startswith(begun) and entry.name.isprintable()
            ]
    except (OSError, RuntimeError, ValueError):
        return []
    shown = sorted(
        (not is_folder, name.casefold(), f"{head}{slash}{name}{'/' * is_folder}")
        for is_folder, name in named
        if begun.startswith(".") or not name.startswith(".")
    )
    return [path for _, _, path in shown[:_MOST] if path != text]


def default_folder() -> Path:
    """Return where files go that nobody named a folder for: where chat-tui was started, else the home."""
    try:
        here = Path.cwd()
    except FileNotFoundError:
        return Path.home()
    return here if os.access(here, os.W_OK) else Path.home()


def file_at(text: str) -> Path | None:
    """Return the file that `text` names; None when it names none, or a folder. It looks at the disk."""
    try:
        path = typed_path(text)
        return path if path.is_file() else None
    except (OSError, ValueError):
        return None


def sources_of(text: str) -> list[str]:
    """Return the paths and web addresses that a command was given; it looks at the disk.

    A path that is there may have blanks as it stands; among several, those with blanks are quoted or escaped.
    """
    import shlex

    if file_at(text) is not None:
        return [text.strip()]
    try:
        words = shlex.split(text)
    except ValueError:
        words = [text.strip()]
    if len(words) > 1 and not any(file_at(word) or "://" in word for word in words):
        words = [text.strip()]  # one path, of which something is wrong
    return [word for word in words if word.strip()]


def pasted_files(text: str) -> list[Path]:
    """Return the files that a paste is nothing but the paths of; none when it is text. It looks at the disk."""
    from chat_tui.attachments.paths import pasted_paths

    paths = pasted_paths(text) or []
    return paths if all(file_at(str(path)) for path in paths) else []


def entries_of(folder: Path) -> list[Entry]:
    """Return what stands in a folder: folders first, then files, by their names; it reads the disk.

    Raises:
        OSError: when it can't be read.
    """
    found = []
    with os.scandir(folder) as entries:
        for entry in entries:
            try:
                status = entry.stat()
                is_folder = entry.is_dir()
            except OSError:  # a link that leads nowhere, or what has gone meanwhile
                continue
            found.append(Entry(entry.name, is_folder, status.st_size, _moment(status.st_mtime)))
    return sorted(found, key=lambda entry: (not entry.is_folder, entry.name.casefold(), entry.name))


def _moment(seconds: float) -> datetime:
    """Return when a file was changed; what is beyond the calendar is as old as can be."""
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, ValueError, OSError):
        return datetime.fromtimestamp(0, UTC)
