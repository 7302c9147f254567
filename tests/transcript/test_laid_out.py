"""A long message is laid out where the reader looks: heights elsewhere are guesses, and nobody notices."""

from __future__ import annotations

import pytest
from textual.geometry import Offset
from textual.pilot import Pilot
from textual.selection import Selection

from chat_tui.text import printable
from chat_tui.transcript import selecting
from chat_tui.transcript.body import KEEP_ROWS, ChunkLines, render_source
from chat_tui.transcript.lines import Address, Sections
from tests.transcript.samples import EVERYTHING, context
from tests.transcript.test_view import Host, prompt, reply, settled

LONG = "\n\n".join([
    EVERYTHING + "```", "- short\n" * 200, "a long paragraph of many words " * 900,
    "| 日本語 | text |\n|--|--|\n" + "| 1 | some words that may wrap somewhere |\n" * 200, "# The end", EVERYTHING,
])  # fmt: skip


def chunks(app: Host) -> list[ChunkLines]:
    return [section for _, section in app.transcript._stack.lines(1).sections if isinstance(section, ChunkLines)]


async def opened(app: Host, pilot: Pilot[None]) -> list[str]:
    """Open a conversation with a long reply; return all of its rows."""
    app.transcript.show([prompt("go on"), reply(LONG)])
    await settled(pilot)
    assert app.transcript._looks is not None
    item = app.transcript._stack.items[1]
    whole = type(item)(item.message).render(app.transcript._looks, lambda _: "")
    return [line.strip.text.rstrip() for line in whole]


@pytest.mark.parametrize("width", [40, 90])
async def test_what_is_out_of_sight_is_not_laid_out_and_paging_shows_every_row_once(width: int) -> None:
    app = Host()
    async with app.run_test(size=(width, 20)) as pilot:
        whole = await opened(app, pilot)
        assert sum(lines.guessed for lines in chunks(app)) >= 0.8 * len(chunks(app))
        shown = app.rows()
        while True:
            app.transcript.action_page_up()
            rows = app.rows()
            if not app.transcript._placed_row:
                break
            shown = rows[:-1] + shown
        assert shown == whole[-len(shown) :]
        assert set(whole[: -len(shown)]) <= {*rows, shown[0]}
        assert sum(len(lines) for lines in chunks(app) if lines._lines is not None) <= KEEP_ROWS + 120


@pytest.mark.parametrize("share", [0.1, 0.5, 0.8])
async def test_the_line_on_top_stays_while_heights_above_become_real(share: float) -> None:
    app = Host()
    async with app.run_test(size=(60, 20)) as pilot:
        await opened(app, pilot)
        transcript = app.transcript
        transcript.scroll_to(None, round(transcript.virtual_size.height * share), animate=False)
        await settled(pilot)
        top = app.rows()
        await pilot.press(*["pageup"] * 3, *["pagedown"] * 3)
        assert app.rows() == top
        transcript._stack.whole(1)
        transcript._settle()
        assert app.rows() == top


async def test_another_width_shows_the_same_place_of_a_long_message() -> None:
    app = Host()
    async with app.run_test(size=(90, 20)) as pilot:
        numbered = "\n\n".join(f"Paragraph {number} " + "with many words " * 30 for number in range(400))
        app.transcript.show([reply(numbered)])
        await pilot.press(*["pageup"] * 5)
        (number,) = [row.split()[1] for row in app.rows() if row.startswith("  Paragraph")][:1]
        for width in (40, 70, 90):
            await pilot.resize_terminal(width, 20)
            await settled(pilot)
            seen = [int(row.split()[1]) for row in app.rows() if row.startswith("  Paragraph")]
            assert min(abs(other - int(number)) for other in seen) <= 1


def test_rows_can_be_asked_for_from_any_end() -> None:
    def fresh() -> Sections:
        return Sections(render_source(printable(LONG), context(50)))

    whole = [line.strip.text for line in fresh()]
    lines = fresh()
    assert lines.line(len(lines) - 1).strip.text == whole[-1]
    row = len(lines)
    seen: list[str] = []
    while row > 0:
        row = max(0, lines.walk(row, -7))
        seen[:0] = [lines.line(number).strip.text for number in range(row, min(row + 7, len(lines)))]
    assert seen[-len(whole) + 7 :] == whole[7:]


async def test_a_selection_stays_while_heights_above_become_real() -> None:
    app = Host()
    async with app.run_test(size=(60, 20)) as pilot:
        await opened(app, pilot)
        transcript, lines = app.transcript, app.transcript._stack.lines(1)
        row = len(lines) - 10
        assert any(chunk.guessed for chunk in chunks(app))
        below = Offset(20, selecting.place(1, lines.address(row)))
        part = Selection(Offset(0, selecting.place(1, lines.address(row - 3))), below)
        chosen = transcript.get_selection(part)
        whole = transcript.get_selection(Selection(Offset(0, selecting.place(1, Address(0, 0))), below))
        assert chosen is not None
        assert whole is not None
        assert not any(chunk.guessed for chunk in chunks(app))
        assert transcript.get_selection(part) == chosen
        assert whole[0].startswith("# Title with ")
        assert whole[0].endswith(chosen[0].split("\n")[-1])
