"""A setting's value while it is typed, with the setting's name before it."""

from __future__ import annotations

from rich.cells import cell_len
from textual import events, getters
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from chat_tui.text import one_line
from chat_tui.widgets.printable_area import PrintableArea

_MOST_LABEL = 30


LONGEST_PASTE = 32_768
"""Characters; after more of them on one line each key would take long."""


class ValueArea(PrintableArea):
    """Where the value is typed; Enter is the screen's, and the arrows are its own."""

    class Refused(Message):
        """What was pasted is too long, so it wasn't taken."""

        def __init__(self, area: ValueArea, length: int) -> None:
            super().__init__()
            self.area = area
            self.length = length

        @property
        def control(self) -> ValueArea:
            """Where it was pasted."""
            return self.area

    def on_paste(self, event: events.Paste) -> None:
        """Take what is pasted, unless it is too long."""
        if len(event.text) > LONGEST_PASTE:
            event.stop()
            event.prevent_default()
            self.post_message(self.Refused(self, len(event.text)))


class ValueEditor(Horizontal):
    """A row that grows with what is typed in it; it is hidden until something is edited."""

    DEFAULT_CSS = """
    ValueEditor { display: none; height: auto; max-height: 10; padding: 0 1; background: $panel; }
    ValueEditor Static { width: auto; height: 1; color: $primary; }
    ValueEditor ValueArea { width: 1fr; max-height: 10; background: $panel; }
    ValueEditor ValueArea .text-area--cursor-line { background: $panel; }
    """
    name_shown = getters.query_one(Static)
    area = getters.query_one(ValueArea)

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.takes_lines = False
        """Whether what is typed may have several lines."""

    def compose(self) -> ComposeResult:
        """Lay out the name and the value."""
        yield Static(markup=False)
        yield ValueArea()

    @property
    def text(self) -> str:
        """What is typed."""
        return self.area.text

    @property
    def is_open(self) -> bool:
        """Whether something is edited."""
        return bool(self.display)

    def open(self, label: str, text: str, *, takes_lines: bool = False, selected: bool = True) -> None:
        """Begin to edit `text` under the name `label`; what is typed takes its place when it is selected."""
        shown = one_line(label, _MOST_LABEL)
        self.name_shown.update(Content(f"{shown}  "))
        self.name_shown.styles.width = cell_len(shown) + 2
        self.takes_lines = takes_lines
        self.area.put(text)
        if selected:
            self.area.select_all()
        self.display = True
        self.screen.set_focus(self.area)  # at once: what is typed next is for it

    def close(self) -> None:
        """Hide it."""
        self.display = False
        self.area.put("")
