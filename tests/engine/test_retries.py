"""Requests that are made again by themselves: which, how often, and what the receipt says of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from decimal import Decimal

import pytest

from chat_tui.conversation.events import Retrying
from chat_tui.conversation.values import Attempt, Message
from chat_tui.engine.asking import Manner
from chat_tui.engine.library import Library
from chat_tui.engine.retry import Retries
from chat_tui.engine.session import Session
from chat_tui.openrouter.errors import NoAnswer, RateLimited
from tests.engine.conftest import PATIENCE, Exchange, Scripted, journal_of, session_of, until

AT_ONCE = Retries(first_wait=0.001, chance=lambda: 0.5)


@pytest.fixture
async def hasty(scripted: Scripted) -> AsyncIterator[Session]:
    """A session on the scripted server that hardly waits."""
    async with session_of(scripted.base_url, retries=AT_ONCE) as running:
        yield running


def attempts_of(reply: Message) -> tuple[Attempt, ...]:
    """Return the attempts of a reply's receipt."""
    assert reply.receipt is not None
    return reply.receipt.attempts


async def answer(exchange: Exchange, text: str = "There you are.") -> None:
    """Send a whole reply."""
    await exchange.begin()
    await exchange.delta(content=text)
    await exchange.finish()


async def busy(exchange: Exchange) -> None:
    """Refuse as a provider that is full."""
    await exchange.refuse(429, "Provider returned error", limit_source="upstream_provider_shared_pool")


async def error_first(exchange: Exchange) -> None:
    """Begin a stream and fail before its first word."""
    await exchange.begin()
    await exchange.fail(503, "No provider is free", usage={"cost": 0.00125, "completion_tokens": 0})


@pytest.mark.parametrize("fault", [busy, error_first], ids=["429", "error as the first event"])
async def test_what_failed_before_its_first_word_is_asked_for_again(
    fault: Callable[[Exchange], Awaitable[None]], hasty: Session, scripted: Scripted, library: Library
) -> None:
    chat = library.begin()
    turn = await hasty.send(chat, "Hello?")
    for _ in range(2):
        await fault(await scripted.next())
    await answer(await scripted.next())
    reply = await turn.wait()
    assert (reply.status, reply.text) == ("complete", "There you are.")
    assert len(attempts_of(reply)) == 2
    assert journal_of(chat)[-1]["receipt"]["attempts"][0]["sentence"] == attempts_of(reply)[0].sentence


async def test_an_attempt_that_was_billed_is_in_the_receipt(
    hasty: Session, scripted: Scripted, library: Library
) -> None:
    turn = await hasty.send(library.begin(), "Hello?")
    await error_first(await scripted.next())
    await answer(await scripted.next())
    (attempt,) = attempts_of(await turn.wait())
    assert (attempt.generation, attempt.code, attempt.cost) == ("gen-fault", "503", Decimal("0.00125"))


async def test_a_whole_reply_that_failed_halfway_keeps_its_words_and_is_not_billed_again(
    hasty: Session, scripted: Scripted, library: Library
) -> None:
    turn = await hasty.send(library.begin(), "Hello?", Manner(stream=False))
    failed = {"message": {"content": "Half of "}, "finish_reason": "error", "error": {"code": 502, "message": "Gone"}}
    await (await scripted.next()).whole(id="gen-1", provider="P", usage={"cost": 0.5}, choices=[failed])
    reply = await turn.wait()
    assert (reply.status, reply.text, scripted.connections) == ("failed", "Half of ", 1)
    assert reply.receipt is not None
    assert (reply.receipt.cost, reply.receipt.provider, reply.receipt.attempts) == (Decimal("0.5"), "P", ())


async def test_three_retries_are_the_most(hasty: Session, scripted: Scripted, library: Library) -> None:
    turn = await hasty.send(library.begin(), "Hello?")
    for _ in range(4):
        await busy(await scripted.next())
    reply = await turn.wait()
    assert (reply.status, len(attempts_of(reply)), scripted.connections) == ("failed", 3, 4)
    assert reply.failure is not None
    assert reply.failure.retryable


