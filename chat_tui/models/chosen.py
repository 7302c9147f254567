"""The models that a person chose: favourites in their order, and those used lately."""

from __future__ import annotations

from dataclasses import dataclass, replace

MOST_RECENT = 20
MOST_FAVOURITES = 200


@dataclass(frozen=True, slots=True)
class Chosen:
    """Ids, of models that may no longer be listed.

    Args:
        favourites: In the person's order; the first nine have a digit each.
        recents: The last used first.
    """

    favourites: tuple[str, ...] = ()
    recents: tuple[str, ...] = ()

    def with_favourite(self, model: str, *, wanted: bool) -> Chosen:
        """Return this with `model` as the last favourite, or as none; nothing changes when it is so already."""
        if (model in self.favourites) is wanted or (wanted and len(self.favourites) >= MOST_FAVOURITES):
            return self
        others = tuple(other for other in self.favourites if other != model)
        return replace(self, favourites=(*others, model) if wanted else others)

    def moved(self, model: str, by: int) -> Chosen:
        """Return this with the favourite `model` so many places further down, up when negative."""
        if model not in self.favourites:
            return self
        others = [other for other in self.favourites if other != model]
        place = min(max(self.favourites.index(model) + by, 0), len(others))
        return replace(self, favourites=(*others[:place], model, *others[place:]))

    def used(self, model: str) -> Chosen:
        """Return this with `model` as the last used."""
        others = tuple(other for other in self.recents if other != model)
        return replace(self, recents=(model, *others)[:MOST_RECENT])
