"""The cursor while the conversation around it grows, folds and changes."""

from __future__ import annotations

from dataclasses import replace
from math import ceil

import pytest

from chat_tui.conversation.values import Receipt, Usage
from chat_tui.cost.tokens import text_tokens
from chat_tui.transcript.reader import Reader
from chat_tui.transcript.thinking import Thinking
from tests.transcript.test_cursor import LONG, SCROLLBAR, Host, painted, press
from tests.transcript.test_view import chat, prompt, reply


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
