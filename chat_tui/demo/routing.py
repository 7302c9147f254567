"""Which endpoint serves a request: the rules of its `provider` object, one after the other."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from chat_tui.demo.endpoints import Endpoint, endpoints_of
from chat_tui.demo.faults import Fault, refusal
from chat_tui.demo.names import Named

_PER_MILLION = 1_000_000

_BUSY = "demo/busy"
"""A model whose own provider has no room: another one serves in its place, where the rules allow that."""

# What a request may set and a model may not know.
_TUNING = (
    *("temperature", "top_p", "top_k", "min_p", "top_a", "frequency_penalty", "presence_penalty"),
    *("repetition_penalty", "seed", "stop", "logit_bias", "logprobs", "top_logprobs", "response_format", "tools"),
    *("tool_choice", "parallel_tool_calls", "reasoning", "verbosity", "prediction"),
)

_PARTS = {
    "image_url": ("image", "image input"),
    "input_audio": ("audio", "input audio"),
    "video_url": ("video", "video input"),
    "input_video": ("video", "video input"),
}


@dataclass(frozen=True, slots=True)
class Route:
    """How a request is served.

    Args:
        endpoint: Who serves it.
        available: Everybody who could have, in the order in which they would be asked.
        busy: Those who were asked before, and had no room.
    """

    endpoint: Endpoint
    available: tuple[Endpoint, ...]
    busy: tuple[Endpoint, ...] = ()


@dataclass(frozen=True, slots=True)
class _Step:
    name: str
    message: str
    keeps: Callable[[Endpoint], bool]


def route(named: Named, body: Mapping[str, Any], part_types: Sequence[str]) -> Route | Fault:
    """Choose the endpoint for a valid request.

    Args:
        named: The model that serves it.
        body: The request.
        part_types: The types of all parts of its messages.

    Returns:
        The route, or the 404 that says which rule left nobody over.
    """
    left = list(endpoints_of(named.model))
    funnel = [{"step": "Initial", "endpoints": len(left)}]
    if named.is_missing:
        left = []
        return _nobody(f"No endpoints found for {named.model.id}:free.", funnel, "Variant")
    preferences = body.get("provider") or {}
    for step in _steps(preferences, body, part_types):
        left = [endpoint for endpoint in left if step.keeps(endpoint)]
        funnel.append({"step": step.name, "endpoints": len(left)})
        if not left:
            return _nobody(step.message, funnel, step.name)
    ordered = _ordered(left, preferences, named.sort)
    if not ordered:
        return _nobody("No allowed providers are available for the selected model.", funnel, "Provider order")
    able = [place for place, endpoint in enumerate(ordered) if not _is_busy(endpoint)]
    if not able:
        raw = f"{named.model.id} is temporarily rate-limited upstream."
        about = {"raw": raw, "provider_name": ordered[0].provider.name, "limit_source": "upstream_provider_shared_pool"}
        return refusal(429, "Provider returned error", about, names_user=True)
    return Route(ordered[able[0]], tuple(ordered), tuple(ordered[: able[0]]))


def _is_busy(endpoint: Endpoint) -> bool:
    return endpoint.model.id == _BUSY and endpoint.provider.name == endpoint.model.provider


def _nobody(message: str, funnel: list[dict[str, Any]], step: str) -> Fault:
    return refusal(404, message, {"routing_funnel": funnel, "failed_routing_step": step}, names_user=True)


def _steps(preferences: Mapping[str, Any], body: Mapping[str, Any], part_types: Sequence[str]) -> Iterator[_Step]:
    for kind in dict.fromkeys(part_types):
        if kind in _PARTS:
            modality, words = _PARTS[kind]
            yield _Step("Input modalities", f"No endpoints found that support {words}", _takes(modality))
    wanted = set(body.get("modalities") or ())
    if wanted:
        names = ", ".join(sorted(wanted))
        message = f"No endpoints found that support the requested output modalities: {names}"
        yield _Step("Output modalities", message, lambda endpoint: wanted <= set(endpoint.model.outputs))
    no_allowed = "No allowed providers are available for the selected model."
    only, ignored = preferences.get("only") or [], preferences.get("ignore") or []
    if only:
        yield _Step("Allowed providers", no_allowed, lambda endpoint: any(map(endpoint.is_called, only)))
    if ignored:
        message = "All providers have been ignored."
        yield _Step("Ignored providers", message, lambda endpoint: not any(map(endpoint.is_called, ignored)))
    quantizations = preferences.get("quantizations") or []
    if quantizations:
        message = "No endpoints found with the requested quantizations."
        yield _Step("Quantizations", message, lambda endpoint: endpoint.entry["quantization"] in quantizations)
    yield from _policies(preferences)
    if preferences.get("max_price"):
        message = "No endpoints found that satisfy max_price."
        yield _Step("Max price", message, _within(preferences["max_price"]))
    if preferences.get("require_parameters"):
        needed = {name for name in _TUNING if body.get(name) is not None}
        message = "No endpoints found that can handle the requested parameters."
        yield _Step("Parameters", message, lambda endpoint: needed <= set(endpoint.entry["supported_parameters"]))


def _policies(preferences: Mapping[str, Any]) -> Iterator[_Step]:
    message = "No endpoints found matching your data policy. Configure: https://openrouter.ai/settings/privacy"
    if preferences.get("data_collection") == "deny":
        # Free models may train on what they get.
        yield _Step(
            "Data policy",
            message,
            lambda endpoint: not (endpoint.provider.retains_data or endpoint.model.id.endswith(":free")),
        )
    if preferences.get("zdr"):
        yield _Step("Zero data retention", message, lambda endpoint: endpoint.provider.zdr)
    if preferences.get("enforce_distillable_text"):
        message = "No endpoints found that allow distillation."
        yield _Step("Distillable text", message, lambda endpoint: bool(endpoint.model.entry["hugging_face_id"]))


def _takes(modality: str) -> Callable[[Endpoint], bool]:
    return lambda endpoint: modality in endpoint.model.inputs


def _within(most: Mapping[str, Any]) -> Callable[[Endpoint], bool]:
    bounds = {kind: Decimal(str(price)) for kind, price in most.items() if price is not None}

    def keeps(endpoint: Endpoint) -> bool:
        asked = {
            "prompt": endpoint.prices.prompt * _PER_MILLION,
            "completion": endpoint.prices.completion * _PER_MILLION,
        }
        return all(price <= bounds[kind] for kind, price in asked.items() if kind in bounds)

    return keeps


_SORTS: dict[str, Callable[[Endpoint], Any]] = {
    "price": lambda endpoint: endpoint.prices.prompt + endpoint.prices.completion,
    "throughput": lambda endpoint: -endpoint.entry["throughput_last_30m"]["p50"],
    "latency": lambda endpoint: endpoint.entry["latency_last_30m"]["p50"],
    "exacto": lambda endpoint: -endpoint.entry["uptime_last_30m"],
}


def _ordered(left: list[Endpoint], preferences: Mapping[str, Any], variant_sort: str | None) -> list[Endpoint]:
    sort = preferences.get("sort") or variant_sort
    by = sort.get("by") if isinstance(sort, dict) else sort
    # Without a wish, those in trouble come last; else the list's own order.
    ordered = sorted(left, key=_SORTS[by] if by else lambda endpoint: endpoint.entry["status"] != 0)
    order = preferences.get("order") or []
    may_fall_back = preferences.get("allow_fallbacks") is not False
    if order:
        first = [endpoint for name in order for endpoint in ordered if endpoint.is_called(name)]
        named = list({id(endpoint): endpoint for endpoint in first}.values())
        return named + [endpoint for endpoint in ordered if endpoint not in named] if may_fall_back else named
    return ordered if may_fall_back else ordered[:1]
