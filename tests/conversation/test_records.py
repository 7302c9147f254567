"""Lines of the journal: what is written is what is read."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from chat_tui.conversation.exports.excerpt import put_record
from chat_tui.conversation.records import (
    DamagedRecordError,
    NewerRecordError,
    decode_line,
    decode_message,
    encode_message,
)
from chat_tui.conversation.values import FilePart, Message, Receipt, TextPart
from tests.conversation.samples import NOON, full_message, message


def round_trip(original: Message) -> Message:
    return decode_message(decode_line(encode_message(original)))


def record_of(original: Message) -> dict[str, Any]:
    record = json.loads(encode_message(original))
    assert isinstance(record, dict)
    return record


def test_every_field_survives() -> None:
    original = full_message()
    assert round_trip(original) == original


def test_the_plainest_message_survives() -> None:
    original = message("Hello")
    assert round_trip(original) == original


def test_a_message_is_one_line() -> None:
    line = encode_message(full_message())
    assert line.endswith(b"\n")
    assert line.count(b"\n") == 1


def test_a_record_says_what_it_is() -> None:
    record = record_of(message())
    assert (record["v"], record["type"], record["at"]) == (1, "message", "2026-11-20T12:00:00.123Z")


def test_money_is_a_string_with_every_digit() -> None:
    record = record_of(full_message())
    assert record["receipt"]["cost"] == "0.000000735000000000000000000001"


def test_money_written_as_a_number_by_other_hands_is_exact() -> None:
    line = encode_message(Message(message().id, None, "assistant", (), NOON, receipt=Receipt(cost=Decimal("0.10"))))
    receipt = decode_message(decode_line(line.replace(b'"0.10"', b"0.10"))).receipt
    assert receipt is not None
    assert str(receipt.cost) == "0.10"


def test_numbers_that_are_not_ours_stay_numbers() -> None:
    assert record_of(full_message())["reasoning_details"][0]["weight"] == 0.25


def test_a_number_that_a_float_would_change_keeps_its_digits() -> None:
    original = message()
    exact = Message(original.id, None, "user", (), NOON, unknown={"x": Decimal("0.1234567890123456789012345")})
    assert record_of(exact)["x"] == "0.1234567890123456789012345"


@pytest.mark.parametrize("text", ["\ud800", "a\udfffb", "\udc80 at the start"])
def test_a_lone_surrogate_survives(text: str) -> None:
    assert round_trip(message(text)).parts == (TextPart(text),)


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'"text"',
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"type":"message"}',
        b'{"v":"1","type":"message"}',
        b'{"v":1}',
        b'{"v":1,"type":5}',
    ],
)
def test_a_line_that_is_no_record_is_damaged(line: bytes) -> None:
    with pytest.raises(DamagedRecordError):
        decode_line(line)


@pytest.mark.parametrize("line", [b'{"v":2,"type":"message"}', b'{"v":2}', b'{"v":99,"type":{"new":"shape"}}'])
def test_a_newer_record_is_not_damaged(line: bytes) -> None:
    with pytest.raises(NewerRecordError):
        decode_line(line)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("id", "short"),
        ("id", None),
        ("id", ["0"] * 26),
        ("parent", "short"),
        ("role", "wizard"),
        ("role", None),
        ("status", "sleeping"),
        ("at", "yesterday"),
        ("at", "9999-12-31T23:59:59-12:00"),
        ("at", 5),
        ("parts", None),
        ("parts", "text"),
        ("parts", [{"text": "no type"}]),
        ("model", 5),
        ("reasoning", ["hm"]),
        ("reasoning_details", "hm"),
        ("tool_calls", [5]),
        ("citations", [{"title": "no url"}]),
        ("receipt", "free"),
        ("failure", {"code": "502"}),
    ],
)
def test_a_message_with_a_field_of_the_wrong_kind_is_damaged(name: str, value: object) -> None:
    record = record_of(full_message()) | {name: value}
    with pytest.raises(DamagedRecordError):
        decode_message(decode_line(json.dumps(record).encode()))


@pytest.mark.parametrize(
    "receipt",
    [
        {"cost": "NaN"},
        {"cost": "much"},
        {"cost": "1e999999"},
        {"usage": {"prompt_tokens": "12"}},
        {"usage": {"completion_tokens": 10**400}},
        {"total_ms": "long"},
    ],
)
def test_a_figure_that_is_none_costs_only_itself(receipt: dict[str, object]) -> None:
    record = record_of(full_message()) | {"receipt": receipt}
    message = decode_message(decode_line(json.dumps(record).encode()))
    assert message.text == full_message().text
    assert message.receipt == Receipt()


@pytest.mark.parametrize("number", [b"1e99999999999999999999", b"1e999999", b"9" * 5000])
def test_a_number_that_would_only_cost_memory_is_left_out(number: bytes) -> None:
    assert decode_line(b'{"v":1,"type":"message","x":' + number + b"}")["x"] is None


@pytest.mark.parametrize("name", ["id", "role", "at", "parts"])
def test_a_message_without_what_every_message_has_is_damaged(name: str) -> None:
    record = record_of(full_message())
    del record[name]
    with pytest.raises(DamagedRecordError):
        decode_message(record)


@pytest.mark.parametrize("depth", [600, 900, 930, 960, 980, 100_000])
def test_what_is_nested_too_deeply_is_damage(depth: int) -> None:
    """However deep in calls the reader is: what was read must be writable, too."""
    whole = encode_message(message())
    line = whole[:-2] + b',"later":' + b"[" * depth + b"]" * depth + b"}"
    with pytest.raises(DamagedRecordError):
        decode_line(line)
    assert not put_record({}, line)  # nor does it leave with an export


def test_what_is_nested_less_survives() -> None:
    whole = encode_message(message())[:-2] + b',"later":' + b"[" * 400 + b"]" * 400 + b"}\n"
    assert json.loads(encode_message(decode_message(decode_line(whole)))) == json.loads(whole)


def test_what_is_known_of_a_file_comes_back() -> None:
    files = FilePart("0" * 64, "audio/wav", "a.wav", 3, seconds=62.5), FilePart("1" * 64, "image/png", "b", 3, 20, 10)
    kept = replace(message(), parts=files)
    assert decode_message(decode_line(encode_message(kept))) == kept
