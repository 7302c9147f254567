"""The journal's lines: one whole, self-contained JSON record each, and the values they hold."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import fields, replace
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple, get_args

from chat_tui.conversation.asked import decode_asked, encode_asked
from chat_tui.conversation.ids import format_time, is_id, parse_time
from chat_tui.conversation.parts import count, decode_citation, decode_part, encode_citation, encode_part
from chat_tui.conversation.secrets import without_secret_texts, without_secrets
from chat_tui.conversation.values import (
    Aside,
    Attempt,
    Chance,
    Failure,
    FilePart,
    Json,
    Likely,
    Message,
    Receipt,
    Role,
    Status,
    Usage,
)

VERSION = 1
_LARGEST_EXPONENT = 40
_LONGEST_NUMBER = 100
_DEEPEST = 500
"""What is nested deeper could be read here and there, but not be written or sent from everywhere."""
_ROLES = get_args(Role)
_STATUSES = get_args(Status)
_KNOWN = frozenset({"v", "type", *(field.name for field in fields(Message))})
_RECEIPT_TEXTS = ("model", "provider", "generation", "finish", "native_finish", "service_tier", "origin")
_RECEIPT_AMOUNTS = ("cost", "upstream_cost", "tool_cost", "cache_discount")


class DamagedRecordError(ValueError):
    """A line that is no record: torn, edited by hand, or not ours."""


class NewerRecordError(ValueError):
    """A record of a version that this chat-tui can't read."""


class Settlement(NamedTuple):
    """What became known of a reply's price after the reply was written."""

    id: str
    """The reply's."""
    at: datetime
    receipt: Receipt
    """Only what is new in it is set."""

    def settles(self, known: Receipt | None) -> Receipt:
        """Return `known` with what this says in place of it."""
        nothing = Receipt()
        later = {field.name: getattr(self.receipt, field.name) for field in fields(Receipt)}
        changed = {name: value for name, value in later.items() if value != getattr(nothing, name)}
        return replace(known or nothing, **changed)


class Hiding(NamedTuple):
    """Whether a message is left out of requests and shown folded."""

    id: str
    """The message's."""
    at: datetime
    hidden: bool = True


def encode_settlement(settlement: Settlement) -> bytes:
    """Return `settlement` as one line of the journal, its newline included."""
    return encode_line(
        {"v": VERSION, "type": "receipt", "id": settlement.id, "at": format_time(settlement.at)}
        | {"receipt": _encode_receipt(settlement.receipt)}
    )


def encode_hiding(hiding: Hiding) -> bytes:
    """Return `hiding` as one line of the journal, its newline included."""
    return encode_line(
        {"v": VERSION, "type": "hide", "id": hiding.id, "at": format_time(hiding.at), "hidden": hiding.hidden}
    )


def decode_settlement(record: Json) -> Settlement:
    """Return what a record of type `receipt` holds.

    Raises:
        DamagedRecordError: when a field is missing or of the wrong kind.
    """
    try:
        receipt = _decode_receipt(without_secrets(_needed(record, "receipt", dict)))
        return Settlement(_id(record), parse_time(record["at"]), receipt)
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise DamagedRecordError(f"a receipt that can't be read: {error}") from None


def decode_hiding(record: Json) -> Hiding:
    """Return what a record of type `hide` holds.

    Raises:
        DamagedRecordError: when a field is missing or of the wrong kind.
    """
    try:
        return Hiding(_id(record), parse_time(record["at"]), record.get("hidden") is not False)
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise DamagedRecordError(f"a hiding that can't be read: {error}") from None


def encode_message(message: Message) -> bytes:
    """Return `message` as one line of the journal, its newline included; fields that are empty are left out."""
    record: dict[str, Any] = {
        **message.unknown,
        "v": VERSION,
        "type": "message",
        "id": message.id,
        "parent": message.parent,
        "at": format_time(message.at),
        "role": message.role,
        "status": message.status,
        "model": message.model,
        "parts": [encode_part(part) for part in message.parts],
        "reasoning": message.reasoning,
        "reasoning_details": list(message.reasoning_details),
        "tool_calls": list(message.tool_calls),
        "citations": [encode_citation(citation) for citation in message.citations],
        "logprobs": encode_chances(message.logprobs),
        "response_format": message.response_format,
        "asked": encode_asked(message.asked) if message.asked else None,
        "annotations": [encode_part(part) for part in message.annotations],
        "receipt": _encode_receipt(message.receipt) if message.receipt else None,
        "failure": _encode_failure(message.failure) if message.failure else None,
        "copied_from": message.copied_from,
    }
    keep = {"parent", "parts"}
    return encode_line({key: value for key, value in record.items() if key in keep or value not in (None, "", [])})


def encode_line(record: Mapping[str, Any]) -> bytes:
    """Return `record` as UTF-8 JSON on one line; a lone surrogate is escaped, money is a string."""
    text = json.dumps(record, ensure_ascii=False, separators=(",", ":"), default=_encode_value)
    try:
        return text.encode() + b"\n"
    except UnicodeEncodeError:
        return json.dumps(record, separators=(",", ":"), default=_encode_value).encode() + b"\n"


