"""What a request is expected to come to: prices, limits, and what receipts taught."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from chat_tui.cost.calibration import MOST, Learned, factor_of
from chat_tui.cost.estimate import Context, CostRange, Estimate, Range
from chat_tui.cost.expecting import Asked, Counted, Offer, expected
from chat_tui.cost.prices import Load, cost_range, joined, rates_at
from chat_tui.cost.written import format_range
from chat_tui.models.entry import Override, Prices

MILLION = 1_000_000
PRICES = Prices(prompt=Decimal(3) / MILLION, completion=Decimal(15) / MILLION)
CACHING = Prices(prompt=PRICES.prompt, completion=PRICES.completion, input_cache_read=Decimal("0.3") / MILLION)
LOAD = Load(Range(900, 1000, 1100), Range(0, 200, 500), 10_000, cacheable=600)
NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)  # a Saturday


def priced(more: dict[str, Any], **prices: Any) -> CostRange | None:
    """Return what `LOAD`, changed, costs at prices of a dollar a token, changed."""
    rates = {"prompt": Decimal(1), "completion": Decimal(1)} | prices
    return cost_range(Prices(**rates), LOAD._replace(**more), NOON)


@pytest.mark.parametrize(
    ("more", "prices", "low", "high"),
    [
        ({}, {}, 900, 1600),
        ({}, {"input_cache_read": Decimal("0.5")}, 600, 1600),
        ({"cacheable": 0}, {"input_cache_read": Decimal("0.5")}, 900, 1600),
        ({}, {"input_cache_write": Decimal(2)}, 900, 1600),
        ({"writes_cache": True}, {"input_cache_write": Decimal(2)}, 900, 2700),
        ({}, {"request": Decimal(7)}, 907, 1607),
        ({}, {"internal_reasoning": Decimal(3)}, 900, 2600),
        ({"pictures": 2}, {"image": Decimal(5)}, 900, 1610),
        ({"draws": True}, {"image_output": Decimal(5)}, 900, 1605),
        ({"draws": True}, {"image_output": Decimal("0.0001")}, 900, Decimal("1600.13")),
        ({"searches": 3}, {"web_search": Decimal(2)}, 900, 1606),
        ({"searches": 2}, {}, 900, Decimal("1600.04")),
        ({"ocr_pages": 500}, {}, 901, 1601),
        ({}, {"overrides": (Override(prompt=Decimal(2), min_prompt_tokens=1000),)}, 900, 2700),
        ({}, {"overrides": (Override(prompt=Decimal(2), min_prompt_tokens=2000),)}, 900, 1600),
        ({}, {"prompt": Decimal(0), "completion": Decimal(0)}, 0, 0),
    ],
)  # fmt: skip
def test_a_price_has_all_that_is_billed(
    more: dict[str, Any], prices: dict[str, Any], low: Decimal, high: Decimal
) -> None:
    cost = priced(more, **prices)
    assert cost is not None
    assert (cost.low, cost.high) == (low, high)


@pytest.mark.parametrize("prices", [{"varies": True}, {"prompt": None}, {"completion": None}])
def test_a_price_that_is_not_named_is_not_known(prices: dict[str, Any]) -> None:
    assert priced({}, **prices) is None


@pytest.mark.parametrize(
    ("override", "holds"),
    [
        (Override(utc_start=1100, utc_end=1300), True),
        (Override(utc_start=1100, utc_end=1200), False),
        (Override(utc_start=1630, utc_end=30), False),
        (Override(utc_start=1630, utc_end=1230), True),
        (Override(utc_days=("saturday",)), True),
        (Override(utc_days=("monday",)), False),
    ],
)
def test_a_price_under_a_condition_counts_when_that_is_met(override: Override, holds: bool) -> None:
    from dataclasses import replace

    dearer = Prices(prompt=Decimal(1), overrides=(replace(override, prompt=Decimal(2)),))
    assert rates_at(dearer, 0, NOON).prompt == (2 if holds else 1)


def test_ranges_together_hold_each_and_are_open_when_one_is_not_known() -> None:
    one, other = CostRange(Decimal(1), Decimal(2), Decimal(9)), CostRange(Decimal("0.5"), Decimal(1), None)
    assert joined([one, other]) == CostRange(Decimal("0.5"), Decimal(2), None)
    opened = joined([one, None])
    assert opened == CostRange(Decimal(1), Decimal(2), Decimal(9), is_open=True)
    assert opened.holds(Decimal(3))
    assert not opened.holds(Decimal("0.5"))
    assert joined([None]) is None


@pytest.mark.parametrize(
    ("cost", "shown"),
    [
        (None, "–"),
        (CostRange(Decimal("0.0021"), Decimal("0.0143")), "≈ $0.0021–0.0143"),
        (CostRange(Decimal("0.0021"), Decimal("0.0143"), is_open=True), "≥ $0.0021"),
        (CostRange(Decimal("1.001"), Decimal("1.002")), "≈ $1.00"),
        (CostRange(Decimal(0), Decimal(0)), "$0"),
        (CostRange(Decimal(0), Decimal("0.5")), "≈ $0–0.50"),
    ],
)
def test_how_a_range_is_written(cost: CostRange | None, shown: str) -> None:
    assert format_range(cost) == shown


# What receipts teach


@pytest.mark.parametrize(
    ("prompts", "likely"),
    [
        ([], 1.0),
        ([(100.0, 120)], 1.2),
        ([(100.0, 120), (100.0, 130), (100.0, 110)], 1.2),
        ([(10.0, 90), (1000.0, 1100), (12.0, 95)], 1.1),  # what is added to short ones says little of long ones
        ([(100.0, 100_000)], 3.0),
    ],
)
def test_our_count_is_corrected_by_receipts(prompts: list[tuple[float, int]], likely: float) -> None:
    factor = factor_of(prompts)
    assert factor.likely == pytest.approx(likely)
    assert factor.low < factor.likely < factor.high


def test_a_model_that_was_never_asked_is_counted_as_others_were() -> None:
    counted, asked, others = Counted(800.0, 200.0, {}), Asked(), Learned(((100.0, 160),))
    told = expected(counted, asked, Learned(), all_models=others).prompt_tokens
    assert told.likely == 1600
    assert told.low <= 700, "it may still be counted as if nothing was learned"
    assert told.high >= 1840
    own = expected(counted, asked, Learned(((100.0, 120),)), all_models=others).prompt_tokens
    assert own.likely == 1200


def test_only_the_last_receipts_count() -> None:
    learned = Learned()
    for number in range(1, 2 * MOST):
        learned = learned.with_receipt(10.0, number, None if number % 2 else number)
    assert len(learned.prompts) == MOST
    assert learned.prompts[-1] == (10.0, 2 * MOST - 1)
    assert learned.replies[-1] == 2 * MOST - 2


# The estimate


def estimate(
    body: dict[str, Any] | None = None, *offers: Offer, learned: Learned | None = None, **more: Any
) -> Estimate:
    """Return what a request of 1,000 tokens, 900 of them sent before, is expected to come to."""
    counted = Counted(900.0, 100.0, {"model": "a/b"} | (body or {}), is_first=False)
    return expected(counted, Asked(offers, **more), learned or Learned(((1000.0, 1000),), (100, 200, 300)), now=NOON)


ONE = Offer("One", CACHING, 200_000, 8_000)
OTHER = Offer("Other", Prices(prompt=Decimal(6) / MILLION, completion=Decimal(20) / MILLION), 128_000, 4_000)


@pytest.mark.parametrize(
    ("body", "replies", "high", "most"),
    [
        ({}, (100, 200, 300), 1_000, 8_000),
        ({}, (100, 2_000, 300), 4_000, 8_000),
        ({}, (100, 6_000, 300), 8_000, 8_000),
        ({}, (), 4_000, 8_000),
        ({"max_completion_tokens": 700}, (100, 6_000, 300), 700, 700),
        ({"max_tokens": 70_000}, (), 8_000, 8_000),
    ],
)
def test_a_reply_may_be_as_long_as_others_were_or_as_is_allowed(
    body: dict[str, Any], replies: tuple[int, ...], high: int, most: int
) -> None:
    found = estimate(body, ONE, learned=Learned((), replies))
    assert found.completion_tokens.high == high
    assert found.cost is not None
    assert found.cost.most is not None
    assert found.cost.most >= most * Decimal(15) / MILLION


def test_the_tightest_and_the_dearest_of_those_who_may_serve_count() -> None:
    found = estimate({"max_completion_tokens": 500}, ONE, OTHER)
    assert found.context == Context(1000, 128_000, "Other", 500, 200_000)
    assert found.cost is not None
    assert found.cost.high == found.prompt_tokens.high * OTHER.prices.prompt + 500 * OTHER.prices.completion  # type: ignore[operator]
    words = " ".join(found.assumptions)
    assert "at One ($3.00 in, $15.00 out" in words
    assert "at Other ($6.00 in, $20.00 out" in words


def test_what_is_not_known_is_said_and_no_figure_made_up() -> None:
    found = estimate({}, unknown=("What openrouter/auto costs depends on the model that it takes.",))
    assert found.cost is None
    assert found.context.limit is None
    assert "depends on the model" in " ".join(found.assumptions)
    partly = estimate({}, ONE, unknown=("What c/d costs isn't known.",))
    assert partly.cost is not None
    assert partly.cost.is_open


@pytest.mark.parametrize(
    ("body", "limit", "compresses"),
    [
        ({}, 200_000, False),
        ({}, 8_192, True),
        ({"plugins": [{"id": "context-compression"}]}, 200_000, True),
        ({"plugins": [{"id": "context-compression", "enabled": False}]}, 8_192, False),
    ],
)
def test_who_leaves_out_the_middle(body: dict[str, Any], limit: int, compresses: bool) -> None:
    assert estimate(body, Offer("One", PRICES, limit)).context.compresses is compresses


@pytest.mark.parametrize(
    ("context", "nearly", "over", "nobody"),
    [
        (Context(10, 100, largest=100), False, False, False),
        (Context(90, 100, largest=100), True, False, False),
        (Context(60, 100, reserved=50, largest=200), True, True, False),
        (Context(160, 100, reserved=50, largest=200), True, True, True),
        (Context(10_000), False, False, False),
    ],
)
def test_when_a_context_is_full(context: Context, nearly: bool, over: bool, nobody: bool) -> None:
    assert (context.is_nearly_full, context.overflows, context.fits_nobody) == (nearly, over, nobody)
