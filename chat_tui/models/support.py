"""Which settings a model heeds, as far as the catalogue says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from chat_tui.config.setting import Setting
from chat_tui.models.entry import ModelEntry

_SAME = {"max_completion_tokens": "max_tokens", "max_tokens": "max_completion_tokens"}
_MADE_OF = {"audio.": "audio", "image_config": "image"}
_OFF = ("none",)


@dataclass(frozen=True, slots=True)
class Support:
    """Whether a model heeds a setting; `reason` says why not, as the end of a sentence that begins with the model."""

    is_known: Literal["supported", "unsupported", "unknown"]
    reason: str = ""


SUPPORTED = Support("supported")
UNKNOWN = Support("unknown")


def support(setting: Setting, entry: ModelEntry | None, value: Any = None) -> Support:
    """Tell whether the model `entry` heeds `setting`.

    What concerns OpenRouter alone (routing, plugins, caching by it) works with every model.

    Args:
        setting: One of the schema.
        entry: What the catalogue says of the model; None when it has no such model.
        value: What it is to be set to: a model may know some efforts and not others.
    """
    if output := next((kind for start, kind in _MADE_OF.items() if setting.name.startswith(start)), None):
        return _gives(entry, (output,))
    if setting.name == "modalities" and isinstance(value, list):
        return _gives(entry, tuple(map(str, value)))
    if not setting.parameter:
        return SUPPORTED
    if entry is None or entry.is_router or not entry.parameters:
        return UNKNOWN
    if setting.parameter == "reasoning":
        return _thinks(setting, entry, value)
    known = {setting.parameter, _SAME.get(setting.parameter, setting.parameter)}
    if known & set(entry.parameters):
        return SUPPORTED
    if setting.parameter == "tools":
        return Support("unsupported", "can't use tools")
    return Support("unsupported", f"doesn't heed {setting.parameter}")


def _thinks(setting: Setting, entry: ModelEntry, value: Any) -> Support:
    facts, field = entry.reasoning, setting.name.rpartition(".")[2]
    if not entry.has_reasoning:
        return Support("unsupported", "doesn't think before it answers")
    if facts is None:
        return SUPPORTED
    is_off = value is False if field == "enabled" else field == "effort" and value in _OFF
    if is_off and facts.mandatory:
        return Support("unsupported", "always thinks: a request that forbids it is refused")
    if field == "max_tokens" and facts.takes_budget is False:
        return Support("unsupported", "takes an effort, not a number of tokens")
    if field == "effort" and isinstance(value, str) and facts.efforts and not is_off and value not in facts.efforts:
        return Support("unsupported", f"knows {', '.join(facts.efforts)}: the nearest is used")
    return SUPPORTED


def _gives(entry: ModelEntry | None, wanted: tuple[str, ...]) -> Support:
    if entry is None or entry.is_router or not entry.outputs:
        return UNKNOWN
    missing = [kind for kind in wanted if kind not in entry.outputs]
    return Support("unsupported", f"gives no {' and no '.join(missing)}") if missing else SUPPORTED