def decode_line(line: bytes) -> Json:
    """Return the record on `line`.

    Raises:
        DamagedRecordError: when it holds none.
        NewerRecordError: when a newer chat-tui wrote it.
    """
    try:
        record = json.loads(line, parse_float=_amount, parse_int=_integer, parse_constant=_amount)
    except (ValueError, RecursionError) as error:
        raise DamagedRecordError(str(error)) from None
    if is_too_deep(line, record):
        raise DamagedRecordError("nested too deeply")
    if not isinstance(record, dict) or not isinstance(record.get("v"), int):
        raise DamagedRecordError("no record")
    if record["v"] > VERSION:
        raise NewerRecordError(f"version {record['v']}")
    if not isinstance(record.get("type"), str):
        raise DamagedRecordError("a record without a type")
    return record


def is_too_deep(line: bytes, record: object) -> bool:
    """Tell whether the `record` on `line` is nested beyond measure."""
    if line.count(b"[") + line.count(b"{") <= _DEEPEST:
        return False
    level, depth = [record], _DEEPEST
    while level and depth:
        lists = (one.values() if isinstance(one, dict) else one for one in level if isinstance(one, dict | list))
        level = [inner for one in lists for inner in one if isinstance(inner, dict | list)]
        depth -= 1
    return bool(level)


def decode_message(record: Json) -> Message:
    """Return the message that a record of type `message` holds.

    Raises:
        DamagedRecordError: when a field that every message has is missing or of the wrong kind.
    """
    try:
        identifier, parent, role = record["id"], record.get("parent"), record["role"]
        status = record.get("status", "complete")
        if not is_id(identifier) or not (parent is None or is_id(parent)):
            raise DamagedRecordError("an id of the wrong form")
        if role not in _ROLES or status not in _STATUSES:
            raise DamagedRecordError("an unknown role or status")
        return Message(
            id=identifier,
            parent=parent,
            role=role,
            status=status,
            parts=tuple(decode_part(part) for part in record["parts"]),
            at=parse_time(record["at"]),
            model=_optional(record, "model", str),
            reasoning=_optional(record, "reasoning", str) or "",
            reasoning_details=tuple(_objects(record, "reasoning_details")),
            tool_calls=tuple(_objects(record, "tool_calls")),
            citations=tuple(map(decode_citation, _objects(record, "citations"))),
            logprobs=decode_chances(record.get("logprobs")),
            response_format=_optional(record, "response_format", str) or "",
            asked=decode_asked(without_secret_texts(record.get("asked"))),
            annotations=tuple(
                part for kept in _objects(record, "annotations") if isinstance(part := decode_part(kept), FilePart)
            ),
            receipt=_decode_receipt(without_secrets(record["receipt"])) if record.get("receipt") else None,
            failure=_decode_failure(without_secrets(record["failure"])) if record.get("failure") else None,
            copied_from=copied_from if is_id(copied_from := record.get("copied_from")) else None,
            unknown={key: value for key, value in record.items() if key not in _KNOWN},
        )
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise DamagedRecordError(f"a message that can't be read: {error}") from None


def _id(record: Json) -> str:
    if not is_id(identifier := record["id"]):
        raise DamagedRecordError("an id of the wrong form")
    return identifier


def _encode_receipt(receipt: Receipt) -> Json:
    return _without_empty(
        {
            **{name: getattr(receipt, name) for name in _RECEIPT_TEXTS},
            "usage": _without_empty({name: getattr(receipt.usage, name) for name in Usage._fields}),
            **{name: _encode_amount(getattr(receipt, name)) for name in _RECEIPT_AMOUNTS},
            "is_byok": receipt.is_byok,
            "given_up": receipt.given_up or None,
            "first_token_ms": receipt.first_token_ms,
            "reasoning_ms": receipt.reasoning_ms,
            "total_ms": receipt.total_ms,
            "attempts": [_encode_billed(attempt) for attempt in receipt.attempts] or None,
            "asides": [_encode_billed(aside) for aside in receipt.asides] or None,
            "raw_usage": receipt.raw_usage or None,
            "metadata": receipt.metadata or None,
            "violation": receipt.violation or None,
            "fallback": receipt.fallback or None,
        }
    )


def _decode_receipt(data: Json) -> Receipt:
    """Return the receipt, without the figures in it that are none: the message counts for more than its price."""
    usage = _optional(data, "usage", dict) or {}
    return Receipt(
        **{name: _optional(data, name, str) for name in _RECEIPT_TEXTS},
        usage=Usage(**{name: count(usage.get(name)) for name in Usage._fields}),
        cost=_cost(data.get("cost")),
        upstream_cost=_cost(data.get("upstream_cost")),
        tool_cost=_cost(data.get("tool_cost")),
        cache_discount=_cost(data.get("cache_discount")),
        is_byok=is_byok if isinstance(is_byok := data.get("is_byok"), bool) else None,
        given_up=data.get("given_up") is True,
        first_token_ms=count(data.get("first_token_ms")),
        reasoning_ms=count(data.get("reasoning_ms")),
        total_ms=count(data.get("total_ms")),
        attempts=tuple(_decode_attempt(attempt) for attempt in _objects(data, "attempts")),
        asides=tuple(_decode_aside(aside) for aside in _objects(data, "asides")),
        raw_usage=_optional(data, "raw_usage", dict) or {},
        metadata=_optional(data, "metadata", dict) or {},
        violation=_optional(data, "violation", str) or "",
        fallback=_optional(data, "fallback", str) or "",
    )


