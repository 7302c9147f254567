"""The model picker's keys: each is Alt with a letter, or in the list the letter alone."""

from __future__ import annotations

from collections.abc import Iterator

from textual.binding import Binding

from chat_tui.screens import letters
from chat_tui.screens.actions import FAVOURITES
from chat_tui.screens.letters import Key, Move, list_moves, pane_bindings


def _filter(letter: str, word: str, text: str, help: str) -> Key:
    return Key(letter, word, f"toggle_filter({text!r})", f"Only models that {help}", text)


FILTERS = (
    _filter("e", "free", "free", "cost nothing"),
    _filter("t", "tools", "tools", "can call tools"),
    _filter("r", "reasoning", "reasoning", "think before they answer"),
    _filter("j", "json", "json", "can be made to answer in JSON"),
    _filter("i", "image", "in:image", "take images"),
    _filter("l", "file", "in:file", "take files such as PDFs"),
    _filter("h", "hear", "in:audio", "take audio"),
    _filter("w", "draw", "out:image", "make images"),
    _filter("g", "long", "ctx>=200k", "read 200,000 tokens or more"),
    _filter("n", "new", "new<30d", "came within 30 days"),
    _filter("z", "zdr", "zdr", "are served without keeping any data"),
)
"""Each puts its filter into the search, or takes it out."""

ACTIONS = (
    Key("s", "star", "star", "Make the model a favourite, or no longer one"),
    Key("a", "also", "also", "Add the model to those that are tried when the first can't answer, or take it out"),
    Key("v", "variant", "variant", "The model's next variant: :online, :nitro, :floor, …"),
    Key("o", "order", "order", "Sort by the next column"),
    Key("u", "turn", "turn", "Turn the order round"),
    Key("d", "details", "details", "Show or hide all that is known of the model"),
    Key("p", "providers", "providers", "Who serves the model, and which of them may"),
    Key("m", "make default", "make_default", "Make the model that of new chats"),
)

OTHER_KEYS = (
    ("Enter", "Use the model in this chat"),
    ("1 … 9", "With nothing searched for: use that favourite"),
    ("Tab", "Take the completion, or go to the list, where letters need no Alt"),
    ("Alt+Up Alt+Down", "Move a favourite up or down"),
    ("Alt+Left Alt+Right", "Move one of the models that are tried when the first can't answer"),
    (": in the search", "Variants of the model, such as :nitro"),
)


_MOVES: tuple[Move, ...] = (
    ("close", "escape,ctrl+o,f2", "dismiss(None)", "Keep the model"),
    ("choose", "enter", "choose", "Use the model in this chat"),
    ("accept", "tab", "accept", "Take the completion, or go to the list"),
    ("star_up", "alt+up", "move_favourite(-1)", "Move the favourite up"),
    ("star_down", "alt+down", "move_favourite(1)", "Move the favourite down"),
    ("earlier", "alt+left", "move_fallback(-1)", "Have the model tried earlier"),
    ("later", "alt+right", "move_fallback(1)", "Have the model tried later"),
    *((f"favourite_{digit}", digit, f"favourite({digit})", f"Use favourite {digit}") for digit in FAVOURITES),
    *list_moves("model"),
)


def bindings() -> Iterator[Binding]:
    """Yield all bindings."""
    return pane_bindings("models", _MOVES, (*FILTERS, *ACTIONS))


def help_rows() -> Iterator[tuple[str, str]]:
    """Yield all keys and what they do, for the help."""
    yield from OTHER_KEYS
    yield from letters.help_rows((*ACTIONS, *FILTERS))
