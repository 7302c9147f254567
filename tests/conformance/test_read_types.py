"""What we read from the endpoints beside completions, against the official SDK's types of it."""

import dataclasses
from decimal import Decimal
from typing import Any, get_args

import pytest
from openrouter import components, operations
from pydantic import BaseModel

from chat_tui.openrouter import account, catalogue, model_query, presets, providers
from chat_tui.openrouter.lenient import Wire

pytestmark = pytest.mark.xdist_group("official SDK")

SAME: list[tuple[type[BaseModel], type[Wire]]] = [
    (components.AABenchmarkEntry, catalogue.Indices),
    (components.DABenchmarkEntry, catalogue.ArenaScore),
    (components.DefaultParameters, catalogue.DefaultParameters),
    (components.FreeModelDailyRequests, account.FreeRequests),
    (components.GenerationResponseData, account.Generation),
    (components.KeyBudget, account.KeyBudget),
    (components.ListEndpointsResponse, providers.ModelEndpoints),
    (components.Model, catalogue.Model),
    (components.ModelArchitecture, catalogue.Architecture),
    (components.ModelBenchmarks, catalogue.Benchmarks),
    (components.ModelReasoning, catalogue.ModelReasoning),
    (components.PercentileStats, providers.Percentiles),
    (components.PresetDesignatedVersion, presets.PresetVersion),
    (components.PresetWithDesignatedVersion, presets.Preset),
    (components.ProviderResponse, account.ProviderResponse),
    (components.PublicEndpoint, providers.Endpoint),
    (components.PublicPricing, catalogue.Pricing),
    (components.PricingOverride, catalogue.PriceOverride),
    (components.ToolChoiceSupport, providers.ToolChoices),
    (components.TopProviderInfo, catalogue.TopProvider),
    (operations.GetCreditsData, account.Credits),
    (operations.GetCurrentKeyData, account.KeyInfo),
    (operations.ListProvidersData, providers.Provider),
]
same = pytest.mark.parametrize(("theirs", "ours"), SAME, ids=[ours.__name__ for _, ours in SAME])

# Users' ids are read by nobody; the others are always null, deprecated, or an address that we make ourselves.
LEFT_OUT = {
    *("creator_user_id", "creator_id"),
    *("per_request_limits", "links", "rate_limit", "is_provisioning_key"),
}
SAMPLES: dict[Any, Any] = {str: "0.5", bool: True, int: 7, float: Decimal("1.5")}
WHOLE = {"min_prompt_tokens", "utc_start", "utc_end"}  # numbers that have no fraction, whatever their type


def scalar(annotation: Any) -> Any:
    """Return the plain type in an annotation like `OptionalNullable[float]`, or None."""
    if annotation in SAMPLES:
        return annotation
    found = [scalar(part) for part in get_args(annotation)]
    return next((kind for kind in found if kind is not None), None)


@same
def test_each_field_is_known(theirs: type[BaseModel], ours: type[Wire]) -> None:
    assert theirs.model_fields.keys() - LEFT_OUT <= ours.model_fields.keys()


@same
def test_each_plain_value_is_kept(theirs: type[BaseModel], ours: type[Wire]) -> None:
    kinds = {name: scalar(field.annotation) for name, field in theirs.model_fields.items() if name not in LEFT_OUT}
    for name, kind in kinds.items():
        if kind is not None and get_args(ours.model_fields[name].annotation)[-1:] == (type(None),):
            read = getattr(ours.read({name: 7 if name in WHOLE else SAMPLES[kind]}), name)
            assert read is not None, name


def test_a_query_has_each_parameter() -> None:
    headers = {"http_referer", "x_open_router_title", "x_open_router_categories"}
    ours = {field.name for field in dataclasses.fields(model_query.ModelQuery)}
    assert ours == operations.GetModelsRequest.model_fields.keys() - headers


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [(operations.GetModelsSort, model_query.Order), (operations.GetModelsCategory, model_query.Category)],
)
def test_a_query_knows_each_word(theirs: Any, ours: Any) -> None:
    assert set(get_args(get_args(theirs)[0])) == set(get_args(ours))
