"""The ledger: sums by day, model and provider that outlive their conversations and count once."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from chat_tui.conversation.ids import new_id
from chat_tui.conversation.ledger import Sum, read_deleted, read_ledger, settle, sums
from chat_tui.conversation.values import Attempt, Message, Receipt, Usage
from tests.conversation.samples import message


def reply(model: str, cost: str, **changes: object) -> Message:
    """Return a reply that cost that much."""
    receipt = Receipt(model, "P", usage=Usage(10, 5), cost=Decimal(cost))
    made: Message = replace(message("", role="assistant", **changes), receipt=receipt)  # type: ignore[arg-type]
    return made


REPLIES = [reply("m", "0.1"), reply("m", "0.2"), reply("n", "1"), reply("m", "4", seconds=86_400)]
SUMS = [
    Sum("2026-11-20", "m", "P", 2, 20, 10, Decimal("0.3")),
    Sum("2026-11-20", "n", "P", 1, 10, 5, Decimal(1)),
    Sum("2026-11-21", "m", "P", 1, 10, 5, Decimal(4)),
]


def test_sums_are_by_day_model_and_provider() -> None:
    assert sums([message("prompt"), *REPLIES]) == SUMS


def test_failed_attempts_count_and_copies_do_not() -> None:
    receipt = Receipt("m", "P", attempts=(Attempt("It failed.", cost=Decimal("0.5")),))
    tried = replace(message("", role="assistant"), receipt=receipt)
    copied = replace(reply("m", "7"), copied_from=new_id())
    assert [one.cost for one in sums([tried, copied])] == [Decimal("0.5")]


def test_what_is_settled_twice_counts_once(tmp_path: Path) -> None:
    ledger = tmp_path / "data" / "ledger.jsonl"
    assert read_ledger(ledger) == []
    one, other = new_id(), new_id()
    for _ in range(2):
        settle(ledger, one, REPLIES)
    settle(ledger, other, [reply("m", "0.1")])
    assert sum(found.cost for found in read_ledger(ledger)) == Decimal("5.4")
    assert b"prompt" not in ledger.read_bytes().replace(b"prompt_tokens", b"")
    with ledger.open("ab") as file:
        file.write(b'damaged\n{"v":1,"type":"sum","id":"' + one.encode() + b'","day":1}\n{"v":2}\n')
    assert len(read_ledger(ledger)) == 4


def test_what_came_back_and_grew_is_settled_without_what_was_settled_before(tmp_path: Path) -> None:
    ledger, one = tmp_path / "ledger.jsonl", new_id()
    settle(ledger, one, REPLIES[:2])
    settle(ledger, one, REPLIES[1:])
    assert sum(found.cost for found in read_ledger(ledger)) == Decimal("5.3")
    settle(ledger, new_id(), REPLIES)  # the same replies in another conversation, from an import
    written = ledger.read_bytes().splitlines(keepends=True)
    ledger.write_bytes(b"".join(reversed(written)) + written[0])  # as a merge may leave it
    assert sum(found.cost for found in read_ledger(ledger)) == Decimal("5.3")
    assert read_deleted(ledger)[one].replies == {reply.id for reply in REPLIES}


def test_a_conversation_without_costs_writes_nothing(tmp_path: Path) -> None:
    settle(tmp_path / "ledger.jsonl", new_id(), [message("prompt")])
    assert list(tmp_path.iterdir()) == []
