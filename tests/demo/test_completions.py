"""`/chat/completions`: framing, usage, cost, and what the models say."""

import hashlib
import json
import re
from decimal import Decimal
from typing import Any

import pytest

from chat_tui.demo.catalogue import models
from chat_tui.demo.pictures import small
from tests.demo.conftest import Client
from tests.demo.kinds import ANSWERING


def text_of(chunks: list[dict[str, Any]]) -> str:
    return "".join(chunk["choices"][0]["delta"].get("content", "") for chunk in chunks)


def test_the_stream_is_framed_as_recorded(client: Client) -> None:
    response = client.chat("openai/gpt-4o-mini", stream=True)
    assert response.headers["content-type"].startswith("text/event-stream")
    assert response.headers["cache-control"] == "no-cache"
    assert b"\r" not in response.content
    events = response.content.split(b"\n\n")
    assert events[:3] == [b": OPENROUTER PROCESSING"] * 3
    assert events[-2:] == [b"data: [DONE]", b""]
    assert all(event.startswith(b"data: {") and b"\n" not in event for event in events[3:-2])


def test_the_finish_chunk_comes_twice_and_the_second_has_the_usage(client: Client) -> None:
    *tokens, finished, reported = client.chunks("anthropic/claude-haiku-4.5")
    assert {token["choices"][0]["finish_reason"] for token in tokens} == {None}
    assert finished["choices"] == reported["choices"]
    choice = finished["choices"][0]
    assert (choice["finish_reason"], choice["native_finish_reason"]) == ("stop", "end_turn")
    assert "usage" not in finished
    assert reported["service_tier"] is None
    assert reported["usage"]["completion_tokens"] == len(tokens)


def test_every_chunk_has_the_generation_id_of_the_header(client: Client) -> None:
    response = client.chat("demo/markdown", stream=True)
    generation = response.headers["x-generation-id"]
    assert re.fullmatch(r"gen-\d{10}-[A-Za-z0-9]{20}", generation)
    lines = [line for line in response.content.split(b"\n") if line.startswith(b"data: {")]
    assert {json.loads(line.removeprefix(b"data: "))["id"] for line in lines} == {generation}


def test_streamed_and_whole_answers_are_the_same(client: Client) -> None:
    whole = client.chat("mistralai/mistral-large-2512", "Why is the sky blue?").json()
    streamed = client.chunks("mistralai/mistral-large-2512", "Why is the sky blue?")
    assert whole["object"] == "chat.completion"
    assert whole["choices"][0]["message"]["content"] == text_of(streamed)
    assert whole["usage"] == streamed[-1]["usage"]
    assert whole["provider"] == streamed[0]["provider"] == "Mistral"


@pytest.mark.parametrize("model_id", [model_id for model_id in ANSWERING if model_id != "demo/tools"])
def test_every_answer_says_that_it_is_simulated(client: Client, model_id: str) -> None:
    message = client.chat(model_id).json()["choices"][0]["message"]
    said = message["content"] or message["audio"]["transcript"]
    assert "simulated" in said.lower()


@pytest.mark.parametrize("path", ["models", "key", "nothing", "chat/completions"])
def test_every_response_says_that_it_is_simulated(client: Client, path: str) -> None:
    assert client.get(path).headers.get_list("server") == ["chat-tui demo-server (simulated)"]


def test_an_ordinary_answer_names_the_model_and_refers_to_the_prompt(client: Client) -> None:
    answer = client.text("x-ai/grok-4.3", "Compare tea and coffee.")
    assert "x-ai/grok-4.3" in answer
    assert "Compare tea and coffee." in answer


def test_ordinary_answers_vary_with_the_prompt_and_with_nothing_else(client: Client) -> None:
    answers = {client.text("openai/gpt-5.5", f"Question {number}")[-200:] for number in range(12)}
    assert len(answers) > 2
    assert client.text("openai/gpt-5.5", "Again") == client.text("openai/gpt-5.5", "Again")


def test_an_answer_mentions_what_was_attached(client: Client) -> None:
    content = [
        {"type": "text", "text": "What is this?"},
        {"type": "image_url", "image_url": {"url": small()}},
    ]
    answer = client.text("openai/gpt-5.5", messages=[{"role": "user", "content": content}])
    assert "“What is this?”, with an image." in answer


