"""Figures as people see them: bars and columns, amounts below each other, the page of costs, all of a receipt."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from chat_tui.conversation.ids import new_id
from chat_tui.conversation.values import Attempt, Failure, Message, Receipt, TextPart, Usage
from chat_tui.cost.budgets import Cap
from chat_tui.cost.sums import Entry, Spent
from chat_tui.models.account import Budget, Standing
from chat_tui.models.billing import bills_in_full
from chat_tui.widgets.cost_report import SPANS, Report, report
from chat_tui.widgets.plots import aligned, bar, columns
from chat_tui.widgets.receipt import spent_pieces
from chat_tui.widgets.receipt_details import receipt_details

TODAY = date(2026, 11, 21)
MOMENT = datetime(2026, 11, 21, 10, 42, tzinfo=UTC)


def amounts(*values: str) -> list[Decimal]:
    return [Decimal(value) for value in values]


@pytest.mark.parametrize(
    ("values", "height", "rows"),
    [
        (amounts("0", "1", "2"), 1, [" ▄█"]),
        (amounts("0", "1", "2"), 2, ["  █", " ██"]),
        (amounts("1", "1000000"), 2, [" █", "▁█"]),  # what isn't nothing can be seen
        (amounts("0", "0"), 2, ["  ", "  "]),
        (amounts("1e-38", "1e38"), 1, ["▁█"]),
        ([], 1, [""]),
    ],
)
def test_columns(values: list[Decimal], height: int, rows: list[str]) -> None:
    assert columns(values, height) == rows


def test_wide_columns_stand_apart() -> None:
    assert columns(amounts("1", "2"), 1, width=2, gap=1) == ["▄▄ ██"]


@pytest.mark.parametrize(
    ("value", "shown"), [("8", "████████"), ("4", "████"), ("0.5", "▌"), ("0.0001", "▏"), ("0", ""), ("3.25", "███▎")]
)
def test_bars(value: str, shown: str) -> None:
    assert bar(Decimal(value), Decimal(8), 8) == shown


def test_points_stand_below_each_other() -> None:
    told = aligned([(Decimal("12.5"), True), (Decimal("0.00113"), True), (Decimal(3), False), (Decimal(0), True)])
    assert told == [" $12.50   ", "  $0.00113", "≥ $3.00   ", "  $0      "]


def entry(days_ago: int, cost: str, model: str = "a/b", provider: str = "P", **more: Any) -> Entry:
    spent = Spent(Decimal(cost), replies=1, **more)
    return Entry(TODAY - timedelta(days=days_ago), model, provider, "chat", "A title", spent)


def page(*entries: Entry, width: int = 80, **more: Any) -> str:
    return report(Report(entries, TODAY, **more), width).plain


def test_the_page_has_the_sums_of_the_day_the_month_and_all() -> None:
    told = page(entry(0, "0.5"), entry(3, "1"), entry(30, "2"), entry(400, "0.25")).splitlines()
    assert told[0].split() == ["today", "this", "month", "all"]
    assert told[1].split() == ["$0.50", "$1.50", "$3.75"]
    assert told[2].split() == ["1", "reply", "2", "replies", "4", "replies"]


def test_budgets_stand_under_what_they_are_for() -> None:
    caps = [
        Cap("day", Decimal(5), asks=True),
        Cap("month", Decimal(20), asks=False),
        Cap("chat", Decimal(1), asks=True),
    ]
    told = page(entry(0, "0.5"), caps=caps).splitlines()
    assert told[2].split() == ["of", "$5.00"]
    assert told[2].index("$5.00") + 5 == told[1].index("$0.50") + 5


def test_what_is_missing_is_told() -> None:
    told = page(entry(0, "0.5", pending=1), entry(40, "0", unknown=2, upstream=Decimal("0.2")))
    assert "≥ $0.50" in told
    assert "1 reply pending: the server is asked until it says · 2 replies unknown: nobody said what they cost" in told
    assert "$0.20  by keys of your own" in told


@pytest.mark.parametrize("width", [30, 40, 78, 88, 150])
@pytest.mark.parametrize("span", range(len(SPANS)))
@pytest.mark.parametrize("by", ["day", "model", "provider", "chat"])
def test_the_page_fits_every_width(width: int, span: int, by: Any) -> None:
    entries = [entry(ago, "0.012", f"vendor/model-{ago % 7}") for ago in range(0, 800, 3)]
    told = page(*entries, width=width, span=span, by=by).splitlines()
    plotted = [line for line in told if "█" in line or "└" in line]
    assert plotted
    assert max(map(len, plotted)) <= max(width, 40)


def test_strange_names_are_printable_and_said_where_there_are_none() -> None:
    told = page(entry(0, "1", "\x1b[2J[/red]"), entry(0, "1", ""))
    assert "␛[2J[/red]" in told
    assert "not told" in told


ACCOUNTS: list[tuple[Standing, list[str]]] = [
    (
        Standing(Decimal(25), Decimal("12.1"), budgets=(Budget("key limit", Decimal(10), Decimal("9.59"), "monthly"),)),
        ["credits       $12.10 left of $25.00", "key limit     $9.59 left of $10.00, resets monthly"],
    ),
    (
        Standing(no_credits="unknown to this key", has_limit=False),
        ["credits       unknown to this key", "key limit     none"],
    ),
    (
        Standing(no_credits="No answer.", no_key="unknown to this key", free_limit=50, free_remaining=38),
        ["key           unknown to this key", "free models   38 of 50 requests left today"],
    ),
]


@pytest.mark.parametrize(("account", "lines"), ACCOUNTS)
def test_the_account_is_told_as_far_as_it_is_known(account: Standing, lines: list[str]) -> None:
    told = page(entry(0, "1"), account=account)
    assert all(line in told for line in lines), told


WHOLE = Receipt(
    model="a/b-20261101",
    provider="Groq",
    generation="gen-1",
    finish="stop",
    native_finish="end_turn",
    usage=Usage(1204, 512, 312, 1024, 7, 3, 4, 5, 6),
    cost=Decimal("0.011300"),
    is_byok=True,
    upstream_cost=Decimal("0.2"),
    tool_cost=Decimal("0.001"),
    cache_discount=Decimal("-0.00042"),
    first_token_ms=420,
    reasoning_ms=1000,
    total_ms=9100,
    origin="https://openrouter.ai",
    attempts=(Attempt("Too many requests.", "429", "Groq", "gen-0", waited_ms=2000),),
)


def reply(receipt: Receipt, **changes: Any) -> Message:
    message = Message(new_id(), None, "assistant", (TextPart("Yes."),), MOMENT, model="a/b", receipt=receipt)
    return replace(message, **changes)


def test_a_receipt_says_all() -> None:
    told = " ".join(receipt_details(reply(WHOLE), 100).plain.split())
    for words in (
        "asked a/b answered a/b-20261101 provider Groq server https://openrouter.ai generation gen-1",
        "cost $0.011300 server tools $0.001 in it your own key $0.2 beside it, charged by the provider",
        "the cache $0.00042 more, for writing to it",
        "prompt 1,204 tokens from the cache 1,024 written to the cache 7 audio 3 video 4",
        "completion 512 tokens reasoning 312 images 5 audio 6",
        "first word 0.420 s thought 1.000 s whole reply 9.100 s speed 59.0 tokens/s",
        "ended whole finish stop native finish end_turn",
        "before it, 1 in vain 1 429 · Groq · again after 2.0 s $0 Too many requests. gen-0",
    ):
        assert words in told


@pytest.mark.parametrize(
    ("changes", "receipt", "said"),
    [
        ({"status": "cancelled"}, {}, "pending the server is asked until it says; Groq bills the whole reply although"),
        ({"status": "cancelled"}, {"provider": "OpenAI"}, "OpenAI bills what had come when you stopped it"),
        ({"status": "interrupted"}, {}, "Groq bills the whole reply although it was interrupted"),
        ({"status": "cancelled"}, {"given_up": True, "provider": "X"}, "unknown the server never said"),
        (
            {"status": "failed", "parts": (), "failure": Failure("It broke.")},
            {},
            "$0 a reply that fails before its first word isn't charged",
        ),
        ({"status": "cancelled"}, {"cost": Decimal(0)}, "$0 without a word nothing is charged"),
        ({"copied_from": new_id()}, {}, "counted in the conversation that this one is a copy of"),
    ],
)
def test_a_receipt_without_a_cost_says_why(changes: dict[str, Any], receipt: dict[str, Any], said: str) -> None:
    known = replace(Receipt(provider="Groq", generation="gen-1"), **receipt)
    told = " ".join(receipt_details(reply(known, **changes), 100).plain.split())
    assert said in told


@pytest.mark.parametrize(
    ("provider", "in_full"),
    [("Groq", True), ("groq", True), ("Google AI Studio", True), ("OpenAI", False), ("Azure", False), ("Nobody", None)],
)
def test_who_bills_in_full(provider: str, in_full: bool | None) -> None:
    assert bills_in_full(provider) is in_full
    assert bills_in_full(None) is None


@pytest.mark.parametrize(
    ("costs", "today", "month", "told"),
    [
        ([], None, None, []),
        (["0.5"], Spent(Decimal("0.5")), Spent(Decimal("0.5")), ["this chat $0.50"]),
        (["0.5"], Spent(Decimal(1)), Spent(Decimal(1)), ["this chat $0.50", "today $1.00"]),
        (["0.5", None], Spent(Decimal(1), pending=1), Spent(Decimal(3), unknown=1),
         ["this chat ≥ $0.50", "today ≥ $1.00", "month ≥ $3.00"]),
        ([], Spent(Decimal(1)), Spent(Decimal(1)), ["today $1.00"]),
        (["0"], Spent(), Spent(), ["this chat $0"]),
    ],
)  # fmt: skip
def test_the_status_line_says_nothing_twice(
    costs: list[str | None], today: Spent | None, month: Spent | None, told: list[str]
) -> None:
    messages = [reply(Receipt(generation="gen-1", cost=None if cost is None else Decimal(cost))) for cost in costs]
    assert spent_pieces(messages, today, month) == told
