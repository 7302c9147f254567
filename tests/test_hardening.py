"""What hostile servers, files and surroundings can do: cost a value, never a reply, a conversation or the program."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from chat_tui.conversation.ids import new_id
from chat_tui.conversation.records import decode_line, decode_message
from chat_tui.cost.written import format_cost, format_tokens
from chat_tui.openrouter.catalogue import Model
from chat_tui.openrouter.stream import parse_chunk
from chat_tui.openrouter.types import Usage


def test_a_number_of_thousands_of_digits_costs_no_text() -> None:
    chunk = parse_chunk('{"created": ' + "9" * 5000 + ', "choices": [{"delta": {"content": "Hello"}}]}')
    assert chunk is not None
    assert (chunk.choices[0].delta.content, chunk.created) == ("Hello", None)


@pytest.mark.parametrize("count", [10**400, 2**53, -1, "many", True])
def test_a_count_that_nothing_has_is_not_read(count: object) -> None:
    usage = Usage.read({"prompt_tokens": count, "completion_tokens": 7})
    assert (usage.prompt_tokens if count is not True else None, usage.completion_tokens) == (None, 7)
    assert Model.read({"id": "a/b", "context_length": 10**400}).context_length is None


@pytest.mark.parametrize("figure", [10**400, -1, "many", [1]])
@pytest.mark.parametrize("cost", ["NaN", "Infinity", "much", "1e999999", 10**400, [], True])
def test_a_receipt_with_impossible_figures_costs_no_message(figure: object, cost: object) -> None:
    record: dict[str, Any] = {"v": 1, "type": "message", "id": new_id(), "parent": None, "role": "assistant"}
    record |= {"at": "2026-01-02T03:04:05.000Z", "parts": [{"type": "text", "text": "Hello"}]}
    record["receipt"] = {
        "usage": {"prompt_tokens": figure, "completion_tokens": 7},
        "cost": cost,
        "first_token_ms": figure,
        "reasoning_ms": figure,
        "total_ms": figure,
    }
    message = decode_message(decode_line(json.dumps(record).encode()))
    receipt = message.receipt
    assert receipt is not None
    assert message.text == "Hello"
    assert (receipt.cost, receipt.first_token_ms, receipt.reasoning_ms, receipt.total_ms) == (None, None, None, None)
    assert (receipt.usage.prompt_tokens, receipt.usage.completion_tokens) == (None, 7)


def test_every_figure_can_be_shown() -> None:
    costs = ("NaN", "sNaN", "-Infinity", "1E+999999", "1E-999999", "0E+999999", "-0.00000735")
    assert [format_cost(Decimal(cost)) for cost in costs] == ["–", "–", "–", "–", "–", "$0", "$-0.00000735"]
    assert [format_tokens(tokens) for tokens in (10**400, -(10**5000))] == ["–", "–"]
