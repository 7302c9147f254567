"""All that is known of a model, as lines for people."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from textwrap import wrap

from textual.content import Content

from chat_tui.models.entry import ModelEntry, Rates, Scores
from chat_tui.models.filters import EXPIRING_DAYS
from chat_tui.models.prices import RATES, condition, price_text
from chat_tui.models.variants import Offer
from chat_tui.text import one_line, printable
from chat_tui.widgets.model_columns import age_text
from chat_tui.widgets.scrolled_text import ScrolledText

_LABEL = 12
"""Cells of what stands before a fact."""
_SWITCH = 10
_DESCRIPTION = 2_000
_VALUE = 600
_DIM, _PLAIN, _ACCENT, _WARNING = "$foreground-muted", "", "$primary", "$text-warning"


class ModelDetails(ScrolledText):
    """What is known of the highlighted model."""


def details(
    entry: ModelEntry,
    offers: Sequence[Offer],
    now: datetime,
    width: int,
    *,
    name: str = "",
    warning: str = "",
    typed: str = "",
) -> Content:
    """Return what is known of `entry`, the most asked for first.

    Args:
        entry: The model.
        offers: Its variants.
        now: What ages count from.
        width: Cells of a line.
        name: Its id with the variants that were chosen.
        warning: Why it is of no use for the chat, as a sentence.
        typed: What an id means that isn't listed, as a phrase.
    """
    blocks = [
        _head(entry, name or entry.id, now, warning, typed),
        Content(printable(entry.description[:_DESCRIPTION]).strip()),
        _prices(entry),
        _facts(_limits(entry), width),
        _variants(offers, width),
        _facts(_abilities(entry), width),
        _facts(_measured(entry.scores), width),
        _facts(_origin(entry, now), width),
    ]
    return Content("\n\n").join(block for block in blocks if block.plain)


def expiry(entry: ModelEntry, now: datetime) -> str:
    """Return until when a model is offered, where that is soon, as a sentence; empty where not."""
    if entry.expires is None:
        return ""
    days = (entry.expires - now.date()).days
    if days < 0:
        return f"This model was offered until {entry.expires:%d %B %Y}."
    left = f", {days} day{'s' * (days != 1)} more" if days <= EXPIRING_DAYS else ""
    return f"This model ends on {entry.expires:%d %B %Y}{left}."


def _head(entry: ModelEntry, name: str, now: datetime, warning: str, typed: str) -> Content:
    lines = [Content.styled(one_line(entry.name if entry.name != entry.id else name, 200), "bold")]
    if entry.name != entry.id:
        lines.append(Content.styled(one_line(name, 200), _DIM))
    if entry.alias_of:
        lines.append(Content.styled(f"stands for {one_line(entry.alias_of, 200)}", _DIM))
    if typed:
        lines.append(Content.styled(one_line(typed, _VALUE), _DIM))
    lines += [Content.styled(one_line(text, _VALUE), _WARNING) for text in (warning, expiry(entry, now)) if text]
    return Content("\n").join(lines)


def _facts(facts: Iterable[tuple[str, str]], width: int) -> Content:
    """Return a line or more for each fact that is known, its label dim and what it says in a column of its own."""
    return Content("\n").join(
        Content.assemble((f"{label:<{_LABEL}}", _DIM), line)
        for fact, value in facts
        for label, line in _lines(fact, value, width)
    )


def _lines(label: str, value: str, width: int) -> Iterator[tuple[str, str]]:
    for line in wrap(one_line(value, _VALUE), max(width - _LABEL, 10)):
        yield label, line
        label = ""


def _limits(entry: ModelEntry) -> Iterator[tuple[str, str]]:
    told = []
    if entry.context:
        told.append(f"{entry.context:,} tokens")
    if entry.max_output:
        told.append(f"{entry.max_output:,} of one reply")
    yield "context", ", ".join(told)
    yield "takes", ", ".join(entry.inputs)
    yield "gives", ", ".join(entry.outputs)


def _prices(entry: ModelEntry) -> Content:
    """Return all prices, exactly, in columns; those under conditions below the condition."""
    prices = entry.prices
    facts: list[tuple[str, str]] = []
    if prices.varies:
        facts.append(("price", "varies with the model that answers"))
    elif entry.is_free:
        facts.append(("price", "free"))
    else:
        facts += _rates("price", prices)
    for override in prices.overrides:
        facts += [("", one_line(condition(override), _VALUE)), *_rates("", override)]
    if prices.discount:
        facts.append(("", f"{_percent(prices.discount)} off already"))
    return Content("\n").join(Content.assemble((f"{label:<{_LABEL}}", _DIM), value) for label, value in facts)


def _rates(label: str, rates: Rates) -> Iterator[tuple[str, str]]:
    """Yield the prices that are named, their points in line."""
    told = [(price_text(price, RATES[field].places).partition("."), RATES[field]) for field, price in rates.named()]
    before = max((len(whole) for (whole, _, _), _ in told), default=0)
    behind = max((len(decimals) for (_, _, decimals), _ in told), default=0)
    units = max((len(rate.unit) for _, rate in told), default=0)
    for (whole, _, decimals), rate in told:
        yield label, f"${whole:>{before}}.{decimals:<{behind}} / {rate.unit:<{units}}  {rate.words}"
        label = ""


def _percent(share: Decimal) -> str:
    return f"{(share * 100).normalize():f} %"


def _variants(offers: Sequence[Offer], width: int) -> Content:
    """Return the variants as switches, what is on standing out; then those that can't be had."""
    lines: list[Content] = []
    label = f"{'variants':<{_LABEL}}"
    for offer in offers:
        if not (offer.is_offered or offer.is_on):
            continue
        switch = f"{'●' if offer.is_on else '○'} {offer.variant.suffix:<{_SWITCH}}"
        meaning = offer.variant.meaning if offer.is_offered else offer.note
        for line in wrap(meaning, max(width - _LABEL - len(switch), 10)):
            lines.append(Content.assemble((label, _DIM), (switch, _ACCENT if offer.is_on else _PLAIN), (line, _DIM)))
            label, switch = " " * _LABEL, " " * len(switch)
    for note in dict.fromkeys(offer.note for offer in offers if not (offer.is_offered or offer.is_on)):
        names = " ".join(offer.variant.suffix for offer in offers if offer.note == note and not offer.is_on)
        lines.append(Content.styled(f"{label}{names}: {note}", _DIM))
        label = " " * _LABEL
    return Content("\n").join(lines)


