"""The official `openrouter` SDK against the emulator."""

import json
from collections.abc import Iterator
from typing import TypeAlias

import pytest
from openrouter import OpenRouter, components, errors, operations

from chat_tui.demo.catalogue import models
from chat_tui.demo.server import DEMO_KEY, DemoServer
from tests.demo.kinds import ANSWERING

pytestmark = pytest.mark.xdist_group("official SDK")

SLOW_TO_READ = {"demo/huge-image": pytest.mark.long}
"""Models whose replies take this SDK seconds; the SDK of OpenAI reads them in any case."""
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


def test_turns_the_pages_of_the_list(client: OpenRouter) -> None:
    first = client.models.list(limit=7, output_modalities="all")
    assert first is not None
    second = first.next()
    assert isinstance(second, operations.GetModelsResponse)
    ids = [model.id for page in (first, second) for model in page.result.data]
    assert ids == list(models())[:14]


def test_reads_everything_that_is_public(client: OpenRouter) -> None:
    one = client.models.get(author="openai", slug="gpt-5.5").data
    assert one.name == "OpenAI: GPT-5.5"
    offers = client.endpoints.list(author="deepseek", slug="deepseek-v3.2").data
    assert [offer.provider_name for offer in offers.endpoints] == ["DeepSeek", "DeepInfra", "Novita", "Fireworks"]
    assert all(offer.pricing.prompt for offer in client.endpoints.list_zdr_endpoints().data)
    assert {provider.slug for provider in client.providers.list().data} >= {"openai", "google-vertex", "demo"}
    assert client.models.count(output_modalities="all").data.count == len(models())


def test_reads_what_is_the_accounts(client: OpenRouter) -> None:
    presets = client.presets.list()
    assert presets is not None
    assert [preset.slug for preset in presets.result.data] == ["careful-writer", "show-request", "old-habits"]
    chosen = client.presets.get(slug="careful-writer").data.designated_version
    assert chosen is not None
    assert (chosen.version, chosen.config["temperature"]) == (2, 0.3)
    first = client.presets.get_version(slug="careful-writer", version="1").data
    assert first is not None
    assert first.system_prompt == "Write plainly."
    own = client.models.list_for_user(security={"bearer": DEMO_KEY})
    assert own is not None
    assert 0 < len(own.result.data) < len(models())


def test_settles_a_generation(client: OpenRouter) -> None:
    chunks = stream(client, "demo/reasoning")
    with pytest.raises(errors.NotFoundResponseError):
        client.generations.get_generation(id=chunks[0].id)
    known = client.generations.get_generation(id=chunks[0].id).data
    usage = chunks[-1].usage
    assert usage is not None
    assert known.total_cost == usage.cost
    assert known.native_tokens_completion == usage.completion_tokens
    assert client.credits.get_credits().data.total_usage >= known.total_cost


@pytest.mark.parametrize("model_id", [pytest.param(name, marks=SLOW_TO_READ.get(name, ())) for name in ANSWERING])
def test_runs_every_model(client: OpenRouter, model_id: str) -> None:
    whole = client.chat.send(model=model_id, messages=hello(), stream=False)
    chunks = stream(client, model_id)
    assert whole.choices[0].finish_reason in ("stop", "length", "content_filter", "tool_calls")
    assert chunks[-1].usage is not None
    assert whole.usage is not None
    streamed = "".join(choice.delta.content or "" for chunk in chunks for choice in chunk.choices)
    # The echo shows whether the request was for a stream.
    assert (streamed == (whole.choices[0].message.content or "")) is (model_id != "demo/echo")


def test_merges_tool_calls(client: OpenRouter) -> None:
    arguments: dict[int, str] = {}
    for chunk in stream(client, "demo/tools"):
        for call in chunk.choices[0].delta.tool_calls or []:
            assert call.function is not None
            arguments[call.index] = arguments.get(call.index, "") + (call.function.arguments or "")
    assert [json.loads(text) for text in arguments.values()] == [{"city": "Paris"}, {"city": "Rome"}]


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
        ("demo/error-400", errors.BadRequestResponseError, 400),
        ("demo/error-401", errors.UnauthorizedResponseError, 401),
        ("demo/error-402", errors.PaymentRequiredResponseError, 402),
        ("demo/error-402-key-limit", errors.PaymentRequiredResponseError, 402),
        ("demo/error-402-in-flight", errors.PaymentRequiredResponseError, 402),
        ("demo/error-403-moderation", errors.ForbiddenResponseError, 403),
        ("demo/error-403-guardrail", errors.ForbiddenResponseError, 403),
        ("demo/error-403-budget", errors.ForbiddenResponseError, 403),
        ("demo/error-404", errors.NotFoundResponseError, 404),
        ("demo/error-404-availability", errors.NotFoundResponseError, 404),
        ("demo/error-408", errors.RequestTimeoutResponseError, 408),
        ("demo/error-413", errors.PayloadTooLargeResponseError, 413),
        ("demo/error-422", errors.UnprocessableEntityResponseError, 422),
        ("demo/error-429", errors.TooManyRequestsResponseError, 429),
        ("demo/error-429-upstream", errors.TooManyRequestsResponseError, 429),
        ("demo/error-500", errors.InternalServerResponseError, 500),
        ("demo/error-502", errors.BadGatewayResponseError, 502),
        ("demo/error-escape", errors.BadGatewayResponseError, 502),
        ("demo/error-503", errors.ServiceUnavailableResponseError, 503),
        ("demo/error-504", errors.OpenRouterDefaultError, 504),  # not in its list
        ("demo/error-524", errors.EdgeNetworkTimeoutResponseError, 524),
        ("demo/error-529", errors.ProviderOverloadedResponseError, 529),
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
