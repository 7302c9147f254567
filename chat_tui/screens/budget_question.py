"""The question before a request that could pass a hard cap: with the figures, and what can be done."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import ClassVar, Literal

from textual import getters
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from chat_tui.cost.budgets import WHO, written
from chat_tui.cost.written import format_cost
from chat_tui.engine.budget_commands import raising
from chat_tui.engine.refused import OverBudgetError
from chat_tui.screens.popup import PopUp

Answer = Literal["send", "raise"]

_KEYS = "↑ ↓ choose · Enter does it · Esc doesn't send"
_DIM = "$foreground-muted"
_LABEL, _FIGURE = 20, 20
"""Cells of what stands before a figure, and of the figure, which ends there."""


class BudgetQuestion(PopUp[Answer | None]):
    """Ends with what to do; None: nothing is sent.

    Letters mean nothing here, and Enter begins at sending nothing: who types on doesn't spend by that.

    Args:
        error: What could be passed, and the figures.
        kept: What becomes of the prompt when it isn't sent, as the end of a sentence.
    """

    CSS_PATH = "budget_question.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", "Close", id="budget.close", tooltip="Send nothing", priority=True),
        Binding("enter", "choose", "Do it", id="budget.choose", tooltip="Do what is marked", priority=True),
        Binding("down,tab", "move(1)", "Next", id="budget.next", tooltip="To the next choice", priority=True),
        Binding("up,shift+tab", "move(-1)", "Before", id="budget.previous", tooltip="To the choice before",
                priority=True),
    ]  # fmt: skip
    figures = getters.query_one("#figures", Static)
    choices = getters.query_one("#choices", Static)

    def __init__(self, error: OverBudgetError, kept: str = "") -> None:
        super().__init__()
        self._error = error
        self._answers: tuple[tuple[Answer | None, str], ...] = (
            (None, f"Don't send it{kept}"),
            ("send", "Send it, this once"),
            ("raise", f"Raise it to {raising(error.over)}, and send it"),
        )
        self._marked = 0

    def compose(self) -> ComposeResult:
        """Lay out the question."""
        with Vertical(id="question"):
            yield Static(Content.styled("Past your budget?", "bold $text-warning"), id="title")
            yield Static(Content("\n").join(self._rows()), id="figures")
            yield Static(id="choices")
            yield Static(_KEYS, id="keys", markup=False)

    def on_mount(self) -> None:
        """Begin with what costs nothing."""
        self._show()
        super().on_mount()

    def _rows(self) -> Iterator[Content]:
        for one in self._error.over:
            if one.cap.period != "reply":
                yield _row(f"{WHO[one.cap.period]}, spent", written(one.spent), one.cap.amount)
        cost = self._error.cost
        limit = next((one.cap.amount for one in self._error.over if one.cap.period == "reply"), None)
        if cost is None:
            yield _row("this reply", "not known", limit)
            return
        low, high = format_cost(cost.low), format_cost(cost.high)
        yield _row("this reply, usually", f"≈ {low}–{high.removeprefix('$')}" if low != high else f"≈ {high}", limit)
        if cost.most is not None and cost.most > cost.high:
            yield _row("the longest possible", f"≈ {format_cost(cost.most)}", None)

    def _show(self) -> None:
        lines = [
            Content.styled(f" {text} ", "reverse" if place == self._marked else "")
            for place, (_, text) in enumerate(self._answers)
        ]
        self.choices.update(Content("\n").join(lines))

    def action_move(self, step: int) -> None:
        """Mark another choice."""
        self._marked = min(max(0, self._marked + step), len(self._answers) - 1)
        self._show()

    def action_choose(self) -> None:
        """End with the choice that is marked."""
        self.dismiss(self._answers[self._marked][0])


def _row(label: str, figure: str, limit: Decimal | None) -> Content:
    told = f"  of a budget of {format_cost(limit)}" if limit is not None else ""
    return Content.assemble((label.ljust(_LABEL), _DIM), figure.rjust(_FIGURE), (told, _DIM))
