"""Several writers: copies that went apart are merged line by line, and two processes share one conversation."""

from __future__ import annotations

import json
import random
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import BinaryIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chat_tui.conversation.compaction import compact
from chat_tui.conversation.journal import JournalReader, Reading
from chat_tui.conversation.lines import Line, lines
from chat_tui.conversation.records import Hiding, Settlement, encode_hiding, encode_message, encode_settlement
from chat_tui.conversation.tree import Tree
from chat_tui.conversation.values import Receipt
from chat_tui.demo.server import DemoServer
from tests.cli.home import Home, command
from tests.conversation.samples import NOON, later, message
from tests.terminal.driver import Terminal

IDS = [message().id for _ in range(8)]
MESSAGES = st.builds(
    lambda number, parent, second, text: replace(
        message(text),
        id=IDS[number],
        parent=IDS[parent] if parent < number else None,
        at=NOON + timedelta(seconds=second),
    ),
    st.integers(0, 7),
    st.integers(0, 7),
    st.integers(0, 3),
    st.text(max_size=6),
)
LINES = st.one_of(
    MESSAGES.map(encode_message),
    st.builds(
        lambda number, second, name: encode_settlement(
            Settlement(IDS[number], NOON + timedelta(seconds=second), Receipt(provider=name))
        ),
        st.integers(0, 7),
        st.integers(0, 3),
        st.sampled_from("PQR"),
    ),
    st.builds(
        lambda number, second, hidden: encode_hiding(Hiding(IDS[number], NOON + timedelta(seconds=second), hidden)),
        st.integers(0, 7),
        st.integers(0, 3),
        st.booleans(),
    ),
    st.sampled_from([b'{"v":1,"type":"later","id":"x"}\n', b'{"v":1,"type":"later","id":"y"}\n']),
)
JOURNALS = st.lists(LINES, max_size=6)


def read(records: Sequence[bytes]) -> Reading:
    """Return what the lines hold."""
    reading = Reading()
    for line in records:
        reading.take(Line(0, line, len(line)))
    return reading


def held(reading: Reading) -> tuple[object, ...]:
    """Return what must be the same."""
    return reading.messages, reading.receipts, reading.hidden, reading.damaged


@settings(deadline=None)
@given(JOURNALS, JOURNALS, JOURNALS, st.randoms(use_true_random=False))
def test_a_merge_holds_what_both_copies_hold_whatever_the_order(
    common: list[bytes], ours: list[bytes], theirs: list[bytes], chance: random.Random
) -> None:
    mixed = [*common, *ours, *theirs]
    chance.shuffle(mixed)
    one, other = read([*common, *ours]), read([*common, *theirs])
    expected = held(read([*common, *ours, *theirs]))
    for merged in ([*common, *ours, *common, *theirs], [*common, *theirs, *ours], mixed):
        reading = read(merged)
        assert held(reading) == expected
        assert set(reading.messages) == {*one.messages, *other.messages}
        tree = Tree(reading.messages.values())
        assert len(tree) == len(reading.messages)
        assert tree.leaf() is None or tree.path(tree.leaf())


@settings(deadline=None, max_examples=30)
@given(st.lists(LINES, min_size=1, max_size=12))
def test_compaction_changes_nothing_that_counts(tmp_path_factory: pytest.TempPathFactory, lines: list[bytes]) -> None:
    journal = tmp_path_factory.mktemp("compaction") / "messages.jsonl"
    journal.write_bytes(b"".join(lines))
    done = compact(journal, keep=True)
    kept = journal.read_bytes().splitlines(keepends=True)
    assert held(read(kept)) == held(read(lines))
    assert {line for line in lines if b"later" in line} <= set(kept)
    assert set(kept) <= set(lines)
    assert read(kept).superseded == 0
    if done.kept is not None:
        assert done.kept.read_bytes() == b"".join(lines)
    assert compact(journal, keep=True).lines == 0


def test_who_reads_while_it_is_compacted_has_the_whole_journal(tmp_path: Path) -> None:
    journal = tmp_path / "messages.jsonl"
    first = message("first")
    before = encode_message(first) + encode_message(later(first, "edited", 5))
    journal.write_bytes(before)
    with journal.open("rb") as reader:
        assert compact(journal, keep=False).lines == 1
        assert reader.read() == before
    assert list(tmp_path.iterdir()) == [journal]


