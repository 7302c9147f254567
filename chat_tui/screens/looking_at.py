"""A look at a file of the conversation, as large as the terminal allows."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, ClassVar, Literal

from textual import events, getters, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Static

from chat_tui.screens.popup import PopUp
from chat_tui.text import one_line
from chat_tui.widgets.file_preview import FilePreview

if TYPE_CHECKING:
    from chat_tui.conversation.values import FilePart
    from chat_tui.engine.chat import Chat

Wish = Literal["open", "save", "use"]
_KEYS = "o opens it in a window · s saves · u attaches it to the prompt · Esc closes"


def _binding(keys: str, action: str, name: str, tooltip: str) -> Binding:
    return Binding(keys, action, tooltip, show=False, id=f"look_at.{name}", tooltip=tooltip, priority=True)


class LookAtScreen(PopUp[Wish | None]):
    """Ends with what is to be done with the file, or None.

    Args:
        chat: The conversation.
        file: The file.
    """

    CSS_PATH = "looking_at.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        _binding("escape,q", "dismiss(None)", "close", "Back to the chat"),
        _binding("o,enter", "dismiss('open')", "open", "Open it in a window of its own"),
        _binding("s", "dismiss('save')", "save", "Save it"),
        _binding("u", "dismiss('use')", "use", "Attach it to what you write"),
        _binding("down,j", "scroll_text(1)", "down", "Down"),
        _binding("up,k", "scroll_text(-1)", "up", "Up"),
        _binding("pagedown,space", "scroll_text(10)", "page_down", "Further down"),
        _binding("pageup", "scroll_text(-10)", "page_up", "Further up"),
    ]
    shown = getters.query_one(FilePreview)

    def __init__(self, chat: Chat, file: FilePart) -> None:
        super().__init__()
        self._chat = chat
        self._file = file

    def compose(self) -> ComposeResult:
        """Lay out the file."""
        with Vertical(id="looking-at"):
            yield Static(one_line(self._file.name, 200), id="title", markup=False)
            yield FilePreview()
            yield Static(_KEYS, id="keys", markup=False)

    def on_resize(self, event: events.Resize) -> None:
        """Show it as large as there is room."""
        self.call_after_refresh(self._look)

    @work(group="look", exclusive=True)
    async def _look(self) -> None:
        from chat_tui.engine.previewing import preview

        try:
            path = self._chat.folder.attachment(self._file)
        except FileNotFoundError:
            self.shown.show(sentence="The file is missing in the conversation's folder.")
            return
        seen = await asyncio.to_thread(preview, path, *self.shown.room, sure=True)
        if self.has_place:
            self.shown.show(*seen)

    def action_scroll_text(self, rows: int) -> None:
        """Scroll by some rows."""
        self.shown.words.scroll_relative(y=rows, animate=False, immediate=True)
