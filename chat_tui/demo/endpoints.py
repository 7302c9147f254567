"""Who serves each model, at which price and how well. The facts are in `endpoints.toml`."""

import tomllib
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib import resources
from typing import Any

from chat_tui.demo.catalogue import Model, models
from chat_tui.demo.providers import Provider, providers
from chat_tui.demo.usage import Prices

# How much longer the slower requests wait, and how much slower they are, than the median.
_SPREAD = {"p50": 1.0, "p75": 1.4, "p90": 2.1, "p99": 4.5}


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One model at one provider.

    Args:
        model: The model.
        provider: Who serves it.
        entry: The JSON object of `/models/…/endpoints` (OpenAPI PublicEndpoint), with its statistics.
    """

    model: Model
    provider: Provider
    entry: dict[str, Any]

    @property
    def tag(self) -> str:
        """The name that requests use: the provider's, often with a region or a kind."""
        return str(self.entry["tag"])

    @property
    def prices(self) -> Prices:
        """What it asks."""
        return Prices.from_json(self.entry["pricing"])

    @property
    def context_length(self) -> int:
        """The most tokens of prompt and reply."""
        return int(self.entry["context_length"])

    def is_called(self, name: str) -> bool:
        """Whether a request's `name` means this endpoint: its tag, its provider's slug or display name."""
        return name.casefold() in (self.tag, self.provider.slug, self.provider.name.casefold())

    def public(self, *, has_key: bool) -> dict[str, Any]:
        """Return what the API says about it: its latency and throughput only to somebody with a key."""
        hidden = {} if has_key else {"latency_last_30m": None, "throughput_last_30m": None}
        return {**self.entry, **hidden}


def endpoints_of(model: Model) -> tuple[Endpoint, ...]:
    """Return who serves a model, its own provider first; nobody serves a router."""
    if model.is_router:
        return ()
    return _endpoints().get(model.id) or (_endpoint(model, {"provider": model.provider}),)


@cache
def _document() -> dict[str, Any]:
    return tomllib.loads(resources.files(__package__).joinpath("endpoints.toml").read_text(encoding="utf-8"))


@cache
def _endpoints() -> dict[str, tuple[Endpoint, ...]]:
    listed = _document()["endpoints"]
    return {
        model_id: tuple(_endpoint(models()[model_id], facts) for facts in offers) for model_id, offers in listed.items()
    }


def _endpoint(model: Model, own: dict[str, Any]) -> Endpoint:
    facts = {**_document()["common"], **own}
    provider = providers()[facts["provider"]]
    factor = Decimal(facts["factor"])
    can_call_tools = "tools" in model.entry["supported_parameters"]
    entry = {
        "name": f"{provider.name} | {model.entry['canonical_slug']}",
        "model_id": model.id,
        "model_name": model.name,
        "provider_name": provider.name,
        "tag": facts.get("tag", provider.slug),
        "context_length": facts.get("context_length", model.entry["context_length"]),
        "max_completion_tokens": facts.get(
            "max_completion_tokens", model.entry["top_provider"]["max_completion_tokens"]
        ),
        "max_prompt_tokens": None,
        "quantization": facts["quantization"],
        "pricing": {kind: _times(price, factor) for kind, price in model.entry["pricing"].items()},
        "supported_parameters": model.entry["supported_parameters"],
        "supports_implicit_caching": "input_cache_read" in model.entry["pricing"],
        "supports_tool_choice": dict.fromkeys(("auto", "function", "none", "required"), can_call_tools),
        "native_tools": {},
        "service_tier": None,
        "supports_diarization": False,
        "latency_last_30m": {name: round(facts["latency"] * spread) for name, spread in _SPREAD.items()},
        "throughput_last_30m": {name: round(facts["throughput"] / spread, 1) for name, spread in _SPREAD.items()},
        "uptime_last_5m": facts["uptime"],
        "uptime_last_30m": facts["uptime"],
        "uptime_last_1d": round((facts["uptime"] + 99.9) / 2, 2),
        "status": facts["status"],
    }
    return Endpoint(model, provider, entry)


def _times(price: str, factor: Decimal) -> str:
    return price if factor == 1 else f"{(Decimal(price) * factor).normalize():f}"
