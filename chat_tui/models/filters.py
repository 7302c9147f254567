"""The filters of the model picker's language: their names, what follows them, and which models they let through.

How a line is taken apart into filters and words is in `query.py`, what completes it in `completing.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import TypeAlias

from chat_tui.grammar import COMPARISONS, THOUSANDS, NotAFilterError, number
from chat_tui.models.entry import ModelEntry
from chat_tui.models.known import PROVIDER, ZDR, Known
from chat_tui.models.prices import per_million

Verdict: TypeAlias = "bool | None"
"""Whether a model passes; None: that isn't known, so neither the filter nor its contrary lets it pass."""
Test: TypeAlias = Callable[[ModelEntry, Known], Verdict]

EXPIRING_DAYS = 60
"""How soon a model ends for `expiring`, and for warnings."""

_DAYS = {"": 1, "d": 1, "w": 7, "m": 30, "y": 365}

INPUTS = ("text", "image", "file", "audio", "video")
OUTPUTS = ("text", "image", "audio", "video", "embeddings", "rerank", "decisions", "speech", "transcription")


@dataclass(frozen=True, slots=True)
class Flag:
    """A filter that is a word by itself: `free`."""

    name: str
    meaning: str
    test: Test
    question: str | None = None
    """What the server is asked for it."""


@dataclass(frozen=True, slots=True)
class Measure:
    """A filter that compares a number: `ctx>200k`.

    Args:
        name: Before the sign.
        meaning: What is measured, and in which unit.
        of: The model's number; None: not told.
        units: What letters after a number stand for.
        example: What mostly follows the name, a sign and a number.
    """

    name: str
    meaning: str
    of: Callable[[ModelEntry, Known], Decimal | int | float | None]
    units: dict[str, int]
    example: str


@dataclass(frozen=True, slots=True)
class Choice:
    """A filter that wants one of several values: `author:google`; commas stand for “or”.

    Args:
        name: Before the colon.
        meaning: What is chosen by.
        test: Makes the filter of one value, in lower case.
        values: All that there are, or empty when any word could be one.
        occurring: The values of one model, for completion.
        question: Makes the question that the server is asked for a value.
    """

    name: str
    meaning: str
    test: Callable[[str], Test]
    values: tuple[str, ...] = ()
    occurring: Callable[[ModelEntry], Sequence[str]] | None = None
    question: Callable[[str], str] | None = None


def _token_price(field: str) -> Callable[[ModelEntry, Known], Decimal | None]:
    return lambda entry, _: per_million(getattr(entry.prices, field))


def age_in_days(entry: ModelEntry, known: Known) -> float | None:
    """Return for how many days the model has been in the catalogue."""
    return None if entry.created is None else (known.now - entry.created) / timedelta(days=1)


def days_left(entry: ModelEntry, known: Known) -> int | None:
    """Return for how many more days the model is offered, 0 on its last one; None when no end is told."""
    return None if entry.expires is None else (entry.expires - known.now.date()).days


def _expiring(entry: ModelEntry, known: Known) -> bool:
    left = days_left(entry, known)
    return left is not None and left <= EXPIRING_DAYS


def _in_answer(question: str) -> Test:
    def test(entry: ModelEntry, known: Known) -> Verdict:
        told = known.told(question)
        return None if told is None else entry.id in told

    return test


def _begins(of: Callable[[ModelEntry], Sequence[str]]) -> Callable[[str], Test]:
    """Return a filter for values of which the beginning is enough, so that the list narrows while one is typed."""
    return lambda wanted: lambda entry, _: any(value.lower().startswith(wanted) for value in of(entry))


def _has(of: Callable[[ModelEntry], Sequence[str]]) -> Callable[[str], Test]:
    return lambda wanted: lambda entry, _: wanted in of(entry)


def _variants(entry: ModelEntry) -> Sequence[str]:
    return entry.variant.split(":") if entry.variant else ()


FLAGS: dict[str, Flag] = {
    flag.name: flag
    for flag in (
        Flag("free", "costs nothing", lambda entry, _: entry.is_free),
        Flag("tools", "can call tools", lambda entry, _: entry.has_tools),
        Flag("reasoning", "thinks before it answers", lambda entry, _: entry.has_reasoning),
        Flag("json", "can be made to answer in JSON", lambda entry, _: entry.has_json),
        Flag("zdr", "is served without keeping any data", _in_answer(ZDR), ZDR),
        Flag("fav", "is a favourite", lambda entry, known: entry.id in known.favourites),
        Flag("recent", "was used lately", lambda entry, known: entry.id in known.recents),
        Flag("expiring", f"ends within {EXPIRING_DAYS} days", _expiring),
        Flag("open", "has open weights", lambda entry, _: bool(entry.hugging_face_id)),
        Flag("router", "chooses another model for each prompt", lambda entry, _: entry.is_router),
    )
}

MEASURES: dict[str, Measure] = {
    measure.name: measure
    for measure in (
        Measure("ctx", "context, in tokens", lambda entry, _: entry.context, THOUSANDS, ">200k"),
        Measure("max", "longest reply, in tokens", lambda entry, _: entry.max_output, THOUSANDS, ">32k"),
        Measure("in", "price of input, $ per million tokens", _token_price("prompt"), THOUSANDS, "<1"),
        Measure("out", "price of output, $ per million tokens", _token_price("completion"), THOUSANDS, "<5"),
        Measure(
            "cache",
            "price of cached input, $ per million tokens",
            _token_price("input_cache_read"),
            THOUSANDS,
            "<0.10",
        ),
        Measure("new", "age in the catalogue, in days", age_in_days, _DAYS, "<30d"),
        Measure("iq", "intelligence index", lambda entry, _: entry.scores.intelligence, {"": 1}, ">50"),
        Measure("coding", "coding index", lambda entry, _: entry.scores.coding, {"": 1}, ">50"),
        Measure("agentic", "agentic index", lambda entry, _: entry.scores.agentic, {"": 1}, ">50"),
    )
}

CHOICES: dict[str, Choice] = {
    choice.name: choice
    for choice in (
        Choice("in", "what it takes", _has(lambda entry: entry.inputs), INPUTS, lambda entry: entry.inputs),
        Choice("out", "what it gives", _has(lambda entry: entry.outputs), OUTPUTS, lambda entry: entry.outputs),
        Choice(
            "author",
            "who made it",
            _begins(lambda entry: (entry.author,)),
            occurring=lambda entry: (entry.author,) if entry.author else (),
        ),
        Choice(
            "provider",
            "who serves it",
            lambda wanted: _in_answer(PROVIDER + wanted),
            question=lambda wanted: PROVIDER + wanted,
        ),
        Choice("variant", "a variant such as free or thinking", _has(_variants), occurring=_variants),
        Choice(
            "param",
            "a field of requests that it knows",
            _has(lambda entry: entry.parameters),
            occurring=lambda entry: entry.parameters,
        ),
    )
}


def number_of(measure: Measure, text: str) -> Decimal:
    """Return the number in `text`, its unit counted in: `200k` is 200,000.

    Raises:
        NotAFilterError: when it is none.
    """
    found = number(text, measure.units)
    if found is None:
        raise NotAFilterError(f"“{text}” is no number here. Write one as in {measure.name}{measure.example}.")
    return found


def compared(measure: Measure, sign: str, bound: Decimal) -> Test:
    """Return the filter that lets a model pass when its number stands so to `bound`; one that isn't told doesn't."""

    stands = COMPARISONS[sign]

    def test(entry: ModelEntry, known: Known) -> Verdict:
        number = measure.of(entry, known)
        return number is not None and bool(stands(number, bound))

    return test
