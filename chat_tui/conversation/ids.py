"""Identifiers that sort by time, and the moments they hold."""

from __future__ import annotations

import os
import threading
from datetime import UTC, datetime, timedelta
from typing import TypeGuard

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's base 32: no i, l, o, u
_VALUES = {character: value for value, character in enumerate(_ALPHABET)}
_RANDOM_BITS = 80
ID_LENGTH = 26
_LAST_MILLISECOND = 253_402_300_799_999  # of the year 9999: an id made by hand may hold more

_FIRST_YEAR = 2000

_lock = threading.Lock()
_last = 0


def new_id() -> str:
    """Return a new identifier: 26 lower-case characters, 48 bits of milliseconds, then 80 random ones.

    Identifiers made by one process always sort in the order they were made, also within a millisecond.
    """
    global _last  # noqa: PLW0603 - the order is a promise of the process, not of an object
    now = int(datetime.now(UTC).timestamp() * 1000)
    with _lock:
        value = (now << _RANDOM_BITS) | int.from_bytes(os.urandom(_RANDOM_BITS // 8))
        _last = value = value if value > _last else _last + 1
    return "".join(_ALPHABET[value >> shift & 31] for shift in range(125, -1, -5))


def is_id(text: object) -> TypeGuard[str]:
    """Tell whether `text` has the form of an identifier."""
    return isinstance(text, str) and len(text) == ID_LENGTH and all(character in _VALUES for character in text)


def created_at(identifier: str) -> datetime:
    """Return when `identifier` was made, in UTC, to the millisecond."""
    value = 0
    for character in identifier:
        value = value << 5 | _VALUES[character]
    milliseconds = min(value >> _RANDOM_BITS, _LAST_MILLISECOND)
    return datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=milliseconds)


def begun_at(identifier: str, written: datetime) -> datetime:
    """Return when a message was begun, as its `identifier` says; where that holds no time, when it was `written`.

    What was imported from where there are no times has an identifier from long ago.
    """
    begun = created_at(identifier)
    return begun if begun.year >= _FIRST_YEAR else written


def now() -> datetime:
    """Return the present moment in UTC, to the millisecond that is stored."""
    moment = datetime.now(UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def format_time(moment: datetime) -> str:
    """Return `moment` as RFC 3339 in UTC with milliseconds and `Z`."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def parse_time(text: str) -> datetime:
    """Return the moment that an RFC 3339 `text` names.

    Raises:
        ValueError: when it names none, or has no time zone.
    """
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"a time without a zone: {text}")
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError(f"a time that UTC can't hold: {text}") from None
