"""Which caps a reply could pass, and what they are raised to: an amount may be spent to its last digit."""

from __future__ import annotations

from decimal import Decimal

import pytest

from chat_tui.cost.budgets import Cap, Over, could_pass, passed, raised
from chat_tui.cost.sums import Spent

DAY = Cap("day", Decimal("0.5"), asks=True)


def spent(cost: str) -> Spent:
    return Spent(Decimal(cost), replies=1)


@pytest.mark.parametrize(
    ("before", "high", "asks"),
    [
        ("0.4", "0.1", False),
        ("0.4", "0.10000000000000000001", True),
        ("0.5", "0.0000001", True),
        ("0.5", "0", False),  # free models may go on
        ("0.6", "0", False),
        ("0.4999", None, False),
        ("0.5", None, True),
    ],
)
def test_a_reply_may_take_what_is_left_and_no_more(before: str, high: str | None, asks: bool) -> None:
    most = None if high is None else Decimal(high)
    over = could_pass([DAY, DAY._replace(asks=False)], {"day": spent(before)}, most)
    assert over == ((Over(DAY, spent(before), most),) if asks else ())


@pytest.mark.parametrize(("cost", "is_passed"), [("0.5", False), ("0.5000000001", True)])
def test_a_cap_is_passed_by_more_than_it(cost: str, is_passed: bool) -> None:
    assert passed([DAY], {"day": spent(cost)}) == ([(DAY, spent(cost))] if is_passed else [])


@pytest.mark.parametrize(
    ("cap", "before", "high", "amount"),
    [
        ("5", "4.99", "0.02", "7.5"),
        ("0.5", "0.9", "0.05", "1"),
        ("0.5", "0.9", "0.15", "1.5"),
        ("0", "0", "0.0143", "0.015"),
        ("5", "5", None, "7.5"),
        ("0", "0", None, "0.01"),
    ],
)
def test_a_raised_cap_lets_the_reply_pass(cap: str, before: str, high: str | None, amount: str) -> None:
    over = Over(DAY._replace(amount=Decimal(cap)), spent(before), None if high is None else Decimal(high))
    assert raised(over) == Decimal(amount)
    assert not could_pass([over.cap._replace(amount=raised(over))], {"day": over.spent}, over.high)
