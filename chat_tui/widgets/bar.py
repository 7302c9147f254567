"""A row with text at its left and at its right; what doesn't fit is cut, never wrapped."""

from __future__ import annotations

from rich.cells import cell_len
from textual.content import Content
from textual.widget import Widget

from chat_tui.text import one_line

_GAP = 2


class Bar(Widget):
    """One row of plain text; `right` gives way to `left`, piece by piece from its end; its first piece stays."""

    DEFAULT_CSS = """
    Bar { height: 1; width: 1fr; padding: 0 1; }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._left = Content()
        self._right: tuple[str, ...] = ()

    def show(self, left: str | Content, *right: str) -> None:
        """Show `left` at the left edge and as many of the pieces `right` as fit at the right one."""
        shown = (
            left if isinstance(left, Content) else Content(one_line(left)),
            tuple(one_line(piece) for piece in right if piece),
        )
        if shown != (self._left, self._right):
            self._left, self._right = shown
            self.refresh()

    def room(self, *right: str) -> int:
        """Return how many cells `left` has beside the first of the pieces `right`, which stays."""
        first = next(filter(None, right), "")
        return self.content_size.width - (cell_len(one_line(first)) + _GAP if first else 0)

    def render(self) -> Content:
        """Return the row."""
        width = self.content_size.width
        pieces = list(self._right)
        needed = min(self._left.cell_length, width * 3 // 4)
        while len(pieces) > 1 and cell_len("   ".join(pieces)) + _GAP + needed > width:
            pieces.pop()
        right = "   ".join(pieces)
        room = width - (cell_len(right) + _GAP if right else 0)
        left = self._left
        if left.cell_length > room:
            left = Content.assemble(left.truncate(max(room - 1, 0)).rstrip(), "…")
        padding = " " * max(width - left.cell_length - cell_len(right), 0)
        return Content.assemble(left, padding, (right, "$foreground-muted"))
