"""A request as a text that can be changed and sent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, NamedTuple

from textual import getters, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static, TextArea

from chat_tui.engine.inspecting import edited
from chat_tui.screens.popup import PopUp
from chat_tui.text import one_line
from chat_tui.widgets.printable_area import PrintableArea

LARGEST = 1_000_000
"""Characters that a text area takes without making each key slow."""
_SHORT = " Texts that end with their size and sha256 are sent whole when they stay as they are."


class Written(NamedTuple):
    """What was left in the editor."""

    text: str
    body: Mapping[str, Any] | None
    """What is to be sent; None when it was only left."""


class RequestEditor(PopUp[Written]):
    """Ends with what was written, to be sent or not.

    Args:
        text: JSON.
        replaced: What stands in it shortened.
    """

    CSS_PATH = "inspector.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+r", "send", "Send", id="request.send", tooltip="Send this request", priority=True),
        Binding("escape,f4", "leave", "Back", id="request.leave", tooltip="Send nothing; what is written stays here",
                priority=True),
    ]  # fmt: skip
    area = getters.query_one(PrintableArea)
    note = getters.query_one("#note", Static)

    def __init__(self, text: str, replaced: Mapping[str, str]) -> None:
        super().__init__()
        self._text = text
        self._replaced = replaced

    def compose(self) -> ComposeResult:
        """Lay out the text."""
        with Vertical():
            yield Static("Edit the request", id="title")
            yield PrintableArea(id="request")
            yield Static(id="note", markup=False)
            yield Static("Ctrl+R sends it; the reply stands beside the others · Esc back", id="keys", markup=False)

    def on_mount(self) -> None:
        """Begin at the top."""
        self.area.load_text(self._text)
        self.area.focus()

    @on(TextArea.Changed)
    def _check(self) -> None:
        try:
            edited(self.area.text, self._replaced)
        except ValueError as error:
            self.note.update(Content.styled(one_line(str(error)), "$text-warning"))
        else:
            self.note.update(Content("This can be sent." + _SHORT * bool(self._replaced)))

    def action_send(self) -> None:
        """Send what is written, when it is a request."""
        try:
            body = edited(self.area.text, self._replaced)
        except ValueError as error:
            self.note.update(Content.styled(one_line(str(error)), "$text-error"))
        else:
            self.dismiss(Written(self.area.text, body))

    def action_leave(self) -> None:
        """Go back; what is written is kept."""
        self.dismiss(Written(self.area.text, None))
