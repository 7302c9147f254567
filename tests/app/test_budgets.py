"""The question before a hard budget is passed, and what is told of budgets."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from chat_tui.demo.server import DemoServer
from chat_tui.engine.asking import Asking
from chat_tui.engine.budgets import Standing
from chat_tui.engine.chat import Chat
from chat_tui.engine.remembering import request_of
from chat_tui.openrouter.file_text import file_texts
from chat_tui.screens.budget_question import BudgetQuestion
from tests.app.conftest import Running, Starter
from tests.app.test_shelving import command
from tests.attachments.files import picture


@pytest.fixture
def server() -> Iterator[DemoServer]:
    """An emulator of its own, whose books hold only what the test did."""
    with DemoServer(pace=0) as running:
        yield running


@pytest.fixture
def own(tmp_path: Path, server: DemoServer) -> Starter:
    """The application on it, with a model that costs something."""
    starter = Starter(tmp_path, server)
    starter.library.defaults = {"model": "google/gemini-2.5-flash", "budget": {"day_ask": 0.0}}
    return starter


async def asked(running: Running, text: str) -> None:
    """Send `text` and wait for the question."""
    session = await running.app.session()
    session.budgets.patience = 5.0
    await running.type(text, "enter")
    await running.until(lambda: isinstance(running.app.screen, BudgetQuestion))
    await running.until_shown("Past your budget?", "today, spent", "of a budget of $0")


async def test_nothing_is_lost_when_it_isnt_sent(own: Starter, server: DemoServer) -> None:
    async with own.run() as running:
        running.app.notify("What was told a moment before doesn't lie on the figures.", timeout=60)
        await asked(running, "Is it dear?")
        await running.until(lambda: running.app.screen.query("Toast"))
        assert not any(toast.display for toast in running.app.screen.query("Toast"))
        await running.pilot.press("s", "r", "y", "enter")  # who types on decides nothing
        await running.until(lambda: running.app.screen is running.screen)
        assert running.screen.composer.text == "Is it dear?"
        assert not server.books.entries
        await running.pilot.press("enter")
        await running.until(lambda: isinstance(running.app.screen, BudgetQuestion))
        await running.pilot.press("escape")
        assert running.screen.composer.text == "Is it dear?"
        assert not running.chat.path


async def test_it_can_be_sent_once(own: Starter, server: DemoServer) -> None:
    async with own.run() as running:
        await asked(running, "Is it dear?")
        await running.pilot.press("down", "enter")
        await running.until(lambda: running.chat.path and running.chat.path[-1].status == "complete")
        assert running.screen.composer.text == ""
        assert len(server.books.entries) == 1
        await running.pilot.press("ctrl+r")
        await running.until(lambda: isinstance(running.app.screen, BudgetQuestion))
        await running.pilot.press("down", "enter")
        await running.until(lambda: len(running.chat.tree.children(running.chat.path[0].id)) == 2)


async def test_the_budget_can_be_raised(own: Starter) -> None:
    async with own.run() as running:
        await asked(running, "Is it dear?")
        await running.pilot.press("down", "down", "enter")
        await running.until(lambda: running.chat.path and running.chat.path[-1].status == "complete")
        held = own.library.defaults["budget"]["day_ask"]
        assert held > 0
        await running.type("/budget", "enter")
        await running.until_shown("Today: $", "This month: $", "asked past $")
        await running.type("/budget day off", "enter")
        await running.until(lambda: running.text().count("no budget.") >= 4)
        await running.send("And now?")


async def test_a_request_that_was_edited_is_asked_about_too(own: Starter, server: DemoServer) -> None:
    async with own.run() as running:
        await asked(running, "Is it dear?")
        await running.pilot.press("escape", "f4")
        await running.until_shown("What will be sent.")
        await running.pilot.press("e")
        await running.until_shown("This can be sent.")
        await running.pilot.press("ctrl+r")
        await running.until(lambda: isinstance(running.app.screen, BudgetQuestion))
        await running.pilot.press("enter")
        await running.until_shown("Nothing was sent.")
        assert not server.books.entries


async def test_a_soft_cap_is_one_quiet_sentence(own: Starter) -> None:
    own.library.defaults = {**own.library.defaults, "budget": {"chat_warn": 0.0}}
    async with own.run() as running:
        await running.send("Hello")
        await running.until_shown("This chat has cost $0.000", ", more than")


async def test_a_reply_past_its_budget_is_told_of_while_it_streams(tmp_path: Path) -> None:
    with DemoServer(pace=0.1) as slow:
        starter = Starter(tmp_path, slow)
        starter.library.defaults = {"model": "demo/slow", "budget": {"reply_warn": 0.0}}
        async with starter.run() as running:
            await (await running.app.session()).catalogue.refresh()
            await running.type("Go", "enter")
            await running.until_shown("This reply has cost ≈ $0.0", "by now, more than")
            assert running.chat.path[-1].status == "streaming"
            await running.pilot.press("escape")
            await running.until(lambda: running.chat.path[-1].status == "cancelled")


async def test_files_stay_with_the_draft_until_the_prompt_may_go(
    own: Starter, server: DemoServer, tmp_path: Path
) -> None:
    file = tmp_path / "map.png"
    file.write_bytes(picture(size=(64, 48)))
    async with own.run() as running:
        drafts, chat = own.library.drafts, running.chat
        await (await running.app.session()).catalogue.refresh()
        await command(running, f"/attach {file}")
        await running.until(lambda: drafts.files(chat.id))
        await asked(running, "Where is it?")
        await running.pilot.press("escape")
        assert not chat.folder.path.exists()
        assert len(drafts.files(chat.id)) == 1
        await running.pilot.press("f4")
        await running.until_shown("What will be sent.")
        await running.pilot.press("e")
        await running.until_shown("This can be sent.")
        await running.pilot.press("ctrl+r")
        await running.until(lambda: isinstance(running.app.screen, BudgetQuestion))
        await running.pilot.press("down", "enter")
        await running.until(lambda: chat.path and chat.path[-1].status == "complete")
        assert not drafts.files(chat.id)
        assert [chat.folder.read_attachment(part) for part in chat.path[0].files] == [file.read_bytes()]
        remembered = request_of(chat, chat.path[-1])
        assert remembered is not None
        assert remembered.is_exact
        assert next(file_texts(remembered.body)).path.parent.parent == chat.folder.path
        assert len(server.books.entries) == 1


async def test_a_prompt_stays_in_its_conversation_when_the_question_comes_too_late(
    own: Starter, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with own.run() as running:
        session = await running.app.session()
        first, is_elsewhere, look = running.chat, asyncio.Event(), session.budgets.look

        async def look_later(chat: Chat, asking: Asking) -> Standing:
            await is_elsewhere.wait()
            return await look(chat, asking)

        monkeypatch.setattr(session.budgets, "look", look_later)
        await running.type("Is it dear?", "enter")
        await running.screen.go_on_in(own.library.begin())
        await running.type("Another thing")
        is_elsewhere.set()
        await running.until_shown("Today has cost $0")
        assert running.screen.composer.text == "Another thing"
        assert own.library.drafts.of(first.id) == "Is it dear?"
