"""Paths as people type them: what they may go on with, and where a file may go by itself."""

from __future__ import annotations

import os
from pathlib import Path

_MOST = 50


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
