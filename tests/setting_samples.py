"""A value that each setting may have, and what a request holds for it."""

from __future__ import annotations

from typing import Any

from chat_tui.config.names import keys_of
from chat_tui.config.schema import ALIASES, APPLICATION_ONLY, KEYED, SETTINGS, Setting

NOT_SENT = {"local_preset", "budget"}
SENT = [name for name in SETTINGS if name.partition(".")[0] not in APPLICATION_ONLY | NOT_SENT]
"""The settings that are a part of requests."""


def value_for(setting: Setting) -> Any:
    """Return a value that `setting` may have."""
    kind = setting.kinds[0]
    if kind is dict:
        item = {} if setting.item is None else {"key": value_for(setting.item)}
        return {**item, **({setting.needs: "x"} if setting.needs else {})} or {"any": "thing"}
    samples = {str: setting.choices[0] if setting.choices else "x", int: 3, float: 1.0, bool: True}
    if kind is list:
        assert setting.item is not None
        return [value_for(setting.item)]
    return samples[kind]


def fields_for(name: str, value: Any) -> dict[str, Any]:
    """Return what a request holds, beside its messages, when the setting `name` alone is `value`."""
    first, *rest = keys_of(ALIASES.get(name, name))
    if first == "parameters":
        return {rest[0]: value}
    if first in KEYED:
        item = {} if rest[1:] == ["enabled"] else inside(rest[1:], value)
        if name == "plugins.file-parser.enabled":
            item = {"pdf": {"engine": "cloudflare-ai"}}  # the free one
        return {first: [{KEYED[first]: rest[0], **item}]}
    return {} if name == "system" else inside([first, *rest], value)


def inside(keys: list[str], value: Any) -> dict[str, Any]:
    """Return `value` in tables, the first key outside."""
    for key in reversed(keys):
        value = {key: value}
    return dict(value)
