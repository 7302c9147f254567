"""A look at one file that is attached."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, ClassVar

from textual import getters, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from chat_tui.attachments.values import Staged
from chat_tui.conversation.values import FilePart
from chat_tui.screens.popup import PopUp
from chat_tui.text import one_line
from chat_tui.widgets.file_preview import FilePreview

if TYPE_CHECKING:
    from chat_tui.engine.chat import Chat


class LookScreen(PopUp[None]):
    """Shows a file as it will be sent.

    Args:
        chat: The conversation that it is attached in.
        staged: The file.
    """

    CSS_PATH = "looking.tcss"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide")]  # noqa: RUF012 - Textual doesn't declare it a ClassVar
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,enter,q,o", "dismiss(None)", "Close", id="look.close", tooltip="Back", priority=True),
        Binding("down,j", "scroll_text(1)", "Down", id="look.down", tooltip="Down", priority=True),
        Binding("up,k", "scroll_text(-1)", "Up", id="look.up", tooltip="Up", priority=True),
        Binding("pagedown,space", "scroll_text(10)", "Page down", id="look.page_down", tooltip="On", priority=True),
        Binding("pageup", "scroll_text(-10)", "Page up", id="look.page_up", tooltip="Back", priority=True),
    ]
    shown = getters.query_one(FilePreview)

    def __init__(self, chat: Chat, staged: Staged) -> None:
        super().__init__()
        self._chat = chat
        self._staged = staged

    def compose(self) -> ComposeResult:
        """Lay out the file."""
        with Vertical(id="look"):
            note = f"  {one_line(self._staged.note)}" if self._staged.note else ""
            title = Content.assemble((one_line(self._staged.part.name), "bold"), (note, "$foreground-muted"))
            yield Static(title, id="title")
            yield FilePreview()
            yield Static("Esc closes", id="keys", markup=False)

    def on_mount(self) -> None:
        """Show it when there is room for it."""
        self.call_after_refresh(self._look)

    @work(group="look", exclusive=True)
    async def _look(self) -> None:
        part = self._staged.part
        if not isinstance(part, FilePart):
            self.shown.show("It is sent as its address, and fetched by who serves the request.", text=part.url)
            return
        from chat_tui.engine.previewing import preview

        try:
            path = self._chat.folder.attachment(part)
        except FileNotFoundError:
            self.shown.show(sentence="It is gone. Attach it again.")
            return
        seen = await asyncio.to_thread(preview, path, *self.shown.room, sure=True)
        if self.has_place:
            self.shown.show(*seen)

    def action_scroll_text(self, rows: int) -> None:
        """Scroll by some rows."""
        self.shown.words.scroll_relative(y=rows, animate=False, immediate=True)
