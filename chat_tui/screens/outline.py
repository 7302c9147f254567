"""The outline: all prompts of a conversation, narrowed by typing; Enter goes to one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar

from textual import getters, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, Static

from chat_tui.conversation.values import Message
from chat_tui.screens.popup import PopUp
from chat_tui.transcript.prompt import sent_at
from chat_tui.widgets.prompt_list import PromptList


class OutlineScreen(PopUp[str | None]):
    """Ends with the id of the chosen prompt, or None.

    Args:
        prompts: The prompts, oldest first.
        current: The id of the one that the reader is at.
    """

    CSS_PATH = "outline.tcss"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (120, "-wide")]  # noqa: RUF012 - Textual doesn't declare it a ClassVar
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,ctrl+l", "dismiss(None)", "Close", id="outline.close", tooltip="Stay where you are",
                priority=True),
        Binding("enter", "choose", "Go there", id="outline.choose", tooltip="Go to the prompt", priority=True),
        Binding("down,ctrl+n", "move(1)", "Next", id="outline.next", tooltip="Next prompt", priority=True),
        Binding("up,ctrl+p", "move(-1)", "Previous", id="outline.previous", tooltip="Previous prompt", priority=True),
        Binding("pagedown", "page(1)", "Page down", id="outline.page_down", tooltip="A screen on", priority=True),
        Binding("pageup", "page(-1)", "Page up", id="outline.page_up", tooltip="A screen back", priority=True),
        Binding("ctrl+home", "move(-1000000)", "First", id="outline.first", tooltip="First prompt", priority=True),
        Binding("ctrl+end", "move(1000000)", "Last", id="outline.last", tooltip="Last prompt", priority=True),
    ]  # fmt: skip
    search = getters.query_one(Input)
    prompts = getters.query_one(PromptList)
    note = getters.query_one("#note", Static)

    def __init__(self, prompts: Sequence[Message], current: str | None) -> None:
        super().__init__()
        self._prompts = list(enumerate(prompts, 1))
        self._current = current
        self._folded: list[str] = []
        self._listed: Sequence[tuple[int, Message]] = self._prompts

    def compose(self) -> ComposeResult:
        """Lay out the outline."""
        with Vertical(id="outline"):
            yield Input(placeholder="Search your prompts", id="search")
            yield Static("", id="note", markup=False)
            yield PromptList(time=_when, id="prompts")

    def on_mount(self) -> None:
        """Let the search be typed in at once."""
        self.search.focus()
        self._show()

    @on(Input.Changed)
    def _show(self) -> None:
        """List what has all the words, the prompt that the reader is at highlighted when it is among them."""
        words = self.search.value.casefold().split()
        if words and not self._folded:
            self._folded = [prompt.text.casefold() for _, prompt in self._prompts]
        self._listed = self._prompts
        for word in words:
            self._listed = [one for one in self._listed if word in self._folded[one[0] - 1]]
        places = (place for place, (_, prompt) in enumerate(self._listed) if prompt.id == self._current)
        self.prompts.show(self._listed, next(places, 0))
        total = f"{len(self._prompts):,} prompt{'s' * (len(self._prompts) != 1)}"
        self.note.update(Content(f"{len(self._listed):,} of {total}" if words else total))

    def action_move(self, rows: int) -> None:
        """Move the highlight while the search keeps the focus; a single step goes around the ends."""
        place = self.prompts.highlighted + rows
        self.prompts.highlight(place % len(self._listed) if abs(rows) == 1 and self._listed else place)

    def action_page(self, pages: int) -> None:
        """Move the highlight by a screen."""
        self.action_move(pages * max(2, self.prompts.size.height - 1))

    def action_choose(self) -> None:
        """Go to the highlighted prompt."""
        if self._listed:
            self.dismiss(self._listed[self.prompts.highlighted][1].id)

    @on(PromptList.Chosen)
    def _take_clicked(self, event: PromptList.Chosen) -> None:
        self.dismiss(self._listed[event.place][1].id)


def _when(message: Message) -> str:
    """Return the time of today, else the day, and the year when it is another one."""
    sent, now = sent_at(message), datetime.now().astimezone()
    if sent.date() == now.date():
        return f"{sent:%H:%M}"
    return f"{sent:%d %b}" if sent.year == now.year else f"{sent:%d %b %Y}"
