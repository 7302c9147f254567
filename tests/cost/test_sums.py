"""Money and tokens for people."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from chat_tui.conversation.ids import new_id, now
from chat_tui.conversation.values import Attempt, Message, Receipt
from chat_tui.cost.sums import total_cost
from chat_tui.cost.written import format_cost, format_tokens


@pytest.mark.parametrize(
    ("cost", "shown"),
    [
        (None, "–"),
        ("0", "$0"),
        ("0.000", "$0"),
        ("0E-9", "$0"),
        ("1", "$1.00"),
        ("1.234", "$1.23"),
        ("1234.5", "$1234.50"),
        ("0.5", "$0.50"),
        ("0.25", "$0.25"),
        ("0.10", "$0.10"),
        ("0.0113", "$0.0113"),
        ("0.01134", "$0.0113"),
        ("0.011", "$0.011"),
        ("0.01", "$0.01"),
        ("0.00000735", "$0.00000735"),
        ("7.35E-6", "$0.00000735"),
        ("0.000002", "$0.000002"),
        ("0.99999", "$1.00"),
        ("0.00099999", "$0.001"),
        ("1E-30", "$0.000000000000000000000000000001"),
    ],
)
def test_a_cost_has_the_digits_that_matter(cost: str | None, shown: str) -> None:
    assert format_cost(None if cost is None else Decimal(cost)) == shown


def reply(cost: str | None, *, receipt: bool = True) -> Message:
    kept = Receipt(cost=None if cost is None else Decimal(cost)) if receipt else None
    return Message(new_id(), None, "assistant", (), now(), receipt=kept)


def test_a_sum_is_exact() -> None:
    assert total_cost([reply("0.1")] * 3) == Decimal("0.3")


def test_a_sum_holds_attempts_that_were_billed() -> None:
    attempts = (Attempt("Busy.", cost=Decimal("0.02")), Attempt("Busy."))
    receipt = Receipt(cost=Decimal("0.1"), attempts=attempts)
    assert total_cost([replace(reply("0.1"), receipt=receipt)]) == Decimal("0.12")


def test_a_sum_leaves_out_what_is_not_known() -> None:
    assert total_cost([reply("0.1"), reply(None), reply(None, receipt=False)]) == Decimal("0.1")


def test_a_sum_of_nothing_known_is_not_known() -> None:
    assert total_cost([]) is None
    assert total_cost([reply(None), reply(None, receipt=False)]) is None


def test_nothing_to_pay_is_known() -> None:
    assert total_cost([reply("0")]) == 0


@pytest.mark.parametrize(
    ("tokens", "shown"),
    [
        (0, "0"),
        (999, "999"),
        (1204, "1,204"),
        (9999, "9,999"),
        (10_000, "10k"),
        (131_072, "131k"),
        (999_499, "999k"),
        (999_500, "1M"),
        (1_048_576, "1.05M"),
    ],
)
def test_a_count_of_tokens(tokens: int, shown: str) -> None:
    assert format_tokens(tokens) == shown


def test_a_sum_counts_a_copied_reply_only_where_it_is_from() -> None:
    assert total_cost([reply("0.1"), replace(reply("0.5"), copied_from=new_id())]) == Decimal("0.1")
