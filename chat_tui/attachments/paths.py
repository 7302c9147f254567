"""What a paste or a drop says: paths and nothing else, or something to be read as text."""

from __future__ import annotations

import re
import shlex
from contextlib import suppress
from pathlib import Path
from urllib.parse import unquote, urlsplit

_LONGEST = 20_000
"""Characters of a paste that can be paths; more is text."""
_MOST = 100
_FILE = "file://"
_HERE = ("", "localhost")
_LINK = re.compile(r"https://[^\s/?#@]+(?:[/?#]\S*)?", re.IGNORECASE)
_LOOKS_LIKE_PATH = re.compile(r"[/~\"'\\]|file://|[A-Za-z]:[\\/]")


def pasted_paths(text: str) -> list[Path] | None:
    """Return the paths that `text` is; None when it is anything else, or one of them isn't there.

    Paths are as terminals and file managers give them: bare, quoted, with escaped spaces, as `file://`, several with
    spaces or lines between. They are whole, from the root or from home: a word is no path, though a file be called so.
    """
    text = text.strip("\r\n ")
    if not text or len(text) > _LONGEST or not _LOOKS_LIKE_PATH.match(text):
        return None
    for read in (_as_one, _as_lines, _as_words):
        if (paths := read(text)) and len(paths) <= _MOST and all(map(_is_there, paths)):
            return [path.expanduser() for path in paths]
    return None


def named_path(text: str) -> Path:
    """Return the path that somebody typed: `~` is home, and it may be a `file://` address."""
    path = _path(text)
    try:
        return path.expanduser()
    except (RuntimeError, ValueError):  # a home of nobody; no name for a file
        return path


def is_link(text: str) -> bool:
    """Tell whether `text` is nothing but an `https` address."""
    return _LINK.fullmatch(text.strip()) is not None


def _as_one(text: str) -> list[Path] | None:
    """Return `text` as one path with whatever is in its name."""
    return None if "\n" in text else [_path(text)]


def _as_lines(text: str) -> list[Path] | None:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return [path for line in lines for path in (_as_words(line) if line[0] in "\"'" else None) or [_path(line)]]


def _as_words(text: str) -> list[Path] | None:
    try:
        words = shlex.split(text)
    except ValueError:  # a quote that isn't closed
        return None
    return [_path(word) for word in words]


def _path(text: str) -> Path:
    """Return the path that one word is, which may be a `file://` address."""
    if text[: len(_FILE)].lower() == _FILE:
        with suppress(ValueError):  # no address at all
            parts = urlsplit(text)
            if parts.netloc.lower() in _HERE:
                return Path(unquote(parts.path))
    return Path(text)


def _is_there(path: Path) -> bool:
    """Tell whether `path` is a whole one, and something is there."""
    try:
        whole = path.expanduser()
        return whole.is_absolute() and whole != whole.parent and whole.exists()
    except (OSError, RuntimeError, ValueError):  # a home of nobody; no name for a file
        return False
