"""The filters of the language that finds conversations: their names, and what may follow them.

How a line is taken apart into filters and words is in `query.py`, what completes it in `completing.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

KINDS = ("image", "pdf", "audio", "video", "file", "code", "link")
PLACES = ("chats", "archive", "trash", "all")
MARKS = ("pinned",)


@dataclass(frozen=True, slots=True)
class Choice:
    """A filter with values; commas stand for “or”.

    Args:
        name: Before the colon.
        meaning: What is chosen by.
        values: All that there are, with what each means; empty when any text could be one.
    """

    name: str
    meaning: str
    values: tuple[tuple[str, str], ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(name for name, _ in self.values)


class Test(NamedTuple):
    """What a filter asks of a message or its conversation; one of `values` must hold, or none when it is negated."""

    name: str
    values: tuple[str | datetime | Decimal, ...]
    """Texts in lower case; of `cost` one amount, of `before` and `after` one moment."""
    sign: str = ":"
    """Of `cost` how it stands to the amount."""
    negated: bool = False


CHOICES: dict[str, Choice] = {
    choice.name: choice
    for choice in (
        Choice("model", "a part of the name of the model that was asked, or that answered"),
        Choice("provider", "a part of the name of who served the reply"),
        Choice("tag", "a tag of the conversation"),
        Choice(
            "role",
            "whose message it is",
            (("user", "your prompts"), ("assistant", "replies"), ("tool", "answers of tools")),
        ),
        Choice("before", "written before a day: 2026-11-01, yesterday, 7d, last-week"),
        Choice("after", "written on a day or later: 2026-11-01, yesterday, 7d, last-week"),
        Choice(
            "has",
            "what is in the message",
            (
                ("image", "a picture"),
                ("pdf", "a PDF"),
                ("audio", "sound"),
                ("video", "a video"),
                ("file", "any file"),
                ("code", "a code block"),
                ("link", "a link"),
            ),
        ),
        Choice("title", "words of the conversation's title"),
        Choice(
            "in",
            "where to search",
            (
                ("chats", "what is neither archived nor in the trash"),
                ("archive", "archived conversations alone"),
                ("trash", "deleted conversations alone"),
                ("all", "everything, the trash too"),
            ),
        ),
        Choice("is", "a mark of the conversation", (("pinned", "pinned conversations alone"),)),
    )
}
COST = "cost"
COST_MEANING = "what the reply cost, in $, as in cost:>0.1"
NAMES = (*CHOICES, COST)
