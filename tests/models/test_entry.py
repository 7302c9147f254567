"""What is known of a model, read from the wire: prices to the last digit, what is free, what a chat may ask of it."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from chat_tui.engine.entries import entry_of
from chat_tui.models.entry import ModelEntry
from chat_tui.models.prices import RATES, condition, per_million, price_text
from chat_tui.models.search import Index
from chat_tui.models.suits import Needs, unsuited
from chat_tui.openrouter.catalogue import ModelList
from tests.models.real import real_models


def entry(**fields: Any) -> ModelEntry:
    """Return the model that the JSON `fields` describe."""
    (model,) = ModelList.parse(json.dumps({"data": [{"id": "a/b", **fields}]})).data
    return entry_of(model)


def test_every_real_price_is_told_exactly(index: Index) -> None:
    """Read back, the text times the unit is the server's own string."""
    count = 0
    for model in real_models():
        told = dict(index.by_id[model["id"]].prices.named())
        expected = {name: Decimal(price) for name, price in model["pricing"].items() if Decimal(price) >= 0}
        assert told == expected
        for name, price in told.items():
            assert Decimal(price_text(price, RATES[name].places)).scaleb(-RATES[name].places) == expected[name]
            count += 1
    assert count == 1068


@pytest.mark.parametrize(
    ("price", "places", "text"),
    [
        ("0.000002", 6, "2.00"),
        ("0.0000000375", 6, "0.0375"),
        ("0.00000008333333333333334", 6, "0.08333333333333334"),
        ("0.00015", 6, "150.00"),
        ("0.001", 6, "1000.00"),
        ("1E-7", 6, "0.10"),
        ("0", 6, "0.00"),
        ("0.014", 3, "14.00"),
        ("0.04", 0, "0.04"),
        ("0.1234567890123456789012345678901234567890", 0, "0.123456789012345678901234567890123456789"),
    ],
)
def test_a_price_is_told_with_two_decimals_or_as_many_as_it_has(price: str, places: int, text: str) -> None:
    assert price_text(Decimal(price), places) == text


def test_what_varies_or_is_missing_is_no_price(index: Index) -> None:
    for router in ("openrouter/auto", "openrouter/bodybuilder", "openrouter/pareto-code"):
        auto = index.by_id[router]
        assert (auto.prices.varies, auto.prices.prompt, auto.is_free, auto.is_router) == (True, None, False, True)
    bare = entry(pricing={"prompt": "0.000001"})
    assert (bare.prices.varies, bare.prices.completion, bare.is_free) == (False, None, False)
    assert per_million(None) is None
    assert per_million(bare.prices.prompt) == 1
    assert dict(entry(pricing={"prompt": "NaN", "completion": "1", "image": "-1"}).prices.named()) == {"completion": 1}


@pytest.mark.parametrize(
    ("fields", "free"),
    [
        ({"id": "a/b:free", "pricing": {"prompt": "0", "completion": "0"}}, True),
        ({"id": "a/b:free:online", "pricing": {"prompt": "0", "completion": "0"}}, True),
        ({"pricing": {"prompt": "0", "completion": "0"}}, False),
        ({"pricing": {"prompt": "0", "completion": "0"}, "architecture": {"output_modalities": ["text"]}}, True),
        (
            {
                "pricing": {"prompt": "0", "completion": "0", "request": "0.01"},
                "architecture": {"output_modalities": ["text"]},
            },
            False,
        ),
        (
            {"pricing": {"prompt": "0", "completion": "0"}, "architecture": {"output_modalities": ["text", "audio"]}},
            False,
        ),
        ({"id": "a/b:free", "pricing": {"prompt": "0.1", "completion": "0"}}, False),
        ({"id": "a/b:free"}, False),
    ],
)
def test_free_is_what_costs_nothing_not_what_has_a_zero(fields: dict[str, Any], free: bool) -> None:
    assert entry(**fields).is_free is free


def test_overrides_keep_their_conditions() -> None:
    prices = entry(
        pricing={
            "prompt": "0.00000125",
            "completion": "0.00001",
            "discount": 0.25,
            "overrides": [
                {"min_prompt_tokens": 200_000, "prompt": "0.0000025", "input_cache_read": "0.00000025"},
                {"utc_start": 1630, "utc_end": 30, "utc_days": ["monday", "friday"], "completion": "0.000005"},
                "no override",
            ],
        }
    ).prices
    assert prices.discount == Decimal("0.25")
    assert [condition(override) for override in prices.overrides] == [
        "from 200,000 tokens of prompt",
        "16:30 to 0:30 UTC, on monday, friday",
    ]
    assert [dict(override.named()) for override in prices.overrides] == [
        {"prompt": Decimal("0.0000025"), "input_cache_read": Decimal("0.00000025")},
        {"completion": Decimal("0.000005")},
    ]


