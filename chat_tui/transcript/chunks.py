"""Cutting Markdown source, as it arrives, into chunks that render independently of each other.

A chunk ends where CommonMark can't carry anything over: after a blank line before text at column 0 that is no list
item, and around top-level fences. What is still bigger than a measured size is cut at a line of the same kind, so that
the open end of a reply costs the same to render whatever its length. The cuts depend on what stands before them only:
streamed in any pieces, the chunks come out as they do in one go.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from chat_tui.transcript.unfinished import balanced_cut, finished, only_marks

SOFT_LINES: Final = 40
"""From here on a list is cut before an item, a table before a row."""
HARD_LINES: Final = 120
HARD_CHARACTERS: Final = 6_000
OVER: Final = 10
"""Lines that a paragraph may go on beyond the limits until no emphasis is open."""
LONG_LINE: Final = 4_000

_FENCE = re.compile(r"( {0,3})(`{3,}|~{3,})(.*)")
_LIST_ITEM = re.compile(r" {0,3}(?:[-+*]|\d{1,9}[.)])(?:[ \t]|$)")
_RULE = re.compile(r" {0,3}([-*_])[ \t]*(?:\1[ \t]*){2,}")
_NO_PARAGRAPH = re.compile(r"[ \t]*(?:(?:[-+*]|\d{1,9}[.)])(?:[ \t]+|$))*(?:$|#{1,6}(?:[ \t]|$)|`{3}|~{3})")
_ENDS_LIST = re.compile(r" {0,3}(?:#{1,6}(?:[ \t]|$)|>)")
_DELIMITER_ROW = re.compile(r" {0,3}\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*")

Kind = Literal["markdown", "fence", "table"]


@dataclass(slots=True)
class Chunk:
    """Source that renders alone; `joined` without a blank row to the chunk above."""

    kind: Kind
    source: str
    joined: bool = False
    info: str = ""
    """Of a fence."""
    head: str = ""
    """Header and delimiter rows of the table that this goes on with."""
    lines: Sequence[str] = ()
    """Of a fence."""
    open: bool = False
    """More of it is to come: what may still become a mark isn't shown as text."""


