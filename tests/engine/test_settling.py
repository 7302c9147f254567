"""What replies cost that were stopped, or failed: asked for until the server says it, and never made up."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from chat_tui.config.server import Server
from chat_tui.conversation.charges import charges
from chat_tui.conversation.journal import append_message, read_journal
from chat_tui.conversation.values import Aside, Message, Receipt, Status
from chat_tui.cost.sums import Spent, spent
from chat_tui.demo.server import DEMO_KEY, DemoServer
from chat_tui.engine.chat import Chat
from chat_tui.engine.library import Library
from chat_tui.engine.refused import RefusedError
from chat_tui.engine.retry import Retries
from chat_tui.engine.session import Session
from chat_tui.engine.settling import Patience
from tests.engine.conftest import ask, begin, journal_of, library_at, until

HASTY = Patience(first_wait=0.01, longest_wait=0.05)
NEVER = Patience(first_wait=3600)
SHORT_OF_PATIENCE = Patience(first_wait=0.01, longest_wait=0.05, give_up_after=0.1)


@pytest.fixture
def server() -> Iterator[DemoServer]:
    """An emulator that can be stopped in mid-stream, and knows each generation at the first question."""
    with DemoServer(pace=0.1, refusals=0) as running:
        yield running


@asynccontextmanager
async def session_on(server: DemoServer, library: Library, patience: Patience = HASTY) -> AsyncIterator[Session]:
    session = Session(
        Server(server.base_url, DEMO_KEY), paths=library.paths, patience=patience, retries=Retries(first_wait=0.01)
    )
    try:
        yield session
    finally:
        await session.close()


async def stopped(session: Session, chat: Chat, status: Status = "cancelled") -> Message:
    """Send a prompt, stop the reply after its first words, and return it."""
    turn = await session.send(chat, "Say something.")
    async for batch in turn.watch():
        if any(type(tagged.event).__name__ == "Text" for tagged in batch):
            break
    turn.stop(status)
    return await turn.wait()


def receipt_of(chat: Chat, reply: Message) -> Receipt:
    """Return the receipt as it is on disk."""
    receipt = read_journal(chat.folder.journal).messages[reply.id].receipt
    assert receipt is not None
    return receipt


def billed(server: DemoServer, receipt: Receipt) -> Decimal:
    return next(entry.cost for entry in server.books.entries if entry.id == receipt.generation)


@pytest.mark.parametrize(
    ("refusals", "trouble"),
    [(0, []), (4, []), (0, ["error"] * 3), (0, ["garbage", "odd", "other", "negative"]), (2, ["error", "odd"])],
    ids=["at once", "not known for a while", "errors", "nothing of use", "all of it"],
)
@pytest.mark.parametrize("model", ["demo/slow", "mistralai/mistral-large-2512"])
async def test_a_stopped_reply_gets_its_true_cost(
    library: Library, refusals: int, trouble: list[str], model: str
) -> None:
    with DemoServer(pace=0.1, refusals=refusals) as server:
        server.books.trouble = list(trouble)
        async with session_on(server, library) as session:
            chat = begin(library, model)
            reply = await stopped(session, chat)
            told = session.settling.watch()
            assert spent([reply]) == Spent(replies=1, pending=1)
            assert (await asyncio.wait_for(anext(told), 20)).reply.id == reply.id
            receipt = receipt_of(chat, reply)
            assert receipt == chat.tree[reply.id].receipt
            assert receipt.cost == billed(server, receipt) != 0
            assert receipt.usage.completion_tokens
            assert receipt.is_byok == (model != "demo/slow")
            assert not server.books.trouble
            assert receipt.raw_usage == (reply.receipt or Receipt()).raw_usage


async def test_what_never_comes_is_unknown_and_not_asked_again(library: Library) -> None:
    with DemoServer(pace=0.1, refusals=1_000_000) as server:
        async with session_on(server, library, SHORT_OF_PATIENCE) as session:
            chat = begin(library, "demo/slow")
            reply = await stopped(session, chat)
            await until(lambda: receipt_of(chat, reply).given_up, "giving up")
            assert spent(chat.tree) == Spent(replies=1, unknown=1)
        async with session_on(server, library) as session:
            session.account_for_earlier(library)
            assert session.spending is not None
            await session.spending.refresh()
            assert await session.spending.asking() == []
            # Asked by a person, the server may know it after all.
            server.books._refusals = 0
            known = await session.settling.look(library.at(chat.folder.path), receipted(chat, reply))
            assert known.receipt is not None
            assert known.receipt.cost == billed(server, known.receipt)
            assert spent([known]).is_whole


def receipted(chat: Chat, reply: Message) -> Message:
    return replace(reply, receipt=receipt_of(chat, reply))


async def test_a_server_in_trouble_is_asked_for_as_long_as_it_takes(server: DemoServer, library: Library) -> None:
    server.books.trouble = ["error", "garbage", "odd"] * 40
    async with session_on(server, library, SHORT_OF_PATIENCE) as session:
        chat = begin(library, "demo/slow")
        reply = await stopped(session, chat)
        await until(lambda: len(server.books.trouble) < 100, "twenty questions")
        assert spent(chat.tree) == Spent(replies=1, pending=1)
        server.books.trouble.clear()
        await until(lambda: receipt_of(chat, reply).cost is not None, "the cost")


async def test_attempts_that_failed_are_settled_too(server: DemoServer, library: Library) -> None:
    async with session_on(server, library) as session:
        chat = begin(library, "demo/flaky-first")
        reply = await ask(session, chat, "Hello")
        assert [charge.standing for charge in charges(reply)] == ["known", "insured"]
        await until(lambda: receipt_of(chat, reply).attempts[0].cost is not None, "the attempt's cost")
        assert receipt_of(chat, reply).attempts[0].cost == 0
        assert [charge.asks for charge in charges(receipted(chat, reply))] == [False, False]


async def test_what_was_asked_beside_a_reply_is_settled_too(server: DemoServer, library: Library) -> None:
    async with session_on(server, library, NEVER) as session:
        title = await stopped(session, begin(library, "demo/slow"))
        chat = begin(library, "demo/markdown")
        reply = await ask(session, chat, "Hello")
    assert title.receipt is not None
    chat.settle(reply.id, Receipt(asides=(Aside("title", generation=title.receipt.generation),)))
    assert spent([receipted(chat, reply)]).pending == 1
    async with session_on(server, library) as session:
        session.settling.note(chat, receipted(chat, reply))
        await until(lambda: receipt_of(chat, reply).asides[0].cost is not None, "the title's cost")
        assert receipt_of(chat, reply).asides[0].cost == billed(server, title.receipt)
        assert spent([receipted(chat, reply)]).is_whole


@pytest.mark.parametrize("status", ["cancelled", "interrupted"])
async def test_replies_of_an_earlier_run_are_settled(
    server: DemoServer, library: Library, status: Status, tmp_path: Path
) -> None:
    async with session_on(server, library, NEVER) as session:
        chats = [begin(library, "demo/slow") for _ in range(2)]
        replies = [await stopped(session, chat, status) for chat in chats]
    library.shelf.delete(chats[1].folder.path)  # also what was thrown away cost something
    async with session_on(server, library) as session:
        session.account_for_earlier(library_at(tmp_path))
        assert session.spending is not None
        spending = session.spending
        async with asyncio.timeout(20):
            # Files set no event.
            while (found := await spending.entries()) == [] or any(entry.spent.pending for entry in found):  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        assert sum(entry.spent.cost for entry in found) == server.books.spent != 0
        assert receipt_of(chats[0], replies[0]).cost == billed(server, replies[0].receipt or Receipt())


async def test_a_copy_is_not_settled_and_costs_nothing(server: DemoServer, library: Library) -> None:
    async with session_on(server, library, NEVER) as session:
        chat = begin(library, "demo/slow")
        await stopped(session, chat)
        copy = library.at(library.shelf.duplicate(chat.folder.path))
    async with session_on(server, library) as session:
        session.account_for_earlier(library)
        await until(lambda: any(line["type"] == "receipt" for line in journal_of(chat)), "the receipt")
    copy.load()
    assert spent(copy.tree) == Spent()
    assert not any(line["type"] == "receipt" for line in journal_of(copy))


@pytest.mark.parametrize("origin", ["https://openrouter.ai", None])
async def test_only_the_server_that_served_is_asked(server: DemoServer, library: Library, origin: str | None) -> None:
    async with session_on(server, library, NEVER) as session:
        chat = begin(library, "demo/slow")
        reply = await stopped(session, chat)
    foreign = replace(reply, receipt=replace(reply.receipt or Receipt(), origin=origin), at=reply.at.replace(year=2027))
    append_message(chat.folder.journal, foreign)
    server.books.trouble = ["error"]
    async with session_on(server, library) as session:
        assert session.spending is not None
        await session.spending.refresh()
        charged = await session.spending.asking()
        assert [one.origin for one in charged] == [origin]
        session.settling.resume(library, charged)
        assert session.settling._asking == {}
        with pytest.raises(RefusedError, match="another one served it"):
            await session.settling.look(chat, foreign)
    assert server.books.trouble == ["error"], "the server was asked"


async def test_what_the_cache_saved_is_known_when_asked_for(server: DemoServer, library: Library) -> None:
    async with session_on(server, library) as session:
        chat = begin(library, "anthropic/claude-sonnet-4.6")
        await ask(session, chat, "Read all of this. " * 400)
        reply = await ask(session, chat, "Again.")
        assert reply.receipt is not None
        assert reply.receipt.usage.cached_tokens
        assert reply.receipt.cache_discount is None
        known = (await session.settling.look(chat, reply)).receipt
        entry = next(entry for entry in server.books.entries if entry.id == reply.receipt.generation)
        assert known is not None
        assert known.cache_discount == entry.usage.cache_discount > 0
        assert (known.cost, known.raw_usage) == (reply.receipt.cost, reply.receipt.raw_usage)
        assert receipt_of(chat, reply) == known


async def test_settling_waits_for_nobody(server: DemoServer, library: Library, tmp_path: Path) -> None:
    """A conversation that is gone, or moved, meanwhile costs only the record, which is written at the next start."""
    async with session_on(server, library, Patience(first_wait=0.3, longest_wait=0.3)) as session:
        chat = begin(library, "demo/slow")
        await stopped(session, chat)
        await session.release(chat)
        there = library.shelf.delete(chat.folder.path)
        await until(lambda: not session.settling._asking, "the answer")
        assert not chat.folder.path.exists(), "settling brought a deleted conversation back"
    async with session_on(server, library) as session:
        session.account_for_earlier(library_at(tmp_path))
        journal = there / "messages.jsonl"
        await until(lambda: b'"type":"receipt"' in journal.read_bytes(), "the receipt in the trash")


async def test_what_becomes_known_in_pieces_stays_known(server: DemoServer, library: Library) -> None:
    """Of the records of one reply only the last counts, whoever writes them and however quickly."""
    async with session_on(server, library, NEVER) as session:
        chat = begin(library, "demo/slow")
        reply = await stopped(session, chat)
        chat.settle(reply.id, Receipt(cost=Decimal("0.1")))
        chat.settle(reply.id, Receipt(asides=(Aside("title", cost=Decimal("0.02")),)))
        chat.settle(reply.id, Receipt(cache_discount=Decimal("0.003")))
        known = receipt_of(chat, reply)
        assert (known.cost, known.cache_discount) == (Decimal("0.1"), Decimal("0.003"))
        assert spent([receipted(chat, reply)]).cost == Decimal("0.12")
        assert known == chat.tree[reply.id].receipt
