"""Keys of a pane that is searched by typing: each is Alt with a letter, or in its list the letter alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from textual.binding import Binding
from textual.content import Content

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


Move: TypeAlias = tuple[str, str, str, str]
"""A binding's name, its keys, the action and what it does."""


def list_moves(row: str) -> Iterator[Move]:
    """Yield the keys that go through a list of what one `row` is."""
    yield "next", "down,ctrl+n", "move(1)", f"Next {row}"
    yield "previous", "up,ctrl+p", "move(-1)", f"Previous {row}"
    yield "page_down", "pagedown", "page(1)", "A screen on"
    yield "page_up", "pageup", "page(-1)", "A screen back"
    yield "first", "ctrl+home", "move(-1000000)", f"First {row}"
    yield "last", "ctrl+end", "move(1000000)", f"Last {row}"
    yield "back", "shift+tab", "focus_previous", "Go back"
    yield "help", "f1", "help", "All keys"


def pane_bindings(pane: str, moves: Iterable[Move], keys: Iterable[Key]) -> Iterator[Binding]:
    """Yield all bindings of a pane; but for letters alone, and `/`, they win over what has the focus."""
    for name, pressed, action, help in moves:
        yield _binding(pane, name, pressed, action, help, priority=True)
    yield _binding(pane, "search", "slash", "search", "Go back to the search")
    for key in keys:
        name = key.word.replace(" ", "_")
        yield _binding(pane, name, f"alt+{key.letter}", key.action, key.help, priority=True)
        yield _binding(pane, f"{name}_in_list", key.letter, key.action, key.help)


def _binding(pane: str, name: str, keys: str, action: str, help: str, *, priority: bool = False) -> Binding:
    return Binding(keys, action, help, id=f"{pane}.{name}", tooltip=help, show=False, priority=priority)


def hint(label: str, keys: Sequence[Key], is_on: Callable[[Key], bool] = lambda _: False) -> Content:
    """Return the row that names `keys`, the letter of each standing out, and the whole word of those that are on."""
    pieces: list[tuple[str, str]] = [(label, "$foreground-muted")]
    for key in keys:
        before, letter, after = key.word.partition(key.letter)
        rest = "$primary" if is_on(key) else "$foreground-muted"
        pieces += [("  ", ""), (before, rest), (letter, "$primary underline"), (after, rest)]
    return Content.assemble(*pieces)


def help_rows(keys: Iterable[Key]) -> Iterator[tuple[str, str]]:
    """Yield each key and what it does, for the help."""
    return ((f"Alt+{key.letter.upper()}", key.help) for key in keys)
