"""The text of a message, in chunks that are laid out when they are looked at."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Final

from chat_tui.transcript.chunks import Chunk, split
from chat_tui.transcript.context import Context, blank
from chat_tui.transcript.copying import code_blocks
from chat_tui.transcript.lines import Code, LazyLines, Line, Sections
from chat_tui.transcript.render import fence_sections, render_chunk
from chat_tui.transcript.syntax import Definitions

_MAY_HOLD_CODE: Final = re.compile(" {4}|\t|```|~~~")
KEEP_ROWS: Final = 600
"""Rows of a message that stay laid out: Textual's strips are big, and a megabyte has ten thousand."""


class ChunkLines(LazyLines):
    """The lines of a chunk that is no fence; how many they are is a guess until they are looked at.

    Args:
        body: What it belongs to.
        first: In the message.
        table: The chunk that the table began in which this one goes on with.
    """

    def __init__(self, chunk: Chunk, body: Body, *, first: bool, table: ChunkLines | None) -> None:
        self.chunk = chunk
        self.missed: frozenset[str] = frozenset()
        """Labels that had no definition when it was laid out."""
        self.guessed = True
        self.table = table
        self._body = body
        self._first = first
        self._columns: tuple[int, ...] = ()
        self._code: list[Code] | None = None
        self._lines: Sections | None = None
        self._rows = _guess(chunk, body.context, first=first)

    def __len__(self) -> int:
        return self._rows

    def __iter__(self) -> Iterator[Line]:
        return iter(self.parts)

    def line(self, row: int) -> Line:
        """Return the line at `row`."""
        return self.parts.line(row)

    def plain(self, row: int) -> Line:
        """Return the line at `row`; its text counts, not its looks."""
        return self.parts.plain(row)

    @property
    def parts(self) -> Sections:
        """The lines, made when they aren't there."""
        if self._lines is None:
            context, columns = self._body.context, self.table.columns if self.table else ()
            sections, self._columns = render_chunk(self.chunk, context, columns, first=self._first)
            self.missed, self.guessed = context.definitions.missed, False
            self._lines = Sections(sections)
            self._rows, self._code = len(self._lines), list(self._lines.code())
            self._body.note_made(self)
        return self._lines

    def make(self) -> None:
        """Have the real length."""
        if self.guessed:
            self.drop()
            _ = self.parts

    @property
    def columns(self) -> tuple[int, ...]:
        """The widths of the table at its end, which goes on in the next chunk."""
        self.make()
        return self._columns

    def drop(self) -> None:
        """Forget the lines, not how many they are."""
        self._lines = None

    def code(self) -> list[Code]:
        """Return the code blocks; while the lines aren't made, how many there are is right, but not their rows."""
        if self._code is None:
            may_hold = self._body.context.markdown and _MAY_HOLD_CODE.search(self.chunk.source)
            self._code = [Code(range(0), 0)] * len(code_blocks(self.chunk.source)) if may_hold else []
        return self._code


def _guess(chunk: Chunk, context: Context, *, first: bool) -> int:
    width = max(1, context.measure - 2)
    return (not (first or chunk.joined)) + sum(1 + max(0, len(line) - 1) // width for line in chunk.source.split("\n"))


class Body:
    """The finished chunks of a message; of what is there, only a later definition changes something."""

    def __init__(self, context: Context) -> None:
        self.context = replace(context, definitions=Definitions())
        self.chunks: list[Chunk] = []
        self.sections: list[Sequence[Line]] = []
        self._table: ChunkLines | None = None
        self._made: deque[tuple[ChunkLines, int]] = deque()
        self._rows = 0
        self._missing: set[ChunkLines] = set()

    @property
    def columns(self) -> tuple[int, ...]:
        """The widths of the table that the next chunk may go on with."""
        return self._table.columns if self._table else ()

    def add(self, chunk: Chunk) -> int:
        """Put `chunk` at the end; return the first section that this changes."""
        changed = len(self.sections)
        if chunk.kind == "fence":
            gap = [] if chunk.joined or not self.sections else [[blank(self.context)]]
            self.add_fence(chunk, [*gap, *fence_sections(list(chunk.lines), chunk.info, self.context)[0]])
            return changed
        self.chunks.append(chunk)
        if chunk.kind == "markdown" and self.context.markdown and "]:" in chunk.source:
            changed = self._forget(self.context.definitions.collect(chunk.source))
        table = self._table if chunk.kind == "table" else None
        lines = ChunkLines(chunk, self, first=not self.sections, table=table)
        self._table = table or lines
        self.sections.append(lines)
        return changed

    def add_fence(self, chunk: Chunk, sections: Sequence[Sequence[Line]]) -> None:
        """Put a fence at the end, which `sections` show."""
        self.chunks.append(chunk)
        self.sections += sections
        self._table = None

    def _forget(self, labels: frozenset[str]) -> int:
        """Have everything laid out again that asked for `labels` in vain; return the first section of those."""
        changed = {lines for lines in self._missing if lines.missed & labels}
        if not changed:
            return len(self.sections)
        self._missing -= changed
        places = [
            place
            for place, lines in enumerate(self.sections)
            if isinstance(lines, ChunkLines) and (lines in changed or lines.table in changed)
        ]
        for place in places:
            lines = self.sections[place]
            if isinstance(lines, ChunkLines):
                lines.guessed = True
        return places[0]

    # What is laid out

    def note_made(self, lines: ChunkLines) -> None:
        """Note that `lines` were laid out."""
        if lines.missed:
            self._missing.add(lines)
        self._made.append((lines, len(lines)))
        self._rows += len(lines)

    def trim(self) -> None:
        """Drop what was laid out the longest ago when that is more than readers go to and fro in."""
        while self._rows > KEEP_ROWS and len(self._made) > 1:
            lines, rows = self._made.popleft()
            self._rows -= rows
            lines.drop()


def body_of(chunks: Iterable[Chunk], context: Context) -> Body:
    """Return the body that `chunks` are."""
    body = Body(context)
    for chunk in chunks:
        body.add(chunk)
    return body


def render_source(source: str, context: Context) -> list[Sequence[Line]]:
    """Return the sections of the whole printable `source`."""
    return body_of(split(source), context).sections
