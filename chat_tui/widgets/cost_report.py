"""What was spent, as a page: sums, what the account has left, a plot over days, and who it went to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from textual.content import Content

from chat_tui.cost.budgets import OF_ALL, Cap
from chat_tui.cost.sums import By, Entry, Group, Spent, grouped, total
from chat_tui.cost.written import format_cost
from chat_tui.models.account import Standing
from chat_tui.text import one_line
from chat_tui.widgets.plots import aligned, bar, columns

SPANS: tuple[tuple[str, str, int | None], ...] = (
    ("7 d", "7 days", 7),
    ("30 d", "30 days", 30),
    ("90 d", "90 days", 90),
    ("1 y", "12 months", 365),
    ("all", "all", None),
)
"""How each is called, in short and in full, and its days."""
_DIM, _ACCENT, _WARNING = "$foreground-muted", "$primary", "$text-warning"
_PLOT_HEIGHT, _LOW_PLOT = 6, 3
_TALL = 28
"""Rows from which on the plot is high."""
_LABEL = 14
_LEAST_BAR, _MOST_BAR = 8, 40
_MOST_ROWS = 200
_LONGEST_DAYS = 366 * 20
NO_NAME = {"day": "", "model": "not told", "provider": "not told", "chat": "without a title"}
NAMES = {"day": "days", "model": "models", "provider": "providers", "chat": "chats"}


@dataclass(frozen=True, slots=True)
class Report:
    """What the page is made from.

    Args:
        entries: All that was spent; None while that is being read.
        today: The day that it is.
        span: Which of SPANS is plotted and grouped.
        by: What groups it.
        account: How the account stands; None while the server is asked.
        problem: Why something isn't there, a sentence.
        caps: The budgets that hold.
    """

    entries: Sequence[Entry] | None
    today: date
    span: int = 1
    by: By = "model"
    account: Standing | None = None
    problem: str = ""
    caps: Sequence[Cap] = ()

    @property
    def shown(self) -> list[Entry]:
        """What was spent in the span."""
        days = SPANS[self.span][2]
        since = None if days is None else self.today - timedelta(days=days - 1)
        return [entry for entry in self.entries or () if since is None or entry.day >= since]


def report(page: Report, width: int, height: int = _TALL) -> Content:
    """Return the page for a width and a height in cells; it may be longer."""
    if page.entries is None:
        blocks = [Content.styled(page.problem or "Adding up …", _WARNING if page.problem else _DIM)]
    elif not page.entries:
        blocks = [
            Content("Nothing was spent yet."),
            Content.styled("What replies cost is kept with them, as the server says it; here it is added up.", _DIM),
        ]
    else:
        shown = page.shown
        blocks = [
            _sums(page, width),
            _plot(page, shown, width, _PLOT_HEIGHT if height >= _TALL else _LOW_PLOT),
            _groups(page, shown, width),
        ]
    if page.problem and page.entries is not None:
        blocks.insert(0, Content.styled(one_line(page.problem), _WARNING))
    blocks.insert(min(1, len(blocks)), _account(page.account))
    return Content("\n\n").join(block for block in blocks if block.plain)


def _sums(page: Report, width: int) -> Content:
    entries = page.entries or ()
    month = page.today.replace(day=1)
    spans = (
        ("today", total(entry for entry in entries if entry.day >= page.today)),
        ("this month", total(entry for entry in entries if entry.day >= month)),
        ("all", total(entries)),
    )
    cell = min(22, width // 3)
    lines = [
        Content.styled("".join(name.rjust(cell) for name, _ in spans), _DIM),
        Content.styled("".join(amount(spent).rjust(cell) for _, spent in spans), "bold"),
        Content.styled("".join(count(spent.replies, "reply", "replies").rjust(cell) for _, spent in spans), _DIM),
    ]
    budgets = {cap.period: cap.amount for cap in page.caps if cap.asks}
    if "day" in budgets or "month" in budgets:
        told = (f"of {format_cost(budgets[one])}" if one in budgets else "" for one in OF_ALL)
        lines.insert(2, Content.styled("".join(text.rjust(cell) for text in told), _DIM))
    if any(spent.upstream for _, spent in spans):
        own = "".join(format_cost(spent.upstream).rjust(cell) for _, spent in spans)
        lines.append(Content.assemble(own, ("  by keys of your own", _DIM)))
    if missing := missing_words(spans[-1][1]):
        lines.append(Content.styled(missing, _DIM))
    return Content("\n").join(lines)


def amount(spent: Spent) -> str:
    """Return what was spent, with `≥` where something of it isn't known."""
    return ("" if spent.is_whole else "≥ ") + format_cost(spent.cost)


def missing_words(spent: Spent) -> str:
    """Return of how many replies the cost isn't known, and whether it will be; empty when all is."""
    told = []
    if spent.pending:
        told.append(f"{count(spent.pending, 'reply', 'replies')} pending: the server is asked until it says")
    if spent.unknown:
        told.append(f"{count(spent.unknown, 'reply', 'replies')} unknown: nobody said what they cost")
    return " · ".join(told)


def count(number: int, one: str, several: str) -> str:
    """Return a number with its word."""
    return f"{number:,} {one if number == 1 else several}"


def _account(account: Standing | None) -> Content:
    if account is None:
        return Content.styled("Asking for credits and limits …", _DIM)
    return Content("\n").join(
        Content.assemble((label.ljust(_LABEL), _DIM), one_line(text, 200)) for label, text in _told(account)
    )


