"""What is typed to find conversations: what is understood, what completes it, and the snippets of what is found."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat_tui.search.completing import complete
from chat_tui.search.dates import day_of
from chat_tui.search.folding import Term, fold, words
from chat_tui.search.query import parse
from chat_tui.search.snippets import snippet

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
"""A Saturday."""

PIECES = ("kyoto", "Ä", '"', "-", "not:", "OR", "*", ":", "tag:", 'tag:"a b', "role:user,tool",
          "has:imag", "cost:>", "cost<=.5", "before:7d", "after:soon", "in:trash", "is:pinned", "title:",
          "http://x.y/z?a=b", "\x00", "東京", "١٢")  # fmt: skip


@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=5), max_size=8), st.booleans(), st.integers(0, 60))
def test_anything_can_be_typed_and_completed(typed: list[str], typing: bool, cursor: int) -> None:
    text = " ".join(typed)
    query = parse(text, now=NOW, typing=typing)
    assert all(term.words for term in (*query.terms, *query.without))
    assert all(0 <= problem.start <= problem.end <= len(text) for problem in query.problems)
    for one in complete(text, cursor, {"tag": [("a b", 2)], "model": [], "provider": []}):
        assert 0 <= one.start <= one.end <= len(text)


@pytest.mark.parametrize(
    ("typed", "groups", "without"),
    [
        ("kyoto Café", [["kyoto"], ["cafe"]], []),
        ('"in kyoto" -tokyo not:osaka', [["in kyoto"]], ["tokyo", "osaka"]),
        ("red OR blue green", [["red", "blue"], ["green"]], []),
        ("OR red OR", [["or"], ["red"]], []),
        ("foo-bar http://a.b", [["foo bar"], ["http a b"]], []),
        ("x=5 12:30", [["x 5"], ["12 30"]], []),
    ],
)
def test_words(typed: str, groups: list[list[str]], without: list[str]) -> None:
    query = parse(typed, now=NOW)
    assert [[" ".join(term.words) for term in group] for group in query.groups] == groups
    assert [" ".join(term.words) for term in query.without] == without
    assert query.problems == ()


def test_only_the_word_at_the_end_may_be_begun_while_it_is_typed() -> None:
    def begun(text: str, *, typing: bool) -> list[bool]:
        return [term.is_prefix for term in parse(text, now=NOW, typing=typing).terms]

    assert begun("light hous", typing=True) == [False, True]
    assert begun("light hous ", typing=True) == [False, False]
    assert begun("light ho", typing=True) == [False, False]  # too many words begin so
    assert begun("light hous", typing=False) == [False, False]
    assert begun("lig* hous", typing=False) == [True, False]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("tagg:work", "There is no filter “tagg:”. Did you mean “tag:”?"),
        ("has:imgae", "“has:” has no “imgae”. Did you mean “image”?"),
        ("cost:>much", "“cost:” needs an amount in $, as in cost:>0.1."),
        ("before:yestrday", "“before:” knows no day “yestrday”. Did you mean “yesterday”?"),
        ("tag:", "“tag:” needs a value, a tag of the conversation."),
        ("-★", "“★” has no letter and no digit, so it can't be searched for."),
    ],
)
def test_what_makes_no_sense_is_said_and_the_rest_counts(typed: str, said: str) -> None:
    query = parse(f"kyoto {typed} role:user", now=NOW)
    assert [problem.sentence for problem in query.problems] == [said]
    assert [term.words for term in query.terms] == [("kyoto",)]
    assert [test.name for test in query.tests] == ["role"]


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("2026-11-01", date(2026, 11, 1)),
        ("2026-02", date(2026, 2, 1)),
        ("2025", date(2025, 1, 1)),
        ("today", date(2026, 11, 21)),
        ("Yesterday", date(2026, 11, 20)),
        ("7d", date(2026, 11, 14)),
        ("2w", date(2026, 11, 7)),
        ("9m", date(2026, 2, 21)),
        ("1y", date(2025, 11, 21)),
        ("monday", date(2026, 11, 16)),
        ("saturday", date(2026, 11, 14)),
        ("this-week", date(2026, 11, 16)),
        ("last week", date(2026, 11, 9)),
        ("last-month", date(2026, 10, 1)),
        ("last-year", date(2025, 1, 1)),
        ("9999y", date.min),
        ("99999y", None),
        ("2026-02-30", None),
        ("soon", None),
    ],
)
def test_days(typed: str, day: date | None) -> None:
    assert day_of(typed, NOW.date()) == day


def test_amounts_are_compared_as_written() -> None:
    tests = parse("cost:>0.1 cost<=$1,5 cost:2", now=NOW).tests
    assert [(test.sign, test.values) for test in tests] == [
        (">", (Decimal("0.1"),)), ("<=", (Decimal("1.5"),)), ("=", (Decimal(2),)),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("ta", "tag:"),
        ("-ro", "role:"),
        ("tag:pl", 'tag:"big plan" '),
        ("role:user,to", "role:user,tool "),
        ("has:im", "has:image "),
        ("before:last-w", "before:last-week "),
        ("cost:", "cost:<="),
        ('"ta', None),
        ("has:image", None),
    ],
)
def test_completion(typed: str, first: str | None) -> None:
    found = complete(typed, len(typed), {"tag": [("work", 3), ("big plan", 1)], "model": [], "provider": []})
    assert next((one.text for one in found), None) == first


LETTERS = st.text(alphabet="aäb Ä\u0308ßſﬁ東京서\n\t.★🙂", max_size=40)


@given(LETTERS, st.lists(st.sampled_from(["a", "ab", "ä", "ss", "fi", "東", "東京", "서"]), min_size=1, max_size=3))
def test_what_is_marked_in_a_snippet_is_what_was_looked_for(text: str, wanted: list[str]) -> None:
    terms = tuple(Term(words(one), is_prefix=True) for one in wanted)
    shown = snippet(text, terms, length=30)
    assert "\n" not in shown.text
    assert bool(shown.spans) is any(term.is_in(fold(text)) for term in terms)
    end = 0
    for start, stop in shown.spans:
        assert end <= start < stop <= len(shown.text)
        end = stop
        marked = " ".join(words(shown.text[start:stop]))
        assert any(marked.startswith(" ".join(term.words)) for term in terms)
