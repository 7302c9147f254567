"""The search index against a plain search, against files that change behind its back, and damaged."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chat_tui.conversation import lines as reading
from chat_tui.conversation.folder import Folder
from chat_tui.conversation.records import Settlement, encode_message, encode_settlement
from chat_tui.conversation.summary import Summary
from chat_tui.conversation.values import FilePart, LinkPart, Message, Receipt, TextPart
from chat_tui.engine import index_journal, index_tables
from chat_tui.engine.index import BROKEN, SLOW, Index, index_file
from chat_tui.engine.index_found import Found
from chat_tui.engine.indexing import Indexing
from chat_tui.paths import Paths
from tests.conversation.samples import NOON, later, message
from tests.search.libraries import Shelf, reference


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf.under(tmp_path)


@pytest.fixture
def index(shelf: Shelf) -> Iterator[Index]:
    index = Index(shelf.paths)
    yield index
    index.close()


def texts(found: Found) -> list[str]:
    """Return what was found, each in its snippet."""
    return [match.snippet for match in found.matches]


def searched(index: Index, text: str) -> list[str]:
    """Return what is found once the index is up to date."""
    index.update()
    return texts(index.search(text))


# Exactness

WORDS = st.sampled_from(
    ["a", "ab", "Äb", "abc", "cafe", "Café", "cafés", "ÉTÉ", "ete", "straße", "СЛОВО", "слово", "or"]
)
TEXTS = st.lists(st.lists(WORDS, max_size=6).map(" ".join), min_size=1, max_size=8)
TERMS = st.lists(WORDS, min_size=1, max_size=2).map(" ".join) | WORDS.map(lambda word: f"{word}*")


def typed(term: str) -> str:
    return f'"{term}"' if " " in term else term


@settings(max_examples=60, deadline=None)
@given(TEXTS, st.lists(st.lists(TERMS, min_size=1, max_size=2), min_size=1, max_size=3), st.lists(TERMS, max_size=1))
def test_finds_what_a_plain_search_finds(written: list[str], wanted: list[list[str]], without: list[str]) -> None:
    with tempfile.TemporaryDirectory() as root:
        shelf = Shelf.under(Path(root))
        messages = [message(text) for text in written]
        for some in (messages[::2], messages[1::2]):
            shelf.add(*some)
        index = Index(shelf.paths)
        index.update()
        line = " ".join([" OR ".join(map(typed, one)) for one in wanted] + [f"-{typed(term)}" for term in without])
        found = index.search(line, limit=100)
        index.close()
    expected = {messages[place].id for place in reference(written, wanted, without)}
    assert {match.message_id for match in found.matches} == expected
    assert found.total == len(expected)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("東京", True),
        ("京都", True),
        ("東都", False),
        ("都に*", True),
        ("서울", True),
        ("cafe", True),
        ("CAFÉ", True),
        ("caf", False),
        ("caf*", True),
        ('"cafe in kyoto"', True),
        ('"in cafe"', False),
        ("foo_bar", True),
        ("c++", True),
        ("ＡＢＣ", True),
        ("ﬁne", True),
        ('" OR texts MATCH "', False),
        ("kyoto) OR (a", True),
        ("NEAR(kyoto cafe)", False),
        ("text:kyoto", False),
        ("^kyoto", True),
        ("kyoto\x00", True),
    ],
)
def test_words_of_all_scripts_and_no_commands_to_the_database(
    shelf: Shelf, index: Index, query: str, found: bool
) -> None:
    written = "Le Café in Kyoto: foo_bar C++ fine abc\n東京都に行く、서울에서 만나"
    shelf.add(message(written))
    assert bool(searched(index, query)) is found


FILTERS = [
    ("model:claude", ["reply"]),
    ("model:openai/GPT", ["other reply"]),
    ("model:SONNET provider:anthropic", ["reply"]),
    ("-model:claude role:assistant", ["other reply"]),
    ("role:user", ["code ```x```", "picture", "prompt"]),
    ("role:user,assistant after:2026-11-20", ["other reply", "code ```x```", "picture", "reply", "prompt"]),
    ("before:2026-11-20", ["old"]),
    ("has:image", ["picture"]),
    ("has:code", ["code ```x```"]),
    ("has:link", ["picture", "old"]),
    ("has:pdf", ["picture"]),
    ("has:video", []),
    ("has:file,link", ["picture", "old"]),
    ("cost:>0.1", ["reply"]),
    ("cost<=0.05 role:assistant", ["other reply"]),
    ("prompt tag:work", ["prompt"]),
    ("prompt -tag:work", []),
    ("picture is:pinned", ["picture"]),
    ("in:archive code", ["code ```x```"]),
    ("in:chats code", []),
    ("title:kyo reply", ["other reply", "reply"]),
    ("title:kyoto,berlin -reply role:user", ["code ```x```", "prompt"]),
]


@pytest.fixture
def furnished(shelf: Shelf) -> Shelf:
    """Conversations with something for each filter."""
    prompt = message("prompt")
    served = Receipt(model="anthropic/claude-sonnet-4.5", provider="Anthropic", cost=Decimal("0.2"))
    reply = replace(message("reply", prompt, role="assistant", seconds=1), model="openrouter/auto", receipt=served)
    shelf.add(prompt, reply, title="Trip to Kyoto", tags=("Work", "Big Plan"))
    picture = message("picture", seconds=2)
    attached = FilePart("a" * 64, "image/png", "map.png", 1), LinkPart("file", "https://x.y/plan.pdf", "plan")
    shelf.add(replace(picture, parts=(*picture.parts, *attached)), pinned=True)
    code = message("code ```x```", seconds=3)
    cheap = Receipt(model="OpenAI/gpt", provider="OpenAI", cost=Decimal("0.01"))
    shelf.add(
        code, replace(message("other reply", code, role="assistant", seconds=4), model="OpenAI/gpt", receipt=cheap),
        title="In Kyoto, later", archived=True,
    )  # fmt: skip
    shelf.add(replace(message("old", role="tool"), at=NOON - timedelta(days=3), parts=(TextPart("old https://x.y"),)))
    return shelf


@pytest.mark.parametrize(("query", "expected"), FILTERS, ids=[query for query, _ in FILTERS])
def test_filters(furnished: Shelf, index: Index, query: str, expected: list[str]) -> None:
    found = [text.removesuffix(" https://x.y") for text in searched(index, query)]
    assert sorted(found) == sorted(expected)
    assert index.search(query).problems == []


def test_a_day_begins_at_midnight_where_you_are(shelf: Shelf, index: Index) -> None:
    midnight = datetime(2026, 11, 20).astimezone()
    last = midnight - timedelta(milliseconds=1)
    shelf.add(replace(message("first"), at=midnight), replace(message("last"), at=last))
    assert searched(index, "after:2026-11-20") == ["first"]
    assert searched(index, "before:2026-11-20") == ["last"]


def test_filters_of_conversations_alone_list_conversations(furnished: Shelf, index: Index) -> None:
    index.update()
    found = index.search('tag:"big plan"')
    assert [(match.summary.metadata.title, match.message_id) for match in found.matches] == [("Trip to Kyoto", None)]
    titles = [match.summary.metadata.title for match in index.search("kyoto").matches if match.message_id is None]
    assert sorted(titles) == ["In Kyoto, later", "Trip to Kyoto"]


def test_answers_come_before_thoughts_and_new_before_old(shelf: Shelf, index: Index) -> None:
    thought = replace(message("nothing", role="assistant"), reasoning="lighthouse keepers")
    old = replace(message("a lighthouse there"), at=NOON - timedelta(days=900))
    shelf.add(thought, old, message("a lighthouse here"))
    assert searched(index, "lighthouse") == ["a lighthouse here", "a lighthouse there", "lighthouse keepers"]


def test_what_is_wrong_is_said_and_the_rest_searched(furnished: Shelf, index: Index) -> None:
    index.update()
    found = index.search("picture rol:user has:imag")
    assert texts(found) == ["picture"]
    assert found.problems == [
        "There is no filter “rol:”. Did you mean “role:”?", "“has:” has no “imag”. Did you mean “image”?",
    ]  # fmt: skip


# Files that change behind its back


def _append(folder: Folder) -> None:
    folder.append(message("needle"))


def _grow_with_the_same_time(folder: Folder) -> None:
    before = folder.journal.stat()
    folder.append(message("needle"))
    os.utime(folder.journal, ns=(before.st_atime_ns, before.st_mtime_ns))


def _edit_in_place_with_the_same_size_and_time(folder: Folder) -> None:
    before = folder.journal.stat()
    with folder.journal.open("r+b") as file:
        content = file.read().replace(b"thread", b"needle")
        file.seek(0)
        file.write(content)
    os.utime(folder.journal, ns=(before.st_atime_ns, before.st_mtime_ns))


def _replace_by_another_file(folder: Folder) -> None:
    new = folder.journal.with_name("new")
    new.write_bytes(folder.journal.read_bytes().replace(b"thread", b"needle"))
    before = folder.journal.stat()
    new.replace(folder.journal)
    os.utime(folder.journal, ns=(before.st_atime_ns, before.st_mtime_ns))


def _change_the_middle_and_append(folder: Folder) -> None:
    folder.journal.write_bytes(folder.journal.read_bytes().replace(b"thread", b"needle"))
    folder.append(message("more"))


def _from_the_future(folder: Folder) -> None:
    folder.append(message("needle"))
    os.utime(folder.journal, (2**33, 2**33))


def _rename(folder: Folder) -> None:
    folder.append(message("needle"))
    folder.path.rename(folder.path.with_name(f"mine-{folder.path.name[-26:]}"))


def _title(folder: Folder) -> None:
    metadata = folder.read_metadata()
    assert metadata is not None
    folder.write_metadata(replace(metadata, title="A needle"))


def _torn_then_finished(folder: Folder) -> None:
    line = encode_message(message("needle"))
    with folder.journal.open("ab") as file:
        file.write(line[:-20])
    index = Index(Paths.under(folder.path.parent.parent.parent))
    index.update()
    assert not index.search("needle").matches
    index.close()
    with folder.journal.open("ab") as file:
        file.write(line[-20:])


@pytest.mark.parametrize(
    "change",
    [
        _append,
        _grow_with_the_same_time,
        _edit_in_place_with_the_same_size_and_time,
        _replace_by_another_file,
        _change_the_middle_and_append,
        _from_the_future,
        _rename,
        _title,
        _torn_then_finished,
    ],
)
def test_files_that_changed_behind_our_back(shelf: Shelf, index: Index, change: Callable[[Folder], None]) -> None:
    folder = shelf.add(message("hay"), message("thread"))
    assert searched(index, "needle") == []
    change(folder)
    index.update()
    assert len(index.search("needle").matches) == 1
    assert len(index.search("hay").matches) == 1
    journal = next(folder.path.parent.glob("*/messages.jsonl")).read_bytes()
    assert len(index.search("thread").matches) == (b"thread" in journal)


def test_a_deleted_conversation_is_in_the_trash_alone_and_comes_back(shelf: Shelf, index: Index) -> None:
    folder = shelf.add(message("needle"))
    day = shelf.paths.trash / "2026-11-20"
    day.mkdir(parents=True)
    index.update()
    folder.path.rename(day / folder.path.name)
    assert searched(index, "needle") == []
    assert index.summaries() == []
    assert searched(index, "needle in:trash") == ["needle"]
    (day / folder.path.name).rename(folder.path)
    assert searched(index, "needle") == ["needle"]
    folder.journal.unlink()
    assert searched(index, "needle in:all") == []


def test_touch_and_forget(shelf: Shelf, index: Index) -> None:
    folder = shelf.add(message("hay"))
    folder.append(message("needle"))
    index.touch(folder.path)
    assert texts(index.search("needle")) == ["needle"]
    index.forget(folder.path.name[-26:])
    assert index.search("needle").total == 0


def test_of_records_with_one_id_the_later_counts_whatever_the_order(shelf: Shelf, index: Index) -> None:
    known = message("first words")
    one, two = (encode_message(later(known, text, seconds)) for text, seconds in (("needle", 5), ("thread", 2)))
    same = encode_message(replace(later(known, "tied", 5)))
    for order in ((one, two), (two, one), (one, two, same), (same, one, two), (two, same, one)):
        folder = shelf.add()
        folder.journal.write_bytes(b"".join(order))
        index.update()
        expected = folder.read().messages[known.id].text
        found = [match.snippet for match in index.search("needle OR thread OR tied OR first").matches]
        assert found == [expected]
        index.forget(folder.path.name[-26:])
        folder.journal.unlink()


def test_a_cost_that_came_later_and_what_was_copied(shelf: Shelf, index: Index) -> None:
    reply = replace(message("reply", role="assistant"), receipt=Receipt(cost=Decimal("0.1")))
    settled = encode_settlement(Settlement(reply.id, NOON, Receipt(cost=Decimal("0.3"))))
    copied = replace(message("copied", role="assistant"), receipt=Receipt(cost=Decimal(5)), copied_from=message().id)
    for lines in ((encode_message(reply), settled), (settled, encode_message(reply))):
        folder = shelf.add(copied)
        with folder.journal.open("ab") as file:
            file.write(b"".join(lines))
        index.update()
        assert [match.snippet for match in index.search("cost:>0.2").matches] == ["reply"]
        assert index.summaries()[0].cost == Decimal("0.3")
        index.forget(folder.path.name[-26:])
        (folder.path / "messages.jsonl").unlink()


def test_summaries_say_what_the_files_say(furnished: Shelf, index: Index) -> None:
    index.update()
    summaries = {summary.id: summary for summary in index.summaries()}
    assert [s.changed for s in index.summaries()] == sorted((s.changed for s in summaries.values()), reverse=True)
    for folder in furnished.folders:
        metadata = folder.read_metadata()
        messages = folder.read().messages.values()
        assert metadata is not None
        found = summaries.pop(metadata.id)
        last = max(messages, key=lambda message: message.id)
        models = [m.model for m in sorted(messages, key=lambda message: message.id) if m.role == "assistant"]
        assert found == Summary(
            metadata, found.changed, folder.path, len(messages), models[-1] if models else None,
            next((m.receipt.cost for m in messages if m.receipt), None), last.text,
        )  # fmt: skip
    assert not summaries


# Damage, other versions, other processes, other disks


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


def test_without_fts5_texts_are_read(furnished: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index_tables, "_TEXTS", "CREATE VIRTUAL TABLE texts USING fts99(text)")
    index = Index(furnished.paths)
    index.update()
    found = index.search("kyoto -trip OR later role:assistant")
    assert found.problems == [SLOW]
    assert texts(index.search("reply -other")) == ["reply"]
    assert texts(index.search("picture has:image")) == ["picture"]
    assert [m.summary.metadata.title for m in index.search("kyoto -later").matches] == ["Trip to Kyoto"]
    index.close()


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


def test_a_message_of_a_megabyte(shelf: Shelf, index: Index) -> None:
    text = "hay " * 250_000 + "Näedle at its end"
    shelf.add(message(text))
    (found,) = searched(index, "naedle")
    assert found.startswith("…")
    assert found.endswith("Näedle at its end")


def test_two_data_folders_have_two_indexes(tmp_path: Path) -> None:
    one, two = (Paths.under(tmp_path)._replace(data=tmp_path / name) for name in ("one", "two"))
    for paths, text in ((one, "needle one"), (two, "needle two")):
        Shelf(paths).add(message(text))
    for paths, text in ((one, "needle one"), (two, "needle two"), (one, "needle one")):
        index = Index(paths)
        assert searched(index, "needle") == [text]
        index.close()
    assert index_file(one) != index_file(two)  # else each would make the other's anew


def test_spans_are_of_the_original_text(shelf: Shelf, index: Index) -> None:
    written: Message = message("Vorher.\n\n  Das   CAFÉ in\tKyoto, ein cafe\u0301.")
    shelf.add(written)
    index.update()
    (match,) = index.search("cafe kyoto").matches
    assert match.snippet == "Vorher. Das CAFÉ in Kyoto, ein cafe\u0301."
    assert [match.snippet[start:end] for start, end in match.spans] == ["CAFÉ", "Kyoto", "cafe\u0301"]
