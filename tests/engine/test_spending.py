"""A day of sixty turns: what the receipts add up to is what the emulator billed, to the last digit, whatever is done
with the conversations after."""

from __future__ import annotations

import asyncio
import csv
import json
import os
import subprocess
import sys
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

import pytest

from chat_tui.conversation.events import Event, Text
from chat_tui.conversation.values import Message, Receipt, Status
from chat_tui.cost.budgets import OF_ALL
from chat_tui.cost.estimate import Estimate
from chat_tui.cost.sums import By, grouped, total
from chat_tui.cost.written import format_cost
from chat_tui.demo.books import Entry
from chat_tui.demo.server import DEMO_KEY, DemoServer
from chat_tui.engine.budgets import Budgets
from chat_tui.engine.chat import Chat
from chat_tui.engine.index import index_file
from chat_tui.engine.library import Library
from chat_tui.engine.moving import Import, Order, export
from chat_tui.engine.retry import Retries
from chat_tui.engine.session import Session
from chat_tui.engine.settling import Patience
from chat_tui.engine.spending import Spending
from chat_tui.widgets.cost_report import SPANS, Report, report
from tests.engine.conftest import PATIENCE, begin, library_at

TURNS = 60
AT_ONCE = 8
LONG = "Read all of this. " * 400
PROMPTS = (
    "Say something.",
    "What should I see in two days, starting at the station, if it rains on both and I have a child of five with me?",
    "def mean(values: list[float]) -> float:\n    return sum(values) / len(values)\n\nWhat happens with an empty list?",
    "Wie lange dauert die Fahrt von Kyoto nach Nara, und was kostet sie ungefähr? Bitte mit Abfahrtszeiten.",
    '{"id": 4711, "name": "Nishiki", "open": ["09:00", "18:00"], "price": 1500.5}\nMake a table of this.',
    "Explain to somebody who never programmed why a race condition is hard to find, with an example. " * 6,
)
"""In turn, where a plan has none of its own."""
HASTY = Patience(first_wait=0.02, longest_wait=0.1)

Sums = dict[str, Decimal]


@dataclass(frozen=True, slots=True)
class Plan:
    """One turn: its model, what else is set, after how many pieces of text it ends early and how.

    Turns with the same `chat` follow each other in one conversation.
    """

    model: str
    stop_after: int | None = None
    stopped_as: Status = "cancelled"
    chat: str = ""
    prompt: str = ""
    settings: dict[str, Any] = field(default_factory=dict)


def day() -> list[Plan]:
    """Return the turns of a day, with everything that costs or doesn't."""
    groq = {"provider": {"only": ["groq"]}}
    fallbacks = {"models": ["demo/error-429-upstream", "demo/markdown"]}
    plans = [
        *(Plan(model) for model in ("openai/gpt-5.5", "anthropic/claude-opus-4.7", "google/gemini-2.5-flash") * 4),
        *[Plan("demo/reasoning"), Plan("demo/image"), Plan("demo/usage-apart"), Plan("demo/json")],
        *[Plan("mistralai/mistral-large-2512")] * 5,
        *[Plan("mistralai/mistral-large-2512", 3)] * 2,
        *[Plan("demo/slow", 3)] * 3,
        *[Plan("demo/slow", 2, settings=groq)] * 3,
        *[Plan("demo/slow", 4, "interrupted")] * 2,
        *[Plan("demo/stall", 1)] * 2,
        *[Plan("demo/error-midstream")] * 3,
        *[Plan("demo/cut")] * 2,
        *[Plan("demo/error-429"), Plan("demo/error-first")],
        *[Plan("demo/flaky")] * 2,
        *[Plan("demo/flaky-first")] * 3,
        *[Plan("demo/busy")] * 3,
        *[Plan("demo/error-429-upstream", settings=fallbacks)] * 3,
        *[Plan("openai/gpt-oss-120b:free")] * 4,
        *[Plan("anthropic/claude-sonnet-4.6", chat="cached", prompt=LONG)] * 5,
    ]
    assert len(plans) == TURNS
    return [replace(plan, prompt=plan.prompt or PROMPTS[number % len(PROMPTS)]) for number, plan in enumerate(plans)]


@pytest.fixture(scope="module")
def server() -> Iterator[DemoServer]:
    """An emulator of its own, slow enough to be stopped; it knows each generation at the second question."""
    with DemoServer(pace=0.1, refusals=1) as running:
        yield running


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return library_at(tmp_path)


