"""The plain form of a request, for servers that speak OpenAI's API: Ollama, llama.cpp, vLLM, LM Studio, LiteLLM."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chat_tui.openrouter.forms_narrower import (
    Dropped,
    functions_only,
    with_known_detail,
    with_known_format,
    with_one_limit,
    with_system_role,
    without_useless_choice,
)

# Not `top_k`, `min_p` and `repetition_penalty`: they aren't OpenAI's, but local servers take them under these names.
_OPENROUTERS = (
    "cache_control",
    "debug",
    "deferred_tools",
    "image_config",
    "include_reasoning",
    "max_tool_calls",
    "models",
    "plugins",
    "preset",
    "prompt_cache_options",
    "provider",
    "session_id",
    "stop_server_tools_when",
    "structured_outputs",
    "top_a",
    "trace",
    "x_search_filter",
)
_MESSAGE = ("role", "content", "name", "refusal", "tool_calls", "tool_call_id", "audio")
_PARTS = {"video_url": ("url",), "file": ("filename", "file_data", "file_id")}


def plain(body: dict[str, Any], dropped: Dropped) -> dict[str, Any]:
    """Return `body` in the plain form; what that has no place for is noted in `dropped`."""
    body = with_one_limit(dict(body))
    body |= _effort(body.get("reasoning_effort"), body.pop("reasoning", None) or {}, dropped)
    body = dropped.leave(body, _OPENROUTERS)
    if "messages" in body:
        body["messages"] = [sent for message in body["messages"] if (sent := _message(message, dropped)) is not None]
    if body.get("service_tier") == "fast":
        body["service_tier"] = "priority"
    if body.get("service_tier") == "ultrafast":
        dropped.add("service_tier.ultrafast")
        del body["service_tier"]
    body = with_known_format(body, dropped)
    if "tools" in body:
        body["tools"] = functions_only(body["tools"], dropped, ())
        if not body["tools"]:
            del body["tools"]
    return without_useless_choice(body, dropped)


def _effort(effort: str | None, reasoning: Mapping[str, Any], dropped: Dropped) -> dict[str, Any]:
    """Return the one field that is left of `reasoning`."""
    dropped.keep(reasoning, ("effort", "enabled"), "reasoning.")
    if effort is None:
        effort = reasoning.get("effort")
    if effort is None and "enabled" in reasoning:
        effort = "medium" if reasoning["enabled"] else "none"
    # OpenAI's highest has the name that is OpenRouter's second highest; the two mean the same there.
    return {} if effort is None else {"reasoning_effort": "xhigh" if effort == "max" else effort}


def _message(message: Mapping[str, Any], dropped: Dropped) -> dict[str, Any] | None:
    """Return `message`, or None when nothing of it is left."""
    sent = dropped.keep(with_system_role(dict(message)), _MESSAGE, "messages.")
    if "configuration_update" in message and not message["content"]:
        return None
    if "audio" in sent:
        audio = dropped.keep(sent.pop("audio"), ("id",), "messages.audio.")
        sent |= {"audio": audio} if audio else {}
    if isinstance(sent.get("content"), list | tuple):
        sent["content"] = [_part(part, dropped) for part in sent["content"]]
    return sent


def _part(part: Mapping[str, Any], dropped: Dropped) -> dict[str, Any]:
    kind = "video_url" if part["type"] == "input_video" else part["type"]
    if kind == "image_url":
        return {"type": kind, "image_url": with_known_detail(part["image_url"], dropped)}
    if kind in _PARTS:
        return {"type": kind, kind: dropped.keep(part[kind], _PARTS[kind], f"messages.content.{kind}.")}
    return dropped.keep(part, ("type", "text", "input_audio"), "messages.content.")
