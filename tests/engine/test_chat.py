"""An open conversation: one writer, readers, takeover, recovery; and the library that finds it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from chat_tui.conversation.events import Text
from chat_tui.conversation.ids import new_id, now
from chat_tui.conversation.records import encode_message
from chat_tui.conversation.values import Message, TextPart
from chat_tui.engine.chat import Chat
from chat_tui.engine.library import Library, UnknownConversationError
from chat_tui.engine.refused import ReadOnlyError, RefusedError
from chat_tui.engine.session import Session
from tests.engine.conftest import ask, begin, journal_of, library_at, partial_of

HOLD_THE_LOCK = """
import sys
from pathlib import Path
from chat_tui.engine.library import Library
from chat_tui.paths import Paths
chat = Library(Paths.under(Path(sys.argv[1]))).open(sys.argv[2])
chat.load()
print("locked", flush=True)
sys.stdin.read()
"""


def said(text: str, parent: Message | None = None) -> Message:
    return Message(new_id(), parent.id if parent else None, "user", (TextPart(text),), now())


@pytest.fixture
def chats(tmp_path: Path) -> Iterator[list[Chat]]:
    """Two views of one conversation that has a prompt; closed at the end."""
    first = library_at(tmp_path).begin()
    first.load()
    first.put(said("Hello"))
    first.save()
    second = library_at(tmp_path).open(first.id)
    yield [first, second]
    first.close()
    second.close()


def test_a_second_one_only_reads_and_says_so(chats: list[Chat]) -> None:
    _, second = chats
    second.load()
    assert [message.text for message in second.path] == ["Hello"]
    assert second.problems == [
        "This conversation is only read. "
        "Another chat-tui has this conversation open; continue it there, or close it there first."
    ]
    with pytest.raises(ReadOnlyError, match="Another chat-tui has this conversation open"):
        second.check_writable()


def test_a_second_process_only_reads(tmp_path: Path, chats: list[Chat]) -> None:
    first, second = chats
    first.close()
    arguments = [sys.executable, "-c", HOLD_THE_LOCK, str(tmp_path), first.id]
    with subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "locked\n"
        with pytest.raises(ReadOnlyError):
            second.check_writable()
        other.kill()
    second.check_writable()  # the lock went with its process


async def test_a_prompt_to_a_conversation_that_another_writes_is_refused(session: Session, chats: list[Chat]) -> None:
    with pytest.raises(RefusedError, match="continue it there"):
        await session.send(chats[1], "Hi")
    assert len(journal_of(chats[0])) == 1


def test_taking_over_reads_what_the_other_wrote(chats: list[Chat]) -> None:
    first, second = chats
    second.load()
    reply = said("More", first.path[-1])
    first.put(reply)
    first.change(system="Be brief.")
    first.close()
    second.check_writable()
    assert second.path[-1] == reply
    assert second.metadata.settings == {"system": "Be brief."}


def test_a_conversation_that_was_left_is_read_again_before_writing(chats: list[Chat]) -> None:
    first, second = chats
    first.close()
    second.check_writable()
    more = said("More", second.path[-1])
    second.put(more)
    second.close()
    first.check_writable()
    assert first.path[-1] == more


def test_a_reader_changes_no_file(chats: list[Chat]) -> None:
    first, second = chats
    before = (first.folder.path / "conversation.toml").read_bytes()
    second.change(system="Mine")
    assert (first.folder.path / "conversation.toml").read_bytes() == before
    assert second.settings["system"] == "Mine"


def test_the_writer_sets_damaged_lines_aside_and_a_reader_does_not(chats: list[Chat]) -> None:
    first, second = chats
    with first.folder.journal.open("ab") as file:
        file.write(b"damaged\n")
    second.load()
    aside = first.folder.path / "messages.jsonl.damaged"
    assert not aside.exists()
    first.close()
    second.load()
    assert aside.read_bytes() == b"damaged\n"
    assert second.problems == [f"1 damaged line(s) of the journal were left out; copies are in {aside}."]


@pytest.mark.parametrize("where", ["journal", "metadata"])
def test_what_a_newer_version_wrote_is_only_read(chats: list[Chat], where: str) -> None:
    first, second = chats
    first.close()
    if where == "journal":
        with first.folder.journal.open("ab") as file:
            file.write(b'{"v":2,"type":"message"}\n')
    else:
        (first.folder.path / "conversation.toml").write_text("v = 2\n")
    second.load()
    assert [message.text for message in second.path] == ["Hello"]
    with pytest.raises(ReadOnlyError, match="newer chat-tui"):
        second.check_writable()
    assert "newer chat-tui" in second.problems[0]
    first.load()  # and it holds no lock
    assert "newer chat-tui" in first.problems[0]


def test_where_no_lock_can_be_made_a_conversation_goes_on_in_memory(tmp_path: Path, chats: list[Chat]) -> None:
    first, second = chats
    first.close()
    second._lock.path = tmp_path / "file" / "x.lock"
    (tmp_path / "file").write_text("not a folder")
    second.load()
    assert [message.text for message in second.path] == ["Hello"]
    second.check_writable()
    second.put(more := said("More", second.path[-1]))
    second.load()  # as a send does
    assert second.path[-1] == more
    assert len(journal_of(second)) == 1
    assert second.saving.fault is not None
    (tmp_path / "file").unlink()
    assert second.saving.flush()
    assert [record["id"] for record in journal_of(second)] == [message.id for message in second.path]


@pytest.mark.parametrize("damaged", [False, True])
def test_a_journal_that_is_mostly_superseded_is_written_anew_by_its_writer(chats: list[Chat], *, damaged: bool) -> None:
    first, second = chats
    drafts = [replace(first.path[0], parts=(TextPart(f"{number} " + "x" * 300_000),), at=now()) for number in range(6)]
    for draft in drafts:
        first.put(draft)
    if damaged:
        with first.folder.journal.open("ab") as file:
            file.write(b"damaged\n")
    before = first.folder.journal.read_bytes()
    second.load()
    assert first.folder.journal.read_bytes() == before  # a reader writes nothing
    first.close()
    first.load()
    assert first.folder.journal.read_bytes() == (before if damaged else encode_message(max(drafts, key=_latest)))
    assert second.follow() is not damaged
    assert second.path == first.path


def _latest(draft: Message) -> tuple[object, bytes]:
    return draft.at, encode_message(draft)


def leave_partial(chat: Chat, prompt: Message, text: str) -> Message:
    """Leave behind what a process that died in mid-stream does."""
    reply = Message(new_id(), prompt.id, "assistant", (), now(), "streaming", model="demo/echo")
    writer = chat.folder.start_partial(reply)
    writer.append([Text(text)])
    writer.close()
    return reply


async def test_what_a_dead_process_left_is_interrupted_and_goes_on(session: Session, library: Library) -> None:
    chat = begin(library, "demo/echo")
    prompt = said("Tell me a story")
    chat.put(prompt)
    chat.place_reply(prompt, lost := leave_partial(chat, prompt, "Once upon a"))
    chat.close()
    again = library.open(chat.id)
    reply = await ask(session, again, "Go on")
    assert [message.status for message in again.path] == ["complete", "interrupted", "complete", "complete"]
    assert again.path[1].id == lost.id
    assert again.path[1].text == "Once upon a"
    assert '"content": "Once upon a"' in reply.text  # the echo of the request
    assert partial_of(again) == ""
    assert [record.get("status") for record in journal_of(again)] == ["complete", "interrupted", "complete", "complete"]


def test_a_reader_recovers_nothing(chats: list[Chat]) -> None:
    first, second = chats
    leave_partial(first, first.path[0], "Once")
    second.load()
    assert partial_of(first) != ""
    assert len(journal_of(first)) == 1


def test_a_partial_whose_message_is_there_only_goes(chats: list[Chat]) -> None:
    first, second = chats
    reply = leave_partial(first, first.path[0], "Once")
    first.put(Message(reply.id, reply.parent, "assistant", (TextPart("Once upon a time"),), now()))
    first.close()
    second.load()
    assert second.path[-1].text == "Once upon a time"
    assert partial_of(second) == ""
    assert len(journal_of(second)) == 2


def test_the_tail_is_the_end_of_the_path(chats: list[Chat]) -> None:
    first, second = chats
    for number in range(300):
        first.put(said(f"message {number} " + "x" * 500, first.path[-1]))
    tail = second.tail()
    assert 0 < len(tail) < 301
    assert tail == first.path[-len(tail) :]


# The library


def test_a_conversation_is_found_by_a_part_of_its_id(tmp_path: Path, chats: list[Chat]) -> None:
    first, _ = chats
    assert library_at(tmp_path).open(first.id[:20].upper()).id == first.id


def test_an_id_that_finds_none_or_several_is_a_sentence(tmp_path: Path, chats: list[Chat]) -> None:
    library = library_at(tmp_path)
    with pytest.raises(UnknownConversationError, match="No conversation's id begins with “zzz”"):
        library.open("zzz")
    other = library.begin()
    other.put(said("Other"))
    with pytest.raises(UnknownConversationError, match="2 conversations' ids begin with “0”"):
        library.open("0")


def test_the_last_changed_comes_first(tmp_path: Path) -> None:
    library = library_at(tmp_path)
    assert library.latest() is None
    made = [library.begin() for _ in range(3)]
    for age, chat in zip((30, 10, 20), made, strict=True):
        chat.put(said("Hi"))
        os.utime(chat.folder.journal, (1_800_000_000 - age, 1_800_000_000 - age))
    assert [summary.metadata.id for summary in library.summaries()] == [made[1].id, made[2].id, made[0].id]
    latest = library.latest()
    assert latest is not None
    assert latest.id == made[1].id


def test_a_folder_of_another_kind_is_no_conversation(tmp_path: Path, chats: list[Chat]) -> None:
    (tmp_path / "data" / "conversations" / "notes").mkdir()
    (tmp_path / "data" / "conversations" / f"2026-01-01-{'z' * 26}").mkdir()  # an id from beyond the calendar
    found = [summary.metadata.id for summary in library_at(tmp_path).summaries()]
    assert sorted(found) == sorted([chats[0].id, "z" * 26])


def test_a_record_is_readable_by_anything_that_reads_json(chats: list[Chat]) -> None:
    record = json.loads(chats[0].folder.journal.read_text())
    assert (record["type"], record["parts"]) == ("message", [{"type": "text", "text": "Hello"}])
