"""Painting no more than what changed: lines that only moved, and the changed end of a line."""

from __future__ import annotations

from collections.abc import Callable
from itertools import takewhile
from typing import Any

from textual._styles_cache import StylesCache
from textual.css.styles import StylesBase
from textual.geometry import Region
from textual.strip import Strip


class PlainLines(StylesCache):
    """Lines of a widget without border, padding and opacity: they are painted as they are."""

    def render_line(self, styles: StylesBase, y: int, *others: Any) -> Strip:
        """Return the content in row `y`."""
        render_content_line: Callable[[int], Strip] = others[5]
        return render_content_line(y)


def difference(y: int, old: Strip | None, new: Strip) -> Region | None:
    """Return the region of row `y` in which `new` differs from `old`, None when nowhere; all of it without `old`."""
    if old is None:
        return Region(0, y, 1 << 16, 1)
    if old == new:
        return None
    same = 0
    for before, after in zip(old, new, strict=False):
        if before == after:
            same += after.cell_length
            continue
        if before.style == after.style and before.text.isascii() and after.text.isascii():
            pairs = zip(before.text, after.text, strict=False)
            same += sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
        break
    return Region(same, y, max(1, max(old.cell_length, new.cell_length) - same), 1)
