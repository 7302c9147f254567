"""What a person sees of requests that are made again, or could be."""

from __future__ import annotations

from tests.app.conftest import Starter


async def test_a_retry_is_counted_down_and_told_under_the_reply(starter: Starter) -> None:
    async with starter.run() as running:
        running.screen.command_choose_model("demo/flaky")
        await running.type("Hello?", "enter")
        await running.until_shown("(1 of 3)", "Esc stops")
        await running.until_shown("after 2 failed attempts", "● ready")
        assert running.chat.path[-1].status == "complete"


async def test_esc_ends_the_wait_for_a_retry(starter: Starter) -> None:
    async with starter.run() as running:
        running.screen.command_choose_model("demo/error-429-upstream")
        await running.type("Hello?", "enter")
        await running.until_shown("(1 of 3)")
        await running.pilot.press("escape")
        await running.until(lambda: running.chat.path[-1].status == "cancelled")
        await running.until_shown("after 1 failed attempt", "stopped")


async def test_a_wait_that_is_too_long_says_when_and_names_the_key(starter: Starter) -> None:
    async with starter.run() as running:
        running.screen.command_choose_model("demo/error-402-in-flight")
        await running.send("Hello?")
        await running.until_shown("Try again in 2 min", "Ctrl+R again, from ")
        assert "≥" not in running.text()


async def test_settings_that_a_server_has_no_place_for_are_named(starter: Starter) -> None:
    origin = starter.emulator.base_url.removesuffix("/api/v1")
    plain = {"servers": {origin: {"speaks": "openai"}}}
    chat = starter.library.begin()
    chat.change(plugins=[{"id": "response-healing"}])
    async with starter.run(chat, settings=plain) as running:
        await running.send("Hello?")
        await running.until_shown("Not sent", "plugins")
        assert running.chat.path[-1].status == "complete"
