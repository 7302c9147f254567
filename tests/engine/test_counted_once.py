"""What was spent counts once, wherever its replies are by now, and on its own day."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pytest

from chat_tui.conversation.ledger import settle
from chat_tui.conversation.values import Message
from chat_tui.cost.sums import DELETED, grouped, total
from chat_tui.engine.spending import Spending
from chat_tui.paths import Paths
from tests.cost_samples import reply_of
from tests.search.libraries import Shelf

NOON = datetime(2026, 11, 21, 12).astimezone()


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf.under(tmp_path)


@pytest.fixture
async def spending(shelf: Shelf) -> AsyncIterator[Spending]:
    running = Spending(shelf.paths, today=NOON.date)
    yield running
    await running.close()


def reply(cost: str | None, moment: datetime = NOON) -> Message:
    """Return a reply that cost so many USD; None: nobody knows yet."""
    return reply_of(moment, "a/model", "Provider", None if cost is None else Decimal(cost))


def for_good(paths: Paths, identifier: str, *messages: Message) -> None:
    """Write in the ledger what a conversation cost that was deleted for good."""
    paths.ledger.parent.mkdir(parents=True, exist_ok=True)
    settle(paths.ledger, identifier, messages)


@pytest.mark.parametrize("known_first", [True, False])
def test_a_reply_in_two_conversations_counts_where_its_cost_is_known(
    shelf: Shelf, spending: Spending, *, known_first: bool
) -> None:
    known = reply("0.25")
    open_yet = replace(known, receipt=reply(None).receipt)
    for message in (known, open_yet) if known_first else (open_yet, known):
        shelf.add(message)
    spending.update()
    spent = total(spending.read())
    assert (spent.cost, spent.replies, spent.pending) == (Decimal("0.25"), 1, 0)


@pytest.mark.parametrize(
    ("back", "named"), [(0, {DELETED: "0.3"}), (1, {DELETED: "0.3"}), (2, {"Kyoto": "0.3"})], ids=["none", "one", "all"]
)
def test_what_came_back_from_a_backup_counts_once(
    shelf: Shelf, spending: Spending, back: int, named: dict[str, str]
) -> None:
    replies = [reply("0.1"), reply("0.2")]
    folder = shelf.add(*replies[:back], title="Kyoto")
    for_good(shelf.paths, folder.path.name[-26:], *replies)
    spending.update()
    found = {group.title: group.spent.cost for group in grouped(spending.read(), "chat")}
    assert found == {title: Decimal(cost) for title, cost in named.items()}


async def test_each_reply_counts_on_its_day(shelf: Shelf, spending: Spending) -> None:
    days = {"2026-11-21": "0.1", "2026-11-20": "0.02", "2026-11-01": "0.003", "2026-10-31": "0.0004"}
    replies = [reply(cost, datetime.fromisoformat(f"{day}T00:00:00").astimezone()) for day, cost in days.items()]
    shelf.add(*replies)
    gone = [replace(one, id=reply("1").id) for one in replies]
    for_good(shelf.paths, gone[0].id, *gone)
    spending.update()
    lately = await spending.look()
    assert (lately.today.cost, lately.month.cost) == (Decimal("0.2"), Decimal("0.246"))
    by_day = {group.key: group.spent.cost for group in grouped(spending.read(), "day")}
    assert by_day == {day: 2 * Decimal(cost) for day, cost in days.items()}
