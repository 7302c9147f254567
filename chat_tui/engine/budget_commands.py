"""The command `/budget`: where one stands, and caps that are set: `/budget day 5`, `/budget chat tell 0.5`."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import TYPE_CHECKING

from chat_tui.config.problems import ConfigError, nearest
from chat_tui.config.schema import SETTINGS
from chat_tui.config.typed import UNSET_WORDS, read_value
from chat_tui.cost.budgets import PERIODS, WHO, Cap, Over, Period, cap_name, raised, written
from chat_tui.cost.written import format_cost
from chat_tui.engine.chat_settings import ChatSettings

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from chat_tui.cost.sums import Spent
    from chat_tui.engine.session import Session

_OFF = ("off", *UNSET_WORDS)
_TELL = ("tell", "warn")
_WHOLE: Mapping[Period, str] = {
    "reply": "each reply here",
    "chat": "this chat",
    "day": "each day",
    "month": "each month",
}
_USAGE = "As in: /budget day 5 asks before a day costs more than $5, /budget chat tell 0.5 only tells, /budget day off."


async def run_budget(settings: ChatSettings, session: Session, argument: str) -> str:
    """Run `/budget argument` and return what to tell, a sentence on each line.

    Raises:
        ConfigError: it isn't one; the reason, as sentences.
        OSError: the disk doesn't take it.
    """
    words = argument.split()
    if words:
        _set(settings, words)
    sums = await session.budgets.standing(settings.chat)
    caps = session.budgets.caps(settings.chat)
    told = list(_stands(caps, sums, [_period(words[0])] if words else PERIODS))
    return "\n".join(told if words or caps else [*told, _USAGE])


def raise_caps(settings: ChatSettings, over: Iterable[Over]) -> None:
    """Raise hard caps so far that the next reply can't pass them.

    Raises:
        OSError: the disk doesn't take it.
    """
    for one in over:
        settings.change(one.cap.name, float(raised(one)))


def raising(over: Iterable[Over]) -> str:
    """Return what `raise_caps` does, in words: `$7.50 for each day`."""
    return " and ".join(f"{format_cost(raised(one))} for {_WHOLE[one.cap.period]}" for one in over)


def _set(settings: ChatSettings, words: list[str]) -> None:
    period, rest = _period(words[0]), words[1:]
    asks = not (rest and rest[0].lower() in _TELL)
    rest = rest if asks else rest[1:]
    if not rest:
        raise ConfigError(f"/budget {' '.join(words)} needs an amount in USD, or off. {_USAGE}")
    amount = " ".join(rest)
    names = [cap_name(period, asks=asks)]
    if amount.lower() in _OFF:
        names = names if not asks else [cap_name(period, asks=True), cap_name(period, asks=False)]
        values = dict.fromkeys(names)
    else:
        values = {names[0]: read_value(SETTINGS[names[0]], amount)}
    for name, value in values.items():
        if value is not None or settings.held(name).value is not None:
            settings.change(name, value)


def _period(word: str) -> Period:
    for period in PERIODS:
        if word.lower() == period:
            return period
    raise ConfigError(f"There is no budget for “{word[:40]}”.{nearest(word, PERIODS)} {_USAGE}")


def _stands(caps: list[Cap], sums: Mapping[Period, Spent], periods: Iterable[Period]) -> Iterator[str]:
    """Yield where each period stands."""
    held: dict[tuple[Period, bool], Decimal] = {(cap.period, cap.asks): cap.amount for cap in caps}
    for period in periods:
        asks, tells = held.get((period, True)), held.get((period, False))
        limits = [
            *([f"you are asked past {format_cost(asks)}"] if asks is not None else []),
            *([f"told past {format_cost(tells)}"] if tells is not None else []),
        ]
        if period in sums:
            said = f"{WHO[period].capitalize()}: {written(sums[period])} spent"
            yield f"{said}, {', '.join(limits)}." if limits else f"{said}, no budget."
        else:
            yield f"Each reply: {', '.join(limits)}." if limits else "Each reply: no budget."
