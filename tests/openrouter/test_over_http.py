"""The client against the emulator, over real HTTP: what is read fits together."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from decimal import Decimal

import pytest

from chat_tui.demo.server import DEMO_KEY, DemoServer
from chat_tui.openrouter import errors
from chat_tui.openrouter.client import Client
from chat_tui.openrouter.model_query import ModelQuery
from tests.openrouter.wire import text_of

MODEL = "anthropic/claude-sonnet-4.6"
BODY = {"model": MODEL, "messages": [{"role": "user", "content": "Hello?"}]}


@pytest.fixture(scope="module")
def base_url() -> Iterator[str]:
    with DemoServer(pace=0) as server:
        yield server.base_url


@pytest.fixture
async def client(base_url: str) -> AsyncIterator[Client]:
    async with Client(DEMO_KEY, base_url, routing_metadata=True) as client:
        yield client


@pytest.fixture
async def stranger(base_url: str) -> AsyncIterator[Client]:
    """A client without a key."""
    async with Client(None, base_url) as client:
        yield client


async def test_the_catalogue_is_counted_filtered_and_cut(client: Client) -> None:
    everything = await client.models()
    assert len(everything) == everything.total_count == await client.model_count() > 40
    assert {model.id for model in (await client.user_models()).data} <= {model.id for model in everything.data}
    images = await client.models(ModelQuery(output_modalities=("image",)))
    assert 0 < len(images) == await client.model_count("image") < len(everything)
    assert all("image" in model.architecture.output_modalities for model in images.data)
    part = await client.models(ModelQuery(offset=3, limit=2))
    assert part.data == everything.data[3:5]
    cheapest = await client.models(ModelQuery(sort="pricing-low-to-high", max_price=Decimal("0.5"), q="demo"))
    assert all((model.pricing.prompt or 0) * 10**6 <= Decimal("0.5") for model in cheapest.data)


async def test_a_bad_filter_is_told_as_the_server_tells_it(client: Client) -> None:
    with pytest.raises(errors.BadRequest, match="output_modalities"):
        await client.models(ModelQuery(output_modalities=("smell",)))


async def test_one_model_is_the_one_in_the_list(client: Client) -> None:
    listed = {model.id: model for model in (await client.models()).data}
    for model_id in (MODEL, "~anthropic/claude-sonnet-latest", f"{MODEL}:nitro"):
        assert (await client.model(model_id)).name == listed[MODEL].name
    for ask in (client.model, client.endpoints):
        with pytest.raises(errors.UnknownModel, match="has no model “nobody/nothing:free”"):
            await ask("nobody/nothing:free")


async def test_endpoints_are_of_known_providers(client: Client, stranger: Client) -> None:
    providers = {provider.name: provider.slug for provider in await client.providers()}
    offers = await client.endpoints(MODEL)
    assert offers.id == MODEL
    assert len(offers.endpoints) > 1
    for endpoint in offers.endpoints:
        assert endpoint.tag is not None
        assert endpoint.tag.partition("/")[0] == providers[endpoint.provider_name]
        assert endpoint.pricing.prompt is not None
        assert endpoint.latency_last_30m is not None
        assert endpoint.latency_last_30m.p50 is not None
    assert all(endpoint.latency_last_30m is None for endpoint in (await stranger.endpoints(MODEL)).endpoints)
    kept_nowhere = {(endpoint.model_id, endpoint.tag) for endpoint in await client.zdr_endpoints()}
    assert kept_nowhere


async def test_a_receipt_agrees_with_the_reply_and_the_account(client: Client) -> None:
    before = await client.credits()
    completion = await client.complete(BODY)
    assert completion.id is not None
    assert completion.usage is not None
    with pytest.raises(errors.NotFound, match=r"has no receipt for “gen-.*It may come within minutes"):
        await client.generation(completion.id)
    receipt = await client.generation(completion.id)
    assert (receipt.id, receipt.total_cost, receipt.cancelled) == (completion.id, completion.usage.cost, False)
    assert receipt.native_tokens_completion == completion.usage.completion_tokens
    after, key = await client.credits(), await client.key_info()
    assert before is not None
    assert after is not None
    assert before.balance is not None
    assert completion.usage.cost is not None
    assert after.balance == before.balance - completion.usage.cost
    assert key.usage == after.total_usage


async def test_an_account_needs_a_key(stranger: Client) -> None:
    assert await stranger.credits() is None
    for ask in (stranger.key_info, stranger.presets, stranger.user_models):
        with pytest.raises(errors.Unauthorized, match="wants a key"):
            await ask()


async def test_presets_have_versions(client: Client) -> None:
    for listed in await client.presets():
        assert listed.slug is not None
        versions = await client.preset_versions(listed.slug)
        used = (await client.preset(listed.slug)).designated_version
        assert used is not None
        assert used.id == listed.designated_version_id
        assert used.model_dump() in [version.model_dump() for version in versions]
        for version in versions:
            assert version.version is not None
            assert await client.preset_version(listed.slug, version.version) == version
    for missing in (client.preset("nothing"), client.preset_versions("nothing"), client.preset_version("nothing", 1)):
        with pytest.raises(errors.NotFound, match="has no preset “nothing"):
            await missing


async def test_a_text_goes_on(client: Client) -> None:
    body = {"model": MODEL, "prompt": "Once upon a time"}
    completion = await client.complete_text(body)
    assert "simulated" in completion.text
    async with client.stream_text(body) as stream:
        generation = stream.generation
        chunks = [chunk async for chunk in stream]
    assert "simulated" in "".join(choice.content or "" for chunk in chunks for choice in chunk.choices)
    assert generation == chunks[0].id


async def test_the_router_tells_what_it_did(client: Client, stranger: Client) -> None:
    async with client.stream(BODY) as stream:
        chunks = [chunk async for chunk in stream]
    assert "simulated" in text_of(chunks)
    assert [chunk.openrouter_metadata is not None for chunk in chunks[-2:]] == [False, True]
