"""Paths as people type, paste and list them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from chat_tui.engine.files import entries_of, file_at, pasted_files, sources_of


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where paths begin, with some things in it."""
    for name in ("b.txt", "A.txt", "two words.txt", "it's.txt"):
        (tmp_path / name).write_text("x")
    (tmp_path / "zoo").mkdir()
    (tmp_path / "dangling").symlink_to("/nowhere")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("typed", "sources"),
    [
        ("b.txt", ["b.txt"]),
        (" two words.txt ", ["two words.txt"]),
        ("it's.txt", ["it's.txt"]),
        ("b.txt 'two words.txt' two\\ words.txt", ["b.txt", "two words.txt", "two words.txt"]),
        ("b.txt missing.txt", ["b.txt", "missing.txt"]),
        ("no such file.txt", ["no such file.txt"]),
        ("an unclosed 'quote", ["an unclosed 'quote"]),
        ("https://a.b/c.png file:///tmp/x b.txt", ["https://a.b/c.png", "file:///tmp/x", "b.txt"]),
    ],
)
def test_a_command_is_given_paths_and_addresses(folder: Path, typed: str, sources: list[str]) -> None:
    assert sources_of(typed) == sources


@pytest.mark.parametrize("named", ["missing", "zoo", "", "~nobody-at-all/x", "a\0b", "x" * 5000, "b.txt/inside"])
def test_what_is_no_file_is_none(folder: Path, named: str) -> None:
    assert file_at(named) is None
    assert pasted_files(f"{folder}/{named}") == []


def test_a_folder_lists_folders_first_and_nothing_that_leads_nowhere(folder: Path) -> None:
    os.utime(folder / "b.txt", (2**33, 2**33))
    names = [(entry.name, entry.is_folder) for entry in entries_of(folder)]
    files = ["A.txt", "b.txt", "it's.txt", "two words.txt"]
    assert names == [("zoo", True), *((name, False) for name in files)]
