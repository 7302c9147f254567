"""Settings in a few words: `temp 0.2`, `effort high`, `zdr`, `no fallbacks`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from chat_tui.config.layers import Layers
from chat_tui.config.names import Values
from chat_tui.config.schema import SETTINGS
from chat_tui.config.typed import shown_value
from chat_tui.text import one_line

_LONGEST = 28
_ELSEWHERE = frozenset(
    ("model", "models", "system", "local_preset", "provider.only", "provider.ignore", "provider.order",
     "provider.allow_fallbacks")
)  # fmt: skip
"""What the row above the chat says in words of its own."""


def few_words(values: Values) -> list[str]:
    """Return what `values` say by their dotted names, each in a few words."""
    return [_words(name, value) for name, value in values.items()]


def own_words(layers: Layers) -> Iterator[str]:
    """Yield what of a chat's settings is its own: its local preset, then what it says above that."""
    if named := layers.values().get("local_preset"):
        yield f"preset {one_line(str(named), _LONGEST)}"
    holding, own = layers.values(), {**layers.conversation, **layers.flags}
    yield from few_words({name: holding[name] for name in own if name in holding and name not in _ELSEWHERE})


def _words(name: str, value: Any) -> str:
    setting = SETTINGS.get(name)
    if name in ("model", "local_preset"):
        return one_line(str(value), _LONGEST)
    if name == "system":
        return "system prompt"
    word = name.rpartition(".")[2] if setting is None else setting.short or setting.title.lower()
    if value is None or value is False:
        return f"no {word}"
    return (
        word
        if value is True
        else one_line(f"{word} {value if isinstance(value, str) else shown_value(value)}", _LONGEST)
    )
