"""A server's catalogue as it is known at one moment, with how old it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from chat_tui.models.known import Answer
from chat_tui.models.search import Index

_NOTHING = Index()


@dataclass(frozen=True, slots=True)
class Listing:
    """The models, and how far they can be trusted.

    Args:
        index: The models; none while nothing is known.
        fetched: When the server told them, in UTC; None: it never did.
        refreshing: The server is being asked.
        problem: Why the last refresh failed, a sentence; the models are then those from before.
        answers: What the server was asked about all models, by question (see `known`).
    """

    index: Index = _NOTHING
    fetched: datetime | None = None
    refreshing: bool = False
    problem: str = ""
    answers: Mapping[str, Answer] = field(default_factory=dict)

    def is_older_than(self, seconds: float, now: datetime) -> bool:
        """Tell whether the models are of longer ago than that, or there are none; a clock set back makes them old."""
        return self.fetched is None or not timedelta(0) <= now - self.fetched <= timedelta(seconds=seconds)

    def freshness(self, now: datetime) -> str:
        """Return how old the models are, for people: `as of 3 hours ago, asking again …`."""
        if self.fetched is None:
            return "asking for the models …" if self.refreshing else "no models known"
        age = f"as of {ago(now - self.fetched)}"
        return f"{age}, asking again …" if self.refreshing else age


def ago(span: timedelta) -> str:
    """Return how long ago in the greatest unit: `just now`, `5 minutes ago`, `3 days ago`."""
    seconds = span.total_seconds()
    for unit, length in (("day", 86_400), ("hour", 3_600), ("minute", 60)):
        count = int(seconds // length)
        if count >= 1:
            return f"{count:,} {unit}{'s' * (count != 1)} ago"
    return "just now"
