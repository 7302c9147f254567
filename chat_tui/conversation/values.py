"""What a conversation is made of, as frozen values.

The small ones are named tuples: making such a class takes a seventh of a frozen dataclass, and they come before the
first paint.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

Json = Mapping[str, Any]
Role = Literal["user", "assistant", "tool"]
Status = Literal["streaming", "complete", "cancelled", "failed", "interrupted"]


class TextPart(NamedTuple):
    """A piece of text, as it was typed or received."""

    text: str


class FilePart(NamedTuple):
    """A file beside the journal, under `attachments/<sha256>.<ext>`; its bytes never enter the journal."""

    sha256: str
    media_type: str
    name: str
    size: int
    """Bytes."""
    width: int | None = None
    """Pixels, as the picture is shown; None where it isn't known, as for all that follow."""
    height: int | None = None
    pages: int | None = None
    seconds: float | None = None


LinkKind = Literal["image", "file", "video"]


class LinkPart(NamedTuple):
    """Something on the web that is sent as its address; whoever serves the request fetches it."""

    kind: LinkKind
    url: str
    """An `https` address."""
    name: str


class UnknownPart(NamedTuple):
    """A part that a newer chat-tui wrote: kept as it is, shown by its name."""

    data: Json


Part = TextPart | FilePart | LinkPart | UnknownPart


class Usage(NamedTuple):
    """Tokens as the server counted them (OpenAPI ChatUsage); None where it said nothing.

    All others are among those of the prompt or of the completion.
    """

    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    reasoning_tokens: int | None = None
    cached_tokens: int | None = None
    """Of the prompt, read from a cache."""
    cache_write_tokens: int | None = None
    prompt_audio_tokens: int | None = None
    prompt_video_tokens: int | None = None
    image_tokens: int | None = None
    """Of the completion, as the next."""
    audio_tokens: int | None = None


class Attempt(NamedTuple):
    """A request of a turn that failed before its first word and was made again."""

    sentence: str
    """Why it failed, for people."""
    code: str | None = None
    provider: str | None = None
    generation: str | None = None
    """The id for `/generation`, which knows whether it was billed."""
    cost: Decimal | None = None
    """USD, where the server said; None is not known, and mostly nothing."""
    waited_ms: int = 0
    """From its failure to the next attempt."""
    given_up: bool = False
    """The server was asked for long enough what it cost, and never knew."""


class Aside(NamedTuple):
    """A request that was made beside a reply, such as for the conversation's title."""

    what: str
    """What it was for, in a word."""
    model: str | None = None
    generation: str | None = None
    cost: Decimal | None = None
    """USD, where the server said."""
    given_up: bool = False
    """Whether the server never said what it cost, and isn't asked any more."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a reply was served by and what it cost, as the server said; None where it said nothing.

    What `/generation` says later comes as a settlement and takes the place of what was known by then.
    """

    model: str | None = None
    """The model that answered, often a dated slug of the requested one."""
    provider: str | None = None
    generation: str | None = None
    """The id for `/generation`."""
    finish: str | None = None
    native_finish: str | None = None
    usage: Usage = Usage()  # noqa: RUF009 - it is immutable
    cost: Decimal | None = None
    """USD that the server took, from `usage.cost` or `/generation`; never computed."""
    is_byok: bool | None = None
    """Whether a key of one's own at the provider was used: what that takes is not in `cost`."""
    upstream_cost: Decimal | None = None
    """USD that the provider charged; beside `cost` with a key of one's own, else a part of it."""
    tool_cost: Decimal | None = None
    """USD for the server's own tools, in `cost`."""
    cache_discount: Decimal | None = None
    """USD that the prompt cache saved (below zero: what writing to it cost more); only `/generation` says it."""
    origin: str | None = None
    """The server that served: it alone can say more of the generation."""
    given_up: bool = False
    """The server was asked for long enough what the reply cost, and never knew."""
    first_token_ms: int | None = None
    """From sending the request to the first reasoning or text."""
    reasoning_ms: int | None = None
    """From the first reasoning to what came after it, or to the end; 0 when all came at once."""
    total_ms: int | None = None
    service_tier: str | None = None
    attempts: tuple[Attempt, ...] = ()
    """The requests before the one that this receipt is of; what they cost is not in `cost`."""
    asides: tuple[Aside, ...] = ()
    """The requests beside it; what they cost is not in `cost`."""
    raw_usage: Json = field(default_factory=dict)
    """The server's `usage` as it came."""
    metadata: Json = field(default_factory=dict)
    """How the request was routed, as it came (wire: `openrouter_metadata`)."""
    violation: str = ""
    """What served though it was not asked for, as a sentence; empty when all was as asked, or the server didn't say."""
    fallback: str = ""
    """In whose place another model or provider served: `in place of a/b (429 from Groq)`."""

    @property
    def costs(self) -> list[Decimal]:
        """What the server said that all requests of this receipt cost, in USD."""
        others = [*(one.cost for one in self.attempts), *(one.cost for one in self.asides)]
        return [cost for cost in (self.cost, *others) if cost is not None]

    @property
    def tokens_per_second(self) -> float | None:
        """Completion tokens for each second between the first token and the end."""
        tokens, first, total = self.usage.completion_tokens, self.first_token_ms, self.total_ms
        if tokens is None or first is None or total is None or total <= first:
            return None
        return tokens * 1000 / (total - first)


