"""Whole conversations: listed, marked, copied, thrown away, brought back."""

from __future__ import annotations

import errno
import json
import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from chat_tui.conversation.ids import new_id
from chat_tui.conversation.ledger import read_ledger
from chat_tui.conversation.metadata import read_metadata
from chat_tui.conversation.values import Message, Receipt, TextPart
from chat_tui.cost.sums import total_cost
from chat_tui.engine.chat import Chat
from chat_tui.engine.index import Index
from chat_tui.engine.library import Library
from chat_tui.engine.refused import RefusedError
from tests.conversation.samples import NOON, full_message
from tests.engine.conftest import library_at


def kept(library: Library, text: str = "Hello", cost: str = "0.25") -> Path:
    """Keep a conversation of a prompt and a reply, as a process did that has ended; return its folder."""
    chat = library.begin()
    prompt = Message(new_id(), None, "user", (TextPart(text),), NOON)
    receipt = Receipt(cost=Decimal(cost))
    reply = Message(new_id(), prompt.id, "assistant", (TextPart("Hi."),), NOON, model="a/b", receipt=receipt)
    chat.place_reply(prompt, replace(reply, status="streaming"))
    chat.put(reply)
    return chat.folder.path


def _full(_: int) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def read_later(library: Library, folder: Path) -> Chat:
    """Return the conversation in `folder`, unread."""
    return library_at(library.paths.data.parent).at(folder)


def read(folder: Path) -> Chat:
    """Return the conversation in `folder` as a process that begins now reads it."""
    chat = library_at(folder.parent.parent.parent).at(folder)
    chat.load()
    chat.close()
    return chat


def test_the_newest_are_listed_with_what_is_known_of_them(library: Library) -> None:
    kept(library, "First")
    for number in range(3):
        last = kept(library, f"Number {number}\nand more")
    found = library.newest(2)
    assert [one.metadata.title for one in found] == ["Number 2 and more", "Number 1 and more"]
    assert found[0][2:] == (last, 2, "a/b", Decimal("0.25"), "Hi.")


def test_of_a_long_conversation_only_what_its_end_says_is_told(library: Library) -> None:
    folder = kept(library, "word " * 5000)
    with (folder / "messages.jsonl").open("ab") as journal:
        journal.write((folder / "messages.jsonl").read_bytes().splitlines(keepends=True)[1] * 10)
    (found,) = library.newest(5)
    assert (found.messages, found.model, found.cost, found.preview) == (None, "a/b", None, "Hi.")


def test_what_is_no_conversation_is_not_listed(library: Library) -> None:
    folder = kept(library)
    (folder.parent / "notes").mkdir()
    (folder.parent / f"2026-01-01-{new_id()}").write_text("a file")
    shutil.copytree(folder, folder.parent / f".{folder.name}.new")
    assert [one.folder for one in library.newest(9)] == [folder]
    assert [one.folder for one in library.summaries()] == [folder]


Change = Callable[[Library, Path], object]


@pytest.mark.parametrize(
    ("fields", "is_open"),
    [
        ({"title": "Kyoto"}, False),
        ({"tags": ("travel", "japan")}, True),
        ({"pinned": True}, False),
        ({"archived": True, "title": "[/b]\x1b[2J"}, True),
    ],
)
def test_what_is_said_of_a_conversation_changes_on_disk_and_where_it_is_open(
    library: Library, fields: dict[str, object], is_open: bool
) -> None:
    folder = kept(library)
    chat = library.at(folder)
    if is_open:
        chat.load()
    before = read_metadata(folder)
    said = library.shelf.relabel(folder, lambda metadata: replace(metadata, **fields))  # type: ignore[arg-type]
    assert said == chat.metadata == read_metadata(folder) == replace(before, **fields)  # type: ignore[arg-type]
    assert len(read(folder).tree) == 2


@pytest.mark.parametrize(
    "change",
    [
        lambda library, folder: library.shelf.relabel(folder, lambda metadata: replace(metadata, title="mine")),
        lambda library, folder: library.shelf.delete(folder),
    ],
)
def test_a_conversation_that_another_process_has_open_is_left_alone(library: Library, change: Change) -> None:
    folder = kept(library)
    elsewhere = library_at(library.paths.data.parent).at(folder)
    elsewhere.load()
    with pytest.raises(RefusedError, match="Another chat-tui has this conversation open"):
        change(library, folder)
    assert read_metadata(folder).title == "Hello"
    elsewhere.close()
    change(library, folder)
    assert not folder.exists() or read_metadata(folder).title == "mine"