@pytest.fixture
async def session(server: DemoServer, library: Library) -> AsyncIterator[Session]:
    running = _session(server, library)
    yield running
    await running.close()


def _session(server: DemoServer, library: Library) -> Session:
    from chat_tui.config.server import Server

    return Session(
        Server(server.base_url, DEMO_KEY), paths=library.paths, retries=Retries(first_wait=0.01), patience=HASTY
    )


class Foretold(NamedTuple):
    """What was expected of a turn before it was sent, and its reply."""

    estimate: Estimate
    chat: Chat
    reply: str

    @property
    def receipt(self) -> Receipt:
        """What it came to."""
        return self.chat.tree[self.reply].receipt or Receipt()

    @property
    def cost(self) -> Decimal:
        """USD that it took in all, by the server and with a key of one's own."""
        upstream = self.receipt.upstream_cost if self.receipt.is_byok else None
        return sum(self.receipt.costs, upstream or Decimal(0))


async def live(session: Session, library: Library, plans: list[Plan], foretold: list[Foretold]) -> list[Chat]:
    """Carry out the turns, each conversation's one after the other, and return the conversations."""
    gate = asyncio.Semaphore(AT_ONCE)
    conversations: dict[str, list[Plan]] = {}
    for number, plan in enumerate(plans):
        conversations.setdefault(plan.chat or str(number), []).append(plan)

    async def one(turns: list[Plan]) -> Chat:
        async with gate:
            chat = begin(library, turns[0].model)
            for plan in turns:
                chat.change(model=plan.model, session_id=chat.id, **plan.settings)
                estimate = await session.estimate(chat, plan.prompt, patience=PATIENCE)
                foretold.append(Foretold(estimate, chat, (await carry_out(session, chat, plan)).id))
            return chat

    return list(await asyncio.gather(*map(one, conversations.values())))


async def carry_out(session: Session, chat: Chat, plan: Plan) -> Message:
    turn = await session.send(chat, plan.prompt)
    if plan.stop_after is not None:
        seen: list[Event] = []
        async for batch in turn.watch():
            seen += [tagged.event for tagged in batch]
            if sum(isinstance(event, Text) for event in seen) >= plan.stop_after:
                break
        turn.stop(plan.stopped_as)
    async with asyncio.timeout(PATIENCE * 2):
        return await turn.wait()


async def all_known(spending: Spending) -> None:
    """Return when the server was asked about all that wasn't known."""
    async with asyncio.timeout(PATIENCE * 2):
        while await spending.asking():  # noqa: ASYNC110 - files set no event
            await asyncio.sleep(0.05)


def billed(entries: tuple[Entry, ...], key: Callable[[Entry], str]) -> Sums:
    """Return what the emulator billed, summed by what `key` returns; nothing for what cost nothing."""
    sums: Sums = defaultdict(Decimal)
    for entry in entries:
        if entry.cost:
            sums[key(entry)] += entry.cost
    return dict(sums)


def added_up(spending: Spending, by: By) -> Sums:
    """Return what the receipts add up to."""
    return {group.key: group.spent.cost for group in grouped(spending.read(), by) if group.spent.cost}


KEYS: dict[By, Callable[[Entry], str]] = {
    "day": lambda entry: f"{entry.created_at.astimezone():%Y-%m-%d}",
    "model": lambda entry: entry.model,
    "provider": lambda entry: entry.provider,
    "chat": lambda entry: entry.origin.session_id or "",
}


def assert_agree(library: Library, server: DemoServer, *by: By) -> None:
    """Hold the sums against the books: here, and as the command prints them."""
    entries, spending = server.books.entries, Spending(library.paths)
    spending.update()
    spent = total(spending.read())
    assert spent.cost == server.books.spent
    assert spent.upstream == server.books.spent_upstream
    assert (spent.pending, spent.unknown) == (0, 0)
    assert spent.replies == TURNS
    page = report(Report(spending.read(), spending.today(), span=len(SPANS) - 1), 120).plain
    assert page.splitlines()[1].split()[-1] == format_cost(server.books.spent), "what the cost screen shows"
    for one in by or tuple(KEYS):
        assert added_up(spending, one) == billed(entries, KEYS[one])
    assert asyncio.run(against_budgets(spending, library)) == dict.fromkeys(("day", "month"), server.books.spent)


