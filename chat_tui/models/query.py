"""What a person typed to find models, understood: filters, words, an order, and what made no sense."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches

from chat_tui.models.entry import ModelEntry
from chat_tui.models.filters import CHOICES, FLAGS, MEASURES, Choice, NotAFilterError, Test, compared, number_of
from chat_tui.models.known import PROVIDERS, Known
from chat_tui.models.order import ORDERS, Order

SORT = "sort"
NOT = "not:"
# A quotation may come after a filter's colon too, and its end may not be typed yet.
_PIECE = re.compile(r'(?:"[^"]*(?:"|$)|[^\s"])+')
_FILTER = re.compile(r"(?P<name>[a-z]+)(?P<sign>[:]|[<>]=?|=)(?P<value>.*)", re.IGNORECASE | re.DOTALL)


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
class Query:
    """What is looked for.

    Args:
        words: Searched for, in lower case; all must be found.
        phrases: Quoted ones, of which nothing may be left out.
        without: Words and phrases that neither the id nor the name may hold, in lower case.
        tests: The filters; all must let a model pass. The second says whether the filter is negated.
        order: As `sort:` says; None: no order was typed.
        turned: The order is the other way round (`sort:-in`).
        questions: What the server must be asked; see `known`.
        problems: What wasn't understood.
    """

    words: tuple[str, ...] = ()
    phrases: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    tests: tuple[tuple[Test, bool], ...] = ()
    order: Order | None = None
    turned: bool = False
    questions: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def searched(self) -> list[tuple[str, bool]]:
        """The words and phrases, each with whether it is a phrase."""
        return [(word, False) for word in self.words] + [(phrase, True) for phrase in self.phrases]

    def passes(self, entry: ModelEntry, known: Known) -> bool:
        """Tell whether the filters let `entry` pass; words aren't looked at."""
        for test, negated in self.tests:
            verdict = test(entry, known)
            if verdict is None or verdict is negated:
                return False
        return True


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


def pieces(text: str) -> Iterator[Piece]:
    """Yield the pieces of `text` in their order."""
    for match in _PIECE.finditer(text):
        yield Piece(match.start(), match.end(), match[0])


def closed(text: str) -> str:
    """Return `text` with the end of a quotation that is still open, so that what follows doesn't belong to it."""
    return f'{text}"' if text.count('"') % 2 else text


def parse(text: str) -> Query:
    """Return what `text` asks for; nothing that can be typed is an error."""
    reader = _Reader(text)
    for piece in pieces(text):
        try:
            reader.read(piece)
        except NotAFilterError as error:
            unfinished = piece.end == len(text)
            reader.problems.append(Problem(piece.start, piece.end, str(error), unfinished))
    return Query(
        words=tuple(dict.fromkeys(reader.words)),
        phrases=tuple(dict.fromkeys(reader.phrases)),
        without=tuple(dict.fromkeys(reader.without)),
        tests=tuple(reader.tests),
        order=reader.order,
        turned=reader.turned,
        questions=tuple(dict.fromkeys(reader.questions)),
        problems=tuple(reader.problems),
    )


class _Reader:
    """Gathers what the pieces of one text mean."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.words: list[str] = []
        self.phrases: list[str] = []
        self.without: list[str] = []
        self.tests: list[tuple[Test, bool]] = []
        self.order: Order | None = None
        self.turned = False
        self.questions: list[str] = []
        self.problems: list[Problem] = []

    def read(self, piece: Piece) -> None:
        """Take `piece` in.

        Raises:
            NotAFilterError: when it looks like a filter and is none.
        """
        body = piece.body
        match = None if piece.is_quoted else _FILTER.fullmatch(body)
        if match is not None and self._read_filter(match, negated=piece.negated):
            return
        flag = None if piece.is_quoted else FLAGS.get(body.lower())
        if flag is not None:
            self.tests.append((flag.test, piece.negated))
            self.questions += [flag.question] if flag.question else []
        elif word := _unquoted(body).lower():
            (self.without if piece.negated else self.phrases if piece.is_quoted else self.words).append(word)

    def _read_filter(self, match: re.Match[str], *, negated: bool) -> bool:
        """Return whether it is a filter; `opus:thinking` and `meta/llama:free` are words."""
        name, sign, value = match["name"].lower(), match["sign"], _unquoted(match["value"])
        if sign == ":":
            if name == SORT:
                self._sort(value.lower())
            elif name in CHOICES:
                self._choose(CHOICES[name], value.lower(), negated=negated)
            elif near := _near(name, (*CHOICES, SORT)):
                raise NotAFilterError(f"There is no filter “{name}:”. Did you mean “{near}:”?")
            else:
                return False
        elif name in MEASURES:
            measure = MEASURES[name]
            if not value:
                raise NotAFilterError(
                    f"“{name}{sign}” needs a number: {measure.meaning}, as in {name}{measure.example}."
                )
            self.tests.append((compared(measure, sign, number_of(measure, value)), negated))
        else:
            near = _near(name, MEASURES)
            hint = f"Did you mean “{near}{sign}”?" if near else f"There are: {', '.join(MEASURES)}."
            raise NotAFilterError(f"Nothing is measured as “{name}”. {hint}")
        return True

    def _sort(self, value: str) -> None:
        name = value.lstrip("-")
        if not name:
            raise NotAFilterError(f"“{SORT}:” needs an order: {', '.join(ORDERS)}; with a minus turned round.")
        if name not in ORDERS:
            raise NotAFilterError(_one_of(SORT, name, ORDERS))
        self.order, self.turned = ORDERS[name], value.startswith("-")

    def _choose(self, choice: Choice, value: str, *, negated: bool) -> None:
        if choice.question is not None:
            self.questions.append(PROVIDERS)
        wanted = list(dict.fromkeys(filter(None, value.split(","))))
        if not wanted:
            some = f": {', '.join(choice.values)}" if choice.values else ""
            raise NotAFilterError(f"“{choice.name}:” needs a value, {choice.meaning}{some}.")
        for part in wanted:
            if choice.values and part not in choice.values:
                raise NotAFilterError(_one_of(choice.name, part, choice.values))
        if choice.question is not None:
            self.questions += map(choice.question, wanted)
        self.tests.append((_any_of([choice.test(part) for part in wanted]), negated))


def _any_of(tests: list[Test]) -> Test:
    if len(tests) == 1:
        return tests[0]

    def test(entry: ModelEntry, known: Known) -> bool | None:
        verdicts = [test(entry, known) for test in tests]
        return True if True in verdicts else None if None in verdicts else False

    return test


def _unquoted(text: str) -> str:
    return text.replace('"', "")


def _near(name: str, valid: Iterable[str]) -> str | None:
    return next(iter(get_close_matches(name, list(valid), n=1, cutoff=0.7)), None)


def _one_of(name: str, value: str, valid: Iterable[str]) -> str:
    near = _near(value, valid)
    return f"“{name}:” has no “{value}”. " + (f"Did you mean “{near}”?" if near else f"There are: {', '.join(valid)}.")
