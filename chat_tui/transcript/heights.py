"""Heights of stacked things with the row that each one starts at."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from itertools import accumulate


class Heights:
    """A list of heights whose prefix sums are rebuilt lazily, and only after the first change."""

    def __init__(self, heights: Iterable[int] = ()) -> None:
        self._heights = list(heights)
        self._starts = [0]  # right up to, and with, index `_valid`
        self._valid = 0

    def __len__(self) -> int:
        return len(self._heights)

    def __getitem__(self, index: int) -> int:
        return self._heights[index]

    def __setitem__(self, index: int, height: int) -> None:
        if self._heights[index] != height:
            self._heights[index] = height
            self._valid = min(self._valid, index)

    def append(self, height: int) -> None:
        """Put `height` at the end."""
        self._heights.append(height)

    def insert(self, index: int, heights: Iterable[int]) -> None:
        """Put `heights` before the one at `index`."""
        self._heights[index:index] = heights
        self._valid = min(self._valid, index)

    def truncate(self, length: int) -> None:
        """Forget everything from index `length` on."""
        del self._heights[length:]
        self._valid = min(self._valid, length)

    def delete(self, index: int) -> None:
        """Forget the height at `index`."""
        del self._heights[index]
        self._valid = min(self._valid, index)

    def _sums(self) -> list[int]:
        if self._valid < len(self._heights) or len(self._starts) != len(self._heights) + 1:
            valid = self._valid
            self._starts[valid:] = accumulate(self._heights[valid:], initial=self._starts[valid])
            self._valid = len(self._heights)
        return self._starts

    def start(self, index: int) -> int:
        """Return the row that the thing at `index` starts at."""
        return self._sums()[index]

    @property
    def total(self) -> int:
        """Rows of everything."""
        return self._sums()[-1]

    def find(self, row: int) -> int:
        """Return the index of the thing that covers `row`, nearest when none does; things without height cover none."""
        return max(0, min(bisect_right(self._sums(), row) - 1, len(self._heights) - 1))