async def midstream(exchange: Exchange) -> None:
    """Fail after the first word."""
    await exchange.begin()
    await exchange.delta(content="Once upon")
    await exchange.fail(502, "Provider disconnected")


async def lost(exchange: Exchange) -> None:
    """Break the connection after the request arrived: perhaps it is being answered, and billed."""
    exchange.hang_up()


async def wrong(exchange: Exchange) -> None:
    """Refuse for good."""
    await exchange.refuse(400, "temperature: too hot")


async def daily(exchange: Exchange) -> None:
    """Refuse until tomorrow."""
    await exchange.refuse(429, "Rate limit exceeded: free-models-per-day", limit_source="openrouter_free_tier_daily")


async def in_two_minutes(exchange: Exchange) -> None:
    """Refuse for longer than anyone waits unasked."""
    await exchange.refuse(
        402, "Too much in flight", headers="Retry-After: 120\r\n", limit_source="openrouter_in_flight_budget"
    )


@pytest.mark.parametrize("fault", [midstream, lost, wrong, daily, in_two_minutes])
async def test_what_could_bill_twice_or_fails_again_is_not_made_again(
    fault: Callable[[Exchange], Awaitable[None]], hasty: Session, scripted: Scripted, library: Library
) -> None:
    turn = await hasty.send(library.begin(), "Hello?")
    await fault(await scripted.next())
    async with asyncio.timeout(PATIENCE):  # another request would wait for an answer
        reply = await turn.wait()
    assert (reply.status, attempts_of(reply), scripted.connections) == ("failed", (), 1)
    assert reply.failure is not None
    if fault is in_two_minutes:
        assert reply.failure.retry_after == 120


async def test_a_stop_ends_the_wait_and_keeps_what_was_tried(scripted: Scripted, library: Library) -> None:
    async with session_of(scripted.base_url, retries=Retries(first_wait=30)) as session:
        chat = library.begin()
        turn = await session.send(chat, "Hello?")
        await error_first(await scripted.next())
        async with asyncio.timeout(PATIENCE):
            async for batch in turn.watch():
                if any(isinstance(tagged.event, Retrying) for tagged in batch):
                    break
        turn.stop()
        reply = await turn.wait()
        (attempt,) = attempts_of(reply)
        assert (reply.status, attempt.generation, scripted.connections) == ("cancelled", "gen-fault", 1)
        assert reply.receipt
        assert reply.receipt.generation is None
        assert journal_of(chat)[-1]["status"] == "cancelled"


async def test_an_attempt_is_on_disk_while_the_next_one_waits(scripted: Scripted, library: Library) -> None:
    async with session_of(scripted.base_url, retries=Retries(first_wait=30)) as session:
        chat = library.begin()
        await session.send(chat, "Hello?")
        await error_first(await scripted.next())
        (partial,) = (chat.folder.path / "partial").glob("*.jsonl")
        await until(lambda: "gen-fault" in partial.read_text(), "the attempt")


@pytest.mark.parametrize(
    ("asked", "waits"),
    [(None, [0.75, 1.5, 3.0, None]), (7.0, [7.25, 7.25, 7.25, None]), (30.0, [30, 30, 30, None]), (30.1, [None] * 4)],
)
def test_the_wait_is_what_the_server_asked_or_doubles(asked: float | None, waits: list[float | None]) -> None:
    rule = Retries(chance=lambda: 0.5)
    error = RateLimited("Busy.", retryable=True, retry_after=asked)
    assert [rule.wait(error, made) for made in range(4)] == waits


def test_what_is_not_retryable_is_not_made_again() -> None:
    assert Retries().wait(RateLimited("Not today."), 0) is None
    assert Retries().wait(NoAnswer("Offline.", retryable=True), 0) is None
    assert Retries(most=0).wait(RateLimited("Busy.", retryable=True), 0) is None
