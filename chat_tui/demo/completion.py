"""One generation on its way to the client: who serves it, what it says, and what it has in the books."""

import json
import secrets
import string
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from chat_tui.demo.books import Entry
from chat_tui.demo.logprobs import logprobs_of
from chat_tui.demo.reply import Ending, Reply

_NATIVE_REASONS = {
    Ending.STOP: {"Anthropic": "end_turn", "Google AI Studio": "STOP", "xAI": "completed"},
    Ending.TOOL_CALLS: {"Anthropic": "tool_use", "OpenAI": "completed"},
    Ending.CONTENT_FILTER: {"Demo": "SAFETY", "Google AI Studio": "SAFETY"},
    Ending.ERROR_FINISH: {"Demo": "MALFORMED_FUNCTION_CALL"},
}

MIDSTREAM_ERROR = {
    "code": 502,
    "message": "Provider disconnected unexpectedly",
    "metadata": {"error_type": "provider_unavailable", "provider_code": "upstream_eof"},
}


def encoded(value: object) -> bytes:
    """Write JSON as the real server does: on one line, with characters beyond ASCII as they are.

    U+2028 and C1 controls go out unescaped, so that a client that splits lines in a wrong place notices.
    """
    try:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    except UnicodeEncodeError:  # half of a surrogate pair, echoed from a request
        return json.dumps(value, separators=(",", ":")).encode()


def new_id() -> str:
    """Make the id of a generation: `gen-<unix>-<20 letters and digits>`."""
    alphabet = string.ascii_letters + string.digits
    return f"gen-{int(time.time())}-{''.join(secrets.choice(alphabet) for _ in range(20))}"


@dataclass(frozen=True, slots=True)
class Completion:
    """One generation.

    Args:
        reply: What the model says.
        entry: Its place in the books, with its id, model and provider.
        echo: The body that went to the provider, for clients that asked for it; else None.
        routing: How it was routed, for clients that asked for that; else None.
        is_text: Whether the answer is plain text to a prompt, and no message.
        top_logprobs: How many of the likeliest tokens are told with each token; None when nothing of that is told.
    """

    reply: Reply
    entry: Entry
    echo: Mapping[str, Any] | None = None
    routing: Mapping[str, Any] | None = None
    is_text: bool = False
    top_logprobs: int | None = None

    def logprobs(self, tokens: Sequence[str]) -> dict[str, Any] | None:
        """Return how likely `tokens` were, for clients that asked for that; else None."""
        return None if self.top_logprobs is None else logprobs_of(tokens, self.top_logprobs)

    @property
    def finish_reason(self) -> str:
        """OpenRouter's word for how it ends."""
        is_error = self.reply.ending in (Ending.ERROR, Ending.ERROR_FINISH)
        return "error" if is_error else self.reply.ending.value

    @property
    def native_finish_reason(self) -> str:
        """The provider's own word for how it ends."""
        return _NATIVE_REASONS.get(self.reply.ending, {}).get(self.entry.provider, self.finish_reason)

    @property
    def error(self) -> Mapping[str, Any]:
        """The `error` object of a reply that breaks."""
        return self.reply.error or MIDSTREAM_ERROR

    def head(self, object_type: str) -> dict[str, Any]:
        """Return the fields that begin a response and every chunk, an object of this type if it is a chat's."""
        return {
            "id": self.entry.id,
            "object": "text_completion" if self.is_text else object_type,
            "created": int(self.entry.id.split("-")[1]),
            "model": self.entry.model,
            "provider": self.entry.provider,
        }
