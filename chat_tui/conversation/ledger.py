"""The ledger: what conversations cost that were deleted for good, as sums that keep no word of them."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import NamedTuple

from chat_tui.conversation.ids import is_id
from chat_tui.conversation.journal import append
from chat_tui.conversation.records import DamagedRecordError, NewerRecordError, decode_line, encode_line
from chat_tui.conversation.values import Json, Message


class Sum(NamedTuple):
    """What a conversation's replies of one day, from one model and provider, came to."""

    day: str
    """`YYYY-MM-DD`, in UTC."""
    model: str
    """The model that answered, or else the one that was asked."""
    provider: str
    """Empty where the server didn't say."""
    replies: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cost: Decimal = Decimal(0)
    """USD; attempts that failed and were made again are in it, and titles."""


def sums(messages: Iterable[Message]) -> list[Sum]:
    """Return the sums of what `messages` cost; what was copied from another conversation is counted there."""
    found: dict[tuple[str, str, str], Sum] = {}
    for message in messages:
        receipt = message.receipt
        if receipt is None or message.copied_from is not None:
            continue
        key = (f"{message.at:%Y-%m-%d}", receipt.model or message.model or "", receipt.provider or "")
        known = found.get(key) or Sum(*key)
        found[key] = known._replace(
            replies=known.replies + 1,
            prompt_tokens=known.prompt_tokens + (receipt.usage.prompt_tokens or 0),
            completion_tokens=known.completion_tokens + (receipt.usage.completion_tokens or 0),
            cost=known.cost + sum(receipt.costs, Decimal(0)),
        )
    return list(found.values())


def settle(ledger: Path, conversation: str, messages: Iterable[Message]) -> None:
    """Write a conversation's sums to the ledger and return when they are on disk; written twice they count once.

    Raises:
        OSError: when the disk doesn't take them: the conversation must then stay.
    """
    lines = [
        encode_line({"v": 1, "type": "sum", "id": conversation, **one._asdict(), "cost": format(one.cost, "f")})
        for one in sums(messages)
    ]
    if lines:
        append(ledger, b"".join(lines))


def read_ledger(ledger: Path) -> list[Sum]:
    """Return the sums of all conversations that were deleted for good.

    Raises:
        OSError: when the ledger is there and can't be read.
    """
    try:
        lines = ledger.read_bytes().split(b"\n")
    except FileNotFoundError:
        return []
    found: dict[tuple[str, str, str, str], Sum] = {}
    for line in lines:
        try:
            record = decode_line(line)
            if record["type"] == "sum" and is_id(identifier := record.get("id")):
                one = _decode(record)
                found[identifier, one.day, one.model, one.provider] = one
        except (DamagedRecordError, NewerRecordError):
            continue
    return list(found.values())


def _decode(record: Json) -> Sum:
    try:
        cost = Decimal(record["cost"])
        one = Sum(**{name: record[name] for name in Sum._fields} | {"cost": cost})
    except (KeyError, TypeError, ValueError, InvalidOperation):
        raise DamagedRecordError("a sum that can't be read") from None
    texts, counts = (one.day, one.model, one.provider), (one.replies, one.prompt_tokens, one.completion_tokens)
    if not all(type(text) is str for text in texts) or not all(type(count) is int for count in counts):
        raise DamagedRecordError("a sum with fields of the wrong kind")
    if not cost.is_finite():
        raise DamagedRecordError("a cost that is no number")
    return one
