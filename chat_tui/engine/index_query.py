"""What is looked for, as SQL over the index; texts reach it as parameters alone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Final, NamedTuple

from chat_tui.search.filters import KINDS, Test
from chat_tui.search.folding import Term, words
from chat_tui.search.query import Query

CANDIDATES: Final = 5_000
"""Of the newest that fit, the best are chosen."""
_OF_CONVERSATIONS: Final = frozenset(("tag", "title", "in", "is"))
_FRESH_DAYS: Final = 30
"""After so many days a message has lost half of what its newness adds to how well it fits."""

# A title counts before a text, and that before what the model thought. Newer is better: at most twice as good.
_SCORE: Final = (
    f"bm25(texts, 1.0, 4.0, 0.3) * (1 + 1.0 / (1 + max(0, :now - m.at) / {_FRESH_DAYS * 86_400_000}.0)) AS score"
)
_COLUMNS: Final = "m.doc, m.conversation, m.id, m.at, m.role, m.models, m.cost, m.start, m.length"


class Statement(NamedTuple):
    """SQL with its parameters."""

    sql: str
    parameters: dict[str, Any]


def matching(query: Query, now: datetime, limit: int, *, has_texts: bool) -> Statement:
    """Return the statement that yields the messages and titles that `query` asks for, the best first.

    Without words the newest come first; without texts in the index the words aren't looked at.
    """
    condition, parameters = _conditions(query, has_texts=has_texts)
    parameters |= {"now": round(now.timestamp() * 1000), "limit": limit, "most": CANDIDATES}
    if not (query.groups and has_texts):
        return Statement(
            f"SELECT {_COLUMNS}, 0 FROM messages m JOIN conversations c ON c.key = m.conversation"  # noqa: S608
            f" WHERE {condition} ORDER BY {_newness(query)} DESC, m.doc DESC LIMIT :limit",
            parameters,
        )
    return Statement(
        f"SELECT * FROM (SELECT {_COLUMNS}, {_SCORE} FROM texts"  # noqa: S608 - our own words; the rest are parameters
        " CROSS JOIN messages m ON m.doc = texts.rowid JOIN conversations c ON c.key = m.conversation"
        f" WHERE texts MATCH :words AND {condition} ORDER BY texts.rowid DESC LIMIT :most)"
        " ORDER BY score, at DESC LIMIT :limit",
        parameters,
    )


def counting(query: Query) -> Statement:
    """Return the statement that counts what `query` asks for."""
    condition, parameters = _conditions(query, has_texts=True)
    texts = "texts CROSS JOIN messages m ON m.doc = texts.rowid" if query.groups else "messages m"
    match = "texts MATCH :words AND " if query.groups else ""
    return Statement(
        f"SELECT count(*) FROM {texts} JOIN conversations c ON c.key = m.conversation WHERE {match}{condition}",  # noqa: S608
        parameters,
    )


def _newness(query: Query) -> str:
    return "c.changed" if _lists_conversations(query) else "m.at"


def _lists_conversations(query: Query) -> bool:
    """Tell whether whole conversations are asked for, not messages in them."""
    return not query.groups and not query.without and all(test.name in _OF_CONVERSATIONS for test in query.tests)


def _conditions(query: Query, *, has_texts: bool) -> tuple[str, dict[str, Any]]:
    """Return what a row must fulfil, but for the words that it must hold."""
    parameters: dict[str, Any] = {}
    conditions: list[str] = []
    if not any(test.name == "in" and not test.negated for test in query.tests):
        conditions.append("NOT c.in_trash")
    if _lists_conversations(query):
        conditions.append("m.id IS NULL")
    elif not query.groups:
        conditions.append("m.id IS NOT NULL")
    for place, test in enumerate(query.tests):
        condition = " OR ".join(
            _condition(test, f"{place}_{n}", value, parameters) for n, value in enumerate(test.values)
        )
        # What isn't known of a row is no reason to let it pass.
        conditions.append(f"NOT ifnull({condition}, 1)" if test.negated else f"({condition})")
    if query.groups and has_texts:
        parameters["words"] = _match(query)
    elif query.without and has_texts:
        conditions.append("m.doc NOT IN (SELECT rowid FROM texts WHERE texts MATCH :without)")
        parameters["without"] = " OR ".join(map(_phrase, query.without))
    return " AND ".join(conditions) or "1", parameters


def _condition(test: Test, name: str, value: str | datetime | Decimal, parameters: dict[str, Any]) -> str:
    """Return the condition that `value` sets, and put it among the parameters under `name`."""
    match value:
        case datetime():
            parameters[f"p{name}"] = round(value.timestamp() * 1000)
            return f"m.at {'<' if test.name == 'before' else '>='} :p{name}"
        case Decimal():
            parameters[f"p{name}"] = float(value)
            return f"CAST(m.cost AS REAL) {test.sign} :p{name}"
    fixed = _FIXED.get((test.name, value)) or _has(test.name, value)
    if fixed:
        return fixed
    if test.name == "title":
        parameters[f"p{name}"] = "".join(f" {word}" for word in words(value))
        return f"instr(c.title_words, :p{name}) > 0"
    if test.name == "tag":
        parameters[f"p{name}"] = f"\n{value}\n"
        return f"instr(c.tag_words, :p{name}) > 0"
    parameters[f"p{name}"] = value
    column = {"model": "lower(m.models)", "provider": "lower(m.provider)"}.get(test.name)
    return f"instr({column}, :p{name}) > 0" if column else f"m.role = :p{name}"


_FIXED: Final = {
    ("in", "chats"): "(NOT c.in_trash AND NOT c.archived)",
    ("in", "archive"): "(NOT c.in_trash AND c.archived)",
    ("in", "trash"): "c.in_trash",
    ("in", "all"): "1",
    ("is", "pinned"): "c.pinned",
}


def _has(name: str, value: str) -> str:
    return f"(m.has & {1 << KINDS.index(value)}) > 0" if name == "has" else ""


def _match(query: Query) -> str:
    """Return what the words ask for in the language of FTS5: nothing in it but quoted letters and digits of ours."""
    wanted = " AND ".join(f"({_either(group)})" for group in query.groups)
    return f"({wanted}) NOT ({_either(query.without)})" if query.without else wanted


def _either(terms: Sequence[Term]) -> str:
    return " OR ".join(map(_phrase, terms))


def _phrase(term: Term) -> str:
    return f'"{" ".join(term.words)}"' + (" *" if term.is_prefix else "")
