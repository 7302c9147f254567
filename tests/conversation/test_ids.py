"""Identifiers and times."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from chat_tui.conversation.ids import created_at, format_time, is_id, new_id, now, parse_time


def test_ids_sort_in_the_order_they_were_made() -> None:
    made = [new_id() for _ in range(20_000)]  # many within each millisecond
    assert made == sorted(made)
    assert len(set(made)) == len(made)


def test_an_id_is_26_lower_case_characters() -> None:
    identifier = new_id()
    assert len(identifier) == 26
    assert identifier == identifier.lower()
    assert identifier.isalnum()
    assert is_id(identifier)


def test_an_id_holds_its_moment() -> None:
    before = now()
    moment = created_at(new_id())
    assert before <= moment <= datetime.now(UTC)


@pytest.mark.parametrize("other", ["", "short", "A" * 26, "i" * 26, "0" * 27, 5, ["0"] * 26, None])
def test_what_is_no_id(other: object) -> None:
    assert not is_id(other)


def test_an_id_from_beyond_the_calendar_has_its_last_moment() -> None:
    assert created_at("z" * 26).year == 9999


def test_a_time_is_written_in_utc_with_milliseconds_and_z() -> None:
    moment = datetime.fromisoformat("2026-11-20T13:00:00.120999+01:00")
    assert format_time(moment) == "2026-11-20T12:00:00.120Z"


def test_now_survives_being_written() -> None:
    moment = now()
    assert parse_time(format_time(moment)) == moment


def test_a_time_in_another_zone_is_the_same_moment() -> None:
    moment = parse_time("2026-11-20T13:00:00+01:00")
    assert moment == datetime(2026, 11, 20, 12, tzinfo=UTC)
    assert moment.utcoffset() == timedelta(0)


@pytest.mark.parametrize("text", ["", "soon", "2026-11-20T12:00:00", "9999-12-31T23:59:59-12:00"])
def test_what_is_no_time(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        parse_time(text)
