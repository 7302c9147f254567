"""What ChatGPT exports: `conversations.json`, a list of conversations, each a tree of its own.

Thoughts are messages there; here they belong to the reply that follows them. What the interface never showed (settings,
hidden messages) has no place.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

from chat_tui.conversation.exports.markdown import fenced
from chat_tui.conversation.imports.content import text_of, tool_call
from chat_tui.conversation.imports.found import (
    Bring,
    Found,
    at,
    moment_of,
    object_in,
    objects_in,
    stable_id,
    text_in,
    title_from,
)
from chat_tui.conversation.imports.planting import Node, plant
from chat_tui.conversation.media_types import media_type_of
from chat_tui.conversation.metadata import Metadata
from chat_tui.conversation.values import Citation, Json, Part, Role, Status, TextPart

SOURCE = "ChatGPT"
Asset = Callable[[str], tuple[str, Bring] | None]
"""Returns the name of the file with an id that lies beside the conversations, and what brings it."""
_FILE_ID = re.compile(r"file[-_][A-Za-z0-9]+")
_ROLES: dict[str, Role] = {"user": "user", "assistant": "assistant", "tool": "tool"}
_SILENT = frozenset({"reasoning_recap", "model_editable_context", "user_editable_context", "app_pairing_content"})
_STATUSES: dict[str, Status] = {"in_progress": "interrupted", "finished_partial_completion": "interrupted"}
_ALL = "all"
_OCTETS = "application/octet-stream"


def is_conversation(value: object) -> bool:
    """Tell whether `value` is one of ChatGPT's conversations."""
    return isinstance(at(value, "mapping"), dict)


def conversation_of(value: dict[str, Any], changed: datetime, asset: Asset) -> Found:
    """Return a conversation of the list."""
    created = moment_of(value.get("create_time"))
    name = text_in(value, "conversation_id") or text_in(value, "id")
    mapping = {id: node for id, node in object_in(value, "mapping").items() if isinstance(node, dict)}
    key = ("chatgpt", name or next(iter(mapping), ""))
    found = Found(
        Metadata(
            stable_id(created, *key),
            created or changed,
            title_from(text_in(value, "title")),
            archived=value.get("is_archived") is True,
            pinned=value.get("is_starred") is True,
            settings=_system(mapping),
        ),
        SOURCE,
    )
    nodes: list[Node] = []
    skipped: dict[str, str | None] = {}
    thoughts: dict[str, str] = {}
    for name, node in mapping.items():
        parent = text_in(node, "parent") or None
        message = object_in(node, "message")
        if text := _thoughts(message):
            thoughts[name] = text
        if (role := _role(found, message)) is None:
            skipped[name] = parent
        else:
            nodes.append(_node(found, name, parent, role, message, asset))
    plant(found, key, _with_thoughts(nodes, thoughts, skipped), leaf=text_in(value, "current_node"), skipped=skipped)
    return found


def _role(found: Found, message: dict[str, Any]) -> Role | None:
    """Return whose message it is here; None for what has no place."""
    kind, role = text_in(message, "content", "content_type"), text_in(message, "author", "role")
    if not message or kind in _SILENT or kind == "thoughts" or role == "system":
        return None
    if at(message, "metadata", "is_visually_hidden_from_conversation") is True:
        found.left_out["hidden messages"] += 1
        return None
    if role not in _ROLES:
        found.left_out[f"messages of the role “{role[:40]}”"] += 1
    return _ROLES.get(role)


def _thoughts(message: dict[str, Any]) -> str:
    if text_in(message, "content", "content_type") != "thoughts":
        return ""
    pieces = (
        "\n\n".join(filter(None, (text_in(thought, "summary"), text_in(thought, "content"))))
        for thought in objects_in(message, "content", "thoughts")
    )
    return "\n\n".join(filter(None, pieces))


def _with_thoughts(nodes: list[Node], thoughts: dict[str, str], skipped: dict[str, str | None]) -> Iterator[Node]:
    """Yield `nodes`, replies with what was thought between them and the message before."""
    for node in nodes:
        reasoning: list[str] = []
        name, seen = node.parent, set[str]()
        while node.role == "assistant" and name in skipped and name not in seen:
            seen.add(name)
            reasoning.append(thoughts.get(name, ""))
            name = skipped[name]
        told = "\n\n".join(filter(None, reversed(reasoning)))
        yield replace(node, reasoning=told) if told else node


