"""What a person typed to find conversations, understood: words, filters, and what made no sense."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from chat_tui.grammar import (
    COMPARISONS,
    THOUSANDS,
    Filter,
    NotAFilterError,
    Piece,
    Problem,
    near,
    number,
    one_of,
    pieces,
    unquoted,
)
from chat_tui.search.dates import EXAMPLES, begins, day_of
from chat_tui.search.filters import CHOICES, COST, NAMES, Choice, Test
from chat_tui.search.folding import Term, words

OR = "OR"
_DATED = ("before", "after")
_LEAST_TYPED = 3
"""Letters from which on a word that is being typed is taken as the beginning of one; fewer begin too many."""
LONGEST = 1_000
"""Characters of a query; what a database can be asked for at a time has an end, and what was pasted may have none."""


@dataclass(frozen=True, slots=True)
class Query:
    """What is looked for.

    Args:
        groups: All must be found in a message, or in the title; of a group, one term.
        without: What the message, or the title, must not hold.
        tests: The filters; all must let it pass.
        problems: What wasn't understood.
    """

    groups: tuple[tuple[Term, ...], ...] = ()
    without: tuple[Term, ...] = ()
    tests: tuple[Test, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def terms(self) -> tuple[Term, ...]:
        """All that is searched for, to be highlighted."""
        return tuple(dict.fromkeys(term for group in self.groups for term in group))

    @property
    def is_empty(self) -> bool:
        """Whether nothing is asked for."""
        return not (self.groups or self.without or self.tests)


def parse(text: str, *, now: datetime | None = None, typing: bool = False) -> Query:
    """Return what `text` asks for; nothing that can be typed is an error.

    Args:
        text: Words, of which all must be there; "phrases"; begin*; -without; one OR another; filters.
        now: What days are counted from.
        typing: The word at the end may not have been typed to its end: what begins with it is found too.
    """
    reader = _Reader(now or datetime.now().astimezone())
    if len(text) > LONGEST:
        too_long = f"Only the first {LONGEST:,} characters are searched for."
        reader.problems.append(Problem(LONGEST, len(text), too_long))
        text = text[:LONGEST]
    for piece in pieces(text):
        is_last = piece.end == len(text)
        try:
            reader.read(piece, is_begun=typing and is_last)
        except NotAFilterError as error:
            reader.problems.append(Problem(piece.start, piece.end, str(error), is_last))
    return Query(
        tuple(dict.fromkeys(reader.groups)),
        tuple(dict.fromkeys(reader.without)),
        tuple(reader.tests),
        tuple(reader.problems),
    )


def meant(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield where the line has filters, and what isn't understood; words are neither."""
    for piece in pieces(text):
        query = parse(piece.text)
        if query.problems or query.tests:
            yield piece.start, piece.end, "problem" if query.problems else "filter"


class _Reader:
    """Gathers what the pieces of one text mean."""

    def __init__(self, now: datetime) -> None:
        self._today = now.astimezone().date()
        self._wants_other = False  # OR stands before the next word
        self._is_word = False  # what was read last is a word: OR may follow
        self.groups: list[tuple[Term, ...]] = []
        self.without: list[Term] = []
        self.tests: list[Test] = []
        self.problems: list[Problem] = []

    def read(self, piece: Piece, *, is_begun: bool) -> None:
        """Take `piece` in.

        Raises:
            NotAFilterError: when it looks like a filter and is none, or holds nothing that can be found.
        """
        if piece.text == OR and self._is_word:
            self._wants_other, self._is_word = True, False
            return
        wants_other, self._wants_other, self._is_word = self._wants_other, False, False
        typed = piece.filter
        if typed is not None and self._read_filter(typed, negated=piece.negated):
            return
        body = piece.body
        found = words(body)
        if not found:
            if body.strip('"-*'):
                raise NotAFilterError(f"“{body}” has no letter and no digit, so it can't be searched for.")
            return
        is_open = body.startswith('"') and (body.count('"') % 2 or len(body) == 1)
        is_long = sum(map(len, found)) >= _LEAST_TYPED
        is_prefix = body.endswith("*") or (is_begun and is_long and (not piece.is_quoted or bool(is_open)))
        term = Term(found, is_prefix)
        if piece.negated:
            self.without.append(term)
            return
        self._is_word = True
        if wants_other and self.groups:
            self.groups[-1] = tuple(dict.fromkeys((*self.groups[-1], term)))
        else:
            self.groups.append((term,))

    def _read_filter(self, typed: Filter, *, negated: bool) -> bool:
        """Return whether it is a filter; `http://…` and `x=5` are words."""
        name, sign, value = typed
        if name == COST:
            sign, value = _sign_of(value) if sign == ":" else (sign, value)
            amount = number(value, THOUSANDS)
            if amount is None:
                raise NotAFilterError(f"“{COST}:” needs an amount in $, as in {COST}:>0.1.")
            self.tests.append(Test(name, (amount,), sign, negated))
        elif sign != ":":
            return False
        elif name in CHOICES:
            self._choose(CHOICES[name], value.lower(), negated=negated)
        elif likely := near(name, NAMES):
            raise NotAFilterError(f"There is no filter “{name}:”. Did you mean “{likely}:”?")
        else:
            return False
        return True

    def _choose(self, choice: Choice, value: str, *, negated: bool) -> None:
        wanted = tuple(dict.fromkeys(part.strip() for part in value.split(",") if part.strip()))
        if not wanted:
            some = f": {', '.join(choice.names)}" if choice.names else ""
            raise NotAFilterError(f"“{choice.name}:” needs a value, {choice.meaning}{some}.")
        if choice.name in _DATED:
            self.tests.append(Test(choice.name, (self._moment(choice.name, value),), ":", negated))
            return
        for part in wanted:
            if choice.names and part not in choice.names:
                raise NotAFilterError(one_of(choice.name, part, choice.names))
            if choice.name == "title" and not words(part):
                raise NotAFilterError(f"“{part}” has no letter and no digit, so it can't be searched for.")
        self.tests.append(Test(choice.name, wanted, ":", negated))

    def _moment(self, name: str, value: str) -> datetime:
        day = day_of(unquoted(value), self._today)
        if day is None:
            likely = near(value, EXAMPLES)
            hint = f"Did you mean “{likely}”?" if likely else f"Write 2026-11-01, or one of {', '.join(EXAMPLES)}."
            raise NotAFilterError(f"“{name}:” knows no day “{value}”. {hint}")
        return begins(day)


def _sign_of(value: str) -> tuple[str, str]:
    """Return how `>0.1` compares, and with what; alone, an amount is compared for being equal."""
    for sign in COMPARISONS:
        if value.startswith(sign):
            return sign, value[len(sign) :]
    return "=", value
