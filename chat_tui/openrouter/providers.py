"""Who serves a model: providers, and their endpoints with prices and speed (OpenAPI PublicEndpoint)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from pydantic import model_validator

from chat_tui.openrouter.catalogue import Architecture, Pricing
from chat_tui.openrouter.lenient import Count, Many, Wire


class Percentiles(Wire):
    """How a measure is spread; a server that tells only one number means the median."""

    p50: float | None = None
    p75: float | None = None
    p90: float | None = None
    p99: float | None = None

    @model_validator(mode="before")
    @classmethod
    def _median_alone(cls, value: Any) -> Any:
        if isinstance(value, (int, float, Decimal)) and not isinstance(value, bool):
            return {"p50": value}
        return value


class ToolChoices(Wire):
    """Which values of `tool_choice` an endpoint follows."""

    auto: bool | None = None
    function: bool | None = None
    none: bool | None = None
    required: bool | None = None


class Endpoint(Wire):
    """One provider's offer of one model.

    `tag` is the provider's slug in `provider.order`. `status` is 0 when all is well, below zero when it isn't.
    Latency is the time to the first token in ms, throughput is in tokens/s, uptime in percent; latency and throughput
    are only told to a key.
    """

    name: str | None = None
    tag: str | None = None
    model_id: str | None = None
    model_name: str | None = None
    provider_name: str | None = None
    context_length: Count | None = None
    max_completion_tokens: Count | None = None
    max_prompt_tokens: Count | None = None
    quantization: str | None = None
    pricing: Pricing = Pricing()
    supported_parameters: Many[str] = ()
    supports_implicit_caching: bool | None = None
    supports_tool_choice: ToolChoices | None = None
    supports_diarization: bool | None = None
    supports_voice_cloning: bool | None = None
    supports_image_reference: bool | None = None
    supports_multiple_audio_references: bool | None = None
    native_tools: Any = None
    service_tier: str | None = None
    status: int | None = None
    latency_last_30m: Percentiles | None = None
    throughput_last_30m: Percentiles | None = None
    uptime_last_5m: float | None = None
    uptime_last_30m: float | None = None
    uptime_last_1d: float | None = None
    perf_last_30m_by_workload: Any = None


class ModelEndpoints(Wire):
    """A model and everyone who serves it; `created` is in Unix seconds."""

    id: str | None = None
    name: str | None = None
    created: int | None = None
    description: str | None = None
    architecture: Architecture = Architecture()
    endpoints: Many[Endpoint] = ()


class Provider(Wire):
    """A provider, where its terms are, and the countries (ISO 3166) of its seat and machines."""

    name: str | None = None
    slug: str | None = None
    privacy_policy_url: str | None = None
    terms_of_service_url: str | None = None
    status_page_url: str | None = None
    headquarters: str | None = None
    datacenters: Many[str] = ()
