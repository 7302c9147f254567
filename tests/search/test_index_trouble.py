"""The search index damaged, of another version, shared with another process, and without a place."""

from __future__ import annotations

import sqlite3
import subprocess
import sys

import pytest

from chat_tui.conversation import lines as reading
from chat_tui.conversation.records import encode_message
from chat_tui.engine import index_journal
from chat_tui.engine.index import BROKEN, Index, index_file
from chat_tui.engine.indexing import Indexing
from tests.conversation.samples import message
from tests.search.libraries import Shelf, searched, texts


def test_damaged_lines_and_newer_records_cost_themselves(shelf: Shelf, index: Index) -> None:
    folder = shelf.add(message("needle one"))
    with folder.journal.open("ab") as file:
        file.write(b'\xff\xfe garbage\n{"v": 99, "type": "message"}\n{"v": 1}\n\n')
    folder.append(message("needle two"))
    assert sorted(searched(index, "needle")) == ["needle one", "needle two"]


@pytest.mark.parametrize("damage", [b"", b"no database at all" * 1000, None])
def test_a_damaged_index_is_made_anew(shelf: Shelf, damage: bytes | None) -> None:
    shelf.add(*(message(f"needle {place}") for place in range(50)))
    index = Index(shelf.paths)
    index.update()
    index.close()
    file = index_file(shelf.paths)
    content = file.read_bytes()
    half = len(content) // 2
    file.write_bytes(content[:4096] + b"\x55" * (len(content) - 4096) if damage is None else damage)
    assert half
    index = Index(shelf.paths)
    found = index.search("needle")
    assert found.problems in ([], [BROKEN])
    index.update()
    assert index.search("needle").total == 50
    index.close()


def test_damage_that_shows_only_while_searching(shelf: Shelf, index: Index) -> None:
    shelf.add(message("needle"))
    index.update()
    with sqlite3.connect(index_file(shelf.paths)) as other:
        other.execute("DROP TABLE messages")
    other.close()
    assert index.search("needle").problems == [BROKEN]
    assert searched(index, "needle") == ["needle"]


def test_an_index_of_another_version_is_made_anew(shelf: Shelf, index: Index) -> None:
    shelf.add(message("needle"))
    index_file(shelf.paths).parent.mkdir(parents=True)
    with sqlite3.connect(index_file(shelf.paths)) as other:
        other.execute("PRAGMA user_version = 99")
        other.execute("CREATE TABLE conversations (a)")
    other.close()
    assert searched(index, "needle") == ["needle"]


def test_without_a_place_on_disk_it_is_made_for_now(shelf: Shelf) -> None:
    shelf.add(message("needle"))
    shelf.paths.cache.parent.mkdir(exist_ok=True)
    shelf.paths.cache.write_text("a file, not a folder")
    index = Index(shelf.paths)
    assert searched(index, "needle") == ["needle"]
    index.close()


async def test_the_application_finds_all_where_the_cache_has_no_place(shelf: Shelf) -> None:
    shelf.add(message("needle"))
    shelf.paths.cache.parent.mkdir(exist_ok=True)
    shelf.paths.cache.write_text("a file, not a folder")
    indexing = Indexing(shelf.paths)
    assert texts(await indexing.search("needle", 5)) == ["needle"]
    assert len(await indexing.summaries()) == 1
    await indexing.close()


_UPDATE = "import sys; from chat_tui.engine.indexing import main; main(sys.argv[1:])"


def test_two_processes_at_once(shelf: Shelf, index: Index) -> None:
    for place in range(60):
        shelf.add(*(message(f"needle {place} {n} " + "hay " * 200) for n in range(6)))
    program = [sys.executable, "-c", _UPDATE, *map(str, shelf.paths)]
    running = [subprocess.Popen(program, stdout=subprocess.DEVNULL) for _ in range(2)]
    index.update()
    assert [process.wait(60) for process in running] == [0, 0]
    assert index.search("needle").total == 360
    with sqlite3.connect(index_file(shelf.paths)) as connection:
        count = connection.execute("SELECT count(*), count(DISTINCT id) FROM messages WHERE id NOT NULL").fetchone()
    connection.close()
    assert count == (360, 360)


def test_stopping_keeps_what_was_done(shelf: Shelf, index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chat_tui.engine.index._STEP_SECONDS", 0)
    for place in range(3):
        shelf.add(message(f"needle {place}"))
    told: list[tuple[int, int]] = []
    index.update(lambda done, total: told.append((done, total)), stop=lambda: len(told) == 2)
    assert told == [(0, 3), (1, 3)]
    assert texts(index.search("needle")) == ["needle 0"]


def test_a_long_journal_is_taken_in_steps_and_a_monstrous_line_left_out(
    shelf: Shelf, index: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index_journal, "STEP_BYTES", 2_000)
    monkeypatch.setattr(reading, "LONGEST_LINE", 5_000)
    folder = shelf.add(*(message(f"needle {place} " + "hay " * 100) for place in range(20)))
    with folder.journal.open("ab") as file:
        file.write(encode_message(message("needle " + "monstrous " * 600)))
    folder.append(message("needle last"))
    index.update()
    assert index.search("needle").total == 21
    assert index.search("monstrous").total == 0
    folder.append(message("needle later"))
    index.update()
    assert index.search("needle").total == 22
