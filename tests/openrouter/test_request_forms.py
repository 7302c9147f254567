"""What each kind of server gets of a request, and the names of what it doesn't get."""

from __future__ import annotations

import copy
from decimal import Decimal
from typing import Any, cast, get_args

import pytest

from chat_tui.config.server import Speaks
from chat_tui.openrouter.forms import Form, Sent, sent_form
from chat_tui.openrouter.request import ChatRequest, TextRequest
from tests.conformance.requests import EVERYTHING, OTHER_FORMS

HELLO = {"role": "user", "content": "Hello"}


def sent(form: Form, *, streaming: bool = False, at_openrouter: bool = True, **fields: Any) -> Sent:
    request = cast(ChatRequest, {"messages": [HELLO], **fields})
    before = copy.deepcopy(request)
    result = sent_form(request, form, streaming=streaming, at_openrouter=at_openrouter)
    assert request == before, "the request itself was changed"
    return result


def changes(form: Form, **fields: Any) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Return what is sent besides the greeting and what every request in `form` has, and what is left out."""
    result = sent(form, **fields)
    always = {"stream": False, **({"usage": {"include": True}} if form == "openrouter-old" else {})}
    if fields.get("messages") is None:
        always["messages"] = [HELLO]
    assert always.items() <= result.body.items()
    return {name: value for name, value in result.body.items() if name not in always}, result.left_out


def test_settings_know_the_same_forms() -> None:
    assert get_args(Speaks) == get_args(Form)


# Usage of a stream


@pytest.mark.parametrize("form", get_args(Form))
@pytest.mark.parametrize("streaming", [True, False])
@pytest.mark.parametrize("at_openrouter", [True, False])
def test_only_others_are_asked_for_the_usage_of_a_stream(form: Form, streaming: bool, at_openrouter: bool) -> None:
    body = sent(form, streaming=streaming, at_openrouter=at_openrouter).body
    assert body["stream"] is streaming
    expected = {"include_usage": True} if streaming and not at_openrouter else None
    assert body.get("stream_options") == expected


# The current form


@pytest.mark.parametrize(
    ("price", "text"),
    [
        (Decimal("0.000000735000000000000000000001"), "0.000000735000000000000000000001"),
        (Decimal("1E+2"), "100"),
        (1e-07, "0.0000001"),
        (0.1, "0.1"),
        (3, "3"),
        ("2.50", "2.50"),
        ("1e-7", "0.0000001"),
        ("any", "any"),
    ],
)
def test_prices_are_text_with_all_their_digits(price: Any, text: str) -> None:
    body, left_out = changes("openrouter", provider={"sort": "price", "max_price": {"prompt": price, "image": None}})
    assert body == {"provider": {"sort": "price", "max_price": {"prompt": text}}}
    assert left_out == ()


def test_the_current_form_is_sent_as_it_is() -> None:
    fields = {
        "model": "m/one",
        "temperature": None,
        "provider": None,
        "plugins": [{"id": "context-compression", "enabled": False}],
        "tools": [{"type": "openrouter:datetime"}],
        "max_completion_tokens": 9,
        "reasoning": {"effort": "max", "mode": "pro"},
    }
    assert changes("openrouter", **fields) == (fields, ())


def test_a_text_has_forms_too() -> None:
    request: TextRequest = {"prompt": "Once upon", "max_completion_tokens": 5, "models": ["m/two"]}
    result = sent_form(request, "openai", streaming=True, at_openrouter=False)
    assert result.body == {
        "prompt": "Once upon",
        "max_tokens": 5,
        "stream": True,
        "stream_options": {"include_usage": True},
    }
    assert result.left_out == ("models",)


# The older form

WEB = "openrouter:web_search"
OLDER: list[tuple[dict[str, Any], dict[str, Any], tuple[str, ...]]] = [
    ({"max_completion_tokens": 9}, {"max_tokens": 9}, ()),
    ({"max_completion_tokens": 9, "max_tokens": 8}, {"max_tokens": 9}, ()),
    ({"models": ["m/two"]}, {"models": ["m/two"], "route": "fallback"}, ()),
    ({"plugins": [{"id": "context-compression"}]}, {"transforms": ["middle-out"]}, ()),
    ({"plugins": [{"id": "context-compression", "enabled": False}]}, {"transforms": []}, ()),
    (
        {"plugins": [{"id": "file-parser", "pdf": {"engine": "cloudflare-ai"}}, {"id": "response-healing"}]},
        {"plugins": [{"id": "file-parser", "pdf": {"engine": "pdf-text"}}, {"id": "response-healing"}]},
        (),
    ),
    (
        {"plugins": [{"id": "file-parser", "pdf": {"engine": "native"}}]},
        {"plugins": [{"id": "file-parser", "pdf": {"engine": "native"}}]},
        (),
    ),
    ({"plugins": [{"id": "file-parser", "pdf": "?"}]}, {"plugins": [{"id": "file-parser", "pdf": "?"}]}, ()),
    ({"plugins": [{"id": "fusion"}]}, {}, ("plugins.fusion",)),
    (
        {"plugins": [{"id": "web", "max_results": 3, "engine": "parallel", "mode": "fast"}]},
        {"plugins": [{"id": "web", "max_results": 3}]},
        ("plugins.web.mode", "plugins.web.engine"),
    ),
    ({"tools": [{"type": WEB}]}, {"plugins": [{"id": "web"}]}, ()),
    (
        {"tools": [{"type": WEB, "parameters": {"engine": "auto", "max_results": 3, "search_context_size": "low"}}]},
        {"plugins": [{"id": "web", "max_results": 3}], "web_search_options": {"search_context_size": "low"}},
        (),
    ),
    (
        {"tools": [{"type": WEB, "parameters": {"engine": "exa", "max_uses": 2}}]},
        {"plugins": [{"id": "web", "engine": "exa"}]},
        ("tools.openrouter:web_search.max_uses",),
    ),
    ({"tools": [{"type": "web_search", "max_results": 2}]}, {"plugins": [{"id": "web", "max_results": 2}]}, ()),
    (
        {"tools": [{"type": WEB}], "plugins": [{"id": "web", "max_results": 1}]},
        {"plugins": [{"id": "web", "max_results": 1}]},
        (),
    ),
    (
        {"tools": [{"type": WEB}], "plugins": [{"id": "web", "enabled": False}]},
        {"plugins": [{"id": "web"}]},
        (),
    ),
    ({"tools": [{"type": "openrouter:bash"}], "tool_choice": "auto"}, {}, ("tools.openrouter:bash", "tool_choice")),
    (
        {"tools": [{"type": "function", "defer_loading": True, "function": {"name": "f"}}], "tool_choice": "auto"},
        {"tools": [{"type": "function", "function": {"name": "f"}}], "tool_choice": "auto"},
        ("tools.defer_loading",),
    ),
    (
        {"tools": [{"type": "function", "function": {"name": "f"}}], "tool_choice": {"type": WEB}},
        {"tools": [{"type": "function", "function": {"name": "f"}}]},
        ("tool_choice",),
    ),
    ({"reasoning": {"effort": "max"}}, {"reasoning": {"effort": "xhigh"}}, ()),
    ({"reasoning_effort": "low"}, {"reasoning": {"effort": "low"}}, ()),
    (
        {"reasoning": {"exclude": True, "mode": "pro", "context": "auto"}},
        {"reasoning": {"exclude": True}},
        ("reasoning.mode", "reasoning.context"),
    ),
    ({"response_format": {"type": "python"}}, {}, ("response_format.python",)),
    ({"response_format": {"type": "json_object"}}, {"response_format": {"type": "json_object"}}, ()),
    ({"service_tier": "flex", "session_id": "s", "debug": {}}, {}, ("service_tier", "session_id", "debug")),
    ({"service_tier": None, "prompt_cache_key": None}, {}, ()),
    ({"provider": {"sort": {"by": "price", "partition": "model"}}}, {"provider": {"sort": "price"}}, ()),
    (
        {"provider": {"sort": {"by": "latency", "partition": "none"}}},
        {"provider": {"sort": "latency"}},
        ("provider.sort.partition",),
    ),
    ({"provider": {"sort": "exacto", "zdr": True}}, {"provider": {"zdr": True}}, ("provider.sort.exacto",)),
    (
        {"provider": {"quantizations": ["fp8", "mxfp4"], "options": {"groq": {}}}},
        {"provider": {"quantizations": ["fp8"]}},
        ("provider.options", "provider.quantizations.mxfp4"),
    ),
    (
        {"provider": {"max_price": {"prompt": Decimal("0.5"), "request": "1", "audio": 2}}},
        {"provider": {"max_price": {"prompt": 0.5, "request": 1.0}}},
        ("provider.max_price.audio",),
    ),
]


@pytest.mark.parametrize(("fields", "expected", "left_out"), OLDER)
def test_an_older_gateway_gets_the_older_form(
    fields: dict[str, Any], expected: dict[str, Any], left_out: tuple[str, ...]
) -> None:
    assert changes("openrouter-old", **fields) == (expected, left_out)


# The plain form

PLAIN: list[tuple[dict[str, Any], dict[str, Any], tuple[str, ...]]] = [
    ({"max_completion_tokens": 9}, {"max_tokens": 9}, ()),
    ({"temperature": 0.2, "top_k": 40, "seed": 0}, {"temperature": 0.2, "top_k": 40, "seed": 0}, ()),
    ({"reasoning": {"effort": "high", "exclude": True}}, {"reasoning_effort": "high"}, ("reasoning.exclude",)),
    ({"reasoning": {"effort": "max"}}, {"reasoning_effort": "xhigh"}, ()),
    ({"reasoning": {"enabled": True}}, {"reasoning_effort": "medium"}, ()),
    ({"reasoning": {"enabled": False}}, {"reasoning_effort": "none"}, ()),
    ({"reasoning": {"max_tokens": 2000}}, {}, ("reasoning.max_tokens",)),
    ({"reasoning_effort": "low", "reasoning": {"effort": "low"}}, {"reasoning_effort": "low"}, ()),
    (
        {"models": ["m/two"], "provider": {"sort": "price"}, "plugins": [{"id": "web"}], "preset": "p", "top_a": 0.1},
        {},
        ("models", "provider", "plugins", "preset", "top_a"),
    ),
    ({"service_tier": "fast"}, {"service_tier": "priority"}, ()),
    ({"service_tier": "ultrafast"}, {}, ("service_tier.ultrafast",)),
    ({"response_format": {"type": "grammar", "grammar": "g"}}, {}, ("response_format.grammar",)),
    ({"tools": [{"type": WEB}], "tool_choice": "required"}, {}, ("tools.openrouter:web_search", "tool_choice")),
    (
        {"tools": [{"type": "function", "function": {"name": "f", "parameters": {}}}, {"type": "openrouter:bash"}]},
        {"tools": [{"type": "function", "function": {"name": "f", "parameters": {}}}]},
        ("tools.openrouter:bash",),
    ),
]


@pytest.mark.parametrize(("fields", "expected", "left_out"), PLAIN)
def test_a_plain_server_gets_the_plain_form(
    fields: dict[str, Any], expected: dict[str, Any], left_out: tuple[str, ...]
) -> None:
    assert changes("openai", **fields) == (expected, left_out)


# Messages

CACHED = {"type": "text", "text": "Hi", "cache_control": {"type": "ephemeral"}}
MARKED = {"type": "text", "text": "Hi", "prompt_cache_breakpoint": {"mode": "explicit", "ttl": "30m"}}
PICTURE = {"type": "image_url", "image_url": {"url": "https://a", "detail": "original"}}
VIDEO = {"type": "input_video", "video_url": {"url": "https://a", "processing": "static"}}
FILE = {"type": "file", "file": {"filename": "a.pdf", "file_id": "f1"}}
SOUND = {"type": "input_audio", "input_audio": {"data": "AA==", "format": "wav"}}
UPDATE = {"role": "system", "content": "", "configuration_update": {"reasoning": {"effort": "low"}}}
ANSWER = {
    "role": "assistant",
    "content": "Hi",
    "model": "m/one",
    "reasoning_details": [{"type": "reasoning.text", "text": "Hm"}],
    "annotations": [{"type": "file", "file": {"hash": "h"}}],
    "audio": {"id": "a1", "transcript": "Hi"},
}
SMALL_PICTURE = {"type": "image_url", "image_url": {"url": "https://a", "detail": "high"}}
ROUGH_PICTURE = {"type": "image_url", "image_url": {"url": "https://a", "detail": "low"}}
ONLY_VIDEO = {"type": "video_url", "video_url": {"url": "https://a"}}


def parts(*content: dict[str, Any]) -> dict[str, Any]:
    return {"role": "user", "content": list(content)}


MESSAGES: list[tuple[Form, dict[str, Any], list[dict[str, Any]], tuple[str, ...]]] = [
    ("openrouter-old", {"role": "developer", "content": "Be brief."}, [{"role": "system", "content": "Be brief."}], ()),
    ("openrouter-old", UPDATE, [], ("messages.configuration_update",)),
    ("openrouter-old", parts(CACHED), [parts(CACHED)], ()),
    ("openrouter-old", parts(MARKED), [parts(CACHED)], ("messages.content.prompt_cache_breakpoint.ttl",)),
    ("openrouter-old", parts(PICTURE, SOUND), [parts(SMALL_PICTURE, SOUND)], ()),
    ("openrouter-old", parts(ROUGH_PICTURE), [parts(ROUGH_PICTURE)], ()),
    ("openrouter-old", parts(VIDEO), [parts(ONLY_VIDEO)], ("messages.content.video_url.processing",)),
    (
        "openrouter-old",
        parts(FILE),
        [parts({"type": "file", "file": {"filename": "a.pdf"}})],
        ("messages.content.file.file_id",),
    ),
    (
        "openrouter-old",
        ANSWER,
        [{name: ANSWER[name] for name in ("role", "content", "reasoning_details", "annotations")}],
        ("messages.model", "messages.audio"),
    ),
    ("openai", {"role": "developer", "content": "Be brief."}, [{"role": "system", "content": "Be brief."}], ()),
    ("openai", UPDATE, [], ("messages.configuration_update",)),
    ("openai", parts(CACHED), [parts({"type": "text", "text": "Hi"})], ("messages.content.cache_control",)),
    ("openai", parts(PICTURE, SOUND, FILE), [parts(SMALL_PICTURE, SOUND, FILE)], ()),
    ("openai", parts(ROUGH_PICTURE), [parts(ROUGH_PICTURE)], ()),
    ("openai", parts(VIDEO), [parts(ONLY_VIDEO)], ("messages.content.video_url.processing",)),
    (
        "openai",
        ANSWER,
        [{"role": "assistant", "content": "Hi", "audio": {"id": "a1"}}],
        ("messages.model", "messages.reasoning_details", "messages.annotations", "messages.audio.transcript"),
    ),
    (
        "openai",
        {"role": "tool", "tool_call_id": "c1", "content": "4"},
        [{"role": "tool", "tool_call_id": "c1", "content": "4"}],
        (),
    ),
]


@pytest.mark.parametrize(("form", "message", "expected", "left_out"), MESSAGES)
def test_messages_have_forms_too(
    form: Form, message: dict[str, Any], expected: list[dict[str, Any]], left_out: tuple[str, ...]
) -> None:
    result = sent(form, messages=[message])
    assert result.body["messages"] == expected
    assert result.left_out == left_out


# What the servers of a form know: OpenAI's own fields with the samplers of local servers; OpenRouter's of an older day

OF_ALL = {
    *("model", "messages", "stream", "stream_options", "max_tokens", "temperature", "top_p", "top_k", "min_p", "seed"),
    *("frequency_penalty", "presence_penalty", "repetition_penalty", "stop", "logit_bias", "logprobs", "top_logprobs"),
    *(
        "response_format",
        "prediction",
        "tools",
        "tool_choice",
        "parallel_tool_calls",
        "modalities",
        "verbosity",
        "user",
    ),
    "web_search_options",
}
KNOWN: dict[Form, set[str]] = {
    "openai": {*OF_ALL, "reasoning_effort", "audio", "metadata", "service_tier", "prompt_cache_key"},
    "openrouter-old": {
        *(*OF_ALL, "models", "route", "preset", "provider", "plugins", "transforms", "usage", "top_a"),
        *("reasoning", "include_reasoning", "structured_outputs", "image_config"),
    },
}


@pytest.mark.parametrize("form", KNOWN)
def test_nothing_is_sent_that_a_form_has_no_name_for(form: Form) -> None:
    results = [sent_form(sample, form, streaming=True, at_openrouter=False) for sample in (EVERYTHING, *OTHER_FORMS)]
    assert set().union(*(result.body for result in results)) == KNOWN[form]
    kept = {"max_completion_tokens", "reasoning", "reasoning_effort"}  # under another name
    told = {name.partition(".")[0] for result in results for name in result.left_out}
    assert {name for sample in (EVERYTHING, *OTHER_FORMS) for name in sample} - KNOWN[form] - kept <= told


def test_the_older_form_has_the_provider_rules_of_its_day() -> None:
    assert set(sent_form(EVERYTHING, "openrouter-old", streaming=True, at_openrouter=False).body["provider"]) == {
        *("order", "only", "ignore", "allow_fallbacks", "require_parameters", "data_collection", "zdr", "max_price"),
        *("enforce_distillable_text", "quantizations", "sort"),
    }
