"""Who serves a request: names of models, provider rules, fallbacks, presets, and what doesn't fit."""

from typing import Any

import pytest

from chat_tui.demo.catalogue import models
from tests.demo.conftest import Client

LLAMA = "meta-llama/llama-3.3-70b-instruct"
PICTURE = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}
RECORDING = {"type": "input_audio", "input_audio": {"data": "AAAA", "format": "wav"}}


@pytest.mark.parametrize(
    ("preferences", "provider"),
    [
        ({}, "DeepInfra"),
        ({"only": ["groq"]}, "Groq"),
        ({"only": ["Together"]}, "Together"),
        ({"only": ["deepinfra"]}, "DeepInfra"),
        ({"only": ["deepinfra/turbo"]}, "DeepInfra"),
        ({"ignore": ["deepinfra", "novita"]}, "Together"),
        ({"order": ["novita", "groq"]}, "Novita"),
        ({"order": ["openai", "groq"]}, "Groq"),
        ({"order": ["openai"]}, "DeepInfra"),
        ({"sort": "price"}, "DeepInfra"),
        ({"sort": "throughput"}, "Groq"),
        ({"sort": {"by": "latency", "partition": "none"}}, "Groq"),
        ({"quantizations": ["bf16"]}, "Novita"),
        ({"max_price": {"prompt": "0.1"}}, "DeepInfra"),
        ({"max_price": {"prompt": 0.12, "completion": 1}, "order": ["groq"]}, "DeepInfra"),
        ({"data_collection": "deny", "order": ["novita"]}, "DeepInfra"),
        ({"zdr": True, "order": ["novita"]}, "DeepInfra"),
        ({"require_parameters": True}, "DeepInfra"),
        ({"only": None, "sort": None, "max_price": None}, "DeepInfra"),
    ],
    ids=str,
)
def test_the_rules_decide_who_serves(client: Client, preferences: dict[str, Any], provider: str) -> None:
    response = client.chat(LLAMA, provider=preferences, temperature=0.5)
    assert response.json()["provider"] == provider


@pytest.mark.parametrize(
    ("model", "preferences", "step"),
    [
        (LLAMA, {"only": ["openai"]}, "Allowed providers"),
        (LLAMA, {"ignore": ["deepinfra", "novita", "together", "groq"]}, "Ignored providers"),
        (LLAMA, {"order": ["openai"], "allow_fallbacks": False}, "Provider order"),
        (LLAMA, {"quantizations": ["fp32"]}, "Quantizations"),
        (LLAMA, {"max_price": {"completion": "0.0001"}}, "Max price"),
        ("x-ai/grok-4.3", {"zdr": True}, "Zero data retention"),
        ("qwen/qwen3.6-plus", {"data_collection": "deny"}, "Data policy"),
        ("openai/gpt-oss-120b:free", {"data_collection": "deny"}, "Data policy"),
        ("openai/gpt-5.5", {"enforce_distillable_text": True}, "Distillable text"),
        ("openai/gpt-5.5", {"require_parameters": True}, "Parameters"),
    ],
)
def test_nobody_left_is_a_404_that_says_where(
    client: Client, model: str, preferences: dict[str, Any], step: str
) -> None:
    response = client.chat(model, provider=preferences, temperature=0.5)
    assert response.status_code == 404
    metadata = response.json()["error"]["metadata"]
    assert metadata["failed_routing_step"] == step
    assert metadata["routing_funnel"][0]["endpoints"] > 0


def test_the_price_is_that_of_the_provider_that_served(client: Client) -> None:
    costs = {
        name: client.chat(LLAMA, provider={"only": [name]}).json()["usage"]["cost"] for name in ("deepinfra", "groq")
    }
    assert costs["groq"] == pytest.approx(2.4 * costs["deepinfra"])


