"""What could be typed next in the line that finds conversations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from chat_tui.grammar import COMPARISONS, Suggestion, begun, quoted
from chat_tui.search.dates import EXAMPLES
from chat_tui.search.filters import CHOICES, COST, COST_MEANING

MOST = 50
Occurring = Mapping[str, Sequence[tuple[str, int]]]
"""The values of `model`, `provider` and `tag` that there are, each with how many conversations have it."""


def complete(text: str, cursor: int, occurring: Occurring) -> list[Suggestion]:
    """Return what could stand where the cursor is: first names, then values, the commonest first.

    Nothing is suggested for an empty place, nor what already stands there.
    """
    place = begun(text, cursor)
    if place is None:
        return []
    start, piece, typed = place
    found = _values(typed, occurring) if ":" in typed else _names(typed)
    taken = piece.body.lower()
    return [Suggestion(start, piece.end, new, meaning) for new, meaning in found if new.strip().lower() != taken][:MOST]


def _names(typed: str) -> Iterator[tuple[str, str]]:
    wanted = typed.lower()
    for choice in CHOICES.values():
        if choice.name.startswith(wanted):
            yield f"{choice.name}:", choice.meaning
    if COST.startswith(wanted):
        yield f"{COST}:>", COST_MEANING


def _values(typed: str, occurring: Occurring) -> Iterator[tuple[str, str]]:
    name, _, value = typed.partition(":")
    name = name.lower()
    if name == COST and not value:
        yield from ((f"{COST}:{sign}", COST_MEANING) for sign in COMPARISONS)
    if name not in CHOICES:
        return
    choice = CHOICES[name]
    before, comma, last = value.replace('"', "").rpartition(",")
    offered = list(choice.values) or [(text, _counted(count)) for text, count in occurring.get(name, ())]
    if name in ("before", "after"):
        offered = [(example, "") for example in EXAMPLES]
    for one, meaning in offered:
        if (last.lower() in one.lower()) if name in occurring else one.startswith(last.lower()):
            yield f"{name}:{quoted(f'{before}{comma}{one}')} ", meaning


def _counted(count: int) -> str:
    return f"{count:,} conversation{'s' * (count != 1)}"
