"""What people do with the conversation that is shown: find, go to a prompt, fold, copy, open links."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import getters, on, work
from textual.message import Message as Event
from textual.screen import Screen

from chat_tui.text import one_line
from chat_tui.transcript.reader import Reader
from chat_tui.transcript.view import Transcript
from chat_tui.widgets.find import FindBar

if TYPE_CHECKING:
    from chat_tui.engine.chat import Chat


class ReadingScreen(Screen[None]):
    """A screen with a transcript and the row to find in it."""

    class FileWanted(Event):
        """`text` is to be copied to a file."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    chat: Chat
    """The conversation that is shown."""
    transcript = getters.query_one(Reader)
    find_bar = getters.query_one(FindBar)

    # Going about

    async def action_find(self) -> None:
        """Open the row in which a text to be found is typed."""
        if self.transcript.display:
            self.transcript.end_find()  # it begins anew where the reader is now
            await self.find_bar.open()
            self.set_focus(self.find_bar.text)
            self.transcript.find(self.find_bar.text.value)
        else:
            self.app.notify("There is nothing to search yet.", markup=False, timeout=4)

    @work(group="command")
    async def command_find(self, text: str) -> None:
        """Find `text`; n and N then go from match to match."""
        await self.action_find()
        if self.transcript.display:
            await self.find_bar.open(text)
            self.transcript.focus()

    @on(FindBar.Changed)
    def _find(self, event: FindBar.Changed) -> None:
        if self.find_bar.display:
            self.transcript.find(event.text)

    @on(FindBar.Stepped)
    def _step(self, event: FindBar.Stepped) -> None:
        self.transcript.action_step(event.step)
        if event.is_last:
            self.transcript.focus()

    @on(Reader.Found)
    def _show_found(self, event: Reader.Found) -> None:
        self.find_bar.show_count(event.number, event.total, counting=event.counting)

    def close_find(self) -> None:
        """Look for nothing any more; the reader is at the match."""
        if self.find_bar.display:
            self.find_bar.close()
            self.transcript.end_find()
            self.transcript.focus()

    @work(group="command")
    async def action_show_outline(self) -> None:
        """List all prompts and go to the chosen one."""
        from chat_tui.screens.outline import OutlineScreen

        prompts = [message for message in self.chat.path or self.chat.tail() if message.role == "user"]
        if not prompts:
            self.app.notify("There are no prompts yet.", markup=False, timeout=4)
            return
        chosen = await self.app.push_screen_wait(OutlineScreen(prompts, self.transcript.current_prompt))
        if chosen:
            self.transcript.go_to(chosen)
            self.transcript.focus()

    def action_next_link(self) -> None:
        """Go to the next link of the message at the cursor."""
        self._step_link(1)

    def action_previous_link(self) -> None:
        """Go to the link before."""
        self._step_link(-1)

    def _step_link(self, step: int) -> None:
        self.transcript.focus()
        if not self.transcript.step_link(step):
            self.app.notify("There is no link in this message.", markup=False, timeout=4)

    def action_fold(self) -> None:
        """Fold or unfold the message at the cursor."""
        self.transcript.action_fold()

    # How it looks

    def action_toggle_wrap(self) -> None:
        """Wrap long lines of code, or cut them."""
        wraps = self.transcript.toggle_wrap()
        cut = "Long lines of code are cut: l and h move along them, w wraps them again."
        self.app.notify("Long lines of code wrap." if wraps else cut, markup=False, timeout=4)

    def action_toggle_math(self) -> None:
        """Show formulas readably, or as their source."""
        readable = self.transcript.toggle_math()
        source = "Formulas are shown as they were received: m makes them readable again."
        self.app.notify("Formulas are shown readably." if readable else source, markup=False, timeout=4)

    # Copying and links

    def action_copy_message(self) -> None:
        """Copy the message at the cursor as it was received, or the address of the link that the reader went to."""
        copied = self.transcript.chosen_link or self.transcript.message_source()
        self._copy(copied, "There is no message to copy yet.")

    def command_copy_message(self, what: str) -> None:
        """Copy `code`; or put in a `file` what was copied last, for terminals that take copies and lose them."""
        if what == "code":
            self.action_copy_code()
        elif what == "file":
            text = self.app.clipboard or self.transcript.message_source()
            if text:
                self.post_message(self.FileWanted(text))
            else:
                self.app.notify("There is no message to copy yet.", markup=False, timeout=4)
        else:
            self.app.notify(f"/copy takes “code”, “file” or nothing, not {one_line(what, 30)}.", markup=False)

    def action_copy_code(self) -> None:
        """Copy the code block at the cursor."""
        self._copy(self.transcript.code_source(), "There is no code to copy here.")

    def _copy(self, text: str, otherwise: str) -> None:
        if text:
            self.app.copy_to_clipboard(text)
        else:
            self.app.notify(otherwise, markup=False, timeout=4)

    @on(Transcript.LinkClicked)
    def _open_link(self, event: Transcript.LinkClicked) -> None:
        self.app.open_url(event.href)
