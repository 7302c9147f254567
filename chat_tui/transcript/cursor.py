"""The reader's cursor: it stops at every message, and at every code block in one."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING

from chat_tui.transcript.lines import Code, Sections
from chat_tui.transcript.stack import Place, Stack

if TYPE_CHECKING:
    from chat_tui.transcript.message import Item


def code_rows(lines: Sections) -> Iterator[range]:
    """Yield the rows of each code block among `lines`; the row that names the language is one of them."""
    return (code.rows for code in lines.code())


def _message_rows(lines: Sections) -> range:
    # The last row of a message is the blank one before the next.
    return range(max(1, len(lines) - 1))


class Cursor:
    """Where the reader is among the messages of a stack; moving it moves the view as little as reading needs.

    It holds a message, not a number, and counts code blocks from the message's start: what arrives, is put before the
    others or is rendered anew doesn't move it.
    """

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self._item: Item | None = None
        self._stop = 0

    # Where it is

    @property
    def item(self) -> Item | None:
        """The message that it is at: the last one until it was moved; None in an empty conversation."""
        if self._item is None and self._stack.items:
            return self._stack.items[-1]
        return self._item

    @property
    def index(self) -> int:
        """The number of its message."""
        return len(self._stack) - 1 if self._item is None else self._stack.items.index(self._item)

    @property
    def place(self) -> Place:
        """The first line of where it is that is in view."""
        return max(self._extent()[0], self._stack.top)

    @property
    def code(self) -> int | None:
        """The number of the code block of its message that it is at, from 0; None when it is at the whole message."""
        return self._stop - 1 if self._stop else None

    @property
    def at_code(self) -> Code | None:
        """The code block, or what folds, that it is at; None when it is at the whole message."""
        codes = self._stack.lines(self.index).code() if self._stop else []
        return codes[self._stop - 1] if self._stop <= len(codes) and self._stop else None

    def covers(self, item: Item, row: int) -> bool:
        """Tell whether `row` of `item` belongs to where it is."""
        return item is self.item and item.lines is not None and row in self._rows(item.lines, self._stop)

    @staticmethod
    def _stops(lines: Sections) -> list[range]:
        return [_message_rows(lines), *code_rows(lines)]

    @staticmethod
    def _rows(lines: Sections, stop: int) -> range:
        return next(islice(code_rows(lines), stop - 1, None), _message_rows(lines)) if stop else _message_rows(lines)

    def _extent(self) -> tuple[Place, Place]:
        """Return the first place of where it is, and the one after its last."""
        index = self.index
        rows = self._rows(self._stack.lines(index), self._stop)
        return Place(index, rows.start), Place(index, rows.stop)

    @property
    def _bottom(self) -> Place:
        return self._stack.walk(self._stack.top, self._stack.height)

    # What others do

    def reset(self) -> None:
        """Be at the end, whatever that will be."""
        self._item, self._stop = None, 0

    def leave(self, index: int) -> None:
        """Move to a neighbour: the message at `index` is taken out."""
        if self._item is self._stack.items[index]:
            others = self._stack.items[index + 1 :][:1] or self._stack.items[:index][-1:]
            self._item, self._stop = (others[0] if others else None), 0

    def put(self, place: Place) -> None:
        """Go to what is at `place`: a code block where there is one, else the message."""
        self._item = self._stack.items[place.item]
        stops = self._stops(self._stack.lines(place.item))
        self._stop = next((stop for stop, rows in enumerate(stops) if stop and place.line in rows), 0)

    def into_view(self, *, down: bool) -> bool:
        """Go to what is in view, when it is not there; `down` after the view went down. Tell whether it moved."""
        if not self._stack.items or self._is_seen(*self._extent()):
            return False
        top, bottom = self._stack.top, self._bottom
        index = self.index
        if self._stop and self._is_seen(Place(index, 0), Place(index, len(self._stack.lines(index)))):
            self._stop = 0
            return True
        starts = [
            Place(number, rows.start)
            for number in range(top.item, bottom.item + 1)
            for rows in self._stops(self._stack.lines(number))
            if top <= (number, rows.start) < bottom
        ]
        self.put(starts[0 if down else -1] if starts else top)
        return True

    def bring_into_view(self) -> None:
        """Move the view, when it is not in it."""
        if self._stack.items and not self._is_seen(*self._extent()):
            self._stack.go(self._stack.walk(self._extent()[0], -(self._stack.height // 3)))

    def _is_seen(self, start: Place, end: Place) -> bool:
        return start < self._bottom and end > self._stack.top

    # Keys

    def down(self) -> None:
        """Go to the next stop when it is in view or next to it; else scroll by a line."""
        if self.into_view(down=True):
            return
        stack, index, bottom = self._stack, self.index, self._bottom
        after, stop = max(self._extent()[0], stack.walk(stack.top, -1)), 0
        below = Place(index + 1, 0)
        for number, rows in enumerate(self._stops(stack.lines(index))):
            if (index, rows.start) > after:
                below, stop = Place(index, rows.start), number
                break
        if below.item == len(stack):
            stack.following = bottom >= stack.end
            if not stack.following:
                self._scroll(1)
        elif below > bottom:
            self._scroll(1)
        else:
            self._item, self._stop = stack.items[below.item], stop
            stack.following = False
            start, end = self._extent()
            if end > bottom:
                stack.go(min(start, stack.walk(end, -stack.height)))

    def up(self) -> None:
        """Go to the stop before when it is in view or next to it; else scroll by a line."""
        if self.into_view(down=False):
            return
        stack, index = self._stack, self.index
        start, _ = self._extent()
        within = self._item is None or self._stop
        stack.following = False
        if self._item is not None and start < stack.top:
            self._scroll(-1)
        elif within and self._to_code_in_view(index, start if self._stop else stack.end):
            return
        elif self._stop:
            self._stop = 0
            if Place(index, 0) < stack.top:
                self._scroll(-1)
        elif start < stack.top or index == 0:
            self._item = stack.items[index]
            self._scroll(-1)
        else:
            self._to_message_above(index)

    def _to_message_above(self, index: int) -> None:
        """Go to the message before that at `index`, which begins in view: to its last code block that is there."""
        stack = self._stack
        start, above = Place(index, 0), Place(index - 1, 0)
        if above < stack.top:
            page = stack.walk(start, -stack.height)
            if above >= page:
                stack.go(above)
            elif start == stack.top:
                stack.go(page)
        self._item, self._stop = stack.items[index - 1], 0
        self._to_code_in_view(index - 1, start)

    def _to_code_in_view(self, index: int, before: Place) -> bool:
        """Go to the last code block of a message that begins above `before` and is seen; tell whether there is one."""
        stack = self._stack
        for number, rows in reversed(list(enumerate(code_rows(stack.lines(index)), 1))):
            start, end = Place(index, rows.start), Place(index, rows.stop)
            if start < before and self._is_seen(start, end):
                self._item, self._stop = stack.items[index], number
                if start < stack.top and stack.walk(start, stack.height) >= end:
                    stack.go(start)
                return True
        return False

    def _scroll(self, rows: int) -> None:
        """Scroll; code that comes in at the top is a stop, and code that leaves is none."""
        stack = self._stack
        stack.go(stack.walk(stack.top, rows))
        if rows < 0 and not self._stop and stack.top.item == self.index:
            self.put(stack.top)
        elif self._stop and not self._is_seen(*self._extent()):
            self._stop = 0

    def to_prompt(self, step: int) -> None:
        """Go to the prompt before (-1) or after (1), and put it on top; past the last one, to the end."""
        index = self.index + step
        while 0 <= index < len(self._stack) and self._stack.items[index].message.role != "user":
            index += step
        if index >= len(self._stack):
            self.to_end()
        else:
            self.to(max(index, 0))

    def to(self, index: int) -> None:
        """Go to the message at `index`, and put it on top."""
        self.put(Place(index, 0))
        self._stop = 0
        self._stack.go(Place(index, 0))

    def to_end(self) -> None:
        """Go to the last message and follow what arrives."""
        self.reset()
        self._stack.following = True
