"""Budgets over real turns: asked before a hard cap, told once of a soft one, by what the emulator's books say."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from chat_tui.config.server import Server
from chat_tui.config.settings import conversation_settings
from chat_tui.conversation.charges import charges
from chat_tui.conversation.values import Message
from chat_tui.cost.budgets import Cap, Period
from chat_tui.cost.sums import spent
from chat_tui.demo.server import DEMO_KEY, DemoServer
from chat_tui.engine.budget_commands import raise_caps, run_budget
from chat_tui.engine.chat import Chat
from chat_tui.engine.chat_settings import ChatSettings
from chat_tui.engine.index import index_file
from chat_tui.engine.library import Library
from chat_tui.engine.refused import OverBudgetError
from chat_tui.engine.session import Session
from tests.engine.conftest import ask, begin, journal_of, library_at, until

PRICED = "google/gemini-2.5-flash"
FREE = "openai/gpt-oss-120b:free"


@pytest.fixture
async def booked(emulator: DemoServer, library: Library) -> AsyncIterator[Session]:
    """A session that keeps its books, and lists its models."""
    session = Session(Server(emulator.base_url, DEMO_KEY), paths=library.paths)
    session.budgets.patience = 5.0  # on a busy machine, too, what may cost is asked for
    try:
        yield session
    finally:
        await session.close()


def priced(library: Library, **budget: float) -> Chat:
    """Return a new conversation with a model that costs something, and caps."""
    library.defaults = {**library.defaults, "budget": budget}
    return begin(library, PRICED)


def told_by(session: Session) -> list[str]:
    """Return what the budgets of `session` tell, as it comes."""
    told: list[str] = []
    session.budgets.tell = told.append
    return told


async def counted(session: Session, reply: Message) -> None:
    """Wait until a reply is in what was spent."""
    await until(lambda: reply.id not in session.budgets._open, "the reply to be counted")


async def over(session: Session, chat: Chat, **more: Any) -> OverBudgetError:
    """Return the refusal that sending something meets."""
    with pytest.raises(OverBudgetError) as raised:
        await session.send(chat, "Is it dear?", **more)
    return raised.value


@pytest.mark.parametrize("period", ["reply", "chat", "day", "month"])
async def test_a_hard_cap_asks_before_anything_is_sent_or_kept(
    booked: Session, emulator: DemoServer, library: Library, period: Period
) -> None:
    chat = priced(library, **{f"{period}_ask": 0.0})
    before = len(emulator.books.entries)
    error = await over(booked, chat)
    (one,) = error.over
    assert one.cap == Cap(period, Decimal(0), asks=True)
    assert one.high is not None
    assert "may come to ≈ $" in str(error)
    assert len(emulator.books.entries) == before
    assert not chat.folder.journal.exists()
    assert booked.turn(chat) is None

    turn = await booked.send(chat, "Is it dear?", over_budget=True)
    assert (await turn.wait()).status == "complete"
    await counted(booked, turn.reply)
    await over(booked, chat)  # that held for once
    with pytest.raises(OverBudgetError):
        await booked.regenerate(chat)
    with pytest.raises(OverBudgetError):
        await booked.send_edited(chat, chat.path[0], {"model": PRICED, "messages": [{"role": "user", "content": "?"}]})


async def test_raised_caps_let_the_request_pass_and_can_be_lowered_again(booked: Session, library: Library) -> None:
    chat = priced(library, day_ask=0.00001, chat_ask=0.0)
    settings = ChatSettings(chat, library)
    error = await over(booked, chat)
    assert {one.cap.period for one in error.over} == {"day", "chat"}
    raise_caps(settings, error.over)
    assert "day_ask" in library.paths.settings.read_text()
    assert "day_ask" not in str(chat.metadata.settings)
    await ask(booked, chat, "Is it dear?")
    settings.undo()
    settings.undo()
    await over(booked, chat)


async def test_what_is_spent_against_a_cap_is_what_the_books_say(
    booked: Session, emulator: DemoServer, library: Library
) -> None:
    chat = priced(library)
    replies = [await ask(booked, chat, f"Turn {number}") for number in range(3)]
    other = begin(library, PRICED)
    replies.append(await ask(booked, other, "Elsewhere"))
    ids = {charge.generation for reply in replies for charge in charges(reply)}
    billed = {entry.id: entry.cost for entry in emulator.books.entries if entry.id in ids}
    assert len(billed) == 4
    sums = await booked.budgets.standing(chat)
    assert sums["day"].cost == sums["month"].cost == sum(billed.values())
    elsewhere = next(charge.generation for charge in charges(replies[-1]))
    assert sums["chat"].cost == sum(billed.values()) - billed[elsewhere or ""]
    # A cap of exactly that isn't passed by a model that costs nothing, and is by any other.
    library.defaults = {**library.defaults, "budget": {"day_ask": float(sums["day"].cost)}}
    free = begin(library, FREE)
    await ask(booked, free, "Free")
    await over(booked, begin(library, PRICED))


async def test_replies_that_stream_count_with_what_they_may_cost(booked: Session, library: Library) -> None:
    chat = priced(library, day_ask=100.0)
    turn = await booked.send(chat, "Is it dear?")
    try:
        assert booked.budgets._open[turn.reply.id] > 0
        library.defaults = {**library.defaults, "budget": {"day_ask": float(booked.budgets._open[turn.reply.id])}}
        await over(booked, begin(library, PRICED))
    finally:
        await turn.wait()


async def test_a_soft_cap_is_told_of_once(booked: Session, library: Library) -> None:
    told = told_by(booked)
    chat = priced(library, chat_warn=0.0, day_warn=0.0, month_warn=100.0, reply_warn=0.0, reply_ask=100.0)
    for number in range(2):
        reply = await ask(booked, chat, f"Turn {number}")
        await counted(booked, reply)
    await until(lambda: sum(one.startswith("This reply") for one in told) == 2, "the sentences")
    await until(lambda: any(one.startswith("Today") for one in told), "the day")
    assert sum(one.startswith("This chat has cost $") for one in told) == 1
    assert sum(one.startswith("Today has cost $") for one in told) == 1
    assert not any(one.startswith("This month") for one in told)


async def test_a_reply_that_streams_past_its_cap_is_told_of_and_not_cut(booked: Session, library: Library) -> None:
    told = told_by(booked)
    chat = priced(library, reply_ask=1.0, reply_warn=0.5)
    turn = await booked.send(chat, "Is it dear?")
    for cost in ("0.4", "0.6", "0.7", "1.1", "1.2"):
        booked.budgets.note_live(turn.reply.id, Decimal(cost))
    assert [one.partition(",")[0] for one in told] == [
        "This reply has cost ≈ $0.60 by now",
        "This reply has cost ≈ $1.10 by now",
    ]
    assert "Esc stops it" in told[1]
    assert (await turn.wait()).status == "complete"


async def test_what_isnt_known_is_said_and_never_blocks(
    booked: Session, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = told_by(booked)

    async def fails(*_: object) -> None:
        raise TimeoutError

    monkeypatch.setattr(booked.budgets, "_estimate", fails)
    chat = priced(library, day_ask=0.00001, reply_ask=0.0)
    await ask(booked, chat, "Nothing is known of this one")
    assert "isn't known before they come" in " ".join(told)
    await until(lambda: booked.spending is not None and booked.spending.lately.today.cost > 0, "the count")
    error = await over(booked, chat)
    assert "isn't known before it comes" in str(error)


async def test_a_reply_of_an_earlier_run_is_told_of_in_the_sums_alone(booked: Session, library: Library) -> None:
    chat = priced(library)
    reply = await ask(booked, chat, "Yesterday")
    told = told_by(booked)
    booked.budgets._begun.clear()  # as if the application had been left
    library.defaults = {**library.defaults, "budget": {"day_warn": 0.0, "chat_warn": 0.0, "reply_warn": 0.0}}
    chat.defaults = library.defaults
    await booked.budgets.conclude(chat, reply)
    assert [one.partition(" has")[0] for one in told] == ["Today"]


async def test_what_isnt_counted_yet_is_said_and_never_blocks(booked: Session, library: Library) -> None:
    told = told_by(booked)
    booked.budgets.patience = 0.0
    await ask(booked, priced(library, day_ask=100.0), "Hello")
    assert "What was spent isn't all counted yet" in " ".join(told)
    assert "at least $0 for today" in " ".join(told)


async def test_where_what_was_spent_can_not_be_read_this_runs_replies_count(booked: Session, library: Library) -> None:
    chat = priced(library, day_ask=0.0)
    library.paths.ledger.mkdir(parents=True)
    costs = Decimal(0)
    for number in range(2):
        turn = await booked.send(chat, f"Turn {number}", over_budget=True)
        costs += spent([await turn.wait()]).cost
    await until(lambda: len(booked.budgets._ended) == 2, "the replies to be taken note of")
    assert (await over(booked, chat)).over[0].spent.cost == costs > 0
    library.paths.ledger.rmdir()
    await booked.spending.look()  # type: ignore[union-attr]
    assert (await over(booked, chat)).over[0].spent.cost == costs


async def test_an_index_that_breaks_meanwhile_loses_nothing_of_what_was_spent(
    booked: Session, library: Library
) -> None:
    chat = priced(library, day_ask=100.0)
    replies = [await ask(booked, one, "Before") for one in (chat, begin(library, PRICED))]
    await until(lambda: not booked.budgets._open, "the replies to be counted")
    index_file(library.paths).write_bytes(b"broken" * 1000)
    replies.append(await ask(booked, begin(library, PRICED), "After"))
    await until(lambda: not booked.budgets._open, "the replies to be counted")
    assert (await booked.budgets.standing(chat))["day"].cost == spent(replies).cost


async def test_what_another_process_spent_counts(
    booked: Session, emulator: DemoServer, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    chat = priced(library, day_ask=100.0)
    replies = [await ask(booked, chat, "Here")]
    await counted(booked, replies[0])
    elsewhere = library_at(library.paths.data.parent)
    other = Session(Server(emulator.base_url, DEMO_KEY), paths=elsewhere.paths)
    try:
        replies.append(await ask(other, begin(elsewhere, PRICED), "Elsewhere"))
    finally:
        await other.close()
    monkeypatch.setattr("chat_tui.engine.budgets._OLD_SECONDS", -1.0)
    library.defaults = {**library.defaults, "budget": {"day_ask": 0.0}}
    assert (await over(booked, begin(library, PRICED))).over[0].spent.cost == spent(replies).cost


ODD_FIELDS: dict[str, Any] = {
    "plugins": [5, "web", {"id": ["web"]}, [None, {"id": "file-parser", "pdf": None}]],
    "tools": [True, {"type": "function"}, ["web_search"]],
    "models": [1e308, {"a": 1}, "abc"],
    "modalities": [-1, "image"],
    "provider": [{"max_price": {"prompt": "NaN"}}, {"order": 5, "only": [None], "ignore": {}}, "groq"],
}


async def test_an_edited_request_of_odd_fields_passes_the_gate(booked: Session, library: Library) -> None:
    chat = priced(library, day_ask=0.0)
    await (await booked.send(chat, "Hello", over_budget=True)).wait()
    said = {"model": PRICED, "messages": [{"role": "user", "content": "Hello"}]}
    for name, values in ODD_FIELDS.items():
        for value in values:
            with pytest.raises(OverBudgetError):
                await booked.send_edited(chat, chat.path[0], {**said, name: value})


async def test_what_is_set_for_all_chats_holds_at_once_in_those_that_are_open(
    booked: Session, library: Library
) -> None:
    chat, other = priced(library), begin(library, PRICED)
    ChatSettings(other, library).change("budget.day_ask", 0.0)
    assert [one.cap.period for one in (await over(booked, chat)).over] == ["day"]


async def test_no_title_is_asked_for_past_a_hard_cap(emulator: DemoServer, library: Library) -> None:
    session = Session(Server(emulator.base_url, DEMO_KEY), {"title_model": PRICED}, paths=library.paths)
    try:
        chat = priced(library, chat_ask=0.0)
        turn = await session.send(chat, "Hello", over_budget=True)
        await turn.wait()
        await session.named(chat)
        assert not chat.path[-1].receipt or not chat.path[-1].receipt.asides
        assert not any(record["type"] == "receipt" for record in journal_of(chat))
    finally:
        await session.close()


async def test_a_chat_may_have_caps_of_its_own_but_not_over_all_chats(booked: Session, library: Library) -> None:
    chat = priced(library, chat_ask=100.0, day_ask=100.0)
    ChatSettings(chat, library).change("budget.chat_ask", 0.0)
    assert [one.cap.period for one in (await over(booked, chat)).over] == ["chat"]
    ChatSettings(chat, library).change("budget.chat_ask", None)
    chat.metadata = replace(chat.metadata, settings={**chat.metadata.settings, "budget": {"day_ask": 0.0}})
    await ask(booked, chat, "A file from elsewhere can't say what a day may cost")
    assert "budget.day_ask" in str(conversation_settings(chat.metadata.settings, chat.folder.path)[1])


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("", "Each reply: no budget.\nThis chat: $0 spent, no budget."),
        ("day $5", "Today: $0 spent, you are asked past $5.00."),
        ("chat tell 0.5", "This chat: $0 spent, told past $0.50."),
        ("reply 0.02", "Each reply: you are asked past $0.02."),
        ("month off", "This month: $0 spent, no budget."),
    ],
)
async def test_the_command_sets_and_tells(booked: Session, library: Library, typed: str, told: str) -> None:
    settings = ChatSettings(library.begin(), library)
    assert told in await run_budget(settings, booked, typed)


@pytest.mark.parametrize("typed", ["week 5", "day", "day tell", "day much", "day -1", "chat tell 5 6"])
async def test_the_command_says_what_is_wrong(booked: Session, library: Library, typed: str) -> None:
    from chat_tui.config.problems import ConfigError

    with pytest.raises(ConfigError, match=r"/budget|Chat|Day"):
        await run_budget(ChatSettings(library.begin(), library), booked, typed)
