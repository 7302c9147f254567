"""How a line of filters and words is taken apart, whatever it searches: models, or conversations."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from difflib import get_close_matches
from typing import Any, NamedTuple

NOT = "not:"
COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "<=": operator.le, ">=": operator.ge, "<": operator.lt, ">": operator.gt, "=": operator.eq,
}  # fmt: skip
THOUSANDS = {"": 1, "k": 1_000, "m": 1_000_000, "b": 1_000_000_000}

# A quotation may come after a filter's colon too, and its end may not be typed yet.
_PIECE = re.compile(r'(?:"[^"]*(?:"|$)|[^\s"])+')
_FILTER = re.compile(r"(?P<name>[a-z]+)(?P<sign>[:]|[<>]=?|=)(?P<value>.*)", re.IGNORECASE | re.DOTALL)
_NUMBER = re.compile(r"\$?(\d{1,15}(?:[.,]\d{1,15})?|\.\d{1,15})([a-z]*)", re.IGNORECASE)
_GROUPED = re.compile(r"\$?[1-9]\d{0,2}(?:,\d{3})+")  # 200,000; in 0,125 the comma is a point


class NotAFilterError(ValueError):
    """What doesn't fit a filter, as a sentence."""


@dataclass(frozen=True, slots=True)
class Problem:
    """A piece that isn't understood; it is left out, and the rest counts.

    Args:
        start: Where the piece begins in the text.
        end: Where it ends.
        sentence: What is wrong and what would be right.
        unfinished: It may only not have been typed to its end.
    """

    start: int
    end: int
    sentence: str
    unfinished: bool = False


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A text for the place from `start` to `end`, with the cursor after it.

    Args:
        start: Where what it takes the place of begins.
        end: Where that ends.
        text: The new text; it ends with a blank when nothing more belongs to it.
        meaning: What it does, or how often it would find something.
    """

    start: int
    end: int
    text: str
    meaning: str


class Filter(NamedTuple):
    """A piece that has the form of a filter, whether there is such a filter or not."""

    name: str
    """In lower case."""
    sign: str
    """`:`, or how two numbers stand to each other."""
    value: str
    """Without quotation marks."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of the text without a blank outside quotation marks."""

    start: int
    end: int
    text: str
    """As typed."""

    @property
    def negated(self) -> bool:
        return self.text.lower().startswith(NOT) or (len(self.text) > 1 and self.text[0] == "-")

    @property
    def body(self) -> str:
        """The text without what negates it."""
        if not self.negated:
            return self.text
        return self.text[len(NOT) :] if self.text.lower().startswith(NOT) else self.text[1:]

    @property
    def is_quoted(self) -> bool:
        """Whether it is a phrase, and so never a filter."""
        return self.body.startswith('"')

    @property
    def filter(self) -> Filter | None:
        """The filter that it may be."""
        match = None if self.is_quoted else _FILTER.fullmatch(self.body)
        return None if match is None else Filter(match["name"].lower(), match["sign"], unquoted(match["value"]))


def pieces(text: str) -> Iterator[Piece]:
    """Yield the pieces of `text` in their order."""
    for match in _PIECE.finditer(text):
        yield Piece(match.start(), match.end(), match[0])


def closed(text: str) -> str:
    """Return `text` with the end of a quotation that is still open, so that what follows doesn't belong to it."""
    return f'{text}"' if text.count('"') % 2 else text


def toggled(text: str, filter_text: str) -> str:
    """Return `text` with the filter added at its end, or without it when it is there."""
    text = closed(text)
    there = [piece for piece in pieces(text) if piece.text.lower() == filter_text]
    if not there:
        return f"{text.rstrip()} {filter_text} ".lstrip()
    for piece in reversed(there):
        text = text[: piece.start].rstrip() + " " + text[piece.end :].lstrip()
    return text.lstrip()


def begun(text: str, cursor: int) -> tuple[int, Piece, str] | None:
    """Return what is being typed at the cursor: where a completion would begin, the piece, and what of it is there.

    None where nothing can be completed: between pieces, in a phrase, right after what negates.
    """
    piece = next((piece for piece in pieces(text) if piece.start < cursor <= piece.end), None)
    if piece is None or piece.is_quoted:
        return None
    typed = piece.body[: max(cursor - piece.start - (len(piece.text) - len(piece.body)), 0)]
    return (piece.end - len(piece.body), piece, typed) if typed else None


def number(text: str, units: dict[str, int]) -> Decimal | None:
    """Return the number in `text`, its unit counted in: `200k` is 200,000; None when it is none."""
    match = _NUMBER.fullmatch(text.replace(",", "") if _GROUPED.fullmatch(text) else text)
    unit = match[2].lower() if match else ""
    if match is None or unit not in units:
        return None
    return Decimal(match[1].replace(",", ".")) * units[unit]


def unquoted(text: str) -> str:
    """Return `text` without quotation marks."""
    return text.replace('"', "")


def quoted(value: str) -> str:
    """Return `value` as it can stand behind a filter's colon."""
    return f'"{value}"' if " " in value else value


def near(name: str, valid: Iterable[str]) -> str | None:
    """Return the valid name that `name` is likely meant for."""
    return next(iter(get_close_matches(name, list(valid), n=1, cutoff=0.7)), None)


def one_of(name: str, value: str, valid: Iterable[str]) -> str:
    """Return the sentence for a value that the filter `name` doesn't have."""
    meant = near(value, valid)
    return f"“{name}:” has no “{value}”. " + (
        f"Did you mean “{meant}”?" if meant else f"There are: {', '.join(valid)}."
    )
