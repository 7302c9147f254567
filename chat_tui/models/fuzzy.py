"""How well a word fits an id, a name or a description, and which letters of them it fits."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

LONGEST = 200
"""Characters of an id or a name that are looked at; no real one has more than 70."""

WHOLE_ID = 0
# Ranks, the lower the better; those of several words are added up. An id counts before a name, both before a
# description; a stretch with letters left out counts last.
_ID_PART, _NAME_PART, _ID_INSIDE, _NAME_INSIDE = 1, 2, 3, 4
_ID_SHORT, _NAME_SHORT = 6, 7
_DESCRIPTION = 9
_ID_CLOSE, _NAME_CLOSE = 12, 13

_LONGEST_WORD = 40
_LEAST_CLOSE = 4  # letters; fewer are found nearly everywhere
# Where a part begins: after what is no letter, and where letters and digits meet.
_BEGINS = r"(?:(?<![^\W_])|(?<=\d)(?=[^\W\d_])|(?<=[^\W\d_])(?=\d))"


class _Patterns(NamedTuple):
    """What is looked for beyond the plain word; in the last two a group stands for each letter."""

    part: re.Pattern[str]
    """The word at the beginning of a part."""
    short: re.Pattern[str] | None
    """Its letters as the beginnings of parts, or going on from there."""
    close: re.Pattern[str] | None
    """Its letters within one part, with up to two others between each two."""


def rank(word: str, identifier: str, name: str, description: str) -> int | None:
    """Return how well `word` fits a model, 0 the best, None when not at all; everything is in lower case.

    Best is the whole id, then a part of the id or the name that begins with it, then any stretch of them, then the
    beginnings of their parts (`cs45` is claude-sonnet-4.5), then the description, then a stretch with letters left out.
    """
    part, short, close = _patterns(word)
    in_id, in_name = word in identifier, word in name
    if in_id and len(word) == len(identifier):
        return WHOLE_ID
    if in_id and part.search(identifier):
        return _ID_PART
    if in_name and part.search(name):
        return _NAME_PART
    if in_id or in_name:
        return _ID_INSIDE if in_id else _NAME_INSIDE
    if short is not None and (short.search(identifier) or short.search(name)):
        return _ID_SHORT if short.search(identifier) else _NAME_SHORT
    if word in description:
        return _DESCRIPTION
    if close is not None and (close.search(identifier) or close.search(name)):
        return _ID_CLOSE if close.search(identifier) else _NAME_CLOSE
    return None


def marks(word: str, text: str) -> tuple[int, ...]:
    """Return the places in `text` that `word` fits, for highlighting; empty when it doesn't. Both in lower case."""
    text = text[:LONGEST]
    part, short, close = _patterns(word)
    match = part.search(text)
    place = match.start() if match else text.find(word)
    if place >= 0:
        return tuple(range(place, place + len(word)))
    for pattern in (short, close):
        match = pattern.search(text) if pattern is not None else None
        if match is not None:
            return tuple(match.start(group) for group in range(1, len(word) + 1))
    return ()


@lru_cache(maxsize=256)
def _patterns(word: str) -> _Patterns:
    """Return the patterns for `word`.

    Each step is atomic: it takes the first place that fits and never comes back, so that no text is slow.
    """
    part = re.compile(_BEGINS + re.escape(word))
    if not 2 <= len(word) <= _LONGEST_WORD:
        return _Patterns(part, None, None)
    first, *rest = map(re.escape, word)
    short = f"{_BEGINS}({first})" + "".join(f"(?>(?:.*?{_BEGINS})??({letter}))" for letter in rest)
    close = f"({first})" + "".join(f"(?>[^\\W_]{{0,2}}?({letter}))" for letter in rest)
    return _Patterns(part, re.compile(short), re.compile(close) if len(word) >= _LEAST_CLOSE else None)
