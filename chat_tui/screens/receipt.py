"""The receipt of one reply, all of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, ClassVar

from textual import getters, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from chat_tui.conversation.charges import can_be_asked
from chat_tui.conversation.values import Message, Receipt
from chat_tui.engine.refused import RefusedError
from chat_tui.screens.popup import PopUp
from chat_tui.widgets.receipt_details import receipt_details
from chat_tui.widgets.scrolled_text import ScrolledText

if TYPE_CHECKING:
    from chat_tui.engine.chat import Chat
    from chat_tui.engine.session import Session

_KEYS = "c copies the generation's id · r asks the server again · Esc closes"
_ASKING = "Asking the server for all that it knows of this reply …"


def _binding(keys: str, action: str, name: str, tooltip: str) -> Binding:
    return Binding(keys, action, tooltip, show=False, id=f"receipt.{name}", tooltip=tooltip, priority=True)


class ReceiptScreen(PopUp[None]):
    """What the server said of a reply; what it says only when asked is asked for.

    Args:
        chat: The conversation.
        reply: The reply.
        session: Brings the engine as soon as it runs.
    """

    CSS_PATH = "receipt.tcss"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide")]  # noqa: RUF012 - Textual doesn't declare it a ClassVar
    BINDINGS: ClassVar[list[BindingType]] = [
        _binding("escape,i,q,enter", "dismiss", "close", "Back to the chat"),
        _binding("c", "copy", "copy", "Copy the generation's id"),
        _binding("r", "ask", "ask", "Ask the server again"),
        _binding("down,j", "scroll_text(1)", "down", "Down"),
        _binding("up,k", "scroll_text(-1)", "up", "Up"),
        _binding("pagedown,space", "scroll_text(10)", "page_down", "Further down"),
        _binding("pageup", "scroll_text(-10)", "page_up", "Further up"),
    ]
    text = getters.query_one(ScrolledText)

    def __init__(self, chat: Chat, reply: Message, session: Callable[[], Awaitable[Session]]) -> None:
        super().__init__()
        self._chat = chat
        self._reply = reply
        self._session = session
        self._note = ""
        self._expected: int | None = None
        """How many tokens the prompt was expected to be."""

    def compose(self) -> ComposeResult:
        """Lay out the receipt."""
        with Vertical(id="receipt"):
            yield Static(Content.styled("Receipt", "bold"), id="title")
            yield ScrolledText(id="text")
            yield Static(_KEYS, id="keys", markup=False)

    def on_mount(self) -> None:
        """Show what is known, and ask for what the cache saved: replies themselves don't say it."""
        self.text.focus()
        self._show()
        self._follow()
        receipt = self._reply.receipt or Receipt()
        if receipt.usage.cached_tokens and receipt.cache_discount is None and can_be_asked(receipt.generation):
            self.action_ask()

    @work(group="follow")
    async def _follow(self) -> None:
        """Show what becomes known meanwhile."""
        session = await self._session()
        self._expected = session.estimating.expected_tokens(self._reply.id)
        self._change(self._reply, self._note)
        async for settled in session.settling.watch():
            if settled.conversation == self._chat.id and settled.reply.id == self._reply.id:
                self._change(settled.reply, self._note)

    @work(group="ask", exclusive=True)
    async def action_ask(self) -> None:
        """Ask the server for all that it knows."""
        session = await self._session()
        self._change(self._reply, _ASKING)
        try:
            self._change(await session.settling.look(self._chat, self._reply), "")
        except RefusedError as error:
            self._change(self._reply, str(error))

    def action_copy(self) -> None:
        """Copy the generation's id."""
        if self._reply.receipt and self._reply.receipt.generation:
            self.app.copy_to_clipboard(self._reply.receipt.generation)
        else:
            self.app.notify("The server gave this reply no id.", markup=False, timeout=4)

    def action_scroll_text(self, rows: int) -> None:
        """Scroll by some rows."""
        self.text.scroll_relative(y=rows, animate=False, immediate=True)

    def _change(self, reply: Message, note: str) -> None:
        self._reply, self._note = reply, note
        if self.has_place:
            self._show()

    def _show(self) -> None:
        place = self.text.scroll_offset.y
        self.text.show(lambda width: receipt_details(self._reply, width, self._note, self._expected))
        self.text.scroll_to(y=place, animate=False, immediate=True)
