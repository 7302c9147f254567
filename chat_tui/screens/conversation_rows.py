"""How conversations are listed: under which day, and what stands in a row."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date, datetime

from rich.cells import cell_len
from textual.content import Content

from chat_tui.conversation.ids import now
from chat_tui.conversation.summary import Summary, Trashed
from chat_tui.cost.written import format_cost
from chat_tui.engine.shelf import DAYS_IN_TRASH
from chat_tui.screens.searched_pane import MUTED
from chat_tui.text import one_line
from chat_tui.widgets.row_list import Piece, fitted

_COST_ROOM, _TIME_ROOM = 8, 7
_MODEL_ROOMS = ((100, 28), (58, 18))
"""From how many cells on the model has a column, and how wide."""
_LEAST_TAG = 4


def today() -> date:
    """Return the day that it is where the person is."""
    return now().astimezone().date()


class Arranged:
    """Conversations in the order in which they are listed: drafts, those that are pinned, then the last changed first.

    Making one takes a while when there are many: in a thread.

    Args:
        found: All there are, in any order.
    """

    def __init__(self, found: Iterable[Summary]) -> None:
        self.all = sorted(found, key=lambda one: one.changed, reverse=True)
        known = [(words_of(one), one) for one in self.all]
        self._archived = [entry for entry in known if entry[1].metadata.archived]
        others = [entry for entry in known if not entry[1].metadata.archived]
        self._current = sorted(others, key=lambda entry: _rank(entry[1]))

    def count(self, *, archived: bool) -> int:
        """Return how many conversations the archive has, or how many there are beside it."""
        return len(self._archived if archived else self._current)

    def find(self, text: str, *, archived: bool) -> tuple[list[Summary], list[tuple[int, str]]]:
        """Return the conversations that have all words of `text`, and the heading above each group with its place."""
        entries = self._archived if archived else self._current
        for word in text.casefold().split():
            entries = [entry for entry in entries if word in entry[0]]
        listed = [one for _, one in entries]
        groups = [] if archived else [(0, "Drafts"), (bisect_left(listed, 1, key=_rank), "Pinned")]
        place = 0 if archived else bisect_left(listed, 2, key=_rank)
        starts = [*(start for start, _ in groups[1:]), place]
        headings = [group for group, end in zip(groups, starts, strict=False) if group[0] < end]
        return listed, [*headings, *by_day(listed, place)]


def _rank(one: Summary) -> int:
    return 0 if is_draft(one) else 1 if one.metadata.pinned else 2


def by_day(listed: Sequence[Summary], place: int = 0) -> Iterator[tuple[int, str]]:
    """Yield the headings from `place` on, where the last changed comes first."""
    current = today()
    while place < len(listed):
        name, first = _group(_local(listed[place].changed).date(), current)
        yield place, name
        began = datetime(first.year, first.month, first.day).astimezone()
        place = bisect_left(listed, True, place + 1, key=lambda one: one.changed < began)


def _group(day: date, current: date) -> tuple[str, date]:
    """Return the heading for a day, and the first day that is under it: a weekday of the last week, or a month."""
    days = (current - day).days
    if days < 7:
        return ("Today", current) if days <= 0 else ("Yesterday" if days == 1 else f"{day:%A}", day)
    return f"{day:%B}" if day.year == current.year else f"{day:%B %Y}", day.replace(day=1)


def is_draft(one: Summary) -> bool:
    """Tell whether nothing was sent there yet."""
    return one.messages == 0 and not one.preview and one.model is None


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
    days = (today() - day).days
    if days < 2:
        return "today" if days <= 0 else "yesterday"
    return f"on {day:%A}" if days < 7 else f"on {day.day} {day:%B}"


def about(one: Summary, width: int) -> Content:
    """Return all that is known of a conversation, for a text of so many cells."""
    messages = "" if not one.messages else f"{one.messages:,} message{'s' * (one.messages != 1)}"
    cost = "" if one.cost is None else format_cost(one.cost)
    known = [one_line(one.model or ""), messages, cost, f"changed {full_time(one.changed)}"]
    lines = [
        Content.styled(one_line(one.metadata.title, 4 * width) or "Untitled", "bold"),
        Content.styled(" · ".join(filter(None, known)), MUTED),
    ]
    if one.metadata.tags:
        lines.append(Content.styled(" ".join(f"#{one_line(tag)}" for tag in one.metadata.tags), "$primary"))
    if one.preview:
        lines.append(Content(one_line(one.preview)))
    return Content("\n").join(lines)


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
