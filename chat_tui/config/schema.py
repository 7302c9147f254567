"""The one table of settings: name, kind, range, unit, default and help of each."""

from __future__ import annotations

from typing import get_args

from chat_tui.config.server import Speaks
from chat_tui.config.setting import Setting

__all__ = ["APPLICATION_ONLY", "ORIGIN", "SETTINGS", "TABLES", "Setting"]

ORIGIN = "<origin>"
"""Stands in a name for any server's origin, such as `http://localhost:11434`."""

_EFFORTS = ("max", "xhigh", "high", "medium", "low", "minimal", "none")
_SORTS = ("price", "throughput", "latency", "exacto")
_QUANTIZATIONS = (
    *("int4", "int8", "fp4", "mxfp4", "nvfp4", "fp6"),
    *("fp8", "mxfp8", "fp16", "bf16", "fp32", "unknown"),
)
_PERCENTILES = ("p50", "p75", "p90", "p99")
_PER_MILLION = "USD per million tokens"
_TEXTS = Setting("", str, "")
_NUMBERED = Setting("", float, "", low=-100, high=100)
_TYPED = Setting("", dict, "", needs="type")
_IDENTIFIED = Setting("", dict, "", needs="id")


def _texts(name: str, help: str, *choices: str, longest: int | None = None) -> Setting:
    item = Setting("", str, "", choices=choices) if choices else _TEXTS
    return Setting(name, list, help, item=item, longest=longest)


_CHAT = (
    Setting("model", str, "The model of new chats, by its id.", "openrouter/auto"),
    _texts("models", "Models to try, in order, when the first can't answer."),
    Setting("preset", str, "A preset of your OpenRouter account, by its slug."),
    Setting("system", str, "The system prompt: what every request begins with."),
)

_PARAMETERS = (
    Setting("parameters.temperature", float, "How freely the model chooses words.", low=0, high=2),
    Setting("parameters.top_p", float, "Only the likeliest words that together have this share.", low=0, high=1),
    Setting("parameters.top_k", int, "Only this many of the likeliest words.", low=0),
    Setting("parameters.min_p", float, "Only words at least this likely, against the likeliest.", low=0, high=1),
    Setting("parameters.top_a", float, "As min_p, with the square of the likeliest.", low=0, high=1),
    Setting("parameters.frequency_penalty", float, "Against repeating words, by how often.", low=-2, high=2),
    Setting("parameters.presence_penalty", float, "Against repeating words at all.", low=-2, high=2),
    Setting("parameters.repetition_penalty", float, "Against repeating the prompt's words.", low=0, high=2),
    Setting("parameters.max_tokens", int, "The longest reply.", low=1, unit="tokens"),
    Setting("parameters.max_completion_tokens", int, "The same, by its newer name.", low=1, unit="tokens"),
    Setting("parameters.seed", int, "The same seed and request, mostly the same reply."),
    Setting("parameters.verbosity", str, "How long replies are.", choices=("low", "medium", "high", "xhigh", "max")),
    Setting("parameters.logit_bias", dict, "How much likelier tokens become, by their ids.", item=_NUMBERED),
    Setting("parameters.logprobs", bool, "Whether the server tells how likely each token was."),
    Setting("parameters.top_logprobs", int, "How many alternatives it tells for each.", low=0, high=20),
    Setting("parameters.structured_outputs", bool, "Whether JSON must fit its schema."),
    Setting("parameters.parallel_tool_calls", bool, "Whether the model may call several tools at once."),
    Setting("parameters.max_tool_calls", int, "How often OpenRouter's tools may run.", low=1, high=30),
)

