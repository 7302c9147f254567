"""Days as people type them, and the time that they span: `2026-11-01`, `yesterday`, `7d`, `last-week`."""

from __future__ import annotations

import re
from calendar import day_name
from datetime import UTC, date, datetime, timedelta

WORDS = ("today", "yesterday", "this-week", "last-week", "this-month", "last-month", "this-year", "last-year")
DAYS = tuple(day.lower() for day in day_name)
EXAMPLES = ("today", "yesterday", "7d", "last-week", "2w", "last-month", "3m", "1y")
_AGO = re.compile(r"(\d{1,4})([dwmy])")
_DATE = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?")


def day_of(text: str, today: date) -> date | None:
    """Return the first day of the time that `text` names, or None when it names none.

    Args:
        text: A day, a month or a year; `today`, `yesterday`, a weekday (the last one); this or last week, month or
            year; or how long ago: `7d`, `2w`, `3m`, `1y`.
        today: The person's.
    """
    text = text.lower().replace(" ", "-")
    if (match := _DATE.fullmatch(text)) is not None:
        try:
            return date(int(match[1]), int(match[2] or 1), int(match[3] or 1))
        except ValueError:
            return None
    if (match := _AGO.fullmatch(text)) is not None:
        return _ago(int(match[1]), match[2], today)
    if text in DAYS:
        return today - timedelta(days=(today.weekday() - DAYS.index(text) - 1) % 7 + 1)
    return _worded(text, today)


def _worded(text: str, today: date) -> date | None:
    if text in ("today", "yesterday"):
        return today - timedelta(days=text == "yesterday")
    if text not in WORDS:
        return None
    which, _, unit = text.partition("-")
    is_last = which == "last"
    if unit == "week":
        return today - timedelta(days=today.weekday() + 7 * is_last)
    if unit == "month":
        return _months_before(today.replace(day=1), 1 if is_last else 0)
    return date(today.year - is_last, 1, 1)


def _ago(count: int, unit: str, today: date) -> date:
    try:
        if unit in "dw":
            return today - timedelta(days=count * (7 if unit == "w" else 1))
        return _months_before(today, count * (12 if unit == "y" else 1))
    except (OverflowError, ValueError):
        return date.min


def _months_before(day: date, months: int) -> date:
    """Return the same day of an earlier month, or its last one."""
    place = day.year * 12 + day.month - 1 - months
    year, month = divmod(place, 12)
    for last in range(day.day, 27, -1):
        try:
            return date(year, month + 1, last)
        except ValueError:
            continue
    return date(year, month + 1, day.day)


def begins(day: date) -> datetime:
    """Return when `day` begins here, in UTC-aware local time."""
    try:
        return datetime(day.year, day.month, day.day).astimezone()
    except (OverflowError, OSError, ValueError):
        return datetime(max(day.year, 1), 1, 1, tzinfo=UTC)
