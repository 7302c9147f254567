"""Lines of the transcript: a strip, and how its text is copied."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple, overload

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from chat_tui.transcript.heights import Heights

FENCE: Final = "```"
Span = tuple[str, Style]
"""Printable text in one style."""
Fold = str | tuple[int, bool]
"""What folds within a message: by its name, or by its place in a text, where more of it may be wanted."""


class Line(NamedTuple):
    """A row on the screen."""

    strip: Strip
    decoration: int = 0
    """How many characters at the start are ours (indent, bar, bullet gutter) and are not copied."""
    joint: str = "\n"
    """What stood in the source between the line above and this one: a newline, or what wrapping ate."""
    copied: str | None = None
    """What is copied for the whole line when that isn't what is seen."""
    whole: tuple[str, int] | None = None
    """What is copied for all of the paragraph that begins here, and its rows, when those by themselves say less."""

    @property
    def text(self) -> str:
        """What is copied when the whole line is selected."""
        return self.strip.text[self.decoration :].rstrip() if self.copied is None else self.copied


def make_line(spans: Sequence[Span], decoration: int = 0, joint: str = "\n") -> Line:
    """Return a line of `spans`; empty ones are left out, because strips may not hold empty segments."""
    return Line(Strip([Segment(text, style) for text, style in spans if text]), decoration, joint)


class Code(NamedTuple):
    """Where a code block is among lines."""

    rows: range
    """With those that name the language; none while what it is in has a guessed height."""
    first: int
    """The first row of code."""
    fold: Fold | None = None
    """What folds and unfolds there, when it is no code but a stop for the reader's cursor all the same."""
    span: tuple[int, int] = (0, 0)
    """Where what folds is in the message's text."""


class LazyLines(Sequence[Line]):
    """A sequence that makes its lines when they are asked for."""

    guessed = False
    """Its length is a guess until `make`."""

    def make(self) -> None:
        """Have the real length."""

    @property
    def parts(self) -> Sections | None:
        """The sections that it is made of, when it has any."""
        return None

    @abstractmethod
    def line(self, row: int) -> Line:
        """Return the line at `row`, which exists."""

    def plain(self, row: int) -> Line:
        """Return the line at `row` as quickly as can be: its text counts, not its looks."""
        return self.line(row)

    def code(self) -> Iterable[Code]:
        """Return the code blocks, from the top."""
        return ()

    @overload
    def __getitem__(self, index: int) -> Line: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[Line]: ...

    def __getitem__(self, index: int | slice) -> Line | Sequence[Line]:
        rows = range(len(self))[index]
        return self.line(rows) if isinstance(rows, int) else [self.line(row) for row in rows]


class Address(NamedTuple):
    """A row that stays the same one while sections above it get other heights."""

    section: int
    row: int
    """Within the section."""


