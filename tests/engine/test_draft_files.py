"""What is attached to a draft: kept, taken in with its prompt, forgotten; also when the disk is against it."""

from __future__ import annotations

import errno
import os
import time
from pathlib import Path
from typing import Any

import pytest

from chat_tui.attachments.values import AS_IT_IS, Staged
from chat_tui.conversation.folder import Folder
from chat_tui.conversation.values import FilePart, LinkPart
from chat_tui.engine.chat import Chat
from chat_tui.engine.library import Library
from chat_tui.engine.prompts import next_prompt, take_in
from chat_tui.engine.refused import RefusedError
from chat_tui.engine.saver import Saver
from chat_tui.paths import Paths
from tests.attachments.files import picture
from tests.faults.disk import Disk

LINK = Staged(LinkPart("image", "https://example.com/cat.png", "cat.png"))


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return Library(Paths.under(tmp_path))


@pytest.fixture
def chat(library: Library) -> Chat:
    """A conversation that has only a draft, with a picture attached."""
    chat = library.begin()
    source = library.paths.state.parent / "map.png"
    source.write_bytes(picture())
    staged = library.drafts.stage(chat.id, source, AS_IT_IS)
    assert isinstance(staged, Staged)
    library.drafts.keep_files(chat.id, [staged, LINK])
    library.drafts.write()
    return chat


def part(library: Library, chat: Chat) -> FilePart:
    """Return the picture that is attached."""
    found = library.drafts.files(chat.id)[0].part
    assert isinstance(found, FilePart)
    return found


def again(library: Library) -> Library:
    """Return the library as the next start has it."""
    return Library(library.paths)


def test_a_draft_of_files_alone_is_listed_and_comes_back(library: Library, chat: Chat) -> None:
    later = again(library)
    assert later.drafts.files(chat.id) == library.drafts.files(chat.id)
    assert [one.metadata.title for one in later.unsent()] == ["map.png cat.png"]
    later.drafts.forget(chat.id)
    assert again(library).drafts.files(chat.id) == ()
    assert not (library.paths.drafts / chat.id).exists()


@pytest.mark.parametrize(
    ("written", "names"),
    [
        (b"", []),
        (b"[]", []),
        (b'{"files": 3}', []),
        (b'{"files": ' + b"[" * 100_000, []),
        (
            b'{"files": [{"type": "file", "sha256": "../../a", "media_type": "text/plain", "name": "a", "size": 1}]}',
            [],
        ),
        (b'{"files": [3, {"type": "file"}, {"type": "new"}, {"type": "text", "text": "x"}]}', []),
        (
            b'{"v": 9, "files": [{"type": "link", "kind": "image", "url": "https://a.b/c.png", "name": "c.png"}]}',
            ["c.png"],
        ),
    ],
)
def test_a_damaged_list_costs_what_is_damaged(library: Library, chat: Chat, written: bytes, names: list[str]) -> None:
    (library.paths.drafts / chat.id / "attachments.json").write_bytes(written)
    assert [file.part.name for file in again(library).drafts.files(chat.id)] == names


def test_what_a_crash_left_in_mid_copy_goes(library: Library, chat: Chat) -> None:
    folder = library.drafts.attachments(chat.id)
    for name, age in ((".0123.new", 4000), (".4567.new", 10)):
        (folder / name).write_bytes(b"half")
        os.utime(folder / name, (time.time() - age,) * 2)
    library.drafts.keep_files(chat.id, [*library.drafts.files(chat.id), LINK])
    library.drafts.write()
    kept = part(library, chat).sha256
    assert sorted(path.name for path in folder.iterdir()) == [".4567.new", f"{kept}.png"]


def test_what_is_being_sent_stays_with_the_draft_until_that_is_settled(library: Library, chat: Chat) -> None:
    drafts = library.drafts
    files = drafts.take_files(chat.id)
    drafts.keep_files(chat.id, [*drafts.files(chat.id)])
    drafts.write()
    assert drafts.files(chat.id) == ()
    assert again(library).drafts.files(chat.id) == files
    drafts.settle_files(chat.id, files, sent=False)
    assert drafts.files(chat.id) == files
    drafts.settle_files(chat.id, drafts.take_files(chat.id), sent=True)
    drafts.write()
    assert again(library).drafts.files(chat.id) == ()


@pytest.mark.parametrize("moves", [True, False])
def test_files_are_moved_in_also_from_another_disk(
    library: Library, chat: Chat, moves: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace = os.replace

    def across(source: Any, target: Any) -> None:
        if Path(source).parent != Path(target).parent and not moves:
            raise OSError(errno.EXDEV, os.strerror(errno.EXDEV), source)
        replace(source, target)

    monkeypatch.setattr(os, "replace", across)
    chat.load()
    known = part(library, chat)
    assert chat.folder.attachment(known).parent == library.drafts.attachments(chat.id)
    for _ in range(2):  # the second finds all done
        take_in(chat, [known])
        kept = chat.folder.attachment(known)
        assert kept.parent == chat.folder.path / "attachments"
        assert kept.read_bytes() == picture()
        assert kept.stat().st_mode & 0o777 == 0o600
        assert list(library.drafts.attachments(chat.id).iterdir()) == []
    chat.close()


def test_a_full_disk_leaves_them_where_they_can_be_read(
    library: Library, chat: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    chat.load()
    known = part(library, chat)
    with monkeypatch.context() as patch:
        Disk(patch, library.paths.data, errno.ENOSPC, 0, lasting=True)
        take_in(chat, [known])
        assert chat.saving.fault is not None
        assert chat.folder.read_attachment(known) == picture()
    assert chat.saving.flush()
    assert chat.folder.attachment(known).parent == chat.folder.path / "attachments"
    chat.close()


def test_what_can_not_be_saved_is_put_elsewhere_with_its_files(
    library: Library, chat: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    chat.load()
    known = part(library, chat)
    prompt = next_prompt(chat, "What is this?", [known])
    with monkeypatch.context() as patch:
        Disk(patch, library.paths.data, errno.ENOSPC, 0, lasting=True)
        take_in(chat, [known])
        chat.put(prompt)
        saver = Saver(library.paths)
        saver.rescue([chat])
    assert "doctor --repair" in saver.farewell[0]
    rescued = Folder(library.paths.state / "unsaved" / chat.folder.path.name)
    assert rescued.read().messages == {prompt.id: prompt}
    assert rescued.read_attachment(known) == picture()
    chat.close()


def test_a_file_that_is_gone_is_refused(library: Library, chat: Chat) -> None:
    chat.load()
    known = part(library, chat)
    chat.folder.attachment(known).unlink()
    with pytest.raises(RefusedError, match=r"“map.png” is gone\. Attach it again\."):
        take_in(chat, [known])
    chat.close()
