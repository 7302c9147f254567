"""The keys of the screen that searches everything: each is Alt with a letter, or in the list the letter alone."""

from __future__ import annotations

from collections.abc import Iterator

from textual.binding import Binding

from chat_tui.screens import letters
from chat_tui.screens.letters import Key, Move, list_moves, pane_bindings


def _filter(letter: str, word: str, text: str, help: str) -> Key:
    return Key(letter, word, f"toggle_filter({text!r})", help, text)


FILTERS = (
    _filter("p", "prompts", "role:user", "Only your prompts"),
    _filter("r", "replies", "role:assistant", "Only replies"),
    _filter("c", "code", "has:code", "Only messages with a code block"),
    _filter("l", "links", "has:link", "Only messages with a link"),
    _filter("i", "images", "has:image", "Only messages with a picture"),
    _filter("w", "week", "after:7d", "Only what was written within a week"),
    _filter("t", "trash", "in:trash", "Only what is in the trash"),
)
"""Each puts its filter into the search, or takes it out."""
VIEWS = (Key("d", "details", "toggle_details", "Show or hide more of what was found"),)

OTHER_KEYS = (
    ("Enter", "Go there: to the message, or to the conversation"),
    ("Tab", "Take the completion, or go to the list, where letters need no Alt"),
)

_MOVES: tuple[Move, ...] = (
    ("close", "escape,ctrl+g", "dismiss(None)", "Stay where you are"),
    ("choose", "enter", "choose", "Go there"),
    ("accept", "tab", "accept", "Take the completion, or go to the list"),
    *list_moves("match"),
)


def bindings() -> Iterator[Binding]:
    """Yield all bindings."""
    return pane_bindings("goto", _MOVES, (*FILTERS, *VIEWS))


def help_rows() -> Iterator[tuple[str, str]]:
    """Yield all keys and what they do, for the help."""
    yield from OTHER_KEYS
    yield from letters.help_rows((*FILTERS, *VIEWS))
