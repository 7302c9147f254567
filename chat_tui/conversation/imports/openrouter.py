"""What OpenRouter's chatroom exports: `orpg.1.0` to `orpg.3.0`, one conversation in each file.

In the first two a message holds its text; in the third it names items, which hold it. A prompt has no parent there: it
follows the reply before it. Several models' replies to one prompt are siblings.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from chat_tui.conversation.imports.content import parts_of, text_of, tool_call
from chat_tui.conversation.imports.found import (
    Found,
    amount_of,
    at,
    moment_of,
    object_in,
    objects_in,
    stable_id,
    text_in,
    title_from,
)
from chat_tui.conversation.imports.planting import Node, plant
from chat_tui.conversation.metadata import Metadata
from chat_tui.conversation.values import Json, Part, Receipt, TextPart, Usage

SOURCE = "OpenRouter's chatroom"
_COUNTLESS = 2**53


def is_conversation(value: object) -> bool:
    """Tell whether `value` is such an export."""
    return text_in(value, "version").startswith("orpg.") and isinstance(at(value, "messages"), dict)


def conversation_of(value: dict[str, Any], changed: datetime) -> Found:
    """Return the conversation in an export."""
    messages = {name: one for name, one in object_in(value, "messages").items() if isinstance(one, dict)}
    order = sorted(messages, key=lambda name: (_made(messages[name]) or changed, name))
    created = _made(messages[order[0]]) if order else None
    characters = object_in(value, "characters")
    # The file has no id of its own; the first message's is unique.
    key = ("openrouter", order[0] if order else text_in(value, "title"))
    found = Found(
        Metadata(
            stable_id(created, *key),
            created or changed,
            title_from(text_in(value, "title")),
            settings=_system(characters),
        ),
        SOURCE,
    )
    nodes: list[Node] = []
    skipped: dict[str, str | None] = {}
    for name in order:
        if (node := _node(found, value, name, nodes[-1] if nodes else None)) is not None:
            nodes.append(node)
        else:
            skipped[name] = text_in(messages[name], "parentMessageId") or None
    plant(found, key, nodes, skipped=skipped)
    return found


def _made(message: Json) -> datetime | None:
    return moment_of(message.get("createdAt")) or moment_of(message.get("updatedAt"))


def _system(characters: Json) -> dict[str, Any]:
    for character in characters.values():
        if text := (text_in(character, "description") or text_in(character, "systemPrompt")):
            return {"system": text}
    return {}


def _node(found: Found, export: dict[str, Any], name: str, before: Node | None) -> Node | None:
    message = export["messages"][name]
    is_prompt = text_in(message, "type") == "user" or text_in(message, "characterId") == "USER"
    if not is_prompt and text_in(message, "type") not in ("assistant", ""):
        found.left_out[f"messages of the kind “{text_in(message, 'type')[:40]}”"] += 1
        return None
    parts, reasoning, calls = _said(found, export, message)
    parent = text_in(message, "parentMessageId") or None
    if parent is None and before is not None:
        # Replies of the older versions name no prompt: those that come one after the other answer the same one.
        parent = before.parent if not is_prompt and before.role == "assistant" else before.id
    model = text_in(export, "characters", text_in(message, "characterId"), "model") or text_in(
        export, "characters", text_in(message, "characterId"), "modelInfo", "slug"
    )
    return Node(
        name,
        parent,
        "user" if is_prompt else "assistant",
        parts,
        _made(message),
        model=None if is_prompt else model or None,
        reasoning=reasoning,
        tool_calls=calls,
        receipt=None if is_prompt else _receipt(object_in(message, "metadata"), model),
    )


def _said(found: Found, export: dict[str, Any], message: Json) -> tuple[tuple[Part, ...], str, tuple[Json, ...]]:
    """Return what a message says, what its model thought, and what tools it called."""
    parts = list(parts_of(found, message.get("content")))
    thoughts = [text_in(message, "reasoning")]
    calls: list[Json] = []
    for item in _items(found, export, message):
        match text_in(item, "type"):
            case "message" | "":
                parts += parts_of(found, item.get("content"))
            case "reasoning":
                thoughts.append(text_of(item.get("content")) or text_of(item.get("summary")))
            case "function_call":
                calls.append(tool_call(text_in(item, "call_id"), text_in(item, "name"), item.get("arguments")))
            case "function_call_output":
                parts.append(TextPart(text_of(item.get("output"))))
            case "image_generation_call":
                parts.append(found.encoded(item.get("result"), "image/png", "image.png"))
            case kind:
                found.left_out[f"items of the kind “{kind[:40]}”"] += 1
    return tuple(part for part in parts if part != TextPart("")), "\n\n".join(filter(None, thoughts)), tuple(calls)


def _items(found: Found, export: dict[str, Any], message: Json) -> Iterator[dict[str, Any]]:
    for named in objects_in(message, "items"):
        item = object_in(export, "items", text_in(named, "id"), "data")
        if item:
            yield item
        else:
            found.left_out["items that are not in it"] += 1


def _receipt(metadata: dict[str, Any], model: str) -> Receipt | None:
    """Return what the export says of the price; nothing is computed."""
    cost = amount_of(metadata.get("cost"))
    tokens = metadata.get("tokensCount")
    counted = tokens if type(tokens) is int and 0 <= tokens < _COUNTLESS else None
    generation = text_in(metadata, "generationId") or None
    if cost is None and counted is None and generation is None:
        return None
    provider = text_in(metadata, "provider") or None
    return Receipt(
        model=model or None, provider=provider, generation=generation, usage=Usage(completion_tokens=counted), cost=cost
    )
