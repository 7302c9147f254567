"""A setting's value as people type it: `0.2`, `on`, `2k`, `a, b`, `{"k": 1}`, `unset`."""

from __future__ import annotations

import json
import re
import tomllib
from math import isfinite
from typing import Any

from chat_tui.config.problems import ConfigError, nearest
from chat_tui.config.setting import Setting

UNSET_WORDS = ("unset", "none")
"""Words that mean: send nothing, whatever the layers below say. A choice of the same name comes first."""

_SWITCHES = {"on": True, "yes": True, "true": True, "off": False, "no": False, "false": False}
_NUMBER = re.compile(
    r"\$?\s*([+-]?(?:[1-9]\d{0,2}(?:,\d{3})+(?:\.\d*)?|\d[\d_]*\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)\s*([^\d\s,][^\d]*)?"
)
"""Commas stand between thousands only: “0,2” is no 2."""
_DECIMAL_COMMA = re.compile(r"[^,.]*\d,\d[^,.]*")
_LONGEST_TOLD = 100  # characters of what was typed
_THOUSANDS = {"k": 1e3, "m": 1e6}
_UNITS: dict[str, dict[str, float]] = {
    "seconds": {"s": 1, "sec": 1, "second": 1, "seconds": 1, "ms": 0.001, "min": 60},
    "tokens per second": {"tok/s": 1, "t/s": 1, "tokens/s": 1},
    "tokens": {"tok": 1, "tokens": 1, "token": 1},
    "USD": {"$": 1, "usd": 1},
    "USD per million tokens": {"$": 1, "usd": 1, "$/m": 1},
}
_QUOTED = re.compile(r'\s*("(?:[^"\\]|\\.)*"|[^,]*)\s*(?:,|$)')


def read_value(setting: Setting, text: str) -> Any:
    """Return what `text` says for `setting`; None for a word that means: not sent.

    Raises:
        ConfigError: a sentence with the reason, what it may be, and the nearest choice.
    """
    text = text.strip()
    if not text:
        raise ConfigError(f"{setting.title} needs a value: {setting.range}.")
    if text.lower() in UNSET_WORDS and text.lower() not in setting.choices:
        return None
    value = _value(setting, text)
    if fault := setting.fault(value):
        more = "" if "isn't one of" in fault else f" It may be {setting.range}."
        raise ConfigError(f"{setting.title} {fault}{more}")
    return value


def shown_value(value: Any) -> str:
    """Return `value` as it can be typed again, in one line; nothing for None."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, list) and value and all(isinstance(item, str) for item in value):
        return ", ".join(_plain_or_quoted(item) for item in value)
    if isinstance(value, str):
        return _plain_or_quoted(value, in_list=False)
    return json.dumps(value, ensure_ascii=False, default=str)


def _value(setting: Setting, text: str) -> Any:
    kinds = setting.kinds
    if text[0] in "{[" and (dict in kinds or list in kinds):
        return _structure(setting, text)
    if bool in kinds:
        return _switch(setting, text)
    if int in kinds or float in kinds:
        return _number(setting, text)
    if list in kinds:
        items = _items(setting, text)
        return items[0] if str in kinds and len(items) == 1 else items
    if str in kinds:
        return _text(setting, text)
    raise ConfigError(f'{setting.title} should be {setting.range}, as JSON or TOML: {{"name": 1}}.')


def _switch(setting: Setting, text: str) -> bool:
    try:
        return _SWITCHES[text.lower()]
    except KeyError:
        raise ConfigError(
            f"{setting.title} is on or off, not “{text[:_LONGEST_TOLD]}”.{nearest(text, _SWITCHES)}"
        ) from None


def _number(setting: Setting, text: str) -> int | float:
    match = _NUMBER.fullmatch(text)
    factor = _factor(setting, (match[2] or "").strip()) if match else None
    if match is None or factor is None:
        near = f" Did you mean “{text.replace(',', '.')}”?" if _DECIMAL_COMMA.fullmatch(text) else ""
        raise ConfigError(
            f"{setting.title} is no number that way: “{text[:_LONGEST_TOLD]}”.{near} It may be {setting.range}."
        )
    digits = match[1].replace(",", "").replace("_", "")
    number = float(digits) * factor
    whole = number.is_integer() and (int in setting.kinds or not any(mark in digits for mark in ".eE"))
    if not whole and float not in setting.kinds:
        raise ConfigError(
            f"{setting.title} should be a whole number, not {text[:_LONGEST_TOLD]}. It may be {setting.range}."
        )
    # Digits that a float would round, such as a long seed's, stay as they are.
    is_exact = factor == 1 and digits.lstrip("+-").isdecimal() and isfinite(number)
    return int(digits) if is_exact else int(number) if whole else number


def _factor(setting: Setting, unit: str) -> float | None:
    """Return what a number with `unit` behind it is to be multiplied by, or None for a unit that isn't one here."""
    if not unit:
        return 1
    word = unit.lower()
    return _UNITS.get(setting.unit, {}).get(word) or _THOUSANDS.get(word)


def _items(setting: Setting, text: str) -> list[Any]:
    items: list[Any] = []
    position = 0
    while position < len(text) and (match := _QUOTED.match(text, position)):
        piece = match[1].strip()
        if not piece and match.end() < len(text):
            raise ConfigError(
                f"{setting.title} has an empty item in “{text[:_LONGEST_TOLD]}”. Put commas between items only."
            )
        items += [_unquoted(setting, piece)] if piece else []
        position = match.end()
    return items


def _text(setting: Setting, text: str) -> str:
    value = _unquoted(setting, text)
    lower = value.lower()
    return lower if value not in setting.choices and lower in setting.choices else value


def _unquoted(setting: Setting, text: str) -> str:
    """Return what stands in double quotes, with JSON's escapes; other text as it is."""
    if len(text) < 2 or text[0] != '"' or text[-1] != '"':
        return text
    try:
        value = json.loads(text)
    except ValueError:
        raise ConfigError(f"{setting.title}: what is in quotes can't be read: {text[:_LONGEST_TOLD]}") from None
    return str(value)


def _structure(setting: Setting, text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        pass
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except (ValueError, RecursionError):  # of a number with thousands of digits it says no more than the first
        like = '{"name": 1} or {name = 1}' if text[0] == "{" else '["a", "b"]'
        raise ConfigError(f"{setting.title} is neither JSON nor TOML that way. It should look like {like}.") from None


def _plain_or_quoted(text: str, *, in_list: bool = True) -> str:
    needs = text != text.strip() or not text or not text.isprintable() or text[0] in '"{['
    needs = needs or (in_list and "," in text) or text.lower() in UNSET_WORDS
    return json.dumps(text, ensure_ascii=False) if needs else text
