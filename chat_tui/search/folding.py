"""What is the same for a search: text without case, accents and forms, as words; where a word stands in the original.

A word is a run of letters, digits and marks. Of scripts that are written without blanks (Chinese, Japanese, Korean,
Thai, …) each character is a word, so that any stretch of them is found as a phrase.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import Final, NamedTuple

_ACCENTS: Final = re.compile("[\u0300-\u036f]+")
# What normalizing may join with the letter before: accents, the marks of kana, the jamo of a Hangul syllable.
_CLUSTER: Final = re.compile("(?s).[\u0300-\u036f\u3099\u309a\u1160-\u11ff]*")
_UNSPACED: Final = (
    (0x0E00, 0x0EFF),  # Thai, Lao
    (0x1000, 0x109F),  # Burmese
    (0x1780, 0x17FF),  # Khmer
    (0x2E80, 0x2FDF),  # radicals
    (0x3005, 0x3007),  # 々〆〇
    (0x3040, 0x30FF),  # Hiragana, Katakana
    (0x3100, 0x31FF),  # Bopomofo and more Katakana
    (0x3400, 0x4DBF),  # Han
    (0x4E00, 0x9FFF),
    (0xAC00, 0xD7AF),  # Hangul
    (0xF900, 0xFAFF),
    (0x20000, 0x3FFFF),
)
_IN_WORD: Final = "0-9a-z\x80-\U0010ffff"
_CHUNK: Final = 4_096
_OVERLAP: Final = 256


class _Table(dict[int, str]):
    """What a character becomes: itself in a word, a word of its own, or a blank."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        if any(first <= code <= last for first, last in _UNSPACED) and unicodedata.category(character)[0] in "LNM":
            folded = f" {character} "
        else:
            folded = character if character.isalnum() or unicodedata.category(character)[0] == "M" else " "
        self[code] = folded
        return folded


_TABLE: Final = _Table()


def fold(text: str) -> str:
    """Return `text` as it is searched: words of lower-case letters, between which stands what is in no word.

    What is in no word is ASCII; its exact form carries no meaning.
    """
    if text.isascii():
        return text.lower()
    folded = _ACCENTS.sub("", unicodedata.normalize("NFKD", text).casefold())
    return unicodedata.normalize("NFC", folded).translate(_TABLE)


def words(text: str) -> tuple[str, ...]:
    """Return the words of `text`, folded."""
    return tuple(_WORD.findall(fold(text)))


_WORD: Final = re.compile(f"[{_IN_WORD}]+")


class Term(NamedTuple):
    """What is looked for: words that follow each other, of which the last may only be begun."""

    words: tuple[str, ...]
    is_prefix: bool = False

    def is_in(self, folded: str) -> bool:
        """Tell whether it stands in a folded text."""
        return all(word in folded for word in self.words) and _pattern(self).search(folded) is not None

    def count(self, folded: str) -> int:
        """Return how often it stands in a folded text."""
        return sum(1 for _ in _pattern(self).finditer(folded)) if self.words[0] in folded else 0


def spans(text: str, terms: tuple[Term, ...], start: int = 0) -> Iterator[tuple[int, int]]:
    """Yield where `terms` stand in `text` from `start` on; in their order, none overlap.

    The text is folded a piece at a time, so that the first place in a long one is found at once.
    """
    reached = start
    while start < len(text):
        end = min(start + _CHUNK + _OVERLAP, len(text))
        chunk = text[start:end]
        limit = start + _CHUNK if end < len(text) else end
        for first, last in _spans_of_chunk(chunk, terms, starts_inside=start > 0 and text[start - 1].isalnum()):
            if reached <= start + first < limit:
                reached = start + last
                yield start + first, reached
        start = limit


def _spans_of_chunk(chunk: str, terms: tuple[Term, ...], *, starts_inside: bool) -> list[tuple[int, int]]:
    """Return where `terms` stand, without those that overlap one before; of a cut word at its start nothing."""
    folded = fold(chunk)
    if not any(_pattern(term).search(folded) for term in terms):
        return []
    places: list[tuple[int, int]] | None = None
    if not chunk.isascii():
        folded, places = _with_places(chunk)
    found = sorted(match.span() for term in terms for match in _pattern(term).finditer(folded))
    kept: list[tuple[int, int]] = []
    for first, last in found:
        begin, end = (first, last) if places is None else (places[first][0], places[last - 1][1])
        if not (starts_inside and begin == 0) and (not kept or begin >= kept[-1][1]):
            kept.append((begin, end))
    return kept


def _with_places(text: str) -> tuple[str, list[tuple[int, int]]]:
    """Return `text` folded, and for each of its characters where what it comes from begins and ends."""
    pieces: list[str] = []
    places: list[tuple[int, int]] = []
    for match in _CLUSTER.finditer(text):
        piece = fold(match[0])
        pieces.append(piece)
        places += [match.span()] * len(piece)
    return "".join(pieces), places


@lru_cache(maxsize=256)
def _pattern(term: Term) -> re.Pattern[str]:
    between = f"[^{_IN_WORD}]+"
    end = "" if term.is_prefix else f"(?![{_IN_WORD}])"
    return re.compile(f"(?<![{_IN_WORD}])" + between.join(map(re.escape, term.words)) + end)
