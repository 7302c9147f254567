"""The layers of a chat's settings: what each says, which one counts, and where it is from."""

from __future__ import annotations

from typing import Any, Literal, NamedTuple

from chat_tui.config.names import Layer, Values, flat, nested

Origin = Literal["built-in", "config.toml", "preset", "conversation", "flags"]
"""A layer, the lowest first; what was changed in a chat is the conversation's."""

RIVALS = {
    "reasoning.effort": "reasoning.max_tokens",
    "reasoning.max_tokens": "reasoning.effort",
    "parameters.max_tokens": "parameters.max_completion_tokens",
    "parameters.max_completion_tokens": "parameters.max_tokens",
}
"""Settings that say the same in two ways: of both in different layers, the upper layer's counts."""


def stacked(*layers: Values) -> dict[str, Any]:
    """Return what holds when the later of `layers` win, name by name; None says that nothing does."""
    whole: dict[str, Any] = {}
    for layer in layers:
        for name, value in layer.items():
            rival = RIVALS.get(name)
            if rival is not None and value is not None and rival not in layer:
                whole.pop(rival, None)
            whole[name] = value
    return whole


def merged(*layers: Layer) -> dict[str, Any]:
    """Return layers in the shape of the wire as one, the later ones winning name by name; lists are replaced."""
    whole = stacked(*map(flat, layers))
    return nested({name: value for name, value in whole.items() if value is not None})


class Held(NamedTuple):
    """What holds for one setting, and which layer says so; `value` None: it is not sent."""

    value: Any = None
    origin: Origin | None = None
    """None when no layer says anything."""


_NOTHING: Values = {}


class Layers(NamedTuple):
    """What each layer says, by dotted names; the lowest first."""

    built_in: Values = _NOTHING
    file: Values = _NOTHING
    """`config.toml`."""
    preset: Values = _NOTHING
    """The local preset that the chat uses."""
    conversation: Values = _NOTHING
    """What was changed in this chat."""
    flags: Values = _NOTHING
    """What the command line said, for this run."""

    def named(self) -> tuple[tuple[Origin, Values], ...]:
        """Return the layers with their names, the lowest first."""
        return (
            ("built-in", self.built_in),
            ("config.toml", self.file),
            ("preset", self.preset),
            ("conversation", self.conversation),
            ("flags", self.flags),
        )

    def values(self) -> dict[str, Any]:
        """Return what holds, by dotted names: exactly what would be sent."""
        whole = stacked(*(values for _, values in self.named()))
        return {name: value for name, value in whole.items() if value is not None}

    def settings(self) -> dict[str, Any]:
        """Return what holds, in the shape of the wire."""
        return nested(self.values())

    def held(self, name: str) -> Held:
        """Return what holds for `name`, and where it is from."""
        value = self.values().get(name)
        origin = next((origin for origin, values in reversed(self.named()) if name in values), None)
        if value is None and origin is not None and not self._is_unset(name):
            return Held()  # a rival above took its place
        return Held(value, origin)

    def said(self, name: str) -> list[tuple[Origin, Any]]:
        """Return what each layer that says something of `name` says, the lowest first; None: not to be sent."""
        return [(origin, values[name]) for origin, values in self.named() if name in values]

    def with_preset(self, name: str, values: Values) -> Layers:
        """Return the layers as they are once the chat uses a local preset, which sets `values`, and says no more."""
        gone = {*values, *(RIVALS[known] for known in values if known in RIVALS)}
        conversation, flags = (
            {known: value for known, value in layer.items() if known not in gone}
            for layer in (self.conversation, self.flags)
        )
        return self._replace(preset=values, conversation={**conversation, "local_preset": name}, flags=flags)

    def _is_unset(self, name: str) -> bool:
        return next((values[name] is None for _, values in reversed(self.named()) if name in values), False)
