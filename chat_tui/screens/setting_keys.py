"""The settings pane's keys: each is Alt with a letter, or in the list the letter alone."""

from __future__ import annotations

from collections.abc import Iterator

from textual.binding import Binding

from chat_tui.screens import letters
from chat_tui.screens.letters import Key, Move, list_moves, pane_bindings

CHANGES = (
    Key("m", "make default", "make_default", "Make what holds here the default of all chats; once more takes it out"),
    Key("r", "reset", "reset", "Take back what this chat says: what lies below holds again"),
    Key("n", "unset", "unset", "Don't send it in this chat, whatever the defaults and the preset say"),
    Key("u", "undo", "undo", "Take the last change back"),
    Key("e", "redo", "redo", "Make the change again that was taken back"),
)
VIEWS = (
    Key("c", "changed", "toggle_changed", "Only what somebody has set, or all again"),
    Key("d", "details", "toggle_details", "Show or hide what a setting does and who says what"),
    Key("j", "json", "toggle_json", "Show or hide the settings as they will be sent"),
    Key("p", "presets", "presets", "Use, compare, rename and delete presets"),
    Key("s", "save preset", "save_preset", "Keep the settings of this chat as a preset"),
)

OTHER_KEYS = (
    ("Enter", "Type another value; on and off change at once"),
    ("Space", "With nothing searched for, or in the list: on or off, or the next choice"),
    ("Left Right", "With nothing searched for, or in the list: through the choices; with Alt always"),
    ("Enter Esc", "While a value is typed: keep it for this chat, or leave it as it was; nothing typed resets it"),
    ("Alt+M", "While a value is typed: make it the default"),
    ("Ctrl+J", "While a text is typed: new line"),
    ("Tab", "Take the completion, or go to the list, where letters need no Alt"),
    ("Alt+Z", "Take the last change back"),
)

_MOVES: tuple[Move, ...] = (
    ("close", "escape,ctrl+t", "close", "Leave the value as it was, or close the settings"),
    ("enter", "enter", "enter", "Type another value, or keep what is typed"),
    ("accept", "tab", "accept", "Take the completion, or go to the list"),
    ("switch", "space", "switch", "On or off, or the next choice"),
    ("choice_before", "left", "cycle(-1)", "The choice before"),
    ("choice_after", "right", "cycle(1)", "The next choice"),
    ("any_choice_before", "alt+left", "step(-1)", "The choice before"),
    ("any_choice_after", "alt+right", "step(1)", "The next choice"),
    ("newline", "ctrl+j", "newline", "New line in a text"),
    ("undo_too", "alt+z", "undo", "Take the last change back"),
    *list_moves("setting"),
)


def bindings() -> Iterator[Binding]:
    """Yield all bindings."""
    return pane_bindings("settings", _MOVES, (*CHANGES, *VIEWS))


def help_rows() -> Iterator[tuple[str, str]]:
    """Yield all keys and what they do, for the help."""
    yield from OTHER_KEYS
    yield from letters.help_rows((*CHANGES, *VIEWS))
