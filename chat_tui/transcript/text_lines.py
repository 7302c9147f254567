"""Lines of text however long, cut at a width: nothing is wrapped before it is looked at."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from rich.cells import get_character_cell_size
from rich.style import Style

from chat_tui.text import printable_in_place
from chat_tui.transcript.context import INDENT, Context
from chat_tui.transcript.heights import Heights
from chat_tui.transcript.lines import LazyLines, Line, Span, make_line

# What may take two cells; of text without it, a character takes one at most.
_WIDE: Final = re.compile(
    "[\u1100-\u115f\u231a-\u27bf\u2b00-\u2bff\u2e80-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff"
    "\ufe10-\ufe6f\uff00-\uff60\uffe0-\uffe6\U0001f000-\U0010ffff]"
)
_KEY: Final = re.compile(r'\s*"(?:[^"\\]|\\.){1,400}"(?=: )')
_FIRST_WIDE: Final = "\u1100"
_MOST_MEASURED: Final = 200_000
"""Characters of lines that hold wide ones that are measured one by one; of the rest, half as many go into a row."""
_LEFT: Final = 1
"""Cells that stay free at the right."""


class TextLine(NamedTuple):
    """A line, without newlines."""

    text: str
    role: str = ""
    """How it looks, of `transcript.styles.COMPONENTS`; `json`: a key at its beginning stands out; empty: as text."""
    mark: str = ""
    """What stands before its first row, in two cells."""


class TextLines(LazyLines):
    """The rows of `lines`; each goes on below where it is wider than there is room for."""

    def __init__(self, lines: Sequence[TextLine], context: Context) -> None:
        self._lines = lines
        self._palette = context.palette
        room = max(8, context.width - len(INDENT) - _LEFT)
        self._cuts = list(_all_cuts(lines, room))
        self._heights = Heights(map(len, self._cuts))

    def __len__(self) -> int:
        return self._heights.total

    def line(self, row: int) -> Line:
        """Return the line at `row`."""
        number = self._heights.find(row)
        line, cuts, within = self._lines[number], self._cuts[number], row - self._heights.start(number)
        end = cuts[within + 1] if within + 1 < len(cuts) else None
        text = printable_in_place(line.text[cuts[within] : end].replace("\t", " "))
        mark = (line.mark or INDENT) if not within else INDENT
        spans: list[Span] = [(mark, self._style(line.role))]
        if line.role == "json" and not within and (key := _KEY.match(text)):
            spans += [(key[0], self._palette["name"]), (text[key.end() :], self._palette.text)]
        else:
            spans.append((text, self._style(line.role)))
        return make_line(spans, len(INDENT), "" if within else "\n")

    def _style(self, role: str) -> Style:
        return self._palette[role] if role and role != "json" else self._palette.text


def _all_cuts(lines: Iterable[TextLine], room: int) -> Iterator[Sequence[int]]:
    """Yield for each line where its rows of `room` cells begin in its text."""
    measured = 0
    for line in lines:
        text = line.text
        if text.isascii() or not _WIDE.search(text):  # the first is known without looking: base64 is long
            yield range(0, max(1, len(text)), room)
        elif (measured := measured + len(text)) <= _MOST_MEASURED:
            yield _cuts(text, room)
        else:
            yield range(0, len(text), room // 2)


def _cuts(text: str, room: int) -> list[int]:
    cuts, used = [0], 0
    for place, character in enumerate(text):
        size = 1 if character < _FIRST_WIDE else get_character_cell_size(character)
        if used + size > room:
            cuts.append(place)
            used = 0
        used += size
    return cuts


def text_lines(text: str, role: str = "") -> list[TextLine]:
    """Return the lines of `text`."""
    return [TextLine(line, role) for line in text.split("\n")]
