"""All of a receipt, for people: who answered, what it cost and why, tokens, times, attempts, how it ended."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from textwrap import wrap

from textual.content import Content

from chat_tui.conversation.charges import Charge, charges
from chat_tui.conversation.values import Message, Receipt
from chat_tui.models.billing import bills_in_full
from chat_tui.text import one_line
from chat_tui.widgets.receipt import is_unnamed

_DIM, _WARNING = "$foreground-muted", "$text-warning"
_LABEL, _FIGURE = 24, 16
"""Cells of what stands before a figure, and of the figure, which ends there."""
_FACT = 16
_VALUE = 400
_UNNAMED = (
    "it ended before the server answered at all, so there is no id to ask by; mostly nothing is charged then, but that "
    "is not known"
)
_STOPPED = {"cancelled": "you stopped it", "interrupted": "it was interrupted"}

Row = tuple[str, str, str]
"""A label, a figure, and what there is to say of it; a label with blanks before it is a part of the one above."""


def receipt_details(message: Message, width: int, note: str = "") -> Content:
    """Return all that is known of a reply's receipt.

    Args:
        message: The reply.
        width: Cells of a line.
        note: What is going on, or was found out, about it.
    """
    receipt = message.receipt or Receipt()
    blocks = [
        _facts(_served(message, receipt), width),
        _figures(_money(message, receipt), width),
        _figures(_tokens(receipt), width),
        _figures(_times(message, receipt), width),
        _facts(_end(message, receipt), width),
        _attempts(message, receipt, width),
        Content.styled(one_line(note, _VALUE), _DIM),
    ]
    return Content("\n\n").join(block for block in blocks if block.plain)


def dollars(amount: Decimal) -> str:
    """Return USD to the last digit."""
    return f"${amount:f}" if amount >= 0 else f"-${-amount:f}"


def _served(message: Message, receipt: Receipt) -> Iterator[tuple[str, str]]:
    yield "asked", message.model or ""
    yield "answered", receipt.model or ""
    yield "in place of", receipt.fallback.removeprefix("in place of ")
    yield "provider", receipt.provider or ""
    yield "tier", receipt.service_tier or ""
    yield "unasked", receipt.violation
    yield "server", receipt.origin or ""
    yield "generation", receipt.generation or ""


def _money(message: Message, receipt: Receipt) -> Iterator[Row]:
    if message.copied_from is not None:
        told = "counted in the conversation that this one is a copy of"
        yield "cost", dollars(receipt.cost) if receipt.cost is not None else "–", told
        return
    own = next(iter(charges(message)), None)
    if own is None:
        return
    yield "cost", dollars(own.cost) if own.cost is not None else _no_cost(own), _why(message, own)
    if receipt.tool_cost:
        yield "  server tools", dollars(receipt.tool_cost), "in it"
    if receipt.is_byok:
        charged = dollars(receipt.upstream_cost) if receipt.upstream_cost is not None else "not told"
        yield "  your own key", charged, "beside it, charged by the provider"
    if receipt.cache_discount is not None:
        saved = receipt.cache_discount
        yield "  the cache", dollars(abs(saved)), "saved" if saved >= 0 else "more, for writing to it"


def _no_cost(own: Charge) -> str:
    return {"insured": "$0", "pending": "pending"}.get(own.standing, "unknown")


def _why(message: Message, own: Charge) -> str:
    """Return what there is to say of a cost: why there is none, and how the provider bills what was stopped."""
    told = []
    if own.standing == "insured":
        told.append("a reply that fails before its first word isn't charged")
    elif own.standing == "pending":
        told.append("the server is asked until it says")
    elif own.standing == "unknown":
        told.append(_UNNAMED if is_unnamed(message) else "the server never said")
    elif own.cost == 0 and not own.completion_tokens and message.status != "complete":
        told.append("without a word nothing is charged")
    if message.status in ("cancelled", "interrupted"):
        if (is_full := bills_in_full(own.provider)) is True:
            told.append(f"{own.provider} bills the whole reply although {_STOPPED[message.status]}")
        elif is_full is False:
            told.append(f"{own.provider} bills what had come when {_STOPPED[message.status]}")
    return "; ".join(told)


def _tokens(receipt: Receipt) -> Iterator[Row]:
    usage = receipt.usage
    for label, number in (
        ("prompt", usage.prompt_tokens),
        ("  from the cache", usage.cached_tokens),
        ("  written to the cache", usage.cache_write_tokens),
        ("  audio", usage.prompt_audio_tokens),
        ("  video", usage.prompt_video_tokens),
        ("completion", usage.completion_tokens),
        ("  reasoning", usage.reasoning_tokens),
        ("  images", usage.image_tokens),
        ("  audio", usage.audio_tokens),
    ):
        if number or (number is not None and not label.startswith(" ")):
            yield label, f"{number:,}", "" if label.startswith(" ") else "tokens"


def _times(message: Message, receipt: Receipt) -> Iterator[Row]:
    for label, milliseconds in (
        ("first word", receipt.first_token_ms),
        ("thought", receipt.reasoning_ms),
        ("whole reply", receipt.total_ms),
    ):
        if milliseconds is not None:
            yield label, f"{milliseconds / 1000:,.3f}", "s"
    # Of a reply that was stopped the server counts also what never came.
    if message.status == "complete" and (speed := receipt.tokens_per_second) is not None:
        yield "speed", f"{speed:,.1f}", "tokens/s"


def _end(message: Message, receipt: Receipt) -> Iterator[tuple[str, str]]:
    yield "ended", {"complete": "whole"}.get(message.status, message.status)
    yield "finish", receipt.finish or ""
    yield "native finish", receipt.native_finish or ""
    yield "why", message.failure.sentence if message.failure else ""


def _attempts(message: Message, receipt: Receipt, width: int) -> Content:
    """Return a line or more for each request that was made in vain before."""
    if not receipt.attempts:
        return Content()
    lines = [Content.styled(f"before it, {len(receipt.attempts)} in vain", "bold")]
    for number, attempt in enumerate(receipt.attempts, 1):
        cost = dollars(attempt.cost) if attempt.cost is not None else "$0"
        facts = (attempt.code or "", attempt.provider or "", f"again after {attempt.waited_ms / 1000:.1f} s")
        first = " · ".join(one_line(fact, 100) for fact in facts if fact)
        lines.append(Content.assemble((f"{number:>3}  ", _DIM), first, (f"  {cost}", "")))
        for text in (attempt.sentence, attempt.generation or ""):
            lines += [Content.styled(f"     {part}", _DIM) for part in _wrapped(text, width - 5)]
    return Content("\n").join(lines)


def _facts(facts: Iterator[tuple[str, str]], width: int) -> Content:
    lines = []
    for label, text in facts:
        for number, part in enumerate(_wrapped(text, width - _FACT)):
            lines.append(Content.assemble(("" if number else label).ljust(_FACT), part).stylize(_DIM, 0, _FACT))
    return Content("\n").join(lines)


def _figures(rows: Iterator[Row], width: int) -> Content:
    lines = []
    for label, figure, told in rows:
        start = Content.assemble((label.ljust(_LABEL), _DIM), figure.rjust(_FIGURE))
        parts = _wrapped(told, max(width - start.cell_length - 2, 12)) or [""]
        lines.append(Content.assemble(start, (f"  {parts[0]}", _DIM)))
        lines += [Content.styled(" " * (start.cell_length + 2) + part, _DIM) for part in parts[1:]]
    return Content("\n").join(lines)


def _wrapped(text: str, width: int) -> Sequence[str]:
    return wrap(one_line(text, _VALUE), max(width, 12))
