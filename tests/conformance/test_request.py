"""Requests as the official `openrouter` SDK understands them: nothing in them is lost but what it doesn't know.

The SDK ignores fields that it doesn't know and drops nested values that don't fit, both silently: so a request goes
through it and what comes out is compared.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from types import UnionType
from typing import Any, Literal, Union, cast, get_args, get_origin, get_type_hints, is_typeddict

import pytest
from openrouter import components

from chat_tui.demo.server import DEMO_KEY, DemoServer
from chat_tui.openrouter.client import Client
from chat_tui.openrouter.forms import Form, sent_form
from chat_tui.openrouter.request import ChatRequest, TextRequest
from tests.conformance.requests import EVERYTHING, OTHER_FORMS, RAW

# The SDK itself reads the fields that it has deprecated.
pytestmark = [
    pytest.mark.xdist_group("official SDK"),
    pytest.mark.filterwarnings(r"ignore:.*\*\* DEPRECATED \*\*:DeprecationWarning"),
]

UNKNOWN_TO_THE_SDK = {
    "audio",
    "include_reasoning",
    "max_tool_calls",
    "messages[].annotations",
    "preset",
    "reasoning.context",
    "reasoning.enabled",
    "reasoning.exclude",
    "reasoning.max_tokens",
    "reasoning.mode",
    "structured_outputs",
    "verbosity",
    "web_search_options",
    "x_search_filter",
}
"""Fields that the service takes and its schema lacks."""


def through_the_sdk(body: Mapping[str, Any]) -> set[str]:
    """Return the paths, items of lists as `[]`, of what the SDK's own request loses or changes of `body`."""
    sent = json.loads(json.dumps(body))
    request = components.ChatRequest.model_validate(sent)
    return set(lost(sent, request.model_dump(mode="json", by_alias=True)))


def lost(before: object, after: object, path: str = "") -> Iterator[str]:
    if isinstance(before, dict) and isinstance(after, dict):
        for key, value in before.items():
            where = f"{path}.{key}" if path else key
            if key in after:
                yield from lost(value, after[key], where)
            else:
                yield where
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for old, new in zip(before, after, strict=True):
            yield from lost(old, new, f"{path}[]")
    elif before != after:
        yield path


def sent(request: ChatRequest | TextRequest) -> dict[str, Any]:
    return sent_form(request, "openrouter", streaming=True, at_openrouter=True).body


def test_requests_with_everything_lose_only_what_the_sdk_does_not_know() -> None:
    assert set().union(*(through_the_sdk(sent(sample)) for sample in (EVERYTHING, *OTHER_FORMS))) == UNKNOWN_TO_THE_SDK


def test_a_raw_text_has_no_place_in_the_sdk() -> None:
    """It has no such endpoint: beside messages, only the prompt itself is lost."""
    assert through_the_sdk({**sent(RAW), "messages": []}) == {"prompt"}


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("provider", "sort"), {"by": 5}),
        (("provider", "max_price", "prompt"), 1),
        (("provider", "preferred_max_latency"), "soon"),
    ],
)
def test_a_value_that_the_sdk_drops_is_noticed(path: tuple[str, ...], value: object) -> None:
    body = copy.deepcopy(sent(EVERYTHING))
    inner = body
    for name in path[:-1]:
        inner = inner[name]
    inner[path[-1]] = value
    assert through_the_sdk(body) > through_the_sdk(sent(EVERYTHING))


@pytest.mark.parametrize("form", get_args(Form))
@pytest.mark.parametrize("sample", [EVERYTHING, *OTHER_FORMS], ids=["everything", "texts", "choices", "nulls"])
async def test_the_emulator_takes_every_form(server: DemoServer, sample: ChatRequest, form: Form) -> None:
    """Without what routes to models that it hasn't: its answers to those are errors, as they should be."""
    routed = {"modalities", "models", "preset", "provider"}
    here = {name: value for name, value in sample.items() if name not in routed} | {"model": "demo/echo"}
    body = sent_form(cast(ChatRequest, here), form, streaming=True, at_openrouter=False).body
    async with Client(DEMO_KEY, server.base_url) as client, client.stream(body) as stream:
        chunks = [chunk async for chunk in stream]
    assert any(chunk.usage for chunk in chunks)


# The samples have everything that the types have


def fields_of(hint: Any, found: dict[type, set[str]]) -> None:
    """Add to `found` the fields of every typed dictionary that `hint` leads to."""
    if is_typeddict(hint) and hint not in found:
        hints = get_type_hints(hint)
        found[hint] = set(hints)
        for inner in hints.values():
            fields_of(inner, found)
    for inner in get_args(hint):
        if not isinstance(inner, str):
            fields_of(inner, found)


def fits(value: Any, hint: Any) -> bool:
    """Tell whether `value` is what `hint` says."""
    origin, inner = get_origin(hint), get_args(hint)
    if hint is Any:
        return True
    if is_typeddict(hint):
        return isinstance(value, dict) and hint.__required_keys__ <= value.keys() and not misfits(value, hint)
    if origin in (Union, UnionType):
        return any(fits(value, one) for one in inner)
    if origin is Literal:
        return value in inner
    if origin in (list, Sequence):
        return isinstance(value, list) and all(fits(item, inner[0]) for item in value)
    if origin is Mapping:
        return isinstance(value, dict) and all(fits(item, inner[1]) for item in value.values())
    kinds = (int, float) if hint is float else hint
    return isinstance(value, kinds) and (hint is bool or not isinstance(value, bool))


def misfits(value: Mapping[str, Any], hint: Any) -> list[str]:
    hints = get_type_hints(hint)
    return [key for key, item in value.items() if key not in hints or not fits(item, hints[key])]


def seen(value: Any, hint: Any, found: dict[type, set[str]]) -> None:
    """Add to `found` the fields that `value` has of every typed dictionary in it; of a union the first that fits."""
    origin, inner = get_origin(hint), get_args(hint)
    if is_typeddict(hint):
        hints = get_type_hints(hint)
        found.setdefault(hint, set()).update(value)
        for key, item in value.items():
            seen(item, hints[key], found)
    elif origin in (Union, UnionType):
        seen(value, next(one for one in inner if fits(value, one)), found)
    elif origin in (list, Sequence):
        for item in value:
            seen(item, inner[0], found)


SAMPLES = [(EVERYTHING, ChatRequest), *((form, ChatRequest) for form in OTHER_FORMS), (RAW, TextRequest)]


@pytest.mark.parametrize(("sample", "hint"), SAMPLES)
def test_the_samples_are_what_the_types_say(sample: Mapping[str, Any], hint: Any) -> None:
    assert misfits(sample, hint) == []


def test_the_samples_have_every_field_of_every_type() -> None:
    possible: dict[type, set[str]] = {}
    fields_of(ChatRequest, possible)
    fields_of(TextRequest, possible)
    found: dict[type, set[str]] = {}
    for sample, hint in SAMPLES:
        seen(sample, hint, found)
    found[TextRequest] |= found[ChatRequest] - {"messages"}  # they have the rest in common
    missing = {kind.__name__: fields - found.get(kind, set()) for kind, fields in possible.items()}
    assert {name: fields for name, fields in missing.items() if fields} == {}


def test_prices_keep_every_digit() -> None:
    prices = cast(Mapping[str, Any], (EVERYTHING["provider"] or {}).get("max_price"))
    texts = sent(EVERYTHING)["provider"]["max_price"]
    assert {name: Decimal(text) for name, text in texts.items()} == {
        name: Decimal(str(price)) for name, price in prices.items()
    }
