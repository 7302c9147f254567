"""What is thrown away with a warm cache, when a conversation goes on with another model or provider."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from math import ceil
from typing import Any, NamedTuple

from chat_tui.conversation.values import Message
from chat_tui.cost.prices import rates_at
from chat_tui.cost.written import format_cost, format_tokens
from chat_tui.engine.offers import Offers
from chat_tui.models.routing import Choices
from chat_tui.models.variants import split_id

_KEPT_SECONDS = {"5m": 300.0, "1h": 3_600.0}
"""How long Anthropic and those like it keep what they were asked to keep."""
_STICKY_SECONDS = 600.0
"""How long OpenRouter goes on asking the provider whose cache is warm (wire 2.7)."""


class _Served(NamedTuple):
    """Who serves, as rules about providers name it."""

    tag: str
    provider: str


def lost_warmth(reply: Message, settings: Mapping[str, Any], offers: Offers, now: datetime | None = None) -> str:
    """Return what going on under `settings` throws away, as a sentence; empty when that is nothing, or not known.

    Args:
        reply: The last reply of the branch, with its receipt.
        settings: What holds for the next request: another model, or other rules about providers, than the reply had.
        offers: Who takes how much.
        now: What time it is.
    """
    receipt = reply.receipt
    if receipt is None or not receipt.provider or not reply.model:
        return ""
    usage = receipt.usage
    kept = max(usage.cached_tokens or 0, usage.cache_write_tokens or 0)
    left = _lasts(settings) - ((now or datetime.now(UTC)) - reply.at).total_seconds()
    model = str(settings.get("model") or "")
    if not kept or left <= 0 or _serves_on(reply.model, model, receipt.provider, settings, offers):
        return ""
    tokens = (usage.prompt_tokens or 0) + (usage.completion_tokens or 0)
    staying = _price(reply.model, receipt.provider, tokens, min(kept, tokens), offers)
    going = _price(model, None, tokens, 0, offers, settings)
    if staying is None or going is None or going <= staying:
        return ""
    minutes = ceil(left / 60)
    return (
        f"{receipt.provider} has {format_tokens(kept)} tokens of this chat in its cache for {minutes} more "
        f"minute{'s' * (minutes != 1)}; elsewhere all is read anew. The next prompt is ≈ "
        f"{format_cost(going - staying)} dearer than staying."
    )


def _lasts(settings: Mapping[str, Any]) -> float:
    control = settings.get("cache_control")
    if not isinstance(control, Mapping):
        return _STICKY_SECONDS
    return _KEPT_SECONDS.get(str(control.get("ttl") or "5m"), _KEPT_SECONDS["5m"])


def _serves_on(before: str, model: str, provider: str, settings: Mapping[str, Any], offers: Offers) -> bool:
    """Tell whether who served may serve on: the same model, and a provider that the rules let serve."""
    if split_id(before).listed != split_id(model).listed:
        return False
    rules = settings.get("provider")
    choices = Choices.of(rules if isinstance(rules, Mapping) else {})
    known = offers.endpoint(before, provider)
    served = _Served(known.tag if known is not None else provider.lower(), provider)
    return choices.may_serve(served) and (not choices.order or choices.place_of(served) == 1)


def _price(
    model: str,
    provider: str | None,
    tokens: int,
    cached: int,
    offers: Offers,
    settings: Mapping[str, Any] | None = None,
) -> Decimal | None:
    """Return USD for a prompt of so many tokens, at the cheapest who may serve; None: not known."""
    endpoint = offers.endpoint(model, provider) if provider else None
    if endpoint is not None:
        every = [endpoint.prices]
    else:
        every = [offer.prices for offer in offers.of(settings or {"model": model}).offers]
    found = []
    for prices in every:
        rates = rates_at(prices, tokens, datetime.now(UTC))
        if rates.prompt is not None:
            read = rates.prompt if rates.input_cache_read is None else rates.input_cache_read
            found.append(cached * read + (tokens - cached) * rates.prompt)
    return min(found, default=None)
