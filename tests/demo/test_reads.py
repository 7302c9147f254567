"""Everything that is only read: queries of the catalogue, endpoints, providers, presets."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

import pytest

from chat_tui.demo.catalogue import models
from tests.demo.conftest import Client

Model = dict[str, Any]


ON_GROQ = {"moonshotai/kimi-k2.6", "meta-llama/llama-3.3-70b-instruct", "demo/slow", "demo/stall"}


def inputs(model: Model) -> set[str]:
    return set(model["architecture"]["input_modalities"])


def outputs(model: Model) -> set[str]:
    return set(model["architecture"]["output_modalities"])


def prompt_price(model: Model) -> Decimal:
    return Decimal(model["pricing"]["prompt"]) * 1_000_000


def completion_price(model: Model) -> Decimal:
    return Decimal(model["pricing"]["completion"]) * 1_000_000


@pytest.mark.parametrize(
    ("query", "holds"),
    [
        ({"output_modalities": "audio"}, lambda model: "audio" in outputs(model)),
        ({"input_modalities": "image,file"}, lambda model: {"image", "file"} <= inputs(model)),
        ({"supported_parameters": "tools,seed"}, lambda model: {"tools", "seed"} <= set(model["supported_parameters"])),
        ({"q": "claude 4.5"}, lambda model: model["id"] == "anthropic/claude-haiku-4.5"),
        ({"context": "1000000"}, lambda model: model["context_length"] >= 1_000_000),
        ({"min_price": "2"}, lambda model: prompt_price(model) >= 2),
        ({"max_price": "0.1"}, lambda model: prompt_price(model) <= Decimal("0.1")),
        ({"min_output_price": "12"}, lambda model: completion_price(model) >= 12),
        ({"max_output_price": "0.5"}, lambda model: completion_price(model) <= Decimal("0.5")),
        ({"model_authors": "anthropic,openai"}, lambda model: model["id"].startswith(("anthropic/", "openai/"))),
        ({"arch": "Claude"}, lambda model: model["id"].startswith("anthropic/")),
        ({"providers": "groq"}, lambda model: model["id"] in ON_GROQ),
        ({"zdr": "true", "model_authors": "anthropic,x-ai"}, lambda model: model["id"].startswith("anthropic/")),
        ({"distillable": "true"}, lambda model: model["hugging_face_id"] != ""),
        ({"region": "eu", "model_authors": "mistralai,x-ai"}, lambda model: model["id"].startswith("mistralai/")),
        ({"min_age_days": "1", "q": "gpt-4o-mini"}, lambda model: model["id"] == "openai/gpt-4o-mini"),
        ({"max_age_days": "1", "q": "gpt-4o-mini"}, lambda _: False),
        ({"min_intelligence_index": "1"}, lambda _: False),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, dict) else "",
)
def test_a_query_keeps_exactly_what_it_says(
    client: Client, query: dict[str, str], holds: Callable[[Model], bool]
) -> None:
    kept = client.get("models", params={"output_modalities": "all", **query}).json()
    assert [model["id"] for model in kept["data"]] == [
        model.id
        for model in models().values()
        if holds(model.entry)
        and ("q" not in query or all(word in f"{model.id} {model.name}".lower() for word in query["q"].split()))
        and ("model_authors" not in query or model.id.partition("/")[0] in query["model_authors"].split(","))
    ]
    assert kept["total_count"] == len(kept["data"])


@pytest.mark.parametrize(
    ("order", "value"),
    [
        ("newest", lambda model: -model["created"]),
        ("pricing-low-to-high", lambda model: prompt_price(model) + completion_price(model)),
        ("pricing-high-to-low", lambda model: -(prompt_price(model) + completion_price(model))),
        ("context-high-to-low", lambda model: -model["context_length"]),
    ],
)
def test_the_list_is_sorted_as_asked(client: Client, order: str, value: Callable[[Model], Decimal]) -> None:
    values = [value(model) for model in client.get("models", params={"sort": order}).json()["data"]]
    assert values == sorted(values)
    assert len(set(values)) > 3


def test_the_quickest_provider_decides_the_place_of_a_model(client: Client) -> None:
    query = {"q": "70b", "sort": "throughput-high-to-low"}
    assert client.get("models", params=query).status_code == 200
    listed = client.get("models", params={"sort": "throughput-high-to-low"}).json()["data"]
    assert listed[0]["id"] == "moonshotai/kimi-k2.6"
    assert client.get("models", params={"sort": "latency-low-to-high"}).json()["data"][0]["id"] in (
        "demo/slow",
        "demo/stall",
    )


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("output_modalities=smell", "output_modalities"),
        ("input_modalities=touch", "input_modalities"),
        ("sort=best", "sort"),
        ("category=gossip", "category"),
        ("context=long", "context"),
        ("min_price=-1", "min_price"),
        ("max_price=nan", "max_price"),
        ("zdr=false", "zdr"),
        ("region=mars", "region"),
        ("supported_parameters=charm", "supported_parameters"),
        ("offset=-1", "offset"),
        ("limit=0", "limit"),
        ("limit=1001", "limit"),
        ("limit=x", "limit"),
        ("distillable=perhaps", "distillable"),
        ("min_coding_index=x", "min_coding_index"),
    ],
)
@pytest.mark.parametrize("path", ["models"])
def test_a_bad_parameter_is_refused_by_name(client: Client, path: str, query: str, name: str) -> None:
    response = client.get(f"{path}?{query}")
    assert (response.status_code, response.json()["success"]) == (400, False)
    assert f'"path": ["{name}"]' in response.json()["error"]["message"]


def test_pages_follow_each_other_and_end(client: Client) -> None:
    whole = client.get("models").json()
    ids: list[str] = []
    address = "models?limit=10"
    while address:
        page = client.get(address).json()
        assert page["total_count"] == whole["total_count"]
        ids += [model["id"] for model in page["data"]]
        following = page["links"]["next"]
        address = f"models?{urlsplit(following).query}" if following else ""
    assert ids == [model["id"] for model in whole["data"]]


def test_the_count_is_the_length_of_the_list(client: Client) -> None:
    for modalities in ("text", "audio", "all"):
        listed = client.get("models", params={"output_modalities": modalities}).json()["data"]
        assert client.get("models/count", params={"output_modalities": modalities}).json() == {
            "data": {"count": len(listed)}
        }


def test_the_accounts_models_need_a_key_and_are_fewer(client: Client) -> None:
    assert client.get("models/user", headers={"Authorization": ""}).status_code == 401
    own = client.get("models/user").json()
    assert 0 < own["total_count"] < client.get("models").json()["total_count"]


def test_one_model_is_what_the_list_says(client: Client) -> None:
    assert client.get("model/openai/gpt-5.5").json() == {"data": models()["openai/gpt-5.5"].entry}
    assert client.get("model/openai/gpt-5.5:nitro").json()["data"]["id"] == "openai/gpt-5.5"
    assert client.get("model/openai/gpt-oss-120b:free").json()["data"]["id"] == "openai/gpt-oss-120b:free"


@pytest.mark.parametrize(
    "path",
    [
        *("model/no/such", "models/no/such/endpoints", "model/openai/gpt-5.5:free"),
        *("presets/none", "presets/none/versions", "presets/careful-writer/versions/9"),
    ],
)
def test_what_there_is_not_is_a_404(client: Client, path: str) -> None:
    response = client.get(path)
    assert response.status_code == response.json()["error"]["code"] == 404


def test_endpoints_differ_in_price_and_quality(client: Client) -> None:
    data = client.get("models/deepseek/deepseek-v3.2/endpoints").json()["data"]
    assert (data["id"], data["name"]) == ("deepseek/deepseek-v3.2", "DeepSeek: DeepSeek V3.2")
    offers = data["endpoints"]
    assert [offer["tag"] for offer in offers] == ["deepseek", "deepinfra", "novita", "fireworks"]
    assert len({offer["pricing"]["completion"] for offer in offers}) == 4
    assert {offer["quantization"] for offer in offers} == {"unknown", "fp4", "fp8"}
    assert {offer["status"] for offer in offers} == {0, -2}
    assert offers[0]["pricing"] == models()["deepseek/deepseek-v3.2"].entry["pricing"]
    for offer in offers:
        latency, throughput = offer["latency_last_30m"], offer["throughput_last_30m"]
        assert latency["p50"] < latency["p75"] < latency["p90"] < latency["p99"]
        assert throughput["p50"] > throughput["p99"]


@pytest.mark.parametrize("path", ["models/openai/gpt-5.5/endpoints", "endpoints/zdr"])
def test_speed_is_shown_only_to_somebody_with_a_key(client: Client, path: str) -> None:
    data = client.get(path, headers={"Authorization": ""}).json()["data"]
    offers = data if isinstance(data, list) else data["endpoints"]
    assert offers
    assert {(offer["latency_last_30m"], offer["throughput_last_30m"]) for offer in offers} == {(None, None)}
    assert all(offer["uptime_last_30m"] for offer in offers)


def test_everybody_serves_a_model_by_a_name_that_is_listed(client: Client) -> None:
    named = {provider["name"] for provider in client.get("providers").json()["data"]}
    for model in models().values():
        offers = client.get(f"models/{model.id}/endpoints").json()["data"]["endpoints"]
        assert {offer["provider_name"] for offer in offers} <= named
        assert bool(offers) is not model.is_router


def test_presets_have_versions_and_the_last_is_designated(client: Client) -> None:
    everything = client.get("presets").json()
    assert everything["total_count"] == len(everything["data"]) == 3
    assert client.get("presets", params={"offset": 1, "limit": 1}).json()["data"] == everything["data"][1:2]
    assert "versions" not in everything["data"][0]
    one = client.get("presets/careful-writer").json()["data"]
    assert one["designated_version_id"] == one["designated_version"]["id"]
    versions = client.get("presets/careful-writer/versions").json()
    assert [version["version"] for version in versions["data"]] == [2, 1]
    assert client.get("presets/careful-writer/versions/2").json()["data"] == one["designated_version"]


@pytest.mark.parametrize("query", ["limit=0", "limit=101", "offset=-1", "limit=x"])
def test_presets_refuse_a_bad_page(client: Client, query: str) -> None:
    assert client.get(f"presets?{query}").json()["error"]["name"] == "ZodError"


@pytest.mark.parametrize("path", ["credits", "generation?id=x", "presets", "presets/careful-writer"])
def test_the_accounts_pages_need_a_key(client: Client, path: str) -> None:
    response = client.get(path, headers={"Authorization": ""})
    assert response.json() == {"error": {"message": "No cookie auth credentials found", "code": 401}}