def test_all_that_the_wire_tells_is_there() -> None:
    whole = entry(
        id="~maker/family-latest",
        canonical_slug="~maker/family-latest",
        name="Maker: Family",
        description="Long words.",
        alias_target={"name": "Family 2", "slug": "maker/family-2-20260101"},
        created=1_777_051_893,
        expiration_date="2026-12-31",
        knowledge_cutoff="2025-08-31",
        context_length=1_050_000,
        top_provider={"max_completion_tokens": 128_000, "is_moderated": True, "context_length": 400_000},
        architecture={"input_modalities": ["text", "image"], "output_modalities": ["text"], "tokenizer": "Router"},
        supported_parameters=["tools", "reasoning", "structured_outputs"],
        default_parameters={"temperature": 0.7, "top_p": None},
        supported_voices=["alloy"],
        reasoning={"mandatory": True, "default_effort": "high", "supported_efforts": ["low", "high"]},
        benchmarks={
            "artificial_analysis": {"intelligence_index": 61.5, "coding_index": 50},
            "design_arena": [{"arena": "models", "category": "website", "elo": 1250, "rank": 3, "win_rate": 55.5}],
        },
        hugging_face_id="",
    )
    assert (whole.author, whole.alias_of, whole.alias_name) == ("maker", "maker/family-2-20260101", "Family 2")
    assert (whole.created, whole.expires) == (datetime(2026, 4, 24, 17, 31, 33, tzinfo=UTC), date(2026, 12, 31))
    assert (whole.context, whole.max_output, whole.moderated) == (1_050_000, 128_000, True)
    assert (whole.has_tools, whole.has_reasoning, whole.has_json, whole.is_router) == (True, True, True, False)
    assert whole.default_parameters == (("temperature", 0.7),)
    assert whole.voices == ("alloy",)
    assert whole.reasoning is not None
    assert (whole.reasoning.mandatory, whole.reasoning.efforts) == (True, ("low", "high"))
    assert (whole.scores.intelligence, whole.scores.coding, whole.scores.agentic) == (61.5, 50, None)
    assert [(arena.name, arena.elo, arena.rank) for arena in whole.scores.arenas] == [("models website", 1250, 3)]
    assert whole.hugging_face_id is None


@pytest.mark.parametrize(
    "fields",
    [
        {"created": 0, "expiration_date": "never"},
        {"created": 10**30, "expiration_date": "2026-13-45"},
        {"created": -(10**18), "expiration_date": None},
        {"created": "soon", "expiration_date": 5},
        dict.fromkeys(
            ("created", "expiration_date", "name", "pricing", "architecture", "top_provider", "supported_parameters")
        ),
    ],
)
def test_what_makes_no_sense_is_not_told(fields: dict[str, Any]) -> None:
    odd = entry(**fields)
    assert (odd.created, odd.expires, odd.name) == (None, None, "a/b")


PICTURE, SOUND, FILM, PAPER = (Needs(frozenset({kind})) for kind in ("image", "audio", "video", "file"))


@pytest.mark.parametrize(
    ("model", "needs", "reason"),
    [
        ("anthropic/claude-opus-4.7", PICTURE, None),
        ("anthropic/claude-opus-4.7", SOUND, "takes no audio"),
        ("deepseek/deepseek-v3.2", PICTURE, "takes no images"),
        ("deepseek/deepseek-v3.2", Needs(frozenset({"video", "image"})), "takes no images and no video"),
        ("deepseek/deepseek-v3.2", PAPER, None),  # files are read for it
        ("meta-llama/llama-3-8b-instruct", Needs(tokens=8_192), None),
        ("meta-llama/llama-3-8b-instruct", Needs(tokens=9_000), "holds 8,192 tokens; this chat has ≈ 9,000"),
        ("google/gemini-2.5-pro", FILM, None),
    ],
)
def test_what_a_chat_holds_shuts_models_out_with_the_reason(
    index: Index, model: str, needs: Needs, reason: str | None
) -> None:
    assert unsuited(index.by_id[model], needs) == reason


def test_a_model_of_which_nothing_is_told_is_not_shut_out() -> None:
    assert unsuited(entry(), Needs(frozenset({"image", "audio"}), 10**6)) is None
    painter = entry(architecture={"output_modalities": ["image"]})
    assert unsuited(painter, Needs()) == "gives no text, only images"
