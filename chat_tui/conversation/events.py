"""What happens while a reply arrives, as frozen values that watchers read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from chat_tui.conversation.values import Attempt, Chance, Citation, Failure, Json, Message, Part, Receipt


@dataclass(frozen=True, slots=True)
class Started:
    """The request is about to be sent; `reply` is the empty message that will be filled."""

    request: Json
    reply: Message
    left_out: tuple[str, ...] = ()
    """The settings, dotted, that the server has no place for: what they ask for doesn't happen."""


@dataclass(frozen=True, slots=True)
class Leaving:
    """So much of a request with large files has left by now."""

    done: int
    """Bytes."""
    total: int


@dataclass(frozen=True, slots=True)
class Reasoning:
    """More of what the model thinks before it answers."""

    text: str


@dataclass(frozen=True, slots=True)
class Text:
    """More of the answer."""

    text: str


@dataclass(frozen=True, slots=True)
class Image:
    """A whole picture, as the `data:` or `https:` URL that came."""

    url: str


@dataclass(frozen=True, slots=True)
class Kept:
    """A picture that came is a file of the conversation now, or what else `part` says of it."""

    part: Part


@dataclass(frozen=True, slots=True)
class Cited:
    """A source was named, for the first time or at another place; those with one address are one."""

    citation: Citation


@dataclass(frozen=True, slots=True)
class Weighed:
    """The server told how likely more of the reply's tokens were."""

    chances: tuple[Chance, ...]


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A fragment of a tool call: the model wants `index` to be run with (more of) these arguments."""

    index: int
    name: str
    arguments: str
    id: str | None = None


@dataclass(frozen=True, slots=True)
class Noted:
    """The server told something for those who look behind the reply: what it sent upstream, how it routed."""

    kind: Literal["debug", "metadata"]
    data: Json


@dataclass(frozen=True, slots=True)
class Retrying:
    """A request failed before its first word; it is made again, as number `number` of at most `most`, after a wait."""

    attempt: Attempt
    number: int
    most: int
    wait: float
    """Seconds."""


@dataclass(frozen=True, slots=True)
class Receipted:
    """The server said who served, how many tokens, and what it cost, as far as is known by now."""

    receipt: Receipt


@dataclass(frozen=True, slots=True)
class Failed:
    """The reply ended early; a `Finished` follows."""

    failure: Failure


@dataclass(frozen=True, slots=True)
class Finished:
    """The reply is what it will be, on disk, and `reply.status` says how it ended."""

    reply: Message


Event = (
    Started
    | Leaving
    | Retrying
    | Reasoning
    | Text
    | Weighed
    | Image
    | Kept
    | Cited
    | ToolCall
    | Noted
    | Receipted
    | Failed
    | Finished
)


@dataclass(frozen=True, slots=True)
class Tagged:
    """An event and where it belongs; a turn has one step for each request that it makes."""

    conversation: str
    reply: str
    step: int
    event: Event
    at: float | None = None
    """When it happened, by the clock of `time.monotonic`; who comes to watch later counts from there."""
