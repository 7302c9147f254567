"""The body of a reply that is still arriving: finished chunks are frozen, only the open end is rendered again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from chat_tui.transcript.body import Body
from chat_tui.transcript.chunks import Chunk, Splitter
from chat_tui.transcript.code import CodeLines
from chat_tui.transcript.context import Context, blank
from chat_tui.transcript.growing import with_plain_words
from chat_tui.transcript.lines import LazyLines, Line, Sections
from chat_tui.transcript.render import fence_sections, render_chunk


class StreamingBody:
    """Grows with the text; its sections equal those of `render_source` for the whole text once finished."""

    def __init__(self, context: Context) -> None:
        self.body = Body(context)
        """What is finished."""
        self._splitter = Splitter()
        self._open: list[Sequence[Line]] = []
        self._code: CodeLines | None = None

    @property
    def sections(self) -> list[Sequence[Line]]:
        """Everything, in order."""
        return [*self.body.sections, *self._open]

    def append(self, text: str) -> tuple[int, list[Sequence[Line]], int]:
        """Take printable `text`.

        Returns:
            How many sections stay, the sections after those, and how many rows of these are as they were before.
        """
        frozen, before = len(self.body.sections), self._open
        grown: Sections | None = None
        if self.body.context.markdown and self._splitter.open_fence is None and before:
            grown = with_plain_words(before[-1], self._splitter.partial, text, self.body.context.measure)
        finished = self._splitter.feed(text)
        if grown is not None and not finished:
            self._open = [*before[:-1], grown]
            return frozen, self._open, sum(map(len, self._open)) - 1
        keep = self._freeze(finished)
        self._open = self._open_end()
        after = [*self.body.sections[keep:], *self._open]
        return keep, after, _same_rows(before, after) if keep == frozen else 0

    def finish(self) -> None:
        """Take the end of the text as it is."""
        self._freeze(self._splitter.finish())
        self._open = []

    def _freeze(self, chunks: list[Chunk]) -> int:
        """Finish `chunks`; return how many sections stay as they were."""
        keep = len(self.body.sections)
        for chunk in chunks:
            if self._code is not None:
                # The fence that was open: its lines are already here.
                self._code.finish()
                self.body.add_fence(chunk, self._open)
            else:
                keep = min(keep, self.body.add(chunk))
            self._open, self._code = [], None
        return keep

    def _open_end(self) -> list[Sequence[Line]]:
        splitter, context = self._splitter, self.body.context
        if splitter.open_fence is None:
            columns, found = self.body.columns, list[Sequence[Line]]()
            for chunk in splitter.open_chunks():
                columns = columns if chunk.kind == "table" else ()
                sections, columns = render_chunk(chunk, context, columns, first=not (self.body.sections or found))
                found.append(Sections(sections))
            return found
        if self._code is None:
            gap = [[blank(context)]] if self.body.sections and not splitter.open_fence_joined else []
            sections, self._code = fence_sections(splitter.fence_lines, splitter.open_fence, context)
            self._open = [*gap, *sections]
        self._code.grow(splitter.partial)
        return self._open


def _leaves(sections: Sequence[Sequence[Line]]) -> Iterator[Sequence[Line]]:
    for section in sections:
        if isinstance(section, LazyLines) and section.parts is not None:
            yield from _leaves([inner for _, inner in section.parts.sections])
        else:
            yield section


def _same_rows(before: list[Sequence[Line]], after: list[Sequence[Line]]) -> int:
    """Count the rows at the start of `after` that look like those of `before`."""
    rows = 0
    for old, new in zip(_leaves(before), _leaves(after), strict=False):
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
