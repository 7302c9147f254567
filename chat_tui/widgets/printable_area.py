"""A place to write in that shows control characters as symbols."""

from __future__ import annotations

from rich.text import Text
from textual.widgets import TextArea

from chat_tui.text import printable_in_place


class PrintableArea(TextArea):
    """A text area without looks of its own; it holds what was typed or pasted as it is."""

    DEFAULT_CSS = """
    PrintableArea {
        height: auto; min-height: 1;
        border: none; padding: 0; margin: 0;
        background: $background;
        scrollbar-size-vertical: 1;
        &:focus { border: none; }
        & .text-area--cursor-line { background: $background; }
        & .text-area--placeholder { color: $foreground-muted; }
    }
    """

    def __init__(self, *, placeholder: str = "", id: str | None = None) -> None:
        super().__init__(
            id=id,
            soft_wrap=True,
            show_line_numbers=False,
            highlight_cursor_line=False,
            placeholder=placeholder,
            tab_behavior="focus",
        )

    def put(self, text: str) -> None:
        """Show `text`, with the cursor at its end."""
        self.load_text(text)
        self.move_cursor(self.document.end)

    def get_line(self, line_index: int) -> Text:
        """Return a line to be drawn: what was pasted or recalled may hold control characters."""
        line = super().get_line(line_index)
        visible = printable_in_place(line.plain)
        return line if visible == line.plain else Text(visible, end="", no_wrap=True)

    def action_newline(self) -> None:
        """Begin a new line."""
        self.replace("\n", *self.selection)
        self.scroll_cursor_visible()
