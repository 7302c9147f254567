"""The cursor: where it stops, what it brings into view, and what it survives."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from math import ceil

import pytest
from textual.app import App, ComposeResult
from textual.pilot import Pilot

from chat_tui.conversation.values import Citation, Failure, Receipt, Usage
from chat_tui.cost.tokens import text_tokens
from chat_tui.transcript.reader import Reader
from chat_tui.transcript.thinking import Thinking
from tests.transcript.test_view import chat, prompt, reply

SCROLLBAR = " ▁▂▃▄▅▆▇█"
LONG = "\n\n".join(f"paragraph {number}" for number in range(40))
SHORT = "\n\n".join(f"paragraph {number}" for number in range(7))
CODE = "Before.\n\n```python\nfirst = 1\n```\n\nBetween.\n\n- item\n\n  ```sh\n  second\n  ```\n\nAfter."


class Host(App[None]):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[int | None, int]] = []

    def compose(self) -> ComposeResult:
        yield Reader(footer=lambda message: "model · $0.01" if message.receipt else "")

    @property
    def reader(self) -> Reader:
        return self.query_one(Reader)

    def on_mount(self) -> None:
        self.reader.enable_markdown()
        self.reader.focus()

    def on_reader_found(self, event: Reader.Found) -> None:
        assert event.control is self.reader
        if not event.counting:
            self.found.append((event.number, event.total))

    def rows(self) -> list[str]:
        return [self.reader.render_line(y).text.rstrip() for y in range(self.reader.size.height)]

    def marked(self) -> list[str]:
        """The rows at the cursor, without its mark."""
        return [re.sub(r" +[0-9:]{5}$", "", row[1:]).strip() for row in self.rows() if row.startswith(("▎", "█"))]


def painted(app: Host) -> list[str]:
    """What is on the screen, which may lag behind what the transcript holds."""
    return [strip.text.rstrip(SCROLLBAR) for strip in app.screen._compositor.render_strips()]


async def press(pilot: Pilot[None], *keys: str) -> None:
    await pilot.press(*keys)
    await pilot.pause()


async def test_it_goes_over_messages_and_code_blocks_and_back() -> None:
    app = Host()
    async with app.run_test(size=(60, 30)) as pilot:
        app.reader.show([prompt("one"), reply(CODE), prompt("two"), reply("the end")])
        await press(pilot)
        stops = [["the end"], ["two"], ["sh", "│ second"], ["python", "│ first = 1"]]
        for number, expected in enumerate(stops):
            assert app.marked() == expected, number
            await press(pilot, ("up", "k")[number % 2])
        assert app.marked()[0] == "Before."
        assert app.marked()[-1] == "After."
        await press(pilot, "up")
        assert app.marked() == ["one"]
        await press(pilot, "up", "j", "down")
        assert app.marked() == stops[3]
        await press(pilot, "j", "j", "j", "j", "j")
        assert app.marked() == ["the end"]


async def test_prompts_are_one_key_apart() -> None:
    app = Host()
    async with app.run_test(size=(60, 12)) as pilot:
        app.reader.show([prompt("one"), reply(LONG), prompt("two"), reply(LONG), prompt("three"), reply(LONG)])
        await press(pilot)
        for key, shown in (("{", "three"), ("{", "two"), ("{", "one"), ("{", "one"), ("}", "two"), ("}", "three")):
            await press(pilot, key)
            assert app.rows()[0].split()[:2] == ["█", shown]
        await press(pilot, "}")
        assert app.reader.following
        assert "paragraph 39" in app.marked()


async def test_what_is_longer_than_the_view_is_scrolled_through_line_by_line() -> None:
    app = Host()
    async with app.run_test(size=(60, 8)) as pilot:
        app.reader.show([prompt("one"), reply(SHORT), prompt("two")])
        await press(pilot, "g")
        for key, last, paragraphs in (("j", "two", range(7)), ("k", "one", range(6, -1, -1))):
            seen: list[str] = []
            for _ in range(40):
                if app.marked() == [last]:
                    break
                await press(pilot, key)
                seen += [row for row in app.marked()[:: 1 if key == "j" else -1] if row and row not in seen]
            assert seen == [*(f"paragraph {number}" for number in paragraphs), last]


async def test_code_in_a_long_message_is_a_stop_on_the_way_down_and_up() -> None:
    app = Host()
    async with app.run_test(size=(60, 8)) as pilot:
        code = ["sh", "│ first"], ["sh", "│ second"]
        app.reader.show(
            [prompt("one"), reply(f"{SHORT}\n\n```sh\nfirst\n```\n\n{SHORT}\n\n```sh\nsecond\n```\n\n{SHORT}")]
        )
        for start, key, expected in (("g", "j", code), ("G", "k", code[::-1])):
            await press(pilot, start)
            stops: list[list[str]] = []
            for _ in range(60):
                await press(pilot, key)
                assert app.marked()
                if app.marked()[0] == "sh" and app.marked() not in stops[-1:]:
                    stops.append(app.marked())
                if len(stops) == len(code):
                    break
            assert tuple(stops) == expected


@pytest.mark.parametrize("key", ["pagedown", "pageup", "home", "end", "g", "G"])
async def test_it_stays_in_view_whatever_scrolls(key: str) -> None:
    app = Host()
    async with app.run_test(size=(60, 12)) as pilot:
        app.reader.show([*chat(20), reply(CODE), *chat(2)])
        await press(pilot, *["pageup"] * 5)
        for _ in range(6):
            await press(pilot, key)
            assert app.marked()


async def test_the_wheel_takes_it_along() -> None:
    app = Host()
    async with app.run_test(size=(60, 12)) as pilot:
        app.reader.show(chat(30))
        await press(pilot)
        for _ in range(30):
            app.reader.scroll_relative(y=-3, animate=False, immediate=True)
            assert app.marked()


async def test_a_click_puts_it_on_the_message_or_the_code() -> None:
    app = Host()
    async with app.run_test(size=(60, 30)) as pilot:
        app.reader.show([prompt("one"), reply(CODE), prompt("two")])
        await press(pilot)
        for text, expected in (("first", ["python", "│ first = 1"]), ("▌ one", ["one"])):
            row = next(y for y, line in enumerate(app.rows()) if text in line)
            await pilot.click(Reader, offset=(6, row))
            await press(pilot)
            assert app.marked() == expected
        assert app.reader.current
        assert app.reader.current.text == "one"


async def test_without_the_focus_nothing_is_marked() -> None:
    app = Host()
    async with app.run_test(size=(60, 12)) as pilot:
        app.reader.show(chat(2))
        await press(pilot)
        assert app.marked()
        app.set_focus(None)
        await press(pilot)
        assert app.marked() == []


async def test_it_survives_whatever_happens_to_the_conversation() -> None:
    app = Host()
    async with app.run_test(size=(60, 20)) as pilot:
        reader, arriving = app.reader, reply("", "streaming")
        messages = [*chat(5), prompt("go"), arriving]
        reader.show(messages)
        reader.append_text(arriving.id, "```sh\nfirst\n```\n\nmore\n\n")
        await press(pilot, "k")
        code = ["sh", "│ first"]
        assert app.marked() == code
        reader.append_text(arriving.id, "text\n\n" * 30)
        await press(pilot)
        assert app.marked() == code
        assert not reader.following
        reader.prepend(chat(50, "earlier "))
        await press(pilot)
        assert app.marked() == code
        final = "```sh\nfirst\n```\n\nmore\n\n" + "text\n\n" * 30
        reader.replace(replace(reply(final), id=arriving.id))
        await press(pilot)
        assert app.marked() == code
        await pilot.resize_terminal(40, 16)
        await press(pilot)
        assert app.marked() == code
        assert reader.code_source() == "first"
        assert reader.message_source() == final
        reader.discard(arriving.id)
        await press(pilot)
        assert app.marked() == ["go"]


@pytest.mark.parametrize(("step", "first"), [(1, "4"), (-1, "7")])
async def test_the_first_step_to_a_link_is_to_one_in_view(step: int, first: str) -> None:
    app = Host()
    async with app.run_test(size=(60, 8)) as pilot:
        app.reader.show([reply("\n\n".join(f"[link](https://example.com/{number})" for number in range(12)))])
        await press(pilot, "g", "pagedown", "j")
        rows = app.rows()
        assert app.reader.step_link(step)
        assert (app.reader.chosen_link.rpartition("/")[2], app.rows()) == (first, rows)


async def test_going_up_to_code_that_is_half_in_view_shows_its_start() -> None:
    app = Host()
    async with app.run_test(size=(60, 12)) as pilot:
        code = "\n".join(f"line {number}" for number in range(6))
        app.reader.show([prompt("one"), reply(f"{LONG}\n\n```py\n{code}\n```\n\nThis.\n\nThat.\n\nEnd.")])
        await press(pilot, "end")
        assert app.rows()[0].endswith("│ line 1")
        await press(pilot, "up")
        assert app.marked() == ["py", *(f"│ {line}" for line in code.split("\n"))]


async def test_a_reader_who_follows_goes_with_new_messages_and_one_who_reads_does_not() -> None:
    app = Host()
    async with app.run_test(size=(60, 12)) as pilot:
        app.reader.show(chat(3))
        await press(pilot)
        app.reader.add(prompt("new"))
        await press(pilot)
        assert app.marked() == ["new"]
        await press(pilot, "k", "k")
        marked = app.marked()
        app.reader.add(prompt("newer"))
        app.reader.add(reply(LONG))
        await press(pilot)
        assert app.marked() == marked
        app.reader.add(prompt("last"))
        await press(pilot, "end", *"kkkjjjjj")
        assert (app.reader.following, app.marked()) == (True, ["last"])
        app.reader.add(prompt("newest"))
        await press(pilot)
        assert app.marked() == ["newest"]


async def test_enter_folds_what_the_message_at_the_cursor_thought() -> None:
    app = Host()
    async with app.run_test(size=(60, 20)) as pilot:
        thought = replace(reply("so"), reasoning="why\n" * 30, receipt=Receipt(usage=Usage(reasoning_tokens=1312)))
        app.reader.show([*chat(3), thought, prompt("next")])
        await press(pilot, "k")
        assert app.marked()[0] == "▸ thought · 1,312 tokens"
        await press(pilot, "enter")
        assert "│ why" in app.marked()
        await press(pilot, "pagedown", "pagedown", "k", "k", "enter")
        assert app.marked()[0] == "▸ thought · 1,312 tokens"
        assert "│ why" not in app.marked()


async def test_a_thought_says_how_long_it_takes_and_how_much_it_is_while_it_comes_and_after() -> None:
    seconds = iter((10.0, 11.0, 13.5, 14.2))
    thinking = Thinking("", clock=lambda: next(seconds))
    thinking.append("x" * 40)
    assert thinking.label(None) == "thinking 1.0 s · ≈ 10 tokens"
    thinking.append("x" * 400)
    assert thinking.label(None) == "thinking 3.5 s · ≈ 108 tokens"
    thinking.end()
    assert thinking.label(None) == "thought for 4.2 s · ≈ 108 tokens"
    assert thinking.label(Receipt(usage=Usage(reasoning_tokens=312))) == "thought for 4.2 s · 312 tokens"
    assert Thinking("abcd").label(None) == "thought · ≈ 1 token"
    for kept, label in ((4210, "thought for 4.2 s"), (0, "thought"), (None, "thought")):
        assert Thinking("abcd").label(Receipt(reasoning_ms=kept)) == f"{label} · ≈ 1 token"


@pytest.mark.parametrize("unfolded", [False, True])
async def test_the_line_of_a_thought_goes_on_while_it_comes(unfolded: bool) -> None:
    app = Host()
    async with app.run_test(size=(60, 20)) as pilot:
        reader, arriving = app.reader, reply("", "streaming")
        reader.show([prompt("go"), arriving])
        reader.append_reasoning(arriving.id, "why? " * 8)
        await press(pilot, *["enter"] * unfolded)
        for number in range(1, 9):
            reader.append_reasoning(arriving.id, "because " * 8)
            await pilot.pause()
            (label,) = [row for row in painted(app) if "thinking" in row]
            assert label.endswith(f"≈ {ceil(text_tokens('why? ' * 8) + number * text_tokens('because ' * 8))} tokens")
            assert painted(app) == [row.rstrip(SCROLLBAR) for row in app.rows()]
        reader.append_text(arriving.id, "So.")
        await pilot.pause()
        assert any(row.endswith("s · ≈ 128 tokens") and "thought for" in row for row in painted(app))


async def test_long_tool_calls_fold() -> None:
    app = Host()
    async with app.run_test(size=(60, 60)) as pilot:
        arguments = "[" + ", ".join(str(number) for number in range(40)) + "]"
        call = {"id": "a", "type": "function", "function": {"name": "add", "arguments": arguments}}
        app.reader.show([prompt("go"), replace(reply("Adding."), tool_calls=(call,))])
        await press(pilot)
        folded = "▸ 31 more rows"
        assert folded in app.marked()
        assert "│   39" not in app.marked()
        await press(pilot, "enter")
        assert "│   39" in app.marked()
        row = next(y for y, line in enumerate(app.rows()) if "▾ 42 rows" in line)
        await pilot.click(Reader, offset=(5, row))
        await press(pilot)
        assert folded in app.marked()


async def test_an_empty_conversation_takes_every_key() -> None:
    app = Host()
    async with app.run_test(size=(60, 12)) as pilot:
        await press(pilot, "j", "k", "g", "G", "{", "}", "enter", "pageup", "pagedown", "n")
        app.reader.find("x")
        await press(pilot, "n", "N")
        assert app.reader.current is None
        assert (app.reader.message_source(), app.reader.code_source(), app.reader.current_prompt) == ("", "", None)


# Find


def lit(app: Host) -> list[str]:
    """Return what is marked as a match in view, the reader's own with a star."""
    reader, found = app.reader, list[str]()
    own, other = (
        reader.get_component_rich_style(f"transcript--{name}", partial=True) for name in ("own-match", "match")
    )
    for y in range(reader.size.height):
        for text, style, _ in reader.render_line(y):
            if style is not None and style.bgcolor in (own.bgcolor, other.bgcolor):
                found.append(f"*{text}" if style.bgcolor == own.bgcolor else text)
    return found


