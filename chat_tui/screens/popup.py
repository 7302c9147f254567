"""A screen on top of another, which ends once."""

from __future__ import annotations

from typing import TypeVar

from textual import events
from textual.await_complete import AwaitComplete
from textual.screen import ModalScreen

Result = TypeVar("Result")


class PopUp(ModalScreen[Result]):
    """A screen that a second key of the same burst doesn't end again: that would end the one below, or the app."""

    @property
    def has_place(self) -> bool:
        """Whether it hasn't ended; what a worker brings after that has no place any more."""
        return self in self.app.screen_stack

    async def caught_up(self, event: events.Key) -> None:
        """Called before a key acts: whoever is typed in waits here until what came before is where it belongs."""

    def dismiss(self, result: Result | None = None) -> AwaitComplete:
        """End with `result`, unless that was done, or another screen is on top."""
        return super().dismiss(result) if self.is_active else AwaitComplete()
