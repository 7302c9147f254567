"""One turn: what is on disk when, how it ends, who may watch."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Sequence
from contextlib import aclosing
from typing import Any

import pytest

from chat_tui.conversation.events import Failed, Finished, Receipted, Started, Tagged, Text
from chat_tui.conversation.folder import Folder
from chat_tui.conversation.values import FilePart, LinkPart, TextPart, UnknownPart
from chat_tui.demo.server import DemoServer
from chat_tui.engine.library import Library
from chat_tui.engine.session import QUIT_SECONDS, Session
from chat_tui.engine.turn import Turn
from tests.engine.conftest import (
    Scripted,
    ask,
    begin,
    journal_of,
    partial_of,
    session_of,
    text_of,
    until,
)

PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4z8AAAAMBAQDJ/pLvAAAAAElFTkSuQmCC"


async def watched(turn: Turn) -> list[Tagged]:
    """Return every event of a turn."""
    return [tagged async for batch in turn.watch() for tagged in batch]


def text_in(events: Sequence[Tagged]) -> str:
    return "".join(tagged.event.text for tagged in events if isinstance(tagged.event, Text))


# What is on disk when


async def test_the_prompt_is_on_disk_and_synced_before_the_socket_opens(
    on_script: Session, scripted: Scripted, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    chat = library.begin()
    journal = chat.folder.journal
    synced = b""
    seen: dict[str, bytes] = {}
    real = os.fsync

    def spy(descriptor: int) -> None:
        nonlocal synced
        real(descriptor)
        if journal.exists() and os.path.samestat(os.fstat(descriptor), journal.stat()):
            synced = journal.read_bytes()

    def look() -> None:
        seen.update(journal=journal.read_bytes() if journal.exists() else b"", synced=synced)

    monkeypatch.setattr(os, "fsync", spy)
    scripted.on_connect = look
    turn = await on_script.send(chat, "Is this safe?")
    await scripted.next()
    assert b"Is this safe?" in seen["journal"]
    assert seen["synced"] == seen["journal"]
    turn.stop()
    await turn.wait()


async def test_what_arrives_is_in_a_file_while_the_rest_is_awaited(
    on_script: Session, scripted: Scripted, library: Library
) -> None:
    chat = library.begin()
    turn = await on_script.send(chat, "Hi")
    exchange = await scripted.next()
    await exchange.begin()
    await exchange.delta(reasoning="Let me think. ")
    await exchange.delta(content="Once upon")
    await until(lambda: "Once upon" in partial_of(chat), "the first words in the partial file")
    assert "Let me think" in partial_of(chat)
    assert turn.running
    await exchange.delta(content=" a time")
    await until(lambda: " a time" in partial_of(chat), "the next words")
    assert [record["role"] for record in journal_of(chat)] == ["user"]
    await exchange.finish()
    assert (await turn.wait()).text == "Once upon a time"


async def test_a_slow_reply_grows_in_its_partial_file(slow_emulator: DemoServer, library: Library) -> None:
    async with session_of(slow_emulator.base_url) as session:
        chat = begin(library, "demo/slow")
        turn = await session.send(chat, "Hi")
        sizes = [0]
        await until(lambda: len(partial_of(chat)) > 0, "a partial file")
        while len(sizes) < 4:
            await until(lambda: len(partial_of(chat)) > sizes[-1], "more text")
            sizes.append(len(partial_of(chat)))
        assert turn.running
        turn.stop()
        await turn.wait()


async def test_the_partial_file_goes_only_when_the_message_is_on_disk(
    session: Session, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    chat = begin(library, "demo/markdown")
    kept: list[bool] = []
    real = Folder.append_lines

    def spy(folder: Folder, lines: bytes) -> None:
        real(folder, lines)
        kept.append(b"complete" in lines and folder.partial(json.loads(lines)["id"]).exists())

    monkeypatch.setattr(Folder, "append_lines", spy)
    await ask(session, chat, "Hi")
    assert kept == [False, True]
    assert list((chat.folder.path / "partial").iterdir()) == []


async def test_the_journal_says_what_was_answered_by_whom_for_how_much(session: Session, library: Library) -> None:
    chat = begin(library, "demo/reasoning")
    reply = await ask(session, chat, "Hi")
    prompt, answer = journal_of(chat)
    assert (prompt["role"], text_of(prompt)) == ("user", "Hi")
    assert (answer["id"], answer["parent"], answer["status"]) == (reply.id, prompt["id"], "complete")
    assert text_of(answer) == reply.text != ""
    assert answer["reasoning"] == reply.reasoning != ""
    receipt = answer["receipt"]
    assert isinstance(receipt["cost"], str)
    assert receipt["generation"].startswith("gen-")
    assert receipt["usage"]["completion_tokens"] > 0
    assert 0 <= receipt["first_token_ms"] <= receipt["total_ms"]
    assert receipt["raw_usage"]["completion_tokens"] == receipt["usage"]["completion_tokens"]


async def test_asked_for_at_once_the_reply_is_the_same(session: Session, library: Library) -> None:
    streamed = await ask(session, begin(library, "demo/reasoning"), "Hi")
    whole = await ask(session, begin(library, "demo/reasoning"), "Hi", stream=False)
    assert whole.status == "complete"
    assert (whole.text, whole.reasoning) == (streamed.text, streamed.reasoning)
    assert whole.receipt is not None
    assert streamed.receipt is not None
    assert (whole.receipt.cost, whole.receipt.usage) == (streamed.receipt.cost, streamed.receipt.usage)


# How it ends


async def test_a_stop_keeps_what_arrived(on_script: Session, scripted: Scripted, library: Library) -> None:
    chat = library.begin()
    turn = await on_script.send(chat, "Hi")
    exchange = await scripted.next()
    await exchange.begin()
    await exchange.delta(content="Half of")
    await until(lambda: "Half of" in partial_of(chat), "the first words")
    turn.stop()
    reply = await turn.wait()
    assert (reply.status, reply.text, reply.failure) == ("cancelled", "Half of", None)
    assert (journal_of(chat)[-1]["status"], text_of(journal_of(chat)[-1])) == ("cancelled", "Half of")
    assert partial_of(chat) == ""


async def test_a_stop_before_the_request_opens_no_connection(
    on_script: Session, scripted: Scripted, library: Library
) -> None:
    turn = await on_script.send(library.begin(), "Hi")
    turn.stop()
    assert (await turn.wait()).status == "cancelled"
    assert scripted.connections == 0


async def test_closing_keeps_what_arrived_as_interrupted_within_two_seconds(
    scripted: Scripted, library: Library
) -> None:
    chats = [library.begin() for _ in range(3)]
    async with session_of(scripted.base_url) as session:
        for chat in chats:
            await session.send(chat, "Hi")
            exchange = await scripted.next()
            await exchange.begin()
            await exchange.delta(content="Half of")
            await until(lambda chat=chat: "Half of" in partial_of(chat), "the first words")  # type: ignore[misc]
        async with asyncio.timeout(QUIT_SECONDS):
            await session.close()
    for chat in chats:
        assert (journal_of(chat)[-1]["status"], text_of(journal_of(chat)[-1])) == ("interrupted", "Half of")
        assert partial_of(chat) == ""


async def test_a_stop_by_the_user_stays_one_when_the_application_ends(scripted: Scripted, library: Library) -> None:
    async with session_of(scripted.base_url) as session:
        turn = await session.send(library.begin(), "Hi")
        await scripted.next()
        turn.stop()
    assert turn.reply.status == "cancelled"


@pytest.mark.parametrize("model", ["demo/error-midstream", "demo/cut"])
async def test_an_error_in_the_middle_keeps_what_arrived(session: Session, library: Library, model: str) -> None:
    chat = begin(library, model)
    turn = await session.send(chat, "Hi")
    events = await watched(turn)
    reply = turn.reply
    assert reply.status == "failed"
    assert reply.text == text_in(events) != ""
    assert reply.failure is not None
    assert reply.receipt is not None
    assert (reply.receipt.generation or "").startswith("gen-")
    assert [type(tagged.event) for tagged in events[-2:]] == [Failed, Finished]
    saved = journal_of(chat)[-1]
    assert (saved["status"], text_of(saved), saved["failure"]["sentence"]) == (
        "failed",
        reply.text,
        reply.failure.sentence,
    )


async def test_a_reply_that_fails_at_once_says_why(session: Session, library: Library) -> None:
    reply = await ask(session, begin(library, "demo/error-429"), "Hi")
    assert (reply.status, reply.parts) == ("failed", ())
    assert reply.failure is not None
    assert "daily limit" in reply.failure.sentence
    assert reply.failure.code == "429"
    assert reply.receipt is not None
    assert reply.receipt.generation  # from the error, for asking what was billed


async def test_a_server_that_is_not_there_is_a_failed_reply(library: Library) -> None:
    async with session_of("http://127.0.0.1:9/api/v1") as session:
        chat = library.begin()
        reply = await ask(session, chat, "Hi")
    assert (reply.status, reply.parts) == ("failed", ())
    assert [record["role"] for record in journal_of(chat)] == ["user", "assistant"]


async def test_what_nobody_foresaw_is_a_failed_reply_and_not_a_hang(
    session: Session, library: Library, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("a defect of ours")

    monkeypatch.setattr("chat_tui.reply.arriving.Reply.feed", broken)
    reply = await ask(session, begin(library, "demo/markdown"), "Hi")
    assert reply.status == "failed"
    assert reply.failure is not None
    assert "RuntimeError" not in reply.failure.sentence
    assert "a defect of ours" in caplog.text


# Pictures


async def send_images(session: Session, scripted: Scripted, library: Library, *urls: str) -> tuple[Any, Any]:
    chat = library.begin()
    turn = await session.send(chat, "Draw")
    exchange = await scripted.next()
    await exchange.begin()
    await exchange.delta(content="Here.")
    for url in urls:
        await exchange.delta(images=[{"type": "image_url", "image_url": {"url": url}}])
    await exchange.finish()
    return chat, await turn.wait()


async def test_a_picture_is_a_file_and_not_in_the_journal(
    on_script: Session, scripted: Scripted, library: Library
) -> None:
    url = f"data:image/png;base64,{PNG}"
    chat, reply = await send_images(on_script, scripted, library, url, url)
    text, picture = reply.parts
    assert text == TextPart("Here.")
    assert isinstance(picture, FilePart)
    (file,) = (chat.folder.path / "attachments").iterdir()
    assert file.name == f"{picture.sha256}.png"
    assert file.read_bytes().startswith(b"\x89PNG")
    assert picture.size == file.stat().st_size
    assert PNG.encode() not in chat.folder.journal.read_bytes()


@pytest.mark.parametrize(
    "url", ["https://example.com/a.png", "data:image/png;base64,!!!", "data:image/png;base64,naïve", "data:,x"]
)
async def test_a_picture_that_can_not_be_kept_is_mentioned(
    on_script: Session, scripted: Scripted, library: Library, url: str
) -> None:
    _, reply = await send_images(on_script, scripted, library, url)
    assert reply.status == "complete"
    assert isinstance(reply.parts[1], LinkPart | UnknownPart)


# Who may watch


async def test_a_late_watcher_gets_everything_from_the_start(session: Session, library: Library) -> None:
    turn = await session.send(begin(library, "demo/markdown"), "Hi")
    early = await watched(turn)
    late = await watched(turn)
    assert late == early
    assert isinstance(early[0].event, Started)
    assert isinstance(early[-1].event, Finished)
    assert any(isinstance(tagged.event, Receipted) for tagged in early)
    assert text_in(early) == turn.reply.text


async def test_events_say_where_they_belong(session: Session, library: Library) -> None:
    chat = begin(library, "demo/markdown")
    turn = await session.send(chat, "Hi")
    assert {(e.conversation, e.reply, e.step) for e in await watched(turn)} == {(chat.id, turn.reply.id, 0)}


async def test_the_request_that_is_shown_is_the_request_that_is_sent(
    on_script: Session, scripted: Scripted, library: Library
) -> None:
    chat = library.begin()
    chat.change(system="Be brief.", parameters={"temperature": 0.5})
    turn = await on_script.send(chat, "Hi")
    exchange = await scripted.next()
    await exchange.begin()
    await exchange.finish()
    started = (await watched(turn))[0].event
    assert isinstance(started, Started)
    assert exchange.body == {**started.request, "stream": True}


async def test_a_reply_goes_on_when_its_watcher_leaves(
    on_script: Session, scripted: Scripted, library: Library
) -> None:
    turn = await on_script.send(library.begin(), "Hi")
    exchange = await scripted.next()
    await exchange.begin()
    await exchange.delta(content="Once ")
    async with aclosing(turn.watch()) as watching:  # type: ignore[type-var]
        async for batch in watching:
            if text_in(batch):
                break
    leaving = asyncio.create_task(watched(turn))
    await asyncio.sleep(0)
    leaving.cancel()
    await asyncio.gather(leaving, return_exceptions=True)
    await exchange.delta(content="upon a time")
    await exchange.finish()
    assert (await turn.wait()).text == "Once upon a time"
    assert text_in(await watched(turn)) == "Once upon a time"


async def test_a_watcher_that_never_reads_on_holds_up_nothing(session: Session, library: Library) -> None:
    turn = await session.send(begin(library, "demo/fast"), "Write 3,000 tokens")
    async with aclosing(turn.watch()) as stuck:  # type: ignore[type-var]
        await anext(stuck)
        reply = await turn.wait()
        assert reply.status == "complete"
        rest = [tagged async for batch in stuck for tagged in batch]
    assert text_in(rest) == reply.text
    assert isinstance(rest[-1].event, Finished)


async def test_when_a_watcher_hears_of_the_end_the_reply_is_on_disk(session: Session, library: Library) -> None:
    chat = begin(library, "demo/markdown")
    turn = await session.send(chat, "Hi")
    async for batch in turn.watch():
        if isinstance(batch[-1].event, Finished):
            assert journal_of(chat)[-1]["id"] == batch[-1].reply
            assert chat.path[-1] == batch[-1].event.reply == turn.reply
