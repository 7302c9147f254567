"""The books: every generation that was started, who served it, how it ended and what it cost."""

import copy
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal
from enum import Enum
from typing import Any

from chat_tui.demo.usage import Spoken, Usage, number


class Status(Enum):
    """How far a generation got."""

    OPEN = "open"
    COMPLETE = "complete"
    CANCELLED = "cancelled"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Origin:
    """Which request a generation came from, in the words of the client.

    Args:
        session_id: The header `x-session-id`, or `session_id` in the body.
        user: `user` in the body.
        metadata: `metadata` in the body.
        user_agent: The header.
        http_referer: The header.
    """

    session_id: str | None = None
    user: str | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)
    user_agent: str | None = None
    http_referer: str | None = None

    @property
    def reference(self) -> str | None:
        """The first name that the client gave: its session, its user, or the first value of its metadata."""
        return self.session_id or self.user or next(iter(self.metadata.values()), None)


@dataclass(slots=True)
class Entry:
    """One generation.

    Args:
        id: `gen-…`, as the client got it.
        requested: The model that the client asked for.
        model: The model that served, as responses report it.
        provider: The provider's display name.
        usage: What is billed. While the generation is open: what it will be at its end.
        streamed: Whether the client wanted a stream.
        origin: Which request it came from.
        bills_in_full: Whether the provider bills the whole reply when the client leaves.
        http_status: The status that the client got.
        status: How far it got.
        sent: The tokens that have left so far; counted while it streams.
        finish_reason: OpenRouter's word for the end; None when there was none.
        native_finish_reason: The provider's word for it.
        cost: USD, billed when it is settled.
        created_at: When the request came, UTC.
        latency: Milliseconds to the first token; None before it.
        generation_time: Milliseconds from the first token to the end.
        router: The router that chose the model; None when the client chose it.
        preset: The preset that the request named.
        attempts: Who failed before, as `provider_responses` lists them.
        attachments: Parts of the request that aren't text.
        parsed_pages: Pages of documents that were read for the model.
        images: Images in the reply.
    """

    id: str
    requested: str
    model: str
    provider: str
    usage: Usage
    streamed: bool
    origin: Origin = field(default_factory=Origin)
    bills_in_full: bool = False
    http_status: int = 200
    status: Status = Status.OPEN
    sent: Spoken = field(default_factory=Spoken)
    finish_reason: str | None = None
    native_finish_reason: str | None = None
    cost: Decimal = Decimal(0)
    created_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    latency: int | None = None
    generation_time: int | None = None
    router: str | None = None
    preset: str | None = None
    attempts: list[dict[str, Any]] = field(default_factory=list)
    attachments: int = 0
    parsed_pages: int = 0
    images: int = 0
    _began: float = field(default_factory=time.monotonic, init=False)

    def has_sent(self, spoken: Spoken) -> None:
        """Note that so many tokens have left in all."""
        if self.latency is None:
            self.latency = self._elapsed()
        self.sent = spoken

    def close(self, status: Status, usage: Usage, *, finish_reason: str | None, native: str | None) -> None:
        """Note how it ended."""
        self.status = status
        self.usage = usage
        self.cost = usage.cost
        self.finish_reason = finish_reason
        self.native_finish_reason = native
        self.generation_time = self._elapsed() - (self.latency or 0)

    def _elapsed(self) -> int:
        return round((time.monotonic() - self._began) * 1000)

    def as_json(self) -> dict[str, Any]:
        """Return the `data` object of `/generation` (OpenAPI GenerationResponse)."""
        usage = self.usage
        spoken = usage.spoken
        answered = {"status": self.http_status, "provider_name": self.provider, "latency": self.latency}
        return {
            "id": self.id,
            "created_at": self.created_at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "model": self.model,
            "provider_name": self.provider,
            "api_type": "completions",
            "origin": self.origin.http_referer or "",
            "app_id": None,
            "http_referer": self.origin.http_referer,
            "user_agent": self.origin.user_agent,
            "streamed": self.streamed,
            "cancelled": self.status is Status.CANCELLED,
            "finish_reason": self.finish_reason,
            "native_finish_reason": self.native_finish_reason,
            "latency": self.latency,
            "generation_time": self.generation_time,
            "moderation_latency": None,
            "tokens_prompt": usage.prompt,
            "tokens_completion": spoken.total,
            "native_tokens_prompt": usage.prompt,
            "native_tokens_completion": spoken.total,
            "native_tokens_reasoning": spoken.reasoning,
            "native_tokens_cached": usage.cached,
            "native_tokens_completion_images": spoken.image or None,
            "num_media_prompt": self.attachments or None,
            "num_media_completion": self.images or None,
            "num_input_audio_prompt": None,
            "num_search_results": None,
            "num_fetches": None,
            "total_cost": number(self.cost),
            "usage": number(self.cost),
            "upstream_inference_cost": number(usage.upstream_cost) if usage.is_byok else 0,
            "cache_discount": number(usage.cache_discount) if usage.cached else None,
            "is_byok": usage.is_byok,
            "router": self.router,
            "service_tier": None,
            "data_region": "global",
            "preset_id": self.preset,
            "upstream_id": None,
            "request_id": f"req-{self.id.removeprefix('gen-')}",
            "session_id": self.origin.session_id,
            "external_user": self.origin.user,
            "workspace_id": None,
            "web_search_engine": None,
            "response_cache_source_id": None,
            "provider_responses": [
                *self.attempts,
                {**answered, "is_byok": usage.is_byok, "model_permaslug": self.model},
            ],
        }


