"""A question that nothing answers by accident."""

from __future__ import annotations

from typing import ClassVar

from textual import getters
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from chat_tui.screens.popup import PopUp
from chat_tui.text import one_line


class Question(PopUp[bool]):
    """Ends with whether the answer is yes; it has to be chosen, for Enter may have been meant for what was below.

    Args:
        sentence: What is asked.
        yes: What yes means, as a word or two.
        no: What no means.
    """

    CSS_PATH = "question.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "answer", "Answer", id="question.answer", tooltip="Take the answer", priority=True),
        Binding("escape", "dismiss(False)", "No", id="question.no", tooltip="Leave it", priority=True),
        Binding("left,right,tab,shift+tab,up,down", "change", "Other answer", id="question.change",
                tooltip="The other answer", priority=True),
    ]  # fmt: skip
    answers = getters.query_one("#answers", Static)

    def __init__(self, sentence: str, yes: str, no: str) -> None:
        super().__init__()
        self._sentence = sentence
        self._words = {False: no, True: yes}
        self._chosen = False

    def compose(self) -> ComposeResult:
        """Lay out the question, and its answers."""
        with Vertical(id="question"):
            yield Static(Content(one_line(self._sentence)), id="sentence")
            yield Static(id="answers")
            yield Static("← → choose · Enter answers · Esc leaves it", id="keys", markup=False)

    def on_mount(self) -> None:
        """Begin with the answer that changes nothing."""
        self._show()

    def action_change(self) -> None:
        """Choose the other answer."""
        self._chosen = not self._chosen
        self._show()

    def action_answer(self) -> None:
        """End with the chosen answer."""
        self.dismiss(self._chosen)

    def _show(self) -> None:
        looks = {True: "reverse", False: "$foreground-muted"}
        pieces = [(f" {word} ", looks[answer == self._chosen]) for answer, word in self._words.items()]
        self.answers.update(Content.assemble(pieces[0], "  ", pieces[1]))
