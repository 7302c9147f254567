"""The journal: appended, read, read from its end, damaged, merged."""

from __future__ import annotations

import errno
import os
import random
import stat
from pathlib import Path

import pytest

from chat_tui.conversation.journal import Reading, append_message, read_journal, read_tail, set_aside_damaged
from chat_tui.conversation.lines import Span
from chat_tui.conversation.records import encode_message
from chat_tui.conversation.values import Message
from tests.conversation.samples import full_message, later, message


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    return tmp_path / "chat" / "messages.jsonl"


def write(journal: Path, content: bytes) -> None:
    journal.parent.mkdir(parents=True, exist_ok=True)
    journal.write_bytes(content)


def lines_of(*messages: Message) -> list[bytes]:
    return [encode_message(known) for known in messages]


def damaged(journal: Path, reading: Reading) -> list[bytes]:
    content = journal.read_bytes()
    return [content[start : start + length] for start, length in reading.damaged]


def test_no_journal_is_an_empty_one(journal: Path) -> None:
    assert read_journal(journal) == read_tail(journal) == Reading()


def test_what_is_appended_is_read(journal: Path) -> None:
    written = [full_message(), message("Hi"), message("\ud800 🦜\u2028")]
    for known in written:
        append_message(journal, known)
    assert list(read_journal(journal).messages.values()) == written


