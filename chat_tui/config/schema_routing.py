"""Settings of routing: which providers may serve, in which order, how fast and how dear."""

from __future__ import annotations

from chat_tui.config.setting import Setting, grouped, texts

_SORTS = ("price", "throughput", "latency", "exacto")
_QUANTIZATIONS = (
    *("int4", "int8", "fp4", "mxfp4", "nvfp4", "fp6"),
    *("fp8", "mxfp8", "fp16", "bf16", "fp32", "unknown"),
)
_PER_MILLION = "USD per million tokens"
_SPEED = "provider.preferred_min_throughput"
_DELAY = "provider.preferred_max_latency"


def _percentiles(name: str, label: str, unit: str) -> tuple[Setting, ...]:
    return (
        Setting(f"{name}.p50", float, f"The same as {name}.", low=0, unit=unit, same_as=name),
        *(
            Setting(
                f"{name}.{percentile}",
                float,
                f"The same for {share} of the requests, not for half of them.",
                low=0,
                unit=unit,
                label=f"{label}, {percentile}",
            )
            for percentile, share in (("p75", "75 %"), ("p90", "90 %"), ("p99", "99 %"))
        ),
    )


_WHO = grouped(
    "Routing: who may serve",
    texts("provider.order", "Providers to try first, in this order, by slug.", label="Provider order", short="order"),
    texts("provider.only", "The only providers that may serve.", label="Only these providers", short="only"),
    texts("provider.ignore", "Providers that may not serve.", label="Never these providers", short="ignore"),
    Setting(
        "provider.allow_fallbacks",
        bool,
        "Whether others may serve when those can't; they may unless told.",
        short="fallbacks",
    ),
    Setting(
        "provider.require_parameters", bool, "Only providers that heed every parameter of the request.", short="require"
    ),
    Setting(
        "provider.data_collection",
        str,
        "Whether providers may serve that keep prompts; “deny” leaves out most free models.",
        choices=("allow", "deny"),
        short="data",
    ),
    Setting("provider.zdr", bool, "Only providers that keep no data.", label="Zero data retention", short="zdr"),
    Setting(
        "provider.enforce_distillable_text",
        bool,
        "Only models whose text may train others.",
        label="Distillable text",
        short="distillable",
    ),
    texts("provider.quantizations", "The precisions that models may run in.", *_QUANTIZATIONS, short="quant"),
    Setting(
        "provider.options", dict, "What a provider gets beside the request, by its slug.", item=Setting("", dict, "")
    ),
)

_FIRST = grouped(
    "Routing: speed and price",
    Setting("provider.sort", str, "Which providers come first.", choices=_SORTS, label="Sort by", short="sort"),
    Setting("provider.sort.by", str, "The same as provider.sort.", choices=_SORTS, same_as="provider.sort"),
    Setting(
        "provider.sort.partition",
        str,
        "Sorted within each model, or over all of the fallback models.",
        choices=("model", "none"),
        label="Sort within",
        short="partition",
    ),
    Setting(
        _SPEED,
        float,
        "Providers that are slower for half of the requests come last; none is excluded.",
        low=0,
        unit="tokens per second",
        short="throughput",
    ),
    *_percentiles(_SPEED, "Preferred min throughput", "tokens per second"),
    Setting(
        _DELAY,
        float,
        "Providers that begin later for half of the requests come last; none is excluded.",
        low=0,
        unit="seconds",
        short="latency",
    ),
    *_percentiles(_DELAY, "Preferred max latency", "seconds"),
    Setting(
        "provider.max_price.prompt",
        float,
        "The dearest prompt.",
        low=0,
        unit=_PER_MILLION,
        label="Max price of prompts",
        short="max-price-in",
    ),
    Setting(
        "provider.max_price.completion",
        float,
        "The dearest reply.",
        low=0,
        unit=_PER_MILLION,
        label="Max price of replies",
        short="max-price-out",
    ),
    Setting("provider.max_price.audio", float, "The dearest sound.", low=0, unit=_PER_MILLION, label="Max audio price"),
    Setting("provider.max_price.image", float, "The dearest picture.", low=0, unit="USD", label="Max image price"),
    Setting(
        "provider.max_price.request", float, "The dearest request.", low=0, unit="USD", label="Max price per request"
    ),
    Setting(
        "service_tier",
        str,
        "How soon, and how dear: “flex” is slower and cheaper, “priority” the reverse.",
        choices=("auto", "default", "fast", "flex", "priority", "scale", "ultrafast"),
        short="tier",
        price="What a tier costs is the provider's; the receipt says which one served.",
    ),
)

ROUTING = (*_WHO, *_FIRST)
