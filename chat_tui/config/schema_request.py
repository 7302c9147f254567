"""Settings of the rest of a request: caching, and what is kept with it."""

from __future__ import annotations

from chat_tui.config.setting import Setting, grouped

_CACHING = grouped(
    "Prompt caching",
    Setting(
        "cache_control.type",
        str,
        "Caches the prompt as far as possible, with models that need to be told.",
        choices=("ephemeral",),
        label="Cache the prompt",
        short="cache",
        price="Writing to a cache costs more than a prompt, reading from it much less: see the model's prices.",
    ),
    Setting(
        "cache_control.ttl",
        str,
        "For how long; 5m unless told.",
        choices=("5m", "1h"),
        label="Cache for",
        short="cache-ttl",
        price="What is kept for an hour costs more to write.",
    ),
    Setting(
        "session_id",
        str,
        "Keeps requests with one provider, for its cache.",
        longest=256,
        label="Session",
        short="session",
    ),
    Setting("prompt_cache_key", str, "Requests with the same key share a cache.", short="cache-key"),
    Setting(
        "prompt_cache_options.mode",
        str,
        "Caches only what is marked.",
        choices=("explicit",),
        label="Cache only marked parts",
    ),
    Setting(
        "prompt_cache_options.ttl",
        str,
        "For how long: “30m”, which it is unless told, or “12h”.",
        label="Cache marked parts for",
        price="What is kept for 12 hours costs more to write.",
    ),
)

_KEPT = grouped(
    "Account and tracing",
    Setting("user", str, "A pseudonym of yours that providers get.", short="user"),
    Setting(
        "metadata", dict, "Texts that are kept with the request.", item=Setting("", str, "", longest=512), longest=16
    ),
    Setting("trace", dict, "Names for observability."),
    Setting(
        "debug.echo_upstream_body",
        bool,
        "Whether a stream begins with what the provider got.",
        label="Echo the upstream request",
    ),
)

REQUEST = (*_CACHING, *_KEPT)
