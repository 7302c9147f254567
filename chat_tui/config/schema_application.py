"""Settings of the application alone: they count in `config.toml`, no conversation or preset can set them."""

from __future__ import annotations

from typing import get_args

from chat_tui.config.server import Speaks
from chat_tui.config.setting import Setting, grouped

ORIGIN = "<origin>"
"""Stands in a name for any server's origin, such as `http://localhost:11434`."""

_HERE = grouped(
    "Application",
    Setting("theme", str, "How the application looks.", "ink"),
    Setting("transcript.wrap_code", bool, "Whether long lines of code wrap; else they are cut.", True),
    Setting(
        "transcript.math", bool, "Whether formulas are shown readably; else as their source.", True,
        label="Readable formulas",
    ),
    Setting(
        "clipboard",
        str,
        "How copies leave: by the first way that works, always through the terminal, or always to a file.",
        "auto",
        choices=("auto", "terminal", "file"),
    ),
    Setting(
        "title_model", str, "The model that titles new conversations; unset, their first words do.",
        price="One small request for each new conversation; its cost is in the first reply's receipt.",
        label="Model for titles",
    ),
    Setting(
        "attachments.scale", int, "The most pixels of an attached picture's longer side: larger ones are scaled.",
        low=64, high=16384, unit="pixels", label="Scale pictures to",
    ),
    Setting(
        "attachments.keep_location", bool, "Whether pictures and videos keep where they were taken when attached.",
        label="Keep locations",
    ),
    Setting("retries", int, "How often a request that failed at once is made again.", 3, low=0, high=3),
    Setting(
        "timeouts.connect", float, "How long a connection may take.", 10, low=1, high=3600, unit="seconds",
        label="Time-out: connection",
    ),
    Setting(
        "timeouts.headers", float, "How long until a stream begins.", 300, low=1, high=3600, unit="seconds",
        label="Time-out: first word",
    ),
    Setting(
        "timeouts.headers_unstreamed", float, "How long until a whole reply.", 600, low=1, high=3600, unit="seconds",
        label="Time-out: whole reply",
    ),
    Setting(
        "timeouts.idle", float, "How long a stream may be silent.", 60, low=1, high=3600, unit="seconds",
        label="Time-out: silence",
    ),
    Setting("routing_metadata", bool, "Whether each reply brings along how it was routed; kept in its receipt."),
    Setting(
        f"servers.{ORIGIN}.speaks",
        str,
        "The API of a server: today's, OpenRouter's older one, or OpenAI's.",
        choices=get_args(Speaks),
        label="What a server speaks",
    ),
)  # fmt: skip

_SENT_WITH = grouped(
    "Headers",
    Setting(
        "headers.x-anthropic-beta",
        str,
        "Features of Anthropic's that are asked for, such as “interleaved-thinking-2025-05-14”, with commas between.",
        label="Anthropic beta features",
        short="anthropic-beta",
        longest=2000,
    ),
    Setting(
        "headers.x-openrouter-cache",
        bool,
        "Whether the same request gets the same reply again, from OpenRouter's cache.",
        label="Response cache",
        price="A reply from this cache costs nothing.",
    ),
    Setting(
        "headers.x-openrouter-cache-ttl", int, "For how long; 300 unless told.", low=1, high=86400, unit="seconds",
        label="Response cache for",
    ),
    Setting(
        "headers.x-openrouter-cache-clear", bool, "Whether it is asked anew all the same, and that reply kept instead.",
        label="Renew the response cache",
    ),
    Setting(
        "attribution.title", str, "What OpenRouter calls this application in your activity; chat-tui unless told.",
        label="Application's title", longest=200,
    ),
    Setting(
        "attribution.url", str, "The address that the application is known by there.", label="Application's address",
        longest=2000,
    ),
    Setting(
        "attribution.categories", str, "What it is there, with commas between.", label="Application's categories",
        longest=200,
    ),
    Setting(
        "attribution.hidden", bool, "Whether it is left out of OpenRouter's public rankings.",
        label="Keep out of rankings",
    ),
)  # fmt: skip

APPLICATION = (*_HERE, *_SENT_WITH)
