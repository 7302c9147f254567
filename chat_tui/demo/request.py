"""The chat request: its body checked, and what the emulator reads from it."""

import json
import zlib
from dataclasses import dataclass
from typing import Any

from chat_tui.demo.catalogue import AUTO_ROUTER
from chat_tui.demo.faults import Fault, refusal


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """A valid request for a completion.

    Args:
        body: The whole JSON object, as it came.
        model_id: The model asked for; the router when the body names none.
        messages: The conversation.
        streams: Whether the client wants a stream.
        token_limit: The most tokens that the completion may have; None for no limit.
    """

    body: dict[str, Any]
    model_id: str
    messages: tuple[dict[str, Any], ...]
    streams: bool
    token_limit: int | None

    @property
    def prompt(self) -> str:
        """The text of the last user message; empty when there is none."""
        content = self._last_user_content()
        if isinstance(content, str):
            return content
        return "\n".join(part["text"] for part in content if isinstance(part.get("text"), str))

    @property
    def attachment_types(self) -> list[str]:
        """The types of the parts of the last user message that aren't text, for example `image_url`."""
        content = self._last_user_content()
        if isinstance(content, str):
            return []
        return [str(part.get("type")) for part in content if part.get("type") != "text"]

    @property
    def digest(self) -> int:
        """A number that is the same whenever the same conversation is sent."""
        return zlib.crc32(json.dumps(self.messages, sort_keys=True).encode())

    @property
    def wants_reasoning(self) -> bool:
        """Whether the model may reason: yes, unless the request turns it off."""
        reasoning = self._reasoning()
        return reasoning.get("effort") != "none" and reasoning.get("enabled") is not False

    @property
    def hides_reasoning(self) -> bool:
        """Whether reasoning is done and paid for but not sent."""
        return self._reasoning().get("exclude") is True or self.body.get("include_reasoning") is False

    def _reasoning(self) -> dict[str, Any]:
        reasoning = self.body.get("reasoning")
        return reasoning if isinstance(reasoning, dict) else {}

    def _last_user_content(self) -> str | list[dict[str, Any]]:
        for message in reversed(self.messages):
            if message["role"] == "user":
                content = message.get("content")
                if isinstance(content, list):
                    return [part for part in content if isinstance(part, dict)]
                return content if isinstance(content, str) else ""
        return ""


def parse(raw: bytes) -> ChatRequest | Fault:
    """Check a request's body.

    Returns:
        The request, or the 400 that the client gets.
    """
    try:
        body = json.loads(raw)
    except (ValueError, RecursionError):
        return refusal(400, "Invalid JSON body", names_user=True)
    if not isinstance(body, dict):
        return refusal(400, "The body must be a JSON object", names_user=True)
    messages = body.get("messages")
    if not isinstance(messages, list) or not messages:
        return refusal(400, 'Input required: specify "messages"', names_user=True)
    if not all(isinstance(message, dict) and isinstance(message.get("role"), str) for message in messages):
        return refusal(400, "Each message must be an object with a role", names_user=True)
    token_limit = body.get("max_completion_tokens")
    if token_limit is None:
        token_limit = body.get("max_tokens")  # the older name
    if token_limit is not None and (type(token_limit) is not int or token_limit < 1):
        return refusal(400, "max_tokens must be a positive integer", names_user=True)
    return ChatRequest(
        body=body,
        model_id=_asked_model(body),
        messages=tuple(messages),
        streams=body.get("stream") is True,
        token_limit=token_limit,
    )


def _asked_model(body: dict[str, Any]) -> str:
    fallbacks = body.get("models")
    first_fallback = fallbacks[0] if isinstance(fallbacks, list) and fallbacks else AUTO_ROUTER
    return str(body.get("model") or first_fallback)
