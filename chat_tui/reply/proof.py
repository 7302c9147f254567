"""Whether a reply was served as it was asked for: the models and the rules about providers, against the receipt.

Nothing is said where the server tells too little, or where a rule can be read in several ways: a false alarm would be
worse than none.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from chat_tui.conversation.values import Receipt, requested_is_served
from chat_tui.cost.written import format_cost
from chat_tui.models.entry import ModelEntry
from chat_tui.models.variants import split_id

Json = Mapping[str, Any]

_PLAIN_TIERS = (None, "auto", "default", "standard")
_TIERED = frozenset({"nitro", "floor"})
"""Variants that let in endpoints of a service tier, which a provider's plain slug doesn't mean."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is to be said of how a reply was served; empty where all is as it was asked for."""

    violation: str = ""
    """What was served though it was not asked for, as a sentence."""
    fallback: str = ""
    """In whose place another model or provider served, and why where the server says."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of models and providers.

    Args:
        canonical: The dated id of each model by its id; only of models for which the catalogue has one.
        alias_of: What the names stand for that stay while their model changes.
        slugs: The providers' slugs by their display names.
        names: Every name that a listed model may be served under, without variants.
    """

    canonical: Mapping[str, str] = field(default_factory=dict)
    alias_of: Mapping[str, str] = field(default_factory=dict)
    slugs: Mapping[str, str] = field(default_factory=dict)
    names: frozenset[str] = frozenset()

    @classmethod
    def of(cls, entries: Collection[ModelEntry], slugs: Mapping[str, str]) -> Facts:
        """Return the facts in a catalogue's `entries` and the providers' `slugs`."""
        canonical = {entry.id: entry.canonical_slug for entry in entries if entry.canonical_slug}
        aliases = {entry.id: entry.alias_of for entry in entries if entry.alias_of}
        names = frozenset(split_id(name).base.lower() for pair in canonical.items() for name in pair)
        return cls(canonical, aliases, slugs, names)


def decides_routing(body: Json) -> bool:
    """Tell whether `body` says more about who may serve than one model."""
    provider = body.get("provider")
    rules = provider if isinstance(provider, Mapping) else {}
    return bool(body.get("models") or any(rules.get(name) for name in ("only", "ignore", "order")))


def wants_account(body: Json) -> bool:
    """Tell whether only the server knows what became of `body`: who serves it, or what was left out of it."""
    shortens = any(
        plugin.get("id") == "context-compression" and plugin.get("enabled") is not False for plugin in _plugins(body)
    )
    return decides_routing(body) or shortens or bool(body.get("transforms"))


def is_doubtful(body: Json, receipt: Receipt) -> bool:
    """Tell whether only the catalogue can say if the right model answered `body`: its name is unlike the asked one."""
    asked, served = _asked(body), receipt.model
    if not (asked and served) or _leaves_it_open(body) or not all(_names(name, Facts()) for name in asked):
        return False
    return not any(requested_is_served(name, served) for name in asked[:1])


def judged(body: Json, receipt: Receipt, facts: Facts) -> Verdict:
    """Return what is to be said of a reply with `receipt` to the request `body`."""
    asked = _asked(body)
    violations: list[str] = []
    fallbacks: list[str] = []
    served = _which(asked, receipt.model, facts) if receipt.model and not _leaves_it_open(body) else None
    if served is not None and served < 0:
        violations.append(f"{_either(asked)} was asked for, {receipt.model} answered")
    if served is not None and served > 0:
        fallbacks.append(_in_place_of(asked[:served], receipt.metadata))
    if broken := _free_but_billed(body, asked, receipt):
        violations.append(broken)
    rules = body.get("provider")
    if isinstance(rules, Mapping) and receipt.provider:
        broken, fallback = _provider_verdict(rules, asked, receipt, facts.slugs)
        violations += [broken] if broken else []
        fallbacks += [fallback] if fallback else []
    violation = f"Not what was asked for: {'; '.join(violations)}." if violations else ""
    return Verdict(violation, "; ".join(fallbacks))


def _asked(body: Json) -> list[str]:
    """Return the models that may serve, the first one first."""
    others = body.get("models")
    named = [body.get("model"), *(others if isinstance(others, list | tuple) else ())]
    return list(dict.fromkeys(name for name in named if isinstance(name, str) and name))


# Models


def _which(asked: Sequence[str], served: str, facts: Facts) -> int | None:
    """Return the place in `asked` of the model that `served` is; -1 when it is none of them, None when that is open."""
    answered = split_id(served).base.lower()
    known = [{known.lower() for known in _names(name, facts)} for name in asked]
    for same in (str.__eq__, _is_dated):
        for place, names in enumerate(known):
            if any(same(name, answered) for name in names):
                return place if all(known[:place]) else None
    if not asked or not all(known) or not all(_is_listed(name, facts) for name in asked):
        return None
    if not all(answered.partition("/")):
        return None  # not as the catalogue names models: a provider's own name, perhaps of the right one
    if answered in facts.names:
        return -1
    for place, names in enumerate(known):
        if any(requested_is_served(name, answered) for name in names):
            return place
    makers = {name.partition("/")[0] for names in known for name in names}
    return None if answered.partition("/")[0] in makers else -1


