"""What a person does in a chat, key by key."""

from __future__ import annotations

import pytest
from textual import events

from chat_tui.cost.written import format_cost
from chat_tui.screens.actions import ACTIONS
from chat_tui.screens.help import HelpScreen
from chat_tui.screens.models import ModelPicker
from chat_tui.widgets.composer import HIGHEST
from tests.app.conftest import Browser, Starter

SIZES = [(120, 40), (80, 24), (40, 12)]


@pytest.mark.parametrize("size", SIZES)
async def test_a_prompt_is_answered_with_its_receipt(starter: Starter, size: tuple[int, int]) -> None:
    async with starter.run(size=size) as running:
        await running.send("Hello")
        reply = running.chat.path[-1]
        assert reply.status == "complete"
        assert reply.receipt
        assert reply.receipt.cost
        await running.until_shown("demo/markdown", "Demo")
        if size[0] == 120:
            await running.until_shown(f"{reply.receipt.usage.completion_tokens} out", "$0.0002", "this chat $0.0002")


async def test_the_picker_switches_the_model_in_mid_conversation(starter: Starter) -> None:
    async with starter.run() as running:
        await running.send("Hello")
        await running.pilot.press("ctrl+o")
        await running.until_shown("all models")
        await running.type("demo/rea", "enter")
        await running.until(lambda: running.chat.model == "demo/reasoning")
        await running.send("And now?")
        reply = running.chat.path[-1]
        assert reply.receipt
        assert reply.receipt.model == "demo/reasoning"
        await running.until_shown("thought for")


async def test_a_typed_id_that_is_not_listed_can_be_used(starter: Starter) -> None:
    async with starter.run() as running:
        await running.pilot.press("ctrl+o")
        await running.until_shown("all models")
        await running.type("@preset/mine")
        await running.until_shown("the preset “mine” of your account")
        await running.pilot.press("enter")
        await running.until(lambda: running.chat.model == "@preset/mine")


async def test_closing_the_picker_keeps_the_model(starter: Starter) -> None:
    async with starter.run() as running:
        await running.pilot.press("ctrl+o", *"rea", "escape")
        await running.until(lambda: not isinstance(running.app.screen, ModelPicker))
        assert running.chat.model == "demo/markdown"


async def test_a_prompt_that_failed_comes_back_and_can_be_sent_to_another_model(starter: Starter) -> None:
    async with starter.run() as running:
        running.screen.command_choose_model("demo/error-429")
        await running.send("Will this work?")
        await running.until(lambda: running.screen.composer.text == "Will this work?")
        await running.until_shown("daily limit")
        running.screen.command_choose_model("demo/markdown")
        await running.pilot.press("enter")
        await running.until(lambda: running.chat.path[-1].status == "complete")
        prompts = [message for message in running.chat.path if message.role == "user"]
        assert len(prompts) == 1
        assert len(running.chat.tree.children(prompts[0].id)) == 2
        assert "daily limit" not in running.text()


async def test_words_that_arrived_before_an_error_stay(starter: Starter) -> None:
    async with starter.run() as running:
        running.screen.command_choose_model("demo/error-midstream")
        await running.send("Tell me")
        assert running.chat.path[-1].text
        await running.until_shown("Tell me", "have arrived", "failed")
        assert running.screen.composer.text == ""


async def test_escape_stops_a_reply_and_keeps_what_arrived(slow_starter: Starter) -> None:
    async with slow_starter.run() as running:
        running.screen.command_choose_model("demo/slow")
        await running.type("Go", "enter")
        await running.until(lambda: "streaming" in running.text() and "simulated" in running.text())
        await running.pilot.press("escape")
        await running.until(lambda: running.chat.path[-1].status == "cancelled")
        assert running.chat.path[-1].text
        await running.until_shown("stopped")


async def test_ctrl_c_stops_a_reply_and_never_quits(slow_starter: Starter) -> None:
    async with slow_starter.run() as running:
        running.screen.command_choose_model("demo/slow")
        await running.type("Go", "enter")
        await running.until(lambda: "streaming" in running.text())
        await running.pilot.press("ctrl+c")
        await running.until_shown("stopped")
        await running.pilot.press("ctrl+c")
        await running.until_shown("Ctrl+Q quits")


async def test_a_reply_goes_on_while_another_chat_is_shown(slow_starter: Starter) -> None:
    async with slow_starter.run() as running:
        await running.type("First", "enter")
        await running.until(lambda: "streaming" in running.text())
        first = running.chat
        await running.pilot.press("ctrl+n")
        await running.until(lambda: running.chat is not first)
        assert "First" not in running.text()
        await running.until(lambda: first.path[-1].status == "complete")
        running.screen.enter(first)
        await running.until_shown("First", "396 out")


