"""The ledger: what conversations cost that were deleted for good, as sums that keep no word of them."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import NamedTuple

from chat_tui.conversation.charges import charges
from chat_tui.conversation.ids import is_id
from chat_tui.conversation.journal import append
from chat_tui.conversation.lines import lines
from chat_tui.conversation.records import DamagedRecordError, NewerRecordError, decode_line, encode_line
from chat_tui.conversation.values import Json, Message
from chat_tui.paths import open_plain


class Sum(NamedTuple):
    """What a conversation's replies of one day, from one model and provider, came to."""

    day: str
    """`YYYY-MM-DD`, where the person was when the conversation was deleted."""
    model: str
    """The model that answered, or else the one that was asked."""
    provider: str
    """Empty where the server didn't say."""
    replies: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cost: Decimal = Decimal(0)
    """USD; attempts that failed and were made again are in it, and titles."""
    upstream: Decimal = Decimal(0)
    """USD that providers took from keys of one's own, beside `cost`."""
    cached_tokens: int = 0
    unknown: int = 0
    """Replies of which nobody knows what they cost."""


class Deleted(NamedTuple):
    """What is kept of a conversation that was deleted for good."""

    sums: list[Sum]
    replies: frozenset[str]
    """The ids of the replies that are in the sums: should they come back, they count once."""


def sums(messages: Iterable[Message]) -> list[Sum]:
    """Return the sums of what `messages` cost; what was copied from another conversation is counted there."""
    return [one for one, _ in _summed(messages)]


def _summed(messages: Iterable[Message]) -> list[tuple[Sum, list[str]]]:
    """Return the sums, each with the ids of the messages that are in it."""
    found: dict[tuple[str, str, str], tuple[Sum, list[str]]] = {}
    for message in messages:
        for charge in charges(message):
            key = (f"{message.at.astimezone():%Y-%m-%d}", charge.model, charge.provider)
            known, ids = found.get(key) or (Sum(*key), [])
            grown = known._replace(
                replies=known.replies + charge.replies,
                prompt_tokens=known.prompt_tokens + charge.prompt_tokens,
                completion_tokens=known.completion_tokens + charge.completion_tokens,
                cached_tokens=known.cached_tokens + charge.cached_tokens,
                cost=known.cost + (charge.cost or 0),
                upstream=known.upstream + (charge.upstream or 0),
                unknown=known.unknown + (charge.standing in ("pending", "unknown")),
            )
            found[key] = grown, ids if message.id in ids[-1:] else [*ids, message.id]
    return [(one, ids) for one, ids in found.values() if one.replies or one.cost]


def settle(ledger: Path, conversation: str, messages: Iterable[Message]) -> None:
    """Write a conversation's sums to the ledger and return when they are on disk; no reply is ever in two sums.

    Raises:
        OSError: when the disk doesn't take them: the conversation must then stay.
    """
    counted = frozenset[str]().union(*(deleted.replies for deleted in read_deleted(ledger).values()))
    records = [
        encode_line({"v": 1, "type": "sum", "id": conversation, **one._asdict(), **_amounts(one), "of": ids})
        for one, ids in _summed(message for message in messages if message.id not in counted)
    ]
    if records:
        append(ledger, b"".join(records))


def read_ledger(ledger: Path) -> list[Sum]:
    """Return the sums of all conversations that were deleted for good.

    Raises:
        OSError: when the ledger is there and can't be read.
    """
    return [one for deleted in read_deleted(ledger).values() for one in deleted.sums]


def read_deleted(ledger: Path) -> dict[str, Deleted]:
    """Return what is kept of each conversation that was deleted for good, by its id.

    Raises:
        OSError: as `read_ledger`.
    """
    found: dict[str, dict[tuple[str, str, str, frozenset[str]], Sum]] = {}
    try:
        with open_plain(ledger) as file:
            for line in lines(file):
                try:
                    record = decode_line(line.content or b"")
                    if record["type"] == "sum" and is_id(identifier := record.get("id")):
                        one, ids = _decode(record), _ids(record)
                        found.setdefault(identifier, {})[one.day, one.model, one.provider, ids] = one
                except (DamagedRecordError, NewerRecordError):
                    continue
    except FileNotFoundError:
        return {}
    return {
        identifier: Deleted(list(known.values()), frozenset[str]().union(*(ids for *_, ids in known)))
        for identifier, known in found.items()
    }


def _ids(record: Json) -> frozenset[str]:
    """Return the ids of the replies in a sum; of one that was written twice they are the same."""
    ids = record.get("of")
    return frozenset(one for one in ids if is_id(one)) if isinstance(ids, list) else frozenset()


def _amounts(one: Sum) -> dict[str, str]:
    return {"cost": format(one.cost, "f"), "upstream": format(one.upstream, "f")}


def _decode(record: Json) -> Sum:
    try:
        amounts = {name: Decimal(record.get(name, "0")) for name in ("cost", "upstream")}
        fields = {name: record[name] for name in Sum._fields if name in record}
        one = Sum(**(fields | amounts))
    except (KeyError, TypeError, ValueError, InvalidOperation):
        raise DamagedRecordError("a sum that can't be read") from None
    texts = (one.day, one.model, one.provider)
    counts = (one.replies, one.prompt_tokens, one.completion_tokens, one.cached_tokens, one.unknown)
    if not all(type(text) is str for text in texts) or not all(type(count) is int for count in counts):
        raise DamagedRecordError("a sum with fields of the wrong kind")
    if not (one.cost.is_finite() and one.upstream.is_finite()):
        raise DamagedRecordError("a cost that is no number")
    return one