class Citation(NamedTuple):
    """A source that the model named (`url_citation`)."""

    url: str
    title: str | None = None
    spans: tuple[tuple[int, int], ...] = ()
    """Where the reply's text names it, from and to which character, as the server said: it may be wrong."""


class Likely(NamedTuple):
    """A token that a model could write at a place."""

    text: str
    logprob: float | None = None
    """The natural logarithm of how likely it was; None where the server didn't say."""
    data: bytes = b""
    """Its bytes, where they aren't those of `text`: a token may hold only a part of a character."""


class Chance(NamedTuple):
    """A token of a reply, and the likeliest ones at its place, itself often among them (wire: `logprobs`)."""

    token: Likely
    likeliest: tuple[Likely, ...] = ()


class Failure(NamedTuple):
    """Why a reply failed, in sentences for people: what happened, why, what to do now."""

    sentence: str
    code: str | None = None
    """The server's code or the HTTP status; None when no server answered."""
    retryable: bool = False
    actions: tuple[str, ...] = ()
    """What may help, the likeliest first (`openrouter.errors.Action`)."""
    retry_after: float | None = None
    """Seconds from when it failed, when the server said how long to wait."""
    limit_source: str | None = None
    """Whose limit was reached, in the server's word."""


class Asked(NamedTuple):
    """The request of a reply, as far as it isn't in the messages that stand before the reply."""

    digest: str
    """SHA-256 of all that was sent, as sorted JSON: it proves that a request made again is the one that was sent."""
    body: Json = MappingProxyType({})
    """What was sent; without the conversation's messages, unless it was `edited`."""
    file: FilePart | None = None
    """Where `body` is when it is long; it is then empty."""
    form: str = "openrouter"
    """What the server speaks (setting `server.speaks`)."""
    hidden: tuple[str, ...] = ()
    """The ids of messages before the reply that were left out."""
    raw: bool = False
    """The prompt was sent as it stands, without roles."""
    edited: bool = False
    """A person wrote the request; it need not have anything of the conversation."""


@dataclass(frozen=True, slots=True)
class Message:
    """One node of the conversation's tree: a prompt, a reply, or a tool's answer."""

    id: str
    parent: str | None
    role: Role
    parts: tuple[Part, ...]
    at: datetime
    """When this record was written; of two records with the same id the later one counts."""
    status: Status = "complete"
    model: str | None = None
    """The model that was asked."""
    reasoning: str = ""
    reasoning_details: tuple[Json, ...] = ()
    """As they came, fragments merged, for sending back unmodified (wire: `reasoning_details`)."""
    tool_calls: tuple[Json, ...] = ()
    """The calls that a reply made; of a tool's message, the one that it answers."""
    citations: tuple[Citation, ...] = ()
    logprobs: tuple[Chance, ...] = ()
    """How likely each token was, when the request asked for that."""
    response_format: str = ""
    """The form that the request asked for (`json_object`, `json_schema`); empty for a text of any kind."""
    asked: Asked | None = None
    """The request that a reply answers; None of prompts, and where it wasn't kept."""
    annotations: tuple[FilePart, ...] = ()
    """What the server made of attached files, as JSON files: sent back, they aren't parsed and paid again."""
    receipt: Receipt | None = None
    failure: Failure | None = None
    copied_from: str | None = None
    """The id of the conversation that has the message first: what it cost is counted there, not here."""
    unknown: Json = field(default_factory=dict)
    """Fields of the record that this version doesn't know; written back unchanged."""

    @property
    def text(self) -> str:
        """All text of the message, as one string."""
        return "".join(part.text for part in self.parts if isinstance(part, TextPart))

    @property
    def files(self) -> Iterator[FilePart]:
        """The files of the conversation that the message refers to."""
        yield from (part for part in self.parts if isinstance(part, FilePart))
        yield from self.annotations
        if self.asked is not None and self.asked.file is not None:
            yield self.asked.file

    @property
    def is_empty(self) -> bool:
        """Whether nothing came that a person would miss, not even reasoning."""
        return not (self.parts or self.reasoning or self.tool_calls)


def requested_is_served(requested: str, served: str) -> bool:
    """Tell whether `served` is `requested` itself or a dated release of it (wire 2.8), its words in any order."""
    asked, answered = (set(re.split(r"[/.-]", model.partition(":")[0].lower())) for model in (requested, served))
    return asked <= answered and all(word.isdigit() for word in answered - asked)
