"""The official `openrouter` SDK against the emulator."""

import json
from collections.abc import Iterator
from typing import TypeAlias

import pytest
from openrouter import OpenRouter, components, errors

from chat_tui.demo.catalogue import models
from chat_tui.demo.server import DEMO_KEY, DemoServer

# The SDK would try again for an hour.
NO_RETRIES = None

Error: TypeAlias = type[errors.OpenRouterError]


@pytest.fixture(scope="module")
def client(server: DemoServer) -> Iterator[OpenRouter]:
    with OpenRouter(api_key=DEMO_KEY, server_url=server.base_url, retry_config=NO_RETRIES) as connected:
        yield connected


def hello() -> list[components.ChatMessages]:
    return [components.ChatUserMessage(role="user", content="Hello?")]


def stream(client: OpenRouter, model: str) -> list[components.ChatStreamChunk]:
    with client.chat.send(model=model, messages=hello(), stream=True) as events:
        return list(events)


def test_lists_models(client: OpenRouter) -> None:
    page = client.models.list()
    assert page is not None
    assert [model.id for model in page.result.data] == list(models())
    assert page.next() is None


@pytest.mark.parametrize("model_id", list(models()))
def test_knows_everything_that_we_say_about_a_model(model_id: str) -> None:
    entry = models()[model_id].entry
    known = components.Model.model_validate(entry).model_dump(mode="json", by_alias=True)
    assert {key: known[key] for key in entry if key != "reasoning"} == json.loads(
        json.dumps({key: value for key, value in entry.items() if key != "reasoning"})
    )


def test_completes(client: OpenRouter) -> None:
    result = client.chat.send(model="anthropic/claude-sonnet-4.6", messages=hello(), stream=False)
    assert isinstance(result.choices[0].message.content, str)
    assert "simulated" in result.choices[0].message.content
    assert result.model == "anthropic/claude-4.6-sonnet-20260217"
    assert result.usage is not None
    assert result.usage.cost


def test_streams_to_the_usage(client: OpenRouter) -> None:
    chunks = stream(client, "demo/markdown")
    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks)
    assert text.startswith("# A reply with everything in it\n")
    assert [chunk.usage is not None for chunk in chunks[-3:]] == [False, False, True]


def test_streams_reasoning_with_its_details(client: OpenRouter) -> None:
    deltas = [chunk.choices[0].delta for chunk in stream(client, "demo/reasoning")]
    details = [detail for delta in deltas for detail in delta.reasoning_details or []]
    assert all(isinstance(detail, components.ReasoningDetailText) for detail in details)
    assert "handshakes" in "".join(str(delta.reasoning or "") for delta in deltas)


# The SDK itself reads the fields that it has deprecated.
@pytest.mark.filterwarnings(r"ignore:.*\*\* DEPRECATED \*\*:DeprecationWarning")
def test_reads_the_key(client: OpenRouter) -> None:
    data = client.api_keys.get_current_key_metadata().data
    assert data.limit == 10
    assert data.is_management_key is False


def test_a_wrong_key_is_unauthorized(server: DemoServer) -> None:
    with (
        OpenRouter(api_key="sk-or-v1-invalid", server_url=server.base_url, retry_config=NO_RETRIES) as client,
        pytest.raises(errors.UnauthorizedResponseError) as caught,
    ):
        client.chat.send(model="demo/markdown", messages=hello(), stream=False)
    assert caught.value.data.error.message == "User not found."


@pytest.mark.parametrize(
    ("model", "error", "status"),
    [
        ("no/such", errors.BadRequestResponseError, 400),
        ("demo/error-401", errors.UnauthorizedResponseError, 401),
        ("demo/error-429", errors.TooManyRequestsResponseError, 429),
        ("demo/error-escape", errors.BadGatewayResponseError, 502),
    ],
)
def test_faults_are_the_sdks_errors(client: OpenRouter, model: str, error: Error, status: int) -> None:
    with pytest.raises(error) as caught:
        client.chat.send(model=model, messages=hello(), stream=True)
    assert caught.value.status_code == status


def test_an_error_in_mid_stream_is_a_chunk(client: OpenRouter) -> None:
    *tokens, last = stream(client, "demo/error-midstream")
    assert len(tokens) > 10
    assert last.error
    assert last.error.code == 502
