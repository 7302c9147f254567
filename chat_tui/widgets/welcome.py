"""What an empty conversation shows: seven things to try."""

from __future__ import annotations

from textual.content import Content
from textual.widgets import Static

_THINGS = (
    ("Ask anything", "Enter sends, Ctrl+J begins a new line"),
    ("Choose the model", "Ctrl+O, then a few letters of its name"),
    ("Say how to answer", "/system You are a patient teacher."),
    ("Go on in another chat", "Ctrl+B: every conversation is kept"),
    ("Find what was said", "Ctrl+G, then words, in all conversations"),
    ("Stop a reply", "Esc: what has arrived is kept"),
    ("See every key", "F1, or search all actions with Ctrl+P"),
)


class Welcome(Static):
    """Seven lines, gone with the first prompt."""

    DEFAULT_CSS = """
    Welcome { height: 1fr; padding: 1 3; content-align: left middle; }
    """

    def __init__(self, *, id: str | None = None) -> None:
        rows = [
            Content.assemble((f"{title:<24}", "$foreground"), (help, "$foreground-muted")) for title, help in _THINGS
        ]
        super().__init__(Content("\n\n").join(rows), id=id, markup=False)
