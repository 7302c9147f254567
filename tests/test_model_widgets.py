"""What the model picker tells of a model: columns that fit, and all that is known."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from chat_tui.models.entry import Arena, ModelEntry, Override, Prices, Reasoning, Scores
from chat_tui.models.variants import available
from chat_tui.widgets.model_columns import COLUMNS, age_text, fitting, known_columns
from chat_tui.widgets.model_details import details

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
PRICES = Prices(
    prompt=Decimal("0.00000125"),
    completion=Decimal("0.00001"),
    input_cache_read=Decimal("0.000000125"),
    web_search=Decimal("0.01"),
    image=Decimal("0.001238"),
    discount=Decimal("0.1"),
    overrides=(
        Override(prompt=Decimal("0.0000025"), min_prompt_tokens=200_000),
        Override(completion=Decimal("0.000005"), utc_start=1630, utc_end=30, utc_days=("monday",)),
    ),
)
ENTRY = ModelEntry(
    id="google/gemini-9",
    name="Google: Gemini 9",
    author="google",
    description="Reads [/all] of it.\x1b[2J",
    created=datetime(2026, 5, 1, tzinfo=UTC),
    expires=date(2026, 12, 1),
    knowledge_cutoff="2026-01",
    context=1_048_576,
    max_output=65_536,
    prices=PRICES,
    inputs=("text", "image", "video"),
    outputs=("text",),
    parameters=("tools", "reasoning", "response_format"),
    default_parameters=(("temperature", 0.7),),
    reasoning=Reasoning(mandatory=True, efforts=("low", "high"), default_effort="high"),
    scores=Scores(intelligence=55.3, arenas=(Arena("websites", elo=1310.4, rank=2, win_rate=61.2),)),
)
TOLD = """\
Google: Gemini 9
google/gemini-9
This model ends on 01 December 2026, 10 days more.

Reads [/all] of it.␛[2J

price       $ 1.25     / M tokens        input
            $10.00     / M tokens        output
            $ 0.125    / M tokens        cache read
            $ 0.001238 / image           image in
            $10.00     / 1,000 searches  web search
            from 200,000 tokens of prompt
            $2.50 / M tokens  input
            16:30 to 0:30 UTC, on monday
            $5.00 / M tokens  output
            10 % off already

context     1,048,576 tokens, 65,536 of one reply
takes       text, image, video
gives       text

variants    ○ :free     costs nothing, with low limits; providers may train on what they get
            ○ :online   searches the web for every prompt, which is billed apart
            ○ :exacto   the providers that call tools best come first
            ● :nitro    the fastest provider comes first, their dearer express lanes too
            ○ :floor    the cheapest provider comes first, their slower lanes too
            :extended :thinking: not listed for this model

reasoning   always; low, high; high by default
parameters  tools, reasoning, response_format
defaults    temperature 0.7

benchmarks  intelligence 55.3
arena       websites: rank 2, Elo 1310, won 61 %

listed      01 May 2026, 7mo ago
knows until 2026-01"""


def told(entry: ModelEntry, width: int = 100, **more: str) -> str:
    """Return the text of the details."""
    listed = ("google/gemini-9", "google/gemini-9:free")
    return details(entry, available(more.get("name", entry.id), listed), NOW, width, **more).plain


def test_all_that_is_known_is_told_exactly() -> None:
    assert told(ENTRY, name="google/gemini-9:nitro").replace(":nitro\nThis", "\nThis") == TOLD


def test_what_is_not_known_is_left_out() -> None:
    bare = told(ModelEntry("library/llama3", "library/llama3"))
    assert bare.startswith("library/llama3\n\nvariants ")
    labels = {line[:12].strip() for line in bare.split("\n")}
    assert labels == {"library/llam", "", "variants"}


@pytest.mark.parametrize(
    ("prices", "words"),
    [
        (Prices(varies=True), "varies with the model that answers"),
        (Prices(prompt=Decimal(0), completion=Decimal(0)), "price       free"),
        (Prices(prompt=Decimal(0), completion=Decimal("1e-6")), "$0.00 / M tokens  input"),
        (Prices(request=Decimal("0.005")), "$0.005 / request  request"),
    ],
)
def test_prices_that_are_none_vary_or_are_zero(prices: Prices, words: str) -> None:
    assert words in told(replace(ENTRY, prices=prices))


@pytest.mark.parametrize(
    ("expires", "sentence"),
    [
        (date(2026, 11, 20), "This model was offered until 20 November 2026."),
        (date(2026, 11, 22), "This model ends on 22 November 2026, 1 day more."),
        (date(2027, 11, 22), "This model ends on 22 November 2027."),
    ],
)
def test_the_end_of_a_model_is_told(expires: date, sentence: str) -> None:
    assert sentence in told(replace(ENTRY, expires=expires)).split("\n")


def test_long_facts_keep_their_column() -> None:
    lines = told(replace(ENTRY, parameters=tuple(f"parameter_{place}" for place in range(30))), 40).split("\n")
    begin = next(place for place, line in enumerate(lines) if line.startswith("parameters"))
    assert all(line.startswith(" " * 12) for line in lines[begin + 1 : begin + 10])


EVERY = known_columns([ENTRY], NOW)


@pytest.mark.parametrize(
    ("width", "order", "headings"),
    [
        (50, "", ["ctx", "max", "in $/M", "out $/M", "takes", "can", "age"]),
        (44, "", ["ctx", "in $/M", "out $/M", "takes", "can"]),
        (30, "", ["ctx", "in $/M", "out $/M"]),
        (20, "", ["in $/M", "out $/M"]),
        (12, "", ["out $/M"]),
        (5, "", []),
        (20, "ctx", ["ctx", "out $/M"]),
        (24, "iq", ["in $/M", "out $/M", "iq"]),
    ],
)
def test_columns_that_do_not_fit_go_the_least_needed_first(width: int, order: str, headings: list[str]) -> None:
    assert [column.heading for column in fitting(width, EVERY, order)] == headings


def test_cells_are_never_wider_than_their_column() -> None:
    extreme = replace(ENTRY, context=10**15, max_output=1, prices=Prices(Decimal("123456.789"), Decimal("1e-12")))
    for entry in (ENTRY, extreme, ModelEntry("a", "a")):
        assert [len(column.of(entry, NOW)) for column in COLUMNS] == [column.width for column in COLUMNS]


@pytest.mark.parametrize(
    ("days", "text"), [(-3, "0d"), (0, "0d"), (30, "30d"), (31, "1mo"), (700, "23mo"), (731, "2y"), (1200, "3y")]
)
def test_ages_are_short(days: int, text: str) -> None:
    assert age_text(days) == text
