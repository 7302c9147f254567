"""Where a file of the conversation is to be saved."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import events, getters, on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, Static

from chat_tui.engine.files import completions, shown_path, typed_path
from chat_tui.engine.refused import RefusedError
from chat_tui.engine.viewing import name_of, save_copy
from chat_tui.screens.popup import PopUp
from chat_tui.text import one_line, printable

if TYPE_CHECKING:
    from chat_tui.conversation.values import FilePart
    from chat_tui.engine.chat import Chat

_KEYS = "Tab completes · Enter saves · Esc leaves"


class SaveFileScreen(PopUp[Path | None]):
    """Ends with where the file was saved, or None.

    Args:
        chat: The conversation.
        file: The file.
        path: Where it goes when nothing else is typed.
        at_once: Save it there unless something is in the way.
    """

    CSS_PATH = "saving_file.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", "Close", id="save.close", tooltip="Save nothing", priority=True),
        Binding("enter", "save", "Save", id="save.save", tooltip="Save the file", priority=True),
        Binding("tab", "complete", "Complete", id="save.complete", tooltip="Complete the path", priority=True),
    ]
    typed = getters.query_one(Input)
    note = getters.query_one("#note", Static)

    def __init__(self, chat: Chat, file: FilePart, path: str, *, at_once: bool = False) -> None:
        super().__init__()
        self._chat = chat
        self._file = file
        self._path = path
        self._at_once = at_once
        self._replaces: Path | None = None
        """What is there already, and would be written over by the next Enter."""
        self._busy = False

    def compose(self) -> ComposeResult:
        """Lay out the path."""
        with Vertical(id="saving"):
            yield Static(Content.assemble(("Save  ", "bold"), one_line(self._file.name, 60)), id="title")
            yield Input(self._path, id="path", select_on_focus=False)
            yield Static(id="note", markup=False)
            yield Static(_KEYS, id="keys", markup=False)

    def on_mount(self) -> None:
        """Begin at the end of the path."""
        self.typed.focus()
        self.call_after_refresh(self._show_end)
        if self._at_once:
            self.action_save()

    def _show_end(self) -> None:
        self.typed.cursor_position = 0  # it scrolls only when the cursor moves
        self.typed.cursor_position = len(self.typed.value)

    async def caught_up(self, event: events.Key) -> None:
        """Wait until what was typed before this key is in the path."""
        if not event.is_printable:
            await self.wait_for(self.typed)

    @on(Input.Changed)
    def _ask_again(self) -> None:
        self._replaces = None
        self._say("")

    @work(group="complete", exclusive=True)
    async def action_complete(self) -> None:
        """Take as much of the path as all that it may become have."""
        text = self.typed.value
        offered = await asyncio.to_thread(completions, text)
        if self.has_place and self.typed.value == text and offered:
            self.typed.value = _common(offered) or text
            self.typed.cursor_position = len(self.typed.value)

    @work(group="save", exclusive=True)
    async def action_save(self) -> None:
        """Save the file; what is there already is replaced only by a second Enter."""
        if self._busy:
            return
        try:
            path = typed_path(self.typed.value)
        except ValueError as error:
            self._say(str(error))
            return
        self._busy = True
        try:
            if await asyncio.to_thread(path.is_dir):
                path /= name_of(self._file)
            written = await asyncio.to_thread(save_copy, self._chat, self._file, path, replace=path == self._replaces)
        except FileExistsError:
            self._replaces = path
            self._say(f"{one_line(shown_path(path))} is there already. Enter again replaces it.")
        except RefusedError as error:
            self._say(str(error))
        except OSError as error:
            self._say(f"This can't be written: {error.strerror}: {one_line(str(error.filename or path))}.")
        else:
            self.dismiss(written)
        finally:
            self._busy = False

    def _say(self, sentence: str) -> None:
        if self.has_place:
            self.note.update(Content.styled(printable(sentence), "$text-warning"))


def _common(paths: list[str]) -> str:
    """Return what all `paths` begin with."""
    first, last = min(paths), max(paths)
    agreeing = next((place for place, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), len(first))
    return first[:agreeing]
