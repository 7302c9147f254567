"""What could be typed next in the line that finds models."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from chat_tui.grammar import Suggestion, begun, quoted
from chat_tui.models.entry import ModelEntry
from chat_tui.models.filters import CHOICES, FLAGS, MEASURES, Choice
from chat_tui.models.known import PROVIDERS, Known
from chat_tui.models.order import ORDERS
from chat_tui.models.query import SORT
from chat_tui.text import one_line

MOST = 50
_LONGEST = 80


def complete(text: str, cursor: int, entries: Sequence[ModelEntry], known: Known) -> list[Suggestion]:
    """Return what could stand where the cursor is: first names, then the values that occur, the commonest first.

    Nothing is suggested for an empty place, nor what already stands there.

    Args:
        text: The line.
        cursor: Where the cursor is in it, in characters.
        entries: The catalogue.
        known: For the providers' names.
    """
    place = begun(text, cursor)
    if place is None:
        return []
    start, piece, typed = place
    found = _values(typed, entries, known) if ":" in typed else _names(typed)
    taken = piece.text.lower()
    return [Suggestion(start, piece.end, new, meaning) for new, meaning in found if new.strip().lower() != taken][:MOST]


def _names(typed: str) -> Iterator[tuple[str, str]]:
    """Yield names that begin with what was typed."""
    wanted = typed.lower()
    for flag in FLAGS.values():
        if flag.name.startswith(wanted):
            yield f"{flag.name} ", flag.meaning
    for choice in CHOICES.values():
        if choice.name.startswith(wanted):
            yield f"{choice.name}:", choice.meaning
    for measure in MEASURES.values():
        if measure.name.startswith(wanted):
            yield f"{measure.name}{measure.example[0]}", f"{measure.meaning}, as in {measure.name}{measure.example}"
    if SORT.startswith(wanted):
        yield f"{SORT}:", "the order of the list"


def _values(typed: str, entries: Sequence[ModelEntry], known: Known) -> Iterator[tuple[str, str]]:
    name, _, value = typed.partition(":")
    if name.lower() == SORT:
        turned = "-" if value.startswith("-") else ""
        for order in ORDERS.values():
            if order.name.startswith(value.lower().removeprefix("-")):
                yield f"{name}:{turned}{order.name} ", order.meaning + (", turned round" if turned else "")
        return
    choice = CHOICES.get(name.lower())
    if choice is None:
        return
    before, comma, last = value.rpartition(",")
    for offered, meaning in _occurring(choice, entries, known):
        if offered.lower().startswith(last.lower()):
            yield f"{name}:{before}{comma}{quoted(offered)} ", meaning


def _occurring(choice: Choice, entries: Iterable[ModelEntry], known: Known) -> Iterator[tuple[str, str]]:
    """Yield the values that there are; the commonest first, with how many models have it."""
    if choice.occurring is None:
        for slug in sorted(known.told(PROVIDERS) or ()):
            yield one_line(slug, _LONGEST), "provider"
        return
    counted = Counter(value for entry in entries for value in set(choice.occurring(entry)))
    for value, count in sorted(counted.items(), key=lambda row: (-row[1], row[0])):
        yield one_line(value, _LONGEST), f"{count} model{'s' * (count != 1)}"
