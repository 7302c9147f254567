"""Values from JSON: exact money, and no field takes its neighbours with it."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

from chat_tui.openrouter.account import KeyInfo
from chat_tui.openrouter.catalogue import Model, ModelList
from chat_tui.openrouter.exact_json import decode_json
from chat_tui.openrouter.stream import parse_chunk
from chat_tui.openrouter.types import Chunk, Completion, Usage, chunk_of_completion


@pytest.mark.parametrize("digits", ["7.35e-06", "0.1", "0.30000000000000000001", "12.50", "1E-30"])
def test_money_keeps_its_digits(digits: str) -> None:
    chunk = parse_chunk(f'{{"choices":[],"usage":{{"cost":{digits}}}}}')
    assert chunk is not None
    assert chunk.usage is not None
    assert chunk.usage.cost == Decimal(digits)
    assert str(chunk.usage.cost) == str(Decimal(digits))
    assert Usage.read({"cost": digits}).cost == Decimal(digits)


@pytest.mark.parametrize("digits", ["1e999999999", "1e-999999999", "1e9999999999999999999999", "NaN", "-Infinity"])
def test_numbers_beyond_reason_are_none(digits: str) -> None:
    assert decode_json(f"[{digits}]") == [None]
    assert Usage.read({"cost": digits}).cost is None


def test_a_wrong_type_loses_only_itself() -> None:
    text = """{"id":7,"model":"a/b","created":"soon","usage":{"cost":{},"total_tokens":3},"choices":[5,
        {"index":"x","delta":{"content":["no",{"type":"text","text":"hi"}],"reasoning":3,"role":null,
        "images":["bad",{"image_url":"bad","index":1},{"image_url":{"url":"data:"}}],"tool_calls":{}}},
        {"delta":"bad","finish_reason":"stop"},{"delta":null}]}"""
    chunk = parse_chunk(text)
    assert chunk is not None
    assert (chunk.id, chunk.model, chunk.created) == (None, "a/b", None)
    assert chunk.usage is not None
    assert (chunk.usage.cost, chunk.usage.total_tokens) == (None, 3)
    first, second, _ = chunk.choices
    assert (first.index, first.delta.content, first.delta.reasoning) == (None, "hi", None)
    assert [image.image_url.url if image.image_url else image.index for image in first.delta.images] == [1, "data:"]
    assert first.delta.tool_calls == ()
    assert second.finish_reason == "stop"
    assert chunk.raw["created"] == "soon"
    assert chunk.raw["choices"][0] == 5


def test_nulls_are_fine_everywhere() -> None:
    fields = Chunk.model_fields.keys() | Model.model_fields.keys() | KeyInfo.model_fields.keys()
    nulls = dict.fromkeys(fields)
    assert Chunk.read(nulls).choices == ()
    assert Model.read(nulls).pricing.prompt is None
    assert KeyInfo.read(nulls).budgets == ()


def test_a_list_of_many_wrong_items_is_read_once() -> None:
    chunk = Chunk.read({"choices": [0] * 20_000 + [{"finish_reason": "stop"}]})
    assert [choice.finish_reason for choice in chunk.choices] == ["stop"]


MODEL = {
    "id": "a/b:free",
    "name": "B",
    "created": 1754669020,
    "context_length": 256000,
    "architecture": {"input_modalities": ["text", "image"], "output_modalities": ["text"], "instruct_type": None},
    "pricing": {"prompt": "0.00000735", "completion": "-1", "discount": 0.1, "overrides": [{"utc_days": None}]},
    "top_provider": {"max_completion_tokens": None, "is_moderated": False},
    "per_request_limits": None,
    "supported_parameters": ["tools"],
    "default_parameters": {"temperature": 0.7, "top_k": None},
    "reasoning": {"mandatory": True, "supported_efforts": None},
}


def test_a_catalogue_survives_its_cache() -> None:
    catalogue = ModelList.parse(json.dumps({"data": [MODEL, {"name": "no id"}, 3], "total_count": 3}))
    assert len(catalogue) == 1
    (model,) = catalogue.models()
    assert model.pricing.prompt == Decimal("0.00000735")
    assert model.pricing.varies
    assert model.pricing.request is None
    assert model.default_parameters is not None
    assert model.default_parameters.temperature == 0.7
    assert ModelList.parse(catalogue.text) == catalogue


@pytest.mark.parametrize("text", ["", "[1]", "{}", '{"data":{}}', "<html>"])
def test_what_is_no_catalogue_is_an_error(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        ModelList.parse(text)


def test_a_whole_completion_says_the_same_as_one_chunk() -> None:
    value = {
        "id": "gen-1",
        "model": "a/b",
        "choices": [{"index": 0, "message": {"role": "assistant", "content": "hi"}, "finish_reason": "stop"}],
        "usage": {"cost": Decimal("0.5")},
    }
    completion, chunk = Completion.read(value), chunk_of_completion(value)
    assert completion.text == chunk.choices[0].delta.content == "hi"
    assert (chunk.id, chunk.finish_reason, chunk.usage) == ("gen-1", "stop", completion.usage)


def test_a_completion_without_choices_has_no_text() -> None:
    assert Completion.read({"choices": None}).text == ""
