"""Usage, cost and the demo key's balance. Sums are in Decimal; JSON gets numbers."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from chat_tui.demo.catalogue import Model

_CHARACTERS_PER_TOKEN = 4
_TOKENS_PER_MESSAGE = 4  # the role and the marks around a message
_TOKENS_PER_ATTACHMENT = 258  # what Gemini counts for a small image; good enough for every kind here
_KEY_LIMIT = Decimal(10)


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
        tokens += _content_tokens(part.get("text")) if is_text else _TOKENS_PER_ATTACHMENT
    return tokens


@dataclass(frozen=True, slots=True)
class Usage:
    """What one completion used.

    Args:
        model: The model that served it; its prices make the cost.
        prompt: Tokens of the request.
        completion: Tokens of the reply, with those of its reasoning.
        reasoning: Tokens of the reasoning alone.
    """

    model: Model
    prompt: int
    completion: int
    reasoning: int = 0

    @property
    def prompt_cost(self) -> Decimal:
        """USD for the prompt."""
        return self.prompt * self.model.prompt_price

    @property
    def completion_cost(self) -> Decimal:
        """USD for the completion, its reasoning included."""
        return self.completion * self.model.completion_price

    @property
    def cost(self) -> Decimal:
        """USD for all of it."""
        return self.prompt_cost + self.completion_cost

    def as_json(self) -> dict[str, Any]:
        """Return the `usage` object of a response (OpenAPI ChatUsage)."""
        return {
            "prompt_tokens": self.prompt,
            "completion_tokens": self.completion,
            "total_tokens": self.prompt + self.completion,
            "cost": _number(self.cost),
            "is_byok": False,
            "prompt_tokens_details": {
                "cached_tokens": 0,
                "cache_write_tokens": 0,
                "audio_tokens": 0,
                "video_tokens": 0,
            },
            "cost_details": {
                "upstream_inference_cost": _number(self.cost),
                "upstream_inference_prompt_cost": _number(self.prompt_cost),
                "upstream_inference_completions_cost": _number(self.completion_cost),
            },
            "completion_tokens_details": {
                "reasoning_tokens": self.reasoning,
                "image_tokens": 0,
                "audio_tokens": 0,
            },
        }


class Books:
    """The demo key's account: what was spent since the server started."""

    def __init__(self) -> None:
        self._spent = Decimal(0)

    def enter(self, usage: Usage) -> None:
        """Add a completed request."""
        self._spent += usage.cost

    def key_as_json(self) -> dict[str, Any]:
        """Return the `data` object of `/key`; day, week and month are all since the server started."""
        spent = _number(self._spent)
        return {
            "label": "sk-or-v1-dem...key",
            "limit": _number(_KEY_LIMIT),
            "limit_remaining": _number(max(_KEY_LIMIT - self._spent, Decimal(0))),
            "limit_reset": None,
            "include_byok_in_limit": False,
            "usage": spent,
            "usage_daily": spent,
            "usage_weekly": spent,
            "usage_monthly": spent,
            "byok_usage": 0,
            "byok_usage_daily": 0,
            "byok_usage_weekly": 0,
            "byok_usage_monthly": 0,
            "is_free_tier": False,
            "is_management_key": False,
            "is_provisioning_key": False,
            "rate_limit": {"requests": -1, "interval": "10s", "note": "This field is deprecated."},
            "creator_user_id": None,
            "organization_id": None,
            "workspace_id": None,
            "expires_at": None,
            "allowed_data_regions": ["global"],
            "free_model_daily_requests": {"limit": 50, "used": 0, "remaining": 50},
            "budgets": [],
            "effective_budget": None,
        }


def _number(amount: Decimal) -> float:
    # A float's shortest form gives back up to 15 significant digits as they were: prices here have far fewer.
    return float(amount)
