"""Choices among providers: how they are made, what they come to, and what becomes of other settings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from chat_tui.models.routing import Choices


@dataclass(frozen=True)
class Offer:
    tag: str
    provider: str


GROQ, NOVITA, TOGETHER = Offer("groq", "Groq"), Offer("novita", "Novita"), Offer("together", "Together")
TURBO, VERTEX = Offer("deepinfra/turbo", "DeepInfra"), Offer("google-vertex/us-east5", "Google")
ALL = (GROQ, NOVITA, TOGETHER, TURBO, VERTEX)
Step = Callable[[Choices], Choices]


def only(offer: Offer) -> Step:
    return lambda choices: choices.with_only(offer)


def never(offer: Offer) -> Step:
    return lambda choices: choices.with_ignored(offer)


def place(offer: Offer, number: int) -> Step:
    return lambda choices: choices.placed(offer, number)


def move(offer: Offer, places: int) -> Step:
    return lambda choices: choices.moved(offer, places)


def others(choices: Choices) -> Choices:
    return choices.with_fallbacks_changed()


@pytest.mark.parametrize(
    ("before", "steps", "after"),
    [
        ({}, [only(GROQ)], {"only": ["groq"]}),
        ({}, [only(GROQ), only(TURBO)], {"only": ["groq", "deepinfra/turbo"]}),
        ({}, [only(GROQ), only(GROQ)], {}),
        ({"only": ["DeepInfra"]}, [only(TURBO)], {}),  # named as people do
        ({"only": ["deepinfra", "groq"]}, [never(TURBO)], {"only": ["groq"], "ignore": ["deepinfra/turbo"]}),
        ({}, [never(GROQ), only(GROQ)], {"only": ["groq"]}),
        ({}, [place(GROQ, 1), never(GROQ)], {"ignore": ["groq"]}),
        ({}, [never(GROQ), never(GROQ)], {}),
        ({}, [place(GROQ, 1), place(NOVITA, 2)], {"order": ["groq", "novita"]}),
        ({}, [place(GROQ, 1), place(NOVITA, 1)], {"order": ["novita", "groq"]}),
        ({}, [place(GROQ, 7)], {"order": ["groq"]}),
        ({}, [place(GROQ, 1), place(GROQ, 1)], {}),
        ({"order": ["groq", "novita"]}, [place(GROQ, 2)], {"order": ["novita", "groq"]}),
        ({"ignore": ["groq"]}, [place(GROQ, 1)], {"order": ["groq"]}),
        ({"order": ["groq", "novita"]}, [move(NOVITA, -1)], {"order": ["novita", "groq"]}),
        ({"order": ["groq", "novita"]}, [move(GROQ, -1)], {"order": ["groq", "novita"]}),
        ({"order": ["groq", "novita"]}, [move(TURBO, 1)], {"order": ["groq", "novita", "deepinfra/turbo"]}),
        ({"order": ["groq", "novita"]}, [move(TURBO, -1)], {"order": ["deepinfra/turbo", "groq", "novita"]}),
        ({"order": ["groq"]}, [others], {"order": ["groq"], "allow_fallbacks": False}),
        ({"order": ["groq"], "allow_fallbacks": False}, [others], {"order": ["groq"]}),
        (
            {"sort": "price", "zdr": True, "ignore": []},
            [only(GROQ)],
            {"only": ["groq"], "sort": "price", "zdr": True},
        ),
    ],
)
def test_choices_compile_to_the_wire(before: dict[str, Any], steps: list[Step], after: dict[str, Any]) -> None:
    choices = Choices.of(before)
    for step in steps:
        choices = step(choices)
    assert choices.effective(before) == after
    assert Choices.of(choices.effective(before)) == choices


@pytest.mark.parametrize(
    ("rules", "left", "said"),
    [
        ({}, ALL, ""),
        ({"only": ["groq", "deepinfra"]}, (GROQ, TURBO), "2 of 5 may serve"),
        ({"only": ["Google"]}, (VERTEX,), "1 of 5"),
        ({"ignore": ["deepinfra/turbo", "NOVITA"]}, (GROQ, TOGETHER, VERTEX), "3 of 5"),
        ({"order": ["novita", "groq"]}, ALL, "in this order: novita, groq, then the 3 others."),
        ({"order": ["novita"], "allow_fallbacks": False}, (NOVITA,), "in this order: novita, nobody else."),
        ({"order": ["novita"], "only": ["novita", "groq"]}, (NOVITA, GROQ), "novita, then the one other."),
        (
            {"order": ["novita", "azure"], "only": ["groq"]},
            (GROQ,),
            "among them. In the order, but may not serve: novita.",
        ),
        ({"allow_fallbacks": False}, ALL, "nobody in its place"),
        ({"only": ["azure"]}, (), "no provider of this model is “azure”"),
        ({"ignore": [offer.tag for offer in ALL]}, (), "all are ignored"),
        ({"order": ["azure"], "allow_fallbacks": False}, (), "others may not serve"),
        ({"only": ["groq"], "ignore": ["groq"]}, (), "what one rule leaves, another takes"),
    ],
)
def test_who_is_left(rules: dict[str, Any], left: tuple[Offer, ...], said: str) -> None:
    choices = Choices.of(rules)
    assert {offer for offer in ALL if choices.may_serve(offer)} == set(left)
    told = choices.conflict(ALL) or choices.outcome(ALL)
    assert said in told
    assert bool(told) == bool(said)
    assert bool(choices.conflict(ALL)) == (not left)


def test_nobody_known_is_no_conflict() -> None:
    choices = Choices(only=("groq",))
    assert choices.conflict(()) == choices.outcome(()) == ""


@pytest.mark.parametrize(
    ("rules", "words"),
    [
        ({}, ""),
        ({"only": ["groq", "novita"]}, "only groq, novita"),
        ({"order": ["groq", "novita"], "ignore": ["azure"]}, "groq → novita; not azure"),
        ({"order": ["groq"], "allow_fallbacks": False}, "just groq"),
    ],
)
def test_rules_in_a_few_words(rules: dict[str, Any], words: str) -> None:
    assert Choices.of(rules).summary() == words


@pytest.mark.parametrize(
    ("own", "below", "choices", "stored"),
    [
        ({}, {}, Choices(), {}),
        ({"sort": "price"}, {}, Choices(only=("groq",)), {"sort": "price", "only": ["groq"]}),
        ({"only": ["groq"], "zdr": True}, {}, Choices(), {"zdr": True}),
        ({}, {"only": ["groq"]}, Choices(only=("groq",)), {}),
        ({}, {"only": ["groq"]}, Choices(), {"only": []}),  # empty takes back what the file says
        ({}, {"allow_fallbacks": False}, Choices(), {"allow_fallbacks": True}),
        ({"allow_fallbacks": False}, {}, Choices(), {}),
        ({}, {}, Choices(order=("groq",), strict=True), {"order": ["groq"], "allow_fallbacks": False}),
    ],
)
def test_a_chat_stores_only_what_it_changes(
    own: dict[str, Any], below: dict[str, Any], choices: Choices, stored: dict[str, Any]
) -> None:
    assert choices.settings(own, below) == stored
    assert Choices.of({**below, **stored}) == choices
