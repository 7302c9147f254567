"""Requests without the megabytes in them: base64 is cut to its beginning, and can be put back."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from chat_tui.openrouter.file_text import FileText

LONGEST = 400
"""Characters of base64 that stay as they are."""
_BEGINNING = 24
_LOOKED_AT = 2_000
_DATA_URL = re.compile(r"data:[^,]{0,200};base64,")
_BASE64 = re.compile(r"[A-Za-z0-9+/_=-]+")


class Shortened(NamedTuple):
    """JSON whose long data was replaced."""

    value: Any
    replaced: dict[str, Any]
    """What stood where, by what stands there now."""


def shortened(value: Any, longest_text: int | None = None) -> Shortened:
    """Return the JSON `value` with the beginning, size and digest of each long base64 text in its place.

    Of files it reads the beginning.

    Args:
        value: JSON.
        longest_text: Characters that any other text may have, too.
    """
    replaced: dict[str, Any] = {}

    def cut(text: str | FileText) -> str:
        if isinstance(text, FileText):
            return _shown(text, replaced)
        is_long = len(text) > LONGEST and _is_data(text)
        return _cut(text, replaced) if is_long or (longest_text is not None and len(text) > longest_text) else text

    return Shortened(_each_text(value, cut), replaced)


def whole(value: Any, replaced: Mapping[str, Any]) -> Any:
    """Return the JSON `value` with what was `replaced` put back."""
    return _each_text(value, lambda text: replaced.get(text, text) if isinstance(text, str) else text)


def _each_text(value: Any, change: Callable[[str | FileText], Any]) -> Any:
    if isinstance(value, str | FileText):
        return change(value)
    if isinstance(value, Mapping):
        return {name: _each_text(item, change) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_each_text(item, change) for item in value]
    return value


def _is_data(text: str) -> bool:
    return bool(_DATA_URL.match(text) or (_BASE64.fullmatch(text[:_LOOKED_AT]) and _BASE64.fullmatch(text[-100:])))


def _shown(file: FileText, replaced: dict[str, Any]) -> str:
    short = f"{file.beginning(_BEGINNING)}… ({len(file):,} characters, sha256 of the file {file.sha256[:12]})"
    replaced[short] = file
    return short


def _cut(text: str, replaced: dict[str, Any]) -> str:
    head = _DATA_URL.match(text)
    shown = text[: (head.end() if head else 0) + _BEGINNING]
    digest = hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:12]
    short = f"{shown}… ({len(text):,} characters, sha256 {digest})"
    replaced[short] = text
    return short
