"""The composer: where prompts are written."""

from __future__ import annotations

from collections.abc import Sequence
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
        """Enter was pressed; `text` has left the composer: whoever refuses it gives it back with `put`."""

        def __init__(self, composer: Composer, text: str) -> None:
            super().__init__()
            self.composer = composer
            self.text = text

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

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(placeholder="Ask anything", id=id)
        self.completing = False
        """Whether completions are open beside it: arrows and Tab then belong to them."""
        self._history: Sequence[str] = ()
        self._recalled: int | None = None

    def remember(self, prompts: Sequence[str]) -> None:
        """Take the prompts that Up recalls, oldest first."""
        self._history = prompts
        self._recalled = None

    def on_key(self, event: events.Key) -> None:
        """Send, or begin a line, in the order of the keys.

        A binding would act when the key has bubbled to the application; letters that came after it, in one burst, would
        be in the composer by then.
        """
        if event.is_printable:
            return
        active = self.screen.active_bindings.get(event.key)
        if active is not None and active.node is self and active.binding.action in ("submit", "newline"):
            event.stop()
            event.prevent_default()
            (self.action_submit if active.binding.action == "submit" else self.action_newline)()

    def action_submit(self) -> None:
        """Hand the prompt over for sending."""
        if self.text.strip():
            self.post_message(self.Submitted(self, self.text))
            self.put("")

    def action_cursor_up(self, select: bool = False) -> None:
        """Go up a line; in open completions, or in earlier prompts when the composer is empty or shows one."""
        if self.completing:
            self.post_message(self.CompletionMoved(self, -1))
        elif not self._recall(-1):
            super().action_cursor_up(select)

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
