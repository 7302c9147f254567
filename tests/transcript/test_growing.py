"""What arrives is shown as if it had come at once: plain words in an open paragraph, thoughts that are unfolded."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest
from rich.style import Style
from textual.app import App, ComposeResult

from chat_tui.transcript.context import INDENT
from chat_tui.transcript.growing import with_plain_words
from chat_tui.transcript.lines import Sections, Span, make_line
from chat_tui.transcript.render import wrapped_lines
from chat_tui.transcript.thoughts import GrowingText
from chat_tui.transcript.view import Transcript
from tests.transcript.test_view import prompt, reply

DIM = Style(dim=True)
BAR: list[Span] = [(INDENT, Style()), ("│ ", DIM)]
THOUGHT = (
    "\n\nFirst, what is asked?\nA word and  two,  日本語 and é.\r\n\r\n"
    + "long " * 40
    + "x" * 90
    + "\n- item\x1b[2J \n\n"
)


@pytest.mark.parametrize("width", [20, 33, 80])
def test_a_text_that_grows_has_the_rows_of_the_whole_text(width: int) -> None:
    chance = Random(width)  # noqa: S311 - pieces, not secrets
    whole, pieces, position = GrowingText(DIM, width, BAR), GrowingText(DIM, width, BAR), 0
    whole.append(THOUGHT)
    while position < len(THOUGHT):
        length = chance.randrange(1, 9)
        before = list(pieces.lines)
        row = pieces.append(THOUGHT[position : position + length])
        assert pieces.lines[:row] == before[:row]
        position += length
    assert [(line.strip, line.joint) for line in pieces.lines] == [(line.strip, line.joint) for line in whole.lines]
    text = THOUGHT.replace("\r\n", "\n").replace("\x1b", "␛").strip("\n")
    assert [line.strip.text.rstrip() for line in whole.lines] == [
        line.strip.text.rstrip() for line in wrapped_lines([(text, DIM)], width, BAR, BAR)
    ]


LINK = Style(meta={"href": "https://example.com"})


@pytest.mark.parametrize(("shown", "before", "text", "expected"), [
    ([("  one word", DIM)], "one word", "s more", "  one words more"),
    ([("  one word", DIM)], "one word ", "more ", "  one word more"),
    ([("  • one", DIM)], "- one", " two", "  • one two"),
    ([("  one word", DIM)], "one word", " and **", None),
    ([("  one **", DIM)], "one **", "two", None),
    ([("  see ", DIM), ("a link", LINK)], "see a link", "s", None),
    ([("  see a", DIM)], "see [a](http://exa", "mple", None),
    ([("  | a word", DIM)], "| a word", "s", None),
    ([("  12", DIM)], "12", "3", None),
    ([("  one word", DIM)], "one word", " that does not fit", None),
])  # fmt: skip
def test_plain_words_go_on_in_their_row_when_they_can_mean_nothing_else(
    shown: list[Span], before: str, text: str, expected: str | None
) -> None:
    rows = with_plain_words(Sections([[make_line(shown, 2)]]), before, text, 25)
    assert (None if rows is None else rows[-1].strip.text) == expected


class Host(App[None]):
    def compose(self) -> ComposeResult:
        yield Transcript(footer=lambda _: "")


async def test_unfolded_thoughts_grow_while_they_come_and_stay_as_they_were() -> None:
    app = Host()
    async with app.run_test(size=(50, 20)) as pilot:
        transcript = app.query_one(Transcript)
        arriving = reply("", "streaming")
        transcript.show([prompt("why?"), arriving])
        transcript.append_reasoning(arriving.id, THOUGHT[:10])
        transcript.toggle_reasoning(arriving.id)
        await pilot.pause()
        for start in range(10, len(THOUGHT), 7):
            transcript.append_reasoning(arriving.id, THOUGHT[start : start + 7])
            await pilot.pause()
            painted = [strip.text.rstrip(" ▁▂▃▄▅▆▇█") for strip in app.screen._compositor.render_strips()]
            assert painted[2:] == [transcript.render_line(y).text.rstrip() for y in range(2, 20)]  # the time goes on
        grown = [line.strip.text for line in transcript._stack.lines(1)]
        transcript.replace(replace(arriving, reasoning=THOUGHT, status="complete"))
        await pilot.pause()
        assert [line.strip.text for line in transcript._stack.lines(1)][1 : len(grown) - 1] == grown[1:-1]
