"""Textual's list of commands, which several keys of one burst end once."""

from __future__ import annotations

from textual.await_complete import AwaitComplete
from textual.command import CommandPalette


class Palette(CommandPalette):
    """The list of all actions, or of what its providers find."""

    def dismiss(self, result: None = None) -> AwaitComplete:
        """End, unless that was done: it would end the screen below."""
        return super().dismiss(result) if self.is_active else AwaitComplete()
