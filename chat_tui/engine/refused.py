"""Why the engine doesn't do what was asked; light enough to be caught before the wire is imported."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from chat_tui.cost.budgets import Over
    from chat_tui.cost.estimate import CostRange


class RefusedError(Exception):
    """What was asked can't be done now; the message is a sentence for people."""


class ReadOnlyError(RefusedError):
    """A conversation can't be written to: another process, or a newer version, writes there."""


class OverBudgetError(RefusedError):
    """A request could pass a hard cap; it wasn't sent, and may be sent all the same when a person says so.

    Args:
        over: The caps, at least one.
        cost: What the request may cost; None: that isn't known.
    """

    def __init__(self, over: tuple[Over, ...], cost: CostRange | None) -> None:
        from chat_tui.cost.budgets import over_sentence

        super().__init__(over_sentence(over))
        self.over = over
        self.cost = cost
