"""A disk that refuses: one notice, the chat goes on in memory, and is saved as soon as that is possible."""

from __future__ import annotations

import errno
import shutil
from pathlib import Path
from typing import Any

import pytest

from chat_tui.conversation.folder import Folder
from chat_tui.conversation.journal import read_journal
from chat_tui.conversation.partial import PartialWriter
from chat_tui.conversation.values import Message
from chat_tui.demo.server import DemoServer
from chat_tui.engine import saver
from chat_tui.engine.library import Library
from chat_tui.engine.saver import SAVED
from chat_tui.engine.session import Session
from tests.engine.conftest import Scripted, ask, begin, journal_of, library_at, partial_of, session_of, text_of, until

NOTICE = (
    "This chat can't be saved now (No space left on device). It goes on, kept in memory, and is saved as soon as that "
    "is possible. Make room on the disk."
)


def refuse(*_: Any, **__: Any) -> Any:
    raise OSError(errno.ENOSPC, "No space left on device")


def fill(patch: pytest.MonkeyPatch) -> None:
    """Let the disk take nothing more."""
    for name in ("append_lines", "write_metadata", "write_attachment"):
        patch.setattr(Folder, name, refuse)
    patch.setattr(PartialWriter, "begin", refuse)


@pytest.fixture
def told(session: Session) -> list[str]:
    """What was told a person."""
    sentences: list[str] = []
    session.saver.tell = sentences.append
    return sentences


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let saving be tried again at once."""
    monkeypatch.setattr(saver, "RETRY_SECONDS", 0.01)


async def test_a_chat_goes_on_in_memory_and_is_saved_when_there_is_room(
    session: Session, library: Library, told: list[str]
) -> None:
    chat = begin(library, "demo/markdown")
    with pytest.MonkeyPatch.context() as patch:
        fill(patch)
        replies = [await ask(session, chat, text) for text in ("First", "Second")]
        assert [reply.status for reply in replies] == ["complete", "complete"]
        assert [message.status for message in chat.path] == ["complete"] * 4
        assert told == [NOTICE]
        assert journal_of(chat) == []
    await until(lambda: len(told) > 1, "the end of the trouble")
    assert told == [NOTICE, SAVED]
    assert [record["id"] for record in journal_of(chat)] == [message.id for message in chat.path]
    assert partial_of(chat) == ""
    assert (chat.folder.path / "conversation.toml").exists()


async def test_a_full_disk_is_told_once_however_many_chats_wait_for_it(
    session: Session, library: Library, told: list[str]
) -> None:
    chats = [begin(library, "demo/markdown") for _ in range(3)]
    with pytest.MonkeyPatch.context() as patch:
        fill(patch)
        for chat in chats:
            await ask(session, chat, "Hello")
        assert told == [NOTICE]
    await until(lambda: len(told) > 1, "the end of the trouble")
    assert told == [NOTICE, SAVED]
    assert [len(journal_of(chat)) for chat in chats] == [2, 2, 2]


STEPS = ["append_lines", "write_metadata", "start_partial", "append_partial", "attach"]


@pytest.mark.parametrize("step", STEPS)
async def test_a_single_refusal_costs_nothing(
    session: Session, library: Library, told: list[str], monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    chat = begin(library, "demo/image")
    refused: list[str] = []
    owner, name = {
        "start_partial": (PartialWriter, "begin"),
        "append_partial": (PartialWriter, "begin"),
        "attach": (Folder, "write_attachment"),
    }.get(step, (Folder, step))
    real = getattr(owner, name)
    skipped = 1 if step == "append_partial" else 0

    def once(*arguments: Any) -> Any:
        refused.append(step)
        return refuse() if len(refused) == 1 + skipped else real(*arguments)

    monkeypatch.setattr(owner, name, once)
    reply = await ask(session, chat, "Hi")
    await until(lambda: len(told) != 1, "the end of the trouble")
    assert told in ([], [NOTICE, SAVED])  # nothing, when the next write of the same step made it good
    assert refused
    assert text_of(journal_of(chat)[-1]) == reply.text
    assert read_journal(chat.folder.journal).messages[reply.id] == reply
    assert not list((chat.folder.path / "partial").glob("*"))
    assert list((chat.folder.path / "attachments").iterdir()) != []


async def test_what_streams_is_kept_from_when_there_is_room_again(
    on_script: Session, scripted: Scripted, library: Library
) -> None:
    chat = library.begin()
    chat.put(Message(chat.id, None, "user", (), chat.metadata.created))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("chat_tui.conversation.partial.write_all", refuse)
        turn = await on_script.send(chat, "Hi")
        exchange = await scripted.next()
        await exchange.begin()
        await exchange.delta(content="one ")
        await until(lambda: chat.saving.fault is not None, "the refusal")
    await exchange.delta(content="two ")
    await until(lambda: "two" in partial_of(chat), "the second word")
    ((_, kept),) = chat.folder.interrupted()
    assert kept.text == "one two "
    await exchange.finish()
    await turn.wait()


async def test_what_is_not_saved_when_leaving_is_put_elsewhere(
    emulator: DemoServer, library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    async with session_of(emulator.base_url, paths=library.paths) as session:
        chat = begin(library, "demo/image")
        real = Folder.append_lines

        def elsewhere(folder: Folder, lines: bytes) -> None:
            if folder.path == chat.folder.path:
                refuse()
            real(folder, lines)

        monkeypatch.setattr(Folder, "append_lines", elsewhere)
        reply = await ask(session, chat, "Hi")
        await session.close()
    (sentence,) = session.saver.farewell
    kept = library.paths.state / "unsaved" / chat.folder.path.name
    assert str(kept) in sentence
    assert [message.text for message in Folder(kept).read().messages.values()] == ["Hi", reply.text]


async def test_where_nothing_can_be_written_the_words_go_to_the_terminal(
    emulator: DemoServer, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with session_of(emulator.base_url, paths=library.paths) as session:
        chat = begin(library, "demo/markdown")
        fill(monkeypatch)
        reply = await ask(session, chat, "Hi")
        assert session.rescue()[1:] == ["You: Hi", f"Reply: {reply.text}"]  # after a fault of our own, at once
        await session.close()
    assert "no other folder takes it" in session.saver.farewell[0]
    assert session.saver.farewell[1:] == ["You: Hi", f"Reply: {reply.text}"]


async def test_a_folder_that_vanished_is_written_anew(session: Session, library: Library, told: list[str]) -> None:
    chat = begin(library, "demo/markdown")
    await ask(session, chat, "First")
    shutil.rmtree(chat.folder.path)
    await ask(session, chat, "Second")
    assert [record["id"] for record in journal_of(chat)] == [message.id for message in chat.path]
    assert len(chat.path) == 4
    assert told == []


async def test_a_disk_that_was_taken_away_is_waited_for(
    session: Session, library: Library, told: list[str], tmp_path: Path
) -> None:
    chat = begin(library, "demo/markdown")
    await ask(session, chat, "First")
    library.paths.data.rename(tmp_path / "away")
    reply = await ask(session, chat, "Second")
    assert reply.status == "complete"
    assert "Its folder has vanished" in told[0]
    assert "Bring the folder back" in told[0]
    assert not library.paths.data.exists()
    (tmp_path / "away").rename(library.paths.data)
    await until(lambda: len(told) > 1, "the end of the trouble")
    assert told[1:] == [SAVED]
    assert [record["id"] for record in journal_of(chat)] == [message.id for message in chat.path]


async def test_a_partial_file_that_can_not_be_removed_is_no_failure(
    session: Session, tmp_path: Path, library: Library
) -> None:
    chat = begin(library, "demo/markdown")
    with pytest.MonkeyPatch.context() as stuck:
        stuck.setattr(Path, "unlink", refuse)
        reply = await ask(session, chat, "Hi")
    assert reply.status == "complete"
    await session.close()
    again = library_at(tmp_path).open(chat.id)
    again.load()
    again.close()
    assert again.path[-1] == reply
    assert partial_of(again) == ""


def test_a_full_disk_still_shows_what_was_interrupted(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chat = library.begin()
    prompt = Message(chat.id, None, "user", (), chat.metadata.created)
    chat.put(prompt)
    writer = chat.folder.start_partial(Message(library.begin().id, chat.id, "assistant", (), chat.metadata.created))
    writer.close()
    monkeypatch.setattr(Folder, "append_lines", refuse)
    again = library_at(tmp_path).open(chat.id)
    again.load()
    again.close()
    assert [message.status for message in again.path] == ["complete", "interrupted"]
    assert again.saving.fault is not None
    assert writer.path.exists()
