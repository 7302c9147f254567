"""What find looks for: the same query in the source of a message, for the count, and in its lines, for the marks."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from chat_tui.text import one_line, printable
from chat_tui.transcript.lines import LazyLines, Line

_BETWEEN_WORDS: Final = r"[*_~`]{0,9}\s[\s*_~`>]{0,99}"
"""What may stand between two words of the query: white space, and marks of Markdown that aren't shown."""
_SYMBOLS: Final = re.compile("[\u2400-\u2421\u27e8\u27e9]")
"""What the printable door puts in the place of control characters: the source itself doesn't hold it."""
_CONTEXT: Final = 40
"""Characters on each side of a match by which it is known again among the lines."""
_CANDIDATES: Final = 200
"""Matches in the lines that are compared with one in the source."""


class Piece(NamedTuple):
    """A part of a match that is on one row: characters `start` to `end` of its strip."""

    row: int
    start: int
    end: int


class Query:
    """What is looked for: words, as they are typed; upper and lower case differ once an upper-case letter is typed."""

    def __init__(self, text: str) -> None:
        self.text = one_line(text)
        words = self.text.split()
        self._exact = any(character.isupper() for character in self.text)
        self._words = words if self._exact else [word.casefold() for word in words]
        self._pattern = re.compile(
            _BETWEEN_WORDS.join(re.escape(word) for word in words), re.NOFLAG if self._exact else re.IGNORECASE
        )
        self._may_be_symbol = _SYMBOLS.search(self.text) is not None

    def __bool__(self) -> bool:
        return bool(self._words)

    def spans(self, text: str) -> Iterator[tuple[int, int]]:
        """Yield where the query begins and ends in `text`, from the first time to the last; none overlap."""
        folded = text if self._exact else text.casefold()
        if not self._words or any(word not in folded for word in self._words):
            return
        if len(folded) != len(text):  # some letter has no lower case of the same length
            yield from (match.span() for match in self._pattern.finditer(text))
            return
        # Searching for the first word is a hundred times as quick as the pattern, which ignores case letter by letter.
        start = folded.find(self._words[0])
        while start >= 0:
            end = start + len(self._words[0])
            if len(self._words) > 1:
                match = self._pattern.match(text, start)
                end = match.end() if match else -1
            if end >= 0:
                yield start, end
            start = folded.find(self._words[0], max(end, start + 1))

    def count(self, text: str) -> int:
        """Return how often the query is in `text`."""
        if len(self._words) == 1:
            folded = text if self._exact else text.casefold()
            if len(folded) == len(text):
                return folded.count(self._words[0])
        return sum(1 for _ in self.spans(text))

    def count_in_source(self, source: str) -> int:
        """Return how often the query is in `source`, of which the printable form is shown."""
        if not self._may_be_symbol and self._words:
            folded = source if self._exact else source.casefold()
            if self._words[0] not in folded:
                return 0
        return self.count(printable(source))


def shown_text(line: Line) -> str:
    """Return what can be found in `line`: what is seen, without decoration and what is only beside the text."""
    seen = line.strip.text[line.decoration :].rstrip()
    if line.copied is not None and seen.startswith(line.copied):
        return line.copied
    return seen


def in_rows(query: Query, lines: Sequence[Line], rows: range) -> list[list[Piece]]:
    """Return where `query` is in the `rows` of `lines`; a match that wraps has a piece on each of its rows."""
    texts: list[str] = []
    starts: list[int] = []
    decorations: list[int] = []
    length = 0
    for row in rows:
        line = lines.plain(row) if isinstance(lines, LazyLines) else lines[row]
        joint = line.joint if texts else ""
        text = shown_text(line)
        texts += (joint, text)
        starts.append(length + len(joint))
        decorations.append(line.decoration)
        length += len(joint) + len(text)
    return [list(_pieces(span, texts[1::2], starts, decorations, rows.start)) for span in query.spans("".join(texts))]


def _pieces(
    span: tuple[int, int], texts: Sequence[str], starts: Sequence[int], decorations: Sequence[int], first_row: int
) -> Iterator[Piece]:
    start, end = span
    place = max(0, bisect_right(starts, start) - 1)
    while place < len(starts) and starts[place] < end:
        low, high = max(start - starts[place], 0), min(end - starts[place], len(texts[place]))
        if low < high:
            yield Piece(first_row + place, decorations[place] + low, decorations[place] + high)
        place += 1


def shown_match(query: Query, source: str, number: int, lines: Sequence[Line], rows: range) -> list[Piece]:
    """Return where match `number` of the printable `source` is shown in the `rows` of `lines`; [] when it isn't.

    Where the source holds matches that aren't shown, such as the address of a link, what stands around a match tells
    which one it is.
    """
    shown = in_rows(query, lines, rows)
    spans = list(query.spans(source))
    if not shown or number >= len(spans):
        return []
    if len(shown) == len(spans):
        return shown[number]
    start, end = spans[number]
    wanted = _letters(source[max(0, start - 2 * _CONTEXT) : start]), _letters(source[end : end + 2 * _CONTEXT])

    def likeness(place: int) -> tuple[int, int]:
        before, after = _around(shown[place], lines)
        return _common(before[::-1], wanted[0][::-1]) + _common(after, wanted[1]), -abs(place - number)

    hidden = len(spans) - len(shown)
    low, high = max(0, min(number, number - hidden)), min(len(shown), max(number, number - hidden) + 1)
    return shown[max(range(low, high)[:_CANDIDATES], key=likeness, default=len(shown) - 1)]


def _around(match: Sequence[Piece], lines: Sequence[Line]) -> tuple[str, str]:
    first, last = match[0], match[-1]
    above, below = max(0, first.row - 1), min(len(lines), last.row + 2)
    before = "".join(shown_text(_plain(lines, row)) for row in range(above, first.row))
    after = "".join(shown_text(_plain(lines, row)) for row in range(last.row + 1, below))
    before += _plain(lines, first.row).strip.text[: first.start]
    after = _plain(lines, last.row).strip.text[last.end :] + after
    return _letters(before[-2 * _CONTEXT :]), _letters(after[: 2 * _CONTEXT])


def _plain(lines: Sequence[Line], row: int) -> Line:
    return lines.plain(row) if isinstance(lines, LazyLines) else lines[row]


def _letters(text: str) -> str:
    return "".join(character for character in text if character.isalnum())


def _common(first: str, second: str) -> int:
    pairs = zip(first[:_CONTEXT], second[:_CONTEXT], strict=False)
    return next((place for place, (a, b) in enumerate(pairs) if a != b), min(len(first), len(second), _CONTEXT))


def marked(strip: Strip, pieces: Sequence[tuple[int, int, Style]]) -> Strip:
    """Return `strip` with characters in other styles; each piece is a start, an end and a style, from left to right."""
    segments: list[Segment] = []
    position = 0
    for text, base, control in strip:
        if control:
            continue
        stop = position + len(text)
        done = position
        for start, end, style in pieces:
            low, high = max(start, done), min(end, stop)
            if low < high:
                if done < low:
                    segments.append(Segment(text[done - position : low - position], base))
                segments.append(Segment(text[low - position : high - position], (base or Style.null()) + style))
                done = high
        if done < stop:
            segments.append(Segment(text[done - position :], base))
        position = stop
    return Strip(segments, strip.cell_length)