def test_a_conversation_of_a_newer_version_is_left_alone(library: Library) -> None:
    folder = kept(library)
    file = folder / "conversation.toml"
    file.write_text(file.read_text().replace("v = 1", "v = 2"))
    with pytest.raises(RefusedError, match="newer chat-tui"):
        library.shelf.relabel(folder, lambda metadata: replace(metadata, title="mine"))
    assert "Hello" in file.read_text()


def test_a_copy_is_the_same_conversation_whose_money_is_counted_once(library: Library) -> None:
    folder = kept(library, cost="0.25")
    original = library.at(folder)
    original.load()
    original.put(replace(full_message(), parent=original.path[-1].id, copied_from=None))
    part = original.folder.attach(b"picture", "image/png", "a.png")
    with original.folder.journal.open("ab") as journal:
        journal.write(b'{"v":1,"type":"mystery","id":1.50}\n{"torn')
    original.close()

    copied = read(library.shelf.duplicate(folder))
    assert copied.id != original.id
    assert copied.title == "Hello (copy)"
    assert copied.folder.read_attachment(part) == b"picture"
    assert [replace(message, copied_from=None) for message in copied.tree] == list(original.tree)
    assert {message.copied_from for message in copied.tree} == {original.id}
    assert total_cost(original.tree)
    assert total_cost(copied.tree) is None
    lines = copied.folder.journal.read_bytes().splitlines()
    assert lines[-2:] == [b'{"v":1,"type":"mystery","id":1.50}', b'{"torn']

    again = read(library.shelf.duplicate(copied.folder.path))
    assert {message.copied_from for message in again.tree} == {original.id}
    for line in again.folder.journal.read_bytes().splitlines()[:-1]:
        assert line.count(b"copied_from") <= 1
        json.loads(line)


def test_what_streams_in_a_copy_says_where_it_is_from(library: Library) -> None:
    folder = kept(library)
    chat = library.at(folder)
    reply = Message(
        new_id(), read(folder).path[-1].id, "assistant", (), NOON, "streaming", receipt=Receipt(cost=Decimal(1))
    )
    chat.folder.start_partial(reply).close()
    (streaming,) = [one for one in read(library.shelf.duplicate(folder)).tree if one.id == reply.id]
    assert (streaming.status, streaming.copied_from) == ("interrupted", chat.id)


