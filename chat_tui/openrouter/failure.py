"""What a server said when it failed, read from an HTTP reply or from an error chunk."""

from __future__ import annotations

import math
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC
from decimal import Decimal
from email.utils import parsedate_to_datetime
from typing import Any

from chat_tui.openrouter.exact_json import decode_json
from chat_tui.openrouter.server import Server

RATE_WORDS = frozenset({"rate_limit_exceeded", "rate_limit_error"})

_WORDS = ("code", "error_type", "type", "limit_source", "reason", "provider_error_code", "provider_code")
_LONGEST_WAIT = 366 * 86400.0
_SHORTEST_DAY = 600.0  # seconds
_LONGEST_WORD = 100
_LONGEST_READ = 4000  # characters in which a known phrase is looked for
_LONGEST_RAW = 100_000  # characters of a provider's JSON that is read for its message
_DEEPEST_MESSAGE = 8
_GENERATION = re.compile(r"(?!sk-or-|user_)[\w.:-]{1,200}")
_PER_DAY = re.compile(r"per[-_ ]?day|\bdaily\b|\b[rt]pd\b")  # “tpd”: how providers shorten tokens per day
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
        machine_words: Every word for programs that the server gave, in lower case: codes, types, reasons.
        retry_after: Seconds to wait before another try.
        generation: The generation id.
        from_gateway: Whether something before the server seems to have written this: it is no JSON.
    """

    server: Server
    status: int | None = None
    code: str | None = None
    message: str = ""
    metadata: Mapping[str, Any] = field(default_factory=dict)
    availability: Mapping[str, Any] = field(default_factory=dict)
    machine_words: frozenset[str] = frozenset()
    retry_after: float | None = None
    generation: str | None = None
    from_gateway: bool = False

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
        """The provider's own words: `metadata.raw`, or the message in it when it is JSON that has one."""
        raw = self.metadata.get("raw")
        if not isinstance(raw, str):
            return _message_in(raw) or None
        if len(raw) > _LONGEST_RAW:
            return raw
        try:
            return _message_in(decode_json(raw)) or raw or None
        except ValueError:
            return raw or None

    @property
    def words(self) -> str:
        """What to show: `[provider] its words`, else the server's message."""
        if self.raw and self.provider:
            return f"[{self.provider}] {self.raw}"
        return self.raw or self.message

    @property
    def limit_source(self) -> str | None:
        """Whose limit was reached, in the server's word."""
        return self.word("limit_source")[:_LONGEST_WORD] or None

    @property
    def text(self) -> str:
        """What the server and the provider said, in lower case, for recognizing it."""
        return f"{self.message[:_LONGEST_READ]}\n{(self.raw or '')[:_LONGEST_READ]}".lower()

    @property
    def is_daily(self) -> bool:
        """Whether a limit is reached that only another day lifts."""
        if "openrouter_free_tier_daily" in self.machine_words or "free-models-per-day" in self.text:
            return True
        is_limit = self.status == 429 or not self.machine_words.isdisjoint(RATE_WORDS)
        return is_limit and _PER_DAY.search(self.text) is not None


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
            retry_after=_wait(status, headers, {}, {}),
            generation=_generation(headers.get("x-generation-id")),
            from_gateway=True,
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
    status = status or _http_status(code) or _http_status(inner.get("http_status"))
    metadata, availability = _dict(inner.get("metadata")), _dict(inner.get("availability"))
    failure = Failure(
        server,
        status=status,
        code=code or (None if status is None else str(status)),
        message=_message_in(error),
        metadata=metadata,
        availability=availability,
        machine_words=_machine_words(inner, metadata, availability),
        generation=_generation(headers.get("x-generation-id")) or generation or _generation(outer.get("id")),
    )
    return replace(failure, retry_after=_wait(status, headers, metadata, availability, daily=failure.is_daily))


def _machine_words(*said: Mapping[str, Any]) -> frozenset[str]:
    found = (part.get(name) for part in said for name in _WORDS)
    return frozenset(word[:_LONGEST_WORD].lower() for word in found if isinstance(word, str) and word)


def _generation(value: Any) -> str | None:
    return value if isinstance(value, str) and _GENERATION.fullmatch(value) else None


def _http_status(value: Any) -> int | None:
    """Return `value` when it is the status of an HTTP error, as a number or in digits."""
    text = str(value) if isinstance(value, (int, str)) and not isinstance(value, bool) else ""
    return int(text) if len(text) == 3 and text.isdecimal() and 400 <= int(text) <= 599 else None


def _dict(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _code(error: Mapping[str, Any]) -> str | None:
    for name in ("code", "error_type", "name", "type"):
        value = error.get(name)
        if isinstance(value, (str, int)) and not isinstance(value, bool) and value != "":
            return str(value)[:_LONGEST_WORD]
    return None


def _message_in(value: Any, depth: int = 0) -> str:
    """Return the text for people in an error of any shape.

    Shapes: `{"message"}`, a validator's list `[{"message" | "msg", "path" | "loc"}]` (which may be JSON inside the
    message), `{"detail"}`, a bare string.
    """
    if depth > _DEEPEST_MESSAGE:
        return ""
    if isinstance(value, str):
        if value.lstrip().startswith(("[{", "[\n")):
            try:
                return _message_in(decode_json(value), depth + 1) or value
            except ValueError:
                return value
        return value
    if isinstance(value, list):
        return "; ".join(filter(None, (_complaint(item, depth + 1) for item in value[:5])))
    if isinstance(value, dict):
        names = ("message", "error", "detail", "msg")
        return next(filter(None, (_message_in(value[name], depth + 1) for name in names if value.get(name))), "")
    return ""


def _complaint(item: Any, depth: int) -> str:
    message = _message_in(item, depth)
    path = (item.get("path") or item.get("loc")) if isinstance(item, dict) else None
    where = ".".join(str(step) for step in path if isinstance(step, (str, int))) if isinstance(path, list) else ""
    return f"{where}: {message}" if where and message else message


def _wait(
    status: int | None,
    headers: Mapping[str, str],
    metadata: Mapping[str, Any],
    availability: Mapping[str, Any],
    *,
    daily: bool = False,
) -> float | None:
    """Return the seconds to wait: header, its copy in the body, the body's own fields, then the limit's reset.

    Only a rate limit's reset says when to come back; a daily one doesn't end in the seconds that come with it too.
    """
    copied = {key.lower(): value for key, value in _dict(metadata.get("headers")).items()}
    reset = _until(headers.get("x-ratelimit-reset") or copied.get("x-ratelimit-reset")) if status == 429 else None
    waits = (
        retry_after_header(headers.get("retry-after")),
        retry_after_header(copied.get("retry-after")),
        _seconds(metadata.get("retry_after_seconds")),
        _seconds(availability.get("retry_after")),
        reset,
    )
    shortest = _SHORTEST_DAY if daily else 0.0
    return next((wait for wait in waits if wait is not None and wait >= shortest), None)


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