def _abilities(entry: ModelEntry) -> Iterator[tuple[str, str]]:
    if (reasoning := entry.reasoning) is not None:
        told = ["always" if reasoning.mandatory else "on by default" if reasoning.default_enabled else ""]
        told.append(", ".join(reasoning.efforts))
        told.append(f"{reasoning.default_effort} by default" if reasoning.default_effort else "")
        told.append("a budget in tokens" if reasoning.takes_budget else "")
        yield "reasoning", "; ".join(text for text in told if text) or "yes"
    yield "parameters", ", ".join(entry.parameters)
    yield "defaults", ", ".join(f"{name} {value:g}" for name, value in entry.default_parameters)
    yield "voices", ", ".join(entry.voices)


def _measured(scores: Scores) -> Iterator[tuple[str, str]]:
    indices = (("intelligence", scores.intelligence), ("coding", scores.coding), ("agentic", scores.agentic))
    yield "benchmarks", ", ".join(f"{name} {value:g}" for name, value in indices if value is not None)
    for arena in scores.arenas:
        told = [f"rank {arena.rank}" if arena.rank is not None else ""]
        told.append(f"Elo {arena.elo:.0f}" if arena.elo is not None else "")
        told.append(f"won {arena.win_rate:.0f} %" if arena.win_rate is not None else "")
        yield "arena", f"{arena.name}: " + ", ".join(text for text in told if text)


def _origin(entry: ModelEntry, now: datetime) -> Iterator[tuple[str, str]]:
    if entry.created is not None:
        yield "listed", f"{entry.created:%d %B %Y}, {age_text((now - entry.created).days)} ago"
    yield "knows until", entry.knowledge_cutoff or ""
    yield "weights", f"huggingface.co/{entry.hugging_face_id}" if entry.hugging_face_id else ""
    yield "tokenizer", entry.tokenizer or ""
    yield "moderated", "prompts pass a filter first" if entry.moderated else ""
