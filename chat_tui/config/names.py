"""Settings by their dotted names, and how the nested shape of the wire and of files becomes that, and back.

`{"provider": {"sort": "price"}, "plugins": [{"id": "web", "max_results": 3}]}` is
`{"provider.sort": "price", "plugins.web.max_results": 3}`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chat_tui.config.schema import ALIASES, KEYED, SETTINGS, TABLES

Layer = Mapping[str, Any]
"""Settings in the shape of the wire: `{"model": …, "parameters": {"temperature": …}}`."""

Values = Mapping[str, Any]
"""Settings by dotted name; None: not to be sent, whatever the layers below say."""

UNSET = "unset"
"""The list of names, in a layer, that aren't sent whatever the layers below say: TOML has no null."""

_ENABLED = "enabled"


def flat(layer: Layer) -> dict[str, Any]:
    """Return the settings of `layer` by their dotted names, in its order; `nested` undoes it."""
    values: dict[str, Any] = {}
    unset = layer.get(UNSET)
    rest = {key: value for key, value in layer.items() if key != UNSET} if isinstance(unset, list) else layer
    _flatten(rest, "", values)
    if isinstance(unset, list):
        values |= {ALIASES.get(name, name): None for name in unset if isinstance(name, str)}
    return values


def nested(values: Values) -> dict[str, Any]:
    """Return `values` in the shape of the wire and of files."""
    layer: dict[str, Any] = {}
    for name, value in values.items():
        if value is not None:
            _place(layer, _path(name, values), value)
    if unset := [name for name, value in values.items() if value is None]:
        layer[UNSET] = unset
    for field, key in KEYED.items():
        if isinstance(items := layer.get(field), dict):
            layer[field] = [_item(key, one, item) for one, item in items.items()]
    return layer


def _flatten(table: Layer, prefix: str, values: dict[str, Any]) -> None:
    for key, value in table.items():
        name = prefix + key
        if name in KEYED and isinstance(value, list):
            _flatten_items(name, value, values)
        elif isinstance(value, Mapping) and (name in TABLES or prefix == "servers."):
            _flatten(value, f"{name}.", values)
        elif value is not None:
            values[ALIASES.get(name, name)] = value


def _flatten_items(name: str, items: list[Any], values: dict[str, Any]) -> None:
    """Put the items of a list by their keys: what is known of one by its fields, any other as a whole."""
    for place, item in enumerate(items):
        key = item_key(name, item)
        if f"{name}.{key}" not in TABLES:
            values[f"{name}.{key or place}"] = item
            continue
        fields = {field: value for field, value in item.items() if field != KEYED[name]}
        # One that is only named is on.
        _flatten(fields or {_ENABLED: True}, f"{name}.{key}.", values)


def item_key(name: str, item: Any) -> str:
    """Return what an item of `plugins` or `tools` is known by: its id or type; functions have a name beside it."""
    if not isinstance(item, Mapping) or not isinstance(key := item.get(KEYED[name]), str):
        return ""
    function = item.get(key) if name == "tools" else None
    called = function.get("name") if isinstance(function, Mapping) else None
    return f"{key}:{called}" if called else key


def _item(key: str, one: str, item: Any) -> Any:
    """Return an item of a list as files and the wire have it."""
    if isinstance(item, Mapping) and key in item:
        return item  # it was kept as a whole
    if not isinstance(item, Mapping):
        return item
    return {key: one, **({} if item == {_ENABLED: True} else item)}


def keys_of(name: str) -> tuple[str, ...]:
    """Return the keys, from outside in, under which `name` stands; an item of a list has its own key for one."""
    first, _, rest = name.partition(".")
    if first == "servers" and rest:
        origin, _, field = rest.rpartition(".")
        return (first, origin, field) if origin else (first, rest)
    if first in KEYED and rest:
        key, _, field = rest.partition(".")
        if f"{first}.{key}" in TABLES:
            return (first, key, *(field.split(".") if field else ()))
        return (first, rest)
    return tuple(name.split("."))


def _path(name: str, values: Values) -> tuple[str, ...]:
    """Return the keys under which `name` is placed among `values`."""
    plain = _PLAIN.get(name)
    # What is mostly a plain value becomes a table when more is said than that.
    is_table = plain and any(values.get(f"{name}.{other}") is not None for other in _MORE[name])
    return (*keys_of(name), *((plain,) if plain and is_table else ()))


_PLAIN = {one.same_as: one.name.rpartition(".")[2] for one in SETTINGS.values() if one.same_as}
_MORE = {
    plain: [name.removeprefix(f"{plain}.") for name in SETTINGS if name.startswith(f"{plain}.")] for plain in _PLAIN
}


def _place(layer: dict[str, Any], keys: tuple[str, ...], value: Any) -> None:
    for key in keys[:-1]:
        inner = layer.get(key)
        if not isinstance(inner, dict):
            inner = layer[key] = {}
        layer = inner
    layer[keys[-1]] = value
