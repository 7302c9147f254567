"""Which providers a chat wants, as choices that people make: only these, never those, in this order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

Json = Mapping[str, Any]

_LISTS = ("only", "ignore", "order")


class Named(Protocol):
    """Something that rules can name."""

    @property
    def tag(self) -> str: ...

    @property
    def provider(self) -> str: ...


def means(name: str, endpoint: Named) -> bool:
    """Tell whether a rule's `name` means `endpoint`: its tag, the slug that begins the tag, or the display name."""
    tag = endpoint.tag.casefold()
    return name.casefold() in (tag, tag.partition("/")[0], endpoint.provider.casefold())


@dataclass(frozen=True, slots=True)
class Choices:
    """Rules about providers, by their tags (`groq`, `google-vertex/us-east5`) as the wire has them."""

    only: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    order: tuple[str, ...] = ()
    strict: bool = False
    """Whether nobody else may serve when those in the order can't (wire: `allow_fallbacks` false)."""

    @classmethod
    def of(cls, provider: Json) -> Choices:
        """Return the choices in a `provider` object; what else it holds doesn't matter here."""
        lists = {name: tuple(map(str, _list(provider.get(name)))) for name in _LISTS}
        return cls(**lists, strict=provider.get("allow_fallbacks") is False)

    def with_only(self, endpoint: Named) -> Choices:
        """Add an endpoint to those that alone may serve, or take it back."""
        if _holds(self.only, endpoint):
            return replace(self, only=_without(self.only, endpoint))
        return replace(self, only=(*self.only, endpoint.tag), ignore=_without(self.ignore, endpoint))

    def with_ignored(self, endpoint: Named) -> Choices:
        """Keep an endpoint from serving, or let it serve again."""
        if _holds(self.ignore, endpoint):
            return replace(self, ignore=_without(self.ignore, endpoint))
        return replace(
            self,
            ignore=(*self.ignore, endpoint.tag),
            only=_without(self.only, endpoint),
            order=_without(self.order, endpoint),
        )

    def placed(self, endpoint: Named, place: int) -> Choices:
        """Try an endpoint as number `place`, counted from 1; once more takes it out of the order."""
        if self.place_of(endpoint) == place:
            return replace(self, order=_without(self.order, endpoint))
        others = list(_without(self.order, endpoint))
        others.insert(place - 1, endpoint.tag)
        return replace(self, order=tuple(others), ignore=_without(self.ignore, endpoint))

    def moved(self, endpoint: Named, places: int) -> Choices:
        """Try an endpoint earlier (below zero) or later; one that had no place gets the first or the last."""
        place = self.place_of(endpoint)
        others = len(_without(self.order, endpoint))
        wanted = (1 if places < 0 else others + 1) if place is None else place + places
        wanted = min(max(wanted, 1), others + 1)
        return self if wanted == place else self.placed(endpoint, wanted)

    def with_fallbacks_changed(self) -> Choices:
        """Let others serve when those in the order can't, or not."""
        return replace(self, strict=not self.strict)

    def place_of(self, endpoint: Named) -> int | None:
        """Return which one in the order an endpoint is, counted from 1."""
        return next((place for place, name in enumerate(self.order, 1) if means(name, endpoint)), None)

    def is_only(self, endpoint: Named) -> bool:
        """Whether an endpoint is among those that alone may serve."""
        return _holds(self.only, endpoint)

    def is_ignored(self, endpoint: Named) -> bool:
        """Whether an endpoint may not serve."""
        return _holds(self.ignore, endpoint)

    def may_serve(self, endpoint: Named) -> bool:
        """Whether these rules let an endpoint serve."""
        is_allowed = not self.only or self.is_only(endpoint)
        return is_allowed and not self.is_ignored(endpoint) and not (self._ends and self.place_of(endpoint) is None)

    def conflict(self, endpoints: Sequence[Named]) -> str:
        """Return why these rules leave nobody of `endpoints`, as a sentence; empty when somebody is left."""
        if not endpoints or any(map(self.may_serve, endpoints)):
            return ""
        if self.only and not any(map(self.is_only, endpoints)):
            why = f"no provider of this model is {_joined(self.only)}"
        elif all(map(self.is_ignored, endpoints)):
            why = "all are ignored"
        elif self._ends and not any(self.place_of(endpoint) for endpoint in endpoints):
            why = f"no provider of this model is {_joined(self.order)}, and others may not serve"
        else:
            why = "what one rule leaves, another takes"
        return f"Nobody is left: {why}. A prompt would be refused."

    def outcome(self, endpoints: Sequence[Named]) -> str:
        """Return who of `endpoints` is asked under these rules, in a sentence or two; empty when there is no rule."""
        if self == Choices() or not endpoints:
            return ""
        barred = [name for name in self.order if any(means(name, endpoint) for endpoint in endpoints)]
        barred = [name for name in barred if not any(means(name, one) and self.may_serve(one) for one in endpoints)]
        in_vain = f" In the order, but may not serve: {', '.join(barred)}." if barred else ""
        return self._asked(endpoints) + in_vain

    def _asked(self, endpoints: Sequence[Named]) -> str:
        left = [endpoint for endpoint in endpoints if self.may_serve(endpoint)]
        placed = [name for name in self.order if any(means(name, endpoint) for endpoint in left)]
        others = sum(self.place_of(endpoint) is None for endpoint in left)
        if placed:
            then = (
                ", then the one other" if others == 1 else f", then the {others} others" if others else ", nobody else"
            )
            return f"Asked in this order: {', '.join(placed)}{then}."
        if self.strict:
            return "Only the one that OpenRouter chooses is asked, nobody in its place."
        return f"{len(left)} of {len(endpoints)} may serve; OpenRouter chooses among them."

    def summary(self) -> str:
        """Return the rules in a few words: `only groq`, `groq → together`, `not azure`; empty when there is none."""
        words = []
        if self.only:
            words.append(f"only {', '.join(self.only)}")
        if self.order:
            words.append(f"{'just ' * self.strict}{' → '.join(self.order)}")
        if self.ignore:
            words.append(f"not {', '.join(self.ignore)}")
        return "; ".join(words)

    def effective(self, settings: Json) -> dict[str, Any]:
        """Return the `provider` object that is sent: `settings`, all layers merged, with these choices in it."""
        lists = {name: list(getattr(self, name)) for name in _LISTS if getattr(self, name)}
        fallbacks = {"allow_fallbacks": not self.strict} if self.strict else {}
        rest = {name: value for name, value in settings.items() if name not in (*_LISTS, "allow_fallbacks")}
        return {**lists, **fallbacks, **{name: value for name, value in rest.items() if value not in (None, [], {})}}

    def settings(self, own: Json, below: Json) -> dict[str, Any]:
        """Return a chat's own `provider` settings with these choices in them; other fields stay as they are.

        Args:
            own: What the chat itself sets now.
            below: What holds where the chat sets nothing: a choice that is the same isn't stored, one that takes
                something back is stored as empty.
        """
        lists = {name: list(getattr(self, name)) for name in _LISTS}
        chosen = {**lists, "allow_fallbacks": not self.strict}
        usual = {**{name: list(below.get(name) or ()) for name in _LISTS}, "allow_fallbacks": True} | {
            name: value for name, value in below.items() if name == "allow_fallbacks" and value is not None
        }
        rest = {name: value for name, value in own.items() if name not in chosen}
        return {**rest, **{name: value for name, value in chosen.items() if value != usual[name]}}

    @property
    def _ends(self) -> bool:
        """Whether nobody but those in the order may serve."""
        return self.strict and bool(self.order)


def _list(value: object) -> Sequence[object]:
    """Return a list; an empty one when it is none, as in a request that a person wrote."""
    return value if isinstance(value, list | tuple) else ()


def _holds(names: Sequence[str], endpoint: Named) -> bool:
    return any(means(name, endpoint) for name in names)


def _without(names: Sequence[str], endpoint: Named) -> tuple[str, ...]:
    return tuple(name for name in names if not means(name, endpoint))


def _joined(names: Sequence[str]) -> str:
    return " or ".join(f"“{name}”" for name in names)
