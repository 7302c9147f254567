"""Heights, wrapping and the cuts into chunks."""

from __future__ import annotations

import random

import pytest
from rich.cells import cell_len
from rich.style import Style

from chat_tui.text import printable
from chat_tui.transcript.chunks import HARD_CHARACTERS, LONG_LINE, Splitter, split
from chat_tui.transcript.heights import Heights
from chat_tui.transcript.wrap import wrap
from tests.transcript.samples import SAMPLES, pieces

PLAIN = Style.null()


def test_heights_agree_with_a_plain_list_whatever_changes() -> None:
    chance = random.Random(7)  # noqa: S311 - a walk, not a secret
    heights, model = Heights(), list[int]()
    for _ in range(2000):
        match chance.randrange(6 if model else 2):
            case 0:
                heights.append(3)
                model.append(3)
            case 1:
                heights.insert(0, [2, 5])
                model[:0] = [2, 5]
            case 2:
                index = chance.randrange(len(model))
                heights[index] = model[index] = chance.randrange(9)
            case 3:
                index = chance.randrange(len(model))
                heights.delete(index)
                del model[index]
            case 4 if chance.random() < 0.1:
                heights.truncate(len(model) // 2)
                del model[len(model) // 2 :]
            case _:
                index = chance.randrange(len(model)) if model else 0
                assert heights.start(index) == sum(model[:index])
        assert heights.total == sum(model)
        assert len(heights) == len(model)


def test_heights_find_what_covers_a_row() -> None:
    heights = Heights([2, 0, 3, 1])
    assert [heights.find(row) for row in (-1, 0, 1, 2, 4, 5, 6, 99)] == [0, 0, 0, 2, 2, 3, 3, 3]


@pytest.mark.parametrize("width", [1, 2, 7, 40, 100])
@pytest.mark.parametrize("text", [
    "", " ", "one", "a few short words", "x" * 250, "日本語のテキスト" * 20, "mixed 日本語 text " * 9, "🎉👩‍👩‍👧é" * 30,
    "trailing   ", "   leading", "two\nlines\n", "a  b   c    d" * 9, "tab\tbed",
])  # fmt: skip
def test_wrapping_keeps_every_character_and_the_width(text: str, width: int) -> None:
    half = len(text) // 2
    lines = wrap([(text[:half], PLAIN), (text[half:], Style(bold=True))], width)
    rebuilt = "".join(joint + "".join(part for part, _ in line) for line, joint in lines)
    if "\t" in text:
        assert rebuilt.replace(" ", "").replace("\n", "") == text.replace("\t", "")
    else:
        assert rebuilt.removeprefix("\n") == text
    for line, _ in lines:
        shown = "".join(part for part, _ in line)
        assert cell_len(shown) <= max(width, 2)


@pytest.mark.parametrize("source", SAMPLES, ids=range(len(SAMPLES)))
def test_chunks_do_not_depend_on_how_the_source_arrived(source: str) -> None:
    source = printable(source)
    whole = split(source)
    for seed in range(5):
        splitter = Splitter()
        chunks = [chunk for piece in pieces(source, seed) for chunk in splitter.feed(piece)]
        assert [*chunks, *splitter.finish()] == whole
    for chunk in whole:
        if chunk.kind != "fence":
            assert len(chunk.source) <= HARD_CHARACTERS + LONG_LINE


def test_a_fence_at_column_0_ends_a_list_and_a_blank_line_does_not() -> None:
    kinds = [chunk.kind for chunk in split("- a\n\n- b\n```\nc\n\nd\n```\n\ntext\n\nmore")]
    assert kinds == ["markdown", "fence", "markdown", "markdown"]
