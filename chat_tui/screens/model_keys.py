"""The model picker's keys: each is Alt with a letter, or in the list the letter alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from textual.binding import Binding
from textual.content import Content

from chat_tui.screens.actions import FAVOURITES

# Alt with a digit, with b or with f arrives as something else from terminals that follow the Mac's habits.


@dataclass(frozen=True, slots=True)
class Key:
    """A letter that does something.

    Args:
        letter: Is in the word, where it stands out.
        word: Names it in the row of hints.
        action: The screen's action.
        help: What it does, for the help.
        filter: What it puts into the search, if it does that.
    """

    letter: str
    word: str
    action: str
    help: str
    filter: str = ""


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


_MOVES = (
    ("close", "escape,ctrl+o,f2", "dismiss(None)", "Keep the model"),
    ("choose", "enter", "choose", "Use the model in this chat"),
    ("next", "down,ctrl+n", "move(1)", "Next model"),
    ("previous", "up,ctrl+p", "move(-1)", "Previous model"),
    ("page_down", "pagedown", "page(1)", "A screen on"),
    ("page_up", "pageup", "page(-1)", "A screen back"),
    ("first", "ctrl+home", "move(-1000000)", "First model"),
    ("last", "ctrl+end", "move(1000000)", "Last model"),
    ("accept", "tab", "accept", "Take the completion, or go to the list"),
    ("back", "shift+tab", "focus_previous", "Go back"),
    ("star_up", "alt+up", "move_favourite(-1)", "Move the favourite up"),
    ("star_down", "alt+down", "move_favourite(1)", "Move the favourite down"),
    ("earlier", "alt+left", "move_fallback(-1)", "Have the model tried earlier"),
    ("later", "alt+right", "move_fallback(1)", "Have the model tried later"),
    ("help", "f1", "help", "All keys"),
    *((f"favourite_{digit}", digit, f"favourite({digit})", f"Use favourite {digit}") for digit in FAVOURITES),
)


def bindings() -> Iterator[Binding]:
    """Yield all bindings; letters alone are text while the search has the focus."""
    for name, keys, action, help in _MOVES:
        yield _binding(name, keys, action, help)
    yield _binding("search", "slash", "search", "Go back to the search")
    for key in (*FILTERS, *ACTIONS):
        name = key.word.replace(" ", "_")
        yield _binding(name, f"alt+{key.letter}", key.action, key.help)
        yield _binding(f"{name}_in_list", key.letter, key.action, key.help)


def _binding(name: str, keys: str, action: str, help: str) -> Binding:
    return Binding(keys, action, help, id=f"models.{name}", tooltip=help, show=False)


def hint(label: str, keys: Sequence[Key], is_on: Callable[[Key], bool] = lambda _: False) -> Content:
    """Return the row that names `keys`, the letter of each standing out, and the whole word of those that are on."""
    pieces: list[tuple[str, str]] = [(label, "$foreground-muted")]
    for key in keys:
        before, letter, after = key.word.partition(key.letter)
        rest = "$primary" if is_on(key) else "$foreground-muted"
        pieces += [("  ", ""), (before, rest), (letter, "$primary underline"), (after, rest)]
    return Content.assemble(*pieces)


def help_rows() -> Iterator[tuple[str, str]]:
    """Yield all keys and what they do, for the help."""
    yield from OTHER_KEYS
    for key in (*ACTIONS, *FILTERS):
        yield f"Alt+{key.letter.upper()}", key.help
