"""The body of a reply that is still arriving: finished chunks are frozen, only the open end is rendered again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from chat_tui.transcript.chunks import Chunk, Splitter
from chat_tui.transcript.code import CodeLines
from chat_tui.transcript.context import Context, blank
from chat_tui.transcript.growing import with_plain_words
from chat_tui.transcript.lines import Line
from chat_tui.transcript.render import fence_sections, render_chunk
from chat_tui.transcript.syntax import Definitions


@dataclass(slots=True)
class _Waiting:
    """A chunk that a later definition may change, and the sections that it was rendered to."""

    chunk: Chunk
    start: int
    end: int
    columns: tuple[int, ...]
    """The widths of the table that it goes on with."""
    missed: frozenset[str]


class StreamingBody:
    """Grows with the text; its sections equal those of `render_source` for the whole text once finished."""

    def __init__(self, context: Context) -> None:
        self._context = replace(context, columns=(), definitions=Definitions())
        self._waiting: list[_Waiting] = []
        self._renewed = 0
        """The first section that the last text changed, apart from those that it added."""
        self._replaced: list[Sequence[Line]] = []
        """The sections before that change."""
        self._splitter = Splitter()
        self._frozen: list[Sequence[Line]] = []
        self._open: list[Sequence[Line]] = []
        self._code: CodeLines | None = None

    @property
    def sections(self) -> list[Sequence[Line]]:
        """Everything, in order."""
        return [*self._frozen, *self._open]

    def append(self, text: str) -> tuple[int, list[Sequence[Line]], int]:
        """Take printable `text`.

        Returns:
            How many sections stay, the sections after those, and how many rows of these are as they were before.
        """
        keep, before = len(self._frozen), self._open
        self._renewed, self._replaced = keep, []
        grown: list[Line] | None = None
        if self._context.markdown and self._splitter.open_fence is None:
            grown = with_plain_words(self._open, self._splitter.partial, text, self._context.measure)
        finished = self._splitter.feed(text)
        if grown is not None and not finished:
            self._open = [*before[:-1], grown]
            return keep, self._open, sum(map(len, self._open)) - 1
        self._freeze(finished)
        if self._renewed < keep:
            before = [*self._replaced[self._renewed : keep], *before]
            keep = self._renewed
        self._open = self._open_end()
        after = [*self._frozen[keep:], *self._open]
        return keep, after, _same_rows(before, after)

    def finish(self) -> None:
        """Take the end of the text as it is."""
        self._freeze(self._splitter.finish())
        self._open = []

    def _freeze(self, chunks: list[Chunk]) -> None:
        for chunk in chunks:
            if self._code is not None:
                # The fence that was open: its lines are already here.
                self._code.finish()
                self._frozen += self._open
                self._context.columns = ()
            else:
                self._render(chunk)
            self._open, self._code = [], None

    def _render(self, chunk: Chunk) -> None:
        context, definitions = self._context, self._context.definitions
        start, columns = len(self._frozen), context.columns
        self._frozen += render_chunk(chunk, context, first=not start)
        if chunk.kind == "fence":
            return
        new = definitions.new
        if definitions.missed or chunk.kind == "table" or context.columns:
            self._waiting.append(_Waiting(chunk, start, len(self._frozen), columns, definitions.missed))
        if new:
            self._render_again(new)

    def _render_again(self, labels: frozenset[str]) -> None:
        """Render what asked for `labels` before they were defined, and what goes on with a table that this changes."""
        shift = 0
        columns: tuple[int, ...] | None = None
        self._replaced = self._replaced or self._frozen[:]
        for waiting in self._waiting:
            waiting.start, waiting.end = waiting.start + shift, waiting.end + shift
            carried = columns if waiting.chunk.kind == "table" else None
            if not waiting.missed & labels and carried in (None, waiting.columns):
                columns = None
                continue
            waiting.columns = waiting.columns if carried is None else carried
            context = replace(self._context, columns=waiting.columns)
            sections = render_chunk(waiting.chunk, context, first=not waiting.start)
            waiting.missed, columns = context.definitions.missed, context.columns
            self._frozen[waiting.start : waiting.end] = sections
            self._renewed = min(self._renewed, waiting.start)
            shift += waiting.start + len(sections) - waiting.end
            waiting.end = waiting.start + len(sections)

    def _open_end(self) -> list[Sequence[Line]]:
        splitter = self._splitter
        if splitter.open_fence is None:
            context, sections = replace(self._context), list[Sequence[Line]]()
            for chunk in splitter.open_chunks():
                sections += render_chunk(chunk, context, first=not (self._frozen or sections))
            return sections
        if self._code is None:
            gap = [[blank(self._context)]] if self._frozen and not splitter.open_fence_joined else []
            sections, self._code = fence_sections(splitter.fence_lines, splitter.open_fence, self._context)
            self._open = [*gap, *sections]
        self._code.grow(splitter.partial)
        return self._open


def _same_rows(before: list[Sequence[Line]], after: list[Sequence[Line]]) -> int:
    """Count the rows at the start of `after` that look like those of `before`."""
    rows = 0
    for old, new in zip(before, after, strict=False):
        if old is new:
            if isinstance(new, CodeLines):
                return rows + new.changed_row
        elif not (isinstance(old, list) and isinstance(new, list)):
            return rows
        elif old != new:
            return rows + next(
                (row for row, pair in enumerate(zip(old, new, strict=False)) if pair[0] != pair[1]),
                min(len(old), len(new)),
            )
        rows += len(new)
    return rows
