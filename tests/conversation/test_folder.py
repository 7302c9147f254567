"""A conversation's folder: attachments by digest."""

from __future__ import annotations

import errno
import hashlib
import stat
from pathlib import Path

import pytest

from chat_tui.conversation.folder import Folder
from chat_tui.conversation.values import FilePart
from tests.faults.disk import Disk


def test_an_attachment_is_kept_once_under_its_digest(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    content = b"\x89PNG picture"
    digest = hashlib.sha256(content).hexdigest()
    for _ in range(2):
        assert folder.attach(content, "image/png", "a.png") == FilePart(digest, "image/png", "a.png", len(content))
    (file,) = (tmp_path / "attachments").iterdir()
    assert (file.name, file.read_bytes()) == (f"{digest}.png", content)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_an_unknown_media_type_names_no_path(tmp_path: Path) -> None:
    Folder(tmp_path).attach(b"x", "image/../../../etc", "x")
    assert [file.suffix for file in (tmp_path / "attachments").iterdir()] == [".bin"]


@pytest.mark.parametrize("refused", ["open", "write", "fsync", "replace"])
def test_an_attachment_is_there_whole_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, refused: str
) -> None:
    folder = Folder(tmp_path)
    (tmp_path / "attachments").mkdir()
    step = ["open", "write", "fsync", "replace"].index(refused)
    with monkeypatch.context() as patch:
        disk = Disk(patch, tmp_path, errno.ENOSPC, step, lasting=False)
        with pytest.raises(OSError, match="No space"):
            folder.attach(b"a picture", "image/png", "a.png")
    assert disk.steps[step].startswith(refused)
    assert list((tmp_path / "attachments").iterdir()) == []
    part = folder.attach(b"a picture", "image/png", "a.png")
    assert folder.read_attachment(part) == b"a picture"