@pytest.mark.parametrize(
    ("asked", "served"),
    [
        ("openai/gpt-5.5:nitro", "openai/gpt-5.5-20260423:nitro"),
        ("openai/gpt-5.5:floor:online", "openai/gpt-5.5-20260423"),
        ("openai/gpt-oss-120b:free:online", "openai/gpt-oss-120b:free"),
        ("openai/gpt-oss-120b:online:free", "openai/gpt-oss-120b:free"),
        ("openai/gpt-5.5:exacto", "openai/gpt-5.5-20260423"),
        ("openai/gpt-5.5:extended", "openai/gpt-5.5-20260423"),
        ("openai/gpt-5.5:thinking", "openai/gpt-5.5-20260423"),
        ("~anthropic/claude-haiku-latest", "anthropic/claude-4.5-haiku-20251001"),
        ("~openai/gpt-latest:online", "openai/gpt-5.5-20260423"),
        ("openrouter/free", "openai/gpt-oss-120b:free"),
        ("@preset/careful-writer", "anthropic/claude-4.6-sonnet-20260217"),
        ("openai/gpt-5.5@preset/careful-writer", "openai/gpt-5.5-20260423"),
    ],
)
def test_every_form_of_name_leads_to_a_model(client: Client, asked: str, served: str) -> None:
    assert client.chat(asked).json()["model"].removesuffix(":nitro") == served.removesuffix(":nitro")


@pytest.mark.parametrize(
    ("variant", "provider"), [("", "DeepInfra"), (":nitro", "Groq"), (":floor", "DeepInfra"), (":online:nitro", "Groq")]
)
def test_variants_choose_the_provider(client: Client, variant: str, provider: str) -> None:
    assert client.chat(f"{LLAMA}{variant}").json()["provider"] == provider


@pytest.mark.parametrize("router", ["auto", "auto-beta", "bodybuilder", "pareto-code", "fusion"])
def test_routers_choose_a_model_that_has_a_price(client: Client, router: str) -> None:
    response = client.chat(f"openrouter/{router}").json()
    assert response["model"] in {model.served_slug for model in models().values() if not model.is_router}
    assert response["usage"]["cost"] > 0


@pytest.mark.parametrize("name", ["no/such", "openai/gpt-5.5:best", "~openai/none-latest", "gpt-5.5"])
def test_a_name_that_means_nothing_is_a_400(client: Client, name: str) -> None:
    response = client.chat(name)
    assert response.status_code == 400
    assert response.json()["error"]["message"] == f"{name} is not a valid model ID"


def test_a_free_variant_that_nobody_offers_is_a_404(client: Client) -> None:
    response = client.chat("openai/gpt-5.5:free")
    assert (response.status_code, response.json()["error"]["message"]) == (
        404,
        "No endpoints found for openai/gpt-5.5:free.",
    )


@pytest.mark.parametrize("name", ["@preset/none", "@preset/old-habits", "demo/echo@preset/none"])
def test_a_preset_that_is_not_active_is_a_404(client: Client, name: str) -> None:
    assert client.chat(name).status_code == 404


def test_a_preset_adds_what_the_request_leaves_out(client: Client) -> None:
    body = {"messages": [{"role": "user", "content": "x"}], "preset": "show-request"}
    assert client.post("chat/completions", json=body).json()["model"] == "demo/echo"
    debug = {"echo_upstream_body": True}
    sent = client.chunks("@preset/careful-writer", debug=debug, top_p=0.5)[0]["debug"]["echo_upstream_body"]
    assert (sent["temperature"], sent["top_p"]) == (0.3, 0.5)
    assert sent["messages"][0] == {"role": "system", "content": "Write plainly. Say what you don't know."}


@pytest.mark.parametrize(
    ("names", "served"),
    [
        (["demo/error-502", "demo/markdown"], "demo/markdown"),
        (["demo/error-429-upstream", "demo/error-404", "demo/echo"], "demo/echo"),
        (["openai/gpt-5.5:free", "demo/markdown"], "demo/markdown"),
    ],
)
def test_the_next_model_answers_when_one_fails(client: Client, names: list[str], served: str) -> None:
    first, *others = names
    assert client.chat(first, models=others).json()["model"] == served


@pytest.mark.parametrize(
    ("names", "status"),
    [
        (["demo/error-402", "demo/markdown"], 402),
        (["demo/error-401", "demo/markdown"], 401),
        (["demo/error-429", "demo/markdown"], 429),
        (["demo/error-502", "demo/error-503"], 503),
        (["demo/error-502", "no/such"], 400),
    ],
)
def test_what_is_the_accounts_fault_has_no_next_model(client: Client, names: list[str], status: int) -> None:
    first, *others = names
    assert client.chat(first, models=others).status_code == status


