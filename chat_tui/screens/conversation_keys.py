"""The keys of the pane of conversations: each is Alt with a letter, or in the list the letter alone."""

from __future__ import annotations

from collections.abc import Iterator

from textual.binding import Binding

from chat_tui.screens import letters
from chat_tui.screens.letters import Key, binding, letter_bindings

_PANE = "conversations"

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

_MOVES = (
    ("close", "escape,ctrl+b", "close", "Leave what is typed as it was, or close the pane"),
    ("enter", "enter", "enter", "Open the conversation, or keep what is typed"),
    ("next", "down,ctrl+n", "move(1)", "Next conversation"),
    ("previous", "up,ctrl+p", "move(-1)", "Conversation before"),
    ("page_down", "pagedown", "page(1)", "A screen on"),
    ("page_up", "pageup", "page(-1)", "A screen back"),
    ("first", "ctrl+home", "move(-1000000)", "First conversation"),
    ("last", "ctrl+end", "move(1000000)", "Last conversation"),
    ("on", "tab", "focus_next", "Go to the list"),
    ("back", "shift+tab", "focus_previous", "Go back"),
    ("undo_too", "alt+z", "undo", "Take the last change back"),
    ("go_to", "ctrl+g", "go_to", "Search for what is typed in all that was said"),
    ("help", "f1", "help", "All keys"),
)


def bindings() -> Iterator[Binding]:
    """Yield all bindings; those of letters alone don't win over what has the focus."""
    for name, keys, action, help in _MOVES:
        yield binding(_PANE, name, keys, action, help, priority=True)
    yield binding(_PANE, "search", "slash", "search", "Go back to the search")
    yield from letter_bindings(_PANE, (*CHANGES, *VIEWS), priority=True)


def help_rows() -> Iterator[tuple[str, str]]:
    """Yield all keys and what they do, for the help."""
    yield from OTHER_KEYS
    yield from letters.help_rows((*CHANGES, *VIEWS))
