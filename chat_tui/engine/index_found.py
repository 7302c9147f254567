"""What a search brings: matches, read back from the rows of the index and from the journals."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, Final, NamedTuple

from chat_tui.conversation.folder import Folder
from chat_tui.conversation.ids import parse_time
from chat_tui.conversation.metadata import Metadata
from chat_tui.conversation.partial import recover_partial
from chat_tui.conversation.records import DamagedRecordError, NewerRecordError, decode_line, decode_message
from chat_tui.conversation.summary import Summary
from chat_tui.conversation.values import Message
from chat_tui.engine.index_disk import JOURNAL
from chat_tui.engine.index_journal import IN_PARTIAL, decimal_or_none, other_text
from chat_tui.paths import open_plain
from chat_tui.search.query import Query
from chat_tui.search.snippets import Snippet, snippet

SUMMARY: Final = (
    "c.folder, c.changed, c.created, c.title, c.tags, c.pinned, c.archived, c.leaf, c.settings, c.newer, c.messages,"
    " c.model, c.cost, c.preview"
)
"""The columns of a conversation `c` that `summary_of` reads."""
_MOST_OF_ONE = 5
"""Matches of one conversation that may stand before those of others."""
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


class Match(NamedTuple):
    """A message, or a conversation's title, that was found."""

    summary: Summary
    message_id: str | None
    """None: the conversation itself, by its title, its tags or its marks."""
    role: str | None
    at: datetime
    snippet: str
    """As it was written, but on one line; not yet printable."""
    spans: tuple[tuple[int, int], ...]
    """Where in the snippet what was looked for begins and ends, in characters."""
    model: str | None = None
    cost: Decimal | None = None
    """USD, of the message."""


class Found(NamedTuple):
    """What a search brought."""

    matches: list[Match]
    problems: list[str]
    """Sentences: what of the query wasn't understood, and what is wrong with the index."""
    total: int
    """How many there are, also those that aren't among the matches."""

    def grouped(self) -> list[list[Match]]:
        """Return the matches by conversation, that with the best one first."""
        groups: dict[str, list[Match]] = {}
        for match in self.matches:
            groups.setdefault(match.summary.folder.name, []).append(match)
        return list(groups.values())


def summary_of(data: Path, row: Sequence[Any]) -> Summary:
    """Return the conversation that a row of `SUMMARY` is about; `data` is the data folder."""
    (
        folder,
        changed,
        created,
        title,
        tags,
        pinned,
        archived,
        leaf,
        settings,
        newer,
        messages,
        model,
        cost,
        preview,
    ) = row
    path = data / folder
    metadata = Metadata(
        path.name[-26:], parse_time(created or "1970-01-01T00:00:00Z"), title, tuple(json.loads(tags)),
        bool(pinned), bool(archived), leaf, json.loads(settings), newer=bool(newer),
    )  # fmt: skip
    moment = EPOCH + timedelta(seconds=changed)
    return Summary(metadata, moment, path, messages, model, decimal_or_none(cost), preview)


def mixed(rows: Sequence[Any]) -> list[Any]:
    """Return rows in their order, but what one conversation has beyond its share at the end."""
    counts: dict[int, int] = {}
    first: list[Any] = []
    later: list[Any] = []
    for row in rows:
        counts[row[1]] = counts.get(row[1], 0) + 1
        (first if counts[row[1]] <= _MOST_OF_ONE else later).append(row)
    return first + later


def message_at(folder: Path, identifier: str, start: int, length: int) -> Message | None:
    """Return the message whose line begins at `start`, or None when the journal isn't any more what it was."""
    try:
        if start == IN_PARTIAL:
            return recover_partial(Folder(folder).partial(identifier))
        with open_plain(folder / JOURNAL) as file:
            file.seek(start)
            message = decode_message(decode_line(file.read(length)))
    except (OSError, DamagedRecordError, NewerRecordError, KeyError):
        return None
    return message if message.id == identifier else None


def snippet_of(message: Message, query: Query) -> Snippet:
    """Return the stretch that shows why the message was found; answers count before thoughts."""
    shown = snippet(message.text, query.terms)
    if shown.spans or not query.terms:
        return shown
    other = snippet(other_text(message), query.terms)
    return other if other.spans else shown
