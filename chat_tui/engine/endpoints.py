"""Who serves a model, and what is known of providers: asked of the server, kept as values."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Coroutine, Mapping
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from chat_tui.engine.entries import prices_of
from chat_tui.engine.refused import RefusedError
from chat_tui.models.endpoint import EndpointEntry, Endpoints, Policy, Spread
from chat_tui.models.variants import split_id
from chat_tui.openrouter.errors import OpenRouterError

if TYPE_CHECKING:
    from collections.abc import Callable

    from chat_tui.openrouter.client import Client
    from chat_tui.openrouter.providers import Endpoint, Percentiles, Provider

T = TypeVar("T")

PATIENCE_SECONDS = 2.0
"""How long the table waits for what is only said beside it."""
_UNKNOWN_PRECISION = "unknown"


class _Once(Generic[T]):
    """A list that is asked for once, and again when that failed."""

    def __init__(self, ask: Callable[[], Coroutine[Any, Any, tuple[T, ...]]]) -> None:
        self._ask = ask
        self._task: asyncio.Task[tuple[T, ...]] | None = None

    def begin(self, *, again: bool = True) -> asyncio.Task[tuple[T, ...]]:
        """Ask, unless it is known or being asked; without `again` also not when that failed."""
        is_failed = self._task is not None and self._task.done() and self._task.exception() is not None
        if self._task is None or (is_failed and again):
            self._task = asyncio.create_task(self._ask())
        return self._task

    @property
    def so_far(self) -> tuple[T, ...]:
        """The list as far as it is known now."""
        task = self._task
        return () if task is None or not task.done() or task.cancelled() or task.exception() else task.result()

    async def known(self, *, again: bool = True) -> tuple[T, ...] | None:
        """Return the list, or None when the server doesn't say it, or not soon; `again` as in `begin`."""
        task = self.begin(again=again)
        await asyncio.wait([task], timeout=PATIENCE_SECONDS)
        try:
            return task.result() if task.done() else None
        except OpenRouterError:
            return None

    async def close(self) -> None:
        """Stop asking."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)


class Providers:
    """What a server says of providers and their endpoints.

    Args:
        client: Where it is asked.
    """

    def __init__(self, client: Client) -> None:
        self._client = client
        self._listed = _Once(client.providers)
        self._keeping_nothing = _Once(client.zdr_endpoints)

    async def endpoints(self, model: str, *, with_policies: bool = True) -> Endpoints:
        """Return who serves `model` now.

        Args:
            model: Its id.
            with_policies: Whether what providers say about data is asked for too, which takes two requests more.

        Raises:
            RefusedError: when the model has no endpoints of its own, isn't known, or the server doesn't say.
        """
        parts = split_id(model)
        if not (parts.base or parts.preset):
            raise RefusedError("This chat has no model yet. Ctrl+O chooses one.")
        if not parts.base:
            raise RefusedError(f"Which model the preset “{parts.preset}” uses, only your account knows.")
        if parts.is_router:
            raise RefusedError(f"{parts.base} has no providers of its own: it has other models answer.")
        if with_policies:
            self._listed.begin()
            self._keeping_nothing.begin()
        try:
            found = await self._client.endpoints(parts.listed)
        except OpenRouterError as error:
            raise RefusedError(error.sentence) from error
        listed = await self._listed.known() if with_policies else None
        providers = {provider.name: provider for provider in listed or ()}
        keeping_nothing = await self._keeping_nothing.known() if with_policies else None
        zdr = None if keeping_nothing is None else {(endpoint.model_id, endpoint.tag) for endpoint in keeping_nothing}
        entries = [_entry(endpoint, providers.get(endpoint.provider_name), zdr) for endpoint in found.endpoints]
        return Endpoints(model, tuple(entry for entry in entries if entry.tag))

    def prepare(self) -> None:
        """Begin to ask for what `slugs` returns."""
        self._listed.begin()

    def slugs_so_far(self) -> tuple[str, ...]:
        """Return the providers' slugs as far as they are known now."""
        return tuple(provider.slug for provider in self._listed.so_far if provider.slug)

    def names_so_far(self) -> tuple[str, ...]:
        """Return the names that providers are shown by, which requests may use too, as far as they are known now."""
        return tuple(provider.name for provider in self._listed.so_far if provider.name)

    async def slugs(self, *, again: bool = True) -> Mapping[str, str]:
        """Return the providers' slugs by their display names; empty when the server doesn't say.

        Args:
            again: Whether it is asked once more when it refused before.
        """
        listed = await self._listed.known(again=again) or ()
        return {provider.name: provider.slug for provider in listed if provider.name and provider.slug}

    async def close(self) -> None:
        """Stop asking."""
        await self._listed.close()
        await self._keeping_nothing.close()


def _entry(endpoint: Endpoint, provider: Provider | None, zdr: Collection[tuple[Any, Any]] | None) -> EndpointEntry:
    keeps_nothing = None if zdr is None else (endpoint.model_id, endpoint.tag) in zdr
    precision = endpoint.quantization or ""
    return EndpointEntry(
        tag=endpoint.tag or (provider and provider.slug) or endpoint.provider_name or "",
        provider=endpoint.provider_name or endpoint.tag or "",
        prices=prices_of(endpoint.pricing),
        quantization="" if precision == _UNKNOWN_PRECISION else precision,
        context=endpoint.context_length,
        max_output=endpoint.max_completion_tokens,
        max_prompt=endpoint.max_prompt_tokens,
        uptime_5m=endpoint.uptime_last_5m,
        uptime_30m=endpoint.uptime_last_30m,
        uptime_1d=endpoint.uptime_last_1d,
        latency=_spread(endpoint.latency_last_30m),
        throughput=_spread(endpoint.throughput_last_30m),
        status=endpoint.status,
        parameters=endpoint.supported_parameters,
        caches=endpoint.supports_implicit_caching,
        service_tier=endpoint.service_tier or "",
        policy=_policy(provider, keeps_nothing),
    )


def _policy(provider: Provider | None, keeps_nothing: bool | None) -> Policy:
    if provider is None:
        return Policy(zdr=keeps_nothing)
    return Policy(
        zdr=keeps_nothing,
        privacy_url=provider.privacy_policy_url or "",
        terms_url=provider.terms_of_service_url or "",
        status_url=provider.status_page_url or "",
        headquarters=provider.headquarters or "",
        datacenters=provider.datacenters,
    )


def _spread(percentiles: Percentiles | None) -> Spread:
    if percentiles is None:
        return Spread()
    return Spread(percentiles.p50, percentiles.p75, percentiles.p90, percentiles.p99)