def encode_chances(chances: Iterable[Chance]) -> list[Json]:
    """Return how likely tokens were, in the wire's words."""
    return [
        {**_encode_likely(token), **({"top_logprobs": [_encode_likely(one) for one in likeliest]} if likeliest else {})}
        for token, likeliest in chances
    ]


def decode_chances(kept: object) -> tuple[Chance, ...]:
    """Return how likely tokens were; what is no such thing is left out: the message counts for more."""
    return tuple(
        Chance(_decode_likely(one), tuple(map(_decode_likely, _dicts(one.get("top_logprobs"))))) for one in _dicts(kept)
    )


def _encode_likely(likely: Likely) -> dict[str, Any]:
    return _without_empty({"token": likely.text, "logprob": likely.logprob, "bytes": list(likely.data) or None})


def _decode_likely(kept: Json) -> Likely:
    text, logprob, data = kept.get("token"), kept.get("logprob"), kept.get("bytes")
    values = data if isinstance(data, list) else []
    return Likely(
        text if isinstance(text, str) else "",
        float(logprob) if isinstance(logprob, int | Decimal) else None,
        bytes(values) if all(type(byte) is int and 0 <= byte < 256 for byte in values) else b"",
    )


def _dicts(values: object) -> list[Json]:
    return [value for value in values if isinstance(value, dict)] if isinstance(values, list) else []


def _encode_billed(request: Attempt | Aside) -> Json:
    known = request._asdict()
    given_up = known.pop("given_up", False) or None
    return _without_empty({**known, "cost": _encode_amount(request.cost), "given_up": given_up})


def _decode_attempt(data: Json) -> Attempt:
    return Attempt(
        _needed(data, "sentence", str),
        **{name: _optional(data, name, str) for name in ("code", "provider", "generation")},
        cost=_cost(data.get("cost")),
        waited_ms=count(data.get("waited_ms")) or 0,
        given_up=data.get("given_up") is True,
    )


def _decode_aside(data: Json) -> Aside:
    named = {name: _optional(data, name, str) for name in ("model", "generation")}
    return Aside(
        _needed(data, "what", str), **named, cost=_cost(data.get("cost")), given_up=data.get("given_up") is True
    )


def _encode_failure(failure: Failure) -> Json:
    known = failure._asdict()
    return _without_empty({**known, "retryable": failure.retryable or None, "actions": list(failure.actions) or None})


def _decode_failure(data: Json) -> Failure:
    actions = _optional(data, "actions", list) or []
    return Failure(
        _needed(data, "sentence", str),
        code=_optional(data, "code", str),
        retryable=data.get("retryable") is True,
        actions=tuple(action for action in actions if isinstance(action, str)),
        retry_after=_seconds(data.get("retry_after")),
        limit_source=_optional(data, "limit_source", str),
    )


def _without_empty(data: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in data.items() if value is not None and value != {}}


def _amount(text: str) -> Decimal | None:
    """Return the number that `text` is, exactly; None when it is none, or would only cost memory."""
    if len(text) > _LONGEST_NUMBER:
        return None
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    if not number.is_finite() or (number and abs(number.adjusted()) > _LARGEST_EXPONENT):
        return None
    return number


def _integer(text: str) -> int | None:
    return int(text) if len(text) <= _LONGEST_NUMBER else None


def _seconds(value: object) -> float | None:
    return float(value) if isinstance(value, int | Decimal) and value >= 0 else None


def _encode_amount(amount: Decimal | None) -> str | None:
    return None if amount is None else format(amount, "f")


def _cost(value: object) -> Decimal | None:
    return _amount(str(value)) if type(value) in (str, int, Decimal) else None


def _needed(data: Json, name: str, kind: type[Any]) -> Any:
    value = data[name]
    if not isinstance(value, kind):
        raise TypeError(f"“{name}” of the wrong kind")
    return value


def _optional(data: Json, name: str, kind: type[Any] | tuple[type[Any], ...]) -> Any:
    value = data.get(name)
    if value is not None and (not isinstance(value, kind) or isinstance(value, bool)):
        raise TypeError(f"“{name}” of the wrong kind")
    return value


def _objects(data: Json, name: str) -> list[Json]:
    values = _optional(data, name, list) or []
    if not all(isinstance(value, dict) for value in values):
        raise TypeError(f"“{name}” holds something else than objects")
    return list(values)


def _encode_value(value: object) -> object:
    if isinstance(value, Decimal):
        # What isn't ours stays the JSON number that it was, unless that would change it.
        as_float = float(value)
        return as_float if Decimal(repr(as_float)) == value else format(value, "f")
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"not for a journal: {type(value).__name__}")
