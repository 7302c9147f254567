"""A screen on top of another, which ends once."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TypeVar

from textual import events
from textual.await_complete import AwaitComplete
from textual.screen import ModalScreen
from textual.widget import Widget

CATCH_UP_SECONDS = 1.0
Result = TypeVar("Result")


class PopUp(ModalScreen[Result]):
    """A screen that a second key of the same burst doesn't end again: that would end the one below, or the app."""

    @property
    def has_place(self) -> bool:
        """Whether it hasn't ended; what a worker brings after that has no place any more."""
        return self in self.app.screen_stack

    async def caught_up(self, event: events.Key) -> None:
        """Called before a key acts: whoever is typed in waits here until what came before is where it belongs."""

    async def wait_for(self, widget: Widget) -> None:
        """Wait until `widget` has taken the keys that it was given."""
        is_there = asyncio.Event()
        if widget.call_later(is_there.set):
            with suppress(TimeoutError):  # a widget that goes away meanwhile must not hold up the keys
                async with asyncio.timeout(CATCH_UP_SECONDS):
                    await is_there.wait()

    def dismiss(self, result: Result | None = None) -> AwaitComplete:
        """End with `result`, unless that was done, or another screen is on top."""
        return super().dismiss(result) if self.is_active else AwaitComplete()
