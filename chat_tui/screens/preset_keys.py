"""The keys of the pane of presets: each is Alt with a letter, or in the list the letter alone."""

from __future__ import annotations

from collections.abc import Iterator

from textual.binding import Binding

from chat_tui.screens import letters
from chat_tui.screens.letters import Key, Move, list_moves, pane_bindings

CHANGES = (
    Key("s", "save", "save", "Keep the settings of this chat as a preset in a file"),
    Key("o", "to openrouter", "save_to_account", "Keep the settings of this chat as a preset of your account"),
    Key("r", "rename", "rename", "Give a preset of yours another name"),
    Key("l", "delete", "delete", "Delete a preset of yours; asks first"),
    Key("n", "none", "leave", "Use no preset in this chat"),
    Key("u", "undo", "undo", "Take the last change back"),
    Key("e", "redo", "redo", "Make the change again that was taken back"),
)
VIEWS = (
    Key("w", "how sent", "way", "How a preset of your account is sent: as the model, beside it, or as its ending"),
    Key("d", "details", "toggle_details", "Show or hide what a preset sets"),
    Key("j", "json", "toggle_json", "Show or hide what it would change in what is sent"),
)

OTHER_KEYS = (
    ("Enter", "Use the preset in this chat; while a name is typed: keep it"),
    ("Tab", "Go to the list, where letters need no Alt"),
    ("Alt+Z", "Take the last change back"),
)

_MOVES: tuple[Move, ...] = (
    ("close", "escape", "close", "Leave the name as it was, or close the presets"),
    ("enter", "enter", "enter", "Use the preset, or keep the name"),
    ("on", "tab", "focus_next", "Go to the list"),
    ("undo_too", "alt+z", "undo", "Take the last change back"),
    *list_moves("preset"),
)


def bindings() -> Iterator[Binding]:
    """Yield all bindings."""
    return pane_bindings("presets", _MOVES, (*CHANGES, *VIEWS))


def help_rows() -> Iterator[tuple[str, str]]:
    """Yield all keys and what they do, for the help."""
    yield from OTHER_KEYS
    yield from letters.help_rows((*CHANGES, *VIEWS))
