"""A clock that is put back: what was done last counts all the same."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from chat_tui.conversation.metadata import Metadata
from chat_tui.conversation.records import Hiding, encode_hiding
from chat_tui.conversation.values import Receipt
from chat_tui.engine import chat as engine
from chat_tui.engine.chat import Chat
from tests.conversation.samples import message
from tests.engine.conftest import library_at


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[datetime]:
    """The moment that it is for an open conversation."""
    moment = [datetime.now(UTC)]
    monkeypatch.setattr(engine, "now", lambda: moment[0])
    return moment


def titled(title: str) -> Callable[[Metadata], Metadata]:
    return lambda metadata: replace(metadata, title=title)


def opened(root: Path) -> Chat:
    library = library_at(root)
    chat = library.at(next(iter(library.folders())))
    chat.load()
    return chat


@pytest.mark.parametrize("again", [False, True])
def test_what_was_done_last_counts(tmp_path: Path, clock: list[datetime], again: bool) -> None:
    chat = library_at(tmp_path).begin()
    prompt = message("prompt")
    reply = replace(message("reply", prompt, role="assistant"), receipt=Receipt(generation="gen-1"))
    chat.load()
    chat.place_reply(prompt, reply)
    chat.put(reply)
    for number in range(4):
        chat.hide(reply.id, hidden=number % 2 == 0)
        chat.settle(reply.id, Receipt(cost=Decimal(number)))
        chat.relabel(titled(f"title {number}"))
        clock[0] -= timedelta(days=1)
        if again:
            chat.close()
            chat = opened(tmp_path)
    chat.close()
    chat = opened(tmp_path)
    assert chat.hidden == frozenset()
    receipt = chat.tree[reply.id].receipt
    assert receipt is not None
    assert (receipt.cost, chat.title) == (Decimal(3), "title 3")
    chat.close()


def test_a_record_of_the_last_moment_there_is_stops_nothing(tmp_path: Path) -> None:
    chat = library_at(tmp_path).begin()
    chat.load()
    prompt = message("prompt")
    chat.put(prompt)
    last = datetime.max.replace(tzinfo=UTC, microsecond=999_000)
    chat.folder.append_lines(encode_hiding(Hiding(prompt.id, last)))
    chat.close()
    chat = opened(tmp_path)
    assert chat.hidden == {prompt.id}
    chat.hide(prompt.id, hidden=False)
    assert chat.hidden == frozenset()
    assert chat.saving.fault is None
    chat.close()
