"""Lists of messages as OpenAI's interfaces take them: one list, or one in each line or object."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from chat_tui.conversation import exact
from chat_tui.conversation.imports.content import parts_of, text_of, tool_call
from chat_tui.conversation.imports.found import Found, moment_of, object_in, objects_in, stable_id, text_in, title_from
from chat_tui.conversation.imports.planting import Node, plant
from chat_tui.conversation.metadata import Metadata
from chat_tui.conversation.values import Role

SOURCE = "a list of messages"
_ROLES: dict[str, Role] = {
    "user": "user", "human": "user", "assistant": "assistant", "ai": "assistant", "model": "assistant",
    "tool": "tool", "function": "tool",
}  # fmt: skip
_SYSTEM = ("system", "developer")
_SAME = 2
"""How many messages tell one conversation from another, where nothing else does."""


def is_message(value: object) -> bool:
    """Tell whether `value` looks like a message."""
    is_ours = (
        isinstance(value, dict) and "v" in value and "parts" in value
    )  # a journal's line says more than this reads
    return isinstance(value, dict) and isinstance(value.get("role"), str) and "mapping" not in value and not is_ours


def is_conversation(value: object) -> bool:
    """Tell whether `value` looks like an object with such a list."""
    return isinstance(value, dict) and any(map(is_message, objects_in(value, "messages")[:1]))


def conversation_of(value: dict[str, Any], changed: datetime) -> Found:
    """Return the conversation in an object that has `messages`."""
    return from_messages(objects_in(value, "messages"), changed, value)


def from_messages(messages: Sequence[dict[str, Any]], changed: datetime, about: dict[str, Any] | None = None) -> Found:
    """Return the conversation that `messages` are.

    Args:
        messages: One branch, the first message first.
        changed: When the file was, for messages that say no time.
        about: What is said of the conversation: `id`, `title`, `model`, when it was made.
    """
    about = about or {}
    said = [message for message in messages if text_in(message, "role").lower() not in _SYSTEM]
    name = text_in(about, "id") or text_in(about, "conversation_id")
    key = ("messages", name or "".join(_digest(message) for message in said[:_SAME]))
    created = next(
        filter(None, (moment_of(about.get(field)) for field in ("created_at", "created", "create_time"))), None
    )
    title = text_in(about, "title") or text_in(about, "name")
    found = Found(
        Metadata(stable_id(created, *key), created or changed, title_from(title), settings=_system(messages)), SOURCE
    )
    if len(messages) - len(said) > 1:
        found.left_out["system messages after the first"] += len(messages) - len(said) - 1
    nodes: list[Node] = []
    chain = ""
    for message in said:
        chain = hashlib.sha256(f"{chain}{_digest(message)}".encode()).hexdigest()
        if (node := _node(found, message, chain, nodes[-1].id if nodes else None, text_in(about, "model"))) is not None:
            nodes.append(node)
    plant(found, key, nodes)
    return found


def _digest(message: dict[str, Any]) -> str:
    said = [text_in(message, "role").lower(), message.get("content"), message.get("tool_calls")]
    return hashlib.sha256(exact.encode(said)).hexdigest()


def _system(messages: Sequence[dict[str, Any]]) -> dict[str, Any]:
    said = [message for message in messages if text_in(message, "role").lower() in _SYSTEM]
    text = text_of(said[0].get("content")) if said else ""
    return {"system": text} if text else {}


def _node(found: Found, message: dict[str, Any], name: str, parent: str | None, model: str) -> Node | None:
    role = _ROLES.get(text_in(message, "role").lower())
    if role is None:
        found.left_out[f"messages of the role “{text_in(message, 'role')[:40]}”"] += 1
        return None
    made = next(filter(None, (moment_of(message.get(field)) for field in ("created_at", "created", "timestamp"))), None)
    pictures = tuple(found.picture(text_in(image, "image_url", "url")) for image in objects_in(message, "images"))
    calls = [_call(call, f"{name[:20]}-{number}") for number, call in enumerate(objects_in(message, "tool_calls"))]
    if old := object_in(message, "function_call"):
        calls.append(tool_call(name[:20], text_in(old, "name"), old.get("arguments")))
    if role == "tool":
        calls = [tool_call(text_in(message, "tool_call_id") or name[:20], text_in(message, "name"), "")]
    return Node(
        name,
        parent,
        role,
        (*parts_of(found, message.get("content")), *pictures),
        made,
        model=(text_in(message, "model") or model or None) if role == "assistant" else None,
        reasoning=text_in(message, "reasoning") or text_in(message, "reasoning_content"),
        tool_calls=tuple(calls),
    )


def _call(call: dict[str, Any], otherwise: str) -> Any:
    function = object_in(call, "function")
    return tool_call(text_in(call, "id") or otherwise, text_in(function, "name"), function.get("arguments"))
