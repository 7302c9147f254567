"""Budgets: which caps on what was spent are passed, or could be by the next reply, and how that is said."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Final, Literal, NamedTuple

from chat_tui.cost.sums import Spent
from chat_tui.cost.written import format_cost

Period = Literal["reply", "chat", "day", "month"]
PERIODS: Final[tuple[Period, ...]] = ("reply", "chat", "day", "month")
OF_ALL: Final[tuple[Period, ...]] = ("day", "month")
"""Those over all chats."""
WHO: Final[Mapping[Period, str]] = {
    "reply": "this reply",
    "chat": "this chat",
    "day": "today",
    "month": "this month",
}
_NOTHING = Spent()
_ROUND = tuple(Decimal(number) for number in ("1", "1.5", "2", "3", "5", "7.5", "10"))


class Cap(NamedTuple):
    """An amount that a person doesn't want to spend unawares."""

    period: Period
    amount: Decimal
    """USD."""
    asks: bool
    """Whether they want to be asked before it is passed; else told when it is."""

    @property
    def name(self) -> str:
        """The setting that says it."""
        return cap_name(self.period, asks=self.asks)


class Over(NamedTuple):
    """A cap that the next reply could pass."""

    cap: Cap
    spent: Spent
    """What counts for it already."""
    high: Decimal | None
    """USD that the reply is expected to cost at most; None: that isn't known before it comes."""

    @property
    def need(self) -> Decimal:
        """USD that it could come to."""
        return self.spent.cost + (self.high or Decimal(0))


def cap_name(period: Period, *, asks: bool) -> str:
    """Return the dotted name of a cap's setting."""
    return f"budget.{period}_{'ask' if asks else 'warn'}"


def caps_of(said: Mapping[str, object]) -> list[Cap]:
    """Return the caps that a table of settings, `reply_warn` and so on, sets; those that aren't set aren't there."""
    found = []
    for period in PERIODS:
        for asks in (False, True):
            value = said.get(cap_name(period, asks=asks).partition(".")[2])
            if isinstance(value, int | float):
                found.append(Cap(period, Decimal(str(value)), asks))
    return found


def could_pass(caps: Iterable[Cap], sums: Mapping[Period, Spent], high: Decimal | None) -> tuple[Over, ...]:
    """Return the caps before which a person is to be asked, as the next reply could pass them, or did one already.

    Args:
        caps: All caps.
        sums: What was spent, by period; what is missing there counts as nothing.
        high: USD that the next reply is expected to cost at most; None: not known, so what was spent is compared alone.
    """
    found = []
    for cap in caps:
        spent = sums.get(cap.period, _NOTHING)
        if high is None:
            is_over = cap.period != "reply" and spent.cost >= cap.amount
        else:
            is_over = high > 0 and spent.cost + high > cap.amount
        if cap.asks and is_over:
            found.append(Over(cap, spent, high))
    return tuple(found)


def passed(caps: Iterable[Cap], sums: Mapping[Period, Spent]) -> list[tuple[Cap, Spent]]:
    """Return the caps that what was spent has passed, with what that is."""
    return [(cap, sums[cap.period]) for cap in caps if cap.period in sums and sums[cap.period].cost > cap.amount]


def raised(over: Over) -> Decimal:
    """Return a round amount that the next reply can't pass."""
    need = max(over.need, over.cap.amount) * (1 if over.high else Decimal("1.2"))
    if need <= 0:
        return Decimal("0.01")
    scale = Decimal(1).scaleb(need.adjusted())
    return next(one * scale for one in _ROUND if one * scale >= need and one * scale > over.cap.amount)


# In words


def written(spent: Spent) -> str:
    """Return what was spent; where something isn't known yet, or never, it was at least that."""
    return ("" if spent.is_whole else "at least ") + format_cost(spent.cost)


def passed_sentence(cap: Cap, spent: Spent) -> str:
    """Say that a cap is passed."""
    return f"{_capital(WHO[cap.period])} has cost {written(spent)}, more than {_limit(cap)}."


def passing_sentence(cap: Cap, cost: Decimal) -> str:
    """Say that the reply which streams has passed a cap, by the estimate."""
    told = f"This reply has cost ≈ {format_cost(cost)} by now, more than {_limit(cap)}."
    return f"{told} Esc stops it and keeps what has come." if cap.asks else told


def over_sentence(over: Sequence[Over]) -> str:
    """Say which budgets the next reply could pass."""
    told = []
    for one in over:
        budget = format_cost(one.cap.amount)
        if one.cap.period != "reply":
            told.append(f"{WHO[one.cap.period]} has cost {written(one.spent)} of its budget of {budget}")
    limits = [format_cost(one.cap.amount) for one in over if one.cap.period == "reply"]
    high = over[0].high
    if high is None:
        told.append("what this reply will cost isn't known before it comes")
    else:
        beyond = f", more than its budget of {limits[0]}" if limits else ""
        told.append(f"this reply could cost up to ≈ {format_cost(high)}{beyond}")
    return _capital(", and ".join(told)) + "."


def _limit(cap: Cap) -> str:
    amount = format_cost(cap.amount)
    return f"its budget of {amount}" if cap.asks else f"the {amount} that you wanted to be told of"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
