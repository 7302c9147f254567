"""A catalogue prepared for searching: made once, off the loop, then asked at each key."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from chat_tui.models.entry import ModelEntry
from chat_tui.models.fuzzy import WHOLE_ID, marks, rank, texts_of
from chat_tui.models.known import Known
from chat_tui.models.order import RELEVANCE, Order, ordered
from chat_tui.models.query import Query

_LONGEST_DESCRIPTION = 2_000


class Index:
    """The models of one catalogue, in the server's order, and what is looked at to find them.

    Args:
        entries: The models; of several with one id the first counts.
    """

    def __init__(self, entries: Iterable[ModelEntry] = ()) -> None:
        unique: dict[str, ModelEntry] = {}
        for entry in entries:
            unique.setdefault(entry.id, entry)
        self.entries: Sequence[ModelEntry] = tuple(unique.values())
        self.by_id: Mapping[str, ModelEntry] = unique
        self._texts = [
            texts_of(entry.id, entry.name, entry.description[:_LONGEST_DESCRIPTION]) for entry in self.entries
        ]

    def find(self, query: Query, known: Known, order: Order = RELEVANCE, *, turned: bool = False) -> list[ModelEntry]:
        """Return the models that `query` asks for.

        Args:
            query: What was typed; an order in it counts before the other one.
            known: What its filters look at.
            order: How to sort; equals come by how well they fit the words, then as the server lists them.
            turned: The other way round.
        """
        searched = query.searched
        ranked: list[tuple[int, int]] = []
        for place, entry in enumerate(self.entries):
            fit = self._fit(query.without, searched, place) if query.passes(entry, known) else None
            if fit is not None:
                ranked.append((fit, place))
        if searched:
            ranked.sort()
        found = [self.entries[place] for _, place in ranked]
        if query.order is not None:
            return ordered(found, query.order, turned=query.turned)
        return ordered(found, order, turned=turned)

    def _fit(self, without: Sequence[str], searched: Sequence[tuple[str, bool]], place: int) -> int | None:
        """Return the sum of the words' ranks, the lower the better, or None when one of them isn't found."""
        texts = self._texts[place]
        if any(word in texts.identifier or word in texts.name for word in without):
            return None
        total = WHOLE_ID
        for word, exact in searched:
            fit = rank(word, texts, exact=exact)
            if fit is None:
                return None
            total += fit
        return total


def highlighted(query: Query, text: str) -> frozenset[int]:
    """Return the places in an id or a name that the words and phrases of `query` fit."""
    lowered = text.lower()
    if len(lowered) != len(text):  # few letters are longer in lower case; their places would be wrong
        return frozenset()
    return frozenset(place for word, exact in query.searched for place in marks(word, lowered, exact=exact))
