"""What was changed, so that it can be undone and redone."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from chat_tui.config.problems import ConfigError


class Step(NamedTuple):
    """One change: what it was, as a short phrase, and how it is taken back and made again."""

    what: str
    undo: Callable[[], None]
    redo: Callable[[], None]


class History:
    """The changes of one conversation's settings, while it is open."""

    def __init__(self) -> None:
        self._done: list[Step] = []
        self._undone: list[Step] = []

    def add(self, step: Step) -> None:
        """Note a change that is made now; what was undone before can't be redone any more."""
        self._done.append(step)
        self._undone.clear()

    def join(self, steps: int, what: str) -> None:
        """Make the last `steps` changes one, which is undone and redone as a whole."""
        parts = self._done[-steps:]
        del self._done[-steps:]

        def undo() -> None:
            for part in reversed(parts):
                part.undo()

        def redo() -> None:
            for part in parts:
                part.redo()

        self._done.append(Step(what, undo, redo))

    def undo(self) -> str:
        """Take the last change back, and return what it was; empty when there is none.

        Raises:
            OSError: as the change itself; it can be tried again.
            ConfigError: what it changed is no longer as it was; it is forgotten, and what came before it can be undone.
        """
        return _move(self._done, self._undone, lambda step: step.undo())

    def redo(self) -> str:
        """Make the change again that was undone last, and return what it was; empty when there is none.

        Raises:
            OSError, ConfigError: as `undo`.
        """
        return _move(self._undone, self._done, lambda step: step.redo())


def _move(source: list[Step], target: list[Step], act: Callable[[Step], None]) -> str:
    """Act on the last step of `source`, move it to `target`, and return what it was; empty when there is none."""
    if not source:
        return ""
    try:
        act(source[-1])
    except ConfigError:
        source.pop()
        raise
    target.append(source.pop())
    return target[-1].what