@pytest.mark.parametrize("model_id", ["anthropic/claude-opus-4.7", "demo/markdown", "demo/reasoning"])
def test_the_cost_is_exactly_the_tokens_times_the_prices(client: Client, model_id: str) -> None:
    usage = json.loads(client.chat(model_id, "x" * 1001).text, parse_float=Decimal)["usage"]
    price = models()[model_id].entry["pricing"]
    assert usage["prompt_tokens"] == 4 + 251
    prompt_cost = usage["prompt_tokens"] * Decimal(price["prompt"])
    completion_cost = usage["completion_tokens"] * Decimal(price["completion"])
    assert usage["cost"] == prompt_cost + completion_cost > 0
    details = usage["cost_details"]
    assert details["upstream_inference_prompt_cost"] == prompt_cost
    assert details["upstream_inference_completions_cost"] == completion_cost
    assert usage["total_tokens"] == usage["prompt_tokens"] + usage["completion_tokens"]
    assert usage["is_byok"] is False


def test_free_models_answer_for_nothing_under_their_own_name(client: Client) -> None:
    response = client.chat("openai/gpt-oss-120b:free").json()
    assert response["usage"]["cost"] == 0
    assert response["model"] == "openai/gpt-oss-120b:free"


def test_the_router_reports_and_charges_the_model_that_served(client: Client) -> None:
    response = client.chat("openrouter/auto").json()
    by_slug = {model.served_slug: model for model in models().values()}
    served = by_slug[response["model"]]
    assert served.id != "openrouter/auto"
    assert response["provider"] == served.provider
    assert response["usage"]["cost"] > 0


def test_without_a_model_the_first_fallback_or_the_router_answers(client: Client) -> None:
    messages = [{"role": "user", "content": "Hello?"}]
    body: dict[str, Any] = {"messages": messages, "models": ["demo/markdown", "demo/slow"]}
    assert client.post("chat/completions", json=body).json()["model"] == "demo/markdown"
    assert client.post("chat/completions", json={"messages": messages}).status_code == 200


@pytest.mark.parametrize("name", ["max_tokens", "max_completion_tokens"])
def test_the_limit_of_tokens_ends_the_answer(client: Client, name: str) -> None:
    limit: dict[str, Any] = {name: 7}
    chunks = client.chunks("demo/markdown", **limit)
    assert len(chunks) == 7 + 2
    assert chunks[-1]["choices"][0]["finish_reason"] == "length"
    assert chunks[-1]["usage"]["completion_tokens"] == 7


def test_markdown_has_every_kind_of_block(client: Client) -> None:
    response = client.chat("demo/markdown").json()
    text = response["choices"][0]["message"]["content"]
    for mark in (
        "# ",
        "**",
        "*ordinary*",
        "`inline",
        "](https://",
        "1. ",
        "   - ",
        "> ",
        "```python",
        "|:-",
        "錦市場",
        "🍵",
    ):
        assert mark in text
    assert 250 <= response["usage"]["completion_tokens"] <= 400


def test_reasoning_comes_before_the_answer_with_its_details(client: Client) -> None:
    *chunks, _, reported = client.chunks("demo/reasoning")
    deltas = [chunk["choices"][0]["delta"] for chunk in chunks]
    thoughts = [delta for delta in deltas if "reasoning" in delta]
    assert deltas[: len(thoughts)] == thoughts
    assert all(delta["content"] == "" for delta in thoughts)
    assert [delta["reasoning"] for delta in thoughts] == [delta["reasoning_details"][0]["text"] for delta in thoughts]
    signature = deltas[len(thoughts)]["reasoning_details"][0]
    assert "signature" in signature
    assert "text" not in signature
    assert reported["usage"]["completion_tokens_details"]["reasoning_tokens"] == len(thoughts)


def test_a_whole_answer_has_its_reasoning_in_the_message(client: Client) -> None:
    message = client.chat("demo/reasoning").json()["choices"][0]["message"]
    assert message["reasoning_details"][0]["text"] == message["reasoning"]


def test_excluded_reasoning_is_counted_but_not_sent(client: Client) -> None:
    response = client.chat("demo/reasoning", reasoning={"exclude": True}).json()
    assert "reasoning" not in response["choices"][0]["message"]
    assert response["usage"]["completion_tokens_details"]["reasoning_tokens"] > 0


