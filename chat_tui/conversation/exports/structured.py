"""A conversation as JSON or TOML, from which the same conversation can be had again.

Both hold the same: `schema`, `from`, what is said of the conversation, the journal's records, and its files. TOML has
no null, no numbers beyond its own, no lone surrogates and keeps no carriage returns: such a value is a table with the
one key `json`, which holds it as JSON.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, time
from typing import Any

from chat_tui.conversation import exact
from chat_tui.conversation.exports.excerpt import Excerpt
from chat_tui.conversation.ids import format_time
from chat_tui.conversation.metadata import VERSION, Metadata
from chat_tui.conversation.values import FilePart

SCHEMA = 1
ORIGIN = "chat-tui"
WRAPPED = "json"
_DEEPEST = 20
_INTEGERS = range(-(2**63), 2**63)
_LINE = 76

_ORDER = (
    "v", "type", "id", "parent", "at", "role", "status", "model", "parts", "reasoning", "reasoning_details",
    "tool_calls", "citations", "asked", "annotations", "receipt", "failure",
)  # fmt: skip

Record = dict[str, Any]
Beside = Callable[[FilePart], str]
"""Returns where a file lies beside the export, as a relative URL; empty when it doesn't."""


def to_json(excerpt: Excerpt, beside: Beside | None = None) -> Iterator[bytes]:
    """Yield `excerpt` as JSON, a record on each line; only one file's bytes are in memory at a time.

    Args:
        excerpt: What leaves.
        beside: Where files lie; without it their bytes are in the JSON.
    """
    head = exact.encode(_head(excerpt))
    yield head[:-1] + b',\n"records":['
    for place, line in enumerate(excerpt.read_lines()):
        yield b",\n" * bool(place) or b"\n"
        yield line
    yield b'\n],\n"files":['
    for place, part in enumerate(excerpt.files):
        yield b",\n" * bool(place) or b"\n"
        yield exact.encode(_file(excerpt, part, beside))
    yield b"\n]}\n"


def to_toml(excerpt: Excerpt, beside: Beside | None = None) -> bytes:
    """Return `excerpt` as TOML, as `to_json` does."""
    import tomli_w

    files = [_file(excerpt, part, beside, _LINE) for part in excerpt.files]
    data = {**_head(excerpt), "records": [_tidy(exact.loads(line)) for line in excerpt.read_lines()], "files": files}
    return tomli_w.dumps({key: _toml(value) for key, value in data.items()}, multiline_strings=True).encode()


def _head(excerpt: Excerpt) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "from": ORIGIN,
        "holds": excerpt.scope,
        "conversation": _described(excerpt.metadata),
    }


def _described(metadata: Metadata) -> dict[str, Any]:
    """Return what is said of the conversation, as JSON has it."""
    leaf = {} if metadata.leaf is None else {"leaf": metadata.leaf}
    described: dict[str, Any] = _json(
        {
            **metadata.unknown,
            "v": VERSION,
            "id": metadata.id,
            "title": metadata.title,
            "created": format_time(metadata.created),
            "tags": list(metadata.tags),
            "pinned": metadata.pinned,
            "archived": metadata.archived,
            **leaf,
            "settings": metadata.settings,
        }
    )
    return described


def _json(value: Any) -> Any:
    """Return what TOML said as JSON has it; null, which `conversation.toml` can't hold, is left out."""
    if isinstance(value, Mapping):
        return {name: _json(item) for name, item in value.items() if item is not None}
    if isinstance(value, list | tuple):
        return [_json(item) for item in value]
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, float):
        return exact.number(repr(value))
    return value


def _file(excerpt: Excerpt, part: FilePart, beside: Beside | None, width: int = 0) -> dict[str, Any]:
    described: dict[str, Any] = {"sha256": part.sha256, "media_type": part.media_type}
    if beside is not None:
        where = beside(part)
        return {**described, "path": where} if where else {**described, "missing": True}
    try:
        content = base64.b64encode(excerpt.read_file(part)).decode()
    except OSError:
        return {**described, "missing": True}
    if width:
        content = "\n".join(content[start : start + width] for start in range(0, len(content), width))
    return {**described, "content": content}


def _toml(value: Any, depth: int = 0) -> Any:
    """Return `value` as TOML can hold it."""
    if isinstance(value, Mapping):
        if depth > _DEEPEST or list(value) == [WRAPPED] or not all(_is_toml_text(name) for name in value):
            return _wrapped(value)
        return {name: _toml(item, depth + 1) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return _wrapped(value) if depth > _DEEPEST else [_toml(item, depth + 1) for item in value]
    if isinstance(value, str):
        return value if _is_toml_text(value) else _wrapped(value)
    if isinstance(value, bool | float):
        return value
    return value if isinstance(value, int) and value in _INTEGERS else _wrapped(value)


def _wrapped(value: Any) -> dict[str, str]:
    return {WRAPPED: exact.encode(value).decode()}


def _tidy(record: Record) -> Record:
    """Return a record without a null that goes without saying."""
    ordered = in_order(record)
    if ordered.get("type") == "message" and ordered.get("parent", "") is None:
        del ordered["parent"]
    return ordered


def in_order(record: Record) -> Record:
    """Return a record with its fields in the journal's order: TOML puts tables last."""
    return {**{name: record[name] for name in _ORDER if name in record}, **record}


def as_written(record: Any) -> Any:
    """Return a record that `to_toml` wrote as it was.

    Raises:
        NotExactJsonError: as `unwrapped`.
    """
    plain = unwrapped(record)
    if isinstance(plain, dict) and plain.get("type") == "message":
        plain.setdefault("parent", None)
    return in_order(plain) if isinstance(plain, dict) else plain


def unwrapped(value: Any) -> Any:
    """Return what `to_toml` wrote as it was.

    Raises:
        NotExactJsonError: when a wrapped value is no JSON.
    """
    if isinstance(value, dict):
        if list(value) == [WRAPPED] and isinstance(value[WRAPPED], str):
            return exact.loads(value[WRAPPED])
        return {name: unwrapped(item) for name, item in value.items()}
    if isinstance(value, list):
        return [unwrapped(item) for item in value]
    return value


def _is_toml_text(text: str) -> bool:
    if "\r\n" in text:
        return False
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
