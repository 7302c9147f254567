"""Replies of many days with what they cost, for tests and pictures."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

from chat_tui.conversation.ids import new_id
from chat_tui.conversation.journal import append_message
from chat_tui.conversation.metadata import Metadata, write_metadata
from chat_tui.conversation.values import Attempt, Message, Receipt, TextPart, Usage
from chat_tui.engine.library import Library

MODELS = (
    ("anthropic/claude-sonnet-4.6", "Anthropic", "0.0031"),
    ("anthropic/claude-opus-4.7", "Anthropic", "0.0113"),
    ("openai/gpt-5.5", "OpenAI", "0.0052"),
    ("google/gemini-2.5-flash", "Google AI Studio", "0.00041"),
    ("deepseek/deepseek-v4-pro", "DeepSeek", "0.00087"),
    ("mistralai/mistral-small-2603", "Mistral", "0.000057"),
)
TITLES = ("Trip to Kyoto", "Why is the sky blue?", "Refactor the parser", "Letter to the landlord", "", "日本語の勉強")


def keep_receipts(library: Library, moment: datetime, days: int = 45) -> list[Path]:
    """Write conversations whose replies cost something on most of the `days` before `moment`; return their folders."""
    dice = random.Random(8)  # noqa: S311 - not a secret
    folders = []
    for title in TITLES:
        metadata = Metadata(new_id(), moment, title)
        folder = library.paths.conversations / metadata.folder_name
        for message in _messages(dice, moment, days):
            append_message(folder / "messages.jsonl", message)
        write_metadata(folder, metadata)
        folders.append(folder)
    return folders


def reply_of(
    moment: datetime, model: str, provider: str, cost: Decimal | None, tokens: int = 500, parent: str | None = None
) -> Message:
    """Return a reply with its receipt."""
    receipt = Receipt(
        model=model,
        provider=provider,
        generation="gen-1763721720-Qm4tV9xS2kLw8RzYbN3f",
        finish="stop",
        native_finish="stop",
        usage=Usage(tokens * 2, tokens, 0, tokens),
        cost=cost,
        total_ms=4200,
        first_token_ms=420,
    )
    return Message(new_id(), parent, "assistant", (TextPart("Yes."),), moment, model=model, receipt=receipt)


def stopped_reply(moment: datetime, parent: str | None = None) -> Message:
    """Return a reply that was stopped, after an attempt that failed, paid by a key of one's own."""
    reply = reply_of(moment, "google/gemini-2.5-flash", "Google AI Studio", Decimal("0.0002751"), parent=parent)
    assert reply.receipt is not None
    receipt = replace(
        reply.receipt,
        usage=Usage(12_204, 512, 312, 10_240, 7, image_tokens=128),
        is_byok=True,
        upstream_cost=Decimal("0.005502"),
        tool_cost=Decimal("0.00004"),
        cache_discount=Decimal("0.000204"),
        reasoning_ms=2130,
        origin="https://openrouter.ai",
        attempts=(Attempt("Google is busy: too many requests.", "429", "Google", "gen-0", waited_ms=2000),),
    )
    return replace(reply, status="cancelled", receipt=receipt)


def _messages(dice: random.Random, moment: datetime, days: int) -> Iterator[Message]:
    for ago in range(days):
        for _ in range(dice.choice((0, 0, 1, 2, 5)) if ago % 7 else 3):
            model, provider, price = dice.choice(MODELS)
            cost = Decimal(price) * dice.randrange(1, 40)
            yield reply_of(moment - timedelta(days=ago), model, provider, cost, dice.randrange(50, 3000))
