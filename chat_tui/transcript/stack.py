"""Messages stacked in rows: which row each line is in, and the reader's place, which everything keeps."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, NamedTuple

from chat_tui.transcript.heights import Heights
from chat_tui.transcript.lines import Sections

if TYPE_CHECKING:
    from chat_tui.transcript.message import Item

KEEP_RENDERED: Final = 64
"""Messages whose lines are kept; those in view are always among them."""
AHEAD: Final = 8
"""Rows that a followed stream grows by at once: moving the whole view for every row would send it all every time."""


class Place(NamedTuple):
    """A line of a message."""

    item: int
    """Its number, from the top."""
    line: int


class Stack:
    """The messages of a conversation, one above the other.

    The place on top is the truth, rows are derived from it: those above change whenever a height that was a guess gets
    real. Only what is asked for is rendered.

    Args:
        render: Makes the lines of an item.
        estimate: Guesses the rows of an item that nobody has seen.
    """

    def __init__(self, render: Callable[[Item], Sections], estimate: Callable[[Item], int]) -> None:
        self._render = render
        self._estimate = estimate
        self.items: list[Item] = []
        self.height = 0
        """Rows of the view; nothing is placed without any."""
        self.following = True
        """At the end, and going with what arrives."""
        self.top = Place(0, 0)
        """The line in the first row of the view."""
        self.first_order = 0
        """Order of the first item; it falls when earlier ones are put before it, so that orders are stable."""
        self._heights = Heights()
        self._kept: OrderedDict[Item, None] = OrderedDict()
        self._ahead = 0

    def __len__(self) -> int:
        return len(self.items)

    # Items

    def index_of(self, message_id: str) -> int | None:
        """Return where the message `message_id` is; the last ones are found first."""
        return next((i for i in range(len(self.items) - 1, -1, -1) if self.items[i].message.id == message_id), None)

    def show(self, items: Iterable[Item]) -> None:
        """Replace everything by `items` and go to the end."""
        self.items = list(items)
        self.first_order, self.top, self._ahead, self.following = 0, Place(0, 0), 0, True
        self._kept.clear()
        self.estimate_all()

    def prepend(self, items: Sequence[Item]) -> None:
        """Put `items` before the others, out of sight."""
        self.items[:0] = items
        self._heights.insert(0, map(self._estimate, items))
        self.first_order -= len(items)
        self.top = Place(self.top.item + len(items), self.top.line)

    def add(self, item: Item) -> None:
        """Put `item` at the end."""
        self.items.append(item)
        self._heights.append(self._estimate(item))
        self._ahead = 0

    def delete(self, index: int) -> None:
        """Take out the item at `index`."""
        self._kept.pop(self.items.pop(index), None)
        self._heights.delete(index)
        top, line = self.top
        if index < top:
            self.top = Place(top - 1, line)
        elif index == top:
            self.top = Place(min(top, max(0, len(self.items) - 1)), 0)

    def estimate_all(self) -> None:
        """Guess every height anew: the width changed."""
        self._heights = Heights(map(self._estimate, self.items))

    def forget(self, index: int) -> None:
        """Forget the lines of the item at `index`; they are made again when they are looked at."""
        self.items[index].lines = None
        self._kept.pop(self.items[index], None)

    def forget_all(self, *, estimate: bool) -> None:
        """Forget the lines of all items; the reader stays at the same block."""
        index, line = self.top
        height = max(1, self._heights[index]) if self.items else 1
        before = self.items[index].lines if self.items else None
        for item in self._kept:
            item.lines = None
        self._kept.clear()
        if estimate:
            self.estimate_all()
        if self.items and self.height:
            lines = self.lines(index)
            shown = before is not None and line < len(before)
            row = lines.row_like(line, before) if before is not None and shown else line * len(lines) // height
            self.top = Place(index, max(0, min(row, len(lines) - 1)))
            self._heights[index] = len(lines)
        self._ahead = 0

    def lines(self, index: int) -> Sections:
        """Return the lines of the item at `index`, rendering them when needed, and note their number."""
        item = self.items[index]
        lines = item.lines
        if lines is None:
            lines = self._render(item)
        self._kept[item] = None
        self._kept.move_to_end(item)
        while len(self._kept) > KEEP_RENDERED:
            self._kept.popitem(last=False)[0].drop()
        self._heights[index] = len(lines)
        return lines

    def whole(self, index: int) -> Sections:
        """Return the lines of the item at `index` with every height real: its rows stay what they are."""
        with self.held():
            lines = self.lines(index)
            lines.make()
        return self.lines(index)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Keep the line on top while heights above it get real."""
        index, lines = self.top.item, self.lines(self.top.item)
        address = lines.address(self.top.line)
        yield
        self._heights[index] = len(lines)
        self.top = Place(index, lines.row(address))

    # Rows

    @property
    def total(self) -> int:
        """Rows of everything, of which those that nobody has seen are guesses."""
        return self._heights.total

    @property
    def size(self) -> int:
        """Rows to scroll in: as many more as a reply that is followed grows into, and what is in view below the end."""
        return max(self.total + self._ahead, self.top_row + self.height)

    @property
    def top_row(self) -> int:
        """The row of the place on top."""
        return self._heights.start(self.top.item) + self.top.line if self.items else 0

    @property
    def end(self) -> Place:
        """The place after the last line."""
        last = len(self.items) - 1
        return Place(last, len(self.lines(last)))

    def start(self, index: int) -> int:
        """Return the first row of the item at `index`."""
        return self._heights.start(index)

    def rows(self, index: int) -> int:
        """Return how many rows the item at `index` has, or may have."""
        return self._heights[index]

    def at(self, row: int) -> Place:
        """Return the place that is in `row`."""
        index = self._heights.find(row)
        return Place(index, row - self._heights.start(index))

    def walk(self, place: Place, rows: int) -> Place:
        """Return the place `rows` further down (or up), by real heights: everything on the way is rendered."""
        index, line = place
        while True:
            line = self._walk_within(index, line, rows)
            height = self._heights[index]
            if line < 0 and index > 0:
                index, rows = index - 1, line
                line = len(self.lines(index))
            elif line >= height and index < len(self.items) - 1:
                index, line, rows = index + 1, 0, line - height
            else:
                return Place(index, max(0, min(line, height)))

    def _walk_within(self, index: int, line: int, rows: int) -> int:
        """Go on within the item at `index`; the line on top stays when heights above it get real."""
        lines = self.lines(index)
        if index == self.top.item:
            with self.held():
                return lines.walk(line, rows)
        line = lines.walk(line, rows)
        self._heights[index] = len(lines)
        return line

    # The reader's place

    def settle(self) -> None:
        """Render what is in view and make the place on top one that can be there."""
        if not self.items:
            self.top = Place(0, 0)
        elif self.following:
            if not self.items[-1].arriving:
                self._ahead = 0
            self.top = self.walk(self.end, self._ahead - self.height)
        else:
            index, line = self.top
            guessed = self._heights[index]
            lines = self.lines(index)
            if line >= len(lines):
                line = max(0, min(len(lines) - 1, line * len(lines) // max(1, guessed)))
            self.top = Place(index, lines.make_at(line))
            below = self.walk(self.top, self.height)
            if below.item >= len(self.items) - 1 and below >= self.end:
                self.top = self.walk(self.end, -self.height)
        if self.items:
            self.walk(self.top, -1)  # one row up is what the reader's keys look at
        for item in self._kept:
            item.trim()

    def grow(self, index: int, rows_before: int) -> None:
        """Note that the item at `index` had `rows_before` rows and has others now."""
        spare = self._ahead - (len(self.lines(index)) - rows_before)
        if not self.following or spare >= 0:
            self.walk(self.top, self.height)
            spare = self._ahead - (len(self.lines(index)) - rows_before)
        if not self.following:
            return
        if spare < 0:
            self._ahead = min(AHEAD, self.height // 4)
            self.settle()
        else:
            self._ahead = spare

    def scroll(self, row: int, placed_row: int, *, to_end: bool) -> None:
        """Go to `row`, where the reader scrolled to from `placed_row`; `to_end` when no row is further down."""
        delta = row - placed_row
        if abs(delta) <= 2 * self.height:
            self.top = self.walk(self.top, delta)
        elif to_end:
            self.top = self.end
        else:
            self.top = self.at(row)
        if delta < 0 and not (self.following and to_end):  # else the view grew and was moved: not by the reader
            self.following, self._ahead = False, 0
        self.settle()
        if delta > 0 and self.top_row + self.height >= self.total:
            self.following = True

    def go(self, place: Place) -> None:
        """Put `place` on top, and cease to follow."""
        self.following, self._ahead, self.top = False, 0, place
        self.settle()
