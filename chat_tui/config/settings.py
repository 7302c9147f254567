"""Settings from their layers: built-in, file, conversation, flags; the later layer wins, name by name."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from chat_tui.config.problems import Problem, nearest
from chat_tui.config.schema import APPLICATION_ONLY, ORIGIN, SETTINGS, TABLES
from chat_tui.config.server import is_origin
from chat_tui.paths import NotTomlError, read_toml

Layer = Mapping[str, Any]
"""Settings in the shape of the wire: `{"model": …, "parameters": {"temperature": …}}`."""

# Two ways to say how much a model may think: the server refuses both at once.
_EITHER_OR = {"effort": "max_tokens", "max_tokens": "effort"}
_AN_ORIGIN = "http://localhost:11434"


def merged(*layers: Layer) -> dict[str, Any]:
    """Return the layers as one, later ones winning; tables are merged, lists and values replaced.

    Of settings that exclude each other, a later layer's takes the place of an earlier one's.
    """
    whole: dict[str, Any] = {}
    for layer in layers:
        for name, value in layer.items():
            other = _EITHER_OR.get(name)
            if other is not None and other not in layer:
                whole.pop(other, None)
            known = whole.get(name)
            tables = isinstance(known, Mapping) and isinstance(value, Mapping)
            whole[name] = merged(known or {}, value) if tables else value
    return whole


def _built_in() -> dict[str, Any]:
    whole: dict[str, Any] = {}
    for setting in SETTINGS.values():
        layer = setting.default
        for part in reversed(setting.name.split(".")):
            layer = {part: layer}
        whole = whole if setting.default is None else merged(whole, layer)
    return whole


BUILT_IN: Layer = _built_in()


def read_settings(path: Path) -> tuple[dict[str, Any], list[Problem]]:
    """Return what `config.toml` sets, and what in it is wrong: that is left out, the rest counts."""
    try:
        data = read_toml(path)
    except FileNotFoundError:
        return {}, []
    except OSError as error:
        return {}, [Problem(path, "", f"can't be read: {error.strerror}. The built-in settings are used.")]
    except NotTomlError as error:
        return {}, [Problem(path, "", f"is not TOML: {error}. The built-in settings are used until it is mended.")]
    problems: list[Problem] = []
    return _checked(data, path, problems), problems


def conversation_settings(settings: Layer, path: Path) -> tuple[dict[str, Any], list[Problem]]:
    """Return what of a conversation's own `settings` counts, and what in them is wrong.

    A conversation may come from somebody else: it can't say which server is asked, how, or how the application looks.
    """
    problems = [
        Problem(path, f"settings.{name}", "can't be set by a conversation. It was left out.")
        for name in settings
        if name in APPLICATION_ONLY
    ]
    own = {name: value for name, value in settings.items() if name not in APPLICATION_ONLY}
    return _checked(own, path, problems, shown="settings."), problems


def _checked(data: Layer, path: Path, problems: list[Problem], prefix: str = "", shown: str = "") -> dict[str, Any]:
    """Return what in `data` is right; add what isn't to `problems`.

    Args:
        data: A table of settings.
        path: The file that it is from.
        problems: Gets what is wrong.
        prefix: The table's name in the schema, with a dot; empty for the whole file.
        shown: The table's name in the file, likewise.
    """
    kept: dict[str, Any] = {}
    by_origin = f"{prefix}{ORIGIN}" in TABLES
    for key, value in data.items():
        name, where = prefix + (ORIGIN if by_origin else key), shown + key
        is_known = by_origin or "." not in key  # a quoted "a.b" is one key, not a table's
        setting = SETTINGS.get(name) if is_known else None
        is_table = is_known and name in TABLES
        if by_origin and not is_origin(key):
            problems.append(Problem(path, where, f"is no origin, such as “{_AN_ORIGIN}”. It was left out."))
        elif is_table and isinstance(value, Mapping):
            kept[key] = _checked(value, path, problems, f"{name}.", f"{where}.")
        elif is_table and setting is None:
            problems.append(Problem(path, where, "should be a table. It was left out."))
        elif setting is None:
            problems.append(Problem(path, where, f"is no setting, so it was left out.{nearest(name, SETTINGS)}"))
        elif fault := setting.fault(value):
            problems.append(Problem(path, where, f"{fault} It was left out."))
        else:
            kept[key] = value
    return kept