def test_reasoning_can_be_turned_off(client: Client) -> None:
    response = client.chat("demo/reasoning", reasoning={"effort": "none"}).json()
    assert response["usage"]["completion_tokens_details"]["reasoning_tokens"] == 0


def test_echo_answers_with_the_request(client: Client) -> None:
    fields = {"temperature": 0.2, "provider": {"sort": "latency"}, "user": "ünï ``` \ud83d"}
    body = {
        "model": "demo/echo",
        "messages": [{"role": "user", "content": "Hi\n```\nthere"}],
        **fields,
    }
    response = client.post("chat/completions", content=json.dumps(body))
    text = response.json()["choices"][0]["message"]["content"]
    assert json.loads(text.split("```json\n")[1].removesuffix("\n```\n")) == body


def test_echo_shortens_attached_data(client: Client) -> None:
    url = "data:image/png;base64," + "A" * 100_000
    content = [{"type": "image_url", "image_url": {"url": url}}]
    text = client.text("demo/echo", messages=[{"role": "user", "content": content}])
    digest = hashlib.sha256(bytes(75_000)).hexdigest()
    assert f"(100,022 characters, sha256 of its bytes {digest})" in text
    assert len(text) < 1000


@pytest.mark.parametrize(("prompt", "length"), [("2,000 tokens please", 2000), ("1 token", 1), ("some", 500)])
def test_fast_sends_as_many_tokens_as_the_prompt_says_each_in_a_chunk(client: Client, prompt: str, length: int) -> None:
    chunks = client.chunks("demo/fast", prompt)
    assert len(chunks) == length + 2
    assert chunks[-1]["usage"]["completion_tokens"] == length


@pytest.mark.parametrize(
    "hostile",
    [
        *("\x1b]52;c;", "\x1b[2J", "\x9b", "\x90", "\x9d", "\x07", "\u202e", "\u2028", "\x85"),
        *("[/foo]", "[bold]", "[@click=app.quit]x[/]"),
    ],
)
def test_escape_is_hostile_in_every_way(client: Client, hostile: str) -> None:
    assert hostile in text_of(client.chunks("demo/escape"))


def test_escape_is_hostile_in_reasoning_and_provider_too(client: Client) -> None:
    response = client.chat("demo/escape").json()
    assert "\x1b]0;" in response["choices"][0]["message"]["reasoning"]
    assert "\x1b[31m" in response["provider"]
    assert "[/foo]" in response["provider"]


def test_the_key_shows_what_was_spent(client: Client) -> None:
    before = client.get("key").json()["data"]
    cost = client.chat("anthropic/claude-opus-4.7").json()["usage"]["cost"]
    after = client.get("auth/key").json()["data"]
    assert after["usage"] - before["usage"] == pytest.approx(cost)
    assert after["limit"] - after["usage"] == pytest.approx(after["limit_remaining"])


WEIGHED = {"logprobs": True, "top_logprobs": 3}


def test_the_probabilities_of_tokens_add_up_to_the_text_and_are_the_same_streamed_or_not(client: Client) -> None:
    whole = client.chat("x-ai/grok-4.3", "Tea? 🍵", **WEIGHED).json()["choices"][0]
    pieces = [chunk["choices"][0] for chunk in client.chunks("x-ai/grok-4.3", "Tea? 🍵", **WEIGHED)]
    told = whole["logprobs"]["content"]
    assert told == [entry for piece in pieces if piece.get("logprobs") for entry in piece["logprobs"]["content"]]
    assert b"".join(bytes(entry["bytes"]) for entry in told).decode() == whole["message"]["content"]
    assert [0xF0, 0x9F] in [entry["bytes"] for entry in told]  # half a character, as models' tokens are
    for entry in told:
        listed = [likely["logprob"] for likely in entry["top_logprobs"]]
        assert listed == sorted(listed, reverse=True)
        assert len(listed) == 3
        assert listed[0] <= 0


@pytest.mark.parametrize(
    ("model", "fields"), [("x-ai/grok-4.3", {"top_logprobs": 3}), ("demo/markdown", WEIGHED), ("x-ai/grok-4.3", {})]
)
def test_probabilities_are_told_only_when_asked_of_a_model_that_knows_them(
    client: Client, model: str, fields: dict[str, Any]
) -> None:
    assert client.chat(model, **fields).json()["choices"][0]["logprobs"] is None
