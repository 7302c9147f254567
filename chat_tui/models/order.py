"""The orders that a list of models can have."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias

from chat_tui.models.entry import ModelEntry

Key: TypeAlias = "str | int | float | Decimal"


@dataclass(frozen=True, slots=True)
class Order:
    """One way to sort.

    Args:
        name: What `sort:` and `--sort` call it.
        meaning: What comes first, for people.
        key: The model's value; None: not told, which comes last whichever way the list is turned.
        down: Whether the greatest comes first, unless the list is turned round.
    """

    name: str
    meaning: str
    key: Callable[[ModelEntry], Key | None] | None
    down: bool = False


RELEVANCE = Order("match", "what fits the words best, else as the server lists them", None)
ORDERS: dict[str, Order] = {
    order.name: order
    for order in (
        RELEVANCE,
        Order("id", "ids from a to z", lambda entry: entry.id.lower()),
        Order("name", "names from a to z", lambda entry: entry.name.lower()),
        Order("author", "makers from a to z", lambda entry: entry.author.lower() or None),
        Order("new", "the newest", lambda entry: entry.created.timestamp() if entry.created else None, down=True),
        Order("ctx", "the longest context", lambda entry: entry.context, down=True),
        Order("max", "the longest reply", lambda entry: entry.max_output, down=True),
        Order("in", "the cheapest input", lambda entry: entry.prices.prompt),
        Order("out", "the cheapest output", lambda entry: entry.prices.completion),
        Order("cache", "the cheapest cached input", lambda entry: entry.prices.input_cache_read),
        Order("iq", "the highest intelligence index", lambda entry: entry.scores.intelligence, down=True),
        Order("coding", "the highest coding index", lambda entry: entry.scores.coding, down=True),
        Order("agentic", "the highest agentic index", lambda entry: entry.scores.agentic, down=True),
        Order("expires", "what ends soonest", lambda entry: entry.expires.toordinal() if entry.expires else None),
    )
}
"""By name; measures that filters compare have the same names there."""


def ordered(entries: Sequence[ModelEntry], order: Order, *, turned: bool = False) -> list[ModelEntry]:
    """Return `entries` sorted; equals stay as they were, and what isn't told is last both ways.

    Args:
        entries: In the order that counts where `order` says nothing.
        order: How to sort.
        turned: The other way round.
    """
    key = order.key
    if key is None:
        return list(reversed(entries)) if turned else list(entries)
    told: list[tuple[Key, ModelEntry]] = []
    untold: list[ModelEntry] = []
    for entry in entries:
        value = key(entry)
        if value is None:
            untold.append(entry)
        else:
            told.append((value, entry))
    told.sort(key=lambda row: row[0], reverse=order.down != turned)
    return [entry for _, entry in told] + untold
