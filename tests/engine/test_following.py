"""A second process on one conversation: it follows, changes nothing, and goes on when the first has left."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from chat_tui.conversation.values import Receipt
from chat_tui.demo.server import DemoServer
from chat_tui.engine import open_chats as engine
from chat_tui.engine.library import Library
from chat_tui.engine.refused import ReadOnlyError
from chat_tui.engine.session import Session
from tests.engine.conftest import PATIENCE, Scripted, ask, begin, library_at, session_of


async def test_what_streams_elsewhere_is_shown_as_it_comes_and_then_whole(
    on_script: Session, scripted: Scripted, library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "FOLLOW_SECONDS", 0.01)
    chat = library.begin()
    turn = await on_script.send(chat, "Hi")
    exchange = await scripted.next()
    await exchange.begin()
    await exchange.delta(content="one ")
    async with session_of(scripted.base_url) as second, asyncio.timeout(PATIENCE):
        seen = library_at(tmp_path).open(chat.id)
        await second.open(seen)

        def is_streaming() -> bool:
            return seen.path[-1].status == "streaming"

        texts = [seen.path[-1].text]
        following = second.follow(seen)
        while "one" not in texts[-1]:
            await anext(following)
            texts.append(seen.path[-1].text)
        assert is_streaming()
        with pytest.raises(ReadOnlyError):
            await second.send(seen, "Too early")
        await exchange.delta(content="two")
        await exchange.finish()
        reply = await turn.wait()
        while is_streaming():
            await anext(following)
        assert seen.path == chat.path
        chat.settle(reply.id, Receipt(provider="Settled"))
        chat.hide(reply.id)
        while not seen.hidden:
            await anext(following)
        assert seen.hidden == {reply.id}
        receipt = seen.path[-1].receipt
        assert receipt is not None
        assert (receipt.provider, receipt.model) == ("Settled", "m/served")
        chat.close()
        await asyncio.to_thread(seen.check_writable)
        assert [_ async for _ in following] == []  # it is ours now


async def test_what_was_deleted_elsewhere_stays_in_view_and_is_written_anew_by_who_goes_on(
    emulator: DemoServer, library: Library, tmp_path: Path
) -> None:
    async with session_of(emulator.base_url) as session, session_of(emulator.base_url) as second:
        chat = begin(library, "demo/echo")
        first = await ask(session, chat, "Before")
        others = library_at(tmp_path)
        seen = others.open(chat.id)
        await second.open(seen)
        assert seen.is_read_only
        await session.release(chat)
        thrown = library.shelf.delete(chat.folder.path)
        seen.follow()
        assert seen.path == chat.path

        reply = await ask(second, seen, "After")

    again = library_at(tmp_path).open(chat.id)
    again.load()
    again.close()
    assert [message.id for message in again.path] == [first.parent, first.id, reply.parent, reply.id]
    assert thrown.is_dir()


async def test_what_is_hidden_is_not_sent_and_a_settled_price_is_kept(
    emulator: DemoServer, library: Library, tmp_path: Path
) -> None:
    async with session_of(emulator.base_url) as session:
        chat = begin(library, "demo/echo")
        hidden = await ask(session, chat, "Hidden")
        chat.hide(hidden.id)
        chat.hide(hidden.parent or "")
        chat.settle(hidden.id, Receipt(fallback="settled later"))
        assert '"content": "Hidden"' not in (await ask(session, chat, "Shown")).text
        chat.hide(hidden.parent or "", hidden=False)
        assert '"content": "Hidden"' in (await ask(session, chat, "Again")).text
    again = library_at(tmp_path).open(chat.id)
    again.load()
    again.close()
    assert again.hidden == {hidden.id}
    assert again.path == chat.path
    receipt = again.tree[hidden.id].receipt
    assert receipt is not None
    assert receipt.fallback == "settled later"