async def against_budgets(spending: Spending, library: Library) -> Sums:
    """Return what budgets are compared with."""

    async def nothing(*_: object) -> Estimate:
        raise AssertionError("sums need no estimate")

    standing = await Budgets(spending, nothing, PATIENCE).standing(library.begin())
    await spending.close()
    return {period: standing[period].cost for period in OF_ALL}


def printed(library: Library, *arguments: str) -> str:
    """Return what `chat-tui cost` prints."""
    names = {"CHAT_TUI_DATA_DIR": library.paths.data, "CHAT_TUI_CACHE_DIR": library.paths.cache}
    names |= {"CHAT_TUI_CONFIG_DIR": library.paths.config, "CHAT_TUI_STATE_DIR": library.paths.state}
    zone = {"TZ": os.environ["TZ"]} if "TZ" in os.environ else {}
    done = subprocess.run(
        [sys.executable, "-m", "chat_tui", "cost", *arguments],
        env={name: str(path) for name, path in names.items()} | zone,
        capture_output=True,
        check=True,
        timeout=PATIENCE * 2,
    )
    return done.stdout.decode()


def assert_foretold(foretold: list[Foretold]) -> None:
    """Hold what was expected before each turn against what came, and print by how much it was off."""
    counted = [(one.estimate.prompt_tokens, one.receipt.usage.prompt_tokens) for one in foretold]
    off = [abs(guess.likely - tokens) / tokens for guess, tokens in counted if tokens]
    held = [one for one in foretold if one.estimate.cost is not None and one.estimate.cost.holds(one.cost)]
    free = sum(not one.cost for one in foretold)
    print(
        f"tokens of the prompt: median error {median(off):.1%}, largest {max(off):.1%}, of {len(off)} turns; "
        f"the price range held {len(held)} of {len(foretold)} turns, {free} of which cost nothing"
    )
    assert median(off) < 0.1
    assert len(held) >= 0.95 * TURNS


async def test_a_day_adds_up_to_what_was_billed(
    session: Session, server: DemoServer, library: Library, capsys: pytest.CaptureFixture[str]
) -> None:
    foretold: list[Foretold] = []
    chats = await live(session, library, day(), foretold)
    assert session.spending is not None
    assert await asyncio.to_thread(server.books.settled, PATIENCE)
    await session.spending.refresh()
    await all_known(session.spending)
    with capsys.disabled():
        assert_foretold(foretold)
    await session.close()
    check = asyncio.to_thread

    await check(assert_agree, library, server)
    statuses = {chat.path[-1].status for chat in chats}
    assert statuses == {"complete", "cancelled", "interrupted", "failed"}
    assert server.books.spent_upstream
    assert any(entry.usage.cached for entry in server.books.entries)

    for by, key in KEYS.items():
        told = json.loads(await check(printed, library, "--by", by, "--json"), parse_float=Decimal)
        assert Decimal(told["cost"]) == server.books.spent
        in_rows = {row[by]: Decimal(row["cost"]) for row in told["rows"] if row["cost"]}
        assert in_rows == billed(server.books.entries, key)
    rows = csv.DictReader((await check(printed, library, "--by", "model", "--csv")).splitlines())
    assert sum(Decimal(row["cost"]) for row in rows) == server.books.spent

    # Copied, exported and taken in again, thrown away, the index made anew.
    folder = library.shelf.duplicate(chats[0].folder.path)
    await check(assert_agree, library, server)
    file = library.paths.state / "export.json"
    for chat in (chats[1], library.at(folder)):
        export(chat, Order("tree", None, "json", file, replace=True))
        Import(library).run([file])
        await check(assert_agree, library, server)
    export(chats[1], Order("tree", None, "json", file, replace=True))
    gone = [library.shelf.delete(chat.folder.path) for chat in chats[1:6]]
    await check(assert_agree, library, server)
    index_file(library.paths).unlink()
    await check(assert_agree, library, server)

    # For good: the sums stay, without the conversations' names; then one comes back.
    tomorrow = date.today() + timedelta(days=31)  # noqa: DTZ011 - the day where the person is
    assert library.shelf.empty_trash(tomorrow) == len(gone)
    await check(assert_agree, library, server, "day", "model", "provider")
    Import(library).run([file])
    await check(assert_agree, library, server, "day", "model", "provider")
    assert library.at(gone[0].parent.parent.parent / "conversations" / gone[0].name).folder.journal.exists()
