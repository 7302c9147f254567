"""What a model says to one request, as a value: the pieces, how fast they come, and how they end."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any

from chat_tui.demo.usage import Spoken

# About what a tokenizer makes of prose: short pieces, each with the space before it. Joined they give the text back.
_TOKEN = re.compile(r" ?\w{1,7}|\s+|[^\w\s]")

_ORDINARY_SPEED = 90.0
_ORDINARY_LATENCY = 0.3


class Ending(Enum):
    """How a reply ends; the values of the first four are OpenRouter's finish reasons."""

    STOP = "stop"
    LENGTH = "length"
    TOOL_CALLS = "tool_calls"
    CONTENT_FILTER = "content_filter"
    ERROR = "an error chunk"
    ERROR_FINISH = "an error without an object"
    CUT = "the connection ends"
    RESET = "the connection is reset"
    STALL = "silence"


@dataclass(frozen=True, slots=True)
class Extra:
    """A piece of a reply that isn't text.

    Args:
        delta: What the chunk's delta has beside its role.
        spoken: The tokens that it is.
    """

    delta: Mapping[str, Any]
    spoken: Spoken = field(default_factory=Spoken)


@dataclass(frozen=True, slots=True)
class Reply:
    """What a model says to one request.

    Args:
        tokens: The answer in pieces; joined they are the text.
        reasoning: What it thinks before, in pieces.
        extras: What comes after the text: images, tool calls, annotations.
        message: What the extras are in an answer that isn't streamed: fields of its message.
        latency: Seconds before the first token.
        speed: Tokens per second; None for no delays.
        ending: How it ends.
        error: The `error` object of an ending that has one.
        hides_reasoning: Whether the reasoning is counted but not sent.
        encrypts_reasoning: Whether the reasoning comes as a summary, with the rest unreadable.
        keep_alives: Comments before the first token.
        waits_for_headers: Seconds before the headers.
        has_noise: Whether lines that are no JSON come between the chunks.
        has_usage_apart: Whether the usage comes in a chunk without choices.
        is_insured: Whether it costs nothing when it breaks.
        images: Images in it.
    """

    tokens: list[str]
    reasoning: list[str] = field(default_factory=list)
    extras: tuple[Extra, ...] = ()
    message: Mapping[str, Any] = field(default_factory=dict)
    latency: float = _ORDINARY_LATENCY
    speed: float | None = _ORDINARY_SPEED
    ending: Ending = Ending.STOP
    error: Mapping[str, Any] | None = None
    hides_reasoning: bool = False
    encrypts_reasoning: bool = False
    keep_alives: int = 3
    waits_for_headers: float = 0.0
    has_noise: bool = False
    has_usage_apart: bool = False
    is_insured: bool = False
    images: int = 0

    @property
    def spoken(self) -> Spoken:
        """The tokens of all of it."""
        extras = [extra.spoken for extra in self.extras]
        return Spoken(
            total=len(self.tokens) + len(self.reasoning) + sum(spoken.total for spoken in extras),
            reasoning=len(self.reasoning),
            image=sum(spoken.image for spoken in extras),
            audio=sum(spoken.audio for spoken in extras),
        )

    def within(self, limit: int | None) -> "Reply":
        """Return the reply cut to at most `limit` tokens: first its reasoning, then its text, then all the rest."""
        if limit is None or self.spoken.total <= limit:
            return self
        reasoning = self.reasoning[:limit]
        tokens = self.tokens[: limit - len(reasoning)]
        return replace(self, reasoning=reasoning, tokens=tokens, extras=(), message={}, ending=Ending.LENGTH, images=0)


def tokens_of(text: str) -> list[str]:
    """Cut a text into pieces about as long as a model's tokens."""
    return _TOKEN.findall(text)
