"""A reply that is JSON as a tree: an object or array on rows of its own, folded and unfolded one by one.

All text in it is the source's: numbers, escapes and keys that come twice stay as they were written. Rows are made when
they are looked at, and of long objects, arrays and strings only as many as the reader asked for.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Final, NamedTuple

from rich.style import Style

from chat_tui.text import printable
from chat_tui.transcript.code import hard_wrap
from chat_tui.transcript.context import INDENT, Context
from chat_tui.transcript.heights import Heights
from chat_tui.transcript.json_parts import Child, Parts
from chat_tui.transcript.lines import Code, LazyLines, Line, Span, make_line

OPEN_DEPTH: Final = 3
"""Levels that are unfolded at first, the nearest ones first while there are few rows."""
OPEN_ROWS: Final = 100
PAGE: Final = 500
"""Rows of an object, array or string that unfold at first; the row after them unfolds ten times as many."""
MORE: Final = 10
LONG: Final = 1_000
"""Characters of a value that are shown in one piece; a longer one folds."""
_LONGEST_KEY: Final = 400
_DEEPEST_INDENT: Final = 16
_COUNTED: Final = 1_000
"""Values that are counted of what is folded."""
_SIZE_CELLS: Final = 20
"""Cells that say how much is in what is folded."""
_BEGINNING: Final = 40
"""Characters that are shown of a long value that is folded."""
_GUTTER: Final = "  "


class Row(NamedTuple):
    """What one row, or the rows that it wraps into, shows."""

    depth: int
    child: Child
    kind: str
    """`value`, `open` and `close` for the first and last row of what is unfolded, `piece` of a long value, `more`."""
    folds: bool = False
    """Something folds or unfolds here."""
    piece: tuple[int, int] = (0, 0)
    """Where a piece is in the text."""

    @property
    def fold(self) -> tuple[int, bool]:
        """What folds or unfolds here: its place in the text, and whether more of it does."""
        return self.child.start, self.kind == "more"


class Tree:
    """Which parts of a JSON text are unfolded, and the rows that this gives.

    Args:
        parts: The text.
        open_depth: Levels that are unfolded at first.
        open_rows: How many rows they may have at most.
    """

    def __init__(self, parts: Parts, open_depth: int = OPEN_DEPTH, open_rows: int = OPEN_ROWS) -> None:
        self.parts = parts
        self._open_depth, self._open_rows = open_depth, open_rows
        self._shown: dict[int, int] = {}  # by place in the text: how many rows of it are unfolded
        self._rows: list[Row] | None = None
        self._unfold_first()

    @property
    def root(self) -> Child:
        """The whole of it."""
        return Child(self.parts.opens[0], self.parts.closes[0] + 1, 0)

    def _unfold_first(self) -> None:
        """Unfold what is near the root, level by level, while the rows are few."""
        waiting, rows = deque([(self.root, 0)]), 1
        while waiting:
            child, depth = waiting.popleft()
            inner = list(islice(self.parts.children(child.part), PAGE))
            if depth and rows + len(inner) > self._open_rows:
                return
            if inner:
                self._shown[child.start] = PAGE
                rows += len(inner) + 1
            if depth + 1 < self._open_depth:
                waiting += [(one, depth + 1) for one in inner if one.part >= 0]

    def toggle(self, place: int, *, more: bool) -> None:
        """Fold or unfold what begins at `place`; or unfold `more` of it."""
        self._rows = None
        if more:
            self._shown[place] *= MORE
        elif self._shown.pop(place, None) is None:
            self._shown[place] = PAGE

    def reveal(self, place: int) -> bool:
        """Unfold all that hides `place` of the text; tell whether anything was unfolded."""
        part, before = 0, dict(self._shown)
        while part >= 0:
            inner = enumerate(self.parts.children(part))
            found = next(((number, child) for number, child in inner if place < child.end), None)
            if found is None:
                break
            number, child = found
            self._show(self.parts.opens[part], number)
            part = child.part
            if part < 0 and child.end - child.start > LONG and place >= child.start:
                self._show(child.start, (place - child.start) // LONG)
        self._rows = None
        return self._shown != before

    def _show(self, place: int, number: int) -> None:
        """Unfold what begins at `place` as far as its row `number`, from 0."""
        shown = self._shown.get(place, PAGE)
        while shown <= number:
            shown *= MORE
        self._shown[place] = shown

    @property
    def rows(self) -> list[Row]:
        """All rows that are unfolded, from the top."""
        if self._rows is None:
            self._rows = list(self._walk())
        return self._rows

    def _walk(self) -> Iterator[Row]:
        # Not recursive: a reader may unfold what is nested deeper than Python calls.
        levels: list[tuple[Child, Iterator[Child], int]] = []
        level: Iterator[Child] = iter((self.root,))
        left = 1
        while True:
            child = next(level, None)
            if child is not None and left > 0:
                left -= 1
                shown = self._shown.get(child.start)
                if shown is None:
                    yield Row(len(levels), child, "value", self._folds(child))
                elif child.part < 0:
                    yield from self._pieces(child, len(levels), shown)
                else:
                    yield Row(len(levels), child, "open", folds=True)
                    levels.append((child, level, left))
                    level, left = self.parts.children(child.part), shown
                continue
            if not levels:
                return
            parent = levels[-1][0]
            if child is not None:
                yield Row(len(levels), parent, "more", folds=True)
            _, level, left = levels.pop()
            yield Row(len(levels), parent, "close")

    def _pieces(self, child: Child, depth: int, shown: int) -> Iterator[Row]:
        """Yield the rows of a long string or number."""
        yield Row(depth, child, "open", folds=True)
        end = min(child.end, child.start + shown * LONG)
        for start in range(child.start, end, LONG):
            yield Row(depth + 1, child, "piece", piece=(start, min(start + LONG, end)))
        if end < child.end:
            yield Row(depth + 1, child, "more", folds=True)

    def _folds(self, child: Child) -> bool:
        """Tell whether a folded value has anything to unfold."""
        return child.end - child.start > LONG if child.part < 0 else not self.parts.is_empty(child.part)

    def left(self, child: Child) -> str:
        """Return how much of what is unfolded only in part is left, for people."""
        shown = self._shown[child.start]
        if child.part < 0:
            return f"{child.end - child.start - shown * LONG:,} more characters"
        hidden = sum(1 for _ in islice(self.parts.children(child.part), shown, shown + _COUNTED + 1))
        return f"{min(hidden, _COUNTED):,}{'+' * (hidden > _COUNTED)} more"

    def size(self, child: Child) -> str:
        """Return how much is in what is folded, for people."""
        if child.part < 0:
            return f"{child.end - child.start:,} characters"
        count = sum(1 for _ in islice(self.parts.children(child.part), _COUNTED + 1))
        one = "key" if self.parts.text[child.start] == "{" else "item"
        return f"{min(count, _COUNTED):,}{'+' * (count > _COUNTED)} {one}{'s' * (count != 1)}" if count else ""


class TreeLines(LazyLines):
    """The rows of a tree, wrapped at a width.

    Args:
        message_id: Whose tree it is, for clicks on what folds.
    """

    def __init__(self, tree: Tree, context: Context, message_id: str) -> None:
        self._tree = tree
        self._text = tree.parts.text
        self._palette = context.palette
        self._message_id = message_id
        self._width = max(8, context.width - 1 - len(INDENT) - len(_GUTTER))
        self._heights = Heights(map(self._height, tree.rows))
        self._code: list[Code] | None = None

    def __len__(self) -> int:
        return self._heights.total

    def _indent(self, row: Row) -> str:
        return "  " * min(row.depth, _DEEPEST_INDENT, self._width // 6)

    def _height(self, row: Row) -> int:
        """Return the rows of `row`, for most without wrapping it; what a folded part holds isn't counted for that."""
        child, text, width = row.child, self._text, self._width - len(self._indent(row))
        if row.kind in ("close", "more"):
            return 1
        start, end = row.piece if row.kind == "piece" else (child.start, child.end)
        key = text[slice(*child.key)] if child.key and row.kind != "piece" else ""
        length = len(key) + 2 * bool(key)
        if row.folds:
            length += _SIZE_CELLS + (_BEGINNING if child.part < 0 else 0)
            if length <= width and key.isascii():
                return 1
        elif len(key) <= _LONGEST_KEY and (key + text[start:end]).isascii():
            length += end - start + (child.comma and end == child.end)
            return -(-length // width)
        return len(self._wrapped(row))

    def _wrapped(self, row: Row) -> list[tuple[list[Span], str]]:
        return hard_wrap(self._spans(row), self._width - len(self._indent(row)))

    def _spans(self, row: Row) -> list[Span]:
        palette, child, text = self._palette, row.child, self._text
        dim, comma = palette.dim, "," * child.comma
        fold = self._style(row)
        if row.kind == "piece":
            is_last = row.piece[1] == child.end
            return [(printable(text[slice(*row.piece)]), self._colour(child)), (comma * is_last, dim)]
        if row.kind == "more":
            return [(f"… {self._tree.left(child)}", fold)]
        bracket = text[child.start]
        if row.kind == "close":
            return [(("}" if bracket == "{" else "]") + comma, dim)]
        spans: list[Span] = []
        if child.key:
            key = text[slice(*child.key)]
            key = key if len(key) <= _LONGEST_KEY else f"{key[:_LONGEST_KEY]}…"
            spans += [(printable(key), palette["name"]), (": ", dim)]
        if child.part >= 0:
            if row.kind == "open":
                return [*spans, (bracket, dim)]
            size, close = self._tree.size(child), "}" if bracket == "{" else "]"
            return [*spans, (f"{bracket}{'…' * bool(size)}{close}{comma}", dim), (f"  {size}" * bool(size), fold)]
        if row.folds:
            if row.kind == "open":
                return [*spans, (self._tree.size(child), fold)]
            cut = printable(text[child.start : child.start + _BEGINNING])
            return [*spans, (f"{cut}…", self._colour(child)), (f"{comma}  {self._tree.size(child)}", fold)]
        return [*spans, (printable(text[child.start : child.end]), self._colour(child)), (comma, dim)]

    def _colour(self, child: Child) -> Style:
        first = self._text[child.start]
        return self._palette["string" if first == '"' else "keyword" if first in "tfn" else "number"]

    def _style(self, row: Row) -> Style:
        dim = self._palette.dim
        return dim + Style(meta={"fold": self._message_id, "part": row.fold}) if row.folds else dim

    def line(self, row: int) -> Line:
        """Return the line at `row`."""
        number = self._heights.find(row)
        shown, within = self._tree.rows[number], row - self._heights.start(number)
        spans, joint = self._wrapped(shown)[within]
        mark = ("▾ " if shown.kind == "open" else "▸ ") if shown.folds and not within else _GUTTER
        indent = self._indent(shown)
        before = [(INDENT, self._palette.text), (mark, self._style(shown)), (indent, self._palette.text)]
        goes_on = within > 0 or (shown.kind == "piece" and shown.piece[0] > shown.child.start)
        decoration = len(INDENT) + len(_GUTTER) + len(indent) * goes_on
        line = make_line([*before, *spans], decoration, "" if goes_on else joint)
        return line._replace(copied=self._copied(shown, within)) if shown.folds else line

    def _copied(self, row: Row, within: int) -> str:
        """Return what is copied of a row that folds: all that is folded there."""
        if within or row.kind == "more":
            return ""
        child, indent = row.child, self._indent(row)
        key = f"{self._text[slice(*child.key)]}: " if child.key else ""
        if row.kind == "open":
            return f"{indent}{key}{self._text[child.start] if child.part >= 0 else ''}".rstrip()
        return f"{indent}{key}{self._text[child.start : child.end]}{',' * child.comma}"

    def code(self) -> Sequence[Code]:
        """Return what folds, each a stop for the reader's cursor."""
        if self._code is None:
            self._code = [
                Code(range(start, start + 1), start, row.fold, (row.child.start, row.child.end))
                for number, row in enumerate(self._tree.rows)
                if row.folds
                for start in [self._heights.start(number)]
            ]
        return self._code
