"""What a person typed to find models, understood: filters, words, an order, and what made no sense."""

from __future__ import annotations

from dataclasses import dataclass

from chat_tui.grammar import Filter, NotAFilterError, Piece, Problem, near, one_of, pieces, unquoted
from chat_tui.models.entry import ModelEntry
from chat_tui.models.filters import CHOICES, FLAGS, MEASURES, Choice, Test, compared, number_of
from chat_tui.models.known import PROVIDERS, Known
from chat_tui.models.order import ORDERS, Order

SORT = "sort"


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
        body, typed = piece.body, piece.filter
        if typed is not None and self._read_filter(typed, negated=piece.negated):
            return
        flag = None if piece.is_quoted else FLAGS.get(body.lower())
        if flag is not None:
            self.tests.append((flag.test, piece.negated))
            self.questions += [flag.question] if flag.question else []
        elif word := unquoted(body).lower():
            (self.without if piece.negated else self.phrases if piece.is_quoted else self.words).append(word)

    def _read_filter(self, typed: Filter, *, negated: bool) -> bool:
        """Return whether it is a filter; `opus:thinking` and `meta/llama:free` are words."""
        name, sign, value = typed
        if sign == ":":
            if name == SORT:
                self._sort(value.lower())
            elif name in CHOICES:
                self._choose(CHOICES[name], value.lower(), negated=negated)
            elif meant := near(name, (*CHOICES, SORT)):
                raise NotAFilterError(f"There is no filter “{name}:”. Did you mean “{meant}:”?")
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
            meant = near(name, MEASURES)
            hint = f"Did you mean “{meant}{sign}”?" if meant else f"There are: {', '.join(MEASURES)}."
            raise NotAFilterError(f"Nothing is measured as “{name}”. {hint}")
        return True

    def _sort(self, value: str) -> None:
        name = value.lstrip("-")
        if not name:
            raise NotAFilterError(f"“{SORT}:” needs an order: {', '.join(ORDERS)}; with a minus turned round.")
        if name not in ORDERS:
            raise NotAFilterError(one_of(SORT, name, ORDERS))
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
                raise NotAFilterError(one_of(choice.name, part, choice.values))
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
