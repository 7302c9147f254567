"""What replies were charged, in the search index: kept exactly, read for sums and for what is still to be settled."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

from chat_tui.conversation.charges import Charge, charges
from chat_tui.conversation.values import Message
from chat_tui.cost.sums import Spent

_QUARTER = 15 * 60 * 1000
"""Milliseconds."""
_EARLIEST = -(2**62)
_NOTHING = Decimal(0)


class Charged(NamedTuple):
    """A charge, and where it belongs."""

    message: str
    """The reply's id."""
    at: int
    """When the reply was written, in Unix milliseconds."""
    folder: Path
    """The conversation's, below the data folder."""
    charge: Charge
    origin: str | None = None
    """Of the server that served."""


class Place(NamedTuple):
    """Where what was charged belongs."""

    day: date
    """Where the person is."""
    model: str
    provider: str
    conversation: str
    """The conversation's id."""
    title: str
    """The conversation's."""


def add(connection: sqlite3.Connection, doc: int | None, message: Message) -> None:
    """Take in what a message was charged."""
    origin = message.receipt.origin if message.receipt else None
    for number, charge in enumerate(charges(message)):
        amounts = {"cost": _text(charge.cost), "upstream": _text(charge.upstream)}
        values = [_clean(value) for value in {**charge._asdict(), **amounts}.values()]
        marks = ", ".join("?" * (len(values) + 3))
        connection.execute(f"INSERT INTO charges VALUES ({marks})", (doc, number, *values, _clean(origin)))  # noqa: S608


def asking(connection: sqlite3.Connection) -> list[Charged]:
    """Return the charges of which the server may say more."""
    rows = connection.execute(f"SELECT m.id, m.at, c.folder, x.origin, {_FIELDS} {_JOINED} WHERE x.asks")
    return [
        Charged(message, at, Path(folder), _charge(fields), origin) for message, at, folder, origin, *fields in rows
    ]


def sums(
    connection: sqlite3.Connection, since: int | None = None, without: Collection[str] = ()
) -> list[tuple[Place, Spent]]:
    """Return what was charged, added up by where it belongs.

    Each reply counts once: it may be in several conversations, as when an export came back. Where one of them knows
    what it cost, that counts.

    Args:
        connection: To the index.
        since: Only replies from this moment on, in Unix milliseconds.
        without: The ids of replies that are counted elsewhere.
    """
    found: dict[Place, _Sum] = {}
    seen: set[tuple[str, int]] = set()
    day_of = _Days()
    titles = dict(connection.execute("SELECT key, title FROM conversations"))
    names = dict(connection.execute("SELECT key, substr(name, -26) FROM conversations"))
    for condition in ("x.cost IS NOT NULL", "x.cost IS NULL"):
        rows = connection.execute(
            "SELECT m.id, x.number, m.at, m.conversation, x.model, x.provider, x.standing, x.cost, x.upstream,"  # noqa: S608
            " x.replies, x.prompt_tokens, x.completion_tokens, x.cached_tokens FROM charges x"
            f" JOIN messages m ON m.doc = x.doc WHERE {condition} AND m.at >= ?",
            (_EARLIEST if since is None else since,),
        )
        for message, number, at, key, model, provider, *figures in rows:
            if (message, number) in seen or message in without:
                continue
            seen.add((message, number))
            place = Place(day_of[at // _QUARTER], model, provider, names[key], titles[key])
            if (known := found.get(place)) is None:
                known = found[place] = _Sum()
            known.add(*figures)
    return [(place, known.spent()) for place, known in found.items()]


class _Sum:
    """A sum that grows: a tuple anew for each charge would take most of the time."""

    __slots__ = ("cached", "completion", "cost", "pending", "prompt", "replies", "unknown", "upstream")

    def __init__(self) -> None:
        self.cost = self.upstream = _NOTHING
        self.replies = self.prompt = self.completion = self.cached = self.pending = self.unknown = 0

    def add(
        self,
        standing: str,
        cost: str | None,
        upstream: str | None,
        replies: int,
        prompt: int,
        completion: int,
        cached: int,
    ) -> None:
        if cost is not None:
            self.cost += Decimal(cost)
        if upstream is not None:
            self.upstream += Decimal(upstream)
        self.replies += replies
        self.prompt += prompt
        self.completion += completion
        self.cached += cached
        self.pending += standing == "pending"
        self.unknown += standing == "unknown"

    def spent(self) -> Spent:
        return Spent(
            self.cost,
            self.upstream,
            self.replies,
            self.prompt,
            self.completion,
            self.cached,
            self.pending,
            self.unknown,
        )


class _Days(dict[int, date]):
    """The day, where the person is, of each quarter of an hour since 1970: no zone's day begins within one."""

    def __missing__(self, quarter: int) -> date:
        day = self[quarter] = datetime.fromtimestamp(quarter * _QUARTER / 1000).astimezone().date()
        return day


_JOINED = "FROM charges x JOIN messages m ON m.doc = x.doc JOIN conversations c ON c.key = m.conversation"
_FIELDS = ", ".join(f"x.{name}" for name in Charge._fields)


def _charge(fields: list[Any]) -> Charge:
    charge = Charge(*fields)
    cost, upstream = (None if one is None else Decimal(one) for one in (charge.cost, charge.upstream))
    return charge._replace(asks=bool(charge.asks), cost=cost, upstream=upstream)


def _text(amount: Decimal | None) -> str | None:
    return None if amount is None else format(amount, "f")


def _clean(value: object) -> object:
    """Return a text as a database can hold it: without lone surrogates."""
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) and not value.isascii() else value
