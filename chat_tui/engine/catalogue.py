"""The models that a server offers, as values."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from chat_tui.openrouter.catalogue import Model


@dataclass(frozen=True, slots=True)
class ModelEntry:
    """One model: what a list shows and a search looks in."""

    id: str
    name: str
    context: int | None
    """Tokens."""
    prompt_price: Decimal | None
    """USD per token; None when not known, or when it varies with where a router sends the prompt."""
    completion_price: Decimal | None
    inputs: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()


def entry_of(model: Model) -> ModelEntry:
    """Return what the catalogue says of `model`."""
    prices = model.pricing
    return ModelEntry(
        id=model.id,
        name=model.name or model.id,
        context=model.context_length,
        prompt_price=None if prices.varies else prices.prompt,
        completion_price=None if prices.varies else prices.completion,
        inputs=tuple(model.architecture.input_modalities),
        outputs=tuple(model.architecture.output_modalities),
    )


def matching(entries: Iterable[ModelEntry], query: str) -> list[ModelEntry]:
    """Return the entries whose id or name holds every word of `query`, the best first.

    An id or a part of it that begins with the first word comes before one that merely holds it.
    """
    words = query.lower().split()
    ranked: list[tuple[int, int, ModelEntry]] = []
    for position, entry in enumerate(entries):
        text = f"{entry.id}\n{entry.name}".lower()
        if all(word in text for word in words):
            ranked.append((_rank(entry, words), position, entry))
    return [entry for _, _, entry in sorted(ranked, key=lambda row: row[:2])]


def _rank(entry: ModelEntry, words: list[str]) -> int:
    if not words:
        return 0
    identifier = entry.id.lower()
    if identifier == words[0]:
        return 0
    parts = identifier.replace("-", "/").replace(":", "/").split("/")
    return 1 if identifier.startswith(words[0]) else 2 if any(part.startswith(words[0]) for part in parts) else 3
