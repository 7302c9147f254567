"""Requests are checked: each known field for its type, range and words, with the path to what is wrong."""

from typing import Any

import pytest

from tests.demo.conftest import Client

HELLO: dict[str, Any] = {"messages": [{"role": "user", "content": "Hello?"}]}


def part(**fields: Any) -> dict[str, Any]:
    return {"messages": [{"role": "user", "content": [fields]}]}


def message(**fields: Any) -> dict[str, Any]:
    return {"messages": [fields]}


WRONG: list[tuple[dict[str, Any], str]] = [
    ({}, "messages"),
    ({"messages": []}, "messages"),
    ({"messages": "Hello?"}, "messages"),
    ({"prompt": 7}, "prompt"),
    ({**HELLO, "temperature": 2.5}, "temperature"),
    ({**HELLO, "temperature": "warm"}, "temperature"),
    ({**HELLO, "top_p": 1.1}, "top_p"),
    ({**HELLO, "top_k": 1.5}, "top_k"),
    ({**HELLO, "frequency_penalty": -3}, "frequency_penalty"),
    ({**HELLO, "repetition_penalty": 3}, "repetition_penalty"),
    ({**HELLO, "max_tokens": 0}, "max_tokens"),
    ({**HELLO, "max_completion_tokens": "9"}, "max_completion_tokens"),
    ({**HELLO, "seed": "x"}, "seed"),
    ({**HELLO, "stop": ["a", "b", "c", "d", "e"]}, "stop"),
    ({**HELLO, "top_logprobs": 21}, "top_logprobs"),
    ({**HELLO, "stream": "yes"}, "stream"),
    ({**HELLO, "stream": None}, "stream"),
    ({**HELLO, "models": "demo/echo"}, "models"),
    ({**HELLO, "response_format": {"type": "xml"}}, "response_format.type"),
    ({**HELLO, "response_format": {"type": "json_schema"}}, "response_format"),
    ({**HELLO, "tools": [{"type": "function"}]}, "tools.0"),
    ({**HELLO, "tools": [{"type": "function", "function": {"name": "x" * 65}}]}, "tools.0.function.name"),
    ({**HELLO, "tool_choice": "maybe"}, "tool_choice"),
    ({**HELLO, "plugins": [{"id": "horoscope"}]}, "plugins.0.id"),
    ({**HELLO, "plugins": [{"id": "web", "max_results": 0}]}, "plugins.0.max_results"),
    ({**HELLO, "provider": {"sort": "beauty"}}, "provider.sort"),
    ({**HELLO, "provider": {"only": "groq"}}, "provider.only"),
    ({**HELLO, "provider": {"quantizations": ["fp7"]}}, "provider.quantizations.0"),
    ({**HELLO, "provider": {"max_price": {"prompt": "cheap"}}}, "provider.max_price.prompt"),
    ({**HELLO, "provider": {"data_collection": "perhaps"}}, "provider.data_collection"),
    ({**HELLO, "reasoning": {"effort": "huge"}}, "reasoning.effort"),
    ({**HELLO, "reasoning": {"effort": "high", "max_tokens": 100}}, "reasoning"),
    ({**HELLO, "modalities": ["smell"]}, "modalities.0"),
    ({**HELLO, "verbosity": "chatty"}, "verbosity"),
    ({**HELLO, "service_tier": "gold"}, "service_tier"),
    ({**HELLO, "session_id": "x" * 257}, "session_id"),
    ({**HELLO, "metadata": {"a": 1}}, "metadata.a"),
    ({**HELLO, "metadata": {str(number): "x" for number in range(17)}}, "metadata"),
    ({**HELLO, "max_tool_calls": 31}, "max_tool_calls"),
    (message(role="robot", content="x"), "messages.0"),
    (message(role="user"), "messages.0.content"),
    (message(role="user", content=None), "messages.0.content"),
    (message(role="tool", content="x"), "messages.0.tool_call_id"),
    (
        message(role="system", content=[{"type": "image_url", "image_url": {"url": "https://x"}}]),
        "messages.0.content.0",
    ),
    (message(role="assistant", tool_calls=[{"id": "1", "type": "function"}]), "messages.0.tool_calls.0.function"),
    (message(role="assistant", reasoning_details=[{"type": "reasoning.vibes"}]), "messages.0.reasoning_details.0.type"),
    (part(type="text"), "messages.0.content.0.text"),
    (part(type="hologram"), "messages.0.content.0"),
    (part(type="image_url", image_url="https://x"), "messages.0.content.0.image_url"),
    (part(type="image_url", image_url={"url": "ftp://x"}), "messages.0.content.0.image_url.url"),
    (part(type="image_url", image_url={"url": "https://x", "detail": "fine"}), "messages.0.content.0.image_url.detail"),
    (
        part(type="input_audio", input_audio={"data": "AAAA", "format": "tape"}),
        "messages.0.content.0.input_audio.format",
    ),
    (
        part(type="input_audio", input_audio={"data": "data:audio/wav;base64,AAAA", "format": "wav"}),
        "messages.0.content.0.input_audio.data",
    ),
    (part(type="file", file={"file_data": "AAAA"}), "messages.0.content.0.file.file_data"),
    (part(type="video_url", video_url={}), "messages.0.content.0.video_url.url"),
]