async def test_find_goes_to_each_match_in_turn_and_around() -> None:
    app = Host()
    async with app.run_test(size=(60, 12)) as pilot:
        reader = app.reader
        reader.show([prompt("a needle"), *chat(30), reply("**Needle** and needle"), *chat(30), prompt("needle")])
        await press(pilot, "g")
        reader.find("needle")
        await press(pilot)
        assert app.found[-1] == (1, 4)
        assert lit(app) == ["*needle"]
        assert app.marked() == ["a needle"]
        for key, number, expected in (("n", 2, ["*Needle", "needle"]), ("enter", 3, ["Needle", "*needle"]),
                                      ("n", 4, ["*needle"]), ("n", 1, ["*needle"]), ("N", 4, ["*needle"]),
                                      ("shift+enter", 3, ["Needle", "*needle"])):  # fmt: skip
            await press(pilot, key)
            assert app.found[-1] == (number, 4)
            assert lit(app) == expected
        reader.find("Needle")
        await press(pilot)
        assert app.found[-1] == (1, 1)
        place = reader._cursor.index
        reader.end_find()
        await press(pilot)
        assert lit(app) == []
        assert reader._cursor.index == place
        assert "Needle and needle" in app.marked()


async def test_find_takes_the_nearest_match_before_when_none_comes_after() -> None:
    app = Host()
    async with app.run_test(size=(60, 12)) as pilot:
        app.reader.show([prompt("needle one"), *chat(10), prompt("needle two"), *chat(10)])
        await press(pilot)
        app.reader.find("needle")
        await press(pilot)
        assert app.found[-1] == (2, 2)


