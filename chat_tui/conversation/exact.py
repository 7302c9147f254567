"""JSON that loses nothing on the way in and out: every number as it was, every string, the order of names."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

_LONGEST_NUMBER = 100
_LARGEST_EXPONENT = 300


class NotExactJsonError(ValueError):
    """Why a text isn't JSON that can be kept, as the end of a sentence; it doesn't quote the text."""


def loads(text: str | bytes) -> Any:
    """Return what `text` says; what is no number, or one that would only cost memory, is None.

    Raises:
        NotExactJsonError: when it is no JSON, or nested too deeply.
    """
    try:
        return DECODER.decode(text if isinstance(text, str) else text.decode("utf-8-sig"))
    except RecursionError:
        raise NotExactJsonError("it is nested too deeply") from None
    except ValueError:
        raise NotExactJsonError("it is not JSON") from None


def dumps(value: Any) -> str:
    """Return `value` as compact JSON; what `loads` returned comes out as the same values.

    Raises:
        TypeError, RecursionError: when it is nothing that `loads` returns.
    """
    try:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    except (TypeError, ValueError):  # a Decimal is in it: the library can't write one exactly
        return "".join(_pieces(value))


def encode(value: Any) -> bytes:
    """Return `value` as UTF-8; a string that UTF-8 can't hold is escaped."""
    text = dumps(value)
    try:
        return text.encode()
    except UnicodeEncodeError:
        return "".join(f"\\u{ord(c):04x}" if "\ud800" <= c <= "\udfff" else c for c in text).encode()


def number(text: str) -> float | Decimal | None:
    """Return the number that `text` is: a float where that is the same one, else a Decimal; None when it is none."""
    if len(text) > _LONGEST_NUMBER:
        return None
    try:
        exact = Decimal(text)
    except InvalidOperation:
        return None
    if not exact.is_finite() or (exact and abs(exact.adjusted()) > _LARGEST_EXPONENT):
        return None
    near = float(exact)
    return near if Decimal(repr(near)) == exact else exact


def _integer(text: str) -> int | None:
    return int(text) if len(text) <= _LONGEST_NUMBER else None


DECODER = json.JSONDecoder(parse_float=number, parse_int=_integer, parse_constant=number, strict=False)
"""Reads as `loads` does; for texts that hold several values."""


def _pieces(value: Any) -> Iterator[str]:
    match value:
        case Decimal():
            yield str(value)
        case Mapping():
            for place, (name, item) in enumerate(value.items()):
                yield f"{',' if place else '{'}{json.dumps(name, ensure_ascii=False)}:"
                yield from _pieces(item)
            yield "}" if value else "{}"
        case list() | tuple():
            for place, item in enumerate(value):
                yield "," if place else "["
                yield from _pieces(item)
            yield "]" if value else "[]"
        case _:
            yield json.dumps(value, ensure_ascii=False, allow_nan=False)
