"""What is typed to find models: what is understood, what isn't and is said so, and what completes it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat_tui.grammar import toggled
from chat_tui.models.completing import complete
from chat_tui.models.entry import ModelEntry
from chat_tui.models.known import PROVIDERS, ZDR, Answer, Known, pending
from chat_tui.models.query import parse
from chat_tui.models.search import Index, highlighted
from tests.models.real import real_index

KNOWN = Known(
    datetime(2026, 5, 1, tzinfo=UTC), answers={PROVIDERS: Answer("told", frozenset({"groq", "google-vertex"}))}
)

PIECES = [
    *("free", "ctx>200k", "out<", "in:image,", "-zdr", "not:", 'author:"a b', "sort:-in", "provider:groq", "new<30d"),
    *(
        "claude",
        '"',
        "-",
        ":",
        "ctx>=9e9",
        "max=" + "9" * 400,
        "in<1.2.3",
        "ＣＴＸ>１",
        "a:b:c",
        "\x1b[2J",
        "[/x]",
        "İ",
    ),
]


@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=8), max_size=6).map(" ".join), st.integers(0, 40))
def test_nothing_that_can_be_typed_is_an_error(text: str, cursor: int) -> None:
    query = parse(text)
    found = real_index().find(query, KNOWN)
    assert len({entry.id for entry in found}) == len(found)
    for problem in query.problems:
        assert text[problem.start : problem.end].strip()
        assert problem.sentence.endswith((".", "?"))
    for suggestion in complete(text, cursor, real_index().entries, KNOWN):
        assert suggestion.start <= cursor <= suggestion.end <= len(text)
        assert not parse(suggestion.text).problems or not suggestion.text.endswith(" ")


@pytest.mark.parametrize(
    ("text", "piece", "said"),
    [
        ("autor:google free", "autor:google", "Did you mean “author:”?"),
        ("free ctxt>5", "ctxt>5", "Did you mean “ctx>”?"),
        ("size<5", "size<5", "There are: ctx, max, in,"),
        ("ctx>", "ctx>", "as in ctx>200k"),
        ("ctx>lots free", "ctx>lots", "“lots” is no number"),
        ("new<5k", "new<5k", "as in new<30d"),
        ("in:imgae", "in:imgae", "Did you mean “image”?"),
        ("in:", "in:", "text, image, file, audio, video"),
        ("author: free", "author:", "who made it"),
        ("sort:prise", "sort:prise", "There are: match, id, name"),
        ("sort:", "sort:", "needs an order"),
        ("-in:foo", "-in:foo", "There are: text"),
    ],
)
def test_what_is_not_understood_is_left_out_and_said(index: Index, text: str, piece: str, said: str) -> None:
    query = parse(text)
    (problem,) = query.problems
    assert text[problem.start : problem.end] == piece
    assert said in problem.sentence
    assert problem.unfinished is text.endswith(piece)
    rest = text.replace(piece, "").strip()
    assert index.find(query, KNOWN) == index.find(parse(rest), KNOWN)


@pytest.mark.parametrize("text", ["opus:thinking", "llama:free", "a/b:free", "gpt-5", "c++", "x=", "~openai", "-"])
def test_ids_and_parts_of_them_are_words(text: str) -> None:
    query = parse(text)
    if text == "x=":
        assert query.problems
    else:
        assert (query.words, query.tests, query.problems) == ((text,), (), ())


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("openai/gpt-5", ["openai/gpt-5"]),
        ("gpt-5", ["openai/gpt-5"]),
        ("GPT-5.5", ["openai/gpt-5.5"]),
        ("gpt5", ["openai/gpt-5"]),
        ("cs45", ["anthropic/claude-sonnet-4.5"]),
        ("sonet 4.6", ["anthropic/claude-sonnet-4.6"]),
        ("claude haiku 4.5", ["anthropic/claude-haiku-4.5"]),
        ("llama-3-8b-instruct", ["meta-llama/llama-3-8b-instruct"]),
        ("deepseek v3.2", ["deepseek/deepseek-v3.2"]),
        ("o3", ["openai/o3"]),
        ("openrouter/auto", ["openrouter/auto"]),
        ("nosuchmodel", []),
    ],
)
def test_words_find_the_model_that_is_meant_first(index: Index, text: str, first: list[str]) -> None:
    assert [entry.id for entry in index.find(parse(text), KNOWN)][:1] == first


def test_an_id_counts_before_a_name_and_both_before_a_description() -> None:
    entries = [
        ModelEntry("x/close", "Pelicanz", description="none"),
        ModelEntry("x/described", "Described", description="As wise as a pelican."),
        ModelEntry("x/the-one", "Big Pelican"),
        ModelEntry("x/superpelican", "Other"),
        ModelEntry("x/pelican-2", "Other"),
        ModelEntry("x/pelican", "Other"),
        ModelEntry("x/pelecan-3", "Pelelican"),
        ModelEntry("pelican", "Other"),
    ]
    found = [entry.id for entry in Index(entries).find(parse("pelican"), KNOWN)]
    assert found == [
        "pelican",
        "x/pelican",
        "x/pelican-2",
        "x/close",
        "x/the-one",
        "x/superpelican",
        "x/described",
        "x/pelecan-3",
    ]


@pytest.mark.parametrize(
    ("text", "cursor", "offered"),
    [
        ("fr", 2, ["free "]),
        ("to", 2, ["tools "]),
        ("c", 1, ["ctx>", "cache<", "coding>"]),
        ("in", 2, ["in:", "in<"]),
        ("claude -fr", 10, ["free "]),
        ("in:", 3, ["in:text ", "in:image ", "in:file ", "in:video ", "in:audio "]),
        ("in:im free", 5, ["in:image "]),
        ("in:image,a", 10, ["in:image,audio "]),
        ("author:goo", 10, ["author:google "]),
        ("provider:g", 10, ["provider:google-vertex ", "provider:groq "]),
        ("variant:", 8, ["variant:free ", "variant:thinking "]),
        ("sort:-in", 8, []),
        ("sort:ma", 7, ["sort:match ", "sort:max "]),
        ("free", 4, []),
        ("claude ", 7, []),
        ("", 0, []),
        ('"fr', 3, []),
    ],
)
def test_completion_offers_names_then_values_that_occur(
    index: Index, text: str, cursor: int, offered: list[str]
) -> None:
    assert [suggestion.text for suggestion in complete(text, cursor, index.entries, KNOWN)] == offered


def test_a_suggestion_takes_the_place_of_what_was_begun(index: Index) -> None:
    text = "claude -in:im free"
    (suggestion,) = complete(text, 12, index.entries, KNOWN)
    assert text[: suggestion.start] + suggestion.text + text[suggestion.end :].lstrip() == "claude -in:image free"
    (by_google,) = complete("author:goog", 11, index.entries, KNOWN)
    assert by_google.meaning.endswith(" models")


@pytest.mark.parametrize("wanted", ["free", "in:image", "ctx>=200k"])
def test_a_filter_is_put_into_the_line_and_taken_out_again(wanted: str) -> None:
    once = toggled("claude  ctx>5", wanted)
    assert (once, parse(once).words) == (f"claude  ctx>5 {wanted} ", ("claude",))
    assert toggled(once, wanted).split() == ["claude", "ctx>5"]
    assert toggled(f"{wanted.upper()} claude {wanted}", wanted).split() == ["claude"]
    assert toggled(toggled("", wanted), wanted) == ""


def test_a_server_that_has_not_answered_is_said_to_be_asked_or_unable() -> None:
    questions = parse("zdr provider:groq,gorq").questions
    assert questions == (ZDR, PROVIDERS, "provider:groq", "provider:gorq")
    known = Known(KNOWN.now, answers={**KNOWN.answers, "provider:groq": Answer("untold")})
    assert pending(questions, known, "openrouter.ai") == [
        "Asking openrouter.ai which models are served without keeping any data …",
        "openrouter.ai can't tell which models groq serves.",
        "openrouter.ai knows no provider “gorq”. Did you mean “groq”?",
    ]
    told = Known(KNOWN.now, answers={**KNOWN.answers, ZDR: Answer("told")})
    assert pending((ZDR,), told, "openrouter.ai") == []


@given(st.text("acdegilnoprstu45-./:", min_size=1, max_size=7))
def test_what_is_found_by_a_word_has_its_letters_marked_in_their_order(word: str) -> None:
    query = parse(word)
    if query.words != (word,):
        return  # it is a filter, or leaves something out
    for entry in real_index().find(query, KNOWN):
        texts = (entry.id, entry.name)
        marked = ["".join(text[place] for place in sorted(highlighted(query, text))).lower() for text in texts]
        assert word in marked
        assert set(marked) <= {word, ""}
