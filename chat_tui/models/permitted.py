"""Which of a model's endpoints may serve a request, as far as what they tell of themselves decides it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from chat_tui.models.endpoint import EndpointEntry
from chat_tui.models.prices import per_million
from chat_tui.models.routing import Choices, means

_PARAMETERS = frozenset(
    (
        *("temperature", "top_p", "top_k", "min_p", "top_a", "frequency_penalty", "presence_penalty"),
        *("repetition_penalty", "max_tokens", "max_completion_tokens", "logit_bias", "logprobs", "top_logprobs"),
        *("prediction", "seed", "response_format", "structured_outputs", "stop", "tools", "tool_choice"),
        *("parallel_tool_calls", "include_reasoning", "reasoning", "reasoning_effort", "verbosity"),
    )
)
"""The fields of a request that endpoints say they heed (wire 8.1)."""
_SAME = {"max_completion_tokens": "max_tokens", "reasoning_effort": "reasoning"}
_BY_THE_MILLION = ("prompt", "completion", "audio")
_USUAL_TIERS = (None, "auto", "default")


def permitted(
    endpoints: Sequence[EndpointEntry], body: Mapping[str, Any], variants: Collection[str] = ()
) -> list[EndpointEntry]:
    """Return who of `endpoints` may serve the request `body`; what isn't told shuts nobody out.

    Args:
        endpoints: Everyone who serves the model.
        body: The request.
        variants: The endings of the model's id, such as `nitro`.
    """
    rules = body.get("provider")
    rules = rules if isinstance(rules, Mapping) else {}
    choices = Choices.of(rules)
    named = [*choices.only, *choices.order]
    every_tier = bool({"nitro", "floor"} & set(variants)) or body.get("service_tier") not in _USUAL_TIERS
    return [
        entry
        for entry in endpoints
        if choices.may_serve(entry)
        and (every_tier or not entry.service_tier or any(means(name, entry) for name in named))
        and _has_precision(entry, rules.get("quantizations"))
        and _is_cheap_enough(entry, rules.get("max_price"))
        and (not rules.get("require_parameters") or _heeds(entry, body))
        and not (rules.get("zdr") and entry.policy.zdr is False)
    ]


def _has_precision(entry: EndpointEntry, wanted: object) -> bool:
    return not isinstance(wanted, list) or not wanted or (entry.quantization or "unknown") in wanted


def _is_cheap_enough(entry: EndpointEntry, most: object) -> bool:
    if not isinstance(most, Mapping):
        return True
    for name, limit in most.items():
        price = getattr(entry.prices, name, None) if name in (*_BY_THE_MILLION, "image", "request") else None
        asked = per_million(price) if name in _BY_THE_MILLION else price
        bound = _number(limit)
        if asked is not None and bound is not None and asked > bound:
            return False
    return True


def _number(value: object) -> Decimal | None:
    try:
        return Decimal(str(value))
    except InvalidOperation:
        return None


def _heeds(entry: EndpointEntry, body: Mapping[str, Any]) -> bool:
    if not entry.parameters:
        return True
    known = {*entry.parameters, *(_SAME.get(name, name) for name in entry.parameters)}
    return all(name in known or _SAME.get(name, name) in known for name in _PARAMETERS & set(body))
