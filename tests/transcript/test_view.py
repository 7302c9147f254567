"""The widget: following, keeping the reader's place, selection, links, what it loads."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from textual import on
from textual.app import App, ComposeResult
from textual.geometry import Offset
from textual.pilot import Pilot
from textual.selection import SELECT_ALL, Selection
from textual.widget import Widget

from chat_tui.conversation.ids import new_id
from chat_tui.conversation.values import Failure, Message, Receipt, Status, TextPart, Usage
from chat_tui.transcript import selecting
from chat_tui.transcript.lines import Address
from chat_tui.transcript.tool_calls import LONGEST, laid_out
from chat_tui.transcript.view import Transcript
from tests.transcript.samples import EVERYTHING


def prompt(text: str) -> Message:
    return Message(new_id(), None, "user", (TextPart(text),), datetime.now(UTC))


def reply(text: str, status: Status = "complete") -> Message:
    message = Message(new_id(), None, "assistant", (TextPart(text),), datetime.now(UTC))
    return replace(message, status=status)


def chat(count: int, tag: str = "") -> list[Message]:
    messages: list[Message] = []
    for number in range(count):
        messages += [prompt(f"{tag}prompt {number}"), reply(f"{tag}reply {number}\n\n" + "text that is long " * 40)]
    return messages


class Host(App[None]):
    def __init__(self, *, markdown: bool = True) -> None:
        super().__init__()
        self._markdown = markdown
        self.follows: list[bool] = []
        self.links: list[str] = []

    def compose(self) -> ComposeResult:
        yield Transcript(footer=lambda message: "model · $0.01" if message.receipt else "")

    @property
    def transcript(self) -> Transcript:
        return self.query_one(Transcript)

    def on_mount(self) -> None:
        if self._markdown:
            self.transcript.enable_markdown()
        self.transcript.focus()

    @on(Transcript.FollowChanged)
    def note_follow(self, event: Transcript.FollowChanged) -> None:
        assert event.control is self.transcript
        self.follows.append(event.following)

    def on_transcript_link_clicked(self, event: Transcript.LinkClicked) -> None:
        self.links.append(event.href)

    def rows(self) -> list[str]:
        transcript = self.transcript
        return [transcript.render_line(y).text.rstrip() for y in range(transcript.size.height)]

    def painted(self) -> list[str]:
        strips = self.screen._compositor.render_strips()
        return [strip.text.rstrip(" ▁▂▃▄▅▆▇█") for strip in strips]


async def settled(pilot: Pilot[None]) -> None:
    await pilot.pause()
    await pilot.pause()


async def test_shows_the_end_and_follows_the_stream_until_the_reader_goes_up() -> None:
    app = Host()
    async with app.run_test(size=(80, 20)) as pilot:
        transcript = app.transcript
        transcript.show(chat(20))
        arriving = reply("", "streaming")
        transcript.add(prompt("go on"))
        transcript.add(arriving)
        for number in range(60):
            transcript.append_text(arriving.id, f"line {number}\n\n")
            await pilot.pause()
            assert any(f"line {number}" in row for row in app.painted()[-9:]), number
        assert app.follows == []
        await pilot.press("pageup")
        top = app.rows()
        assert app.follows == [False]
        transcript.append_text(arriving.id, "more\n\n" * 40)
        await settled(pilot)
        assert app.rows() == top
        await pilot.press("up", "down", "end")
        assert transcript.following
        assert "  more" in app.rows()
        await pilot.press("up")
        await pilot.press("pagedown")
        assert transcript.following
        assert app.follows == [False, True, False, True]


@pytest.mark.parametrize("reads_on", [True, False])
async def test_what_is_painted_is_what_the_transcript_holds_while_streaming(reads_on: bool) -> None:
    app = Host()
    async with app.run_test(size=(60, 18)) as pilot:
        transcript = app.transcript
        arriving = reply("", "streaming")
        if reads_on:
            transcript.show([*chat(2), arriving])
        else:
            transcript.show([arriving, prompt("what comes next")])
            transcript.toggle_reasoning(arriving.id)  # it follows no more
        for start in range(0, len(EVERYTHING), 17):
            transcript.append_text(arriving.id, EVERYTHING[start : start + 17])
            await pilot.pause()
            assert [row.rstrip() for row in app.painted()] == [row.rstrip(" ▁▂▃▄▅▆▇█") for row in app.rows()]


async def test_the_final_message_looks_as_if_it_had_come_in_one_piece_and_the_top_line_stays() -> None:
    app = Host()
    async with app.run_test(size=(60, 18)) as pilot:
        transcript = app.transcript
        final = replace(reply(EVERYTHING * 2), receipt=Receipt(usage=Usage()))
        transcript.show([*chat(2), replace(final, parts=(), status="streaming", receipt=None)])
        for start in range(0, len(EVERYTHING * 2), 23):
            transcript.append_text(final.id, (EVERYTHING * 2)[start : start + 23])
        await pilot.press("pageup")
        top = app.rows()[0]
        transcript.replace(final)
        await settled(pilot)
        assert app.rows()[0] == top
        streamed = [line.strip for line in transcript._stack.lines(4)]
        assert any("model · $0.01" in strip.text for strip in streamed)
        transcript.show([*chat(2), final])
        assert [line.strip for line in transcript._stack.lines(4)] == streamed


async def test_a_reply_that_ends_with_half_a_line_end_is_whole() -> None:
    app = Host()
    async with app.run_test(size=(60, 12)) as pilot:
        final = reply("```\none\r\n\n\r")
        app.transcript.show([replace(final, parts=(), status="streaming")])
        await settled(pilot)
        app.transcript.append_text(final.id, final.text)
        app.transcript.replace(final)
        streamed = app.rows()
        app.transcript.show([final])
        assert app.rows() == streamed


async def test_the_top_line_stays_when_what_arrives_gets_shorter() -> None:
    app = Host()
    async with app.run_test(size=(40, 12)) as pilot:
        transcript, arriving = app.transcript, reply("", "streaming")
        transcript.show([*chat(4), arriving])
        await settled(pilot)
        transcript.toggle_reasoning(arriving.id)  # it follows no more
        top = app.rows()[0]
        for text in ("~~~", "js"):  # the sign of waiting goes, and what is there has no row yet
            transcript.append_text(arriving.id, text)
            await settled(pilot)
            assert (app.rows()[0], app.painted()) == (top, app.rows())
        transcript.prepend(chat(1))
        await settled(pilot)
        assert app.painted() == app.rows()


async def test_earlier_messages_leave_the_screen_as_it_is() -> None:
    app = Host()
    async with app.run_test(size=(80, 20)) as pilot:
        transcript = app.transcript
        transcript.show(chat(20))
        await pilot.press("home", "down", "down", "down", "down", "down")
        seen = app.rows()
        transcript.prepend(chat(30, "earlier "))
        await settled(pilot)
        assert app.rows() == seen
        await pilot.press("pageup", "pagedown")
        assert app.rows() == seen
        await pilot.press("home")
        assert "earlier prompt 0" in app.rows()[0]


async def test_paging_up_and_down_shows_every_row_once_though_heights_were_guesses() -> None:
    app = Host()
    async with app.run_test(size=(50, 20)) as pilot:
        transcript = app.transcript
        transcript.show([reply(EVERYTHING) for _ in range(12)])
        below = app.rows()
        for _ in range(80):
            await pilot.press("pageup")
            rows = app.rows()
            if transcript._placed_row:
                assert rows[-1] == below[0]
            below = rows
        assert transcript._stack.top == (0, 0)


async def test_the_place_stays_when_the_window_or_the_theme_changes() -> None:
    app = Host()
    async with app.run_test(size=(80, 20)) as pilot:
        transcript = app.transcript
        transcript.show(chat(20))
        await pilot.press("pageup", "pageup", "pageup")
        index = transcript._stack.top.item
        await pilot.resize_terminal(40, 30)
        await settled(pilot)
        assert transcript._stack.top.item == index
        colours = transcript.render_line(2)._segments[-1].style
        app.theme = "textual-light"
        await settled(pilot)
        assert transcript._stack.top.item == index
        assert transcript.render_line(2)._segments[-1].style != colours


async def test_a_resize_keeps_the_paragraph_on_top_in_a_long_reply() -> None:
    app = Host()
    async with app.run_test(size=(100, 20)) as pilot:
        transcript = app.transcript
        short = "".join(f"short {number}\n\n" for number in range(40))
        long = "".join(f"long {number} {'and more words ' * 30}\n\n" for number in range(10))
        transcript.show([prompt("go"), reply(short + long + short)])
        await settled(pilot)
        await pilot.press(*["pageup"] * 6)
        while not (first := re.match("  long .", app.rows()[0])):
            await pilot.press("up")
        for size in ((40, 20), (140, 12), (60, 30), (100, 20)):
            await pilot.resize_terminal(*size)
            await settled(pilot)
            assert app.rows()[0].startswith(first[0])


async def test_statuses_reasoning_and_markup_are_shown_as_text() -> None:
    app = Host()
    async with app.run_test(size=(80, 40)) as pilot:
        failed = replace(reply("half", "failed"), failure=Failure("It is [/overloaded]."))
        thought = replace(reply("so"), reasoning="why [/foo]", receipt=Receipt(usage=Usage(reasoning_tokens=1312)))
        transcript = app.transcript
        transcript.show([prompt("[/foo] \x1b[2J [@click=app.quit]x[/]"), failed, reply("", "interrupted"),
                         reply("a", "cancelled"), thought])  # fmt: skip
        await pilot.pause()
        text = "\n".join(app.painted())
        for expected in ("▌ [/foo] ␛[2J [@click=app.quit]x[/]", "It is [/overloaded].", "  interrupted", "  stopped",
                         "▸ thought · 1,312 tokens"):  # fmt: skip
            assert expected in text
        row = next(y for y, line in enumerate(app.rows()) if "▸ thought" in line)
        await pilot.click(Transcript, offset=(5, row))
        assert "  │ why [/foo]" in app.rows()


async def test_tool_calls_are_shown_while_they_come_and_after() -> None:
    arguments = '{"city": "Ky\\u014dto [/foo]", "days": 1.50, "why": "\x1b[2J"}'
    shown = ["  → get_weather", "  │ {", '  │   "city": "Kyōto [/foo]",', '  │   "days": 1.50,',
             '  │   "why": "\\u001b[2J"', "  │ }", "  → get_time"]  # fmt: skip
    app = Host()
    async with app.run_test(size=(80, 40)) as pilot:
        arriving = reply("Let me look.", "streaming")
        transcript = app.transcript
        transcript.show([prompt("Weather?"), arriving])
        await pilot.pause()
        transcript.append_calls(arriving.id, [(0, "get_weather", arguments[:20]), (1, "get_time", "")])
        await pilot.pause()
        assert [row for row in app.painted() if row.startswith(("  →", "  │"))] == [
            "  → get_weather", '  │ {"city": "Ky\\u014dto', "  → get_time"]  # fmt: skip
        transcript.append_calls(arriving.id, [(0, "get_weather", arguments[20:])])
        await pilot.pause()
        while_coming = app.painted()
        calls = [{"id": "a", "type": "function", "function": {"name": "get_weather", "arguments": arguments}},
                 {"id": "b", "function": {"name": "get_time"}}]  # fmt: skip
        transcript.replace(replace(arriving, status="complete", tool_calls=tuple(calls)))
        await pilot.pause()
        for rows in (while_coming, app.painted()):
            assert "  Let me look." in rows
            assert [row for row in rows if row.startswith(("  →", "  │"))] == shown


@pytest.mark.parametrize(("arguments", "expected"), [
    ("", ""), ("{}", "{}"), ("[]", "[]"), ("3", "3"), ('{"a', '{"a'), ("not JSON", "not JSON"), ("\x1b", "\x1b"),
    ('{"a":[1,{"b":null},[]],"c":{}}',
     '{\n  "a": [\n    1,\n    {\n      "b": null\n    },\n    []\n  ],\n  "c": {}\n}'),
    ('["a,b{", 1e400, 0.10]', '[\n  "a,b{",\n  1e400,\n  0.10\n]'),
    (f"[{'9' * 3000}]", f"[\n  {'9' * 3000}\n]"),
    ("[" * 30 + "]" * 30, "[" * 30 + "]" * 30), ("[" * 2000, "[" * 2000),
    ("x" * 5000, "x" * LONGEST + "… and 1,000 more characters"),
])  # fmt: skip
def test_arguments_are_laid_out_when_they_are_json(arguments: str, expected: str) -> None:
    assert laid_out(arguments) == expected


async def test_a_click_on_a_link_says_where_it_goes() -> None:
    app = Host()
    async with app.run_test(size=(80, 20)) as pilot:
        app.transcript.show([reply("[here](https://example.com/x) [no](javascript:alert)")])
        await pilot.pause()
        await pilot.click(Transcript, offset=(3, 0))
        await pilot.click(Transcript, offset=(9, 0))
        assert app.links == ["https://example.com/x"]


async def test_selected_text_is_readable_and_keeps_its_place_when_earlier_messages_come() -> None:
    app = Host()
    async with app.run_test(size=(40, 20)) as pilot:
        transcript = app.transcript
        transcript.show(
            [prompt("ask me"), reply("one two three four five six seven eight nine\n\n```\ncode here\n```")]
        )
        await pilot.pause()
        whole = transcript.get_selection(SELECT_ALL)
        assert whole == ("ask me\n\none two three four five six seven eight nine\n\n```\ncode here\n```", "\n")
        part = Selection(Offset(6, selecting.place(1, Address(0, 0))), Offset(7, selecting.place(1, Address(0, 1))))
        chosen = transcript.get_selection(part)
        assert chosen is not None
        assert chosen[0].startswith("two three")
        transcript.prepend(chat(3))
        assert transcript.get_selection(part) == chosen


async def test_the_mouse_selects_and_the_screen_copies() -> None:
    app = Host()
    async with app.run_test(size=(40, 20)) as pilot:
        app.transcript.show([reply("hello brave world")])
        await pilot.pause()
        before = {text: style for text, style, _ in app.transcript.render_line(0) if style}
        await pilot.mouse_down(Transcript, offset=(8, 0))
        await pilot.hover(Transcript, offset=(12, 0))
        await pilot.mouse_up(Transcript, offset=(12, 0))
        assert app.screen.get_selected_text() == "brave"
        chosen = next(style for text, style, _ in app.transcript.render_line(0) if text == "brave" and style)
        plain = next(style for text, style in before.items() if "brave" in text)
        assert chosen.color == plain.color
        assert chosen.bgcolor not in (plain.bgcolor, chosen.color)


async def test_a_line_of_code_as_wide_as_the_view_loses_nothing_to_the_scroll_bar() -> None:
    app = Host()
    async with app.run_test(size=(40, 12)) as pilot:
        code = ["x" * length + "end" for length in range(28, 38)]
        app.transcript.toggle_wrap()
        app.transcript.show([reply("\n".join(["```", *code, "```"]))])
        await settled(pilot)
        rows = [row[4:] for row in app.painted()[: len(code)]]
        assert [row for row in rows if not row.endswith("›")] == [line for line in code if len(line) <= 35]


async def test_messages_can_be_taken_out_and_unknown_ids_are_no_matter() -> None:
    app = Host()
    async with app.run_test(size=(80, 20)) as pilot:
        messages = chat(2)
        transcript = app.transcript
        transcript.show(messages)
        transcript.discard(messages[0].id)
        for unknown in (transcript.discard, lambda name: transcript.append_text(name, "x")):
            unknown("nothing")
        transcript.replace(reply("nobody"))
        await pilot.press("home")
        assert "reply 0" in app.rows()[0]
        for message in messages:
            transcript.discard(message.id)
        await pilot.press("home", "end", "pageup", "down")
        assert app.rows() == [""] * 20


async def test_memory_stays_flat_when_paging_through_a_long_conversation() -> None:
    app = Host()
    async with app.run_test(size=(80, 20)) as pilot:
        app.transcript.show(chat(200))
        for _ in range(120):
            await pilot.press("pageup")
        assert sum(item.lines is not None for item in app.transcript._stack.items) <= 70


async def test_the_size_changes_without_a_layout() -> None:
    # `set_reactive` on these and `_on_scroll_up` are Textual's own: this fails when they change.
    app = Host()
    async with app.run_test(size=(80, 20)) as pilot:
        app.transcript.show(chat(20))
        await settled(pilot)
        updates = app.transcript._layout_updates
        arriving = reply("", "streaming")
        app.transcript.add(arriving)
        app.transcript.append_text(arriving.id, "line\n" * 50)
        await settled(pilot)
        assert app.transcript._layout_updates == updates
        assert app.transcript.virtual_size.height > 50
        assert isinstance(Widget._on_scroll_up, type(Transcript._on_scroll_up))


@pytest.mark.parametrize("library", ["markdown_it", "pygments", "httpx", "pydantic"])
def test_the_first_paint_waits_for_no_library(library: str) -> None:
    code = f"import sys, chat_tui.transcript.view; sys.exit('{library}' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


async def test_plain_text_becomes_markdown_and_the_top_line_stays() -> None:
    app = Host(markdown=False)
    async with app.run_test(size=(80, 20)) as pilot:
        transcript = app.transcript
        transcript.show([reply("**bold**\n\n" * 30) for _ in range(5)])
        await settled(pilot)
        await pilot.press("pageup", "pageup")
        top = transcript._stack.top
        assert "**bold**" in "".join(line.strip.text for line in transcript._stack.lines(0))
        transcript.enable_markdown()
        await settled(pilot)
        assert transcript._stack.top == top
        assert "**bold**" not in "".join(line.strip.text for line in transcript._stack.lines(0))
