"""The grammar of a model's id (wire 2.8): variants, presets, aliases, routers, and what each means."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

_PRESET = "@preset/"
_AUTHOR_OF_ROUTERS = "openrouter"


@dataclass(frozen=True, slots=True)
class Variant:
    """An ending of an id that changes how the model is served."""

    name: str
    """Without its colon."""
    meaning: str
    """What it does, as a short phrase."""
    stands_for: str = ""
    """The same in the words of a request; empty for a variant that is a model of its own."""

    @property
    def is_model(self) -> bool:
        """Whether it is a model of its own, there only where the catalogue lists it."""
        return not self.stands_for

    @property
    def suffix(self) -> str:
        return f":{self.name}"


VARIANTS = (
    Variant("free", "costs nothing, with low limits; providers may train on what they get"),
    Variant("extended", "a longer context than usual"),
    Variant("thinking", "thinks before it answers"),
    Variant("online", "searches the web for every prompt, which is billed apart", 'plugins: [{"id": "web"}]'),
    Variant("exacto", "the providers that call tools best come first", 'provider.sort = "exacto"'),
    Variant(
        "nitro", "the fastest provider comes first, their dearer express lanes too", 'provider.sort = "throughput"'
    ),
    Variant("floor", "the cheapest provider comes first, their slower lanes too", 'provider.sort = "price"'),
)

BY_NAME = {variant.name: variant for variant in VARIANTS}

_ONE_OF = (frozenset({"exacto", "nitro", "floor"}), frozenset({"free", "extended", "thinking"}))
"""Variants of which an id has one at most: each is another order of providers, or another model."""

ROUTERS = {
    "openrouter/auto": "chooses a model for each prompt; the reply shows which",
    "openrouter/auto-beta": "chooses a model for each prompt, in a newer way; the reply shows which",
    "openrouter/free": "chooses a free model for each prompt; the reply shows which",
    "openrouter/bodybuilder": "writes requests for other models out of what you want",
    "openrouter/pareto-code": "chooses among the models that write code best for their price",
    "openrouter/fusion": "asks several models and joins what they answer",
}


@dataclass(frozen=True, slots=True)
class ModelId:
    """An id in its parts; `str` joins them again."""

    base: str
    """`author/slug`, an alias or a router; empty when only a preset is named."""
    variants: tuple[str, ...] = ()
    preset: str = ""

    def __str__(self) -> str:
        preset = f"{_PRESET}{self.preset}" if self.preset else ""
        return "".join((self.base, *(f":{name}" for name in self.variants), preset))

    @property
    def is_router(self) -> bool:
        """Whether it is a model of OpenRouter's, which has another one answer."""
        return self.base.startswith(f"{_AUTHOR_OF_ROUTERS}/")

    @property
    def is_alias(self) -> bool:
        """Whether it is a name that stays while the model behind it changes."""
        return self.base.startswith("~")

    @property
    def listed(self) -> str:
        """The id under which a catalogue has the model: only with the variants that are models of their own."""
        return str(ModelId(self.base, tuple(name for name in self.variants if BY_NAME[name].is_model)))


def split_id(name: str) -> ModelId:
    """Return the parts of an id; an ending that is no variant (`llama3:8b`) belongs to the model."""
    base, marker, preset = name.strip().partition(_PRESET)
    variants: list[str] = []
    while True:
        rest, colon, ending = base.rpartition(":")
        if not colon or ending not in BY_NAME:
            break
        base = rest
        variants.insert(0, ending)
    return ModelId(base, tuple(dict.fromkeys(variants)), preset if marker else "")


def with_variant(name: str, variant: str, *, on: bool) -> str:
    """Return the id `name` with `variant` or without it; one that excludes it goes."""
    parts = split_id(name)
    rivals = next((group for group in _ONE_OF if variant in group), frozenset({variant}))
    kept = tuple(known for known in parts.variants if known not in (rivals if on else {variant}))
    added = (*kept, variant) if on else kept
    # Models of their own come first, as in the catalogue.
    return str(replace(parts, variants=tuple(sorted(added, key=lambda known: not BY_NAME[known].is_model))))


@dataclass(frozen=True, slots=True)
class Offer:
    """A variant of one model, to be switched on or off."""

    variant: Variant
    is_on: bool
    is_offered: bool
    """Whether it can be had, as far as the catalogue says."""
    note: str
    """Why, or why not, as a short phrase."""


def available(name: str, listed: Collection[str]) -> list[Offer]:
    """Return all variants for the model `name`, where `listed` are the catalogue's ids."""
    parts = split_id(name)
    offers = []
    for variant in VARIANTS:
        is_listed = f"{parts.base}{variant.suffix}" in listed
        if variant.is_model:
            is_offered, note = is_listed, "listed" if is_listed else "not listed for this model"
        elif not parts.base or (parts.is_router and variant.name != "online"):
            is_offered, note = False, "a preset says itself" if parts.preset else "the router decides"
        else:
            is_offered, note = True, f"the same as {variant.stands_for}"
        offers.append(Offer(variant, variant.name in parts.variants, is_offered, note))
    return offers


def explained(name: str, listed: Collection[str] = ()) -> str:
    """Return what an id means, as a short phrase; empty for a plain id that is listed."""
    parts = split_id(name)
    if not parts.base:
        whose = f"the preset “{parts.preset}” of your account"
        return f"{whose}, with its model and settings" if parts.preset else "a preset needs a name: @preset/name"
    if any(character.isspace() for character in name):
        return "no id: it has a space"
    pieces = []
    if parts.base in ROUTERS:
        pieces.append(ROUTERS[parts.base])
    elif parts.is_alias:
        pieces.append(f"{parts.base[1:]}: always the newest model of that family")
    elif parts.base not in listed and parts.listed not in listed:
        pieces.append("not in this server's list; it is asked all the same")
    for known in parts.variants:
        missing = BY_NAME[known].is_model and parts.base in listed and f"{parts.base}:{known}" not in listed
        pieces.append(f":{known} {BY_NAME[known].meaning}" + (" (not listed for this model)" if missing else ""))
    if parts.preset:
        pieces.append(f"with the preset “{parts.preset}” of your account")
    return "; ".join(pieces)
