"""What Claude exports: `conversations.json`, a list of conversations whose messages are lists of blocks.

A reply may hold several rounds with tools: its blocks become a reply for each round, followed by the tools' answers.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from chat_tui.conversation.exports.markdown import fenced
from chat_tui.conversation.imports.content import text_of, tool_call
from chat_tui.conversation.imports.found import Found, moment_of, objects_in, stable_id, text_in, title_from
from chat_tui.conversation.imports.planting import Node, plant
from chat_tui.conversation.metadata import Metadata
from chat_tui.conversation.values import Json, Part, TextPart

SOURCE = "Claude"
_ROOT = "00000000-0000-4000-8000-000000000000"
_PROMPTS = ("human", "user")


def is_conversation(value: object) -> bool:
    """Tell whether `value` is one of Claude's conversations."""
    return isinstance(value, dict) and isinstance(value.get("chat_messages"), list)


def conversation_of(value: dict[str, Any], changed: datetime) -> Found:
    """Return a conversation of the list."""
    created = moment_of(value.get("created_at"))
    key = ("claude", text_in(value, "uuid") or text_in(value, "name"))
    found = Found(
        Metadata(
            stable_id(created, *key),
            created or changed,
            title_from(text_in(value, "name")),
            pinned=value.get("is_starred") is True,
        ),
        SOURCE,
    )
    messages = objects_in(value, "chat_messages")
    is_tree = any(text_in(message, "parent_message_uuid") for message in messages)
    last: dict[str, str] = {}
    nodes: list[Node] = []
    skipped: dict[str, str | None] = {}
    for place, message in enumerate(messages):
        name = text_in(message, "uuid") or f"#{place}"
        before = text_in(message, "parent_message_uuid") if is_tree else (nodes[-1].id if nodes else "")
        rounds = list(_rounds(found, message))
        parent = last.get(before) or (before if before and before != _ROOT else None)
        if not rounds:
            skipped[name] = parent
        for number, round_ in enumerate(rounds):
            node = _node(message, round_, name if number == 0 else f"{name}#{number}", parent, text_in(value, "model"))
            nodes.append(node)
            parent = last[name] = node.id
    leaf = text_in(value, "current_leaf_message_uuid")
    plant(found, key, nodes, leaf=last.get(leaf), skipped=skipped)
    return found


@dataclass(slots=True)
class _Round:
    """What is one message here."""

    is_answer: bool = False
    parts: list[Part] = field(default_factory=list)
    thoughts: list[str] = field(default_factory=list)
    calls: list[Json] = field(default_factory=list)


def _rounds(found: Found, message: dict[str, Any]) -> Iterator[_Round]:
    blocks = objects_in(message, "content") or [{"type": "text", "text": text_in(message, "text")}]
    current = _Round()
    for attached in objects_in(message, "attachments"):
        name, content = text_in(attached, "file_name") or "attachment", text_in(attached, "extracted_content")
        current.parts.append(TextPart(f"{name}\n\n{fenced(content)}\n\n") if content else found.missing(name))
    current.parts += [
        found.missing(text_in(file, "file_name") or "file")
        for file in objects_in(message, "files")
        if not _has_content(file, message)
    ]
    for block in blocks:
        kind = text_in(block, "type")
        if kind == "tool_result":
            if current.parts or current.thoughts or current.calls:
                yield current
                current = _Round()
            call = tool_call(text_in(block, "tool_use_id"), text_in(block, "name"), "")
            yield _Round(is_answer=True, parts=[TextPart(text_of(block.get("content")) or "-")], calls=[call])
        else:
            _take(found, current, kind, block)
    if current.parts or current.thoughts or current.calls:
        yield current


def _has_content(file: dict[str, Any], message: dict[str, Any]) -> bool:
    """Tell whether a file is among the attachments, which hold what could be read of it."""
    names = [text_in(attached, "file_name") for attached in objects_in(message, "attachments")]
    return text_in(file, "file_name") in names


def _take(found: Found, current: _Round, kind: str, block: dict[str, Any]) -> None:
    match kind:
        case "text":
            if text := text_in(block, "text"):
                current.parts.append(TextPart(text))
        case "thinking":
            current.thoughts.append(text_in(block, "thinking"))
        case "tool_use":
            current.calls.append(tool_call(text_in(block, "id"), text_in(block, "name"), block.get("input")))
        case "image":
            current.parts.append(
                found.encoded(text_in(block, "source", "data"), text_in(block, "source", "media_type"), "image")
            )
        case "token_budget" | "flag":
            pass
        case _:
            found.left_out[f"blocks of the kind “{kind[:40]}”"] += 1


def _node(message: dict[str, Any], round_: _Round, name: str, parent: str | None, model: str) -> Node:
    is_prompt = text_in(message, "sender") in _PROMPTS
    return Node(
        name,
        parent,
        "tool" if round_.is_answer else "user" if is_prompt else "assistant",
        tuple(round_.parts),
        moment_of(message.get("created_at")),
        model=model or None if not (is_prompt or round_.is_answer) else None,
        reasoning="\n\n".join(filter(None, round_.thoughts)),
        tool_calls=tuple(round_.calls),
    )