@pytest.mark.parametrize(
    ("model", "part", "words"),
    [
        ("demo/text-only", PICTURE, "support image input"),
        ("openai/gpt-5.5", RECORDING, "support input audio"),
        (
            "x-ai/grok-4.3",
            {"type": "video_url", "video_url": {"url": "https://example.org/v.mp4"}},
            "support video input",
        ),
    ],
)
def test_a_part_that_the_model_does_not_take_is_a_404(client: Client, model: str, part: Any, words: str) -> None:
    response = client.chat(model, messages=[{"role": "user", "content": [{"type": "text", "text": "x"}, part]}])
    assert response.status_code == 404
    assert response.json()["error"]["message"] == f"No endpoints found that {words}"


def test_a_kind_of_answer_that_the_model_does_not_give_is_a_404(client: Client) -> None:
    response = client.chat("openai/gpt-5.5", modalities=["image", "text"])
    assert response.status_code == 404
    assert "output modalities: image, text" in response.json()["error"]["message"]


@pytest.mark.parametrize(("prompt", "limit"), [("x" * 70_000, None), ("x" * 40_000, 8000)])
def test_too_long_a_conversation_is_a_400(client: Client, prompt: str, limit: int | None) -> None:
    response = client.chat("demo/text-only", prompt, max_tokens=limit)
    error = response.json()["error"]
    assert (response.status_code, error["metadata"]["error_type"]) == (400, "context_length_exceeded")
    assert "maximum context length is 16384 tokens" in error["message"]


@pytest.mark.parametrize(
    "fields", [{"plugins": [{"id": "context-compression", "engine": "middle-out"}]}, {"transforms": ["middle-out"]}]
)
def test_compression_makes_it_fit(client: Client, fields: dict[str, Any]) -> None:
    usage = client.chat("demo/text-only", "x" * 70_000, **fields).json()["usage"]
    assert usage["prompt_tokens"] == 16_384


def test_compression_is_told_to_those_who_ask_how_it_was_routed(client: Client) -> None:
    body = {"messages": [{"role": "user", "content": "x" * 70_000}], "transforms": ["middle-out"]}
    headers = {"X-OpenRouter-Metadata": "enabled"}
    reply = client.post("chat/completions", json={"model": "demo/text-only", **body}, headers=headers).json()
    (stage,) = reply["openrouter_metadata"]["pipeline"]
    assert (stage["type"], stage["data"]["compressed_tokens"]) == ("context_compression", 16_384)
    assert stage["summary"] == "17,504 → 16,384 tokens"


def test_compression_that_is_turned_off_does_not(client: Client) -> None:
    plugins = [{"id": "context-compression", "enabled": False}]
    assert client.chat("demo/text-only", "x" * 70_000, plugins=plugins).status_code == 400


def test_a_long_beginning_is_cheaper_the_second_time(client: Client) -> None:
    beginning = [{"role": "user", "content": "long " * 2000}, {"role": "assistant", "content": "Yes."}]
    first = client.chat("demo/markdown", messages=beginning[:1]).json()["usage"]
    messages = [*beginning, {"role": "user", "content": "And then?"}]
    second = client.chat("demo/markdown", messages=messages).json()["usage"]
    assert first["prompt_tokens_details"]["cached_tokens"] == 0
    assert second["prompt_tokens_details"]["cached_tokens"] == first["prompt_tokens"]
    assert second["prompt_tokens"] > first["prompt_tokens"]
    assert (
        second["cost_details"]["upstream_inference_prompt_cost"]
        < first["cost_details"]["upstream_inference_prompt_cost"]
    )


def test_the_routing_is_told_to_who_asks(client: Client) -> None:
    body = {"model": "demo/error-502", "models": [LLAMA], "messages": [{"role": "user", "content": "x"}]}
    whole = client.post("chat/completions", json=body, headers={"X-OpenRouter-Metadata": "enabled"}).json()
    told = whole["openrouter_metadata"]
    assert (told["requested"], told["strategy"], told["attempt"]) == ("demo/error-502", "fallback", 2)
    assert [attempt["status"] for attempt in told["attempts"]] == [502, 200]
    assert [offer["provider"] for offer in told["endpoints"]["available"] if offer["selected"]] == ["DeepInfra"]
    assert "openrouter_metadata" not in client.post("chat/completions", json=body).json()
