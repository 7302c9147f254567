"""What the receipts say against the emulator's books: nothing is billed without being shown, and nothing twice."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

import pytest

from chat_tui.conversation.events import Event, Reasoning, Receipted, Text
from chat_tui.conversation.values import Attempt, Message, Receipt
from chat_tui.demo.books import Books, Entry
from chat_tui.demo.server import DEMO_KEY, DemoServer
from chat_tui.engine.library import Library
from chat_tui.engine.retry import Retries
from chat_tui.engine.session import Session
from chat_tui.openrouter.client import Client
from chat_tui.openrouter.errors import NotFound
from tests.engine.conftest import PATIENCE, begin, session_of

SEED = 20261121
AT_ONCE = 20
SHARE = 0.2

ANSWERING = ("demo/markdown", "demo/reasoning", "demo/echo", "google/gemini-2.5-flash")
RETRIED = ("demo/flaky", "demo/flaky-first")
FAILING = ("demo/error-midstream", "demo/cut", "demo/error-429", "demo/error-429-upstream", "demo/error-first")
CANCELLED = ("demo/slow", "demo/stall", "demo/reasoning", "google/gemini-2.5-flash")
AT_HEADERS = -1


@dataclass(frozen=True, slots=True)
class Plan:
    """One turn: its model, and after how many pieces of text it is stopped; None for not at all.

    `AT_HEADERS` stops it between the headers and the first word: some providers bill that in full.
    """

    model: str
    stop_after: int | None = None

    def stops(self, seen: Sequence[Event]) -> bool:
        """Tell whether it is time, after what was `seen`."""
        if self.stop_after == AT_HEADERS:
            return any(isinstance(event, Receipted) for event in seen)
        return self.stop_after is not None and sum(isinstance(event, Text) for event in seen) >= self.stop_after


def plans(dice: random.Random, turns: int) -> list[Plan]:
    """Return what to do, the same for the same seed."""
    kinds = dice.choices(("answer", "retry", "fail", "cancel"), (4, 2, 2, 4), k=turns)
    models = {"answer": ANSWERING, "retry": RETRIED, "fail": FAILING, "cancel": CANCELLED}
    return [
        Plan(dice.choice(models[kind]), dice.randrange(AT_HEADERS, 12) if kind == "cancel" else None) for kind in kinds
    ]


@pytest.fixture
def paced() -> Iterator[DemoServer]:
    """An emulator of its own, slow enough to be stopped, with every generation known at once."""
    with DemoServer(pace=0.2, refusals=0) as server:
        yield server


@pytest.fixture
async def hasty(paced: DemoServer) -> AsyncIterator[Session]:
    """A session that doesn't wait long between attempts of its own accord."""
    async with session_of(paced.base_url, retries=Retries(first_wait=0.01)) as running:
        yield running


async def carried_out(session: Session, library: Library, plan: Plan, number: int) -> Message:
    """Run one turn as planned and return its reply."""
    chat = begin(library, plan.model)
    chat.change(session_id=session_id(number))
    turn = await session.send(chat, f"Turn {number}: say something.")
    if plan.stop_after is not None:
        seen: list[Event] = []
        async for batch in turn.watch():
            seen += [tagged.event for tagged in batch]
            if plan.stops(seen):
                break
        turn.stop()
        if plan.stop_after == AT_HEADERS:
            told = next(event for event in seen if isinstance(event, Receipted | Text | Reasoning))
            assert isinstance(told, Receipted), "a word came before the generation was known"
    async with asyncio.timeout(PATIENCE * 3):
        return await turn.wait()


def session_id(number: int) -> str:
    """Return what tells a turn's requests apart on the server."""
    return f"turn-{number}"


def requests_of(reply: Message) -> Sequence[Receipt | Attempt]:
    """Return what the reply's receipt says of each request that its turn made."""
    assert reply.receipt is not None
    return [*reply.receipt.attempts, reply.receipt]


async def cost_by_the_server(client: Client, shown: Receipt | Attempt) -> Decimal:
    """Return what a request cost as far as its receipt can tell: by itself, else by asking for its generation."""
    if shown.cost is not None or shown.generation is None:
        return shown.cost or Decimal(0)
    try:
        found = await client.generation(shown.generation)
    except NotFound:  # refused before it became a generation
        return Decimal(0)
    return found.total_cost or Decimal(0)


def cost_in_the_books(books: Books, reply: Message) -> Decimal:
    """Return what the server billed for the turn's generations."""
    shown = {request.generation for request in requests_of(reply)}
    return sum((entry.cost for entry in books.entries if entry.id in shown), Decimal(0))


def assert_shows(reply: Message, entries: Sequence[Entry]) -> None:
    """Hold a reply's receipt against all that the server has of its turn."""
    shown = [request.generation for request in requests_of(reply) if request.generation]
    billed = {entry.id for entry in entries if entry.cost}
    assert len(shown) == len(set(shown)), "a generation is in the receipt twice"
    assert billed <= set(shown), "a generation was billed that the receipt doesn't show"
    assert len(billed) <= 1, "a turn was billed twice"
    if reply.status != "cancelled":  # else the last one may have begun without our hearing of it
        assert {entry.id for entry in entries} == set(shown)


@pytest.mark.parametrize("turns", [80, pytest.param(200, marks=pytest.mark.long)])
async def test_receipts_agree_with_the_books(hasty: Session, paced: DemoServer, library: Library, turns: int) -> None:
    dice = random.Random(SEED)  # noqa: S311  (not a secret)
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(plan: Plan, number: int) -> Message:
        async with gate:
            return await carried_out(hasty, library, plan, number)

    replies = await asyncio.gather(*(one(plan, number) for number, plan in enumerate(plans(dice, turns))))
    assert await asyncio.to_thread(paced.books.settled, PATIENCE), "a generation is still open on the server"

    entries = paced.books.entries
    for number, reply in enumerate(replies):
        assert_shows(reply, [entry for entry in entries if entry.origin.session_id == session_id(number)])

    tried_again = [reply for reply in replies if reply.receipt and reply.receipt.attempts]
    cancelled = [reply for reply in replies if reply.status == "cancelled"]
    assert len(tried_again) >= turns // 10
    assert len(cancelled) >= turns // 10
    checked = [reply for kind in (tried_again, cancelled) for reply in dice.sample(kind, round(len(kind) * SHARE))]
    async with Client(DEMO_KEY, paced.base_url) as client:
        for reply in checked:
            told = [await cost_by_the_server(client, request) for request in requests_of(reply)]
            assert sum(told, Decimal(0)) == cost_in_the_books(paced.books, reply)
