"""The line under a reply: what it says of what was done with the conversation, and of keys of one's own."""

from __future__ import annotations

from typing import Any

import pytest

from chat_tui.conversation.ids import new_id, now
from chat_tui.conversation.values import Message, Receipt, TextPart
from chat_tui.widgets.receipt import receipt_line

COMPRESSED = {"type": "context_compression", "name": "context-compression", "summary": "42 → 30 messages"}


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"metadata": {"pipeline": [COMPRESSED]}}, "a/b · context-compression: 42 → 30 messages"),
        ({"metadata": {"pipeline": [{"type": "guardrail"}, 5]}}, "a/b · guardrail"),
        ({"metadata": {"pipeline": "x"}}, "a/b"),
        ({"metadata": {"pipeline": [{"name": "\x1b[2J"}]}}, "a/b · ␛[2J"),
        ({"raw_usage": {"is_byok": True}}, "a/b · with your own key at the provider"),
        ({"raw_usage": {"is_byok": False}}, "a/b"),
    ],
)
def test_what_was_done_is_told_in_the_servers_words(fields: dict[str, Any], said: str) -> None:
    reply = Message(new_id(), None, "assistant", (TextPart("Hi"),), now(), receipt=Receipt(model="a/b", **fields))
    assert receipt_line(reply) == said
