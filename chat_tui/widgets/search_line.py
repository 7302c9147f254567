"""A line to search with that costs little at each key."""

from __future__ import annotations

from textual.geometry import Size
from textual.reactive import Reactive
from textual.widgets import Input


class SearchLine(Input):
    """An input that never changes its size: what is typed doesn't lay out and paint the whole screen anew."""

    DEFAULT_CSS = """
    SearchLine { border: none; height: 1; padding: 0 1; background: $panel; &:focus { border: none; } }
    """
    virtual_size = Reactive(Size(0, 0))
