"""The request that a conversation makes under its settings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from chat_tui.conversation.values import Json, Message

_FLAT = "parameters"
_OBJECTS = ("reasoning", "provider")
_LISTS = ("models", "plugins")


def request_body(path: Sequence[Message], settings: Json) -> dict[str, Any]:
    """Return the body of the chat request for `path` under `settings` (wire 2); what is unset is not sent.

    Replies without a word (failed, or stopped at once) are left out: providers refuse empty messages.
    """
    body: dict[str, Any] = {}
    if model := settings.get("model"):
        body["model"] = model
    messages: list[dict[str, Any]] = []
    if system := settings.get("system"):
        messages.append({"role": "system", "content": system})
    messages += [sent for message in path if (sent := _sent(message)) is not None]
    body["messages"] = messages
    body |= settings.get(_FLAT) or {}
    for name in (*_OBJECTS, *_LISTS):
        if value := settings.get(name):
            body[name] = value
    return body


def _sent(message: Message) -> dict[str, Any] | None:
    if message.role == "user":
        return {"role": "user", "content": message.text}
    if not message.text:
        return None
    sent: dict[str, Any] = {"role": message.role, "content": message.text}
    if message.reasoning_details and message.status == "complete":
        sent["reasoning_details"] = [dict(detail) for detail in message.reasoning_details]
    return sent
