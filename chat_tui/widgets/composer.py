"""The composer: where prompts are written."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message

from chat_tui.widgets.printable_area import PrintableArea

HIGHEST = 10
"""Rows that it grows to; beyond them it scrolls."""


class Composer(PrintableArea):
    """A text area that sends with Enter, grows as it is written in, and recalls earlier prompts."""

    DEFAULT_CSS = f"Composer {{ max-height: {HIGHEST}; }}"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "submit", "Send", id="composer.send", tooltip="Send the prompt", show=False),
        Binding(
            "ctrl+j,shift+enter,alt+enter",
            "newline",
            "New line",
            id="composer.newline",
            tooltip="Begin a new line; Ctrl+J works in every terminal",
            show=False,
        ),
    ]

    class Submitted(Message):
        """Enter was pressed; `text` has left the composer: whoever refuses it gives it back with `put`.

        `path` was typed after an @ and may name a file that is to be attached.
        """

        def __init__(self, composer: Composer, text: str, path: str | None = None) -> None:
            super().__init__()
            self.composer = composer
            self.text = text
            self.path = path

        @property
        def control(self) -> Composer:
            return self.composer

    class CompletionMoved(Message):
        """While completions are open: the highlight should move by `rows`."""

        def __init__(self, composer: Composer, rows: int) -> None:
            super().__init__()
            self.composer = composer
            self.rows = rows

        @property
        def control(self) -> Composer:
            return self.composer

    class PathTyped(Message):
        """A word that begins with @ was typed to its end; `path` is what follows the @."""

        def __init__(self, composer: Composer, path: str) -> None:
            super().__init__()
            self.composer = composer
            self.path = path

        @property
        def control(self) -> Composer:
            return self.composer

    class CompletionTaken(Message):
        """Enter was pressed while paths are offered: the highlighted one is meant."""

    class AttachmentsWanted(Message):
        """The person goes up out of the prompt, to what is attached to it."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(placeholder="Ask anything", id=id)
        self.completing = False
        """Whether completions are open beside it: arrows and Tab then belong to them."""
        self.completing_path = False
        """Whether they are paths: Enter then takes one."""
        self.has_attachments = False
        """Whether something is attached, which can be sent without a word."""
        self.claims: Callable[[str], Awaitable[bool]] | None = None
        """Takes what is pasted, or leaves it to be text; what is typed meanwhile waits."""
        self._at: tuple[int, int] | None = None
        """Where the @ is that was typed last, as a word's beginning."""
        self._history: Sequence[str] = ()
        self._recalled: int | None = None

    def remember(self, prompts: Sequence[str]) -> None:
        """Take the prompts that Up recalls, oldest first."""
        self._history = prompts
        self._recalled = None

    def put(self, text: str) -> None:
        """Show `text`, with the cursor at its end."""
        self._at = None
        super().put(text)

    # Paths

    @property
    def path(self) -> str | None:
        """What is typed so far after an @ that began a word; None where no path is being typed."""
        if self._at is None:
            return None
        (row, column), (cursor_row, cursor) = self._at, self.cursor_location
        line = self.document.get_line(row) if row < self.document.line_count else ""
        if cursor_row != row or cursor <= column or line[column : column + 1] != "@":
            return None
        return line[column + 1 : cursor]

    def end_path(self) -> None:
        """Take what was typed after the @ for text."""
        self._at = None

    def replace_path(self, path: str) -> None:
        """Put `path` in the place of what is typed after the @."""
        if self._at is not None and self.path is not None:
            row, column = self._at
            self.replace(path, (row, column + 1), self.cursor_location)

    def remove_path(self, path: str) -> bool:
        """Take `@path` out of the text; tell whether it was there."""
        self._at = None
        if (found := _stretch(self.text, path)) is None:
            return False
        start, end = (_location(self.text, index) for index in found)
        cursor = self.cursor_location
        self.delete(start, end)
        if cursor[0] == end[0] and cursor[1] >= end[1]:
            self.move_cursor((start[0], cursor[1] - end[1] + start[1]))
        return True

    # Keys

    def on_key(self, event: events.Key) -> None:
        """Send, or begin a line, in the order of the keys.

        A binding would act when the key has bubbled to the application; letters that came after it, in one burst, would
        be in the composer by then.
        """
        if event.is_printable:
            self._note_typed(event.character or "")
            return
        active = self.screen.active_bindings.get(event.key)
        if active is not None and active.node is self and active.binding.action in ("submit", "newline"):
            event.stop()
            event.prevent_default()
            (self.action_submit if active.binding.action == "submit" else self.action_newline)()

    def _note_typed(self, character: str) -> None:
        """Note where an @ begins a word, and where the word ends; what is pasted is no path that was typed."""
        if character == "@" and not self.text.startswith("/"):  # a command takes what is typed as it is
            row, column = min(self.selection)
            before = self.document.get_line(row)[:column][-1:]
            self._at = (row, column) if not before or before.isspace() else self._at
        elif character.isspace():
            self._end_word()

    def _end_word(self) -> None:
        if path := self.path:
            self.post_message(self.PathTyped(self, path))

    async def on_paste(self, event: events.Paste) -> None:
        """Offer what is pasted to whoever takes paths."""
        if self.claims is not None and await self.claims(event.text):
            event.stop()
            event.prevent_default()

    def action_newline(self) -> None:
        """Begin a new line."""
        self._end_word()
        super().action_newline()

    def action_submit(self) -> None:
        """Hand the prompt over for sending, or take the path that is highlighted."""
        if self.completing_path:
            self.post_message(self.CompletionTaken())
        elif self.text.strip() or self.has_attachments:
            self.post_message(self.Submitted(self, self.text, self.path))
            self.put("")

    def action_cursor_up(self, select: bool = False) -> None:
        """Go up a line; in open completions; to what is attached; or in earlier prompts when nothing is written."""
        if self.completing:
            self.post_message(self.CompletionMoved(self, -1))
        elif self.has_attachments and not select and self.navigator.is_first_wrapped_line(self.cursor_location):
            self.post_message(self.AttachmentsWanted())
        elif not self._recall(-1):
            super().action_cursor_up(select)

    def action_delete_left(self) -> None:
        """Delete the character before the cursor; where there is none, go to what is attached."""
        if self.has_attachments and self.cursor_at_start_of_text and self.selection.is_empty:
            self.post_message(self.AttachmentsWanted())
        else:
            super().action_delete_left()

    def action_cursor_down(self, select: bool = False) -> None:
        """Go down a line, or on in what `action_cursor_up` goes back in."""
        if self.completing:
            self.post_message(self.CompletionMoved(self, 1))
        elif not self._recall(1):
            super().action_cursor_down(select)

    def _recall(self, step: int) -> bool:
        """Show the prompt before (-1) or after (1) the one shown; tell whether the key was for that."""
        shown = None if self._recalled is None else self._history[self._recalled]
        if self.text and self.text != shown:
            self._recalled = None
            return False
        if self._recalled is None:
            if step > 0 or not self._history or self.text:
                return False
            place = len(self._history) - 1
        else:
            place = self._recalled + step
        if place < 0:
            return True
        self._recalled = place if place < len(self._history) else None
        self.put("" if self._recalled is None else self._history[self._recalled])
        return True


def _location(text: str, index: int) -> tuple[int, int]:
    return text.count("\n", 0, index), index - (text.rfind("\n", 0, index) + 1)


def without_path(text: str, path: str) -> str:
    """Return `text` without `@path`, and without the blank that would be one too many then."""
    start, end = _stretch(text, path) or (0, 0)
    return text[:start] + text[end:]


def _stretch(text: str, path: str) -> tuple[int, int] | None:
    """Return where `@path` and a blank beside it stand in `text`; None when it is no word there."""
    start = f" {text} ".replace("\n", " ").find(f" @{path} ")
    if start < 0:
        return None
    end = start + len(path) + 1
    if text[end : end + 1] == " " and (start == 0 or text[start - 1].isspace()):
        return start, end + 1
    return (start - 1, end) if end == len(text) and text[start - 1 : start] == " " else (start, end)
