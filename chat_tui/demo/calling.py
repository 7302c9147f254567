"""Replies that follow a form: calls of the request's functions, and JSON that fits its schema."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from chat_tui.demo import samples
from chat_tui.demo.reply import Ending, Extra, Reply, tokens_of
from chat_tui.demo.request import ChatRequest
from chat_tui.demo.usage import Spoken

_CITIES = ("Paris", "Rome")
_WEATHER = {
    "name": "get_weather",
    "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
}
_FRAGMENT = 9  # characters
_DEEPEST = 6


def call_tools(request: ChatRequest) -> Reply:
    """Call two functions at once; with their results, or without permission, answer in words."""
    if request.has_tool_results:
        return Reply(tokens_of(samples.TOOLS_ANSWER.format(results=_results(request))))
    if request.settings.get("tool_choice") == "none":
        return Reply(tokens_of(samples.NO_TOOLS))
    tools = request.settings.get("tools") or ()
    functions = [tool["function"] for tool in tools if tool["type"] == "function"] or [_WEATHER]
    calls = [_call(place, functions[place % len(functions)]) for place in range(2)]
    extras = tuple(extra for place, call in enumerate(calls) for extra in _fragments(place, call))
    return Reply([], extras=extras, message={"content": None, "tool_calls": calls}, ending=Ending.TOOL_CALLS)


def answer_json(request: ChatRequest) -> Reply:
    """Answer with a JSON object, of the request's schema if it has one."""
    form = (request.settings.get("response_format") or {}).get("json_schema") or {}
    value = sample_of(form.get("schema") or {}, "answer") if form.get("schema") else samples.JSON
    return Reply(tokens_of(json.dumps(value, ensure_ascii=False, indent=2)))


def sample_of(schema: Mapping[str, Any], name: str, depth: int = 0) -> Any:
    """Make a value that fits a JSON schema, as far as types, properties and enumerations go."""
    choices = schema.get("enum") or schema.get("anyOf") or schema.get("oneOf")
    if "const" in schema:
        return schema["const"]
    if choices:
        return sample_of(choices[0], name, depth) if isinstance(choices[0], dict) else choices[0]
    kind = schema.get("type", "object" if "properties" in schema else "string")
    kind = kind[0] if isinstance(kind, list) else kind
    if kind == "object" and depth < _DEEPEST:
        return {key: sample_of(child, key, depth + 1) for key, child in schema.get("properties", {}).items()}
    if kind == "array" and depth < _DEEPEST:
        return [sample_of(schema.get("items") or {}, name, depth + 1)]
    return {"integer": 7, "number": 7.5, "boolean": True, "null": None, "object": {}, "array": []}.get(
        kind, f"simulated {name}"
    )


def _call(place: int, function: Mapping[str, Any]) -> dict[str, Any]:
    arguments = sample_of(function.get("parameters") or {"type": "object"}, function["name"])
    if isinstance(arguments, dict) and "city" in arguments:
        arguments["city"] = _CITIES[place]
    return {
        "id": f"call_demo_{place + 1:02}",
        "type": "function",
        "function": {"name": function["name"], "arguments": json.dumps(arguments, ensure_ascii=False)},
    }


def _fragments(place: int, call: Mapping[str, Any]) -> Iterator[Extra]:
    function = call["function"]
    first = {"index": place, **call, "function": {"name": function["name"], "arguments": ""}}
    yield Extra({"content": None, "tool_calls": [first]}, Spoken(1))
    text = function["arguments"]
    # As recorded: an empty fragment comes before the first that says something.
    for piece in ("", *(text[at : at + _FRAGMENT] for at in range(0, len(text), _FRAGMENT))):
        fragment = {"index": place, "function": {"arguments": piece}}
        yield Extra({"content": None, "tool_calls": [fragment]}, Spoken(1 if piece else 0))


def _results(request: ChatRequest) -> str:
    results = [message["content"] for message in request.messages if message["role"] == "tool"]
    return "\n".join(f"- `{result}`" for result in results if isinstance(result, str)) or "- (no text)"
