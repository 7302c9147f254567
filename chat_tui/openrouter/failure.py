"""What a server said when it failed, read from an HTTP reply or from an error chunk."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC
from decimal import Decimal
from email.utils import parsedate_to_datetime
from typing import Any

from chat_tui.openrouter.exact_json import decode_json
from chat_tui.openrouter.server import Server

_LONGEST_WAIT = 366 * 86400.0
_EPOCH_IN_MS = 1e11  # X-RateLimit-Reset is in milliseconds; as seconds this would be in the year 5138


@dataclass(frozen=True, slots=True)
class Failure:
    """An error object, without keys and user ids.

    Args:
        status: The HTTP status, or the error's code when that is one.
        code: `error.code` as text, else another word that the server used for it.
        message: `error.message`, or what stands for it in the other shapes.
        metadata: `error.metadata`.
        availability: `error.availability`.
        retry_after: Seconds to wait before another try.
        generation: The generation id.
    """

    server: Server
    status: int | None = None
    code: str | None = None
    message: str = ""
    metadata: Mapping[str, Any] = field(default_factory=dict)
    availability: Mapping[str, Any] = field(default_factory=dict)
    retry_after: float | None = None
    generation: str | None = None

    def word(self, name: str) -> str:
        """Return the text at `name` in the metadata, empty when there is none."""
        value = self.metadata.get(name)
        return value if isinstance(value, str) else ""

    @property
    def provider(self) -> str | None:
        """The provider that failed."""
        return self.word("provider_name") or None

    @property
    def raw(self) -> str | None:
        """The provider's own words: `metadata.raw`, or the message in it when it is JSON."""
        value = self.metadata.get("raw")
        if isinstance(value, str):
            try:
                value = decode_json(value)
            except ValueError:
                return value or None
        return _message_in(value) or None

    @property
    def words(self) -> str:
        """What to show: `[provider] its words`, else the server's message."""
        if self.raw and self.provider:
            return f"[{self.provider}] {self.raw}"
        return self.raw or self.message

    @property
    def machine_words(self) -> frozenset[str]:
        """Every word for programs that the server gave: code, type, source of the limit, reason."""
        words = (self.code, self.availability.get("code"), *(self.word(name) for name in _WORDS))
        return frozenset(word for word in words if isinstance(word, str) and word)


_WORDS = ("error_type", "limit_source", "reason", "provider_error_code")


def failure_in_reply(server: Server, status: int, headers: Mapping[str, str], body: str) -> Failure:
    """Return what an HTTP reply with an error status says; `body` may be of any shape."""
    try:
        value = decode_json(body)
    except ValueError:
        return Failure(
            server,
            status=status,
            code=str(status),
            message=server.without_keys(body),
            retry_after=_wait(headers, {}, {}),
            generation=headers.get("x-generation-id"),
        )
    return failure_in_object(server, value, status=status, headers=headers)


def failure_in_object(
    server: Server,
    value: Any,
    *,
    status: int | None = None,
    headers: Mapping[str, str] | None = None,
    generation: str | None = None,
) -> Failure:
    """Return what the JSON `value` says that has an error object, or any other shape of error."""
    headers = headers or {}
    user_id = value.get("user_id") if isinstance(value, dict) else None
    value = server.without_secrets(value, user_id if isinstance(user_id, str) else None)
    outer = value if isinstance(value, dict) else {}
    error = outer.get("error") or value
    inner = error if isinstance(error, dict) else {}
    code = _code(inner)
    if status is None and code is not None and code.isdecimal() and 400 <= int(code[:9]) <= 599:
        status = int(code)
    metadata, availability = _dict(inner.get("metadata")), _dict(inner.get("availability"))
    return Failure(
        server,
        status=status,
        code=code or (None if status is None else str(status)),
        message=_message_in(error),
        metadata=metadata,
        availability=availability,
        retry_after=_wait(headers, metadata, availability),
        generation=headers.get("x-generation-id") or generation or _text(outer.get("id")),
    )


def _dict(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def _code(error: Mapping[str, Any]) -> str | None:
    for name in ("code", "error_type", "name", "type"):
        value = error.get(name)
        if isinstance(value, (str, int)) and not isinstance(value, bool) and value != "":
            return str(value)
    return None


def _message_in(value: Any) -> str:
    """Return the text for people in an error of any shape.

    Shapes: `{"message"}`, a validator's list `[{"message" | "msg", "path" | "loc"}]` (which may be JSON inside the
    message), `{"detail"}`, a bare string.
    """
    if isinstance(value, str):
        if value.lstrip().startswith("[{"):
            try:
                return _message_in(decode_json(value)) or value
            except ValueError:
                return value
        return value
    if isinstance(value, list):
        return "; ".join(filter(None, map(_complaint, value[:5])))
    if isinstance(value, dict):
        found = (_message_in(value[name]) for name in ("message", "error", "detail", "msg") if value.get(name))
        return next(filter(None, found), "")
    return ""


def _complaint(item: Any) -> str:
    message = _message_in(item)
    path = (item.get("path") or item.get("loc")) if isinstance(item, dict) else None
    where = ".".join(str(step) for step in path if isinstance(step, (str, int))) if isinstance(path, list) else ""
    return f"{where}: {message}" if where and message else message


def _wait(headers: Mapping[str, str], metadata: Mapping[str, Any], availability: Mapping[str, Any]) -> float | None:
    """Return the seconds to wait: header, its copy in the body, the body's own fields, then the limit's reset."""
    copied = {key.lower(): value for key, value in _dict(metadata.get("headers")).items()}
    waits = (
        retry_after_header(headers.get("retry-after")),
        retry_after_header(copied.get("retry-after")),
        _seconds(metadata.get("retry_after_seconds")),
        _seconds(availability.get("retry_after")),
        _until(headers.get("x-ratelimit-reset") or copied.get("x-ratelimit-reset")),
    )
    return next((wait for wait in waits if wait is not None), None)


def retry_after_header(value: Any) -> float | None:
    """Return the seconds that a `Retry-After` header asks for, in seconds or by an HTTP date; None for neither."""
    seconds = _seconds(value)
    if seconds is not None or not isinstance(value, str):
        return seconds
    try:
        date = parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return None
    stamp = (date if date.tzinfo else date.replace(tzinfo=UTC)).timestamp()
    return min(max(stamp - time.time(), 0.0), _LONGEST_WAIT)


def _seconds(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, (int, float, str, Decimal)):
        return None
    try:
        seconds = float(value)
    except (ValueError, OverflowError):
        return None
    return min(max(seconds, 0.0), _LONGEST_WAIT) if math.isfinite(seconds) else None


def _until(value: Any) -> float | None:
    try:
        moment = float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    if not math.isfinite(moment) or moment <= 0:
        return None
    wait = (moment / 1000 if moment > _EPOCH_IN_MS else moment) - time.time()
    return min(wait, _LONGEST_WAIT) if wait > 0 else None
