"""Whether a reply was served as it was asked for: real models, rules about providers, and what stays open."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from chat_tui.conversation.values import Receipt
from chat_tui.reply.proof import Facts, Verdict, judged, wants_account
from tests.models.real import real_index

SLUGS = {"Groq": "groq", "Novita": "novita", "Google": "google-vertex", "Google AI Studio": "google-ai-studio"}
FACTS = Facts.of(real_index().entries, SLUGS)
GPT, CLAUDE, OSS = "openai/gpt-5.5", "anthropic/claude-sonnet-4.6", "openai/gpt-oss-120b"


def verdict(asked: str | dict[str, Any], served: str | None = None, **receipt: Any) -> Verdict:
    body = {"model": asked} if isinstance(asked, str) else asked
    return judged(body, Receipt(model=served, **receipt), FACTS)


def test_every_real_model_may_be_served_under_each_of_its_names() -> None:
    for entry in real_index().entries:
        slug = entry.canonical_slug or entry.id
        for served in (entry.id, slug, f"{slug}:free", f"{slug}-20260419", None):
            assert verdict(entry.id, served) == Verdict(), (entry.id, served)


def test_every_real_model_in_the_place_of_another_is_seen() -> None:
    entries = [entry for entry in real_index().entries if not entry.id.startswith(("~", "openrouter/"))]
    for entry, other in zip(entries, [*entries[7:], *entries[:7]], strict=True):
        asked, served = entry.canonical_slug or "", other.canonical_slug or ""
        if asked.partition(":")[0] != served.partition(":")[0]:
            assert "was asked for" in verdict(entry.id, served).violation, (entry.id, served)


def test_an_alias_is_served_by_what_it_stands_for() -> None:
    entries = [replace(entry, alias_of=CLAUDE) if entry.id.startswith("~") else entry for entry in real_index().entries]
    facts = Facts.of(entries, SLUGS)
    alias = {"model": "~anthropic/claude-sonnet-latest"}
    dated = FACTS.canonical[CLAUDE]
    assert judged(alias, Receipt(model=dated), facts) == Verdict()
    assert judged(alias, Receipt(model=FACTS.canonical[GPT]), facts).violation
    assert judged(alias, Receipt(model=FACTS.canonical[GPT]), FACTS) == Verdict()  # nobody says what it stands for


@pytest.mark.parametrize(
    ("asked", "served"),
    [
        ("openrouter/auto", GPT),
        ("openrouter/free:online", OSS),
        ("@preset/mine", GPT),
        (f"{CLAUDE}@preset/mine", GPT),
        ("a/not-listed", GPT),
        (f"{GPT}:nitro:online", "openai/gpt-5.5-20260423"),
        (f"{GPT}", "openai/gpt-5.5-pro-9-20270101"),  # of the same maker, and newer than the list
        ({"model": CLAUDE, "preset": "mine"}, GPT),
        ({"model": CLAUDE, "plugins": [{"id": "pareto-router"}]}, GPT),
        ({"model": "openrouter/auto", "models": [GPT]}, GPT),  # the router may have chosen it
        ({"models": ["openrouter/auto", GPT]}, CLAUDE),
        ({}, GPT),  # the account's own model
        (GPT, GPT.upper()),
        (GPT, "gpt-5.5-turbo"),  # as a provider may call it
        (GPT, "/"),
        ({"model": GPT, "models": [None, 3, GPT]}, GPT),
    ],
)
def test_what_may_be_any_model_is_never_a_violation(asked: str | dict[str, Any], served: str) -> None:
    assert verdict(asked, served) == Verdict()


ATTEMPTS = {"attempts": [{"model": GPT, "provider": "Azure", "status": 429}, {"model": CLAUDE, "status": 200}]}


@pytest.mark.parametrize(
    ("body", "served", "metadata", "fallback"),
    [
        ({"model": GPT, "models": [CLAUDE]}, "openai/gpt-5.5-20260423", {}, ""),
        ({"model": GPT, "models": [CLAUDE]}, CLAUDE, {}, f"in place of {GPT}"),
        ({"model": GPT, "models": [GPT, CLAUDE]}, CLAUDE, ATTEMPTS, f"in place of {GPT} (429 from Azure)"),
        ({"model": "a/gone", "models": [GPT, CLAUDE]}, CLAUDE, ATTEMPTS, f"in place of a/gone, {GPT} (429 from Azure)"),
        ({"model": GPT, "models": [CLAUDE]}, CLAUDE, {"attempts": "none"}, f"in place of {GPT}"),
        ({"model": "openai/gpt-4", "models": ["openai/gpt-4.1"]}, "openai/gpt-4.1", {}, "in place of openai/gpt-4"),
    ],
)
def test_a_fallback_says_for_whom_and_why(
    body: dict[str, Any], served: str, metadata: dict[str, Any], fallback: str
) -> None:
    assert verdict(body, served, metadata=metadata) == Verdict("", fallback)


def test_none_of_several_models_is_a_violation() -> None:
    told = verdict({"model": GPT, "models": [CLAUDE]}, OSS).violation
    assert told == f"Not what was asked for: {GPT} or {CLAUDE} was asked for, {OSS} answered."


@pytest.mark.parametrize(
    ("rules", "provider", "violation", "fallback"),
    [
        ({"only": ["groq"]}, "Groq", "", ""),
        ({"only": ["Groq"]}, "Groq", "", ""),
        ({"only": ["google-vertex/us-east5"]}, "Google", "", ""),
        ({"only": ["google-vertex", "groq"]}, "Novita", "only google-vertex or groq may serve, Novita did", ""),
        ({"only": ["google-ai-studio"]}, "Google", "only google-ai-studio may serve, Google did", ""),
        ({"only": ["vertex"]}, "Google", "", ""),  # perhaps another name of the same
        ({"only": ["groq"]}, "Unheard of", "", ""),
        ({"only": ["groq"]}, None, "", ""),
        ({"ignore": ["groq", "novita"]}, "Novita", "Novita may not serve, but it did", ""),
        ({"ignore": ["google-vertex/us-east5"]}, "Google", "", ""),  # another region may have served
        ({"order": ["groq", "novita"]}, "Groq", "", ""),
        ({"order": ["groq", "novita"]}, "Novita", "", "in place of groq (503)"),
        ({"order": ["groq"]}, "Google", "", "in place of groq (503)"),
        ({"order": ["novita"]}, "Google", "", "in place of novita"),
        ({"order": ["groq"], "allow_fallbacks": False}, "Google", "only groq may serve, Google did", ""),
        ({"order": ["unheard-of"], "allow_fallbacks": False}, "Google", "", ""),
        ({"only": "groq", "order": None, "ignore": [7]}, "Google", "", ""),
    ],
)
def test_the_rules_about_providers(rules: dict[str, Any], provider: str | None, violation: str, fallback: str) -> None:
    metadata = {"attempts": [{"model": GPT, "provider": "Groq", "status": 503}]}
    told = verdict({"model": GPT, "provider": rules}, GPT, provider=provider, metadata=metadata)
    assert told == Verdict(f"Not what was asked for: {violation}." if violation else "", fallback)


def test_tiers_are_no_part_of_what_a_slug_excludes() -> None:
    body = {"model": GPT, "provider": {"ignore": ["groq"]}}
    assert verdict(body, GPT, provider="Groq").violation
    assert verdict(body, GPT, provider="Groq", service_tier="flex") == Verdict()
    assert verdict({**body, "model": f"{GPT}:floor"}, GPT, provider="Groq") == Verdict()


@pytest.mark.parametrize(
    ("body", "cost", "is_wrong"),
    [
        ({"model": f"{OSS}:free"}, "0.002", True),
        ({"model": f"{OSS}:free"}, "0", False),
        ({"model": OSS}, "0.002", False),
        ({"model": f"{OSS}:free:online"}, "0.002", False),
        ({"model": f"{OSS}:free", "plugins": [{"id": "web"}]}, "0.002", False),
        ({"model": f"{OSS}:free", "models": [OSS]}, "0.002", False),
    ],
)
def test_what_is_free_costs_nothing(body: dict[str, Any], cost: str, is_wrong: bool) -> None:
    told = verdict(body, OSS, cost=Decimal(cost)).violation
    assert ("but this cost $0.002" in told) == is_wrong == bool(told)


def test_without_facts_nothing_is_claimed() -> None:
    body = {"model": GPT, "provider": {"only": ["groq"]}}
    assert judged(body, Receipt(model=CLAUDE, provider="Novita"), Facts()) == Verdict()


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        ({"model": GPT}, False),
        ({"model": GPT, "provider": {"sort": "price"}}, False),
        ({"model": GPT, "provider": {"only": ["groq"]}}, True),
        ({"model": GPT, "provider": {"order": ["groq"]}}, True),
        ({"model": GPT, "models": [CLAUDE]}, True),
        ({"model": GPT, "plugins": [{"id": "context-compression"}]}, True),
        ({"model": GPT, "plugins": [{"id": "context-compression", "enabled": False}]}, False),
        ({"model": GPT, "transforms": ["middle-out"]}, True),
        ({"model": GPT, "plugins": [{"id": "web"}], "transforms": []}, False),
    ],
)
def test_the_server_is_asked_for_its_account_only_where_more_than_one_thing_may_happen(
    body: dict[str, Any], wanted: bool
) -> None:
    assert wants_account(body) == wanted
