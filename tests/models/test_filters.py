"""Filters and orders over the real models: each gives what one line over the server's JSON gives."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from chat_tui.models.entry import ModelEntry, Scores
from chat_tui.models.known import PROVIDERS, ZDR, Answer, Known
from chat_tui.models.order import ORDERS
from chat_tui.models.query import parse
from chat_tui.models.search import Index
from tests.models.real import COUNT, real_models

Model = dict[str, Any]

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
FAVOURITES = ("openai/gpt-5.5", "gone/away", "anthropic/claude-opus-4.7")
ZERO_RETENTION = frozenset({"openai/gpt-5.5", "qwen/qwen3-32b"})
GROQ, CEREBRAS = frozenset({"qwen/qwen3-32b"}), frozenset({"openai/gpt-oss-120b"})
KNOWN = Known(
    NOW,
    favourites=FAVOURITES,
    recents=("x-ai/grok-4.3",),
    answers={
        PROVIDERS: Answer("told", frozenset({"groq", "cerebras"}), NOW),
        ZDR: Answer("told", ZERO_RETENTION, NOW),
        "provider:groq": Answer("told", GROQ, NOW),
        "provider:cerebras": Answer("told", CEREBRAS, NOW),
        "provider:slow": Answer(),
        "provider:mute": Answer("untold"),
    },
)


def usd(model: Model, name: str) -> Decimal | None:
    """USD per million tokens, None where there is no such price or it varies."""
    told = Decimal(model["pricing"].get(name, "-1"))
    return told * 1_000_000 if told >= 0 else None


def under(model: Model, name: str, limit: str) -> bool:
    return (told := usd(model, name)) is not None and told < Decimal(limit)


def seconds(**ago: int) -> float:
    return (NOW - timedelta(**ago)).timestamp()


FREE = {model["id"] for model in real_models() if model["id"].endswith(":free")} | {
    "openrouter/free",  # a router that only chooses free models
    "openrouter/owl-alpha",  # no price at all for text; the two models that make music have one for each song
}

FILTERS: dict[str, Callable[[Model], object]] = {
    "": lambda m: True,
    "free": lambda m: m["id"] in FREE,
    "-free": lambda m: m["id"] not in FREE,
    "not:FREE": lambda m: m["id"] not in FREE,
    "tools": lambda m: "tools" in m["supported_parameters"],
    "reasoning": lambda m: "reasoning" in m["supported_parameters"],
    "json": lambda m: {"response_format", "structured_outputs"} & set(m["supported_parameters"]),
    "zdr": lambda m: m["id"] in ZERO_RETENTION,
    "-zdr": lambda m: m["id"] not in ZERO_RETENTION,
    "fav": lambda m: m["id"] in FAVOURITES,
    "recent": lambda m: m["id"] == "x-ai/grok-4.3",
    "expiring": lambda m: m["expiration_date"] and m["expiration_date"] <= "2026-06-30",
    "open": lambda m: m["hugging_face_id"],
    "router": lambda m: m["id"] in {f"openrouter/{name}" for name in ("auto", "bodybuilder", "free", "pareto-code")},
    "ctx>200k": lambda m: m["context_length"] > 200_000,
    "ctx>=200k": lambda m: m["context_length"] >= 200_000,
    "ctx>200,000": lambda m: m["context_length"] > 200_000,
    "ctx>=1,000,000": lambda m: m["context_length"] >= 1_000_000,
    "ctx<=32768": lambda m: m["context_length"] <= 32_768,
    "CTX=1.05M": lambda m: m["context_length"] == 1_050_000,
    "max>32k": lambda m: (m["top_provider"]["max_completion_tokens"] or 0) > 32_000,
    "-max>32k": lambda m: (m["top_provider"]["max_completion_tokens"] or 0) <= 32_000,
    "max<=4096": lambda m: 0 < (m["top_provider"]["max_completion_tokens"] or 0) <= 4096,
    "in<1": lambda m: under(m, "prompt", "1"),
    "in<$0.15": lambda m: under(m, "prompt", "0.15"),
    "in<0,15": lambda m: under(m, "prompt", "0.15"),
    "in<$0,125": lambda m: under(m, "prompt", "0.125"),
    "in=0": lambda m: usd(m, "prompt") == 0,
    "out<5": lambda m: under(m, "completion", "5"),
    "out>=15": lambda m: (usd(m, "completion") or 0) >= 15,
    "cache<0.1": lambda m: under(m, "input_cache_read", "0.1"),
    "-cache<0.1": lambda m: not under(m, "input_cache_read", "0.1"),
    "new<30d": lambda m: m["created"] > seconds(days=30),
    "new<=4w": lambda m: m["created"] >= seconds(weeks=4),
    "new>1y": lambda m: m["created"] < seconds(days=365),
    "in:image": lambda m: "image" in m["architecture"]["input_modalities"],
    "-in:image": lambda m: "image" not in m["architecture"]["input_modalities"],
    "in:image in:file": lambda m: {"image", "file"} <= set(m["architecture"]["input_modalities"]),
    "in:video,audio": lambda m: {"video", "audio"} & set(m["architecture"]["input_modalities"]),
    "out:image": lambda m: "image" in m["architecture"]["output_modalities"],
    "author:google": lambda m: m["id"].startswith(("google/", "~google/")),
    "author:openai,anthropic": lambda m: m["id"].lstrip("~").startswith(("openai/", "anthropic/")),
    "author:meta": lambda m: m["id"].startswith("meta-llama/"),
    "variant:thinking": lambda m: m["id"].endswith(":thinking"),
    "param:seed -param:stop": lambda m: "seed" in m["supported_parameters"] and "stop" not in m["supported_parameters"],
    "provider:groq": lambda m: m["id"] in GROQ,
    "-provider:groq": lambda m: m["id"] not in GROQ,
    "provider:groq,cerebras": lambda m: m["id"] in GROQ | CEREBRAS,
    "provider:slow": lambda m: False,  # nobody knows yet, so neither the filter nor its contrary shows one
    "-provider:slow": lambda m: False,
    "provider:groq,mute": lambda m: m["id"] in GROQ,
    "-provider:mute": lambda m: False,
    "-preview": lambda m: "preview" not in f"{m['id']} {m['name']}".lower(),
    '"Claude Opus"': lambda m: "claude opus" in m["name"].lower(),
    '-"claude opus"': lambda m: "claude opus" not in m["name"].lower(),
    '"free"': lambda m: "free" in f"{m['id']} {m['name']}".lower(),
    "free ctx>200k out<5 in:image": lambda m: (
        m["id"] in FREE and m["context_length"] > 200_000 and "image" in m["architecture"]["input_modalities"]
    ),
    "tools json out<5 author:google new<1y": lambda m: (
        {"tools", "response_format"} <= set(m["supported_parameters"])
        and under(m, "completion", "5")
        and m["id"].lstrip("~").startswith("google/")
        and m["created"] > seconds(days=365)
    ),
}

ORDERED: dict[str, tuple[Callable[[Model], Any], bool]] = {
    "id": (lambda m: m["id"].lower(), False),
    "name": (lambda m: m["name"].lower(), False),
    "author": (lambda m: m["id"].lstrip("~").split("/")[0], False),
    "new": (lambda m: m["created"], True),
    "ctx": (lambda m: m["context_length"], True),
    "max": (lambda m: m["top_provider"]["max_completion_tokens"], True),
    "in": (lambda m: usd(m, "prompt"), False),
    "out": (lambda m: usd(m, "completion"), False),
    "cache": (lambda m: usd(m, "input_cache_read"), False),
    "expires": (lambda m: m["expiration_date"], False),
    "iq": (lambda m: None, True),
    "coding": (lambda m: None, True),
    "agentic": (lambda m: None, True),
}
"""What an order goes by, and whether the greatest comes first."""


def ids(index: Index, text: str) -> list[str]:
    query = parse(text)
    assert not query.problems
    return [entry.id for entry in index.find(query, KNOWN)]


def test_the_real_models_are_all_there(index: Index) -> None:
    assert len(index.entries) == COUNT == len(real_models())


@pytest.mark.parametrize("text", FILTERS)
def test_a_filter_gives_what_the_json_says(index: Index, text: str) -> None:
    expected = [model["id"] for model in real_models() if FILTERS[text](model)]
    found = ids(index, text)
    assert sorted(found) == sorted(expected)
    if '"' not in text:
        assert found == expected, "without words to fit, the server's order stays"
    some_and_not_all = 0 < len(expected) < COUNT
    assert some_and_not_all or text == "" or "slow" in text or "mute" in text, "a filter that shows nothing of itself"


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize("name", ORDERED)
def test_an_order_gives_what_the_json_says_and_what_is_unknown_last(index: Index, name: str, turned: bool) -> None:
    key, down = ORDERED[name]
    told = sorted((m for m in real_models() if key(m) is not None), key=key, reverse=down != turned)
    expected = told + [m for m in real_models() if key(m) is None]
    assert ids(index, f"sort:{'-' * turned}{name}") == [model["id"] for model in expected]


def test_every_order_is_tested_here() -> None:
    assert set(ORDERED) == set(ORDERS) - {"match"}


def test_an_order_counts_before_the_words_and_they_decide_between_equals(index: Index) -> None:
    found = ids(index, "gpt-5 sort:ctx")
    contexts = [index.by_id[model].context or 0 for model in found]
    assert contexts == sorted(contexts, reverse=True)
    same = [model for model in found if index.by_id[model].context == 400_000]
    assert same[0] == "openai/gpt-5"


@pytest.mark.parametrize("name", ["iq", "coding", "agentic"])
def test_what_others_measured_is_compared_and_sorted(name: str) -> None:
    field = {"iq": "intelligence"}.get(name, name)
    scores: dict[str, Any] = {"a/best": 70.5, "a/none": None, "a/worst": 0.0, "a/good": 50}
    index = Index(ModelEntry(model, model, scores=Scores(**{field: score})) for model, score in scores.items())
    assert ids(index, f"sort:{name}") == ["a/best", "a/good", "a/worst", "a/none"]
    assert ids(index, f"sort:-{name}") == ["a/worst", "a/good", "a/best", "a/none"]
    assert ids(index, f"{name}>=50") == ["a/best", "a/good"]
    assert ids(index, f"{name}<50") == ["a/worst"]