async def test_quitting_in_mid_stream_keeps_the_reply_as_interrupted(slow_starter: Starter) -> None:
    async with slow_starter.run() as running:
        running.screen.command_choose_model("demo/slow")
        await running.type("Go", "enter")
        await running.until(lambda: "streaming" in running.text() and "simulated" in running.text())
        await running.pilot.press("ctrl+q")
    kept = slow_starter.library.latest()
    assert kept
    prompt, reply = kept.tail()
    assert prompt.text == "Go"
    assert reply.status == "interrupted"
    assert reply.text


async def test_a_resumed_chat_shows_its_end_and_goes_on(starter: Starter) -> None:
    async with starter.run() as running:
        await running.send("The first question")
        await running.send("The second question")
    resumed = starter.library.latest()
    assert resumed
    async with starter.run(resumed) as running:
        await running.until(lambda: len(running.chat.path) == 4)
        await running.until_shown("Ask again for the same", "396 out")
        await running.send("The third question")
        assert [m.text for m in running.chat.path if m.role == "user"][-1] == "The third question"
        assert len(running.chat.path) == 6


async def test_what_is_typed_before_the_engine_runs_is_sent(starter: Starter) -> None:
    async with starter.run() as running:
        await running.type("Quick", "enter")
        await running.until(lambda: running.chat.path and running.chat.path[-1].status == "complete")
        assert running.chat.path[0].text == "Quick"


async def test_answering_again_keeps_both_replies(starter: Starter) -> None:
    async with starter.run() as running:
        await running.send("Hello")
        first = running.chat.path[-1]
        await running.pilot.press("ctrl+r")
        await running.until(lambda: running.chat.path[-1].id != first.id and running.chat.path[-1].status == "complete")
        assert len(running.chat.tree.children(running.chat.path[0].id)) == 2
        assert running.text().count("▌ Hello") <= 1


async def test_the_system_prompt_reaches_the_model(starter: Starter) -> None:
    async with starter.run() as running:
        running.screen.command_choose_model("demo/echo")
        await running.type("/system You are terse.", "enter")
        await running.send("Hi")
        assert "You are terse." in running.chat.path[-1].text
        await running.until_shown("system prompt")


async def test_the_composer_grows_and_ctrl_j_makes_a_new_line(starter: Starter) -> None:
    async with starter.run() as running:
        composer = running.screen.composer
        await running.pilot.press("a", *["ctrl+j"] * 14, "b")
        assert composer.text == "a" + "\n" * 14 + "b"
        await running.until(lambda: composer.size.height == HIGHEST)


async def test_up_in_an_empty_composer_recalls_earlier_prompts(starter: Starter) -> None:
    async with starter.run() as running:
        await running.send("one")
        await running.send("two")
        composer = running.screen.composer
        await running.pilot.press("up")
        assert composer.text == "two"
        await running.pilot.press("up")
        assert composer.text == "one"
        await running.pilot.press("down", "down")
        assert composer.text == ""


async def test_slash_completes_commands(starter: Starter) -> None:
    async with starter.run() as running:
        await running.pilot.press("/")
        await running.until_shown("/model", "/new")
        await running.pilot.press("up")
        await running.until_shown("/quit")
        await running.type("he", "enter")
        await running.until(lambda: isinstance(running.app.screen, HelpScreen))
        await running.pilot.press("escape")
        await running.until(lambda: not isinstance(running.app.screen, HelpScreen))
        assert running.screen.composer.text == ""


async def test_tab_takes_a_completion_or_changes_the_focus(starter: Starter) -> None:
    async with starter.run() as running:
        await running.send("Hello")
        await running.type("/sys", "tab")
        assert running.screen.composer.text == "/system "
        await running.pilot.press("ctrl+u", "tab")
        await running.until(lambda: running.screen.transcript.has_focus)
        await running.pilot.press("shift+tab")
        await running.until(lambda: running.screen.composer.has_focus)


async def test_an_unknown_command_is_kept_and_named(starter: Starter) -> None:
    async with starter.run() as running:
        await running.type("/nosuch thing", "enter")
        await running.until_shown("no command /nosuch")
        assert running.screen.composer.text == "/nosuch thing"


async def test_every_theme_can_be_chosen(starter: Starter) -> None:
    async with starter.run() as running:
        await running.send("Hello")
        for name in ("paper", "contrast", "moss", "plum", "ink"):
            await running.type(f"/theme {name}", "enter")
            await running.until(lambda name=name: running.app.theme == name)  # type: ignore[misc]
            await running.until_shown("demo/markdown")


async def test_every_action_is_in_the_palette(starter: Starter) -> None:
    async with starter.run() as running:
        commands = {command.title for command in running.app.get_system_commands(running.app.screen)}
        assert commands == {action.title for action in ACTIONS if action.name != "show_palette"}
        await running.pilot.press("ctrl+p")
        await running.until_shown("Choose the model", "Attach")


