"""Tokens of a request and a reply, and what they cost. Sums are in Decimal; JSON gets numbers."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NamedTuple

_CHARACTERS_PER_TOKEN = 4
_SHARE_OF_OWN_KEYS = Decimal("0.05")  # what OpenRouter takes where another bills
_TOKENS_PER_MESSAGE = 4  # the role and the marks around a message
TOKENS_PER_ATTACHMENT = 258
"""What Gemini counts for a small image: for every kind, where nobody looks at it."""
_PAGE = Decimal("0.002")  # USD, mistral-ocr


def prompt_tokens(messages: Sequence[dict[str, Any]]) -> int:
    """Estimate the tokens of a request's messages: about four characters each."""
    return sum(_TOKENS_PER_MESSAGE + _content_tokens(message.get("content")) for message in messages)


def _content_tokens(content: object) -> int:
    if isinstance(content, str):
        return math.ceil(len(content) / _CHARACTERS_PER_TOKEN)
    if not isinstance(content, list):
        return 0
    tokens = 0
    for part in content:
        is_text = isinstance(part, dict) and part.get("type") == "text"
        tokens += _content_tokens(part.get("text")) if is_text else TOKENS_PER_ATTACHMENT
    return tokens


@dataclass(frozen=True, slots=True)
class Prices:
    """USD for one token of each kind.

    Args:
        prompt: A token of the request.
        completion: A token of the reply, its reasoning included.
        cache_read: A token of the request that the provider had seen before.
    """

    prompt: Decimal
    completion: Decimal
    cache_read: Decimal

    @classmethod
    def from_json(cls, pricing: Mapping[str, str]) -> "Prices":
        """Read the `pricing` object of a model or endpoint."""
        prompt = Decimal(pricing["prompt"])
        return cls(prompt, Decimal(pricing["completion"]), Decimal(pricing.get("input_cache_read", prompt)))


class Spoken(NamedTuple):
    """The tokens of a reply; a tuple, because one is made for each token of a stream.

    Args:
        total: All of them.
        reasoning: Those of the reasoning.
        image: Those of images.
        audio: Those of speech.
    """

    total: int = 0
    reasoning: int = 0
    image: int = 0
    audio: int = 0


@dataclass(frozen=True, slots=True)
class Usage:
    """What one generation used.

    Args:
        prices: What the provider that served it asks.
        prompt: Tokens of the request.
        spoken: Tokens of the reply.
        cached: Tokens of the request that the provider had seen before.
        is_byok: Whether the account's own key at the provider pays.
        audio: Tokens of sound in the request.
        video: Tokens of films in the request.
        scanned: Pages that a parser read which is paid by the page.
    """

    prices: Prices
    prompt: int
    spoken: Spoken = field(default_factory=Spoken)
    cached: int = 0
    is_byok: bool = False
    audio: int = 0
    video: int = 0
    scanned: int = 0

    @property
    def prompt_cost(self) -> Decimal:
        """USD for the prompt."""
        return (self.prompt - self.cached) * self.prices.prompt + self.cached * self.prices.cache_read

    @property
    def completion_cost(self) -> Decimal:
        """USD for the completion, its reasoning included."""
        return self.spoken.total * self.prices.completion

    @property
    def cost(self) -> Decimal:
        """USD that the account pays for all of it."""
        served = self.upstream_cost * _SHARE_OF_OWN_KEYS if self.is_byok else self.upstream_cost
        return served + self.scanned * _PAGE

    @property
    def upstream_cost(self) -> Decimal:
        """USD that the provider asks for all of it."""
        return self.prompt_cost + self.completion_cost

    @property
    def cache_discount(self) -> Decimal:
        """USD that the cache saved."""
        return self.cached * (self.prices.prompt - self.prices.cache_read)

    def as_json(self) -> dict[str, Any]:
        """Return the `usage` object of a response (OpenAPI ChatUsage)."""
        spoken = self.spoken
        return {
            "prompt_tokens": self.prompt,
            "completion_tokens": spoken.total,
            "total_tokens": self.prompt + spoken.total,
            "cost": number(self.cost),
            "is_byok": self.is_byok,
            "prompt_tokens_details": {
                "cached_tokens": self.cached,
                "cache_write_tokens": 0,
                "audio_tokens": self.audio,
                "video_tokens": self.video,
            },
            "cost_details": {
                "upstream_inference_cost": number(self.upstream_cost),
                "upstream_inference_prompt_cost": number(self.prompt_cost),
                "upstream_inference_completions_cost": number(self.completion_cost),
            },
            "completion_tokens_details": {
                "reasoning_tokens": spoken.reasoning,
                "image_tokens": spoken.image,
                "audio_tokens": spoken.audio,
            },
        }


def number(amount: Decimal) -> float:
    """Return an amount for JSON.

    A float's shortest form gives back up to 15 significant digits as they were: prices here have far fewer.
    """
    return float(amount)
