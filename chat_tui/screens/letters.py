"""Keys of a pane that is searched by typing: each is Alt with a letter, or in its list the letter alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

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


def binding(pane: str, name: str, keys: str, action: str, help: str, *, priority: bool = False) -> Binding:
    """Return the binding `pane.name`; with `priority` it wins over what has the focus."""
    return Binding(keys, action, help, id=f"{pane}.{name}", tooltip=help, show=False, priority=priority)


def letter_bindings(pane: str, keys: Iterable[Key], *, priority: bool = False) -> Iterator[Binding]:
    """Yield the bindings of `keys`; with `priority` those with Alt win over what has the focus."""
    for key in keys:
        name = key.word.replace(" ", "_")
        yield binding(pane, name, f"alt+{key.letter}", key.action, key.help, priority=priority)
        yield binding(pane, f"{name}_in_list", key.letter, key.action, key.help)


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
