"""The keys of the list of files: each is Alt with a letter, or in the list the letter alone."""

from __future__ import annotations

from collections.abc import Iterator

from textual.binding import Binding

from chat_tui.screens import letters
from chat_tui.screens.letters import Key, Move, list_moves, pane_bindings

CHANGES = (Key("s", "select", "select", "Select the file, or no longer; Enter attaches all that are selected"),)
VIEWS = (
    Key("d", "details", "toggle_details", "Show or hide what is in the file"),
    Key("h", "hidden", "toggle_hidden", "List hidden files too, or no longer"),
)

OTHER_KEYS = (
    ("Enter", "Attach the file and those that are selected, or open the folder"),
    ("Tab", "Take the folder or the name, or go to the list, where letters need no Alt"),
)

_MOVES: tuple[Move, ...] = (
    ("close", "escape,f8", "dismiss(None)", "Attach nothing"),
    ("choose", "enter", "choose", "Attach the file, or open the folder"),
    ("accept", "tab", "accept", "Take the folder or the name, or go to the list"),
    *list_moves("file"),
)


def bindings() -> Iterator[Binding]:
    """Yield all bindings."""
    return pane_bindings("attach", _MOVES, (*CHANGES, *VIEWS))


def help_rows() -> Iterator[tuple[str, str]]:
    """Yield all keys and what they do, for the help."""
    yield from OTHER_KEYS
    yield from letters.help_rows((*CHANGES, *VIEWS))