def test_a_message_is_on_disk_before_append_returns(journal: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[tuple[bool, bytes]] = []

    def spy(descriptor: int) -> None:
        is_directory = stat.S_ISDIR(os.fstat(descriptor).st_mode)
        synced.append((is_directory, journal.read_bytes() if journal.exists() else b""))

    monkeypatch.setattr(os, "fsync", spy)
    hello = message()
    append_message(journal, hello)
    assert (False, encode_message(hello)) in synced  # the file, when all of the line was in it
    assert synced[-1] == (True, encode_message(hello))  # and its name
    assert (True, b"") in synced  # and its new folder's name


def test_a_folder_and_its_journal_are_private(journal: Path) -> None:
    before = os.umask(0)
    try:
        append_message(journal, message())
        set_aside_damaged(journal, [Span(0, 1)])
    finally:
        os.umask(before)
    assert stat.S_IMODE(journal.parent.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in journal.parent.iterdir()} == {0o600}


def test_the_order_of_lines_carries_no_meaning(journal: Path) -> None:
    first = message("one")
    reply = message("two", first, role="assistant")
    lines = lines_of(first, reply, later(first, "one, again", 5), later(reply, "two, again", -5), full_message())
    write(journal, b"".join(lines))
    expected = read_journal(journal).messages
    dice = random.Random(7)  # noqa: S311  (not a secret)
    for _ in range(50):
        dice.shuffle(lines)
        write(journal, b"".join(lines))
        assert read_journal(journal).messages == expected
    assert expected[first.id].text == "one, again"
    assert expected[reply.id].text == "two"


def test_two_records_of_one_moment_read_the_same_in_any_order(journal: Path) -> None:
    one = message("one")
    other = later(one, "another", 0)
    write(journal, b"".join(lines_of(one, other)))
    forwards = read_journal(journal).messages
    write(journal, b"".join(lines_of(other, one)))
    assert read_journal(journal).messages == forwards


def test_a_union_of_two_journals_that_went_apart_is_valid(journal: Path) -> None:
    common = message("Hello")
    here, there = message("here", common), message("there", common)
    ours = lines_of(common, here, later(common, "Hello!", 10))
    theirs = lines_of(common, there)
    write(journal, b"".join(dict.fromkeys(theirs + ours)))
    reading = read_journal(journal)
    assert reading.damaged == []
    assert {known.text for known in reading.messages.values()} == {"Hello!", "here", "there"}


def test_a_torn_last_line_costs_only_itself(journal: Path) -> None:
    whole, torn = message("whole"), encode_message(message("torn"))
    for length in range(1, len(torn) - 1):
        write(journal, encode_message(whole) + torn[:length])
        reading = read_journal(journal)
        assert list(reading.messages.values()) == [whole]
        assert damaged(journal, reading) == [torn[:length]]


def test_after_a_torn_line_the_next_one_begins_afresh(journal: Path) -> None:
    first, second = message("first"), message("second")
    torn = encode_message(message("torn"))[:50]
    write(journal, encode_message(first) + torn)
    append_message(journal, second)
    reading = read_journal(journal)
    assert list(reading.messages.values()) == [first, second]
    assert damaged(journal, reading) == [torn]


def test_damaged_lines_in_the_middle_cost_only_themselves(journal: Path) -> None:
    first, second = message("first"), message("second")
    write(journal, encode_message(first) + b"\xff\xfe\n\n{}\n" + encode_message(second))
    reading = read_journal(journal)
    assert list(reading.messages.values()) == [first, second]
    assert damaged(journal, reading) == [b"\xff\xfe", b"{}"]


def test_a_disk_that_takes_a_line_in_pieces_gets_all_of_it(journal: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    append_message(journal, message("first"))
    real = os.write
    with monkeypatch.context() as patch:
        patch.setattr(os, "write", lambda descriptor, data: real(descriptor, bytes(data)[:7]))
        append_message(journal, message("second, quite a bit longer"))
    assert [known.text for known in read_journal(journal).messages.values()] == ["first", "second, quite a bit longer"]


@pytest.mark.parametrize("refused", ["write", "fsync"])
def test_what_the_disk_took_of_a_line_is_taken_back(
    journal: Path, monkeypatch: pytest.MonkeyPatch, refused: str
) -> None:
    append_message(journal, message("first"))
    before = journal.read_bytes()
    real = os.write
    written: list[int] = []

    def fill(descriptor: int, data: bytes = b"") -> int:
        if refused == "write" and not written:
            written.append(real(descriptor, bytes(data)[:7]))
            return 7
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, refused, fill)
        with pytest.raises(OSError, match="No space"):
            append_message(journal, message("second"))
    assert journal.read_bytes() == before


def test_damaged_lines_are_set_aside_once(journal: Path) -> None:
    original = encode_message(message()) + b"bad one\nbad two\nbad one\n"
    write(journal, original)
    for _ in range(3):
        aside = set_aside_damaged(journal, read_journal(journal).damaged)
    assert aside == journal.with_name("messages.jsonl.damaged")
    assert aside.read_bytes() == b"bad one\nbad two\n"
    assert journal.read_bytes() == original


def test_without_damage_nothing_is_set_aside(journal: Path) -> None:
    append_message(journal, message())
    assert set_aside_damaged(journal, []) is None
    assert [path.name for path in journal.parent.iterdir()] == ["messages.jsonl"]


def test_a_newer_record_is_noticed_and_not_called_damaged(journal: Path) -> None:
    known = message()
    write(journal, b'{"v":2,"shape":"new"}\n' + encode_message(known))
    reading = read_journal(journal)
    assert reading.newer
    assert reading.damaged == []
    assert list(reading.messages.values()) == [known]


def test_a_record_of_another_type_is_left_alone(journal: Path) -> None:
    write(journal, b'{"v":1,"type":"later","id":"x"}\n')
    assert read_journal(journal) == Reading()


@pytest.mark.parametrize("size", [1, 100, 700, 5_000, 10**6])
def test_the_tail_is_the_end_of_the_whole(journal: Path, size: int) -> None:
    for number in range(40):
        append_message(journal, message(f"message {number} " + "x" * (number * 37 % 200)))
    whole, tail = read_journal(journal), read_tail(journal, size)
    assert tail.messages
    assert tail.damaged == []
    assert list(tail.messages.items()) == list(whole.messages.items())[-len(tail.messages) :]
    assert tail.whole is (len(tail.messages) == len(whole.messages))


def test_the_tail_does_not_read_more_than_it_needs(journal: Path) -> None:
    for number in range(200):
        append_message(journal, message(f"message {number}"))
    assert len(read_tail(journal, 2_000).messages) < 20


def test_a_last_line_longer_than_the_tail_is_read(journal: Path) -> None:
    append_message(journal, message("small"))
    large = message("x" * 100_000)
    append_message(journal, large)
    assert large.id in read_tail(journal, 1_000).messages


def test_a_torn_line_longer_than_the_tail_hides_nothing_before_it(journal: Path) -> None:
    known = message("known")
    append_message(journal, known)
    with journal.open("ab") as file:
        file.write(b'{"v":1,"type":"message","parts":"' + b"x" * 10_000)
    assert known.id in read_tail(journal, 500).messages
