"""Markdown to lines: nothing vanishes, nothing drives the terminal, streamed equals whole."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

import pytest
from rich.cells import cell_len

from chat_tui.text import printable
from chat_tui.transcript.body import render_source
from chat_tui.transcript.code import CodeLines
from chat_tui.transcript.lines import Line, Sections
from chat_tui.transcript.streaming import StreamingBody
from tests.transcript.samples import EVERYTHING, PALETTE, SAMPLES, context, pieces

CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def shown(source: str, width: int = 80, *, markdown: bool = True) -> list[str]:
    return [
        line.strip.text.rstrip()
        for line in Sections(render_source(printable(source), context(width, markdown=markdown)))
    ]


def looks(sections: Sequence[Sequence[Line]]) -> list[tuple[list[tuple[str, str]], int, str]]:
    return [
        ([(segment.text, str(segment.style)) for segment in line.strip], line.decoration, line.joint)
        for line in Sections(sections)
    ]


@pytest.mark.parametrize("markdown", [True, False])
@pytest.mark.parametrize("source", SAMPLES, ids=range(len(SAMPLES)))
def test_streamed_in_any_pieces_looks_like_the_whole(source: str, markdown: bool) -> None:
    source = printable(source)
    whole = looks(render_source(source, context(markdown=markdown)))
    for seed in range(3):
        body = StreamingBody(context(markdown=markdown))
        sections: list[Sequence[Line]] = []
        for piece in pieces(source, seed):
            keep, after, same = body.append(piece)
            before = Sections(sections[keep:])
            sections[keep:] = after
            assert same <= len(Sections(after))
            assert [line.strip.text for line in Sections(after)][:same] == [line.strip.text for line in before][:same]
        body.finish()
        assert looks(body.sections) == whole


@pytest.mark.parametrize("width", [20, 80, 200])
@pytest.mark.parametrize("source", SAMPLES, ids=range(len(SAMPLES)))
def test_no_word_of_the_source_vanishes(source: str, width: int) -> None:
    seen = Counter("".join(shown(source, width)))
    # Links say where they go when they are clicked; the rest of the letters must be on the screen.
    visible = re.sub(r"\]\(https?://[^)]*\)+|\]\[ref\]|&#?\w+;|<mailto:", "", printable(source))
    visible = re.sub(r"[^\w]", "", visible).replace("_", "")
    visible = re.sub(r"x(?=done)", "", visible)
    missing = Counter(visible) - seen
    # The numbers of ordered items may be counted on from the first.
    assert not {letter: count for letter, count in missing.items() if not (letter.isdigit() or letter == "x")}


@pytest.mark.parametrize("markdown", [True, False])
@pytest.mark.parametrize("source", SAMPLES, ids=range(len(SAMPLES)))
def test_no_control_reaches_a_strip(source: str, markdown: bool) -> None:
    for width in (20, 80):
        for line in Sections(render_source(printable(source), context(width, markdown=markdown))):
            assert not CONTROLS.search(line.strip.text)
            assert all(segment.text for segment in line.strip)


@pytest.mark.parametrize("width", [20, 33, 80])
@pytest.mark.parametrize("source", SAMPLES, ids=range(len(SAMPLES)))
def test_lines_fit(source: str, width: int) -> None:
    for line in shown(source, width):
        assert cell_len(line) <= width


def test_nesting_beyond_the_parser_is_shown_as_it_is() -> None:
    assert "deep quote" in "".join(shown("> " * 200 + "deep quote"))
    nested = "".join("  " * depth + f"- level {depth}\n" for depth in range(200))
    text = "".join(shown(nested, 600)).replace(" ", "")
    assert all(f"-level{depth}" in text or f"•level{depth}" in text for depth in range(200))


def test_only_web_and_mail_links_can_be_clicked() -> None:
    source = "[a](https://a.b) [b](http://a.b) [c](mailto:a@b) [d](javascript:x) [e](ftp://x) [f](file:///etc/passwd) https://c.d"
    hrefs = {
        segment.style.meta["href"]
        for line in Sections(render_source(source, context()))
        for segment in line.strip
        if segment.style is not None and "href" in segment.style.meta
    }
    assert hrefs == {"https://a.b", "http://a.b", "mailto:a@b", "https://c.d"}
    assert "ftp://x" in "".join(shown(source))


def test_hostile_link_text_is_never_an_action() -> None:
    for line in Sections(render_source("[x](https://a.b/'%29]app.quit) [@click=app.quit]q[/]", context())):
        assert not any("@click" in segment.style.meta for segment in line.strip if segment.style)


def test_blocks_look_as_designed() -> None:
    assert shown("a\n\n- b\n- c\n  1. d\n\n> q\n\n```py\nx\n```\n\n- l\n\n- m") == [
        "  a", "", "  • b", "  • c", "    1. d", "", "  │ q", "", "  py", "  │ x", "", "  • l", "", "  • m",
    ]  # fmt: skip


def test_tables_wrap_cells_and_align_them() -> None:
    rows = shown("| a | b |\n|---|--:|\n| " + "word " * 20 + "| 1 |", 40)
    assert rows[0].split() == ["a", "│", "b"]
    assert set(rows[1].strip()) == {"─", "┼"}
    assert len(rows) > 4
    assert all(cell_len(row) <= 40 for row in rows)


def test_a_table_too_wide_for_columns_names_each_cell() -> None:
    wide = (
        "|"
        + "|".join(f"h{n}" for n in range(20))
        + "|\n"
        + "|-" * 20
        + "|\n|"
        + "|".join(f"c{n}" for n in range(20))
        + "|"
    )
    assert "  h7: c7" in shown(wide, 40)


def test_wide_characters_line_up_in_tables() -> None:
    rows = shown("|a|b|\n|-|-|\n|日本|x|\n|ab|y|")
    assert cell_len(rows[2].partition("│")[0]) == cell_len(rows[3].partition("│")[0])


def test_a_growing_fence_ends_up_as_one_lexed_whole() -> None:
    source = [f"def f{n}(a, b):" if n % 3 == 0 else f'    return "{n}"' if n % 3 == 1 else "" for n in range(600)]
    growing: list[str] = []
    lines = CodeLines(growing, "python", 80, PALETTE)
    for line in source:
        growing.append(line)
        lines.grow("part")
        assert lines[-1].strip.text.endswith("part")
    lines.finish()
    assert looks([lines]) == looks([CodeLines(source, "python", 80, PALETTE)])


def test_copied_text_is_like_the_source() -> None:
    sections = Sections(render_source(EVERYTHING, context(60)))
    copied = "".join(line.joint + line.text for line in sections)
    assert "A paragraph with bold, italic, struck, code and a link, long enough to be wrapped somewhere" in copied
    assert "\nfn main() {\n    println!" in copied
    assert "│ " not in copied.replace("│ quoted", "")
