"""Ids in their parts, variants switched on and off, and what typed ids are said to mean."""

from __future__ import annotations

import pytest

from chat_tui.models.variants import VARIANTS, ModelId, available, explained, split_id, with_variant

LISTED = {"a/b", "a/b:free", "a/c", "openrouter/auto"}


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("a/b", ModelId("a/b")),
        ("a/b:free", ModelId("a/b", ("free",))),
        ("a/b:free:online", ModelId("a/b", ("free", "online"))),
        ("~a/b-latest:nitro", ModelId("~a/b-latest", ("nitro",))),
        ("@preset/mine", ModelId("", (), "mine")),
        ("a/b:floor@preset/mine", ModelId("a/b", ("floor",), "mine")),
        ("llama3:8b", ModelId("llama3:8b")),  # Ollama's colon
        ("a/b:batch", ModelId("a/b:batch")),
        ("", ModelId("")),
    ],
)
def test_an_id_and_its_parts(name: str, parts: ModelId) -> None:
    assert split_id(name) == parts
    assert str(parts) == name


@pytest.mark.parametrize(
    ("name", "variant", "on", "then"),
    [
        ("a/b", "nitro", True, "a/b:nitro"),
        ("a/b:nitro", "nitro", True, "a/b:nitro"),
        ("a/b:nitro", "nitro", False, "a/b"),
        ("a/b", "nitro", False, "a/b"),
        ("a/b:nitro", "floor", True, "a/b:floor"),
        ("a/b:nitro:online", "exacto", True, "a/b:online:exacto"),
        ("a/b:online", "free", True, "a/b:free:online"),
        ("a/b:free", "thinking", True, "a/b:thinking"),
        ("a/b:online@preset/mine", "nitro", True, "a/b:online:nitro@preset/mine"),
    ],
)
def test_a_variant_is_switched(name: str, variant: str, on: bool, then: str) -> None:
    assert with_variant(name, variant, on=on) == then


@pytest.mark.parametrize(
    ("name", "offered"),
    [
        ("a/b", {"free", "online", "exacto", "nitro", "floor"}),
        ("a/b:free:online", {"free", "online", "exacto", "nitro", "floor"}),
        ("a/c", {"online", "exacto", "nitro", "floor"}),
        ("~a/c-latest", {"online", "exacto", "nitro", "floor"}),
        ("openrouter/auto", {"online"}),
        ("@preset/mine", set()),
    ],
)
def test_what_the_catalogue_lists_is_offered(name: str, offered: set[str]) -> None:
    offers = available(name, LISTED)
    assert [offer.variant for offer in offers] == list(VARIANTS)
    assert {offer.variant.name for offer in offers if offer.is_offered} == offered
    assert {offer.variant.name for offer in offers if offer.is_on} == set(split_id(name).variants)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("a/b", ""),
        ("a/b:free", "costs nothing"),
        ("a/c:free", "not listed for this model"),
        ("a/b:free:online", "searches the web"),
        ("openrouter/auto", "chooses a model for each prompt"),
        ("~a/b-latest", "always the newest"),
        ("@preset/mine", "the preset “mine” of your account"),
        ("@preset/", "a preset needs a name"),
        ("a/b@preset/mine", "with the preset “mine”"),
        ("no/such", "not in this server's list"),
        ("some words", "no id"),
    ],
)
def test_what_is_typed_is_explained(name: str, words: str) -> None:
    told = explained(name, LISTED)
    assert words in told
    assert bool(told) == bool(words)