_REASONING = (
    Setting("reasoning.effort", str, "How long the model thinks before it answers.", choices=_EFFORTS),
    Setting("reasoning.max_tokens", int, "How much the model may think.", low=1, unit="tokens"),
    Setting("reasoning.enabled", bool, "Whether the model thinks at all."),
    Setting("reasoning.exclude", bool, "Whether its thoughts are kept from you."),
    Setting("reasoning.summary", str, "How its thoughts are told.", choices=("auto", "concise", "detailed")),
    Setting(
        "reasoning.context",
        str,
        "Which earlier thoughts it sees again.",
        choices=("auto", "all_turns", "current_turn"),
    ),
    Setting("reasoning.mode", str, "Whether it takes the longer way.", choices=("standard", "pro")),
)

_PROVIDER = (
    _texts("provider.order", "Providers to try first, in this order, by slug."),
    _texts("provider.only", "The only providers that may serve."),
    _texts("provider.ignore", "Providers that may not serve."),
    Setting("provider.allow_fallbacks", bool, "Whether others may serve when those can't."),
    Setting("provider.require_parameters", bool, "Only providers that heed every parameter."),
    Setting("provider.data_collection", str, "Providers that may keep prompts, or not.", choices=("allow", "deny")),
    Setting("provider.zdr", bool, "Only providers that keep no data."),
    Setting("provider.enforce_distillable_text", bool, "Only models whose text may train others."),
    _texts("provider.quantizations", "The precisions that models may run in.", *_QUANTIZATIONS),
    Setting("provider.sort", str, "Which providers come first; a table says more.", choices=_SORTS),
    Setting("provider.sort.by", str, "The same.", choices=_SORTS),
    Setting("provider.sort.partition", str, "Sorted within each model, or over all.", choices=("model", "none")),
    Setting(
        "provider.preferred_min_throughput",
        float,
        "Slower providers come last; a table has percentiles.",
        low=0,
        unit="tokens per second",
    ),
    *(
        Setting(f"provider.preferred_min_throughput.{name}", float, "The same.", low=0, unit="tokens per second")
        for name in _PERCENTILES
    ),
    Setting(
        "provider.preferred_max_latency",
        float,
        "Providers that begin later come last; a table has percentiles.",
        low=0,
        unit="seconds",
    ),
    *(
        Setting(f"provider.preferred_max_latency.{name}", float, "The same.", low=0, unit="seconds")
        for name in _PERCENTILES
    ),
    Setting("provider.max_price.prompt", float, "The dearest prompt.", low=0, unit=_PER_MILLION),
    Setting("provider.max_price.completion", float, "The dearest reply.", low=0, unit=_PER_MILLION),
    Setting("provider.max_price.audio", float, "The dearest sound.", low=0, unit=_PER_MILLION),
    Setting("provider.max_price.image", float, "The dearest picture.", low=0, unit="USD"),
    Setting("provider.max_price.request", float, "The dearest request.", low=0, unit="USD"),
    Setting(
        "provider.options", dict, "What a provider gets beside the request, by its slug.", item=Setting("", dict, "")
    ),
)