async def test_find_begins_below_what_was_read() -> None:
    app = Host()
    async with app.run_test(size=(60, 12)) as pilot:
        app.reader.show([reply(f"needle\n\n{LONG}"), prompt("no"), reply("a needle")])
        await press(pilot, "g", *"jjjjjjjjjj")
        app.reader.find("needle")
        await press(pilot)
        assert app.found[-1] == (2, 2)


async def test_find_unfolds_what_hides_a_match() -> None:
    app = Host()
    async with app.run_test(size=(60, 12)) as pilot:
        thought = replace(reply("the answer"), reasoning="because of the needle")
        app.reader.show([*chat(3), thought, *chat(3)])
        await press(pilot, "g")
        app.reader.find("needle")
        await press(pilot)
        assert lit(app) == ["*needle"]
        assert "  │ because of the needle" in [row.replace("▎", " ") for row in app.rows()]


async def test_find_finds_what_stands_below_a_reply_but_not_its_receipt() -> None:
    app = Host()
    async with app.run_test(size=(60, 70)) as pilot:
        reader = app.reader
        call = {
            "id": "a",
            "type": "function",
            "function": {"name": "look_up", "arguments": json.dumps(list(range(40)))},
        }
        failed = replace(reply("Looking at 39 fares.", "failed"), failure=Failure("The provider is overloaded."))
        named = replace(reply("See below."), citations=(Citation("https://example.com/fares", "All fares"),))
        reader.show([replace(failed, tool_calls=(call,)), replace(named, receipt=Receipt(model="fares"))])
        await press(pilot, "g")
        assert "more rows" in "".join(app.rows())
        for text, marked in (
            ("fares", ["*fares"]),  # the source is folded
            ("All fares", ["*All fares"]),
            ("example.com", ["*example.com"]),
            ("look_up", ["*look_up"]),
            ("overloaded", ["*overloaded"]),
            ("model", []),
            ("39", ["*39"]),  # the other one is folded
        ):
            reader.end_find()
            reader.find(text)
            await press(pilot)
            assert lit(app) == marked
        assert app.found[-1] == (1, 2)
        await press(pilot, "n")
        assert lit(app) == ["39", "*39"]
        assert app.found[-1] == (2, 2)


