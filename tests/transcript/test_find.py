"""Finding: what a query matches, and how a match in the source is known again among the lines."""

from __future__ import annotations

import pytest
from rich.style import Style

from chat_tui.text import printable
from chat_tui.transcript.body import render_source
from chat_tui.transcript.context import Context
from chat_tui.transcript.find import Query, Shown, in_rows, marked, shown_match, shown_text
from chat_tui.transcript.lines import Sections
from chat_tui.transcript.styles import Palette
from tests.transcript.samples import EVERYTHING


def rendered(source: str, width: int = 40) -> Sections:
    palette = Palette(Style(), lambda _: Style())
    lines = Sections(render_source(printable(source), Context(width, palette, markdown=True)))
    lines.make()
    return lines


@pytest.mark.parametrize(("query", "text", "found"), [
    ("word", "Word word sword WORD", ["Word", "word", "word", "WORD"]),
    ("Word", "Word word WORD", ["Word"]),
    ("bold word", "a **bold** word and bold\nword and boldword", ["bold** word", "bold\nword"]),
    ("a b", "> a\n> b", ["a\n> b"]),
    (" padded  query ", "padded query", ["padded query"]),
    ("aa", "aaaaa", ["aa", "aa"]),
    ("straße", "STRASSE Straße", ["Straße"]),
    ("İstanbul", "İstanbul istanbul", ["İstanbul"]),
    ("über", "ÜBER ﬁ über", ["ÜBER", "über"]),
    ("東京", "東京と東京", ["東京", "東京"]),
    (".*(", "a .*( b", [".*("]),
    ("", "anything", []), ("  ", "any thing", []), ("none", "", []),
    ("␛[2J", printable("\x1b[2J"), ["␛[2J"]),
])  # fmt: skip
def test_a_query_finds_words_as_a_reader_sees_them(query: str, text: str, found: list[str]) -> None:
    wanted = Query(query)
    assert [text[start:end] for start, end in wanted.spans(text)] == found
    assert wanted.count(text) == len(found)


def test_what_the_printable_door_shows_can_be_found_in_the_source() -> None:
    assert Query("␛").count_in_source("\x1b \x1b") == 2
    assert Query("esc").count_in_source("\x1b Esc") == 1
    assert Query("none").count_in_source("\x1b") == 0


@pytest.mark.parametrize("width", [20, 40, 100])
@pytest.mark.parametrize("query", ["the", "a", "code", "list", "one two", "is"])
def test_every_row_that_is_marked_holds_the_query(query: str, width: int) -> None:
    lines = rendered(EVERYTHING, width)
    wanted = Query(query)
    for match in in_rows(wanted, lines, range(len(lines))):
        joined = " ".join(lines[piece.row].strip.text[piece.start : piece.end] for piece in match)
        assert wanted.count(joined) or wanted.count(joined.replace(" ", ""))


def test_a_match_that_wraps_has_a_piece_on_each_row() -> None:
    lines = rendered("one two three four five six seven eight", 20)
    (match,) = in_rows(Query("three four five"), lines, range(len(lines)))
    assert len(match) == 2
    assert [lines[p.row].strip.text[p.start : p.end] for p in match] == ["three", "four five"]


def test_a_match_is_known_again_though_the_source_holds_more_of_them() -> None:
    source = "See [docs](https://example.com/docs) first.\n\nThen read the docs, and then the other docs."
    lines, wanted = rendered(source, 100), Query("docs")
    shown = Shown(wanted, lines, range(len(lines)))
    spans = list(wanted.spans(source))
    assert (len(spans), len(shown.spans)) == (4, 3)
    places = [shown_match(source, spans, number, shown)[0] for number in (0, 2, 3)]
    assert [lines[p.row].strip.text[p.start - 4 : p.end] for p in places] == ["See docs", "the docs", "her docs"]
    assert shown_match(source, spans, 9, shown) == []
    hidden = Query("example")
    assert shown_match(source, list(hidden.spans(source)), 0, Shown(hidden, lines, range(len(lines)))) == []


def test_code_is_found_without_being_coloured() -> None:
    lines = rendered("```python\n" + "value = 1\n" * 300 + "needle = 2\n```")
    ((piece,),) = in_rows(Query("needle"), lines, range(len(lines)))
    assert shown_text(lines.plain(piece.row)) == shown_text(lines[piece.row]) == "needle = 2"


def test_marks_change_the_looks_and_not_the_text() -> None:
    strip = rendered("some **bold** text")[0].strip
    style = Style(reverse=True)
    both = marked(strip, [(2, 4, style), (6, 12, style)])
    assert both.text == strip.text
    assert "".join(s.text for s in both if s.style and s.style.reverse) == strip.text[2:4] + strip.text[6:12]