def _told(account: Standing) -> Iterator[tuple[str, str]]:
    """Yield what is known of the account, and why something isn't."""
    if account.balance is not None:
        yield "credits", f"{format_cost(account.balance)} left of {format_cost(account.bought)}"
    else:
        yield "credits", account.no_credits
    if account.no_key and account.no_key != account.no_credits:
        yield "key", account.no_key
    for name, limit, remaining, resets in account.budgets:
        left = f"{format_cost(remaining)} left of {format_cost(limit)}" if limit is not None else "not told"
        yield one_line(name, _LABEL - 1), left + (f", resets {_moment(resets)}" if resets else "")
    if account.has_limit is False:
        yield "key limit", "none"
    if account.free_remaining is not None:
        of = "" if account.free_limit is None else f" of {account.free_limit:,}"
        yield "free models", f"{account.free_remaining:,}{of} requests left today; counted anew at midnight UTC"
    if account.expires:
        yield "key ends", _moment(account.expires)


def _moment(text: str) -> str:
    """Return a moment where the person is; what is none stays as it is."""
    try:
        return f"{datetime.fromisoformat(text).astimezone():%d %b %Y %H:%M}"
    except ValueError:
        return text


# Over days


def _plot(page: Report, shown: Sequence[Entry], width: int, height: int) -> Content:
    _, name, length = SPANS[page.span]
    first = min((entry.day for entry in shown), default=page.today)
    # A clock that is ahead, here or elsewhere, must not hide what was spent.
    last = max(page.today, max((entry.day for entry in shown), default=page.today))
    begin = last - timedelta(days=(length or min((last - first).days + 1, _LONGEST_DAYS)) - 1)
    labels = _LABEL - 4
    days, cell, gap = _measures((last - begin).days + 1, width - labels - 2)
    values = [Decimal(0)] * -(-((last - begin).days + 1) // days)
    for entry in shown:
        place = (last - entry.day).days // days
        if place < len(values):
            values[-1 - place] += entry.spent.cost + entry.spent.upstream
    most = max(values, default=Decimal(0))
    each = {1: "day", 7: "week"}.get(days, f"{days} days")
    what = f"last {name}" if length else f"all, from {first:%d %b %Y}"
    head = Content.assemble((what, "bold"), (f"  each {each}", _DIM))
    rows = columns(values, height, width=cell, gap=gap)
    lines = [head]
    for number, row in enumerate(rows):
        label = format_cost(most) if number == 0 and most else ""
        # The column of today stands at the end.
        lines.append(
            Content.assemble(
                (label.rjust(labels), _DIM),
                (" ┤" if label else " │", _DIM),
                (row[:-cell], f"{_ACCENT} 70%"),
                (row[-cell:], _ACCENT),
            )
        )
    breadth = len(rows[0])
    ends = f"{begin:%d %b}", "today" if last == page.today else f"{last:%d %b}"
    lines.append(Content.styled("$0".rjust(labels) + " └" + "─" * breadth, _DIM))
    if breadth > sum(map(len, ends)):
        between = " " * (breadth - sum(map(len, ends)))
        lines.append(Content.styled(" " * (labels + 2) + ends[0] + between + ends[1], _DIM))
    return Content("\n").join(lines)


def _measures(days: int, room: int) -> tuple[int, int, int]:
    """Return how many days a column is of, its cells, and those between two, so that all have room."""
    each = next((each for each in (1, 7, 30) if days <= room * each), -(-days // max(room, 1)))
    number = -(-days // each)
    cells = room // max(number, 1)
    if cells < 2:
        return each, 1, 0
    return each, min(cells - 1, 8), 1


# By model, provider, conversation or day


def _groups(page: Report, shown: Sequence[Entry], width: int) -> Content:
    groups = grouped(shown, page.by)
    head = Content.assemble((f"by {page.by}", "bold"), (f"  {count(len(groups), page.by, NAMES[page.by])}", _DIM))
    if not groups:
        return Content("\n").join((head, Content.styled("Nothing was spent in this time.", _DIM)))
    listed = groups[:_MOST_ROWS]
    amounts = aligned([(_both(group), group.spent.is_whole) for group in listed])
    counts = [f"{group.spent.replies:,}" for group in listed]
    many, money = max(map(len, counts)), max(map(len, amounts))
    room = max(width - money - many - 6, 12)
    bars = min(max(room // 2, _LEAST_BAR), _MOST_BAR)
    names = max(min(max(len(_name(group, page.by)) for group in listed), room - bars), 8)
    most = max(map(_both, listed))
    lines = [head]
    for group, told, number in zip(listed, amounts, counts, strict=True):
        name = _cut(_name(group, page.by), names)
        lines.append(
            Content.assemble(
                name.ljust(names) + "  ",
                (bar(_both(group), most, bars).ljust(bars), f"{_ACCENT} 70%"),
                f"  {told}",
                (f"  {number.rjust(many)}", _DIM),
            )
        )
    if len(groups) > len(listed):
        lines.append(Content.styled(f"… and {len(groups) - len(listed):,} more", _DIM))
    return Content("\n").join(lines)


def _both(group: Group) -> Decimal:
    return group.spent.cost + group.spent.upstream


def _name(group: Group, by: By) -> str:
    if by == "day":
        return f"{date.fromisoformat(group.key):%a %d %b %Y}"
    return one_line(group.title, 80).strip() or NO_NAME[by]


def _cut(text: str, cells: int) -> str:
    content = Content(text)
    return text if content.cell_length <= cells else content.truncate(cells, ellipsis=True).plain