def _system(mapping: dict[str, Any]) -> dict[str, Any]:
    """Return the system prompt, where the conversation has a visible one."""
    for node in mapping.values():
        message = object_in(node, "message")
        is_hidden = at(message, "metadata", "is_visually_hidden_from_conversation") is True
        if text_in(message, "author", "role") == "system" and not is_hidden:
            parts = at(message, "content", "parts")
            text = "\n\n".join(part for part in parts if isinstance(part, str)) if isinstance(parts, list) else ""
            if text.strip():
                return {"system": text}
    return {}


def _node(found: Found, name: str, parent: str | None, role: Role, message: dict[str, Any], asset: Asset) -> Node:
    calls: tuple[Json, ...] = ()
    parts: tuple[Part, ...] = ()
    recipient = text_in(message, "recipient") or _ALL
    if role == "assistant" and recipient != _ALL:
        said = "".join(part.text for part in _parts(found, message, asset, plain=True) if isinstance(part, TextPart))
        calls = (tool_call(name, recipient, said),)
    else:
        parts = tuple(_parts(found, message, asset))
    if role == "tool":
        calls = (tool_call(parent or name, text_in(message, "author", "name"), ""),)
    model = text_in(message, "metadata", "model_slug")
    return Node(
        name,
        parent,
        role,
        parts,
        moment_of(message.get("create_time")),
        _STATUSES.get(text_in(message, "status"), "complete"),
        model=model or None if role == "assistant" else None,
        tool_calls=calls,
        citations=tuple(_citations(message)),
    )


def _parts(found: Found, message: dict[str, Any], asset: Asset, *, plain: bool = False) -> Iterator[Part]:
    content = object_in(message, "content")
    kind = text_in(content, "content_type")
    items = content.get("parts")
    if kind == "code":
        code = text_in(content, "text")
        language = text_in(content, "language")
        yield TextPart(code if plain else fenced(code, "" if language == "unknown" else language))
    elif kind == "execution_output":
        yield TextPart(fenced(text_in(content, "text")))
    elif isinstance(items, list):
        for item in items:
            if (part := _part(found, item, asset)) is not None:
                yield part
    elif text := text_of(content) or text_in(content, "result"):
        yield TextPart(text)
    elif kind:
        found.left_out[f"messages of the kind “{kind[:40]}”"] += 1
    for attached in objects_in(message, "metadata", "attachments"):
        if not _is_shown(text_in(attached, "id"), items):
            yield _asset(found, text_in(attached, "id"), text_in(attached, "name") or "file", asset)


def _is_shown(identifier: str, items: object) -> bool:
    """Tell whether a file is among the parts already: pictures are both."""
    pointers = [text_in(item, "asset_pointer") for item in items] if isinstance(items, list) else []
    return bool(identifier) and any(pointer.endswith(identifier) for pointer in pointers)


def _part(found: Found, item: object, asset: Asset) -> Part | None:
    if isinstance(item, str):
        return TextPart(item) if item else None
    kind = text_in(item, "content_type")
    if pointer := text_in(item, "asset_pointer") or text_in(item, "audio_asset_pointer", "asset_pointer"):
        return _asset(found, pointer, kind.partition("_")[0] or "file", asset)
    if text := text_in(item, "text"):
        return TextPart(text)
    found.left_out[f"parts of the kind “{kind[:40] or 'unknown'}”"] += 1
    return None


def _asset(found: Found, pointer: str, name: str, asset: Asset) -> Part:
    matched = _FILE_ID.match(pointer.rpartition("/")[2])  # `file-service://file-…` names its service first
    kept = asset(matched[0]) if matched else None
    if kept is None:
        return found.missing(name)
    try:
        content = kept[1]()
    except OSError:
        return found.missing(name)
    part = found.attach(content, media_type_of(content) or _OCTETS, name if "." in name else kept[0])
    found.files[part] = kept[1]  # brought again when it is kept: until then it takes no memory
    return part


def _citations(message: dict[str, Any]) -> Iterator[Citation]:
    told: set[str] = set()
    for source in (
        *objects_in(message, "metadata", "content_references"),
        *objects_in(message, "metadata", "citations"),
    ):
        about = object_in(source, "metadata") or source
        url = text_in(about, "url")
        if url and url not in told:
            told.add(url)
            yield Citation(url, text_in(about, "title") or None)
