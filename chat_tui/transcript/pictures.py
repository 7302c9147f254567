"""The thumbnails that a transcript has, and those that it waits for."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import TYPE_CHECKING, Final, NamedTuple

from chat_tui.conversation.values import FilePart

if TYPE_CHECKING:  # it decodes, which comes after the first paint
    from chat_tui.attachments.thumbnails import Thumbnail

MOST: Final = 200
"""Thumbnails that are kept: each is a few kilobytes."""
MOST_WANTED: Final = 32
"""Pictures that are waited for: what was scrolled past before it was decoded is asked for again when it is seen."""


class Wanted(NamedTuple):
    """A picture, and the cells that its thumbnail has."""

    part: FilePart
    columns: int
    rows: int


class Pictures:
    """What is known of pictures: their thumbnails, or in a sentence why there is none.

    Args:
        ask: Called when something is waited for that was not before; `next_wanted` tells what.
    """

    def __init__(self, ask: Callable[[], object]) -> None:
        self.shown = True
        """Whether the terminal has the colours for pictures."""
        self._ask = ask
        self._known: OrderedDict[tuple[str, int, int], Thumbnail | str] = OrderedDict()
        self._wanted: OrderedDict[tuple[str, int, int], Wanted] = OrderedDict()

    def get(self, wanted: Wanted) -> Thumbnail | str | None:
        """Return what is known of a picture; what isn't is waited for."""
        key = _key(wanted)
        known = self._known.get(key)
        if known is not None:
            self._known.move_to_end(key)
        elif key not in self._wanted:
            self._wanted[key] = wanted
            if len(self._wanted) > MOST_WANTED:
                self._wanted.popitem(last=False)
            self._ask()
        return known

    def next_wanted(self) -> Wanted | None:
        """Return what is waited for, the last one that was looked at first; None when nothing is."""
        return next(reversed(self._wanted.values()), None)

    def put(self, wanted: Wanted, known: Thumbnail | str) -> None:
        """Take a thumbnail, or the sentence that says why there is none."""
        key = _key(wanted)
        self._wanted.pop(key, None)
        self._known[key] = known
        while len(self._known) > MOST:
            self._known.popitem(last=False)

    def forget(self) -> None:
        """Wait for nothing any more: another conversation is shown."""
        self._wanted.clear()


def _key(wanted: Wanted) -> tuple[str, int, int]:
    return wanted.part.sha256, wanted.columns, wanted.rows
