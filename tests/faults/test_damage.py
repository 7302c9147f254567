"""Damage: a journal cut off anywhere, or with any byte changed, opens, and loses at most the lines that are damaged."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

from chat_tui.conversation.ids import now
from chat_tui.conversation.journal import read_journal
from chat_tui.conversation.records import Hiding, Settlement, encode_hiding, encode_message, encode_settlement
from chat_tui.conversation.values import Message, Receipt
from chat_tui.engine.chat import Chat
from tests.conversation.samples import message
from tests.engine.conftest import library_at

FLIPS = int(os.environ.get("CHAT_TUI_FLIPS", "60"))
SEED = int(os.environ.get("CHAT_TUI_SEED", "7"))
LARGE = 1_500 if FLIPS >= 1_000 else 300
"""Messages, of which the longest have 4 KB."""


def conversation(root: Path, lines: list[bytes]) -> Chat:
    """Return a conversation with that journal."""
    chat = library_at(root).begin()
    chat.folder.write_metadata(chat.metadata)
    chat.folder.append_lines(b"".join(lines))
    return chat


def opened(chat: Chat, root: Path) -> Chat:
    """Return the conversation as the next process has it."""
    again = library_at(root).open(chat.id)
    again.load()
    return again


def thread(count: int, size: int = 20) -> list[Message]:
    """Return messages that answer each other."""
    messages = [message("first")]
    for number in range(1, count):
        messages.append(message(f"{number} " + "wörd " * (number * 37 % size), messages[-1], seconds=number))
    return messages


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait for no disk: what is read is the same."""
    monkeypatch.setattr(os, "fsync", lambda _: None)


def test_cut_off_at_every_byte(tmp_path: Path) -> None:
    messages = thread(4)
    lines = [
        *map(encode_message, messages),
        b'{"v":1,"type":"later","id":"x"}\n',
        encode_settlement(Settlement(messages[3].id, now(), Receipt(provider="P"))),
        encode_hiding(Hiding(messages[1].id, now())),
    ]
    chat = conversation(tmp_path, lines)
    whole = b"".join(lines)
    ends = {sum(map(len, lines[: number + 1])): number + 1 for number in range(len(lines))}
    complete = 0
    for cut in range(len(whole) + 1):
        chat.folder.journal.write_bytes(whole[:cut])
        complete = ends.get(cut, complete)
        again = opened(chat, tmp_path)
        expected = [one.id for one in messages[: min(complete, 4)]]
        found = [one.id for one in again.tree]
        # A line that lacks only its end is whole already.
        assert found[: len(expected)] == expected, f"cut at byte {cut}"
        assert len(found) <= len(expected) + 1
        assert chat.folder.journal.read_bytes() == whole[:cut], f"written over at byte {cut}"
        if cut % 40 == 0:
            more = message("more")
            again.put(more)
            assert chat.folder.journal.read_bytes().startswith(whole[:cut])
            assert [*found, more.id] == list(read_journal(chat.folder.journal).messages)
        again.close()


@pytest.fixture(scope="module")
def large() -> list[bytes]:
    """The lines of a long conversation."""
    return [encode_message(one) for one in thread(LARGE, 800)]


def test_a_changed_byte_costs_its_line_at_most(tmp_path: Path, large: list[bytes]) -> None:
    chat = conversation(tmp_path, large)
    whole = b"".join(large)
    parents = {one.id: one.parent for one in read_journal(chat.folder.journal).messages.values()}
    identifiers = list(parents)
    starts = [0]
    for line in large:
        starts.append(starts[-1] + len(line))
    chance = random.Random(SEED)  # noqa: S311 - the same damage each time
    for number in range(FLIPS):
        place = chance.randrange(len(whole))
        damaged = bytearray(whole)
        damaged[place] ^= chance.randrange(1, 256)
        chat.folder.journal.write_bytes(damaged)
        again = opened(chat, tmp_path)
        hit = next(index for index in range(len(large)) if starts[index] <= place < starts[index + 1])
        hits = {hit, hit + 1} if place == starts[hit + 1] - 1 else {hit}
        about = f"seed {SEED}, flip {number}, byte {place}"
        expected = {one for index, one in enumerate(identifiers) if index not in hits}
        assert expected <= {one.id for one in again.tree}, about
        # A line that has become another message's, or another one's answer, is a branch like any other.
        if {one.id: one.parent for one in again.tree}.items() <= parents.items():
            assert expected <= {one.id for one in again.path}, about
        assert chat.folder.journal.read_bytes() == damaged, about
        again.close()
    print(f"{FLIPS} flips, seed {SEED}, {len(whole)} bytes")


MONSTROUS = """
import resource, sys
from chat_tui.cli.main import main
from chat_tui.conversation import journal, lines
from chat_tui.engine import chat, health, index, mending, session  # what is imported later would need memory too
from chat_tui.openrouter import client

lines.LONGEST_LINE = journal.LONGEST_LINE = 2**20
for line in open("/proc/self/status"):
    if line.startswith("VmSize:"):
        most = int(line.split()[1]) * 1024 + 40 * 2**20
resource.setrlimit(resource.RLIMIT_AS, (most, most))
for command in sys.argv[1:]:
    print(command.split()[0], main(command.split()), flush=True)
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the system doesn't tell how large a process is")
def test_a_line_that_no_memory_holds_costs_only_itself(tmp_path: Path) -> None:
    first = message("a needle before")
    last = message("a needle behind", first, seconds=1)
    chat = conversation(tmp_path, [encode_message(first)])
    with chat.folder.journal.open("r+b") as file:
        file.seek(0, os.SEEK_END)
        file.seek(60 * 2**20, os.SEEK_CUR)
        file.write(b"\n" + encode_message(last))
    size = chat.folder.journal.stat().st_size
    commands = ["list", f"show {chat.id}", "search needle", "doctor --repair"]
    folders = {f"CHAT_TUI_{name.upper()}_DIR": str(tmp_path / name) for name in ("data", "state", "config", "cache")}
    done = subprocess.run(
        [sys.executable, "-c", MONSTROUS, *commands],
        capture_output=True,
        text=True,
        env={"PATH": os.environ["PATH"], "HOME": str(tmp_path), "OPENROUTER_BASE_URL": "http://127.0.0.1:9/api/v1"}
        | folders,
        timeout=100,
    )
    assert "Traceback" not in done.stderr, done.stderr
    for ended in (
        "list 0",
        "show 0",
        "search 0",
        "doctor 1",
        "needle before",
        "needle behind",
        "1 line of its journal damaged",
    ):
        assert ended in done.stdout, done.stdout
    aside, kept = (chat.folder.journal.with_name(f"messages.jsonl.{end}") for end in ("damaged", "before-repair"))
    assert aside.stat().st_size == size - len(encode_message(first)) - len(encode_message(last))
    assert kept.stat().st_size == size
    assert chat.folder.journal.read_bytes() == encode_message(first) + encode_message(last)
