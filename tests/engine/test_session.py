"""The session: prompts, siblings, several conversations, the catalogue."""

from __future__ import annotations

import asyncio
import json

import pytest

from chat_tui.config.server import Server
from chat_tui.conversation.values import Message
from chat_tui.demo.server import DemoServer
from chat_tui.engine.library import Library
from chat_tui.engine.refused import RefusedError
from chat_tui.engine.session import Session
from tests.engine.conftest import PATIENCE, Scripted, ask, begin, journal_of, session_of


def requested(echo: Message) -> dict[str, object]:
    """Return the request that `demo/echo` answered with."""
    request = json.loads(echo.text.partition("```json\n")[2].rpartition("\n```")[0])
    assert isinstance(request, dict)
    return request


async def test_a_conversation_is_sent_with_all_that_came_before(session: Session, library: Library) -> None:
    chat = begin(library, "demo/echo")
    chat.change(system="Be brief.")
    first = await ask(session, chat, "One")
    second = await ask(session, chat, "Two")
    assert requested(second)["messages"] == [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "One"},
        {"role": "assistant", "content": first.text},
        {"role": "user", "content": "Two"},
    ]
    assert [message.text for message in chat.path] == ["One", first.text, "Two", second.text]


async def test_sent_again_unchanged_a_failed_prompt_gets_a_sibling_reply(session: Session, library: Library) -> None:
    chat = begin(library, "demo/error-429")
    failed = await ask(session, chat, "Hi")
    chat.change(model="demo/echo")
    again = await ask(session, chat, "Hi")
    assert again.parent == failed.parent
    assert [message.id for message in chat.path] == [failed.parent, again.id]
    assert [record["role"] for record in journal_of(chat)] == ["user", "assistant", "assistant"]


async def test_sent_again_edited_a_failed_prompt_gets_a_sibling(session: Session, library: Library) -> None:
    chat = begin(library, "demo/error-429")
    failed = await ask(session, chat, "Hi")
    chat.change(model="demo/echo")
    again = await ask(session, chat, "Hello")
    assert failed.parent is not None
    assert again.parent is not None
    assert chat.tree[again.parent].parent is chat.tree[failed.parent].parent is None
    assert [message["content"] for message in requested(again)["messages"]] == ["Hello"]  # type: ignore[attr-defined]


async def test_a_reply_that_failed_later_is_answered_and_not_replaced(session: Session, library: Library) -> None:
    chat = begin(library, "demo/error-midstream")
    failed = await ask(session, chat, "Hi")
    chat.change(model="demo/echo")
    again = await ask(session, chat, "Go on")
    assert [message.id for message in chat.path[1:3]] == [failed.id, again.parent]
    messages = requested(again)["messages"]
    assert {"role": "assistant", "content": failed.text} in messages  # type: ignore[operator]


async def test_a_reply_that_failed_while_it_thought_is_not_replaced(
    on_script: Session, scripted: Scripted, library: Library
) -> None:
    chat = library.begin()
    turn = await on_script.send(chat, "Hi")
    exchange = await scripted.next()
    await exchange.begin()
    await exchange.delta(reasoning="Let me think")
    exchange.ended.set()
    failed = await turn.wait()
    assert (failed.status, failed.reasoning) == ("failed", "Let me think")
    turn = await on_script.send(chat, "Go on")
    assert turn.prompt.parent == failed.id


async def test_regenerating_adds_a_sibling_and_keeps_the_old_reply(session: Session, library: Library) -> None:
    chat = begin(library, "demo/echo")
    old = await ask(session, chat, "Hi")
    new = await (await session.regenerate(chat)).wait()
    assert new.parent == old.parent
    assert [message.id for message in chat.tree.children(old.parent)] == [old.id, new.id]
    assert chat.path[-1] == new


async def test_there_is_nothing_to_regenerate_in_an_empty_chat(session: Session, library: Library) -> None:
    with pytest.raises(RefusedError, match="no prompt yet"):
        await session.regenerate(library.begin())


async def test_while_a_reply_streams_a_second_prompt_is_refused(
    on_script: Session, scripted: Scripted, library: Library
) -> None:
    chat = library.begin()
    turn = await on_script.send(chat, "Hi")
    await scripted.next()
    with pytest.raises(RefusedError, match="still streaming"):
        await on_script.send(chat, "And?")
    assert on_script.turn(chat) is turn


async def test_of_two_prompts_at_once_one_is_sent(on_script: Session, scripted: Scripted, library: Library) -> None:
    chat = library.begin()
    results = await asyncio.gather(on_script.send(chat, "One"), on_script.send(chat, "Two"), return_exceptions=True)
    assert sorted(type(result).__name__ for result in results) == ["RefusedError", "Turn"]
    await scripted.next()
    assert len(journal_of(chat)) == 1


async def test_several_conversations_stream_at_once(on_script: Session, scripted: Scripted, library: Library) -> None:
    chats = [library.begin() for _ in range(3)]
    turns, exchanges = [], []
    for number, chat in enumerate(chats):
        turns.append(await on_script.send(chat, f"Prompt {number}"))
        exchanges.append(await scripted.next())
        await exchanges[-1].begin()
    for number in (2, 0, 1):
        await exchanges[number].delta(content=f"Reply {number}")
    assert all(turn.running for turn in turns)
    for exchange in exchanges:
        await exchange.finish()
    assert [(await turn.wait()).text for turn in turns] == ["Reply 0", "Reply 1", "Reply 2"]
    assert [len(journal_of(chat)) for chat in chats] == [2, 2, 2]


async def test_the_first_prompt_is_the_title(session: Session, library: Library) -> None:
    chat = begin(library, "demo/echo")
    await ask(session, chat, "  Why is\nthe sky \x1b[2J blue?  " + "x" * 100)
    assert chat.title.startswith("Why is the sky ␛[2J blue? xxx")
    assert len(chat.title) == 60
    assert library.open(chat.id).title == chat.title


async def test_nothing_is_written_before_the_first_send(session: Session, library: Library) -> None:
    chat = begin(library, "demo/echo")
    await session.open(chat)
    assert not chat.folder.path.exists()


async def test_a_setting_of_the_chat_is_on_disk_and_above_the_defaults(session: Session, library: Library) -> None:
    chat = begin(library, "demo/echo")
    await ask(session, chat, "Hi")
    chat.change(system="Be brief.", parameters={"seed": 7})
    assert library.open(chat.id).metadata.settings == {
        "model": "demo/echo",
        "system": "Be brief.",
        "parameters": {"seed": 7},
    }
    chat.change(system=None)
    assert "system" not in library.open(chat.id).metadata.settings


async def test_the_catalogue_is_asked_for_once(session: Session) -> None:
    first, second = await asyncio.gather(session.models(), session.models())
    assert first is second
    entry = next(entry for entry in first if entry.id == "demo/echo")
    assert entry.name


async def test_after_a_failure_the_catalogue_is_asked_for_again() -> None:
    with DemoServer(pace=0) as server:
        base_url = server.base_url
    async with session_of(base_url) as session:
        with pytest.raises(RefusedError):
            await session.models()
        with DemoServer(int(base_url.split(":")[2].partition("/")[0]), pace=0):
            assert await session.models()


async def test_closing_ends_what_was_started_for_the_session() -> None:
    emulator = DemoServer(pace=0)
    session = Session(Server(emulator.start(), "key"), on_close=emulator.stop)
    await session.models()
    async with asyncio.timeout(PATIENCE):
        await session.close()
    async with session_of(emulator.base_url) as another:
        with pytest.raises(RefusedError):
            await another.models()
