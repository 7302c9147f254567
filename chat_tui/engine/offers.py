"""Who may serve a request and at which prices: asked of the server behind, kept for a while."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from chat_tui.config.server import Server
from chat_tui.cost.expecting import Asked, Offer
from chat_tui.engine.catalogue import Catalogue
from chat_tui.engine.endpoints import Providers
from chat_tui.engine.refused import RefusedError
from chat_tui.models.endpoint import EndpointEntry
from chat_tui.models.entry import ModelEntry, Prices
from chat_tui.models.permitted import permitted
from chat_tui.models.variants import split_id

FRESH_SECONDS = 300.0
AGAIN_SECONDS = 30.0
"""After which a server is asked again that didn't say."""
PATIENCE_SECONDS = 10.0


class _Known(NamedTuple):
    """What the server said of a model."""

    at: float = float("-inf")
    """When, in the clock's seconds."""
    entries: tuple[EndpointEntry, ...] = ()
    with_policies: bool = False
    """Whether it was also asked who keeps no data."""


class Offers:
    """Who serves the models that a session asks.

    Args:
        server: Which one is asked.
        providers: Says who serves a model.
        catalogue: What is known of a model where nobody says who serves it.
        patience: Seconds that an answer may take.
        clock: Seconds.
    """

    def __init__(
        self,
        server: Server,
        providers: Providers,
        catalogue: Catalogue,
        patience: float = PATIENCE_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._server = server
        self._providers = providers
        self._catalogue = catalogue
        self._patience = min(patience, PATIENCE_SECONDS)
        self._clock = clock
        self._known: dict[str, _Known] = {}
        self._asking: dict[str, asyncio.Task[None]] = {}

    def ask(self, body: Mapping[str, Any]) -> bool:
        """Begin to ask who serves the models of a request, where that isn't known lately; tell whether it is asked."""
        if self._server.speaks == "openai":
            return False
        for model in models_of(body):
            parts = split_id(model)
            if not parts.base or parts.is_router or model in self._asking:
                continue
            known, rules = self._known.get(model, _Known()), body.get("provider")
            wants_policies = isinstance(rules, Mapping) and bool(rules.get("zdr"))
            is_old = self._clock() - known.at > (FRESH_SECONDS if known.entries else AGAIN_SECONDS)
            if is_old or wants_policies > known.with_policies:
                self._asking[model] = asyncio.create_task(self._learn(model, wants_policies))
        return any(model in self._asking for model in models_of(body))

    @property
    def is_asking(self) -> bool:
        """Whether the server is being asked."""
        return bool(self._asking)

    async def asked(self, body: Mapping[str, Any], seconds: float | None = None) -> None:
        """Wait until the server has said who serves the models of a request, or for some seconds at most."""
        self.ask(body)
        tasks = [self._asking[model] for model in models_of(body) if model in self._asking]
        if tasks:
            await asyncio.wait(tasks, timeout=seconds)

    async def settled(self) -> None:
        """Wait until the server has said all that it was asked."""
        if self._asking:
            await asyncio.wait(list(self._asking.values()))

    def endpoint(self, model: str, provider: str) -> EndpointEntry | None:
        """Return what is known of a provider's offer of `model`; the dearest, when it has several."""
        entries = self._known.get(model, _Known()).entries
        found = [entry for entry in entries if entry.provider == provider and entry.prices.completion is not None]
        return max(found, key=lambda entry: entry.prices.completion or 0, default=None)

    def listed_prices(self, model: str) -> Prices | None:
        """Return the catalogue's prices of `model`; None where it names none."""
        index = self._catalogue.listing.index
        entry = index.by_id.get(model) or index.by_id.get(split_id(model).listed)
        return entry.prices if entry is not None and entry.prices.completion is not None else None

    def of(self, body: Mapping[str, Any]) -> Asked:
        """Return who may serve a request, as far as that is known now."""
        index = self._catalogue.listing.index
        offers: list[Offer] = []
        unknown: list[str] = []
        notes: list[str] = []
        models = models_of(body)
        for model in models:
            entry = index.by_id.get(split_id(model).listed) or index.by_id.get(model)
            found = list(self._offers(model, entry, body, notes, shows_model=len(models) > 1))
            if not found or any(offer.prices.prompt is None for offer in found):
                unknown.append(_why_unknown(model, entry))
            offers += found
        first = index.by_id.get(split_id(models[0]).listed) if models else None
        return Asked(tuple(offers), _thinks(first, body), tuple(unknown), tuple(notes))

    def _offers(
        self, model: str, entry: ModelEntry | None, body: Mapping[str, Any], notes: list[str], *, shows_model: bool
    ) -> Iterator[Offer]:
        parts = split_id(model)
        known = self._known.get(model, _Known()).entries
        left = permitted(known, body, parts.variants)
        if known and not left:
            notes.append(f"No provider of {model} is permitted by this chat's rules; the figures are those of all.")
        for one in left or known:
            who = f"{one.provider}: {parts.base}" if shows_model else one.provider
            yield Offer(who, one.prices, one.context, one.max_output)
        if not known and entry is not None and not entry.is_router:
            yield Offer(model, entry.prices, entry.context, entry.max_output)

    async def _learn(self, model: str, with_policies: bool) -> None:
        try:
            async with asyncio.timeout(self._patience):
                entries = (await self._providers.endpoints(model, with_policies=with_policies)).entries
        except (RefusedError, TimeoutError):
            entries = self._known.get(model, _Known()).entries
        finally:
            self._asking.pop(model, None)
        self._known[model] = _Known(self._clock(), entries, with_policies)

    async def close(self) -> None:
        """Stop asking."""
        tasks = list(self._asking.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def models_of(body: Mapping[str, Any]) -> Sequence[str]:
    """Return the models that a request may be answered by, the first choice first."""
    named = [body.get("model"), *(body.get("models") or ())]
    return list(dict.fromkeys(name for name in named if isinstance(name, str) and name))


def _thinks(entry: ModelEntry | None, body: Mapping[str, Any]) -> bool:
    """Tell whether a model thinks before it answers, as far as the request and the catalogue say."""
    wanted = body.get("reasoning")
    if isinstance(wanted, Mapping) and wanted:
        return wanted.get("enabled") is not False and wanted.get("effort") != "none"
    facts = entry.reasoning if entry is not None else None
    return facts is not None and bool(facts.mandatory or facts.default_enabled)


def _why_unknown(model: str, entry: ModelEntry | None) -> str:
    parts = split_id(model)
    if not parts.base:
        return f"What {model} costs depends on the model of that preset, which only your account knows."
    if parts.is_router or (entry is not None and entry.is_router):
        return f"What {model} costs depends on the model that it takes."
    return f"What {model} costs isn't known."