class Splitter:
    """Takes source as it arrives and gives chunks; the last one stays open until `finish`."""

    def __init__(self) -> None:
        self._partial = ""
        self._lines: list[str] = []
        self._size = 0
        self._paragraph = 0
        self._joined = False
        self._list = 0  # the column of the text of the open list's last item
        self._blank = False
        self._fence: str | None = None
        self._info = ""
        self._head = ""
        self._table = False
        self._done: list[Chunk] = []
        self.fence_lines: list[str] = []
        """Finished lines of the open fence; whoever renders it may keep this list."""

    def feed(self, text: str) -> list[Chunk]:
        """Take more source; return the chunks that it finished."""
        *lines, self._partial = (self._partial + text).split("\n")
        for line in lines:
            self._take(line)
        if self._fence is None:
            while len(self._partial) > LONG_LINE:
                self._partial = self._cut_long(self._partial)
        done, self._done = self._done, []
        return done

    @property
    def open_fence(self) -> str | None:
        """The info string of the fence that is open, None when none is."""
        return self._info if self._fence is not None else None

    @property
    def open_fence_joined(self) -> bool:
        """Whether the open fence follows without a blank row."""
        return self._joined

    @property
    def partial(self) -> str:
        """The line that has no end yet; nothing while it may become the end of the fence."""
        if self._fence is not None and not self._partial.strip(f" \t{self._fence[0]}"):
            return ""
        return self._partial

    def open_chunks(self) -> list[Chunk]:
        """Return the chunks that the unfinished end would make if the source ended here; no open fence among them."""
        if self._fence is not None:
            return []
        probe = Splitter()
        probe._lines, probe._size, probe._joined = list(self._lines), self._size, self._joined
        probe._list, probe._blank, probe._paragraph = self._list, self._blank, self._paragraph
        probe._head, probe._table = self._head, self._table
        probe._partial = "" if only_marks(self._partial) else self._partial
        chunks = probe.finish()
        for chunk in chunks:
            chunk.open = chunk.kind != "fence"
        return chunks

    def finish(self) -> list[Chunk]:
        """End the source; return the last chunks."""
        if self._partial:
            line, self._partial = self._partial, ""
            self._take(line)
        if self._fence is not None:
            self._end_fence()
        self._end(joined=False)
        done, self._done = self._done, []
        return done

    def _take(self, line: str) -> None:
        if self._fence is not None:
            self._take_in_fence(line)
            return
        while len(line) > LONG_LINE:
            line = self._cut_long(line)
        fence = _FENCE.match(line) if line.lstrip(" ")[:3] in ("```", "~~~") else None
        if fence and (not self._list or len(fence[1]) < self._list) and not (fence[2][0] == "`" and "`" in fence[3]):
            self._end(joined=False)
            self._fence, self._info, self.fence_lines = fence[2], fence[3].strip(), []
            return
        if not line.strip(" \t"):
            self._blank = True
            self._lines.append(line)
            return
        self._cut_before(line)
        if self._blank or _LIST_ITEM.match(line):
            self._paragraph = len(self._lines)
        self._list = self._text_column(line)
        if len(self._lines) == 1 and "|" in self._lines[0] and not self._head and _DELIMITER_ROW.fullmatch(line):
            self._head, self._table = f"{self._lines[0]}\n{line}\n", True
        self._blank = False
        self._lines.append(line)
        self._size += len(line) + 1

    def _cut_before(self, line: str) -> None:
        if not self._lines:
            return
        item = _LIST_ITEM.match(line) is not None
        if self._blank and line[0] not in " \t" and not item:
            self._end(joined=False)
        elif (len(self._lines) >= SOFT_LINES and line[0] not in " \t" and (item or self._table)) or self._full():
            self._end(joined=not self._blank, table_goes_on=self._table)

    def _text_column(self, line: str) -> int:
        """Return the column of the text of the outermost list that is open after `line`, 0 when none is."""
        indent = len(line) - len(line.lstrip(" "))
        if not self._list and not _LIST_ITEM.match(line):
            return 0
        if line[indent] == "\t" or (self._list and indent >= self._list):
            return self._list
        is_rule = _RULE.fullmatch(line) is not None
        item = None if is_rule else _LIST_ITEM.match(line)
        if item is None:
            # Only text can go on with the paragraph of an item from outside of it.
            goes_on = not (self._blank or is_rule or _ENDS_LIST.match(line) or _NO_PARAGRAPH.match(self._lines[-1]))
            return self._list if goes_on else 0
        marker = len(item[0].rstrip(" \t"))
        text = line.expandtabs(4)
        spaces = len(text) - marker - len(text[marker:].lstrip(" "))
        return marker + (spaces if 1 <= spaces <= 4 and text[marker:].strip() else 1)

    def _full(self) -> bool:
        """Tell whether the chunk must end here, whatever it is."""
        over = max(len(self._lines) - HARD_LINES, (self._size - HARD_CHARACTERS) // 80)
        if over < 0:
            return False
        paragraph = "\n".join(self._lines[self._paragraph :])
        return over >= OVER or self._blank or self._table or finished(paragraph, math=True) == paragraph.rstrip()

    def _take_in_fence(self, line: str) -> None:
        mark = self._fence or ""
        stripped = line.strip(" \t")
        indent = len(line) - len(line.lstrip(" "))
        if indent <= 3 and len(stripped) >= len(mark) and not stripped.strip(mark[0]):
            self._end_fence()
        else:
            self.fence_lines.append(line)

    def _end_fence(self) -> None:
        self._done.append(Chunk("fence", "\n".join(self.fence_lines), self._joined, self._info, lines=self.fence_lines))
        self._fence, self._joined, self.fence_lines = None, False, []

    def _cut_long(self, line: str) -> str:
        """Finish a chunk with the first part of a line that is too long to be worked on as a whole; return the rest."""
        cut = balanced_cut(line[:LONG_LINE]) + 1
        if cut <= LONG_LINE // 2:
            cut = line.rfind(" ", LONG_LINE // 2, LONG_LINE) + 1 or LONG_LINE
        if self._blank or len(self._lines) + 1 >= HARD_LINES or self._size + cut >= HARD_CHARACTERS:
            self._end(joined=not self._blank, table_goes_on=False)
        self._lines.append(line[:cut])
        self._end(joined=True)
        return line[cut:]

    def _end(self, *, joined: bool, table_goes_on: bool = False) -> None:
        """Finish the open chunk; `joined` says how the next one follows."""
        source = "\n".join(self._lines).rstrip()
        if source:
            # The first group of a table holds its own header.
            goes_on = self._table and not source.startswith(self._head.rstrip("\n"))
            self._done.append(
                Chunk("table" if goes_on else "markdown", source, self._joined, head=self._head if goes_on else "")
            )
            self._joined = joined
        self._lines, self._size, self._list, self._blank, self._paragraph = [], 0, 0, False, 0
        if not table_goes_on:
            self._head, self._table = "", False


def split(source: str) -> list[Chunk]:
    """Return the chunks of the whole `source`."""
    splitter = Splitter()
    return [*splitter.feed(source), *splitter.finish()]
