"""What the status line says of a reply that streams."""

from __future__ import annotations

from decimal import Decimal

import pytest

from chat_tui.conversation.events import Leaving, Started, Text
from chat_tui.conversation.ids import new_id, now
from chat_tui.conversation.values import Message
from chat_tui.widgets.progress import LivePrice, Progress


def test_who_comes_to_watch_later_counts_from_when_it_happened() -> None:
    progress = Progress(clock=lambda: 110.0)
    progress.take(Started({}, Message(new_id(), None, "assistant", (), now(), "streaming")), 97.0)
    assert progress.line() == "◌ waiting 13 s"
    progress.take(Text("word" * 102), 100.0)
    assert progress.line() == "◍ streaming · ≈ 100 tokens · ≈ 10 tok/s · first 3.0 s"


def test_what_takes_a_while_to_leave_says_how_far_it_is() -> None:
    progress = Progress(clock=lambda: 110.0)
    progress.take(Started({}, Message(new_id(), None, "assistant", (), now(), "streaming")), 97.0)
    progress.take(Leaving(42_700_000, 133_000_000))
    assert progress.line() == "◌ sending 43 of 133 MB · Esc stops"
    progress.take(Leaving(133_000_000, 133_000_000))
    assert progress.line() == "◌ waiting 13 s"


@pytest.mark.parametrize(
    ("room", "line"),
    [
        (67, "◍ streaming · ≈ 100 tokens · ≈ 10 tok/s · first 3.0 s · ≈ $0.000102"),
        (66, "◍ streaming · ≈ 100 tokens · ≈ 10 tok/s · ≈ $0.000102"),
        (52, "◍ streaming · ≈ 100 tokens · ≈ $0.000102"),
        (39, "◍ streaming · ≈ $0.000102"),
        (10, "◍ streaming · ≈ $0.000102"),
    ],
)
def test_where_little_fits_what_it_costs_stays(room: int, line: str) -> None:
    progress = Progress(clock=lambda: 110.0)
    progress.price = LivePrice(Decimal("0.000002"), Decimal("0.000001"))
    progress.take(Started({}, Message(new_id(), None, "assistant", (), now(), "streaming")), 97.0)
    progress.take(Text("word" * 102), 100.0)
    assert progress.line(room) == line


def test_one_token_is_one() -> None:
    progress = Progress(clock=lambda: 110.0)
    progress.take(Started({}, Message(new_id(), None, "assistant", (), now(), "streaming")), 97.0)
    progress.take(Text("a"), 100.0)
    assert "≈ 1 token ·" in progress.line()
