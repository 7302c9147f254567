"""The line under a reply: what it says of what was done with the conversation, and of keys of one's own."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from chat_tui.conversation.ids import new_id, now
from chat_tui.conversation.values import Asked, Message, Receipt, Status, TextPart
from chat_tui.widgets.receipt import receipt_line

LEFT_OUT = {
    "type": "context_compression",
    "name": "context-compression",
    "data": {"original_messages": 42, "compressed_messages": 30, "original_tokens": "many", "compressed_tokens": 5},
}
UPSTREAM = Decimal("0.002")
COMPRESSED = {"type": "context_compression", "name": "context-compression", "summary": "42 → 30 messages"}


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"metadata": {"pipeline": [COMPRESSED]}}, "a/b · context compression: 42 → 30 messages"),
        ({"metadata": {"pipeline": [LEFT_OUT]}}, "a/b · context compression: 12 of 42 messages left out"),
        ({"metadata": {"pipeline": [{"type": "guardrail"}, 5]}}, "a/b · guardrail"),
        (
            {"metadata": {"pipeline": [{"type": "plugin", "name": "ocr", "cost_usd": Decimal("0.004")}]}},
            "a/b · ocr ($0.004)",
        ),
        ({"metadata": {"pipeline": [{"type": "plugin", "name": "ocr", "cost_usd": "free", "data": 5}]}}, "a/b · ocr"),
        ({"metadata": {"pipeline": "x"}}, "a/b"),
        ({"metadata": {"pipeline": [{"name": "\x1b[2J"}]}}, "a/b · ␛[2J"),
        ({"is_byok": True}, "a/b · with your own key at the provider"),
        (
            {
                "cost": Decimal("0.0001"),
                "is_byok": True,
                "upstream_cost": UPSTREAM,
            },
            "a/b · $0.0001 · with your own key at the provider, which charges $0.002",
        ),
        ({"is_byok": False, "upstream_cost": UPSTREAM}, "a/b"),
        ({"generation": "gen-1"}, "a/b · cost pending"),
        ({"generation": "gen-1", "given_up": True}, "a/b · cost unknown"),
        ({"generation": "chatcmpl-1"}, "a/b"),
    ],
)
def test_what_was_done_is_told_in_the_servers_words(fields: dict[str, Any], said: str) -> None:
    reply = Message(new_id(), None, "assistant", (TextPart("Hi"),), now(), receipt=Receipt(model="a/b", **fields))
    assert receipt_line(reply) == said


@pytest.mark.parametrize(
    ("form", "edited", "status", "said"),
    [
        ("openrouter", False, "cancelled", "a/b · cost unknown"),
        ("openai", False, "interrupted", "a/b"),
        ("openrouter", True, "complete", "a/b · edited request"),
    ],
)
def test_a_stop_before_the_server_answered_and_a_request_of_ones_own_are_told(
    form: str, edited: bool, status: Status, said: str
) -> None:
    asked = Asked("0" * 64, {}, form=form, edited=edited)
    reply = Message(new_id(), None, "assistant", (), now(), status, asked=asked, receipt=Receipt(model="a/b"))
    assert receipt_line(reply) == said
