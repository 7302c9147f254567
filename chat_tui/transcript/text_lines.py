"""Lines of text however long, cut at a width: nothing is wrapped before it is looked at."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

from rich.style import Style

from chat_tui.text import printable_in_place
from chat_tui.transcript.context import INDENT, Context
from chat_tui.transcript.heights import Heights
from chat_tui.transcript.lines import LazyLines, Line, Span, make_line
from chat_tui.transcript.wrap import cells

# What may take two cells; of text without it, a character takes one at most.
_WIDE: Final = re.compile(
    "[\u1100-\u115f\u231a-\u27bf\u2b00-\u2bff\u2e80-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff"
    "\ufe10-\ufe6f\uff00-\uff60\uffe0-\uffe6\U0001f000-\U0010ffff]"
)
_KEY: Final = re.compile(r'\s*"(?:[^"\\]|\\.){1,400}"(?=: )')
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
        self._steps = [_step(line.text, room) for line in lines]
        self._heights = Heights(
            max(1, -(-len(line.text) // step)) for line, step in zip(lines, self._steps, strict=True)
        )

    def __len__(self) -> int:
        return self._heights.total

    def line(self, row: int) -> Line:
        """Return the line at `row`."""
        number = self._heights.find(row)
        line, step, within = self._lines[number], self._steps[number], row - self._heights.start(number)
        text = printable_in_place(line.text[within * step : (within + 1) * step].replace("\t", " "))
        mark = (line.mark or INDENT) if not within else INDENT
        spans: list[Span] = [(mark, self._style(line.role))]
        if line.role == "json" and not within and (key := _KEY.match(text)):
            spans += [(key[0], self._palette["name"]), (text[key.end() :], self._palette.text)]
        else:
            spans.append((text, self._style(line.role)))
        return make_line(spans, len(INDENT), "" if within else "\n")

    def _style(self, role: str) -> Style:
        return self._palette[role] if role and role != "json" else self._palette.text


def _step(text: str, room: int) -> int:
    """Return how many characters of `text` fit into `room` cells, wherever it is cut."""
    if not _WIDE.search(text) or (len(text) <= room and cells(text) <= room):
        return room
    return room // 2


def text_lines(text: str, role: str = "") -> list[TextLine]:
    """Return the lines of `text`."""
    return [TextLine(line, role) for line in text.split("\n")]
