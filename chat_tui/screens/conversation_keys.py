"""The keys of the pane of conversations: each is Alt with a letter, or in the list the letter alone."""

from __future__ import annotations

from collections.abc import Iterator

from textual.binding import Binding

from chat_tui.screens import letters
from chat_tui.screens.letters import Key, Move, list_moves, pane_bindings

CHANGES = (
    Key("r", "rename", "rename", "Give a conversation another title"),
    Key("t", "tag", "tag", "Give a conversation tags, with spaces between them"),
    Key("p", "pin", "pin", "List a conversation first, or no longer"),
    Key("a", "archive", "archive", "Put a conversation away, or back among the others"),
    Key("c", "copy", "duplicate", "Make a copy of a conversation, to go on in differently"),
    Key("l", "delete", "delete", "Move a conversation to the trash; asks first"),
    Key("o", "restore", "restore", "Bring a conversation back from the trash"),
    Key("u", "undo", "undo", "Take the last of these changes back"),
)
VIEWS = (
    Key("v", "archived", "view('archived')", "Show what was archived, or the others again"),
    Key("s", "trash", "view('trash')", "Show the trash, or the others again; after 30 days it is gone for good"),
    Key("d", "details", "toggle_details", "Show or hide what is known of the highlighted conversation"),
)

OTHER_KEYS = (
    ("Enter", "Open the conversation; while a title or tags are typed: keep them"),
    ("Ctrl+G", "Search for what is typed in all that was said"),
    ("Tab", "Go to the list, where letters need no Alt"),
    ("Alt+Z", "Take the last change back"),
)

_MOVES: tuple[Move, ...] = (
    ("close", "escape,ctrl+b", "close", "Leave what is typed as it was, or close the pane"),
    ("enter", "enter", "enter", "Open the conversation, or keep what is typed"),
    ("on", "tab", "focus_next", "Go to the list"),
    ("undo_too", "alt+z", "undo", "Take the last change back"),
    ("go_to", "ctrl+g", "go_to", "Search for what is typed in all that was said"),
    *list_moves("conversation"),
)


def bindings() -> Iterator[Binding]:
    """Yield all bindings."""
    return pane_bindings("conversations", _MOVES, (*CHANGES, *VIEWS))


def help_rows() -> Iterator[tuple[str, str]]:
    """Yield all keys and what they do, for the help."""
    yield from OTHER_KEYS
    yield from letters.help_rows((*CHANGES, *VIEWS))