def test_a_copy_is_listed_when_it_is_whole_and_on_disk(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = kept(library)
    synced: list[tuple[int, int]] = []
    sync, rename = os.fsync, os.rename

    def note_sync(descriptor: int) -> None:
        synced.append(identity(os.fstat(descriptor)))
        sync(descriptor)

    def look_and_rename(source: Path, target: Path) -> None:
        assert [one.folder for one in library.newest(9)] == [folder]
        assert {identity(file.stat()) for file in Path(source).iterdir()} <= set(synced)
        rename(source, target)

    monkeypatch.setattr(os, "fsync", note_sync)
    monkeypatch.setattr(os, "rename", look_and_rename)
    copied = library.shelf.duplicate(folder)
    assert sorted(file.name for file in copied.iterdir()) == ["conversation.toml", "messages.jsonl"]
    assert identity(copied.parent.stat()) in synced


def identity(status: os.stat_result) -> tuple[int, int]:
    """Return what a file is known by."""
    return status.st_dev, status.st_ino


def test_a_copy_that_the_disk_refuses_leaves_nothing(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = kept(library)

    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("chat_tui.engine.shelf.write_metadata", refuse)
    with pytest.raises(OSError, match="No space"):
        library.shelf.duplicate(folder)
    assert [path.name for path in folder.parent.iterdir()] == [folder.name]


def test_what_is_thrown_away_is_whole_in_the_trash_and_comes_back(library: Library) -> None:
    folder, stays = kept(library, "Out"), kept(library, "Stays")
    files = {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    thrown = library.shelf.delete(folder)
    assert [one.folder for one in library.newest(9)] == [stays]
    (found,) = library.shelf.trashed()
    assert (found.summary.metadata.title, found.summary.folder) == ("Out", thrown)
    assert found.deleted.date() == datetime.now().astimezone().date()
    assert library.shelf.restore(thrown) == folder
    assert {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()} == files
    assert library.shelf.trashed() == []
    assert read(folder).title == "Out"


def test_a_conversation_that_is_there_again_is_not_written_over(library: Library) -> None:
    folder = kept(library, "Mine")
    backup = folder.parent.parent / "backup"
    shutil.copytree(folder, backup)
    thrown = library.shelf.delete(folder)
    shutil.copytree(backup, folder)
    with pytest.raises(RefusedError, match="stays in the trash"):
        library.shelf.restore(thrown)
    again = library.shelf.delete(folder)
    assert again != thrown
    assert {one.summary.folder for one in library.shelf.trashed()} == {thrown, again}
    assert library.shelf.restore(again) == folder


def test_the_trash_is_emptied_of_what_is_old(library: Library) -> None:
    folder = kept(library)
    library.shelf.delete(folder)
    today = datetime.now(UTC).astimezone().date()
    (library.paths.trash / "notes").mkdir()
    assert library.shelf.empty_trash(today + timedelta(days=29)) == 0
    assert len(library.shelf.trashed()) == 1
    assert library.shelf.empty_trash(today + timedelta(days=30)) == 1
    assert [(one.model, one.cost) for one in read_ledger(library.paths.ledger)] == [("a/b", Decimal("0.25"))]
    assert library.shelf.trashed() == []
    assert [path.name for path in library.paths.trash.iterdir()] == ["notes"]


def test_a_link_to_a_folder_elsewhere_is_thrown_away_and_what_it_leads_to_stays(
    library: Library, tmp_path: Path
) -> None:
    folder = kept(library)
    elsewhere = tmp_path / folder.name
    folder.rename(elsewhere)
    folder.symlink_to(elsewhere)
    files = sorted(path.name for path in elsewhere.iterdir())

    thrown = library.shelf.delete(folder)
    assert [one.summary.folder for one in library.shelf.trashed()] == [thrown]
    assert library.shelf.empty_trash(datetime.now(UTC).astimezone().date() + timedelta(days=30)) == 1

    assert not thrown.is_symlink()
    assert sorted(path.name for path in elsewhere.iterdir()) == files


def test_what_is_not_saved_yet_is_not_thrown_away(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = kept(library)
    chat = library.at(folder)
    chat.load()
    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", _full)
        chat.put(Message(new_id(), None, "user", (TextPart("Not yet"),), NOON))
        with pytest.raises(OSError, match="No space"):
            library.shelf.delete(folder)
    library.shelf.delete(folder)
    assert chat.saving.flush()
    assert not folder.exists()


def test_what_killed_processes_left_half_copied_goes(library: Library) -> None:
    folder = kept(library)
    fresh, old = (folder.with_name(f".{folder.name}{mark}.new") for mark in ("", "2"))
    shutil.copytree(folder, fresh)
    shutil.copytree(folder, old)
    os.utime(old, (0, 0))
    library.shelf.empty_trash()
    assert sorted(path.name for path in folder.parent.iterdir()) == [fresh.name, folder.name]


@pytest.mark.parametrize("place", [os.mkfifo, lambda path: path.symlink_to("/dev/zero"), Path.mkdir])
def test_what_is_no_file_in_the_place_of_a_journal_holds_nothing_up(
    library: Library, place: Callable[[Path], None]
) -> None:
    folder = kept(library)
    (folder / "messages.jsonl").unlink()
    place(folder / "messages.jsonl")
    (found,) = library.newest(9)
    assert found.messages is None
    index = Index(library.paths)
    index.update()
    assert [one.messages for one in index.summaries()] == [0]
    index.close()
    chat = read_later(library, folder)
    with pytest.raises(OSError, match=r"plain file|directory"):
        chat.load()
    chat.close()
    with pytest.raises(OSError, match=r"plain file|directory"):
        library.shelf.duplicate(folder)


def test_what_the_ledger_does_not_take_stays_in_the_trash(library: Library) -> None:
    library.shelf.delete(kept(library))
    library.paths.ledger.mkdir(parents=True)
    assert library.shelf.empty_trash(datetime.now(UTC).astimezone().date() + timedelta(days=30)) == 0
    assert len(library.shelf.trashed()) == 1


def test_a_conversation_is_the_same_value_as_long_as_something_has_it(library: Library) -> None:
    folder = kept(library)
    chat = library.at(folder)
    assert library.open(chat.id) is chat
    assert library.latest() is chat
