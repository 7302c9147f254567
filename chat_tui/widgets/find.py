"""The row in which a text to be found is typed, with how often it is there."""

from __future__ import annotations

from typing import ClassVar

from textual import getters, on
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, Static


class FindBar(Horizontal):
    """One row, open while something is looked for."""

    DEFAULT_CSS = """
    FindBar {
        display: none; height: 1; padding: 0 1; background: $surface;
        & > #find-mark { width: 2; color: $primary; }
        & > #find-text { width: 1fr; height: 1; border: none; padding: 0; background: $surface; }
        & > #find-text:focus { border: none; }
        & > #find-count { width: auto; color: $foreground-muted; padding: 0 0 0 2; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "step(1, True)", "Next match", id="find.enter", show=False, priority=True,
                tooltip="Go to the next match, and to the conversation: n and N go on there"),
        Binding("shift+enter", "step(-1, True)", "Previous match", id="find.shift_enter", show=False, priority=True,
                tooltip="Go to the match before, and to the conversation"),
        Binding("down", "step(1)", "Next match", id="find.next", show=False, priority=True,
                tooltip="Go to the next match and type on"),
        Binding("up", "step(-1)", "Previous match", id="find.previous", show=False, priority=True,
                tooltip="Go to the match before and type on"),
    ]  # fmt: skip
    text = getters.query_one("#find-text", Input)
    count = getters.query_one("#find-count", Static)

    class Changed(Message):
        """Another text is to be found; empty means none."""

        def __init__(self, bar: FindBar, text: str) -> None:
            super().__init__()
            self.bar = bar
            self.text = text

        @property
        def control(self) -> FindBar:
            """The row."""
            return self.bar

    class Stepped(Message):
        """The reader wants to see the match that is `step` further on; after the last step nothing more is typed."""

        def __init__(self, bar: FindBar, step: int, *, is_last: bool) -> None:
            super().__init__()
            self.bar = bar
            self.step = step
            self.is_last = is_last

        @property
        def control(self) -> FindBar:
            """The row."""
            return self.bar

    async def open(self, text: str | None = None) -> None:
        """Show the row, with `text` unless the one before is to stay, all of it selected."""
        if not self.children:  # the first paint doesn't wait for what is hidden
            await self.mount(
                Static("/", id="find-mark", markup=False),
                Input(placeholder="Find in this conversation", id="find-text"),
                Static("", id="find-count", markup=False),
            )
        self.display = True
        if text is not None:
            self.text.value = text
        self.text.select_all()

    def close(self) -> None:
        """Hide the row; its text stays for the next time."""
        self.display = False

    def show_count(self, number: int | None, total: int, *, counting: bool) -> None:
        """Show which match the reader is at and how many there are; `counting` while there may be more."""
        if not self.text.value.strip():
            said = ""
        elif counting:
            said = f"{total:,} …"
        elif not total:
            said = "not found"
        else:
            said = f"{number:,} of {total:,}" if number else f"{total:,}"
        self.count.update(Content(said))

    @on(Input.Changed)
    def _change(self, event: Input.Changed) -> None:
        event.stop()
        self.post_message(self.Changed(self, event.value))

    def action_step(self, step: int, is_last: bool = False) -> None:
        """Go to another match."""
        self.post_message(self.Stepped(self, step, is_last=is_last))