_REQUEST = (
    Setting("plugins", list, "Plugins that OpenRouter runs.", item=_IDENTIFIED),
    Setting("tools", list, "Tools that the model may use.", item=_TYPED),
    Setting(
        "tool_choice",
        (str, dict),
        "Whether it must use one, or which.",
        choices=("auto", "none", "required"),
        needs="type",
    ),
    Setting("stop_server_tools_when", list, "When OpenRouter's tools stop.", item=_TYPED),
    Setting("deferred_tools", dict, "Let the model search for tools.", needs="protocol"),
    Setting(
        "web_search_options.search_context_size",
        str,
        "How much of the web a model that searches takes in.",
        choices=("low", "medium", "high"),
    ),
    _texts("x_search_filter.allowed_x_handles", "The only authors that a search of X finds."),
    _texts("x_search_filter.excluded_x_handles", "Authors that it doesn't find."),
    Setting("x_search_filter.from_date", str, "The first day, as “2026-01-31”."),
    Setting("x_search_filter.to_date", str, "The last day."),
    Setting("x_search_filter.enable_image_understanding", bool, "Whether it looks at pictures."),
    Setting("x_search_filter.enable_video_understanding", bool, "Whether it looks at videos."),
    Setting("stop", (str, list), "Texts that end the reply.", item=_TEXTS, longest=4),
    Setting(
        "response_format.type",
        str,
        "The form of replies.",
        choices=("text", "json_object", "json_schema", "grammar", "python"),
    ),
    Setting("response_format.json_schema", dict, "The schema, with its name.", needs="name"),
    Setting("response_format.grammar", str, "The grammar."),
    Setting("prediction", dict, "What most of the reply will be.", needs="type"),
    _texts("modalities", "What replies are made of.", "text", "image", "audio"),
    Setting("image_config", dict, "How pictures are made, such as their aspect_ratio."),
    Setting("audio.voice", str, "The voice of spoken replies."),
    Setting("audio.format", str, "Their format, such as “mp3”."),
    Setting(
        "service_tier",
        str,
        "How soon, and how dear.",
        choices=("auto", "default", "fast", "flex", "priority", "scale", "ultrafast"),
    ),
    Setting("session_id", str, "Keeps requests with one provider, for its cache.", longest=256),
    Setting("user", str, "A pseudonym of yours that providers get."),
    Setting(
        "metadata", dict, "Texts that are kept with the request.", item=Setting("", str, "", longest=512), longest=16
    ),
    Setting("trace", dict, "Names for observability."),
    Setting("cache_control.type", str, "Caches the prompt as far as possible.", choices=("ephemeral",)),
    Setting("cache_control.ttl", str, "For how long.", choices=("5m", "1h")),
    Setting("prompt_cache_key", str, "Requests with the same key share a cache."),
    Setting("prompt_cache_options.mode", str, "Caches only what is marked.", choices=("explicit",)),
    Setting("prompt_cache_options.ttl", str, "For how long, such as “30m”."),
    Setting("debug.echo_upstream_body", bool, "Whether a stream begins with what the provider got."),
)

_APPLICATION = (
    Setting("theme", str, "How the application looks.", "ink"),
    Setting("transcript.wrap_code", bool, "Whether long lines of code wrap; else they are cut.", True),
    Setting("transcript.math", bool, "Whether formulas are shown readably; else as their source.", True),
    Setting(
        "clipboard",
        str,
        "How copies leave: by the first way that works, always through the terminal, or always to a file.",
        "auto",
        choices=("auto", "terminal", "file"),
    ),
    Setting("retries", int, "How often a request that failed at once is made again.", 3, low=0, high=3),
    Setting("timeouts.connect", float, "How long a connection may take.", 10, low=1, high=3600, unit="seconds"),
    Setting("timeouts.headers", float, "How long until a stream begins.", 300, low=1, high=3600, unit="seconds"),
    Setting(
        "timeouts.headers_unstreamed", float, "How long until a whole reply.", 600, low=1, high=3600, unit="seconds"
    ),
    Setting("timeouts.idle", float, "How long a stream may be silent.", 60, low=1, high=3600, unit="seconds"),
    Setting("routing_metadata", bool, "Whether each reply brings along how it was routed; kept in its receipt."),
    Setting(
        f"servers.{ORIGIN}.speaks",
        str,
        "The API of a server: today's, OpenRouter's older one, or OpenAI's.",
        choices=get_args(Speaks),
    ),
)

SETTINGS = {
    setting.name: setting for setting in (*_CHAT, *_PARAMETERS, *_REASONING, *_PROVIDER, *_REQUEST, *_APPLICATION)
}

TABLES = frozenset(
    ".".join(parts[:depth]) for parts in (name.split(".") for name in SETTINGS) for depth in range(1, len(parts))
)
"""Settings that are tables of settings; some of them may also be a plain value (`provider.sort`)."""

APPLICATION_ONLY = frozenset(setting.name.partition(".")[0] for setting in _APPLICATION)
"""Settings that are no part of a conversation."""
