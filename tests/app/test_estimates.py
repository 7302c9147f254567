"""What people are told before they send: what it may cost, whether it fits, and what can be done when it doesn't."""

from __future__ import annotations

import re

import pytest

from chat_tui.screens.estimate import EstimateScreen
from chat_tui.screens.models import ModelPicker
from tests.app.conftest import Running, Starter

SMALL = "demo/text-only"  # holds 16,384 tokens
LONG = "Please read all of this very carefully. " * 400


async def send(running: Running, text: str, turns: int) -> None:
    """Send a long text, and wait until so many turns are done."""
    running.screen.composer.put(text)
    await running.pilot.press("enter")
    await running.until(lambda: len(running.chat.path) == 2 * turns and running.chat.path[-1].status == "complete")


async def fill(running: Running) -> None:
    """Make a conversation after which another long prompt doesn't fit."""
    await running.app.session()
    running.chat.change(model=SMALL)
    for turn in (1, 2, 3):
        await send(running, LONG, turn)


async def asked(running: Running, text: str) -> None:
    """Send what is too long, and wait for the question."""
    running.screen.composer.put(text)
    await running.pilot.press("enter")
    await running.until(lambda: isinstance(running.app.screen, EstimateScreen) and running.app.screen.is_open)
    await running.until_shown("Too long for the context?", "nobody who may serve holds more than", "stays written")


async def choose(running: Running, words: str) -> None:
    """Mark the choice that begins with `words`, and do it."""
    screen = running.app.screen
    assert isinstance(screen, EstimateScreen)
    place = next(place for place, (_, text) in enumerate(screen._answers) if text.startswith(words))
    await running.pilot.press(*["down"] * place, "enter")
    await running.until(lambda: running.app.screen is not screen)


@pytest.mark.parametrize(("width", "meter"), [(120, r"context ▰▱+ \d+/1M"), (80, r"ready   \d+/1M"), (40, "")])
async def test_a_draft_says_what_it_may_cost_and_how_full_the_context_is(
    starter: Starter, width: int, meter: str
) -> None:
    async with starter.run(size=(width, 24)) as running:
        running.chat.change(model="anthropic/claude-sonnet-4.6")
        await running.type("What should I see?")
        await running.until(lambda: re.search(r"≈ 5 tokens +≈ \$[\d.]+–[\d.]+", running.text()))
        assert re.search(meter, running.text())
        assert ("/1M" in running.text()) is bool(meter)
        await running.type("\t")
        running.screen.composer.put("/estimate")
        await running.pilot.press("enter")
        await running.until_shown("Before sending", "price ", "≈ $")


async def test_what_is_too_long_is_asked_about_once_and_nothing_is_lost(starter: Starter) -> None:
    async with starter.run() as running:
        await fill(running)
        await asked(running, LONG)
        await running.pilot.press("x", "enter")  # who types on sends nothing
        await running.until(lambda: running.app.screen is running.screen)
        assert running.screen.composer.text == LONG
        assert len(running.chat.path) == 6

        await running.pilot.press("enter")
        await running.until(lambda: isinstance(running.app.screen, EstimateScreen) and running.app.screen.is_open)
        await choose(running, "Send it as it is")
        await running.until(lambda: running.chat.path[-1].status == "failed")
        failure = running.chat.path[-1].failure
        assert failure is not None
        assert "16384" in failure.sentence or "too long" in failure.sentence.lower()
        before = len(running.chat.tree)
        await running.until(lambda: running.screen.composer.text == LONG)
        await running.pilot.press("enter")
        await running.until(lambda: len(running.chat.tree) > before)
        assert running.app.screen is running.screen, "asked again"


async def test_what_can_be_done_is_done(starter: Starter) -> None:
    async with starter.run() as running:
        await fill(running)
        running.screen.composer.put(LONG[: len(LONG) // 2])
        await running.until_shown("nearly fills the context", "/estimate")
        await asked(running, LONG)
        await choose(running, "Choose a model that holds more")
        await running.until(lambda: isinstance(running.app.screen, ModelPicker))
        await running.until_shown("ctx>17k")
        await running.pilot.press("escape")
        await running.until(lambda: running.app.screen is running.screen)

        await asked(running, running.screen.composer.text)
        await choose(running, "Leave the oldest messages out")
        await running.until_shown("2 messages left out")
        await send(running, LONG, 4)
        reply = running.chat.path[-1].receipt
        assert reply is not None
        assert reply.usage.prompt_tokens is not None
        assert reply.usage.prompt_tokens < 16_384
        await running.type("/unhide", "enter")
        await running.until(lambda: not running.chat.hidden)

        await asked(running, LONG)
        await choose(running, "Have the middle")
        await running.until(lambda: running.chat.settings.get("plugins"))
        await send(running, LONG, 5)

        running.chat.change(plugins=None)
        await asked(running, LONG)
        old = running.chat
        await choose(running, "Go on in a new chat")
        await running.until(lambda: running.chat is not old)
        assert running.screen.composer.text == LONG


async def test_leaving_a_warm_cache_is_told_once(starter: Starter) -> None:
    async with starter.run() as running:
        await running.app.session()
        running.chat.change(model="anthropic/claude-sonnet-4.6")
        for turn in (1, 2):
            await send(running, LONG, turn)
        running.screen.command_choose_model("anthropic/claude-opus-4.7")
        await running.until_shown("of this chat in its cache", "dearer than staying")
        sentences = [note.message for note in running.app._notifications if "cache" in note.message]
        assert len(sentences) == 1
        running.screen.command_choose_model("anthropic/claude-sonnet-4.6")
        running.screen.command_choose_model("anthropic/claude-opus-4.7")
        await running.until(lambda: running.chat.model == "anthropic/claude-opus-4.7")
        await running.until(lambda: not [one for one in running.screen.workers if one.group == "warmth"])
        assert len([note for note in running.app._notifications if "cache" in note.message]) == 1
