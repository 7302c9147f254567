"""What replies were charged, in the search index: kept exactly, read for sums and for what is still to be settled."""

from __future__ import annotations

import sqlite3
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

from chat_tui.conversation.charges import Charge, charges
from chat_tui.conversation.values import Message


class Charged(NamedTuple):
    """A charge, and where it belongs."""

    message: str
    """The reply's id."""
    at: int
    """When the reply was written, in Unix milliseconds."""
    folder: Path
    """The conversation's, below the data folder."""
    title: str
    """The conversation's."""
    charge: Charge
    origin: str | None = None
    """Of the server that served."""

    @property
    def conversation(self) -> str:
        """The conversation's id."""
        return self.folder.name[-26:]


def add(connection: sqlite3.Connection, doc: int | None, message: Message) -> None:
    """Take in what a message was charged."""
    origin = message.receipt.origin if message.receipt else None
    for number, charge in enumerate(charges(message)):
        amounts = {"cost": _text(charge.cost), "upstream": _text(charge.upstream)}
        values = [_clean(value) for value in {**charge._asdict(), **amounts}.values()]
        marks = ", ".join("?" * (len(values) + 3))
        connection.execute(f"INSERT INTO charges VALUES ({marks})", (doc, number, *values, _clean(origin)))  # noqa: S608


def read(connection: sqlite3.Connection, since: int | None = None, *, asking: bool = False) -> list[Charged]:
    """Return all charges, each once: a message may be in several conversations, as when an export came back.

    Args:
        connection: To the index.
        since: Only those of replies from this moment on, in Unix milliseconds.
        asking: Only those of which the server may say more.
    """
    conditions = ["m.at >= ?"] if since is not None else []
    conditions += ["x.asks"] if asking else []
    where = f"WHERE {' AND '.join(conditions)}" if conditions else ""
    rows = connection.execute(
        f"SELECT m.id, x.number, m.at, c.folder, c.title, x.origin, {_FIELDS} FROM charges x"  # noqa: S608 - our words
        " JOIN messages m ON m.doc = x.doc JOIN conversations c ON c.key = m.conversation"
        f" {where} ORDER BY x.cost IS NULL, x.asks, c.in_trash, c.name, x.doc",
        (since,) if since is not None else (),
    )
    found: dict[tuple[str, int], Charged] = {}
    for message, number, at, folder, title, origin, *fields in rows:
        if (message, number) not in found:
            found[message, number] = Charged(message, at, Path(folder), title, _charge(fields), origin)
    return list(found.values())


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
