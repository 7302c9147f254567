"""A few words of a text around what was found in it, and where that stands in them."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from chat_tui.search.folding import Term, spans

LENGTH: Final = 160
"""Characters of a snippet, about."""
_BEFORE: Final = 40
_LOOKED_AT: Final = 64
"""Places that are compared for which has the most different words around it."""
_BLANKS: Final = re.compile(r"\s+")


class Snippet(NamedTuple):
    """A stretch of a text on one line, and where in it what was found begins and ends."""

    text: str
    spans: tuple[tuple[int, int], ...] = ()


def snippet(text: str, terms: tuple[Term, ...], length: int = LENGTH) -> Snippet:
    """Return the stretch of `text` with the most of `terms` in it; its beginning when there is none."""
    found: list[tuple[int, int]] = []
    for span in spans(text, terms):
        found.append(span)
        if len(found) == _LOOKED_AT:
            break
    best = max(range(len(found)), key=lambda place: (_variety(text, found, place, length), -place), default=None)
    if best is None:
        return _cut(text, 0, length, [])
    start = found[best][0]
    begin = _word_start(text, max(start - _BEFORE, 0), start)
    end = max(begin + length, found[best][1])
    return _cut(text, begin, end, [span for span in found[best:] if span[1] <= end])


def _variety(text: str, found: list[tuple[int, int]], place: int, length: int) -> int:
    """Return how many different words a stretch shows that begins shortly before the match at `place`."""
    end = found[place][0] - _BEFORE + length
    return len({text[first:last].casefold() for first, last in found[place:] if last <= end})


def _word_start(text: str, begin: int, start: int) -> int:
    """Return where a word begins from `begin` on, but not after `start`."""
    if begin == 0 or text[begin - 1].isspace():
        return begin
    match = _BLANKS.search(text, begin, start)
    return match.end() if match else begin


def _cut(text: str, begin: int, end: int, found: list[tuple[int, int]]) -> Snippet:
    """Return the stretch on one line, with … where it was cut."""
    end = min(end, len(text))
    pieces = ["…"] if text[:begin][-1:].strip() or begin > 0 else []
    length = len(pieces)
    kept: list[tuple[int, int]] = []
    position = begin
    for first, last in [*found, (end, end)]:
        for start, stop in ((position, first), (first, last)):
            if start == stop:
                continue
            piece = _BLANKS.sub(" ", text[start:stop])
            if not pieces or pieces[-1].endswith((" ", "…")):
                piece = piece.lstrip()
            if start == first:
                kept.append((length, length + len(piece)))
            if piece:
                pieces.append(piece)
                length += len(piece)
        position = last
    shown = "".join(pieces).rstrip()
    return Snippet(shown + ("…" if text[end : end + 1_000].strip() else ""), tuple(kept))
