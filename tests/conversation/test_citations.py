"""Sources: each once, and marks where the text can bear them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from chat_tui.conversation.citations import (
    MARK,
    domain_of,
    hidden_mark,
    marks_in,
    merged,
    with_marks,
)
from chat_tui.conversation.parts import decode_citation, encode_citation
from chat_tui.conversation.values import Citation

URL = "https://example.org/a"


def marked(text: str, *spans: tuple[int, int]) -> str:
    return with_marks(text, [Citation(URL, None, spans)], lambda number: f"[{number}]")


def after(text: str, words: str) -> tuple[int, int]:
    start = text.index(words)
    return start, start + len(words)


@pytest.mark.parametrize(
    ("text", "cited", "expected"),
    [
        ("Kyoto is old. So is Nara.", "Kyoto is old.", "Kyoto is old.[1] So is Nara."),
        ("Kyoto is old", "Kyoto is old", "Kyoto is old[1]"),
        ("Kyoto is old.\n\nNext.", "Kyoto is old.\n\n", "Kyoto is old.[1]\n\nNext."),
        ("Kyoto is old.", "Kyo", "Kyoto is old."),
        ("See [here](https://a.b/c) now.", "[here](https://a", "See [here](https://a.b/c)[1] now."),
        ("See https://a.b/c/d now.", "https://a.b", "See https://a.b/c/d[1] now."),
        ("Run `pip install x` now.", "Run `pip", "Run `pip install x`[1] now."),
        ("```\nprint(1)\nprint(2)\n```\nDone.", "print(1)", "```\nprint(1)\nprint(2)\n```\nDone."),
        ("```\nprint(1)", "print(1", "```\nprint(1)"),
        ("Code:\n\n    print(1) now", "print(1)", "Code:\n\n    print(1) now"),
        ("- a\n    - b is old.\n", "b is old.", "- a\n    - b is old.[1]\n"),
        ("| a | b |\n|---|---|\n| c | d |", "|---|", "| a | b |\n|---|---|\n| c | d |"),
        ("| a | b |\n|---|---|\n| c | d |", "| c", "| a | b |\n|---|---|\n| c[1] | d |"),
        ("Title\n=====\nWords.", "=====", "Title\n=====\nWords."),
        ("It costs $$a + b$$ yen.", "$$a", "It costs $$a + b$$[1] yen."),
        ("京都は古い。奈良も。", "京都は古い。", "京都は古い。[1]奈良も。"),
        ("a cafe\u0301 here", "a cafe", "a cafe\u0301 here"),
        ("the family 👩\u200d👧 here", "the family 👩", "the family 👩\u200d👧 here"),
        ("the family 👩\u200d👧 here", "the family 👩\u200d", "the family 👩\u200d👧 here"),
        ("they wave 👋🏽 here", "they wave 👋", "they wave 👋🏽 here"),
        ("mark ⸨1⸩ of theirs.", "mark", "mark ⸨1⸩ of theirs."),
    ],
)
def test_a_mark_stands_where_the_text_can_bear_it(text: str, cited: str, expected: str) -> None:
    assert marked(text, after(text, cited)) == expected


@pytest.mark.parametrize("span", [(0, 0), (5, 3), (0, 99), (-3, -1), (90, 99)])
def test_a_place_that_is_none_has_no_mark(span: tuple[int, int]) -> None:
    assert marked("Kyoto is old.", span) == "Kyoto is old."


def test_marks_stand_in_the_order_of_the_text() -> None:
    text = "One. Two. Three."
    sources = [Citation("https://b", None, (after(text, "Two."),)), Citation("https://a", None, (after(text, "One."),))]
    assert with_marks(text, sources, str) == "One.2 Two.1 Three."
    assert [mark.number for mark in marks_in(text, sources)] == [2, 1]


def test_a_source_is_there_once_with_all_its_places() -> None:
    first = Citation(URL, None, ((0, 3),))
    again = Citation(URL, "Title", ((0, 3), (5, 9)))
    assert merged([first], [again, Citation("https://b"), again]) == (
        Citation(URL, "Title", ((0, 3), (5, 9))),
        Citation("https://b"),
    )


@pytest.mark.parametrize(
    ("url", "domain"),
    [
        ("https://www.example.org/a?b#c", "example.org"),
        ("https://user:word@example.org:8080/a", "example.org:8080"),
        ("nonsense", "nonsense"),
        ("https://evil.example?@bank.example/", "evil.example"),
    ],
)
def test_the_domain_is_the_host(url: str, domain: str) -> None:
    assert domain_of(url) == domain


PIECES = some.lists(some.sampled_from(["a", " ", "\n", "`", "```\n", "[", "](b)", "https://a", "|", "$$", "\\(", "é."]))


@given(PIECES.map("".join), some.lists(some.tuples(some.integers(0, 30), some.integers(0, 30)), max_size=5))
def test_marks_change_nothing_else(text: str, spans: list[tuple[int, int]]) -> None:
    sources = [Citation("https://a", None, tuple(spans)), Citation("https://b", None, tuple(spans))]
    assert MARK.sub("", with_marks(text, sources, hidden_mark)) == text


@pytest.mark.parametrize(
    ("spans", "kept"),
    [([[1, 2]], ((1, 2),)), ([[1], [1, 2, 3], "ab", [-1, 2], [1, 2.5], [3, 4]], ((3, 4),)), ("none", ()), (None, ())],
)
def test_a_span_that_is_none_costs_only_itself(spans: object, kept: tuple[tuple[int, int], ...]) -> None:
    citation = decode_citation({"url": URL, "spans": spans})
    assert citation == Citation(URL, None, kept)
    assert decode_citation(encode_citation(citation)) == citation
