"""Decodes JSON that a stranger wrote, numbers exactly."""

from __future__ import annotations

import json
import re
from decimal import Decimal, InvalidOperation
from typing import Any

# Nothing on this wire is near these; past them a number only costs memory once something rounds or prints it.
_LONGEST_NUMBER = 100
LARGEST_EXPONENT = 40

# Deeper than any schema of a tool, and far from where writing it again would fail.
_DEEPEST = 100

# A value of one byte costs a thousand when it is found to be of the wrong type.
_MOST_VALUES = 250_000

_STRING = re.compile(r'"(?:[^"\\]|\\.)*+"')
_SURROGATE_ESCAPE = re.compile(r"\\u[dD][89a-fA-F]")


def decode_json(text: str, most_values: int = _MOST_VALUES) -> Any:
    """Return the value of JSON `text`; numbers with a fraction or an exponent are `Decimal`, as written.

    Lone surrogates become U+FFFD: no file or socket takes them. Numbers that aren't real ones (NaN, 1e999999999,
    thousands of digits) become None.

    Raises:
        ValueError: `text` isn't JSON, has more than 100 values inside each other, or more than `most_values` in all.
    """
    if text.count(",") > most_values and _STRING.sub("", text).count(",") > most_values:
        raise ValueError("too many values")
    try:
        value = json.loads(text, parse_float=_number, parse_int=_integer, parse_constant=_no_number)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    if text.count("[") + text.count("{") > _DEEPEST and _is_deep(value):
        raise ValueError("nested too deeply")
    return _encodable(value) if _SURROGATE_ESCAPE.search(text) else value


def _is_deep(value: Any) -> bool:
    level = [value]
    for _ in range(_DEEPEST):
        level = [
            item
            for outer in level
            if isinstance(outer, dict | list)
            for item in (outer.values() if isinstance(outer, dict) else outer)
        ]
        if not level:
            return False
    return any(isinstance(item, dict | list) for item in level)


def _number(text: str) -> Decimal | None:
    if len(text) > _LONGEST_NUMBER:
        return None
    try:
        number = Decimal(text)
    except InvalidOperation:  # an exponent beyond what Decimal holds
        return None
    return number if not number or abs(number.adjusted()) <= LARGEST_EXPONENT else None


def _integer(text: str) -> int | None:
    return int(text) if len(text) <= _LONGEST_NUMBER else None


def _no_number(_: str) -> None:
    return None


def _encodable(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, list):
        return [_encodable(item) for item in value]
    if isinstance(value, dict):
        return {_encodable(key): _encodable(item) for key, item in value.items()}
    return value
