"""What a reader does in a chat, key by key: the cursor, folding, the outline, find."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from textual import events

from chat_tui.screens.outline import OutlineScreen
from tests.app.conftest import Browser, Running, Starter

SIZES = [(120, 40), (80, 24), (40, 20)]


@asynccontextmanager
async def reading(starter: Starter, size: tuple[int, int] = (80, 24)) -> AsyncIterator[Running]:
    """The application with a conversation of two turns."""
    async with starter.run(size=size) as running:
        await running.send("Show me something")
        running.screen.command_choose_model("demo/reasoning")
        await running.send("How many handshakes?")
        yield running


def at_cursor(running: Running) -> str:
    message = running.screen.transcript.current
    return message.text.split("\n")[0] if message is not None else ""


@pytest.mark.parametrize("size", SIZES)
async def test_tab_goes_to_the_cursor_and_back(starter: Starter, size: tuple[int, int]) -> None:
    async with reading(starter, size) as running:
        assert running.screen.composer.has_focus
        assert "▎" not in running.text()
        await running.pilot.press("tab")
        await running.until_shown("▎")
        await running.pilot.press("{")
        await running.until_shown("█ How many handshakes?")
        await running.pilot.press("g")
        await running.until_shown("█ Show me something")
        await running.pilot.press("tab")
        await running.until(lambda: "█ Show" not in running.text())
        assert running.screen.composer.has_focus


async def test_what_is_sent_is_shown_though_the_reader_was_elsewhere(starter: Starter) -> None:
    async with reading(starter) as running:
        await running.pilot.press("tab", "g", "tab")
        await running.send("And now?")
        await running.until_shown("▌ And now?")
        assert running.screen.transcript.following


async def test_a_thought_unfolds_and_folds(starter: Starter) -> None:
    async with reading(starter, (100, 40)) as running:
        for keys, shown in (("/fold", "▾"), ("/fold", "▸")):
            await running.pilot.press(*keys, "enter")
            await running.until_shown(f"{shown} thought for")
        await running.pilot.press("tab", "enter")
        await running.until_shown("▾ thought for", "Each person shakes 11 hands")
        await running.pilot.press("enter")
        await running.until_shown("▸ thought for")


@pytest.mark.parametrize("size", SIZES)
async def test_find_goes_from_match_to_match(starter: Starter, size: tuple[int, int]) -> None:
    async with reading(starter, size) as running:
        await running.pilot.press("tab", "g", "slash", *"simulated")
        await running.until_shown("/ simulated", "1 of 2")
        await running.pilot.press("enter")
        await running.until_shown("2 of 2")
        assert running.screen.transcript.has_focus
        for key, number in (("n", 1), ("N", 2), ("enter", 1), ("shift+enter", 2)):
            await running.pilot.press(key)
            await running.until_shown(f"{number} of 2")
        assert "simulated answer" in running.text()
        await running.pilot.press("escape")
        await running.until(lambda: "2 of 2" not in running.text())
        assert running.screen.transcript.has_focus
        assert at_cursor(running).startswith("This is a **simulated** answer")


async def test_find_as_a_command_and_typing_on_in_its_row(starter: Starter) -> None:
    async with reading(starter) as running:
        await running.type("/find handshakes", "enter")
        await running.until_shown("/ handshakes", " of ")
        assert running.screen.transcript.has_focus
        await running.pilot.press("slash", *"zebra")
        await running.until_shown("/ zebra", "not found")
        await running.pilot.press("escape", *"xyz")
        await running.until(lambda: running.screen.composer.text == "xyz")


async def test_up_and_down_in_the_row_of_find_keep_it_open_for_more(starter: Starter) -> None:
    async with reading(starter) as running:
        await running.pilot.press("tab", "g", "slash", *"simulated")
        await running.until_shown("1 of 2")
        await running.pilot.press("down")
        await running.until_shown("2 of 2")
        await running.pilot.press("up", *" answer")
        await running.until_shown("/ simulated answer", "1 of 2")
        await running.pilot.press("tab")
        await running.until(lambda: running.screen.transcript.has_focus)


async def test_without_a_conversation_there_is_nothing_to_go_to(starter: Starter) -> None:
    async with starter.run() as running:
        await running.type("/find", "enter")
        await running.until_shown("nothing to search")
        await running.pilot.press("ctrl+l")
        await running.until_shown("no prompts yet")


@pytest.mark.parametrize("size", SIZES)
async def test_the_outline_goes_to_a_prompt(starter: Starter, size: tuple[int, int]) -> None:
    async with reading(starter, size) as running:
        await running.pilot.press("ctrl+l")
        await running.until_shown("2 prompts", "1  Show me something", "2  How many handshakes?")
        await running.type("show")
        await running.until_shown("1 of 2 prompts")
        assert "handshakes" not in running.text()
        await running.pilot.press("enter")
        await running.until(lambda: not isinstance(running.app.screen, OutlineScreen))
        await running.until_shown("█ Show me something")
        assert running.screen.transcript.has_focus


async def test_the_outline_by_its_command_its_keys_and_the_mouse(starter: Starter) -> None:
    async with reading(starter) as running:
        prompts = ("Show me something", "How many handshakes?")
        for key, number in (("up", 0), ("down", 1), ("ctrl+home", 0), ("ctrl+end", 1), ("pageup", 0), ("pagedown", 1)):
            await running.type("/outline", "enter")
            await running.until_shown("2 prompts")
            await running.pilot.press(key, "enter")
            await running.until_shown(f"█ {prompts[number]}")
            await running.pilot.press("tab")
        await running.pilot.press("ctrl+l")
        await running.until_shown("2 prompts")
        row = next(y for y, line in enumerate(running.text().split("\n")) if "1  Show me" in line)
        await running.pilot.click(offset=(6, row))
        await running.until(lambda: at_cursor(running) == "Show me something")
        await running.pilot.press("ctrl+l", *"nothing", "enter", "escape")
        await running.until(lambda: not isinstance(running.app.screen, OutlineScreen))
        assert at_cursor(running) == "Show me something"


async def test_c_and_y_copy_what_is_at_the_cursor(starter: Starter) -> None:
    async with reading(starter) as running:
        await running.pilot.press("tab", "g", "c")
        await running.until(lambda: running.app.clipboard == "Show me something")
        await running.type("jjjjjjjjjjjjjjjjjjjjjjjjjjjj", "y")
        await running.until(lambda: running.app.clipboard not in ("", "Show me something"))
        assert running.app.clipboard in running.chat.path[1].text


async def test_copy_file_puts_what_was_copied_last_where_it_can_be_found(starter: Starter) -> None:
    file = starter.library.paths.state / "copied.txt"
    async with reading(starter) as running:
        await running.type("/copy file", "enter")
        await running.until_shown("characters are in")
        assert file.read_text() == running.chat.path[-1].text
        await running.pilot.press("tab", "g", "c", "tab")
        await running.type("/copy file", "enter")
        await running.until(lambda: file.read_text() == "Show me something")
        await running.type("/copy folder", "enter")
        await running.until_shown("/copy takes")


async def test_a_burst_of_keys_goes_where_its_first_key_leads(starter: Starter) -> None:
    async with reading(starter) as running:
        await running.pilot.press("tab", "g")
        await running.until(lambda: running.screen.transcript.has_focus)
        for character in "/hand":
            key = "slash" if character == "/" else character
            running.app.post_message(events.Key(key, character))
        await running.until_shown("/ hand", " of ")
        assert running.screen.composer.text == ""


async def test_the_keyboard_goes_from_link_to_link_and_shows_where_each_leads(
    starter: Starter, browser: Browser
) -> None:
    browser.works = False
    async with reading(starter) as running:
        await running.pilot.press("tab", "g", "o")
        await running.until_shown("no link in this message")
        await running.pilot.press("down", "o")
        await running.until_shown("→ https://openrouter.ai/docs", "Enter opens")
        await running.pilot.press("c")
        await running.until(lambda: running.app.clipboard == "https://openrouter.ai/docs")
        await running.pilot.press("enter")
        await running.until_shown("No browser opens here")
        assert browser.opened == ["https://openrouter.ai/docs"]
        await running.pilot.press("escape")
        await running.until(lambda: "→ https" not in running.text())
        assert running.screen.transcript.has_focus
        await running.pilot.press("O")
        await running.until_shown("→ https://")
        await running.pilot.press("tab", *"/link", "enter")
        await running.until_shown("→ https://openrouter.ai/docs")
        await running.pilot.press("up")
        await running.until(lambda: "→ https" not in running.text())


async def test_the_mouse_over_a_link_shows_where_it_leads(starter: Starter) -> None:
    async with reading(starter) as running:
        await running.pilot.press("tab", "g")
        await running.until_shown("a link")
        row, line = next((row, line) for row, line in enumerate(running.text().split("\n")) if "a link" in line)
        await running.pilot.hover(offset=(line.index("a link") + 2, row))
        await running.until_shown("→ https://openrouter.ai/docs")
        assert "Enter opens" not in running.text()
        await running.pilot.hover(offset=(line.index("a link") + 2, row + 1))
        await running.until(lambda: "→ https" not in running.text())
