"""What people see of money: the line under a reply, the receipt, the status line, the cost screen."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from textual import events

from chat_tui.cost.sums import total
from chat_tui.cost.written import format_cost
from chat_tui.demo.keys import INVALID_KEY
from chat_tui.demo.server import DemoServer
from chat_tui.engine.session import Session
from chat_tui.engine.settling import Patience
from chat_tui.screens.costs import CostScreen
from chat_tui.screens.receipt import ReceiptScreen
from tests.app.conftest import Running, Starter
from tests.cost_samples import keep_receipts

GROQ = {"only": ["groq"]}


@pytest.fixture
def server() -> Iterator[DemoServer]:
    """An emulator of its own, whose books hold only what the test did."""
    with DemoServer(pace=0.1) as running:
        yield running


@pytest.fixture
def own(tmp_path: Path, server: DemoServer, monkeypatch: pytest.MonkeyPatch) -> Starter:
    """The application on it, asking soon for what it doesn't know."""
    made = Session.__init__

    def hasty(self: Session, *arguments: object, **named: object) -> None:
        made(self, *arguments, **named, patience=Patience(first_wait=0.05, longest_wait=0.1))  # type: ignore[arg-type]

    monkeypatch.setattr(Session, "__init__", hasty)
    return Starter(tmp_path, server)


async def stop_a_reply(running: Running) -> None:
    """Send a prompt to a slow model and stop the reply after its first words."""
    await running.type("Go", "enter")
    await running.until_shown("streaming")
    await running.pilot.press("escape")
    await running.until(lambda: running.chat.path[-1].status == "cancelled")


async def test_a_stopped_reply_is_pending_until_its_receipt_changes_in_place(own: Starter, server: DemoServer) -> None:
    server.books.trouble = ["error"] * 5
    async with own.run() as running:
        running.chat.change(model="demo/slow", provider=GROQ)
        await stop_a_reply(running)
        await running.until_shown("cost pending", "this chat ≥ $0")
        assert running.screen.transcript.display
        await running.until_shown("this chat $")
        (entry,) = server.books.entries
        assert entry.cost
        await running.until(lambda: f"· {format_cost(entry.cost)}" in running.text())
        assert "pending" not in running.text()
        await running.pilot.press("tab", "i")
        await running.until_shown("Receipt", f"${entry.cost.normalize():f}", entry.id, "Groq bills the whole reply")


async def test_a_reply_that_streams_costs_about_something(own: Starter) -> None:
    async with own.run() as running:
        running.chat.change(model="demo/slow")
        await (await running.app.session()).catalogue.refresh()
        await running.type("Go", "enter")
        await running.until(lambda: re.search(r"first \d+\.\d s · ≈ \$0\.0", running.text()))
        await running.pilot.press("escape")
        await running.until(lambda: "≈ $" not in running.text())


async def test_the_receipt_says_what_the_cache_saved_as_soon_as_the_server_does(
    own: Starter, server: DemoServer
) -> None:
    async with own.run() as running:
        running.chat.change(model="anthropic/claude-sonnet-4.6")
        running.app.post_message(events.Paste("Read all of this. " * 300))
        await running.send("Agreed?")
        await running.send("Again.")
        await running.type("/receipt", "enter")
        await running.until(lambda: isinstance(running.app.screen, ReceiptScreen))
        await running.until_shown("from the cache", "saved")
        entry = server.books.entries[-1]
        assert f"${entry.usage.cache_discount.normalize():f}" in running.text()
        await running.pilot.press("c")
        await running.until(lambda: running.app.clipboard == entry.id)
        await running.pilot.press("escape")
        assert "this chat" in running.text()


async def test_the_status_line_tells_of_the_day_and_the_month(own: Starter) -> None:
    keep_receipts(own.library, datetime.now(UTC), days=1)
    async with own.run() as running:
        await running.send("Hello")
        await running.until_shown("this chat $0.000", " · today $")
        session = await running.app.session()
        assert session.spending is not None
        today = format_cost(session.spending.lately.today.cost)
        assert f"today {today}" in running.text()


async def test_the_cost_screen_adds_up_and_follows(own: Starter) -> None:
    keep_receipts(own.library, datetime.now(UTC), days=45)
    async with own.run() as running:
        await running.send("Hello")
        await running.type("/cost", "enter")
        await running.until(lambda: isinstance(running.app.screen, CostScreen))
        await running.until_shown(
            "by model", "anthropic/claude-opus-4.7", "credits", "$25.00", "free models   50 of 50"
        )
        session = await running.app.session()
        assert session.spending is not None
        spent = total(await session.spending.entries()).cost
        await running.until_shown(format_cost(spent))
        for key, shown in {
            "p": "Google AI Studio",
            "c": "Trip to Kyoto",
            "d": "by day  30 days",
            "m": "by model",
        }.items():
            await running.pilot.press(key)
            await running.until_shown(shown)
        await running.pilot.press("left", "d")
        await running.until_shown("last 7 days", "by day  7 days")
        await running.pilot.press("right", "right", "right", "right", "right")
        await running.until_shown("all, from", "by day  45 days")
        await running.pilot.press("f1")
        await running.until_shown("While you write")
        await running.pilot.press("escape", "f3")
        await running.until(lambda: not isinstance(running.app.screen, CostScreen))


async def test_an_empty_library_and_a_key_that_may_not_ask_are_told_as_they_are(
    starter: Starter, server: DemoServer
) -> None:
    async with starter.run(key=INVALID_KEY) as running:
        await running.pilot.press("f3")
        await running.until_shown("Nothing was spent yet", "credits       unknown to this key")
        assert "$" not in running.text().replace("$0", "")
