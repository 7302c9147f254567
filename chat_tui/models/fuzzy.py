"""How well a word fits an id, a name or a description, and which letters of them it fits."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

LONGEST = 200
"""Characters of an id or a name that are looked at; no real one has more than 70."""

WHOLE_ID = 0
# Ranks, the lower the better; those of several words are added up. An id counts before a name, both before a
# description; a stretch with letters left out counts last. Between two kinds the letters that were skipped count.
_WHOLE_NAME, _ID_PART, _NAME_PART, _ID_INSIDE, _NAME_INSIDE = 50, 100, 200, 300, 400
_ID_SHORT, _NAME_SHORT = 600, 700
_DESCRIPTION = 900
_ID_CLOSE, _NAME_CLOSE = 1200, 1300
_MOST_SKIPPED = 99

_LONGEST_WORD = 40
_LEAST_CLOSE = 4  # letters; fewer are found nearly everywhere


class Texts(NamedTuple):
    """What is looked at of one model, in lower case."""

    identifier: str
    name: str
    description: str
    letters: frozenset[str]
    """Of the id and the name: most words have one that isn't there, which is quickly seen."""


def texts_of(identifier: str, name: str, description: str) -> Texts:
    """Return what is looked at, made once for each model."""
    identifier, name = identifier[:LONGEST].lower(), name[:LONGEST].lower()
    return Texts(identifier, name, description.lower(), frozenset(identifier + name))


def rank(word: str, texts: Texts, *, exact: bool = False) -> int | None:
    """Return how well `word`, in lower case, fits a model: 0 is the best, None not at all.

    Best is the whole id, then a part of the id or the name that begins with it, then any stretch of them, then the
    beginnings of their parts (`cs45` is claude-sonnet-4.5), then the description, then a stretch with letters left out.
    With `exact`, only where the word stands as it is.
    """
    in_id, in_name = word in texts.identifier, word in texts.name
    if in_id or in_name:
        return _rank_of_stretch(word, texts, in_id=in_id, in_name=in_name)
    short = close = None
    if not exact and texts.letters.issuperset(word):
        _, short, close = _patterns(word)
    fit = _rank_of_pattern(short, texts, _ID_SHORT, _NAME_SHORT)
    if fit is None and word in texts.description:
        return _DESCRIPTION
    return fit if fit is not None else _rank_of_pattern(close, texts, _ID_CLOSE, _NAME_CLOSE)


def _rank_of_stretch(word: str, texts: Texts, *, in_id: bool, in_name: bool) -> int:
    identifier = texts.identifier
    if in_id and identifier.endswith(word):
        if len(identifier) == len(word):
            return WHOLE_ID
        if identifier[-len(word) - 1] == "/":
            return _WHOLE_NAME
    part = _patterns(word).part
    if in_id and part.search(identifier):
        return _ID_PART
    if in_name and part.search(texts.name):
        return _NAME_PART
    return _ID_INSIDE if in_id else _NAME_INSIDE


def _rank_of_pattern(pattern: re.Pattern[str] | None, texts: Texts, in_id: int, in_name: int) -> int | None:
    if pattern is None:
        return None
    for text, base in ((texts.identifier, in_id), (texts.name, in_name)):
        match = pattern.search(text)
        if match is not None:
            return base + min(match.end() - match.start() - pattern.groups, _MOST_SKIPPED)
    return None


def marks(word: str, text: str, *, exact: bool = False) -> tuple[int, ...]:
    """Return the places in `text` that `word` fits, for highlighting; empty when it doesn't. Both in lower case."""
    text = text[:LONGEST]
    part, short, close = _patterns(word)
    match = part.search(text)
    place = match.start() if match else text.find(word)
    if place >= 0:
        return tuple(range(place, place + len(word)))
    for pattern in () if exact else (short, close):
        match = pattern.search(text) if pattern is not None else None
        if match is not None:
            return tuple(match.end(group) - 1 for group in range(1, len(word) + 1))
    return ()


class _Patterns(NamedTuple):
    """What is looked for beyond the plain word; in the last two a group ends with each letter."""

    part: re.Pattern[str]
    """The word at the beginning of a part."""
    short: re.Pattern[str] | None
    """Its letters as the beginnings of parts, or going on from there."""
    close: re.Pattern[str] | None
    """Its letters within one part, with up to two others between each two."""


@lru_cache(maxsize=256)
def _patterns(word: str) -> _Patterns:
    """Return the patterns for `word`.

    Each step is atomic: it takes the first place that fits and never comes back, so that no text is slow.
    """
    letters = [re.escape(letter) for letter in word]
    begins = [letter + _only_at_beginning(plain) for letter, plain in zip(letters, word, strict=True)]
    part = re.compile(begins[0] + "".join(letters[1:]))
    if not 2 <= len(word) <= _LONGEST_WORD:
        return _Patterns(part, None, None)
    steps = (f"(?>({letter}|.*?{begin}))" for letter, begin in zip(letters[1:], begins[1:], strict=True))
    short = f"({begins[0]})" + "".join(steps)
    close = f"({letters[0]})" + "".join(f"(?>[^\\W_]{{0,2}}?({letter}))" for letter in letters[1:])
    return _Patterns(part, re.compile(short), re.compile(close) if len(word) >= _LEAST_CLOSE else None)


def _only_at_beginning(character: str) -> str:
    """Return what follows `character` in a pattern, so that it fits only where a part begins.

    A part begins after what is no letter and no digit, and where letters and digits meet. Looking back from behind the
    character, and not before it, lets the search jump from one such character to the next.
    """
    if character.isdecimal():
        return r"(?<!\d.)"
    return r"(?<![^\W\d_].)" if character.isalnum() else ""
