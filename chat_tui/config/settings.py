"""Settings from their layers: built-in, file, conversation, flags; the later layer wins, name by name."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from chat_tui.config.problems import Problem, nearest
from chat_tui.config.schema import SETTINGS, TABLES
from chat_tui.paths import NotTomlError, read_toml

Layer = Mapping[str, Any]
"""Settings in the shape of the wire: `{"model": …, "parameters": {"temperature": …}}`."""

BUILT_IN: Layer = {name: setting.default for name, setting in SETTINGS.items() if setting.default is not None}


def merged(*layers: Layer) -> dict[str, Any]:
    """Return the layers as one, later ones winning; tables are merged, lists and values replaced."""
    whole: dict[str, Any] = {}
    for layer in layers:
        for name, value in layer.items():
            known = whole.get(name)
            tables = isinstance(known, Mapping) and isinstance(value, Mapping)
            whole[name] = merged(known or {}, value) if tables else value
    return whole


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


def _checked(data: Mapping[str, Any], path: Path, problems: list[Problem], prefix: str = "") -> dict[str, Any]:
    """Return what in `data` is right; add what isn't to `problems`."""
    kept: dict[str, Any] = {}
    for key, value in data.items():
        name = prefix + key
        setting = None if "." in key else SETTINGS.get(name)  # a quoted "a.b" is one key, not a table's
        if name in TABLES and setting is None and isinstance(value, Mapping):
            kept[key] = _checked(value, path, problems, f"{name}.")
        elif name in TABLES and setting is None:
            problems.append(Problem(path, name, "should be a table. It was left out."))
        elif setting is None:
            problems.append(Problem(path, name, f"is no setting, so it was left out.{nearest(name, SETTINGS)}"))
        elif fault := setting.fault(value):
            problems.append(Problem(path, name, f"{fault} It was left out."))
        else:
            kept[key] = value
    return kept
