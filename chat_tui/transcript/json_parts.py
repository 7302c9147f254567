"""Where the objects and arrays of a JSON text begin and end, found without building its values."""

from __future__ import annotations

import json
import re
from array import array
from bisect import bisect_left
from collections.abc import Iterator
from typing import Any, Final, NamedTuple, NoReturn

LONGEST: Final = 4_000_000
"""Characters of JSON that are worth a tree."""
MOST_PARTS: Final = 50_000
"""Objects and arrays: finding more would hold up keys and the screen."""

_STRING: Final = r'"(?:[^"\\]|\\.)*+"'
_TO_BRACKET: Final = re.compile(rf'[^"\[\]{{}}]*+(?:{_STRING}[^"\[\]{{}}]*+)*+')
_SPACE: Final = re.compile(r"[ \t\r\n]*")
_KEY: Final = re.compile(rf"({_STRING})[ \t\r\n]*:[ \t\r\n]*")
_SCALAR: Final = re.compile(rf"{_STRING}|[^ \t\r\n,\]}}]+")


def _refuse(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


# Numbers needn't be read, and may have more digits than Python reads.
_DECODER: Final[Any] = json.JSONDecoder(parse_int=str, parse_float=str, parse_constant=_refuse)


class NotJsonError(ValueError):
    """The text isn't valid JSON."""


class TooBigError(ValueError):
    """There is more of it than a tree is made of."""


class Child(NamedTuple):
    """A value in an object or array, as positions in the text."""

    start: int
    end: int
    part: int
    """The number of the object or array that it is; -1 for anything else."""
    key: tuple[int, int] | None = None
    comma: bool = False
    """Another one follows."""


class Parts:
    """The objects and arrays of a valid JSON `text`, numbered as they begin.

    Raises:
        NotJsonError: when it isn't valid.
        TooBigError: when nobody would look at all of it.
    """

    def __init__(self, text: str) -> None:
        if len(text) > LONGEST:
            raise TooBigError
        self.text = text
        self.opens = array("L")
        self.closes = array("L")
        self._find()

    def _find(self) -> None:
        """Find all brackets; each part is checked with its own parts as zeros, so that depth costs nothing."""
        text, position = self.text, 0
        levels: list[tuple[int, list[str]]] = [(-1, [])]
        while True:
            end = _after(_TO_BRACKET, text, position)
            bracket = text[end : end + 1]
            part, own = levels[-1]
            own.append(text[position:end])
            if bracket and bracket in "{[":
                own.append("0")
                levels.append((len(self.opens), [bracket]))
                self.opens.append(end)
                self.closes.append(0)
                if len(self.opens) > MOST_PARTS:
                    raise TooBigError
            else:
                own.append(bracket)
                _check("".join(own))
                levels.pop()
                if not bracket or bracket == '"' or not levels:
                    break
                self.closes[part] = end
            position = end + 1
        if bracket or levels:
            raise NotJsonError

    def is_empty(self, part: int) -> bool:
        """Tell whether nothing is in the object or array `part`."""
        return _after(_SPACE, self.text, self.opens[part] + 1) == self.closes[part]

    def children(self, part: int) -> Iterator[Child]:
        """Yield the values in the object or array `part`, in their order, those with the same key too."""
        text, position, end = self.text, self.opens[part] + 1, self.closes[part]
        has_keys = text[self.opens[part]] == "{"
        while (position := _after(_SPACE, text, position)) < end:
            key = None
            if has_keys:
                start, position = position, _after(_KEY, text, position)
                key = (start, _after(_SCALAR, text, start))
            inner = bisect_left(self.opens, position) if text[position] in "{[" else -1
            stop = self.closes[inner] + 1 if inner >= 0 else _after(_SCALAR, text, position)
            after = _after(_SPACE, text, stop)
            yield Child(position, stop, inner, key, text[after] == ",")
            position = after + 1


def _after(pattern: re.Pattern[str], text: str, position: int) -> int:
    found = pattern.match(text, position)
    return found.end() if found else position


def _check(text: str) -> None:
    try:
        _DECODER.decode(text)
    except ValueError:
        raise NotJsonError from None