class Sections(LazyLines):
    """Lines in sections, some of them lazy; only what is asked for is ever made.

    A section's height may be a guess. It gets real when something makes the section, and what is below moves then:
    whoever goes on from a row asks `make_at` or `walk` which one it is now, or keeps its address.
    """

    def __init__(self, sections: Sequence[Sequence[Line]] = ()) -> None:
        self._sections = list(sections)
        self._heights = Heights(map(len, self._sections))
        self._code: list[Code] | None = None

    def __len__(self) -> int:
        return self._heights.total

    def __iter__(self) -> Iterator[Line]:
        for place, section in enumerate(self._sections):
            self._make(place)
            yield from section

    def line(self, row: int) -> Line:
        """Return the line at `row`, the last one when there are fewer than was guessed."""
        section, row = self.address(min(self.make_at(row), len(self) - 1))
        return self._sections[section][row]

    def plain(self, row: int) -> Line:
        """Return the line at `row`; its text counts, not its looks."""
        section, row = self.address(min(self.make_at(row), len(self) - 1))
        lines = self._sections[section]
        return lines.plain(row) if isinstance(lines, LazyLines) else lines[row]

    @property
    def parts(self) -> Sections:
        """The sections themselves."""
        return self

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

    def code(self) -> list[Code]:
        """Return the code blocks, from the top."""
        if self._code is None:
            self._code = []
            for place, section in enumerate(self._sections):
                found = section.code() if isinstance(section, LazyLines) else ()
                for code in found:
                    rows, start = code.rows, self._heights.start(place)
                    label = self._label_rows(place - 1) if place and rows.start == 0 else 0
                    moved = range(start - label + rows.start, start + rows.stop)
                    self._code.append(code._replace(rows=moved, first=start + code.first))
        return self._code

    def _label_rows(self, place: int) -> int:
        """Return how many rows name a language there."""
        section = self._sections[place]
        named = isinstance(section, list) and section and (section[0].copied or "").startswith(FENCE)
        return len(section) if named else 0

    # Real heights

    def _make(self, place: int) -> None:
        section = self._sections[place]
        if isinstance(section, LazyLines):
            guess = self._heights[place] if not section.guessed else -1
            section.make()
            if guess != len(section):
                self._heights[place], self._code = len(section), None

    def make(self, first: int = 0, stop: int | None = None) -> None:
        """Make the sections from `first` to `stop`, all without any: their heights are real then."""
        for place in range(len(self._sections))[first:stop]:
            self._make(place)

    def make_at(self, row: int) -> int:
        """Make the section that has `row`; return the row that this is now."""
        while self._sections:
            place, within = self.address(row)
            guess = self._heights[place]
            self._make(place)
            rows = self._heights[place]
            if rows or place == len(self._sections) - 1:
                within = within if rows == guess else min(within * rows // max(1, guess), rows - 1)
                return self._heights.start(place) + max(0, within)
        return row

    def walk(self, row: int, rows: int) -> int:
        """Return the row that is `rows` further down (or up) from `row`, by real heights; it may be beyond the ends."""
        row = self.make_at(row)
        place, within = self.address(row)
        if rows >= 0:
            while place < len(self._sections) and self._heights.start(place) <= row + rows:
                self._make(place)
                place += 1
            return row + rows
        while within + rows < 0 < place:
            place -= 1
            self._make(place)
            within += self._heights[place]
        return self._heights.start(place) + within + rows

    def address(self, row: int) -> Address:
        """Return where `row` is."""
        section = self._heights.find(row)
        return Address(section, row - self._heights.start(section))

    def row(self, address: Address) -> int:
        """Return the row at `address`, or the last one of its section when that became shorter."""
        section = min(address.section, len(self._sections) - 1)
        return self._heights.start(section) + max(0, min(address.row, self._heights[section] - 1))

    def row_like(self, row: int, before: Sections) -> int:
        """Return the row that shows what `row` of the lines `before` these showed: at another width, for one."""
        if len(before._sections) != len(self._sections):
            return self.make_at(row * len(self) // max(1, len(before)))
        place, within = before.address(row)
        self._make(place)
        start, rows = self._heights.start(place), self._heights[place]
        old, new = before._sections[place], self._sections[place]
        if isinstance(old, LazyLines) and isinstance(new, LazyLines) and old.parts and new.parts:
            return start + new.parts.row_like(within, old.parts)
        return start + max(0, min(rows - 1, within * rows // max(1, before._heights[place])))

    # Changes

    def replace(self, section: int, lines: Sequence[Line]) -> None:
        """Put `lines` in the place of the section numbered `section`."""
        self._code = None
        self._sections[section] = lines
        self._heights[section] = len(lines)

    def replace_tail(self, keep: int, sections: Sequence[Sequence[Line]]) -> int:
        """Replace all sections after the first `keep`; return the row that the new ones start at."""
        self._code = None
        self._sections[keep:] = sections
        row = self._heights.start(keep)
        self._heights.truncate(keep)
        for section in sections:
            self._heights.append(len(section))
        return row
