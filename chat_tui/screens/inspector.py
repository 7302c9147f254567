"""The inspector: the next request and those of all replies, exactly as they are sent."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from textual import getters, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from chat_tui.conversation.values import FilePart, LinkPart, Message
from chat_tui.engine.files import default_folder, shown_path
from chat_tui.engine.inspecting import (
    ENDINGS,
    FORMS,
    Form,
    Inspected,
    before,
    inspect_next,
    inspect_reply,
    requests_in,
    save,
    to_edit,
)
from chat_tui.screens.inspected import (
    as_text,
    difference_sections,
    event_sections,
    header_sections,
    request_sections,
    routing_sections,
)
from chat_tui.screens.inspector_keys import TABS, bindings
from chat_tui.screens.popup import PopUp
from chat_tui.screens.request_editor import LARGEST, RequestEditor, Written
from chat_tui.text import one_line
from chat_tui.transcript.sheet import Section, Sheet
from chat_tui.widgets.bar import Bar

if TYPE_CHECKING:
    from chat_tui.engine.chat import Chat
    from chat_tui.engine.session import Session

_HINTS = "[ ] requests  f form  b data  c copy  s save  e edit, send  u echo  Esc closes"
_EVENT_FORMS = ("words", "raw")
_LIVE_SECONDS = 0.5
_NO_ECHO = "The server can't tell what it sends to the provider: only replies that stream have room for it."
_ECHO = "The server will tell what it sends to the provider; u takes that back."


class Edited(NamedTuple):
    """A request that a person wrote, to be sent."""

    reply: Message | None
    """The reply beside which the new one is to stand; None: below a new prompt, with what is written."""
    body: Mapping[str, Any]


@dataclass
class Left:
    """What the inspector leaves for the next time that it is opened."""

    echo: bool = False
    """The next request is to be echoed."""
    written: dict[str, tuple[str, Mapping[str, str]]] = field(default_factory=dict)
    """What was left in the editor and what stands in it shortened, by the ids of replies."""


class InspectorScreen(PopUp[None]):
    """Ends when a person has seen enough, or sent something.

    Args:
        chat: The conversation.
        session: Brings the engine as soon as it runs.
        draft: What is written.
        reply: The reply whose request is shown first; None for the next request.
        left: What was left the last time.
        send: Sends a request that a person wrote; returns why it can't be, as a sentence, or nothing.
        files: What is attached to what is written.
    """

    CSS_PATH = "inspector.tcss"
    AUTO_FOCUS = "Sheet"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings()]
    title_bar = getters.query_one("#title", Bar)
    tabs = getters.query_one("#tabs", Static)
    remark = getters.query_one("#remark", Static)
    sheet = getters.query_one(Sheet)

    def __init__(
        self,
        chat: Chat,
        session: Callable[[], Awaitable[Session]],
        draft: str,
        reply: Message | None,
        *,
        left: Left,
        send: Callable[[Edited], Awaitable[str]],
        files: Sequence[FilePart | LinkPart] = (),
    ) -> None:
        super().__init__()
        self._chat = chat
        self._session = session
        self._draft = draft
        self._files = files
        self._replies: list[Message | None] = [*requests_in(chat), None]
        self._place = self._place_of(reply)
        self._tab = 0
        self._form: Form = "JSON"
        self._short = True
        self._raw = False
        self._left = left
        self._send = send
        self._inspected: Inspected | None = None
        self._shown: list[Section] = []

    def compose(self) -> ComposeResult:
        """Lay out the inspector."""
        with Vertical(id="inspector"):
            yield Bar(id="title")
            yield Static(id="tabs", markup=False)
            yield Static(id="remark", markup=False)
            yield Sheet(id="sheet")
            yield Static(_HINTS, id="keys", markup=False)

    def on_mount(self) -> None:
        """Show the request."""
        self._load()
        self.set_interval(_LIVE_SECONDS, self._go_on)

    def _place_of(self, reply: Message | None) -> int:
        places = (place for place, one in enumerate(self._replies) if reply and one and one.id == reply.id)
        return next(places, len(self._replies) - 1)

    @property
    def _reply(self) -> Message | None:
        """The reply whose request is shown, as it is now."""
        reply = self._replies[self._place]
        return None if reply is None else self._chat.tree[reply.id]

    # What is shown

    @work(group="inspect", exclusive=True)
    async def _load(self) -> None:
        """Make the request again, and show it."""
        self._inspected = None
        self._show_title()
        session = await self._session()
        try:
            self._inspected = await self._inspect(session, self._reply)
        except OSError as error:
            self.remark.update(Content.styled(f"This request can't be read: {error.strerror}.", "$text-warning"))
            self.sheet.show([])
            return
        await self._show()

    async def _inspect(self, session: Session, reply: Message | None) -> Inspected:
        if reply is None:
            return await inspect_next(session, self._chat, self._draft, self._files, echo=self._left.echo)
        return await inspect_reply(session, self._chat, reply)

    async def _show(self, *, keep: bool = False) -> None:
        """Show the tab; what is long is made in a thread."""
        if (inspected := self._inspected) is None:
            return
        other = before(self._chat, inspected.reply) if TABS[self._tab] == "Diff" else None
        compared = await self._inspect(await self._session(), other) if other is not None else None
        self._shown = await asyncio.to_thread(self._sections, inspected, compared)
        if inspected is not self._inspected or not self.has_place:
            return
        self._show_title()
        remark = inspected.remark
        if compared is not None and TABS[self._tab] == "Diff":
            remark = f"Against the request of {_named(compared.reply)}. {remark}"
        if self._short and inspected.short.replaced and self._tab == 0:
            count = len(inspected.short.replaced)
            remark += f" {count} long value{'s are' if count > 1 else ' is'} shortened; b shows all of it."
        if inspected.reply is None and self._left.echo:
            remark += f" {_ECHO if inspected.body.get('debug') else _NO_ECHO}"
        self.remark.update(Content(one_line(remark)))
        self.sheet.show(self._shown, keep=keep)

    def _sections(self, inspected: Inspected, compared: Inspected | None) -> list[Section]:
        match TABS[self._tab]:
            case "Headers":
                return header_sections(inspected)
            case "Events":
                return event_sections(inspected, raw=self._raw)
            case "Routing":
                return routing_sections(inspected)
            case "Diff":
                return difference_sections(compared, inspected)
            case _:
                return request_sections(inspected, self._form, short=self._short)

    def _show_title(self) -> None:
        reply = self._reply
        count = len(self._replies) - 1
        which = f"{self._place + 1} of {count}" if reply is not None else ""
        title = f"Request of {_named(reply)}" if reply is not None else "The next request"
        self.title_bar.show(title, which)
        pieces: list[Content | str | tuple[str, str]] = []
        for place, name in enumerate(TABS):
            on = place == self._tab
            pieces += [(f" {place + 1} {name} ", "reverse" if on else "$foreground-muted")]
        forms = {"Request": FORMS, "Events": _EVENT_FORMS}.get(TABS[self._tab], ())
        chosen = self._form if self._tab == 0 else _EVENT_FORMS[self._raw]
        for form in forms:
            pieces += ["  ", (form, "bold $primary" if form == chosen else "$foreground-muted")]
        self.tabs.update(Content.assemble(*pieces))

    async def _go_on(self) -> None:
        """Show what came meanwhile while the reply streams, and at its end."""
        inspected, is_live = self._inspected, TABS[self._tab] in ("Headers", "Events", "Routing")
        if is_live and inspected and inspected.reply and inspected.reply.status == "streaming":
            self._inspected = replace(inspected, reply=self._reply)
            await self._show(keep=True)

    # Moving about

    @work(group="show", exclusive=True)
    async def action_show(self, tab: int) -> None:
        """Show a tab."""
        self._tab = tab
        await self._show()

    def action_tab(self, step: int) -> None:
        """Go to another tab, around the ends."""
        self.action_show((self._tab + step) % len(TABS))

    def action_turn(self, step: int) -> None:
        """Go to another request."""
        place = min(max(0, self._place + step), len(self._replies) - 1)
        if place != self._place:
            self._place = place
            self._load()

    @work(group="show", exclusive=True)
    async def action_form(self) -> None:
        """Show the request in the next form, or the events raw or in words."""
        if TABS[self._tab] == "Events":
            self._raw = not self._raw
        else:
            if self._tab == 0:
                self._form = FORMS[(FORMS.index(self._form) + 1) % len(FORMS)]
            self._tab = 0
        await self._show()

    @work(group="show", exclusive=True)
    async def action_data(self) -> None:
        """Shorten long data, or show it whole."""
        self._short = not self._short
        await self._show()

    def action_echo(self) -> None:
        """Have the next request echoed, or no longer."""
        self._left.echo = not self._left.echo
        self._place = len(self._replies) - 1
        self._tab = 0
        self._load()

    # What is done with it

    def _text(self) -> str:
        """Return what is shown, as text."""
        if self._tab == 0 and self._inspected is not None:
            return self._inspected.written(self._form, short=self._short)
        return as_text(self._shown)

    @work(group="copy", exclusive=True)
    async def action_copy(self) -> None:
        """Copy what is shown."""
        self.app.copy_to_clipboard(await asyncio.to_thread(self._text))

    @work(group="save", exclusive=True)
    async def action_save(self) -> None:
        """Save what is shown to a new file in the folder where chat-tui was started."""
        reply = self._reply
        name = "-".join(["next" if reply is None else reply.id[-8:], TABS[self._tab].lower()])
        ending = ENDINGS[self._form] if self._tab == 0 else "txt"
        try:
            folder = await asyncio.to_thread(default_folder)
            path = await asyncio.to_thread(save, await asyncio.to_thread(self._text), folder, name, ending)
        except OSError as error:
            self.app.notify(f"This can't be saved: {error.strerror}.", severity="warning", markup=False, timeout=10)
        else:
            self.app.notify(f"Saved to {one_line(shown_path(path), 200)}.", markup=False, timeout=8)

    @work(group="edit", exclusive=True)
    async def action_edit(self) -> None:
        """Edit the request, and end with it when it is to be sent."""
        if (inspected := self._inspected) is None:
            return
        if inspected.reply is None and not (self._draft or self._files):
            self._warn("Write a prompt first: the reply stands below it.")
            return
        key = inspected.reply.id if inspected.reply else f"{self._chat.id} {self._draft}"
        if key in self._left.written:
            text, replaced = self._left.written[key]
        else:
            text, replaced = await asyncio.to_thread(to_edit, inspected)
        if len(text) > LARGEST:
            self._warn("This request is too long to be edited here. s saves it to a file.")
            return
        written: Written | None = await self.app.push_screen_wait(RequestEditor(text, replaced))
        if written is None:
            return
        self._left.written[key] = (written.text, replaced)
        if written.body is None:
            return
        if refusal := await self._send(Edited(inspected.reply, written.body)):
            self._warn(f"{refusal} What is written is kept: e shows it again.")
        else:
            del self._left.written[key]
            self.dismiss()

    def _warn(self, sentence: str) -> None:
        self.app.notify(one_line(sentence, 600), severity="warning", markup=False, timeout=8)

    def action_leave(self) -> None:
        """Send nothing."""
        self.dismiss()


def _named(reply: Message | None) -> str:
    if reply is None:
        return "the next reply"
    return f"the reply of {reply.at.astimezone():%H:%M:%S} · {one_line(reply.model or '', 80)}"
