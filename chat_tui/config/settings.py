"""Settings as files have them: what of a file counts, and what in it is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from chat_tui.config.layers import merged
from chat_tui.config.names import UNSET, Layer, item_key, nested
from chat_tui.config.problems import Problem, nearest
from chat_tui.config.schema import APPLICATION_ONLY, KEYED, ORIGIN, SETTINGS, TABLES, is_of_application
from chat_tui.config.server import is_origin
from chat_tui.paths import NotTomlError, parse_toml, read_file

__all__ = [
    "BUILT_IN",
    "CHAT_BUILT_IN",
    "Layer",
    "conversation_settings",
    "merged",
    "preset_settings",
    "read_preset_settings",
    "read_settings",
]

Keys = tuple[str | int, ...]
"""Keys of a file from outside in; an item of a list by its number."""

LEFT_OUT = "It was left out."
_MOST_TOLD = 10
_LONGEST_NAME = 100
_AN_ORIGIN = "http://localhost:11434"

BUILT_IN: Layer = nested({one.name: one.default for one in SETTINGS.values() if one.default is not None})
CHAT_BUILT_IN: Layer = {name: value for name, value in BUILT_IN.items() if name not in APPLICATION_ONLY}
"""What of it is a chat's."""


def read_settings(path: Path) -> tuple[dict[str, Any], list[Problem]]:
    """Return what `config.toml` sets, and what in it is wrong: that is left out, the rest counts."""
    try:
        return _read(_Checking(path), read_file(path))
    except FileNotFoundError:
        return {}, []
    except OSError as error:
        return {}, [Problem(path, "", f"can't be read: {error.strerror}. The built-in settings are used.")]
    except NotTomlError as error:
        return {}, [Problem(path, "", f"is not TOML: {error}. The built-in settings are used until it is mended.")]


def conversation_settings(settings: Layer, path: Path) -> tuple[dict[str, Any], list[Problem]]:
    """Return what of a conversation's own `settings` counts, and what in them is wrong.

    A conversation may come from somebody else: it can't say which server is asked, how, or how the application looks.
    """
    checking = _Checking(path, "a conversation", shown="settings.")
    return checking.table(settings), checking.problems


def preset_settings(settings: Layer, path: Path) -> tuple[dict[str, Any], list[Problem]]:
    """Return what of a preset's `settings` counts, and what in them is wrong: what a conversation can't set either."""
    checking = _preset(path)
    return checking.table(settings), checking.problems


def read_preset_settings(path: Path) -> tuple[dict[str, Any], list[Problem]]:
    """Return what the preset in the file `path` sets, and what in it is wrong.

    Raises:
        OSError: when the file can't be read.
    """
    try:
        return _read(_preset(path), read_file(path))
    except NotTomlError as error:
        return {}, [Problem(path, "", f"is not TOML: {error}. It sets nothing until it is mended.")]


def _preset(path: Path) -> _Checking:
    return _Checking(path, "a preset", more_refused=("local_preset",))


def _read(checking: _Checking, content: bytes) -> tuple[dict[str, Any], list[Problem]]:
    """Return what of a file's `content` counts, and what in it is wrong, with lines."""
    kept = checking.table(parse_toml(content))
    if not checking.problems:
        return kept, []
    from chat_tui.config.toml_places import Places

    places = Places(content.decode("utf-8-sig"))
    return kept, [one._replace(line=places.line(at)) for one, at in zip(checking.problems, checking.at, strict=True)]


