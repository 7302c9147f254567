"""A disk that refuses: nothing is sent that isn't saved, nothing that arrived is thrown away."""

from __future__ import annotations

import errno
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from chat_tui.conversation.folder import Folder
from chat_tui.conversation.metadata import Metadata
from chat_tui.conversation.partial import PartialWriter
from chat_tui.conversation.values import Message
from chat_tui.engine.library import Library
from chat_tui.engine.session import Session
from tests.engine.conftest import Scripted, ask, begin, journal_of, library_at, partial_of, text_of, until

FULL = OSError(errno.ENOSPC, "No space left on device")


def refuse(*_: Any, **__: Any) -> Any:
    raise FULL


def refuse_replies(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the journal take prompts only."""
    real = Folder.append

    def append(folder: Folder, message: Message) -> None:
        if message.role == "assistant":
            raise FULL
        real(folder, message)

    monkeypatch.setattr(Folder, "append", append)


async def test_a_prompt_that_can_not_be_saved_is_not_sent(
    on_script: Session, scripted: Scripted, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    chat = library.begin()
    monkeypatch.setattr(Folder, "append", refuse)
    reply = await ask(on_script, chat, "Hi")
    assert reply.status == "failed"
    assert reply.failure is not None
    assert reply.failure.sentence == (
        "Your prompt could not be saved (No space left on device), so it was not sent. Mend that, then send again."
    )
    assert scripted.connections == 0
    assert chat.path == []


async def test_a_refusal_names_its_file_when_it_has_one(
    on_script: Session, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    def forbid(*_: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied", "/somewhere/messages.jsonl")

    monkeypatch.setattr(Folder, "append", forbid)
    reply = await ask(on_script, library.begin(), "Hi")
    assert reply.failure is not None
    assert "could not be saved (Permission denied: /somewhere/messages.jsonl), so it was" in reply.failure.sentence


async def test_with_room_again_the_prompt_can_be_sent(
    session: Session, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    chat = begin(library, "demo/echo")
    with monkeypatch.context() as full:
        full.setattr(Folder, "append", refuse)
        await ask(session, chat, "Hi")
    reply = await ask(session, chat, "Hi")
    assert reply.status == "complete"
    assert [record["role"] for record in journal_of(chat)] == ["user", "assistant"]


@pytest.mark.parametrize("step", ["write_metadata", "start_partial"])
async def test_a_refusal_after_the_prompt_was_saved_breaks_no_path(
    session: Session, tmp_path: Path, library: Library, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    chat = begin(library, "demo/echo")
    await ask(session, chat, "First")
    older = await ask(session, chat, "Second")
    await (await session.regenerate(chat)).wait()
    chat.metadata = replace(chat.metadata, leaf=older.id)
    with monkeypatch.context() as full:
        full.setattr(Folder, step, refuse)
        turn = await session.regenerate(chat)  # another branch is to be shown, and that must be written too
        assert (await turn.wait()).status == "failed"
    assert all(message.status != "streaming" for message in chat.path)
    last = await ask(session, chat, "Third")
    assert last.status == "complete"
    await session.close()
    again = library_at(tmp_path).open(chat.id)
    again.load()
    again.close()
    assert [message.text for message in again.path if message.role == "user"] in (
        ["First", "Third"],
        ["First", "Second", "Third"],
    )


async def test_a_reply_that_can_not_be_saved_stays_in_its_partial_file_to_the_last_word(
    on_script: Session, scripted: Scripted, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    chat = library.begin()
    refuse_replies(monkeypatch)
    turn = await on_script.send(chat, "Hi")
    exchange = await scripted.next()
    await exchange.begin()
    for word in ("one ", "two ", "three ", "four"):
        await exchange.delta(content=word)
    await exchange.finish()
    reply = await turn.wait()
    assert (reply.status, reply.text) == ("failed", "one two three four")
    assert reply.failure is not None
    assert "could not be saved (No space left on device)" in reply.failure.sentence
    assert chat.path[-1] == reply
    (_, kept) = next(chat.folder.interrupted())
    assert kept.text == "one two three four"


async def test_a_stopped_reply_that_can_not_be_saved_loses_no_word(
    on_script: Session, scripted: Scripted, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    chat = library.begin()
    refuse_replies(monkeypatch)
    turn = await on_script.send(chat, "Hi")
    exchange = await scripted.next()
    await exchange.begin()
    await exchange.delta(content="first ")
    await until(lambda: "first" in partial_of(chat), "the first word")
    await exchange.delta(content="last")
    watching = turn.watch()
    seen = ""
    while "last" not in seen:  # it arrived; whether it is written yet nobody knows
        seen += "".join(getattr(tagged.event, "text", "") for tagged in await anext(watching))
    turn.stop()
    await turn.wait()
    (_, kept) = next(chat.folder.interrupted())
    assert kept.text == "first last"


async def test_what_was_not_saved_is_saved_at_the_next_start(
    session: Session, tmp_path: Path, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    chat = begin(library, "demo/markdown")
    with monkeypatch.context() as full:
        refuse_replies(full)
        lost = await ask(session, chat, "Hi")
    await session.close()
    again = library_at(tmp_path).open(chat.id)
    again.load()
    again.close()
    assert (again.path[-1].id, again.path[-1].status, again.path[-1].text) == (lost.id, "interrupted", lost.text)
    assert text_of(journal_of(again)[-1]) == lost.text


async def test_a_partial_file_that_can_not_be_written_stops_nothing(
    session: Session, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(PartialWriter, "append", refuse)
    chat = begin(library, "demo/markdown")
    reply = await ask(session, chat, "Hi")
    assert reply.status == "complete"
    assert text_of(journal_of(chat)[-1]) == reply.text != ""


async def test_a_partial_file_that_can_not_be_removed_is_no_failure(
    session: Session, tmp_path: Path, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    chat = begin(library, "demo/markdown")
    with monkeypatch.context() as stuck:
        stuck.setattr(PartialWriter, "remove", lambda writer: (writer.close(), refuse()))
        reply = await ask(session, chat, "Hi")
    assert reply.status == "complete"
    await session.close()
    again = library_at(tmp_path).open(chat.id)
    again.load()
    again.close()
    assert again.path[-1] == reply
    assert partial_of(again) == ""


async def test_metadata_that_can_not_be_written_lets_nothing_be_sent(
    on_script: Session, scripted: Scripted, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_metadata(folder: Folder, metadata: Metadata) -> None:
        raise FULL

    monkeypatch.setattr(Folder, "write_metadata", no_metadata)
    assert (await ask(on_script, library.begin(), "Hi")).status == "failed"
    assert scripted.connections == 0


def test_a_full_disk_still_shows_what_was_interrupted(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chat = library.begin()
    prompt = Message(chat.id, None, "user", (), chat.metadata.created)
    chat.put(prompt)
    writer = chat.folder.start_partial(Message(library.begin().id, chat.id, "assistant", (), chat.metadata.created))
    writer.close()
    monkeypatch.setattr(Folder, "append", refuse)
    again = library_at(tmp_path).open(chat.id)
    again.load()
    again.close()
    assert [message.status for message in again.path] == ["complete", "interrupted"]
    assert "not yet saved (No space left on device)" in again.problems[0]
    assert writer.path.exists()
