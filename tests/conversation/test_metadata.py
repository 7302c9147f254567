"""`conversation.toml`: small, private, replaced in one step, never in the way."""

from __future__ import annotations

import os
import stat
import tomllib
from datetime import UTC, datetime
from pathlib import Path

import pytest

from chat_tui.conversation.ids import created_at, new_id
from chat_tui.conversation.metadata import FILE_NAME, Metadata, read_metadata, write_metadata

CREATED = datetime(2026, 11, 20, 12, 0, 0, 5_000, UTC)


def full_metadata() -> Metadata:
    return Metadata(
        id=new_id(),
        created=CREATED,
        title='Tabs\tand "quotes"',
        tags=("a", "b c"),
        pinned=True,
        archived=True,
        leaf=new_id(),
        settings={
            "model": "demo/echo",
            "system": "Be brief.\nBe kind.\n",
            "parameters": {"temperature": 0.2, "seed": 7},
        },
        unknown={"color": "red", "nested": {"list": [1, 2]}},
    )


def folder_of(metadata: Metadata, tmp_path: Path) -> Path:
    return tmp_path / "conversations" / metadata.folder_name


def test_everything_survives(tmp_path: Path) -> None:
    metadata = full_metadata()
    folder = folder_of(metadata, tmp_path)
    write_metadata(folder, metadata)
    assert read_metadata(folder) == metadata


def test_the_folder_is_named_by_day_and_id() -> None:
    metadata = full_metadata()
    assert metadata.folder_name == f"2026-11-20-{metadata.id}"


def test_unknown_keys_are_written_back(tmp_path: Path) -> None:
    metadata = full_metadata()
    folder = folder_of(metadata, tmp_path)
    write_metadata(folder, metadata)
    write_metadata(folder, read_metadata(folder))
    assert tomllib.loads((folder / FILE_NAME).read_text())["nested"] == {"list": [1, 2]}


def test_null_is_left_out(tmp_path: Path) -> None:
    metadata = Metadata(new_id(), CREATED, settings={"system": None, "parameters": {"seed": None, "top_k": 1}})
    folder = folder_of(metadata, tmp_path)
    write_metadata(folder, metadata)
    assert read_metadata(folder).settings == {"parameters": {"top_k": 1}}


@pytest.mark.parametrize("content", [None, b"", b"title = ", b"\xff\xfe", b"title = 5\ntags = 'x'\ncreated = 'soon'\n"])
def test_what_is_missing_or_damaged_is_made_up(tmp_path: Path, content: bytes | None) -> None:
    identifier = new_id()
    folder = tmp_path / f"2026-11-20-{identifier}"
    folder.mkdir()
    if content is not None:
        (folder / FILE_NAME).write_bytes(content)
    assert read_metadata(folder) == Metadata(identifier, created_at(identifier))


def test_one_damaged_key_costs_only_itself(tmp_path: Path) -> None:
    folder = tmp_path / f"2026-11-20-{new_id()}"
    folder.mkdir()
    (folder / FILE_NAME).write_text('title = "Kept"\npinned = "yes"\ntags = ["a", 5]\n')
    metadata = read_metadata(folder)
    assert (metadata.title, metadata.pinned, metadata.tags) == ("Kept", False, ("a",))


def test_a_date_of_toml_is_a_time(tmp_path: Path) -> None:
    folder = tmp_path / f"2026-11-20-{new_id()}"
    folder.mkdir()
    (folder / FILE_NAME).write_text("created = 2026-11-20T13:00:00.005+01:00\n")
    assert read_metadata(folder).created == CREATED


def test_a_folder_that_is_none_of_ours_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read_metadata(tmp_path)


def test_a_newer_version_is_noticed(tmp_path: Path) -> None:
    folder = tmp_path / f"2026-11-20-{new_id()}"
    folder.mkdir()
    (folder / FILE_NAME).write_text('v = 2\ntitle = "From the future"\n')
    assert read_metadata(folder).newer


def test_a_lone_surrogate_costs_only_itself(tmp_path: Path) -> None:
    metadata = Metadata(new_id(), CREATED, title="Kept", settings={"system": "a\udc80b"})
    folder = folder_of(metadata, tmp_path)
    write_metadata(folder, metadata)
    read = read_metadata(folder)
    assert (read.title, read.settings) == ("Kept", {"system": "a?b"})


def test_the_file_is_private_also_while_it_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    metadata = full_metadata()
    folder = folder_of(metadata, tmp_path)
    modes: dict[str, int] = {}

    def spy(_: int) -> None:
        modes.update({path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.glob("*")})

    monkeypatch.setattr(os, "fsync", spy)
    before = os.umask(0)
    try:
        write_metadata(folder, metadata)
    finally:
        os.umask(before)
    assert len(modes) == 2  # the temporary file, then the file
    assert set(modes.values()) == {0o600}
    assert stat.S_IMODE(folder.stat().st_mode) == stat.S_IMODE(folder.parent.stat().st_mode) == 0o700


def test_a_disk_that_refuses_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    metadata = full_metadata()
    folder = folder_of(metadata, tmp_path)
    write_metadata(folder, metadata)

    def refuse(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(OSError, match="No space"):
        write_metadata(folder, Metadata(metadata.id, CREATED, title="New"))
    assert read_metadata(folder) == metadata
    assert [path.name for path in folder.iterdir()] == [FILE_NAME]
