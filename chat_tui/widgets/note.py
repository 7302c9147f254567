"""A row that says something at its left, cut where it doesn't fit, and a count at its right."""

from __future__ import annotations

from textual.content import Content
from textual.widget import Widget

_GAP = 2


class Note(Widget):
    """One row of text; another text doesn't have the screen laid out anew."""

    DEFAULT_CSS = """
    Note { height: 1; width: 1fr; padding: 0 1; }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._left = self._right = Content()

    def show(self, left: Content, right: str = "") -> None:
        """Show `left` as far as it fits, and all of `right`."""
        shown = left, Content.styled(right, "$foreground-muted")
        if shown != (self._left, self._right):
            self._left, self._right = shown
            self.refresh()

    def render(self) -> Content:
        """Return the row."""
        width = self.content_size.width
        room = max(width - (self._right.cell_length + _GAP if self._right else 0), 0)
        left = self._left if self._left.cell_length <= room else self._left.truncate(room, ellipsis=True)
        return Content.assemble(left, " " * max(width - left.cell_length - self._right.cell_length, 0), self._right)
