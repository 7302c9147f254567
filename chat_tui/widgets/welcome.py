"""What an empty conversation shows: five things to try."""

from __future__ import annotations

from textual.content import Content
from textual.widgets import Static

_THINGS = (
    ("Ask anything", "Enter sends, Ctrl+J begins a new line"),
    ("Choose the model", "Ctrl+O, then a few letters of its name"),
    ("Say how to answer", "/system You are a patient teacher."),
    ("Go back to a chat", "Ctrl+B lists them all, Ctrl+G finds what was said"),
    ("See every key", "F1, or search all actions with Ctrl+P"),
)


class Welcome(Static):
    """Five lines, gone with the first prompt."""

    DEFAULT_CSS = """
    Welcome { height: 1fr; padding: 1 3; content-align: left middle; }
    """

    def __init__(self, *, id: str | None = None) -> None:
        rows = [
            Content.assemble((f"{title:<20}", "$foreground"), (help, "$foreground-muted")) for title, help in _THINGS
        ]
        super().__init__(Content("\n\n").join(rows), id=id, markup=False)
