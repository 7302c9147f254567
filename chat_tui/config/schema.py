"""The one table of settings: name, kind, range, unit, default and help of each."""

from __future__ import annotations

from dataclasses import dataclass
from math import isnan
from typing import Any

from chat_tui.config.problems import nearest


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting; `name` is dotted where the wire nests it (`parameters.temperature`)."""

    name: str
    kind: type
    help: str
    default: Any = None
    """What holds when nobody sets it; None is not sent."""
    low: float | None = None
    high: float | None = None
    unit: str = ""
    choices: tuple[str, ...] = ()

    def fault(self, value: object) -> str | None:
        """Return what is wrong with `value`, as the end of a sentence, or None."""
        if self.choices and value not in self.choices:
            return f"is {value!r}, which isn't one of {', '.join(self.choices)}.{nearest(str(value), self.choices)}"
        if self.kind is float and isinstance(value, int) and not isinstance(value, bool):
            value = float(value)
        if not isinstance(value, self.kind) or (isinstance(value, bool) and self.kind is not bool):
            return f"should be {_KINDS[self.kind]}."
        if isinstance(value, int | float) and not isinstance(value, bool):
            if isnan(value):
                return "should be a number."
            if self.low is not None and value < self.low:
                return f"is {value}, below its least, {self.low:g}."
            if self.high is not None and value > self.high:
                return f"is {value}, above its most, {self.high:g}."
        return None


_KINDS = {str: "text", int: "a whole number", float: "a number", bool: "true or false", list: "a list", dict: "a table"}
_EFFORTS = ("max", "xhigh", "high", "medium", "low", "minimal", "none")

SETTINGS = {
    setting.name: setting
    for setting in (
        Setting("model", str, "The model of new chats, by its id.", "openrouter/auto"),
        Setting("models", list, "Models to try, in order, when the first can't answer."),
        Setting("system", str, "The system prompt: what every request begins with."),
        Setting("theme", str, "How the application looks.", "ink"),
        Setting("parameters.temperature", float, "How freely the model chooses words.", low=0, high=2),
        Setting("parameters.top_p", float, "Only the likeliest words that together have this share.", low=0, high=1),
        Setting("parameters.top_k", int, "Only this many of the likeliest words.", low=0),
        Setting("parameters.min_p", float, "Only words at least this likely, against the likeliest.", low=0, high=1),
        Setting("parameters.top_a", float, "As min_p, with the square of the likeliest.", low=0, high=1),
        Setting("parameters.frequency_penalty", float, "Against repeating words, by how often.", low=-2, high=2),
        Setting("parameters.presence_penalty", float, "Against repeating words at all.", low=-2, high=2),
        Setting("parameters.repetition_penalty", float, "Against repeating the prompt's words.", low=0, high=2),
        Setting("parameters.max_tokens", int, "The longest reply.", low=1, unit="tokens"),
        Setting("parameters.seed", int, "The same seed and request, mostly the same reply."),
        Setting("reasoning.effort", str, "How long the model thinks before it answers.", choices=_EFFORTS),
        Setting("reasoning.max_tokens", int, "How much the model may think.", low=1, unit="tokens"),
        Setting("provider", dict, "Which providers may serve, and in which order."),
        Setting("plugins", list, "Plugins that OpenRouter runs."),
    )
}

TABLES = frozenset(name.partition(".")[0] for name in SETTINGS if "." in name)
"""Settings that are tables of settings."""

APPLICATION_ONLY = frozenset({"theme"})
"""Settings that are no part of a conversation."""
