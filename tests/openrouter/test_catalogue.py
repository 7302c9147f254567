"""Lists: their pages, what is asked of the catalogue, and the catalogues of other servers."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl

import httpx
import pytest

from chat_tui.openrouter.model_query import ModelQuery
from tests.openrouter.answering import answering
from tests.openrouter.wire import Handler, client_of

MODEL = {"id": "a/b", "name": "B"}
PRESET = {"id": "p1", "slug": "poet", "status": "active"}


def paged(pages: dict[str, dict[str, Any]], asked: list[str]) -> Handler:
    """Return a handler that answers by the query's offset; it fails the test at a host of a stranger."""

    def answer(request: httpx.Request) -> httpx.Response:
        assert request.url.host == "openrouter.ai"
        asked.append(request.url.query.decode())
        return httpx.Response(200, json=pages[request.url.params.get("offset", "0")])

    return answer


async def test_pages_are_followed_by_the_link_without_leaving_the_server() -> None:
    asked: list[str] = []
    pages = {
        "0": {"data": [{"id": "a/1"}], "links": {"next": "https://evil.example/steal?offset=1&limit=1&q=x"}},
        "1": {"data": [{"id": "a/2", "discount": 0.25}], "links": {"next": "/api/v1/models?offset=2"}},
        "2": {"data": [{"id": "a/3"}], "links": {"next": None}},
    }
    async with client_of(paged(pages, asked)) as client:
        catalogue = await client.models()
    assert [model.id for model in catalogue.data] == ["a/1", "a/2", "a/3"]
    assert asked == ["output_modalities=all", "offset=1&limit=1&q=x", "offset=2"]
    kept = type(catalogue).parse(catalogue.text)
    assert (kept.data, kept.total_count) == (catalogue.data, 3)


async def test_pages_are_followed_by_the_count() -> None:
    asked: list[str] = []
    pages = {
        "0": {"data": [PRESET, {**PRESET, "slug": "cook"}], "total_count": 3},
        "2": {"data": [{**PRESET, "slug": "judge"}], "total_count": 3},
    }
    async with client_of(paged(pages, asked)) as client:
        assert [preset.slug for preset in await client.presets()] == ["poet", "cook", "judge"]
    assert asked == ["limit=100", "limit=100&offset=2"]


async def test_no_list_is_an_empty_one() -> None:
    async with client_of(answering(httpx.Response(200, json={"data": None}))) as client:
        assert await client.providers() == ()


@pytest.mark.parametrize(
    "page",
    [
        {"data": [PRESET], "total_count": 1000},
        {"data": [PRESET], "links": {"next": "?offset=0"}},
        {"data": [], "total_count": 9, "links": {"next": "?offset=0"}},
        {"data": [PRESET], "links": {"next": "http://[bad"}},
        {"data": [PRESET], "links": {"next": "/presets"}},
    ],
    ids=["the count is wrong", "a circle", "empty", "no address", "no query"],
)
async def test_a_server_that_knows_no_pages_is_not_asked_for_ever(page: dict[str, Any]) -> None:
    asked: list[httpx.Request] = []
    async with client_of(answering(httpx.Response(200, json=page), asked)) as client:
        assert len(await client.presets()) == len(page["data"])
    assert len(asked) <= 2


async def test_a_list_without_end_ends() -> None:
    count = 0

    def answer(_: httpx.Request) -> httpx.Response:
        nonlocal count
        count += 1
        return httpx.Response(200, json={"data": [{"slug": str(count)}], "links": {"next": f"?offset={count}"}})

    async with client_of(answer) as client:
        assert len(await client.presets()) == count == 100


async def test_a_part_of_the_list_is_one_page() -> None:
    asked: list[str] = []
    pages = {"40": {"data": [MODEL], "total_count": 600, "links": {"next": "?offset=41"}}}
    async with client_of(paged(pages, asked)) as client:
        assert len(await client.models(ModelQuery(offset=40, limit=1))) == 1
    assert asked == ["output_modalities=all&offset=40&limit=1"]


async def test_a_query_says_what_was_set_and_nothing_else() -> None:
    query = ModelQuery(
        output_modalities=("text", "image"),
        q="a&b=c d#é",
        sort="newest",
        max_price=Decimal("0.0000001"),
        distillable=False,
        zdr=True,
        context=0,
        providers=["a", "b/c"],
        limit=5,
    )
    asked: list[str] = []
    async with client_of(paged({"0": {"data": []}}, asked)) as client:
        await client.models(query)
    assert dict(parse_qsl(asked[0])) == {
        "output_modalities": "text,image",
        "q": "a&b=c d#é",
        "sort": "newest",
        "max_price": "0.0000001",
        "distillable": "false",
        "zdr": "true",
        "context": "0",
        "providers": "a,b/c",
        "limit": "5",
    }


OTHER_CATALOGUES: dict[str, tuple[Any, list[tuple[str, int | None]]]] = {
    "Ollama": (
        {"object": "list", "data": [{"id": "llama3:8b", "object": "model", "created": 1, "owned_by": "library"}]},
        [("llama3:8b", None)],
    ),
    "Ollama, empty": ({"object": "list", "data": None}, []),
    "llama.cpp": (
        {
            "models": [{"name": "m.gguf", "model": "m.gguf", "capabilities": ["completion"]}],
            "object": "list",
            "data": [{"id": "m.gguf", "meta": {"vocab_type": 1, "n_ctx_train": 131072, "size": 1}}],
        },
        [("m.gguf", 131072)],
    ),
    "vLLM": (
        {"object": "list", "data": [{"id": "q/w", "root": "q/w", "max_model_len": 32768, "permission": [{"id": "x"}]}]},
        [("q/w", 32768)],
    ),
    "LM Studio": (
        {
            "data": [
                {"id": "d", "max_context_length": 131072, "loaded_context_length": 4096},
                {"id": "e", "max_context_length": 8},
            ]
        },
        [("d", 4096), ("e", 8)],
    ),
    "LiteLLM": (
        {"data": [{"id": "gpt-4", "created": 1677610602, "owned_by": "openai"}], "object": "list"},
        [("gpt-4", None)],
    ),
    "a bare list": (
        [{"id": "t/x", "context_length": 9, "max_model_len": 1}, {"id": "t/y", "context_length": None}],
        [("t/x", 9), ("t/y", None)],
    ),
    "a context of no use": (
        {"data": [{"id": "x", "context_length": "big", "max_model_len": "bigger", "meta": 3}]},
        [("x", None)],
    ),
}


@pytest.mark.parametrize(("reply", "expected"), OTHER_CATALOGUES.values(), ids=OTHER_CATALOGUES.keys())
async def test_other_servers_catalogues_are_read(reply: Any, expected: list[tuple[str, int | None]]) -> None:
    async with client_of(answering(httpx.Response(200, json=reply)), base_url="http://localhost:1/v1") as client:
        catalogue = await client.models()
    assert [(model.id, model.context_length) for model in catalogue.data] == expected
    assert type(catalogue).parse(catalogue.text) == catalogue
    assert all(model.pricing.prompt is None for model in catalogue.models())
