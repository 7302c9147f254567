"""A question that is answered with one key."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from chat_tui.screens.popup import PopUp
from chat_tui.text import one_line


class Question(PopUp[bool]):
    """Ends with whether Enter answered it.

    Args:
        sentence: What is asked.
        yes: What Enter does, as a word or two.
        no: What Esc does.
    """

    CSS_PATH = "question.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,y", "dismiss(True)", "Yes", id="question.yes", tooltip="Do it", show=False, priority=True),
        Binding("escape,n", "dismiss(False)", "No", id="question.no", tooltip="Leave it", show=False, priority=True),
    ]

    def __init__(self, sentence: str, yes: str, no: str) -> None:
        super().__init__()
        self._sentence = sentence
        self._yes = yes
        self._no = no

    def compose(self) -> ComposeResult:
        """Lay out the question, and its answers."""
        with Vertical(id="question"):
            yield Static(Content(one_line(self._sentence)), id="sentence")
            answers = Content.assemble(("Enter", "$primary"), f" {self._yes}    ", ("Esc", "$primary"), f" {self._no}")
            yield Static(answers, id="answers")
