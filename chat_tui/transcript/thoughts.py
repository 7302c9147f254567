"""Plain text that arrives, wrapped: only its last row is made anew."""

from __future__ import annotations

from collections.abc import Sequence

from rich.style import Style

from chat_tui.text import printable
from chat_tui.transcript.lines import Line, Span, make_line
from chat_tui.transcript.wrap import cells, wrap


class GrowingText:
    """The rows of a text that goes on, with `bar` before each; its lines are one list that grows.

    Args:
        width: Cells of a row with its bar.
    """

    def __init__(self, style: Style, width: int, bar: Sequence[Span]) -> None:
        self.lines: list[Line] = []
        self._style = style
        self._bar = bar
        self._decoration = sum(len(text) for text, _ in bar)
        self._room = max(8, width - sum(cells(text) for text, _ in bar))
        self._last = ""  # what the last row holds
        self._held = ""  # spaces and newlines that may end the text, or half of a line's end

    def append(self, text: str) -> int:
        """Take more; return the first row that changed."""
        text = self._held + text
        if not self.lines:
            text = text.lstrip("\r\n")
        self._held = text[len(text.rstrip(" \r\n")) :]
        shown = printable(text.removesuffix(self._held))
        if not shown:
            return len(self.lines)
        first = max(0, len(self.lines) - 1)
        joint = self.lines[first].joint if self.lines else "\n"
        wrapped = wrap([(self._last + shown, self._style)], self._room)
        rows = [make_line([*self._bar, *piece], self._decoration, before) for piece, before in wrapped]
        self.lines[first:] = [rows[0]._replace(joint=joint), *rows[1:]]
        self._last = "".join(text for text, _ in wrapped[-1][0])
        return first
