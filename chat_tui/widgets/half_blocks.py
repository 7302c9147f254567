"""A picture in a widget, drawn with half blocks."""

from __future__ import annotations

from rich.segment import Segment
from textual.geometry import Size
from textual.strip import Strip
from textual.widget import Widget

from chat_tui.attachments.half_blocks import half_blocks
from chat_tui.attachments.thumbnails import Thumbnail


class HalfBlocks(Widget):
    """Shows a thumbnail in its middle; nothing until there is one."""

    DEFAULT_CSS = """
    HalfBlocks {
        background: $background;
    }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._thumbnail: Thumbnail | None = None

    @property
    def room(self) -> Size:
        """The cells that a thumbnail may have."""
        return self.content_size

    def show(self, thumbnail: Thumbnail | None) -> None:
        """Show `thumbnail`, or nothing."""
        self._thumbnail = thumbnail
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """Return the row at `y`."""
        width, thumbnail = self.content_size.width, self._thumbnail
        blank = Strip.blank(width, self.rich_style)
        if thumbnail is None:
            return blank
        row = y - max(0, self.content_size.height - thumbnail.rows) // 2
        if not 0 <= row < thumbnail.rows:
            return blank
        pieces = half_blocks(thumbnail, row, self.background_colors[1].rgb)
        left = max(0, width - thumbnail.columns) // 2
        strip = Strip([Segment(" " * left, self.rich_style), *(Segment(text, style) for text, style in pieces)])
        return strip.adjust_cell_length(width, self.rich_style)
