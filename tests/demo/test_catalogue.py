"""`/models`: what is listed, in which shape."""

from decimal import Decimal
from typing import Any

import pytest

from tests.demo.conftest import Client


@pytest.fixture(scope="module")
def listed(client: Client) -> list[dict[str, Any]]:
    response = client.get("models").json()
    assert response["total_count"] == len(response["data"])
    assert response["links"] == {"next": None}
    return list(response["data"])


def test_real_models_come_first_and_errors_last(listed: list[dict[str, Any]]) -> None:
    ids = [model["id"] for model in listed]
    assert len(set(ids)) == len(ids)
    kinds = [model_id.startswith("demo/") + model_id.startswith("demo/error-") for model_id in ids]
    assert kinds == sorted(kinds)
    assert set(kinds) == {0, 1, 2}


def test_the_list_needs_no_key(client: Client) -> None:
    assert client.get("models", headers={"Authorization": ""}).status_code == 200


@pytest.mark.parametrize(
    "key",
    [
        *("id", "canonical_slug", "name", "created", "description", "context_length", "architecture"),
        *("pricing", "top_provider", "per_request_limits", "supported_parameters", "default_parameters"),
        *("supported_voices", "links"),
    ],
)
def test_every_model_has_the_documented_keys(listed: list[dict[str, Any]], key: str) -> None:
    assert [model["id"] for model in listed if key not in model] == []


def test_prices_are_decimal_strings(listed: list[dict[str, Any]]) -> None:
    for model in listed:
        for price in model["pricing"].values():
            assert isinstance(price, str)
            assert Decimal(price).is_finite()


def test_the_router_has_no_price_of_its_own(listed: list[dict[str, Any]]) -> None:
    router = next(model for model in listed if model["id"] == "openrouter/auto")
    assert (router["pricing"]["prompt"], router["pricing"]["completion"]) == ("-1", "-1")


def test_free_models_cost_nothing(listed: list[dict[str, Any]]) -> None:
    free = [model for model in listed if model["id"].endswith(":free")]
    assert free
    assert {model["pricing"]["completion"] for model in free} == {"0"}


def test_output_modalities_filter(client: Client) -> None:
    images = client.get("models", params={"output_modalities": "image"}).json()["data"]
    assert {model["id"] for model in images} == {
        *("openrouter/auto", "google/gemini-2.5-flash-image", "demo/image", "demo/huge-image"),
    }
    everything = client.get("models", params={"output_modalities": "all"}).json()
    assert everything["total_count"] >= 31


def test_an_unknown_modality_is_refused_in_the_shape_of_validation(client: Client) -> None:
    response = client.get("models", params={"output_modalities": "smell"})
    assert response.status_code == 400
    assert response.json()["error"]["name"] == "ZodError"


def test_one_model_is_hostile_already_in_the_list(listed: list[dict[str, Any]]) -> None:
    hostile = next(model for model in listed if model["id"] == "demo/escape")
    assert "\x1b]0;" in hostile["name"]
    assert "[/foo]" in hostile["name"]
