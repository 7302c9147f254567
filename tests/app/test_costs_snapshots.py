"""How the cost screen and a receipt look, wide and narrow, dark and light.

After a change that is meant to be seen: look at the pictures in the report that a failure names, then keep them with
`python -m pytest tests/app/test_costs_snapshots.py --snapshot-update`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from chat_tui.app import Launch
from chat_tui.config.server import Server
from chat_tui.cost.budgets import Cap, Over
from chat_tui.cost.estimate import CostRange
from chat_tui.cost.sums import Spent
from chat_tui.demo.server import DEMO_KEY, DemoServer
from chat_tui.engine.library import Library
from chat_tui.engine.refused import OverBudgetError
from chat_tui.engine.session import Session
from chat_tui.paths import Paths
from chat_tui.screens.budget_question import BudgetQuestion
from chat_tui.screens.receipt import ReceiptScreen
from tests.app.conftest import Running
from tests.app.looks import SIZES, looks_as_it_did
from tests.cost_samples import keep_receipts, stopped_reply

MOMENT = datetime(2026, 11, 21, 10, 42, tzinfo=UTC)


@pytest.fixture
def launch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Launch]:
    """The application in a place where it is always the same day, on an account that spent nothing."""
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    library = Library(Paths.under(tmp_path), defaults={"model": "demo/markdown"})
    with DemoServer(pace=0) as server:

        def start() -> Session:
            session = Session(Server(server.base_url, DEMO_KEY), paths=library.paths)
            assert session.spending is not None
            session.spending.today = lambda: date(2026, 11, 21)
            return session

        yield Launch(library=library, chat=library.begin(), start=start, credentials=library.paths.credentials)
    monkeypatch.undo()
    time.tzset()


async def some(running: Running) -> None:
    """Six weeks of replies by six models."""
    keep_receipts(running.screen._library, MOMENT)
    await running.pilot.press("f3")
    await running.until_shown("free models", "last 30 days")
    await running.until(lambda: running.screen._spent)


async def days(running: Running) -> None:
    """The same, all of it by day."""
    await some(running)
    await running.pilot.press("d", "right", "right", "right")
    await running.until_shown("all, from", "45 days")


async def nothing(running: Running) -> None:
    """Nothing was spent yet."""
    await running.pilot.press("f3")
    await running.until_shown("free models", "Nothing was spent yet")


async def receipt(running: Running) -> None:
    """A reply that was stopped, after an attempt that failed, paid by a key of one's own."""
    screen = ReceiptScreen(running.chat, stopped_reply(MOMENT), running.app.session)
    await running.app.push_screen(screen)
    await running.until_shown("your own key")


async def question(running: Running) -> None:
    """A prompt that could go past what a day and a reply may cost."""
    cost = CostRange(Decimal("0.0021"), Decimal("0.0143"), Decimal("0.9614"))
    day = Over(Cap("day", Decimal(5), asks=True), Spent(Decimal("4.9912"), pending=1), cost.high)
    reply = Over(Cap("reply", Decimal("0.01"), asks=True), Spent(), cost.high)
    await running.app.push_screen(BudgetQuestion(OverBudgetError((reply, day), cost), "; it stays written"))
    await running.until_shown("Past your budget?", "Raise it to")


SCENES = {"some": some, "days": days, "nothing": nothing, "receipt": receipt, "question": question}
SHOWN = [(scene, size, "ink") for scene in SCENES for size in SIZES]
SHOWN += [("some", "120x40", "paper"), ("receipt", "80x24", "paper"), ("question", "80x24", "paper")]


@pytest.mark.parametrize(("scene", "size", "theme"), SHOWN)
def test_looks_as_it_did(snap_compare: Callable[..., bool], launch: Launch, scene: str, size: str, theme: str) -> None:
    assert looks_as_it_did(snap_compare, launch, SCENES[scene], size, theme)
