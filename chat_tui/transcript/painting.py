"""Painting lines that only moved from what they were."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from textual._styles_cache import StylesCache
from textual.css.styles import StylesBase
from textual.strip import Strip


class PlainLines(StylesCache):
    """Lines of a widget without border, padding and opacity: they are painted as they are."""

    def render_line(self, styles: StylesBase, y: int, *others: Any) -> Strip:
        """Return the content in row `y`."""
        render_content_line: Callable[[int], Strip] = others[5]
        return render_content_line(y)