class Books:
    """All generations since the server started. Any thread may read them.

    Args:
        refusals: How often `/generation` says of each generation that it doesn't know it yet, as the real one does.

    Attributes:
        trouble: How `/generation` goes wrong the next times, the first first: `error`, `garbage`, `other`,
            `negative` or `odd`.
    """

    def __init__(self, refusals: int = 1) -> None:
        self.trouble: list[str] = []
        self._refusals = refusals
        self._entries: dict[str, Entry] = {}
        self._asked: dict[str, int] = {}
        self._changed = threading.Condition()

    @property
    def entries(self) -> tuple[Entry, ...]:
        """Every generation, the oldest first, as it is now."""
        with self._changed:
            return tuple(copy.copy(entry) for entry in self._entries.values())

    @property
    def spent(self) -> Decimal:
        """USD since the server started."""
        with self._changed:
            return sum((entry.cost for entry in self._entries.values()), Decimal(0))

    @property
    def spent_upstream(self) -> Decimal:
        """USD since the server started that providers took from the account's own keys there."""
        with self._changed:
            paid = (entry for entry in self._entries.values() if entry.usage.is_byok and entry.cost)
            return sum((entry.usage.upstream_cost for entry in paid), Decimal(0))

    def settled(self, timeout: float) -> bool:
        """Wait until no generation is open, for at most `timeout` seconds."""
        with self._changed:
            return self._changed.wait_for(
                lambda: all(entry.status is not Status.OPEN for entry in self._entries.values()), timeout
            )

    def began(self, timeout: float) -> bool:
        """Wait until a generation is open, for at most `timeout` seconds."""
        with self._changed:
            return self._changed.wait_for(
                lambda: any(entry.status is Status.OPEN for entry in self._entries.values()), timeout
            )

    def open(self, entry: Entry) -> None:
        """Enter a generation that begins."""
        with self._changed:
            self._entries[entry.id] = entry
            self._changed.notify_all()

    def complete(self, entry: Entry, finish_reason: str, native: str) -> None:
        """Bill a generation that ran to its end."""
        self._close(entry, Status.COMPLETE, entry.usage, finish_reason, native)

    def fail(self, entry: Entry, *, is_insured: bool) -> None:
        """Bill a generation that broke: what was sent, or nothing when it is insured or nothing was sent."""
        sent = Spoken() if is_insured else entry.sent
        self._close(entry, Status.FAILED, _so_far(entry.usage, sent), "error", "error")

    def leave(self, entry: Entry) -> None:
        """Bill a generation whose client has left before its end, as its provider does."""
        if entry.status is Status.OPEN:
            usage = entry.usage if entry.bills_in_full else _so_far(entry.usage, entry.sent)
            self._close(entry, Status.CANCELLED, usage, None, None)

    def find(self, generation_id: str) -> Entry | None:
        """Return what `/generation` knows; None at the first questions, and while it is open."""
        with self._changed:
            entry = self._entries.get(generation_id)
            if entry is None or entry.status is Status.OPEN:
                return None
            self._asked[generation_id] = asked = self._asked.get(generation_id, 0) + 1
            return copy.copy(entry) if asked > self._refusals else None

    def _close(self, entry: Entry, status: Status, usage: Usage, finish_reason: str | None, native: str | None) -> None:
        with self._changed:
            entry.close(status, usage, finish_reason=finish_reason, native=native)
            self._changed.notify_all()


def _so_far(usage: Usage, sent: Spoken) -> Usage:
    # Nothing said, nothing billed: OpenRouter's insurance against empty replies covers the prompt too.
    prompt, cached = (usage.prompt, usage.cached) if sent.total else (0, 0)
    return replace(usage, prompt=prompt, spoken=sent, cached=cached)
