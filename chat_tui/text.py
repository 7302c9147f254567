"""The printable door: what strangers wrote, made safe to show in a terminal."""

from __future__ import annotations

import re

# C0 (but newline and tab), DEL and C1 drive terminals; a lone surrogate can't be encoded at all. Bidirectional
# overrides and isolates, and the line separators, make text look like what it is not.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def _visible(match: re.Match[str]) -> str:
    code = ord(match[0])
    if code < 0x20:
        return chr(0x2400 + code)  # ␛ for escape, ␇ for bell, …
    if code == 0x7F:
        return "␡"
    return f"⟨{code:02X}⟩" if code < 0x100 else f"⟨U+{code:04X}⟩"


def printable(text: str) -> str:
    """Return `text` with every control character as a visible symbol; newline and tab stay.

    CRLF and lone CR count as newlines. Every untrusted string passes here where it becomes strips, a title, a
    notification or a line on a terminal; what is stored and copied is the original.
    """
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _UNPRINTABLE.sub(_visible, text)


def printable_in_place(text: str) -> str:
    """Return `text` with every control character as one visible symbol, so that every place in it stays the same."""
    return _UNPRINTABLE.sub(lambda match: symbol if len(symbol := _visible(match)) == 1 else "\ufffd", text)


def one_line(text: str, limit: int | None = None) -> str:
    """Return `text` printable and on one line, cut with … when longer than `limit` characters."""
    beginning = text if limit is None else text[: 4 * limit]
    line = " ".join(printable(beginning).split())
    if limit is not None and (len(line) > limit or beginning != text):
        return line[: max(limit - 1, 0)].rstrip() + "…"
    return line