async def test_no_key_is_one_plain_screen(starter: Starter) -> None:
    async with starter.run(needs_key=True) as running:
        await running.pilot.pause()
        shown = running.text()
        assert "OPENROUTER_API_KEY" in shown
        assert "chat-tui --demo" in shown
        assert str(starter.library.paths.credentials)[:30] in shown
        await running.pilot.press("q")


async def test_hostile_text_is_shown_and_does_nothing(starter: Starter) -> None:
    async with starter.run() as running:
        running.screen.command_choose_model("demo/escape")
        await running.send("[/foo] [bold]x")
        await running.pilot.press("ctrl+o", *"escape")
        await running.until_shown("demo/escape")
        assert not any(
            ord(character) < 32 or 127 <= ord(character) < 160 for character in running.text().replace("\n", "")
        )
        await running.pilot.press("escape")
        running.screen.command_choose_model("demo/error-escape")
        await running.send("again")
        await running.until(lambda: running.screen.composer.text == "again")
        assert running.chat.title == "[/foo] [bold]x"


async def test_a_prompt_while_a_reply_streams_is_kept(slow_starter: Starter) -> None:
    async with slow_starter.run() as running:
        running.screen.command_choose_model("demo/slow")
        await running.type("Go", "enter")
        await running.until(lambda: "streaming" in running.text())
        await running.type("Next", "enter")
        await running.until_shown("still streaming")
        assert running.screen.composer.text == "Next"


async def test_a_refused_prompt_comes_back_above_what_was_typed_since(slow_starter: Starter) -> None:
    async with slow_starter.run() as running:
        running.screen.command_choose_model("demo/slow")
        await running.type("Go", "enter")
        await running.until(lambda: "streaming" in running.text())
        await running.type("precious", "enter", "n")
        await running.until_shown("still streaming")
        kept = running.screen.composer.text
        assert kept.startswith("precious")
        assert kept.endswith("n")


async def test_a_prompt_that_begins_like_a_command_is_kept(starter: Starter) -> None:
    async with starter.run() as running:
        await running.type("/help me with this", "enter")
        await running.until_shown("takes nothing after it")
        assert running.screen.composer.text == "/help me with this"
        await running.pilot.press("home", "space", "enter")
        await running.until(lambda: running.chat.path and running.chat.path[0].text == " /help me with this")


async def test_a_prompt_sent_just_before_quitting_is_on_disk(starter: Starter) -> None:
    async with starter.run() as running:
        await running.type("Keep me", "enter", "ctrl+q")
        await running.until(lambda: running.app.return_code is not None)
    kept = starter.library.latest()
    assert kept
    assert kept.tail()[0].text == "Keep me"


async def test_a_letter_typed_at_the_conversation_begins_a_prompt(starter: Starter) -> None:
    async with starter.run() as running:
        await running.send("Hello")
        await running.pilot.press("tab")
        await running.until(lambda: running.screen.transcript.has_focus)
        await running.type("tea")
        await running.until(lambda: running.screen.composer.text == "tea")


async def test_the_cost_of_a_chat_counts_every_branch(starter: Starter) -> None:
    async with starter.run() as running:
        await running.send("Hello")
        first = running.chat.path[-1]
        await running.pilot.press("ctrl+r")
        await running.until(lambda: running.chat.path[-1].id != first.id and running.chat.path[-1].status == "complete")
        costs = [message.receipt.cost for message in running.chat.tree if message.receipt]
        assert len(costs) == 2
        await running.until_shown(f"this chat {format_cost(sum(cost for cost in costs if cost))}")  # type: ignore[arg-type]


async def test_a_link_opens_and_says_where_it_goes(starter: Starter, browser: Browser) -> None:
    async with starter.run() as running:
        await running.send("Hello")
        await running.pilot.press("tab", "home")
        await running.until_shown("a link")
        row, line = next((row, line) for row, line in enumerate(running.text().split("\n")) if "a link" in line)
        await running.pilot.click(offset=(line.index("a link") + 2, row))
        await running.until_shown("Opening", "openrouter.ai/docs")
    assert browser.opened == ["https://openrouter.ai/docs"]


async def test_two_enters_of_one_burst_end_the_palette_once(starter: Starter) -> None:
    async with starter.run() as running:
        await running.pilot.press("ctrl+p")
        await running.until_shown("Copy the message")
        await running.type("outline")
        await running.until(lambda: "Copy the message" not in running.text())
        for _ in range(3):
            running.app.post_message(events.Key("enter", None))
        await running.until(lambda: running.app.screen is running.screen)
        await running.type("still here")
        await running.until(lambda: running.screen.composer.text == "still here")
