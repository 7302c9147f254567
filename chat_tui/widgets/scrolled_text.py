"""A text that scrolls, shown without laying out the screen anew."""

from __future__ import annotations

from collections.abc import Callable

from rich.style import Style
from textual.content import Content
from textual.geometry import Region, Size
from textual.reactive import Reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.visual import Visual


class ScrolledText(ScrollView, can_focus=True, inherit_bindings=False):
    """Another text comes with each step in a list, so it costs no more than its own rows."""

    DEFAULT_CSS = """
    ScrolledText { overflow-x: hidden; overflow-y: scroll; scrollbar-size-vertical: 1; }
    """

    virtual_size = Reactive(Size(0, 0))  # another text doesn't have the screen laid out anew

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._made: Callable[[int], Content] = lambda _: Content()
        self._strips: list[Strip] = []
        self._base: Style

    def show(self, made: Callable[[int], Content]) -> None:
        """Show what `made` returns for a width in cells, from its beginning."""
        self._made = made
        self.scroll_to(y=0, animate=False, immediate=True)
        self._make()

    def _make(self) -> None:
        width = self.scrollable_content_region.width
        if not width or not self.display:
            return  # it is made when there is room for it
        self._strips = Visual.to_strips(self, self._made(width), width, None, self.visual_style)
        self.virtual_size = Size(width, len(self._strips))
        self.vertical_scrollbar.window_virtual_size = len(self._strips)
        self.refresh()

    def on_resize(self) -> None:
        """Fit the text to another width."""
        self._make()

    def notify_style_update(self) -> None:
        """Take the colours of another theme."""
        super().notify_style_update()
        self._make()

    def render_lines(self, crop: Region) -> list[Strip]:
        """Return some lines of the view; what all of them need is found out once."""
        self._base = self.rich_style
        return super().render_lines(crop)

    def render_line(self, y: int) -> Strip:
        """Return the line at `y` of the view."""
        place = y + self.scroll_offset.y
        if place >= len(self._strips):
            return Strip.blank(self.scrollable_content_region.width, self._base)
        return self._strips[place].apply_style(self._base)
