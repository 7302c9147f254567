"""The older form of a request, for gateways that know OpenRouter's API as it was before its server tools."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chat_tui.openrouter.forms_narrower import (
    Dropped,
    functions_only,
    table,
    with_known_detail,
    with_known_format,
    with_one_limit,
    with_system_role,
    without_useless_choice,
)

_NEWER = (
    "audio",
    "cache_control",
    "debug",
    "deferred_tools",
    "max_tool_calls",
    "metadata",
    "prompt_cache_key",
    "prompt_cache_options",
    "service_tier",
    "session_id",
    "stop_server_tools_when",
    "trace",
    "x_search_filter",
)
_NEWER_PROVIDER = ("options", "preferred_max_latency", "preferred_min_throughput")
_QUANTIZATIONS = ("int4", "int8", "fp4", "fp6", "fp8", "fp16", "bf16", "fp32", "unknown")
_PRICES = ("prompt", "completion", "request", "image")
_REASONING = ("effort", "max_tokens", "enabled", "exclude", "summary")
_WEB = ("id", "enabled", "engine", "max_results", "search_prompt")
_WEB_ENGINES = ("native", "exa")
_WEB_TOOLS = (
    "openrouter:web_search",
    "web_search",
    "web_search_preview",
    "web_search_preview_2025_03_11",
    "web_search_2025_08_26",
)
_NEWER_ASSISTANT = ("audio", "model")


def older(body: dict[str, Any], dropped: Dropped) -> dict[str, Any]:
    """Return `body` in the older form; what that has no place for is noted in `dropped`."""
    body = with_one_limit(dict(body))
    if effort := body.pop("reasoning_effort", None):
        body["reasoning"] = {"effort": effort, **(body.get("reasoning") or {})}
    body = dropped.leave(body, _NEWER)
    if "messages" in body:
        body["messages"] = [sent for message in body["messages"] if (sent := _message(message, dropped)) is not None]
    if body.get("provider"):
        body["provider"] = _provider(body["provider"], dropped)
    if body.get("reasoning"):
        reasoning = dropped.keep(body["reasoning"], _REASONING, "reasoning.")
        # The same share of the reply's limit under both names.
        body["reasoning"] = {**reasoning, "effort": "xhigh"} if reasoning.get("effort") == "max" else reasoning
    if body.get("models"):
        body["route"] = "fallback"
    body = with_known_format(body, dropped)
    body |= _plugins_and_tools(body, dropped)
    body = {name: value for name, value in body.items() if name not in ("plugins", "tools") or value}
    return without_useless_choice(body, dropped) | {"usage": {"include": True}}


def _plugins_and_tools(body: Mapping[str, Any], dropped: Dropped) -> dict[str, Any]:
    """Return the fields that plugins and tools become; an empty list among them is not to be sent."""
    fields: dict[str, Any] = {}
    plugins = []
    for plugin in body.get("plugins") or ():
        if plugin["id"] == "context-compression":
            fields["transforms"] = ["middle-out"] if plugin.get("enabled", True) else []
        elif plugin["id"] == "web":
            plugins.append(_web(plugin, "plugins.web.", dropped))
        elif plugin["id"] == "file-parser":
            plugins.append(_file_parser(plugin))
        elif plugin["id"] == "response-healing":
            plugins.append(dict(plugin))
        else:
            dropped.add(f"plugins.{plugin['id']}")
    searches = [tool for tool in body.get("tools") or () if tool["type"] in _WEB_TOOLS]
    if searches and not any(plugin["id"] == "web" and plugin.get("enabled", True) for plugin in plugins):
        plugins = [plugin for plugin in plugins if plugin["id"] != "web"]
        inline = {name: value for name, value in searches[0].items() if name not in ("type", "parameters")}
        asked = {**inline, **table(searches[0].get("parameters"))}
        if size := asked.pop("search_context_size", None):
            fields["web_search_options"] = body.get("web_search_options") or {"search_context_size": size}
        if asked.get("engine") == "auto":
            del asked["engine"]
        plugins.append(_web({"id": "web", **asked}, "tools.openrouter:web_search.", dropped))
    return {**fields, "plugins": plugins, "tools": functions_only(body.get("tools"), dropped, _WEB_TOOLS)}


def _web(plugin: Mapping[str, Any], prefix: str, dropped: Dropped) -> dict[str, Any]:
    kept = dropped.keep(plugin, _WEB, prefix)
    if kept.get("engine", "exa") not in _WEB_ENGINES:
        dropped.add(f"{prefix}engine")
        del kept["engine"]
    return kept


def _file_parser(plugin: Mapping[str, Any]) -> dict[str, Any]:
    pdf = table(plugin.get("pdf"))
    return {**plugin, "pdf": {**pdf, "engine": "pdf-text"}} if pdf.get("engine") == "cloudflare-ai" else dict(plugin)


def _provider(provider: Mapping[str, Any], dropped: Dropped) -> dict[str, Any]:
    kept = dropped.leave(provider, _NEWER_PROVIDER, "provider.")
    if isinstance(kept.get("sort"), Mapping):
        if kept["sort"].get("partition") == "none":
            dropped.add("provider.sort.partition")
        kept["sort"] = kept["sort"].get("by")
    if kept.get("sort") == "exacto":
        dropped.add("provider.sort.exacto")
        kept["sort"] = None
    if kept.get("quantizations"):
        for name in kept["quantizations"]:
            if name not in _QUANTIZATIONS:
                dropped.add(f"provider.quantizations.{name}")
        kept["quantizations"] = [name for name in kept["quantizations"] if name in _QUANTIZATIONS] or None
    if kept.get("max_price"):
        prices = dropped.keep(kept["max_price"], _PRICES, "provider.max_price.")
        # Numbers: text came later.
        kept["max_price"] = {name: float(price) for name, price in prices.items() if price is not None}
    return {name: value for name, value in kept.items() if value is not None}


def _message(message: Mapping[str, Any], dropped: Dropped) -> dict[str, Any] | None:
    """Return `message`, or None when nothing of it is left."""
    sent = with_system_role(dict(message))
    if sent.pop("configuration_update", None):
        dropped.add("messages.configuration_update")
        if not sent["content"]:
            return None
    if sent["role"] == "assistant":
        sent = dropped.leave(sent, _NEWER_ASSISTANT, "messages.")
    if isinstance(sent.get("content"), list | tuple):
        sent["content"] = [_part(part, dropped) for part in sent["content"]]
    return sent


def _part(part: Mapping[str, Any], dropped: Dropped) -> dict[str, Any]:
    match part["type"]:
        case "text":
            kept = {name: value for name, value in part.items() if name != "prompt_cache_breakpoint"}
            breakpoint_ = dropped.keep(
                part.get("prompt_cache_breakpoint") or {}, ("mode",), "messages.content.prompt_cache_breakpoint."
            )
            return {"cache_control": {"type": "ephemeral"}, **kept} if breakpoint_ else kept
        case "image_url":
            return {**part, "image_url": with_known_detail(part["image_url"], dropped)}
        case "video_url" | "input_video":
            video = dropped.keep(part["video_url"], ("url",), "messages.content.video_url.")
            return {"type": "video_url", "video_url": video}
        case "file":
            file = dropped.keep(part["file"], ("filename", "file_data"), "messages.content.file.")
            return {"type": "file", "file": file}
        case _:
            return dict(part)