@pytest.mark.parametrize(("body", "path"), WRONG, ids=[f"{path} {place}" for place, (_, path) in enumerate(WRONG)])
def test_what_is_wrong_is_named_with_its_path(client: Client, body: dict[str, Any], path: str) -> None:
    response = client.post("chat/completions", json={"model": "demo/echo", **body})
    assert response.status_code == response.json()["error"]["code"] == 400
    message = response.json()["error"]["message"]
    assert message.startswith(path) or (not body and path in message)


RIGHT: list[dict[str, Any]] = [
    {**HELLO, "something_new": {"nobody": "knows"}},
    {**HELLO, "temperature": 0, "top_p": 1, "top_k": 0, "min_p": 0.1, "seed": 1, "stop": "x", "logit_bias": {"5": -1}},
    {**HELLO, "temperature": None, "max_tokens": None, "provider": None, "seed": None},
    {**HELLO, "models": ["demo/fast"]},
    {**HELLO, "provider": {"preferred_max_latency": {"p90": 2}, "preferred_min_throughput": 9}},
    {**HELLO, "provider": {"max_price": {"prompt": "1.5", "completion": 2, "image": "3"}, "options": {"demo": {}}}},
    {**HELLO, "reasoning": {"effort": "xhigh", "summary": "auto", "exclude": True}},
    {**HELLO, "reasoning": {"max_tokens": 2000, "enabled": True}},
    {**HELLO, "plugins": [{"id": "file-parser", "pdf": {"engine": "cloudflare-ai"}}, {"id": "response-healing"}]},
    {**HELLO, "tools": [{"type": "openrouter:web_search", "parameters": {"max_results": 3}}], "tool_choice": "auto"},
    {
        **HELLO,
        "tools": [{"type": "function", "function": {"name": "f"}}],
        "tool_choice": {"type": "function", "function": {"name": "f"}},
    },
    {**HELLO, "response_format": {"type": "json_schema", "json_schema": {"name": "n", "schema": {"type": "object"}}}},
    {**HELLO, "metadata": {"a": "b"}, "session_id": "s", "user": "u", "trace": {"trace_id": "1", "any": 2}},
    {**HELLO, "cache_control": {"type": "ephemeral", "ttl": "1h"}, "service_tier": "flex", "verbosity": "low"},
    {**HELLO, "transforms": [], "route": "fallback", "usage": {"include": True}, "stream_options": {}},
    {
        "messages": [
            {"role": "developer", "content": [{"type": "text", "text": "x", "cache_control": {"type": "ephemeral"}}]},
            {"role": "user", "content": "Look it up.", "name": "ann"},
            {
                "role": "assistant",
                "content": None,
                "reasoning": "hm",
                "reasoning_details": [{"type": "reasoning.text", "text": "hm", "signature": None, "index": 0}],
                "tool_calls": [{"id": "1", "type": "function", "function": {"name": "f", "arguments": "{}"}}],
            },
            {"role": "tool", "tool_call_id": "1", "content": "found"},
            {"role": "assistant", "content": "Done.", "annotations": [{"type": "file", "file": {"hash": "h"}}]},
            {
                "role": "user",
                "content": [
                    {"type": "text", "text": "And these?"},
                    {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA", "detail": "low"}},
                    {"type": "input_audio", "input_audio": {"data": "AAAA", "format": "mp3"}},
                    {"type": "file", "file": {"filename": "a.pdf", "file_data": "data:application/pdf;base64,AAAA"}},
                    {"type": "video_url", "video_url": {"url": "https://example.org/v.mp4"}},
                    {"type": "input_video", "video_url": {"url": "https://example.org/v.mp4"}},
                ],
            },
        ]
    },
    {"prompt": "Once upon a time"},
]


@pytest.mark.parametrize("body", RIGHT, ids=range(len(RIGHT)))
def test_what_is_right_is_answered(client: Client, body: dict[str, Any]) -> None:
    response = client.post("chat/completions", json={"model": "demo/echo", **body})
    assert response.status_code == 200, response.text
