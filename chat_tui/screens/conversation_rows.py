"""How conversations are listed: under which day, and what stands in a row."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime, timedelta

from rich.cells import cell_len

from chat_tui.conversation.ids import now
from chat_tui.conversation.summary import Summary, Trashed
from chat_tui.cost import format_cost
from chat_tui.engine.shelf import DAYS_IN_TRASH
from chat_tui.text import one_line
from chat_tui.widgets.row_list import Piece, fitted

_COST_ROOM, _TIME_ROOM = 8, 7
_MODEL_ROOMS = ((100, 28), (58, 18))
"""From how many cells on the model has a column, and how wide."""
_LEAST_TAG = 4


def today() -> date:
    """Return the day that it is where the person is."""
    return now().astimezone().date()


def by_day(found: Iterable[Summary], *, pinned_first: bool) -> tuple[list[Summary], list[tuple[int, str]]]:
    """Return conversations as they are listed, with the heading above the first of each group and its place."""
    listed = sorted(found, key=lambda one: (pinned_first and one.metadata.pinned, one.changed), reverse=True)
    current = today()
    headings: list[tuple[int, str]] = []
    for place, one in enumerate(listed):
        pinned = pinned_first and one.metadata.pinned
        heading = "Drafts" if is_draft(one) else "Pinned" if pinned else day_name(_local(one.changed).date(), current)
        if not headings or headings[-1][1] != heading:
            headings.append((place, heading))
    return listed, headings


def day_name(day: date, current: date) -> str:
    """Return the heading for a day: Today, Yesterday, a weekday of the last week, else its month."""
    days = (current - day).days
    if days <= 0:
        return "Today"
    if days == 1:
        return "Yesterday"
    if days < 7:
        return f"{day:%A}"
    return f"{day:%B}" if day.year == current.year else f"{day:%B %Y}"


def is_draft(one: Summary) -> bool:
    """Tell whether nothing was sent there yet."""
    return one.messages == 0 and one.model is None and not one.folder.exists()


def words_of(one: Summary) -> str:
    """Return what the search line looks in."""
    tags = " ".join(f"#{tag}" for tag in one.metadata.tags)
    return f"{one.metadata.title} {tags} {_model(one)}".casefold()


def row(one: Summary, width: int, *, streaming: Collection[str], unseen: Collection[str], shown: str) -> list[Piece]:
    """Return what stands in the row of a conversation, in `width` cells.

    Args:
        one: The conversation.
        width: How many cells there are.
        streaming: The ids of those in which a reply streams.
        unseen: The ids of those whose last reply nobody saw.
        shown: The id of the one that is open behind the list.
    """
    mark = "● " if one.id in streaming else "• " if one.id in unseen else "  "
    room = next((room for least, room in _MODEL_ROOMS if width >= least), 0)
    model = fitted("draft" if is_draft(one) else _model(one).rpartition("/")[2], room) + "  " if room else ""
    cost = "" if one.cost is None else format_cost(one.cost)
    right = f"{model}{cost:>{_COST_ROOM}}{_when(one):>{_TIME_ROOM}}"
    left = max(width - 2 - cell_len(right) - 2, 1)
    title = one_line(one.metadata.title, 4 * left) or "Untitled"
    tags = " ".join(f"#{one_line(tag)}" for tag in one.metadata.tags)
    tag_room = min(cell_len(tags), left // 2, left - cell_len(title) - 2) if tags else 0
    tag_room = tag_room if tag_room >= _LEAST_TAG else 0
    title = fitted(title, min(cell_len(title), left - tag_room - 2 if tag_room else left))
    beside = f"  {fitted(tags, tag_room)}" if tag_room else ""
    return [
        (mark, "mark"),
        (title, "mark" if one.id == shown else "plain"),
        (beside + " " * (left - cell_len(title) - cell_len(beside)), "dim"),
        (f"  {right}", "dim"),
    ]


def thrown_row(one: Trashed, width: int) -> list[Piece]:
    """Return what stands in the row of a conversation in the trash."""
    days_left = max(DAYS_IN_TRASH - (today() - one.deleted.date()).days, 0)
    right = f"{days_left} day{'s' * (days_left != 1)} left"
    left = max(width - 4 - cell_len(right), 1)
    title = one_line(one.summary.metadata.title, 4 * left) or "Untitled"
    return [("  ", "plain"), (fitted(title, left), "plain"), (f"  {right}", "dim")]


def by_deletion(found: Sequence[Trashed]) -> list[tuple[int, str]]:
    """Return the headings of what is in the trash, each with the place of the row below it."""
    headings: list[tuple[int, str]] = []
    for place, one in enumerate(found):
        heading = f"Deleted {_spoken(one.deleted.date())}"
        if not headings or headings[-1][1] != heading:
            headings.append((place, heading))
    return headings


def _spoken(day: date) -> str:
    current = today()
    named = day_name(day, current)
    if named in ("Today", "Yesterday"):
        return named.lower()
    return f"on {named}" if current - day < timedelta(days=7) else f"on {day.day} {day:%B}"


def full_time(moment: datetime) -> str:
    """Return a moment in the person's time zone, to the minute."""
    return f"{_local(moment):%Y-%m-%d %H:%M}"


def _when(one: Summary) -> str:
    changed, current = _local(one.changed), today()
    is_lately = not one.metadata.pinned and (current - changed.date()).days < 7
    return f"{changed:%H:%M}" if is_lately or changed.date() == current else f"{changed.day} {changed:%b}"


def _model(one: Summary) -> str:
    asked = one.metadata.settings.get("model")
    return one.model or (asked if isinstance(asked, str) else "")


def _local(moment: datetime) -> datetime:
    return moment.astimezone()