@pytest.mark.parametrize(("key", "first", "last"), [("pagedown", "one", "the end"), ("pageup", "the end", "one")])
async def test_a_page_beyond_the_last_row_takes_the_cursor_to_the_last_message(key: str, first: str, last: str) -> None:
    app = Host()
    async with app.run_test(size=(60, 30)) as pilot:
        app.reader.show([prompt("one"), reply("the end")])
        await press(pilot, {"one": "g", "the end": "G"}[first])
        assert app.marked() == [first]
        await press(pilot, key)
        assert app.marked() == [last]


async def test_find_counts_what_arrives_what_comes_before_and_what_goes() -> None:
    app = Host()
    async with app.run_test(size=(60, 12)) as pilot:
        reader, arriving = app.reader, reply("", "streaming")
        reader.show([prompt("needle"), arriving])
        await press(pilot)
        reader.find("needle")
        await press(pilot)
        assert app.found[-1] == (1, 1)
        reader.append_text(arriving.id, "nee")
        reader.append_text(arriving.id, "dle")
        reader.append_reasoning(arriving.id, "needle")
        await press(pilot)
        assert app.found[-1] == (1, 3)
        reader.prepend([prompt("needle needle")])
        await press(pilot)
        assert app.found[-1] == (3, 5)
        reader.discard(arriving.id)
        await press(pilot)
        assert app.found[-1] == (3, 3)
        reader.add(prompt("needle"))
        await press(pilot)
        assert app.found[-1] == (3, 4)
        await pilot.resize_terminal(30, 12)
        await press(pilot)
        assert lit(app).count("*needle") == 1


async def test_what_is_found_is_known_again_while_its_message_grows_and_looks_otherwise() -> None:
    app = Host()
    async with app.run_test(size=(40, 12)) as pilot:
        reader, arriving = app.reader, reply("", "streaming")
        reader.show([prompt("go"), arriving])
        reader.append_text(arriving.id, f"```\n{'long ' * 30}\n```\n\na needle, ")
        await press(pilot, "g")
        reader.find("needle")
        await press(pilot)
        reader.append_text(arriving.id, "words and words and words, another needle")
        await press(pilot, "n")
        assert app.found[-1] == (2, 2)
        assert lit(app) == ["needle", "*needle"]
        for change in (reader.toggle_wrap, reader.toggle_wrap):
            change()
            await press(pilot)
            assert lit(app) == ["needle", "*needle"]


async def test_what_can_not_be_found_is_said() -> None:
    app = Host()
    async with app.run_test(size=(60, 12)) as pilot:
        app.reader.show(chat(3))
        await press(pilot)
        before = app.rows()
        for text, expected in (("needle", (None, 0)), ("", (None, 0)), ("\x1b[2J", (None, 0))):
            app.reader.find(text)
            await press(pilot, "n")
            assert app.found[-1] == expected
        assert app.rows() == before
