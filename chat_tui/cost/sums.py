"""What replies came to: sums over receipts, and their groups."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Literal, NamedTuple

from chat_tui.conversation.charges import Charge, charges
from chat_tui.conversation.values import Message

By = Literal["day", "model", "provider", "chat"]
GROUPS: tuple[By, ...] = ("day", "model", "provider", "chat")
DELETED = "deleted conversations"
_NOTHING = Decimal(0)


class Spent(NamedTuple):
    """What some replies came to."""

    cost: Decimal = Decimal(0)
    """USD that servers took."""
    upstream: Decimal = Decimal(0)
    """USD that providers took from keys of one's own, beside `cost`."""
    replies: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cached_tokens: int = 0
    pending: int = 0
    """Of which the server will say later what they cost."""
    unknown: int = 0
    """Of which nobody knows."""

    def __add__(self, other: object) -> Spent:
        """Return both together."""
        if not isinstance(other, Spent):
            return NotImplemented
        return Spent(
            self.cost + other.cost,
            self.upstream + other.upstream,
            self.replies + other.replies,
            self.prompt_tokens + other.prompt_tokens,
            self.completion_tokens + other.completion_tokens,
            self.cached_tokens + other.cached_tokens,
            self.pending + other.pending,
            self.unknown + other.unknown,
        )

    @property
    def is_whole(self) -> bool:
        """Whether nothing is missing: otherwise it cost at least that."""
        return not (self.pending or self.unknown)


def spent_on(charge: Charge) -> Spent:
    """Return what one charge adds to a sum."""
    return Spent(
        charge.cost or _NOTHING,
        charge.upstream or _NOTHING,
        charge.replies,
        charge.prompt_tokens,
        charge.completion_tokens,
        charge.cached_tokens,
        charge.standing == "pending",
        charge.standing == "unknown",
    )


def spent(messages: Iterable[Message]) -> Spent:
    """Return what replies came to; what was copied from another conversation isn't in it."""
    return sum((spent_on(charge) for message in messages for charge in charges(message)), Spent())


class Entry(NamedTuple):
    """What replies of one day, model, provider and conversation came to."""

    day: date
    """Where the person is; what was deleted for good keeps its day."""
    model: str
    provider: str
    chat: str
    """The conversation's id; empty for those that were deleted for good."""
    title: str
    spent: Spent


class Group(NamedTuple):
    """What belongs together by its day, model, provider or conversation."""

    key: str
    title: str
    """The conversation's, when that is what groups, else the key."""
    spent: Spent


def grouped(entries: Iterable[Entry], by: By) -> list[Group]:
    """Return what was spent by day (the latest first), or by what else groups it (what cost most first)."""
    found: dict[str, tuple[str, Spent]] = {}
    for entry in entries:
        key, title = _key(entry, by)
        known = found.get(key)
        found[key] = (title, entry.spent if known is None else known[1] + entry.spent)
    groups = [Group(key, title, spent) for key, (title, spent) in found.items()]
    if by == "day":
        return sorted(groups, reverse=True)
    return sorted(groups, key=lambda one: (-(one.spent.cost + one.spent.upstream), -one.spent.replies, one.key))


def total(entries: Iterable[Entry]) -> Spent:
    """Return what all came to."""
    return sum((entry.spent for entry in entries), Spent())


def _key(entry: Entry, by: By) -> tuple[str, str]:
    match by:
        case "day":
            return entry.day.isoformat(), entry.day.isoformat()
        case "model":
            return entry.model, entry.model
        case "provider":
            return entry.provider, entry.provider
        case "chat":
            return entry.chat, entry.title if entry.chat else DELETED


def total_cost(messages: Iterable[Message]) -> Decimal | None:
    """Return the sum of what the server said that replies cost, in USD; None when it said nothing of any.

    What an attempt cost that failed and was made again is in it, and a title that a model gave; what was copied from
    another conversation isn't.
    """
    costs = [charge.cost for message in messages for charge in charges(message) if charge.cost is not None]
    return sum(costs, _NOTHING) if costs else None
