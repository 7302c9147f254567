"""Messages for tests: the plainest one, and one with every field."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from chat_tui.conversation.ids import new_id
from chat_tui.conversation.values import (
    Aside,
    Attempt,
    Chance,
    Citation,
    Failure,
    FilePart,
    Likely,
    LinkPart,
    Message,
    Receipt,
    Role,
    TextPart,
    UnknownPart,
    Usage,
)

NOON = datetime(2026, 11, 20, 12, 0, 0, 123_000, UTC)


def message(text: str = "Hello", parent: Message | None = None, *, role: Role = "user", seconds: int = 0) -> Message:
    """Return a message written `seconds` after noon."""
    at = NOON + timedelta(seconds=seconds)
    return Message(new_id(), parent.id if parent else None, role, (TextPart(text),), at)


def later(known: Message, text: str, seconds: int) -> Message:
    """Return another record of `known`, written `seconds` after it."""
    return replace(known, parts=(TextPart(text),), at=known.at + timedelta(seconds=seconds))


def full_message() -> Message:
    """Return a message in which no field is empty."""
    return Message(
        id=new_id(),
        parent=new_id(),
        role="assistant",
        parts=(
            TextPart("line one\nline two\u2028\x1b[2J 🦜"),
            FilePart("ab" * 32, "image/png", "image.png", 67, width=3, height=2),
            LinkPart("image", "https://example.com/a.png?b=c", "a.png"),
            UnknownPart({"type": "hologram", "depth": 3, "scale": Decimal("0.5")}),
        ),
        at=NOON,
        status="failed",
        model="openrouter/auto",
        reasoning="hm",
        reasoning_details=({"type": "reasoning.text", "text": "hm", "weight": Decimal("0.25"), "index": 0},),
        tool_calls=({"id": "c1", "type": "function", "function": {"name": "f", "arguments": "{}"}},),
        citations=(Citation("https://example.com/a", "A", ((0, 3), (4, 9))), Citation("https://example.com/b")),
        logprobs=(
            Chance(Likely(" the", -0.25), (Likely(" the", -0.25), Likely(" a", -1.5))),
            Chance(Likely("\\xf0\\x9f", 0.0, b"\xf0\x9f"), (Likely("\ud800"),)),
        ),
        response_format="json_object",
        annotations=(FilePart("cd" * 32, "application/json", "map.pdf", 90),),
        receipt=Receipt(
            model="openai/gpt-5-2026-01-01",
            provider="OpenAI",
            generation="gen-1",
            finish="error",
            native_finish="boom",
            usage=Usage(1, 2, 3, 4, 5),
            cost=Decimal("0.000000735000000000000000000001"),
            first_token_ms=120,
            reasoning_ms=1300,
            total_ms=4500,
            service_tier="flex",
            attempts=(
                Attempt("It failed. Again.", "429", "Groq", "gen-0", Decimal("0.00000012"), 1500),
                Attempt("No."),
            ),
            asides=(Aside("title", "a/b", "gen-2", Decimal("0.0000001")), Aside("title")),
            metadata={"strategy": "direct", "attempt": 2},
            violation="Not what was asked for: only groq may serve, Novita did.",
            fallback="in place of a/b (429 from Groq)",
            raw_usage={"cost": Decimal("7.35E-7"), "is_byok": False, "details": {"x": None}},
        ),
        failure=Failure(
            "It broke. Send it again.",
            "502",
            True,
            actions=("retry", "wait"),
            retry_after=7.5,
            limit_source="upstream_provider_shared_pool",
        ),
        copied_from=new_id(),
        unknown={"mood": "fine", "weight": Decimal("1.5"), "nested": {"list": [1, None, True]}},
    )
