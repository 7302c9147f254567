"""What the picker's search line means beside its filters: variants, ids that aren't listed, and sections."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from chat_tui.grammar import Problem, Suggestion, closed, pieces
from chat_tui.models.chosen import Chosen
from chat_tui.models.completing import complete
from chat_tui.models.entry import ModelEntry
from chat_tui.models.known import Known
from chat_tui.models.query import SORT, Query, parse
from chat_tui.models.search import Index
from chat_tui.models.variants import BY_NAME, VARIANTS, available, split_id, with_variant

_VARIANTS = re.compile(r'(?<!\S):([^\s"]*)')
Meaning: TypeAlias = Literal["filter", "problem"]
_MOST_RECENT = 5
"""Models used lately that come before all others; `recent` finds the rest."""


@dataclass(frozen=True, slots=True)
class Search:
    """A search line, taken apart.

    Args:
        text: As typed.
        query: Its filters and words.
        variants: What is put behind the chosen id.
    """

    text: str
    query: Query
    variants: tuple[str, ...]

    @property
    def is_empty(self) -> bool:
        """Whether all models are wanted, as they come."""
        query = self.query
        return not (query.searched or query.without or query.tests or query.order)

    def named(self, model: str) -> str:
        """Return the id `model` with the variants that were typed."""
        for variant in self.variants:
            model = with_variant(model, variant, on=True)
        return model


def searched(text: str) -> Search:
    """Return what a search line means; a word that begins with a colon names variants."""
    names: dict[str, None] = {}
    problems: list[Problem] = []
    for match in _VARIANTS.finditer(text):
        for name in filter(None, match[1].lower().split(":")):
            if name in BY_NAME:
                names[name] = None
            else:
                sentence = f"There is no variant “:{name}”. There are: {', '.join(f':{known}' for known in BY_NAME)}."
                problems.append(Problem(*match.span(), sentence, match.end() == len(text)))
    query = parse(_VARIANTS.sub(lambda match: " " * len(match[0]), text))
    return Search(text, replace(query, problems=(*query.problems, *problems)), tuple(names))


def meant(text: str) -> Iterator[tuple[int, int, Meaning]]:
    """Yield where the search line has filters and variants, and what isn't understood; words are neither."""
    for match in _VARIANTS.finditer(text):
        if names := [name for name in match[1].lower().split(":") if name]:
            yield match.start(), match.end(), "filter" if all(name in BY_NAME for name in names) else "problem"
    for piece in pieces(_VARIANTS.sub(lambda match: " " * len(match[0]), text)):
        query = parse(piece.text)
        if query.problems or query.tests or query.order:
            yield piece.start, piece.end, "problem" if query.problems else "filter"


def suggestions(text: str, cursor: int, index: Index, known: Known, model: ModelEntry | None) -> list[Suggestion]:
    """Return what could be typed next; variants are those of the highlighted `model`."""
    for match in _VARIANTS.finditer(text):
        if match.start() < cursor <= match.end():
            before, _, begun = text[match.start() : cursor].rpartition(":")
            typed = begun.lower()
            offered = (
                {offer.variant.name for offer in available(model.id, index.by_id) if offer.is_offered} if model else ()
            )
            return [
                Suggestion(match.start(), match.end(), f"{before}:{variant.name} ", variant.meaning)
                for variant in VARIANTS
                if variant.name in offered and variant.name.startswith(typed) and variant.name != typed
            ]
    return complete(text, cursor, index.entries, known)


def with_next_variant(text: str, model: str, listed: Mapping[str, ModelEntry]) -> str:
    """Return the search line with the next variant that `model` has, after the last one without any."""
    names = [offer.variant.name for offer in available(model, listed) if offer.is_offered]
    now = searched(text).variants
    place = names.index(now[-1]) + 1 if now and now[-1] in names else 0
    rest = _VARIANTS.sub("", text).strip()
    return f"{rest} :{names[place]}".lstrip() if place < len(names) else rest


def with_order(text: str, order: str) -> str:
    """Return the search line with that order, `-` before it turns it round; with none when it is empty."""
    kept = [piece.text for piece in pieces(closed(text)) if not piece.text.lower().startswith(f"{SORT}:")]
    return " ".join([*kept, *([f"{SORT}:{order}"] if order else [])])


def typed_model(
    search: Search, listed: Mapping[str, ModelEntry], *, is_told: bool = True
) -> tuple[ModelEntry | None, bool]:
    """Return the model that is typed by an id that isn't listed, and whether that is surely meant.

    Its facts are those of the listed model that it is a form of.

    Args:
        search: What was typed.
        listed: The server's models by their ids.
        is_told: Whether the server has answered; until then a plain word may be meant for what it lists.
    """
    text = search.text.strip()
    looks_like_one = any(sign in text for sign in "/@~:") or (is_told and not any("/" in model for model in listed))
    if text in listed or search.query.words != (text.lower(),) or not looks_like_one:
        return None, False
    parts = split_id(text)
    if not (parts.base or parts.preset):
        return None, False  # a preset whose name isn't typed yet
    base = listed.get(parts.listed) or listed.get(parts.base)
    entry = replace(base, id=text, name=text, alias_of=None) if base else ModelEntry(id=text, name=text)
    return entry, bool(parts.preset or parts.variants or parts.is_alias)


def sections(
    entries: Sequence[ModelEntry], chosen: Chosen, current: str, reasons: Mapping[str, str]
) -> tuple[list[ModelEntry], list[tuple[int, str]]]:
    """Return all models as they stand when nothing is searched for, and the headings above the first of each section.

    Args:
        entries: The catalogue.
        chosen: Favourites and what was used lately; they stay when they are no longer listed.
        current: The id of the model in use.
        reasons: Why models are of no use for the chat, by id.
    """
    by_id = {entry.id: entry for entry in entries}
    recent = [model for model in dict.fromkeys((current, *chosen.recents)) if model and model not in chosen.favourites]
    parts: list[tuple[str, list[ModelEntry]]] = [
        ("favourites", [by_id.get(model) or ModelEntry(model, model) for model in chosen.favourites]),
        ("used lately", [by_id.get(model) or ModelEntry(model, model) for model in recent[:_MOST_RECENT]]),
    ]
    placed = {entry.id for _, part in parts for entry in part}
    rest = [entry for entry in entries if entry.id not in placed]
    parts.append(("all models", [entry for entry in rest if entry.id not in reasons]))
    parts.append(("of no use for this chat", [entry for entry in rest if entry.id in reasons]))
    models: list[ModelEntry] = []
    headings: list[tuple[int, str]] = []
    for heading, part in parts:
        if part:
            headings.append((len(models), heading))
            models += part
    return models, headings


def suited_first(entries: Sequence[ModelEntry], reasons: Mapping[str, str]) -> list[ModelEntry]:
    """Return `entries` with those last that are of no use for the chat."""
    return sorted(entries, key=lambda entry: entry.id in reasons)