def test_what_is_written_while_it_is_compacted_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    journal = tmp_path / "messages.jsonl"
    first = message("first")
    journal.write_bytes(encode_message(first) + encode_message(later(first, "edited", 5)))
    after = journal.read_bytes() + encode_message(message("another"))

    def read_and_write(file: BinaryIO) -> Iterator[Line]:
        yield from lines(file)
        journal.write_bytes(after)

    with monkeypatch.context() as patch:
        patch.setattr("chat_tui.conversation.compaction.lines", read_and_write)
        with pytest.raises(BlockingIOError):
            compact(journal, keep=True)
    assert journal.read_bytes() == after
    assert list(tmp_path.iterdir()) == [journal]


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
def test_a_union_merge_by_git(tmp_path: Path) -> None:
    common = [message("first")]
    common.append(message("second", common[0]))
    ours = [message("ours", common[1]), later(common[1], "edited by us", 5)]
    theirs = [message("theirs", common[1]), later(common[0], "edited by them", 6)]
    for name, messages in (("base", common), ("ours", common + ours), ("theirs", common + theirs)):
        (tmp_path / name).write_bytes(b"".join(map(encode_message, messages)))
    merged = subprocess.run(
        ["git", "merge-file", "-p", "--union", "ours", "base", "theirs"], cwd=tmp_path, capture_output=True, check=True
    )
    reading = read(merged.stdout.splitlines())
    assert {one.text for one in reading.messages.values()} == {"edited by them", "edited by us", "ours", "theirs"}
    assert reading.damaged == []


def test_a_follower_reads_only_what_was_added_also_past_a_compaction(tmp_path: Path) -> None:
    journal = tmp_path / "messages.jsonl"
    reader = JournalReader(journal)
    assert not reader.more()
    messages = [message("0")]
    journal.write_bytes(encode_message(messages[0]))
    assert reader.more()
    first = reader.reading
    for number in range(1, 5):
        messages.append(message(str(number), messages[-1]))
        with journal.open("ab") as file:
            line = encode_message(messages[-1])
            file.write(line[:20])
            file.flush()
            assert not reader.more()
            file.write(line[20:])
        assert reader.more()
        assert not reader.more()
        assert reader.reading is first  # not read from the beginning
        assert list(first.messages.values()) == messages
    with journal.open("ab") as file:
        file.write(encode_message(messages[2]))
    assert compact(journal, keep=False).lines == 1
    messages.append(message("after", messages[-1]))
    with journal.open("ab") as file:
        file.write(encode_message(messages[-1]))
    assert reader.more()
    assert sorted(reader.reading.messages) == sorted(one.id for one in messages)


@pytest.fixture(scope="module")
def server() -> Iterator[DemoServer]:
    with DemoServer(pace=0.2) as running:
        yield running


@pytest.mark.xdist_group("faults")
def test_a_second_process_follows_and_goes_on_when_the_first_has_left(tmp_path: Path, server: DemoServer) -> None:
    home = Home(tmp_path / "home", server.base_url)
    home.converse(model="demo/markdown")
    words = command("--resume", "--model", "demo/echo")
    with ExitStack() as opened:
        writer = opened.enter_context(Terminal(words, home.environment(), home.work))
        writer.wait_for("Say hello", "demo/echo")
        writer.prompt("From the first")
        writer.wait_for('"content": "From the first"')
        reader = opened.enter_context(Terminal(words, home.environment(), home.work))
        reader.wait_for("only read")
        reader.prompt("Too early")
        reader.wait_for("Another chat-tui")
        writer.wait_for("Ask anything")
        writer.prompt("Again the first")
        reader.wait_for('"content": "Again the first"')
        assert writer.quit() == 0
        reader.send("\r")
        reader.wait_for('"content": "Too early"')
        assert reader.quit() == 0
    texts = [part["text"] for record in home.messages() if record["role"] == "user" for part in record["parts"]]
    assert texts == ["Say hello", "From the first", "Again the first", "Too early"]
    parents = {record["id"]: record["parent"] for record in home.messages()}
    assert list(parents.values()) == [None, *list(parents)[:-1]]
    assert json.dumps(home.messages()).count("complete") == 8
