"""A sheet: text and JSON trees below each other, of which only the rows in view are made."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Final

from rich.segment import Segment
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.reactive import Reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from chat_tui.transcript.context import Context
from chat_tui.transcript.json_parts import NotJsonError, Parts, TooBigError
from chat_tui.transcript.json_tree import Tree, TreeLines
from chat_tui.transcript.lines import Sections
from chat_tui.transcript.styles import COMPONENT_CLASSES, CSS, Palette
from chat_tui.transcript.text_lines import TextLine, TextLines

Section = Tree | Sequence[TextLine]

_BAR: Final = "▎"
_OPEN_DEPTH: Final = 20
_OPEN_ROWS: Final = 5_000


def json_section(text: str, indented: str) -> Section:
    """Return JSON `text` as a tree, or its lines as they are `indented` when it is too long for one, or is none."""
    try:
        parts = Parts(text)
    except (NotJsonError, TooBigError):
        return [TextLine(line, "json") for line in indented.split("\n")]
    return Tree(parts, _OPEN_DEPTH, _OPEN_ROWS) if parts.opens else [TextLine(text)]


class Sheet(ScrollView, can_focus=True, inherit_bindings=False):
    """Shows sections; a cursor goes through their rows, and folds what folds there."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j", "move(1)", "Down", show=False, id="sheet.down", tooltip="To the next row"),
        Binding("up,k", "move(-1)", "Up", show=False, id="sheet.up", tooltip="To the row before"),
        Binding("pagedown", "page(1)", "Page down", show=False, id="sheet.page_down", tooltip="A screen on"),
        Binding("pageup", "page(-1)", "Page up", show=False, id="sheet.page_up", tooltip="A screen back"),
        Binding("home,g", "move(-1000000000)", "Top", show=False, id="sheet.top", tooltip="To the top"),
        Binding("end,G", "move(1000000000)", "End", show=False, id="sheet.end", tooltip="To the end"),
        Binding("enter,space", "fold", "Fold", show=False, id="sheet.fold", tooltip="Fold or unfold"),
    ]
    COMPONENT_CLASSES: ClassVar[set[str]] = COMPONENT_CLASSES
    DEFAULT_CSS = f"""
Sheet {{
    background: $background;
    color: $foreground;
    overflow-x: hidden;
    overflow-y: scroll;
    scrollbar-size-vertical: 1;
{CSS}
}}
"""

    # The sheet's own size stays; by default other rows would have the whole screen laid out and painted.
    virtual_size = Reactive(Size(0, 0))

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._sections: Sequence[Section] = ()
        self._lines = Sections()
        self._row = 0
        self._palette: Palette | None = None

    @property
    def row(self) -> int:
        """Where the cursor is."""
        return self._row

    def show(self, sections: Sequence[Section], *, keep: bool = False) -> None:
        """Show `sections`, from their top unless the reader is to `keep` their place."""
        self._sections = sections
        if not keep:
            self._row = 0
            self.scroll_to(y=0, animate=False, immediate=True)
        self._lay()

    def _lay(self) -> None:
        width = self.scrollable_content_region.width
        if not width:
            return  # it is laid out when there is room for it
        self._palette = Palette(self.rich_style, self.get_component_rich_style)
        context = Context(width, self._palette, markdown=True)
        self._lines = Sections(
            [
                TreeLines(section, context, str(place)) if isinstance(section, Tree) else TextLines(section, context)
                for place, section in enumerate(self._sections)
            ]
        )
        self.virtual_size = Size(width, len(self._lines))
        self.vertical_scrollbar.window_virtual_size = len(self._lines)
        self._row = min(self._row, max(0, len(self._lines) - 1))
        self.refresh()

    def on_resize(self) -> None:
        """Fit the rows to another width."""
        self._lay()

    def notify_style_update(self) -> None:
        """Take the colours of another theme."""
        super().notify_style_update()
        self._lay()

    def action_move(self, rows: int) -> None:
        """Move the cursor, and what is in view with it."""
        self._row = min(max(0, self._row + rows), max(0, len(self._lines) - 1))
        top, height = self.scroll_offset.y, self.scrollable_content_region.height
        if self._row < top:
            self.scroll_to(y=self._row, animate=False, immediate=True)
        elif self._row >= top + height:
            self.scroll_to(y=self._row - height + 1, animate=False, immediate=True)
        self.refresh()

    def action_page(self, pages: int) -> None:
        """Move by a screen."""
        self.action_move(pages * max(1, self.scrollable_content_region.height - 1))

    def action_fold(self) -> None:
        """Fold or unfold what is at the cursor."""
        for code in self._lines.code():
            if self._row in code.rows and isinstance(code.fold, tuple):
                self._toggle(self._lines.address(self._row).section, *code.fold)
                return

    def _toggle(self, section: int, place: int, more: bool) -> None:
        tree = self._sections[section]
        if isinstance(tree, Tree):
            tree.toggle(place, more=more)
            self._lay()

    def on_click(self, event: events.Click) -> None:
        """Put the cursor where the click is, and fold or unfold what folds there."""
        event.stop()
        row = event.y + self.scroll_offset.y
        if row < len(self._lines):
            self._row = row
            self.action_fold()
            self.refresh()

    def render_lines(self, crop: Region) -> list[Strip]:
        """Return some rows of the view; what all of them need is found once."""
        self._palette = Palette(self.rich_style, self.get_component_rich_style)
        return super().render_lines(crop)

    def render_line(self, y: int) -> Strip:
        """Return the row at `y` of the view."""
        row, width = y + self.scroll_offset.y, self.size.width
        palette = self._palette or Palette(self.rich_style, self.get_component_rich_style)
        if row >= len(self._lines):
            return Strip.blank(width, palette.text)
        strip = self._lines.line(row).strip
        if row == self._row and self.has_focus:
            strip = Strip.join([Strip([Segment(_BAR, palette["accent"])]), strip.crop(1)])
        return strip.adjust_cell_length(width, palette.text)
