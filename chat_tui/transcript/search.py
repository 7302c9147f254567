"""A search that goes on in a transcript: how many matches there are, and which one the reader is at."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chat_tui.text import printable
from chat_tui.transcript.find import Piece, Query, Shown, in_rows, shown_match
from chat_tui.transcript.lines import Sections
from chat_tui.transcript.stack import Place, Stack

if TYPE_CHECKING:
    from chat_tui.transcript.message import Item

_TEXT = 1
"""The place of a message's text among its sources."""
_BELOW = 2
"""That of what stands below it."""
_ROWS_OF_A_MATCH = 4
"""Rows above and below one that are looked at for a match that reaches into it."""


@dataclass(slots=True)
class _Found:
    """The matches in a message: in each of its sources, and in the rows of one of them."""

    item: Item
    sources: list[str]
    spans: list[list[tuple[int, int]]]
    lines: Sections | None = None
    rows: range = range(0)
    shown: Shown | None = None

    def part_of(self, number: int) -> tuple[int, int]:
        """Return which source match `number` of the message is in, and its number there."""
        part = 0
        while part < len(self.spans) - 1 and number >= len(self.spans[part]):
            number -= len(self.spans[part])
            part += 1
        return part, number


class Search:
    """Looks for `query` in what the messages of `stack` are made of, from the `origin` on.

    Messages are counted one by one when `counting` is asked to, so that ten thousand of them hold nobody up; only those
    that the reader goes to are rendered.
    """

    def __init__(self, query: Query, stack: Stack, origin: Place) -> None:
        self.query = query
        self._stack = stack
        self._origin = (stack.items[origin.item], origin.line)
        self._counts: dict[Item, int] = {}
        self._at: tuple[Item, int] | None = None
        self._pieces: list[Piece] = []
        self._known: _Found | None = None
        self.total = 0
        """Matches in the messages that were counted."""

    @property
    def counting(self) -> bool:
        """There are messages that were not counted."""
        return len(self._counts) < len(self._stack)

    @property
    def number(self) -> int | None:
        """Which match the reader is at, from 1; None before all are counted."""
        if self._at is None or self.counting:
            return None
        item, inside = self._at
        before = 0
        for other in self._stack.items:
            if other is item:
                break
            before += self._counts.get(other, 0)
        return before + inside + 1

    def count(self, item: Item) -> int:
        """Return how many matches the message `item` holds."""
        known = self._counts.get(item)
        if known is None:
            known = self._counts[item] = sum(self.query.count_in_source(source) for source in item.sources)
            self.total += known
        return known

    def recount(self, item: Item) -> None:
        """Note that `item` changed."""
        self.total -= self._counts.pop(item, 0)
        self._known = None
        self.count(item)

    def drop(self, item: Item) -> None:
        """Note that `item` is taken out."""
        self.total -= self._counts.pop(item, 0)
        if self._at is not None and self._at[0] is item:
            self._at, self._pieces = None, []

    def look(self) -> Iterator[bool]:
        """Count one message after the other; yield whether the reader's match was found just now.

        The first match from the origin on is the reader's; without one, the last before it.
        """
        items = self._stack.items
        origin = items.index(self._origin[0]) if self._origin[0] in items else 0
        for place, item in enumerate(items[origin:], origin):
            yield self._find_reader(item, self._first_below_origin(origin) if place == origin else 0)
        for item in items[origin::-1]:
            yield self._find_reader(item, self.count(item) - 1)

    def _find_reader(self, item: Item, match: int) -> bool:
        """Count `item`, and make its `match` the reader's when there is such a one and none was found before."""
        if not 0 <= match < self.count(item) or self._at is not None:
            return False
        self._at = (item, match)
        return True

    def _first_below_origin(self, index: int) -> int:
        """Return the first match in the message at `index`, where the origin is, that isn't above it."""
        item, line = self._stack.items[index], self._origin[1]
        if line <= 0 or not self.count(item):
            return 0
        lines = self._stack.whole(index)
        hidden = self.query.count(printable(item.sources[0]))
        return hidden + len(in_rows(self.query, lines, range(item.text_rows.start, line)))

    def step(self, step: int) -> None:
        """Go to the match that is `step` (1 or -1) further on, around the ends."""
        if self._at is None:
            return
        item, inside = self._at
        if 0 <= inside + step < self.count(item):
            self._at = (item, inside + step)
            return
        items = self._stack.items
        place = items.index(item)
        for distance in range(1, len(items) + 1):
            other = items[(place + step * distance) % len(items)]
            if found := self.count(other):
                self._at = (other, 0 if step > 0 else found - 1)
                return

    def place(self) -> Place | None:
        """Return where the reader's match is shown, what hides it unfolded; None without one."""
        if self._at is None:
            return None
        item, inside = self._at
        index = self._stack.items.index(item)
        found = self._found_in(item)
        part, number = found.part_of(inside)
        shown = self._shown(found, index, part)
        is_hidden = len(shown.spans) < len(found.spans[part])
        if is_hidden and self._unfold(item, part, found.spans[part][number][0]):
            self._stack.forget(index)
            shown = self._shown(found, index, part)
        self._pieces = shown_match(found.sources[part], found.spans[part], number, shown)
        return Place(index, self._pieces[0].row if self._pieces else found.rows.start)

    @staticmethod
    def _unfold(item: Item, part: int, place: int) -> bool:
        """Unfold what hides `place` of a part of `item`; tell whether anything is unfolded by that."""
        if part == _TEXT:
            return item.reveal(place)
        if part == _BELOW and item.reveal_sources():
            return True
        if not item.foldable or item.unfolded:
            return False
        item.unfolded = True
        return True

    def _shown(self, found: _Found, index: int, part: int) -> Shown:
        """Return the rows in which a part of the item at `index` is shown, with the matches there."""
        lines = self._stack.whole(index)
        rows = found.item.source_rows[part]
        if found.shown is None or found.lines is not lines or found.rows != rows:
            found.lines, found.rows, found.shown = lines, rows, Shown(self.query, lines, rows)
        return found.shown

    @property
    def piece(self) -> Piece | None:
        """The beginning of the reader's match, where `place` found it shown."""
        return self._pieces[0] if self._pieces else None

    def _found_in(self, item: Item) -> _Found:
        """Return what is known of the matches in `item`; that of one message is kept, for the next match is near."""
        if self._known is None or self._known.item is not item:
            sources = [printable(source) for source in item.sources]
            self._known = _Found(item, sources, [list(self.query.spans(source)) for source in sources])
        return self._known

    def marks(self, item: Item, lines: Sections, row: int) -> list[tuple[int, int, bool]]:
        """Return the characters of `row` to be marked, from left to right: start, end, and if it is the reader's."""
        rows = next((rows for rows in item.source_rows if row in rows), None)
        if rows is None:
            return []
        near = range(max(rows.start, row - _ROWS_OF_A_MATCH), min(rows.stop, row + _ROWS_OF_A_MATCH + 1))
        own = self._pieces if self._at is not None and self._at[0] is item else []
        return [
            (piece.start, piece.end, piece in own)
            for match in in_rows(self.query, lines, near)
            for piece in match
            if piece.row == row
        ]
