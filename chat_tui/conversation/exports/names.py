"""Names for files that any system takes, whatever a conversation is called."""

from __future__ import annotations

import re
import unicodedata

_LONGEST = 120
"""Bytes, with the ending: file systems take 255, folders around it and copies of it need some."""
_NOT_IN_NAMES = frozenset('/\\:*?"<>|')
_RESERVED = re.compile(r"(?i)(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])(\.|$)")


def safe_name(title: str, ending: str, *, otherwise: str = "conversation") -> str:
    """Return a file's name made of `title` and `.ending`: one part of a path, allowed on every system.

    Args:
        title: Anything.
        ending: Without its dot.
        otherwise: What to call it when nothing of the title can stand in a name.
    """
    letters = unicodedata.normalize("NFC", title[: 2 * _LONGEST])
    stem = "".join(c if c.isprintable() and c not in _NOT_IN_NAMES else " " for c in letters)
    stem = " ".join(stem.split()).lstrip("-~. ")  # no option, no hidden file, no way up
    stem = _first_bytes(stem, _LONGEST - len(ending) - 1).rstrip(". ")
    if _RESERVED.match(stem):
        stem = f"_{stem}"
    return f"{stem or otherwise}.{ending}"


def unique_name(name: str, taken: set[str]) -> str:
    """Return `name`, with a number where it is among `taken`, and put it there; case makes no difference."""
    stem, dot, ending = name.rpartition(".")
    number = 2
    while _folded(name) in taken:
        mark = f" ({number})"
        name = f"{_first_bytes(stem, _LONGEST - len(ending) - 1 - len(mark)).rstrip('. ')}{mark}{dot}{ending}"
        number += 1
    taken.add(_folded(name))
    return name


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()


def _first_bytes(text: str, size: int) -> str:
    """Return as much of `text` as fits in `size` bytes of UTF-8, no character cut."""
    return text.encode()[:size].decode(errors="ignore")
