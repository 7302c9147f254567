"""Keys that come in one burst, faster than screens open and end: each meets the screen that is open by then."""

from __future__ import annotations

import random
from datetime import datetime

import pytest
from textual import events

from tests.app.conftest import Starter
from tests.shelf_samples import keep_some

OPENING = ("ctrl+g", "ctrl+b", "ctrl+t", "ctrl+o", "ctrl+s")
ACTING = ("alt+d", "alt+l", "alt+p", "alt+c", "alt+r", "alt+t", "alt+s", "alt+v", "alt+u", "down", "up", "enter", "tab")
ENDING = ("escape", "escape", "ctrl+g", "ctrl+b")


def burst(seed: int) -> list[str]:
    """Return keys that open panes, do something there and leave them."""
    chance = random.Random(seed)  # noqa: S311 - chance that can be had again
    keys: list[str] = []
    for _ in range(8):
        keys += [chance.choice(OPENING), *chance.choices(ACTING, k=chance.randint(0, 3)), chance.choice(ENDING)]
    return keys


@pytest.mark.parametrize("seed", range(3))
async def test_a_burst_of_keys_breaks_nothing(starter: Starter, seed: int) -> None:
    keep_some(starter.library, datetime.now().astimezone())
    async with starter.run() as app:
        for key in burst(seed):
            app.app.post_message(events.Key(key, None))
        await app.pilot.pause()
        while len(app.app.screen_stack) > 1:
            await app.pilot.press("escape")
        await app.type("still here")
        await app.until_shown("still here")


async def test_a_slash_alone_is_no_command(starter: Starter) -> None:
    async with starter.run() as app:
        await app.type("/", "escape", "enter")
        await app.until_shown("There is no command")
