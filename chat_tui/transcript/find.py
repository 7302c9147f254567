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
from chat_tui.transcript.lines import LazyLines, Line, Sections

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


def texts(lines: Sequence[Line], rows: range) -> Iterator[tuple[str, str, int]]:
    """Yield what can be found in `rows`: the joint to the row above, the text, and the characters before it."""
    if isinstance(lines, Sections):
        for start, section in lines.between(rows):
            inside = range(max(rows.start - start, 0), min(rows.stop - start, len(section)))
            yield from texts(section, inside)
    else:
        for row in rows:
            line = _plain(lines, row)
            yield line.joint, shown_text(line), line.decoration


class Shown:
    """The `rows` of `lines` as one text in which a query was looked for; matches know their rows."""

    def __init__(self, query: Query, lines: Sequence[Line], rows: range) -> None:
        self._first_row = rows.start
        self._texts: list[str] = []
        self._starts: list[int] = []
        self._decorations: list[int] = []
        whole: list[str] = []
        length = 0
        for joint, text, decoration in texts(lines, rows):
            if whole:
                whole.append(joint)
                length += len(joint)
            self._starts.append(length)
            self._texts.append(text)
            self._decorations.append(decoration)
            whole.append(text)
            length += len(text)
        self._text = "".join(whole)
        self.spans = list(query.spans(self._text))

    def pieces(self, number: int) -> list[Piece]:
        """Return where match `number` is; one that wraps has a piece on each of its rows."""
        start, end = self.spans[number]
        found: list[Piece] = []
        place = max(0, bisect_right(self._starts, start) - 1)
        while place < len(self._starts) and self._starts[place] < end:
            begin, decoration = self._starts[place], self._decorations[place]
            low, high = max(start - begin, 0), min(end - begin, len(self._texts[place]))
            if low < high:
                found.append(Piece(self._first_row + place, decoration + low, decoration + high))
            place += 1
        return found

    def around(self, number: int) -> tuple[str, str]:
        """Return the letters before and after match `number`."""
        return around(self._text, self.spans[number])


def around(text: str, span: tuple[int, int]) -> tuple[str, str]:
    """Return the letters and digits next to `span` of `text`, before and after."""
    start, end = span
    return _letters(text[max(0, start - 2 * _CONTEXT) : start]), _letters(text[end : end + 2 * _CONTEXT])


def in_rows(query: Query, lines: Sequence[Line], rows: range) -> list[list[Piece]]:
    """Return where `query` is in the `rows` of `lines`."""
    shown = Shown(query, lines, rows)
    return [shown.pieces(number) for number in range(len(shown.spans))]


def shown_match(source: str, spans: Sequence[tuple[int, int]], number: int, shown: Shown) -> list[Piece]:
    """Return where match `number` of those at `spans` in the printable `source` is shown; [] when it isn't.

    Where the source holds matches that aren't shown, such as the address of a link, what stands around a match tells
    which one it is.
    """
    if not shown.spans or number >= len(spans):
        return []
    if len(shown.spans) == len(spans):
        return shown.pieces(number)
    wanted = around(source, spans[number])

    def likeness(place: int) -> tuple[int, int]:
        before, after = shown.around(place)
        return _common(before[::-1], wanted[0][::-1]) + _common(after, wanted[1]), -abs(place - number)

    hidden = len(spans) - len(shown.spans)
    low, high = max(0, min(number, number - hidden)), min(len(shown.spans), max(number, number - hidden) + 1)
    return shown.pieces(max(range(low, high)[:_CANDIDATES], key=likeness, default=len(shown.spans) - 1))


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