@dataclass(slots=True)
class _Checking:
    """Sorts what is right in a file from what is wrong.

    Args:
        path: The file.
        whose: Who can't set what is the application's alone; empty for `config.toml`, which can.
        shown: What the names of the settings are preceded by in the file, with a dot.
        more_refused: What it can't set either.
    """

    path: Path
    whose: str = ""
    shown: str = ""
    more_refused: tuple[str, ...] = ()
    problems: list[Problem] = field(default_factory=list)
    at: list[Keys] = field(default_factory=list)
    """Where in the file each problem is."""

    def table(self, data: Layer, prefix: str = "", place: str = "", at: Keys = ()) -> dict[str, Any]:
        """Return what in `data` is right.

        Args:
            data: A table of settings.
            prefix: The table's name in the schema, with a dot; empty for all of it.
            place: The table's name for people, likewise.
            at: Where it is in the file.
        """
        kept: dict[str, Any] = {}
        for key, value in data.items():
            if not prefix and self.whose and (key in APPLICATION_ONLY or key in self.more_refused):
                self._wrong(key, (key,), f"can't be set by {self.whose}. {LEFT_OUT}")
            elif not prefix and key == UNSET:
                kept |= self._unset(value)
            elif not prefix and key in KEYED and isinstance(value, list):
                items = self._items(key, value)
                kept |= {key: items} if items or not value else {}
            else:
                kept |= self._one(key, value, prefix, place + key, (*at, key))
        if prefix == "reasoning." and {"effort", "max_tokens"} <= kept.keys():
            self._wrong(
                "reasoning.max_tokens", (*at, "max_tokens"), f"excludes reasoning.effort, which is set. {LEFT_OUT}"
            )
            del kept["max_tokens"]
        return kept

    def _one(self, key: str, value: Any, prefix: str, where: str, at: Keys) -> dict[str, Any]:
        """Return the setting `key` of the table that `prefix` names, or nothing when it is wrong."""
        by_origin = f"{prefix}{ORIGIN}" in TABLES
        name = prefix + (ORIGIN if by_origin else key)
        is_known = by_origin or "." not in key  # a quoted "a.b" is one key, not a table's
        setting = SETTINGS.get(name) if is_known else None
        is_table = is_known and name in TABLES
        if by_origin and not is_origin(key):
            self._wrong(where, at, f"is no origin, such as “{_AN_ORIGIN}”. {LEFT_OUT}")
        elif is_table and isinstance(value, Mapping):
            return {key: self.table(value, f"{name}.", f"{where}.", at)}
        elif is_table and setting is None:
            self._wrong(where, at, f"should be a {'list' if name in KEYED else 'table'}. {LEFT_OUT}")
        elif setting is None:
            self._wrong(where, at, "is no setting, so it was left out.", name)
        elif self.whose and is_of_application(name):
            self._wrong(where, at, f"can't be set by {self.whose}. {LEFT_OUT}")
        elif fault := setting.fault(value):
            self._wrong(where, at, f"{fault} {LEFT_OUT}")
        else:
            return {key: value}
        return {}

    def _items(self, name: str, items: list[Any]) -> list[Any]:
        """Return the right items of a list of tables that a key tells apart."""
        kept: list[Any] = []
        for place, item in enumerate(items, 1):
            key = KEYED[name]
            if not isinstance(item, Mapping):
                self._wrong(name, (name, place - 1), f"is wrong at item {place}: it should be a table. {LEFT_OUT}")
            elif not isinstance(item.get(key), str):
                self._wrong(name, (name, place - 1), f"is wrong at item {place}: it needs “{key}”, a text. {LEFT_OUT}")
            elif fault := _ANYTHING.fault(dict(item)):
                self._wrong(name, (name, place - 1), f"is wrong at item {place}: it {fault} {LEFT_OUT}")
            elif (table := f"{name}.{item_key(name, item)}") not in TABLES:
                kept.append(item)
            else:
                fields = {field: value for field, value in item.items() if field != key}
                if (right := self.table(fields, f"{table}.", f"{table}.", (name, place - 1))) or not fields:
                    kept.append({key: item[key], **right})
        return kept

    def _unset(self, names: Any) -> dict[str, Any]:
        if not isinstance(names, list):
            self._wrong(UNSET, (UNSET,), f"should be a list of settings' names. {LEFT_OUT}")
            return {}
        known = [name for name in names if isinstance(name, str) and (name in SETTINGS or name.startswith(_OTHERS))]
        for name in names:
            if name not in known:
                shown = str(name)[:_LONGEST_NAME]
                self._wrong(UNSET, (UNSET,), f"names no setting with “{shown}”.", shown)
        return {UNSET: known} if known else {}

    def _wrong(self, where: str, at: Keys, reason: str, unknown: str = "") -> None:
        """Note what is wrong, with the setting that `unknown` may mean; a file of nothing else is told in part."""
        if len(self.problems) > _MOST_TOLD:
            return
        if len(self.problems) == _MOST_TOLD:
            where, at, reason = "", (), "has more that is wrong. Mend this first."
        elif unknown:
            reason += nearest(unknown, SETTINGS) if unknown not in SETTINGS else " Write it without quotes."
        self.at.append(at)
        self.problems.append(Problem(self.path, (self.shown + where)[:_LONGEST_NAME] if where else "", reason))


_ANYTHING = SETTINGS["trace"]  # a table of whatever JSON has
_OTHERS = tuple(f"{name}." for name in KEYED)
