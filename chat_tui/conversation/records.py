"""The journal's lines: one whole, self-contained JSON record each, and the values they hold."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields
from decimal import Decimal, InvalidOperation
from typing import Any, get_args

from chat_tui.conversation.ids import format_time, is_id, parse_time
from chat_tui.conversation.values import (
    Citation,
    Failure,
    FilePart,
    Json,
    Message,
    Part,
    Receipt,
    Role,
    Status,
    TextPart,
    UnknownPart,
    Usage,
)

VERSION = 1
_ROLES = get_args(Role)
_STATUSES = get_args(Status)
_KNOWN = frozenset({"v", "type", *(field.name for field in fields(Message))})
_RECEIPT_TEXTS = ("model", "provider", "generation", "finish", "native_finish")
_USAGE_FIELDS = ("prompt_tokens", "completion_tokens", "reasoning_tokens", "cached_tokens", "cache_write_tokens")


class DamagedRecordError(ValueError):
    """A line that is no record: torn, edited by hand, or not ours."""


class NewerRecordError(ValueError):
    """A record of a version that this chat-tui can't read."""


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
        "parts": [_encode_part(part) for part in message.parts],
        "reasoning": message.reasoning,
        "reasoning_details": list(message.reasoning_details),
        "tool_calls": list(message.tool_calls),
        "citations": [_without_empty({"url": c.url, "title": c.title}) for c in message.citations],
        "receipt": _encode_receipt(message.receipt) if message.receipt else None,
        "failure": _encode_failure(message.failure) if message.failure else None,
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
        record = json.loads(line, parse_float=Decimal)
    except (ValueError, RecursionError) as error:
        raise DamagedRecordError(str(error)) from None
    if not isinstance(record, dict) or not isinstance(record.get("type"), str) or not isinstance(record.get("v"), int):
        raise DamagedRecordError("no record")
    if record["v"] > VERSION:
        raise NewerRecordError(f"version {record['v']}")
    return record


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
            parts=tuple(_decode_part(part) for part in record["parts"]),
            at=parse_time(record["at"]),
            model=record.get("model"),
            reasoning=str(record.get("reasoning", "")),
            reasoning_details=tuple(record.get("reasoning_details", ())),
            tool_calls=tuple(record.get("tool_calls", ())),
            citations=tuple(Citation(c["url"], c.get("title")) for c in record.get("citations", ())),
            receipt=_decode_receipt(record["receipt"]) if record.get("receipt") else None,
            failure=_decode_failure(record["failure"]) if record.get("failure") else None,
            unknown={key: value for key, value in record.items() if key not in _KNOWN},
        )
    except (KeyError, TypeError, AttributeError, ValueError, InvalidOperation) as error:
        raise DamagedRecordError(f"a message that can't be read: {error}") from None


def _encode_part(part: Part) -> Json:
    match part:
        case TextPart(text):
            return {"type": "text", "text": text}
        case FilePart(sha256, media_type, name, size):
            return {"type": "file", "sha256": sha256, "media_type": media_type, "name": name, "size": size}
        case UnknownPart(data):
            return data


def _decode_part(part: Json) -> Part:
    match part:
        case {"type": "text", "text": str(text)}:
            return TextPart(text)
        case {"type": "file", "sha256": str(sha256), "media_type": str(media), "name": str(name), "size": int(size)}:
            return FilePart(sha256, media, name, size)
        case {"type": str()}:
            return UnknownPart(part)
    raise DamagedRecordError("a part without a type")


def _encode_receipt(receipt: Receipt) -> Json:
    return _without_empty(
        {
            **{name: getattr(receipt, name) for name in _RECEIPT_TEXTS},
            "usage": _without_empty({name: getattr(receipt.usage, name) for name in _USAGE_FIELDS}),
            "cost": None if receipt.cost is None else format(receipt.cost, "f"),
            "first_token_ms": receipt.first_token_ms,
            "total_ms": receipt.total_ms,
            "raw_usage": receipt.raw_usage or None,
        }
    )


def _decode_receipt(data: Json) -> Receipt:
    cost = data.get("cost")
    return Receipt(
        **{name: data.get(name) for name in _RECEIPT_TEXTS},
        usage=Usage(**{name: data.get("usage", {}).get(name) for name in _USAGE_FIELDS}),
        cost=None if cost is None else Decimal(cost),
        first_token_ms=data.get("first_token_ms"),
        total_ms=data.get("total_ms"),
        raw_usage=data.get("raw_usage", {}),
    )


def _encode_failure(failure: Failure) -> Json:
    return _without_empty({"sentence": failure.sentence, "code": failure.code, "retryable": failure.retryable or None})


def _decode_failure(data: Json) -> Failure:
    return Failure(str(data["sentence"]), data.get("code"), bool(data.get("retryable", False)))


def _without_empty(data: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in data.items() if value is not None and value != {}}


def _encode_value(value: object) -> object:
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"not for a journal: {type(value).__name__}")
