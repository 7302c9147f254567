"""What the emulator sends, against the official SDK's types: nothing but what is named here is unknown to them.

The SDK's types ignore what they don't know, so each value goes through them and back, and what is lost is listed.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import httpx
import pytest
from openrouter import components, operations
from pydantic import BaseModel

from chat_tui.demo.catalogue import models
from chat_tui.demo.server import DEMO_KEY, DemoServer
from tests.demo.kinds import ANSWERING

# Live, and in no schema.
UNDOCUMENTED = {
    *("provider", "choices.native_finish_reason", "usage.completion_tokens_details.image_tokens"),
    *("choices.delta.images", "choices.delta.annotations", "debug"),
    # The message's images are known without these two; its annotations aren't at all.
    *("choices.message.images.type", "choices.message.images.index", "choices.message.annotations"),
}


# “Demo” is none of the providers that the SDK lists; it keeps the name all the same.
pytestmark = [
    pytest.mark.xdist_group("official SDK"),
    pytest.mark.filterwarnings("ignore:Pydantic serializer warnings:UserWarning"),
]


@pytest.fixture(scope="module")
def client(server: DemoServer) -> Iterator[httpx.Client]:
    headers = {"Authorization": f"Bearer {DEMO_KEY}", "X-OpenRouter-Metadata": "enabled"}
    with httpx.Client(base_url=server.base_url, headers=headers, trust_env=False) as connected:
        yield connected


def lost(sent: object, kept: object, path: str = "") -> Iterator[str]:
    """Return where what was sent isn't in what came back, lists without their indices."""
    if isinstance(sent, Mapping) and isinstance(kept, Mapping):
        for key, value in sent.items():
            inner = f"{path}.{key}".strip(".")
            yield from lost(value, kept[key], inner) if key in kept else [inner]
    elif isinstance(sent, list) and isinstance(kept, list) and len(sent) == len(kept):
        for mine, theirs in zip(sent, kept, strict=True):
            yield from lost(mine, theirs, path)
    elif sent != kept:
        yield path


def losses(kind: type[BaseModel], value: object) -> set[str]:
    """Send a value through a type of the SDK and return what it loses."""
    known = kind.model_validate(value).model_dump(mode="json", by_alias=True)
    return set(lost(value, known))


def test_a_loss_is_seen() -> None:
    credit = {"data": {"total_credits": 1, "total_usage": 0, "balance": 1}}
    assert losses(operations.GetCreditsResponse, credit) == {"data.balance"}
    assert losses(components.ModelsCountResponse, {"data": {"count": 3}}) == set()


@pytest.mark.parametrize("model_id", list(models()))
def test_models(model_id: str) -> None:
    assert losses(components.Model, models()[model_id].entry) == set()


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("models", components.ModelsListResponse),
        ("models?limit=5", components.ModelsListResponse),
        ("models/user", components.ModelsListResponse),
        ("models/count?output_modalities=all", components.ModelsCountResponse),
        ("model/openai/gpt-5.5", components.ModelResponse),
        ("models/deepseek/deepseek-v3.2/endpoints", operations.ListEndpointsResponse),
        ("models/openrouter/auto/endpoints", operations.ListEndpointsResponse),
        ("endpoints/zdr", operations.ListEndpointsZdrResponse),
        ("providers", operations.ListProvidersResponse),
        ("presets", components.ListPresetsResponse),
        ("presets/careful-writer", components.GetPresetResponse),
        ("presets/careful-writer/versions", components.ListPresetVersionsResponse),
        ("presets/careful-writer/versions/1", components.GetPresetVersionResponse),
        ("key", operations.GetCurrentKeyResponse),
        ("credits", operations.GetCreditsResponse),
    ],
)
@pytest.mark.filterwarnings(r"ignore:.*\*\* DEPRECATED \*\*:DeprecationWarning")
def test_reads(client: httpx.Client, path: str, kind: type[BaseModel]) -> None:
    assert losses(kind, client.get(path).json()) == set()


@pytest.mark.parametrize("model_id", ["demo/reasoning", "demo/image", "demo/error-midstream"])
def test_generations(client: httpx.Client, model_id: str) -> None:
    generation = ask(client, model_id).headers["x-generation-id"]
    client.get("generation", params={"id": generation})
    assert losses(components.GenerationResponse, client.get("generation", params={"id": generation}).json()) == set()


def ask(client: httpx.Client, model_id: str, **fields: Any) -> httpx.Response:
    body = {"model": model_id, "messages": [{"role": "user", "content": "Hello?"}], **fields}
    return client.post("chat/completions", json=body)


@pytest.mark.parametrize("model_id", ANSWERING)
def test_whole_answers(client: httpx.Client, model_id: str) -> None:
    assert losses(components.ChatResult, ask(client, model_id).json()) <= UNDOCUMENTED


@pytest.mark.parametrize("model_id", ANSWERING)
def test_chunks(client: httpx.Client, model_id: str) -> None:
    response = ask(client, model_id, stream=True, debug={"echo_upstream_body": True})
    chunks = [json.loads(data) for data in re.findall(rb"^data: ({.*)$", response.content, re.MULTILINE)]
    assert {path for chunk in chunks for path in losses(components.ChatStreamChunk, chunk)} <= UNDOCUMENTED
    assert [chunk for chunk in chunks if chunk.get("openrouter_metadata")] == chunks[-1:]
