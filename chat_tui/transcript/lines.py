"""Lines of the transcript: a strip, and how its text is copied."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Sequence
from typing import NamedTuple, overload

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from chat_tui.transcript.heights import Heights

Span = tuple[str, Style]
"""Printable text in one style."""


class Line(NamedTuple):
    """A row on the screen."""

    strip: Strip
    decoration: int = 0
    """How many characters at the start are ours (indent, bar, bullet gutter) and are not copied."""
    joint: str = "\n"
    """What stood in the source between the line above and this one: a newline, or what wrapping ate."""
    copied: str | None = None
    """What is copied for the whole line when that isn't what is seen."""

    @property
    def text(self) -> str:
        """What is copied when the whole line is selected."""
        return self.strip.text[self.decoration :].rstrip() if self.copied is None else self.copied


def make_line(spans: Sequence[Span], decoration: int = 0, joint: str = "\n") -> Line:
    """Return a line of `spans`; empty ones are left out, because strips may not hold empty segments."""
    return Line(Strip([Segment(text, style) for text, style in spans if text]), decoration, joint)


class LazyLines(Sequence[Line]):
    """A sequence that makes its lines when they are asked for."""

    @abstractmethod
    def line(self, row: int) -> Line:
        """Return the line at `row`, which exists."""

    def plain(self, row: int) -> Line:
        """Return the line at `row` as quickly as can be: its text counts, not its looks."""
        return self.line(row)

    @overload
    def __getitem__(self, index: int) -> Line: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[Line]: ...

    def __getitem__(self, index: int | slice) -> Line | Sequence[Line]:
        rows = range(len(self))[index]
        return self.line(rows) if isinstance(rows, int) else [self.line(row) for row in rows]


class Sections(LazyLines):
    """Lines in sections, some of them lazy; only what is asked for is ever made."""

    def __init__(self, sections: Sequence[Sequence[Line]] = ()) -> None:
        self._sections = list(sections)
        self._heights = Heights(map(len, self._sections))

    def __len__(self) -> int:
        return self._heights.total

    def __iter__(self) -> Iterator[Line]:
        for section in self._sections:
            yield from section

    def line(self, row: int) -> Line:
        """Return the line at `row`."""
        section = self._heights.find(row)
        return self._sections[section][row - self._heights.start(section)]

    def plain(self, row: int) -> Line:
        """Return the line at `row`; its text counts, not its looks."""
        section = self._heights.find(row)
        lines, row = self._sections[section], row - self._heights.start(section)
        return lines.plain(row) if isinstance(lines, LazyLines) else lines[row]

    @property
    def sections(self) -> Iterator[tuple[int, Sequence[Line]]]:
        """Each section with the row that it starts at."""
        return ((self._heights.start(place), section) for place, section in enumerate(self._sections))

    def between(self, rows: range) -> Iterator[tuple[int, Sequence[Line]]]:
        """Yield the sections that have some of `rows`, each with the row that it starts at."""
        for place in range(self._heights.find(rows.start), len(self._sections)):
            start = self._heights.start(place)
            if start >= rows.stop:
                return
            yield start, self._sections[place]

    def start(self, section: int) -> int:
        """Return the row that the section numbered `section`, from the end when negative, starts at."""
        return self._heights.start(section if section >= 0 else section + len(self._sections))

    def row_like(self, row: int, before: Sections) -> int:
        """Return the row that shows what `row` of the lines `before` these showed: at another width, for one."""
        if len(before._sections) != len(self._sections):
            return row * len(self) // max(1, len(before))
        section = before._heights.find(row)
        within = row - before._heights.start(section)
        rows = self._heights[section]
        return self._heights.start(section) + min(rows - 1, within * rows // max(1, before._heights[section]))

    def replace(self, section: int, lines: Sequence[Line]) -> None:
        """Put `lines` in the place of the section numbered `section`."""
        self._sections[section] = lines
        self._heights[section] = len(lines)

    def replace_tail(self, keep: int, sections: Sequence[Sequence[Line]]) -> int:
        """Replace all sections after the first `keep`; return the row that the new ones start at."""
        self._sections[keep:] = sections
        row = self._heights.start(keep)
        self._heights.truncate(keep)
        for section in sections:
            self._heights.append(len(section))
        return row
