"""The settings that fit what is typed."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from chat_tui.config.commands import SETTABLE
from chat_tui.config.schema import Setting
from chat_tui.models.fuzzy import Texts, marks, rank, texts_of

ROWS: Sequence[Setting] = tuple(SETTABLE.values())
"""Every setting of the form, in its order."""

_ALSO_FOUND_BY = {
    "model": "smarter cheaper faster",
    "system": "style tone role persona instructions shorter language",
    "parameters.temperature": "creative random strict",
    "parameters.max_tokens": "short shorter brief cheaper limit",
    "parameters.verbosity": "short shorter brief concise longer detailed",
    "reasoning.effort": "think smarter cheaper faster",
    "provider.sort": "cheap cheaper cheapest fast faster fastest speed",
    "provider.max_price.prompt": "cheap cheaper cost budget limit",
    "provider.max_price.completion": "cheap cheaper cost budget limit",
    "provider.data_collection": "privacy private training",
    "provider.zdr": "privacy private",
    "cache_control.type": "cheaper",
    "tools.openrouter:web_search.enabled": "internet online news",
    "parameters.seed": "repeat reproducible",
    "theme": "colours dark light",
}
"""Words of people who don't know yet what a setting is called, by its name."""


def find(text: str) -> list[Setting]:
    """Return the settings whose name, label, command or help has all words of `text`, the best fit first.

    Letters that stand apart count where the words stand nowhere as they are.
    """
    return _find(text, exact=True) or _find(text, exact=False)


def _find(text: str, *, exact: bool) -> list[Setting]:
    words = text.lower().split()
    ranked: list[tuple[int, int]] = []
    for place, texts in enumerate(_texts()):
        ranks = [rank(word, texts, exact=exact) for word in words]
        if all(fit is not None for fit in ranks):
            ranked.append((sum(fit for fit in ranks if fit is not None), place))
    return [ROWS[place] for _, place in sorted(ranked)]


def hits(text: str, label: str) -> frozenset[int]:
    """Return the places in `label` that the words of `text` fit."""
    lowered = label.lower()
    return frozenset(place for word in text.lower().split() for place in marks(word, lowered))


def headings(settings: Sequence[Setting]) -> list[tuple[int, str]]:
    """Return the group above the first of each run of settings of one group."""
    groups = [setting.group for setting in settings]
    return [(place, group) for place, group in enumerate(groups) if not place or groups[place - 1] != group]


@cache
def _texts() -> Sequence[Texts]:
    return [
        texts_of(
            setting.name.replace(".", "/"),
            f"{setting.title} {setting.short}",
            f"{setting.help} {setting.group} {setting.price} {_ALSO_FOUND_BY.get(setting.name, '')}",
        )
        for setting in ROWS
    ]
