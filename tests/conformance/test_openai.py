"""The official `openai` SDK against the emulator."""

from collections.abc import Iterator
from typing import Any

import openai
import pytest
from openai.types.chat import ChatCompletionUserMessageParam

from chat_tui.demo.server import DEMO_KEY, DemoServer
from tests.demo.kinds import ANSWERING

HELLO: list[ChatCompletionUserMessageParam] = [{"role": "user", "content": "Hello?"}]


@pytest.fixture(scope="module")
def client(server: DemoServer) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=server.base_url, api_key=DEMO_KEY, max_retries=0) as connected:
        yield connected


def test_lists_models(client: openai.OpenAI) -> None:
    ids = [model.id for model in client.models.list()]
    assert "anthropic/claude-opus-4.7" in ids
    assert "demo/markdown" in ids


def test_completes(client: openai.OpenAI) -> None:
    completion = client.chat.completions.create(model="openai/gpt-5.5", messages=HELLO)
    choice = completion.choices[0]
    assert "simulated" in (choice.message.content or "")
    assert choice.finish_reason == "stop"
    assert completion.usage is not None
    assert extra(completion.usage)["cost"] > 0
    assert extra(completion)["provider"] == "OpenAI"


@pytest.mark.parametrize("model_id", ANSWERING)
def test_runs_every_model(client: openai.OpenAI, model_id: str) -> None:
    whole = client.chat.completions.create(model=model_id, messages=HELLO)
    with client.chat.completions.create(model=model_id, messages=HELLO, stream=True) as stream:
        chunks = list(stream)
    streamed = "".join(choice.delta.content or "" for chunk in chunks for choice in chunk.choices)
    # The echo shows whether the request was for a stream.
    assert (streamed == (whole.choices[0].message.content or "")) is (model_id != "demo/echo")
    assert whole.usage is not None
    assert chunks[-1].usage is not None


def test_completes_text(client: openai.OpenAI) -> None:
    whole = client.completions.create(model="demo/markdown", prompt="Once upon a time")
    with client.completions.create(model="demo/markdown", prompt="Once upon a time", stream=True) as stream:
        streamed = "".join(chunk.choices[0].text for chunk in stream)
    assert whole.object == "text_completion"
    assert streamed == whole.choices[0].text != ""


def test_streams_to_the_usage(client: openai.OpenAI) -> None:
    text, reported = "", []
    with client.chat.completions.create(model="demo/markdown", messages=HELLO, stream=True) as stream:
        for chunk in stream:
            text += chunk.choices[0].delta.content or ""
            if chunk.usage is not None:
                reported.append(chunk.usage)
    assert text.startswith("# A reply with everything in it\n")
    assert len(reported) == 1
    assert reported[0].completion_tokens > 0


def test_streams_reasoning(client: openai.OpenAI) -> None:
    reasoning = ""
    with client.chat.completions.create(model="demo/reasoning", messages=HELLO, stream=True) as stream:
        for chunk in stream:
            reasoning += extra(chunk.choices[0].delta).get("reasoning", "")
    assert "handshakes" in reasoning


def test_a_wrong_key_is_an_authentication_error(server: DemoServer) -> None:
    with (
        openai.OpenAI(base_url=server.base_url, api_key="sk-or-v1-invalid", max_retries=0) as client,
        pytest.raises(openai.AuthenticationError, match=r"User not found\."),
    ):
        client.chat.completions.create(model="demo/markdown", messages=HELLO)


@pytest.mark.parametrize(
    ("model", "error"),
    [
        ("no/such", openai.BadRequestError),
        ("demo/error-401", openai.AuthenticationError),
        ("demo/error-429", openai.RateLimitError),
        ("demo/error-escape", openai.InternalServerError),
    ],
)
def test_faults_are_the_sdks_errors(client: openai.OpenAI, model: str, error: type[openai.APIStatusError]) -> None:
    with pytest.raises(error):
        client.chat.completions.create(model=model, messages=HELLO, stream=True)


def test_an_error_in_mid_stream_is_raised_after_the_text(client: openai.OpenAI) -> None:
    texts: list[str] = []
    with (
        client.chat.completions.create(model="demo/error-midstream", messages=HELLO, stream=True) as stream,
        pytest.raises(openai.APIError, match="Provider disconnected unexpectedly"),
    ):
        texts.extend(chunk.choices[0].delta.content or "" for chunk in stream)
    assert "".join(texts).startswith("This is a **simulated** answer")


def extra(value: openai.BaseModel) -> dict[str, Any]:
    """Return the fields that the SDK doesn't know; OpenRouter has several."""
    return value.model_extra or {}
