"""How a request loses what a server has no place for, each loss by its name."""

from __future__ import annotations

from collections.abc import Container, Mapping
from typing import Any


class Dropped(dict[str, None]):
    """The dotted names of what was left out, each once, in order."""

    def add(self, name: str) -> None:
        """Note that `name` was left out."""
        self[name] = None

    def keep(self, value: Mapping[str, Any], names: Container[str], prefix: str = "") -> dict[str, Any]:
        """Return what of `value` is in `names`; the rest is noted, `prefix` before each name, unless it is null."""
        for name, inner in value.items():
            if name not in names and inner is not None:
                self.add(prefix + name)
        return {name: inner for name, inner in value.items() if name in names}

    def leave(self, value: Mapping[str, Any], names: Container[str], prefix: str = "") -> dict[str, Any]:
        """Return `value` without what is in `names`; that is noted, `prefix` before each name."""
        return self.keep(value, [name for name in value if name not in names], prefix)


def table(value: Any) -> Mapping[str, Any]:
    """Return `value` when it is a table, else an empty one: what people write by hand may be anything."""
    return value if isinstance(value, Mapping) else {}


def with_system_role(message: dict[str, Any]) -> dict[str, Any]:
    """Return `message` with the role that every server knows for instructions."""
    return {**message, "role": "system"} if message["role"] == "developer" else message


def with_known_detail(image_url: Mapping[str, Any], dropped: Dropped) -> dict[str, Any]:
    """Return `image_url` without a detail that only OpenRouter has: elsewhere the highest is the next best."""
    kept = dropped.keep(image_url, ("url", "detail"), "messages.content.image_url.")
    return {**kept, "detail": "high"} if kept.get("detail") == "original" else kept


def with_one_limit(body: dict[str, Any]) -> dict[str, Any]:
    """Return `body` with the reply's limit under the name that older servers have for it."""
    limit = body.pop("max_completion_tokens", None)
    return body if limit is None else {**body, "max_tokens": limit}


def with_known_format(body: dict[str, Any], dropped: Dropped) -> dict[str, Any]:
    """Return `body` without a response format that only OpenRouter has."""
    kind = table(body.get("response_format")).get("type")
    if kind not in ("python", "grammar"):
        return body
    dropped.add(f"response_format.{kind}")
    return {name: value for name, value in body.items() if name != "response_format"}


def functions_only(tools: Any, dropped: Dropped, known: Container[str]) -> list[dict[str, Any]]:
    """Return the functions among `tools`, with what OpenAI knows of them; other types that aren't `known` are noted."""
    functions = []
    for tool in tools or ():
        if tool["type"] != "function":
            if tool["type"] not in known:
                dropped.add(f"tools.{tool['type']}")
            continue
        kept = dropped.keep(tool, ("type", "function"), "tools.")
        names = ("name", "description", "parameters", "strict")
        functions.append({**kept, "function": dropped.keep(table(tool.get("function")), names, "tools.function.")})
    return functions


def without_useless_choice(body: dict[str, Any], dropped: Dropped) -> dict[str, Any]:
    """Return `body` without a tool choice that names no function of it: servers refuse one."""
    choice = body.get("tool_choice")
    if choice is None:
        return body
    if body.get("tools") and (isinstance(choice, str) or choice.get("type") == "function"):
        return body
    dropped.add("tool_choice")
    return {name: value for name, value in body.items() if name != "tool_choice"}