def _plugins(body: Json) -> list[Json]:
    """Return the plugins in `body`, which a person may have written."""
    plugins = body.get("plugins")
    return [one for one in plugins if isinstance(one, Mapping)] if isinstance(plugins, list | tuple) else []


def _leaves_it_open(body: Json) -> bool:
    """Tell whether something beside the ids in `body` may choose the model: a preset, or a plugin that routes."""
    ids = [plugin.get("id") for plugin in _plugins(body)]
    return bool(body.get("preset")) or any(str(name) == "fusion" or str(name).endswith("-router") for name in ids)


def _names(name: str, facts: Facts) -> set[str]:
    """Return the names, without variants, under which `name` may be served; none when it may be any model."""
    parts = split_id(name)
    target = facts.alias_of.get(parts.base, "" if parts.is_alias else parts.base)
    if parts.preset or parts.is_router or not target:
        return set()
    canonical = {facts.canonical.get(known, target) for known in (name, parts.listed, target)}
    return {target, *(split_id(slug).base for slug in canonical)}


def _is_listed(name: str, facts: Facts) -> bool:
    """Tell whether the catalogue says under which name `name` is served: what it doesn't list may be redirected."""
    parts = split_id(name)
    return any(known in facts.canonical for known in (name, parts.listed, facts.alias_of.get(parts.base, parts.base)))


def _is_dated(name: str, served: str) -> bool:
    """Tell whether `served` is `name` with a date behind it."""
    return re.fullmatch(re.escape(name) + r"(-\d+)+", served) is not None


def _in_place_of(passed: Sequence[str], metadata: Json) -> str:
    """Return which models were passed over, with what the server says of each."""
    told = []
    for name in passed:
        failed = [attempt for attempt in _attempts(metadata) if _is_about(attempt, name)]
        why = " and ".join(dict.fromkeys(f"{attempt['status']} from {attempt['provider']}" for attempt in failed))
        told.append(f"{name} ({why})" if why else name)
    return f"in place of {', '.join(told)}"


def _attempts(metadata: Json) -> Iterator[Json]:
    """Yield the attempts that failed (OpenAPI RouterAttempt)."""
    listed = metadata.get("attempts")
    for attempt in listed if isinstance(listed, list) else []:
        match attempt:
            case {"model": str(), "provider": str(), "status": int(status)} if status >= 400:
                yield attempt


def _is_about(attempt: Json, name: str) -> bool:
    tried, asked = split_id(attempt["model"]).base, split_id(name).base
    return tried == asked or requested_is_served(asked, tried)


def _free_but_billed(body: Json, asked: Sequence[str], receipt: Receipt) -> str:
    """Return what is wrong when a free variant cost something that nothing else in the request explains."""
    variants = [split_id(name).variants for name in asked]
    is_free = bool(variants) and all("free" in names and "online" not in names for names in variants)
    if not is_free or not receipt.cost or body.get("plugins") or body.get("tools"):
        return ""
    return f"{_either(asked)} costs nothing, but this cost {format_cost(receipt.cost)}"


# Providers


def _provider_verdict(rules: Json, asked: Sequence[str], receipt: Receipt, slugs: Mapping[str, str]) -> tuple[str, str]:
    """Return which rule was broken and in whose place another served; each empty when not, or when that is open."""
    name = receipt.provider or ""
    by_name = {known.casefold(): slug.casefold() for known, slug in slugs.items()}
    slug = by_name.get(name.casefold())
    if slug is None:
        return "", ""

    def slug_of(rule: str) -> str | None:
        wanted = by_name.get(rule.casefold()) or rule.casefold().partition("/")[0]
        return wanted if wanted in by_name.values() else None

    def is_it(rule: str) -> bool | None:
        wanted = slug_of(rule)
        return None if wanted is None else wanted == slug  # who an unknown name means is open

    def none_is_it(listed: Sequence[str]) -> bool:
        return bool(listed) and all(is_it(rule) is False for rule in listed)

    only, ignored, order = (_rules(rules, kind) for kind in ("only", "ignore", "order"))
    if none_is_it(only):
        return f"only {_either(only)} may serve, {name} did", ""
    tiered = receipt.service_tier not in _PLAIN_TIERS or any(_TIERED & set(split_id(one).variants) for one in asked)
    if not tiered and any("/" not in rule and is_it(rule) for rule in ignored):
        return f"{name} may not serve, but it did", ""
    if none_is_it(order) and rules.get("allow_fallbacks") is False:
        return f"only {_either(order)} may serve, {name} did", ""
    if order and is_it(order[0]) is False:
        failed = [
            attempt for attempt in _attempts(receipt.metadata) if slug_of(attempt["provider"]) == slug_of(order[0])
        ]
        why = [str(attempt["status"]) for attempt in failed]
        return "", f"in place of {order[0]}" + (f" ({' and '.join(dict.fromkeys(why))})" if why else "")
    return "", ""


def _rules(rules: Json, kind: str) -> list[str]:
    listed = rules.get(kind)
    return [rule for rule in listed if isinstance(rule, str)] if isinstance(listed, list | tuple) else []


def _either(names: Sequence[str]) -> str:
    return " or ".join(names)
