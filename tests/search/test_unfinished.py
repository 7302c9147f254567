"""Replies that aren't in a journal yet are found too: those that stream, and those that a crash interrupted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from chat_tui.conversation.events import Reasoning, Receipted, Text
from chat_tui.conversation.values import Message, Receipt
from chat_tui.engine.index import Index
from chat_tui.engine.library import Library
from tests.conversation.samples import message
from tests.search.libraries import Shelf


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf.under(tmp_path)


@pytest.fixture
def index(shelf: Shelf) -> Iterator[Index]:
    index = Index(shelf.paths)
    yield index
    index.close()


def found(index: Index, text: str) -> list[str | None]:
    """Return the ids of the messages that are found once the index is up to date."""
    index.update()
    return [match.message_id for match in index.search(text).matches]


def reply_to(prompt: Message) -> Message:
    return replace(message("", prompt, role="assistant"), parts=(), status="streaming", model="a/b")


def test_an_interrupted_reply_is_found_before_its_chat_is_opened_and_once_after(shelf: Shelf, index: Index) -> None:
    prompt = message("Where?")
    reply = reply_to(prompt)
    folder = shelf.add(prompt)
    assert found(index, "kyoto") == []
    writer = folder.start_partial(reply)
    writer.append([Reasoning("perhaps Osaka"), Text("In Ky"), Receipted(Receipt(cost=Decimal("0.5")))])
    assert found(index, "kyoto") == []
    writer.append([Text("oto, half a wo")])
    writer.close()
    assert found(index, "kyoto") == found(index, "osaka role:assistant") == [reply.id]
    (match,) = index.search("kyoto").matches
    assert (match.snippet, match.model) == ("In Kyoto, half a wo", "a/b")
    assert [(one.messages, one.preview) for one in index.summaries()] == [(2, "In Kyoto, half a wo")]
    assert index.sums() == []  # which is counted once, when the chat is opened
    chat = Library(shelf.paths).open(folder.path.name[-26:])
    chat.load()
    chat.close()
    assert found(index, "kyoto") == [reply.id]
    assert index.search("kyoto").total == 1
    assert [spent.cost for _, spent in index.sums()] == [Decimal("0.5")]


def test_a_reply_that_is_whole_takes_the_place_of_its_beginning(shelf: Shelf, index: Index) -> None:
    prompt = message("Where?")
    reply = reply_to(prompt)
    folder = shelf.add(prompt)
    writer = folder.start_partial(reply)
    writer.append([Text("In Kyoto")])
    writer.close()
    assert found(index, "kyoto") == [reply.id]
    folder.append(replace(message("In Kyoto, whole.", prompt, role="assistant"), id=reply.id))
    assert found(index, "whole") == found(index, "kyoto") == [reply.id]  # the file may stay a moment longer
    folder.partial(reply.id).unlink()
    assert found(index, "kyoto") == [reply.id]


def test_a_reply_that_vanishes_is_forgotten(shelf: Shelf, index: Index) -> None:
    folder = shelf.add(message("Where?"))
    folder.path.joinpath("partial").mkdir()
    folder.path.joinpath("partial", "odd.jsonl").write_bytes(b"no reply")
    reply = reply_to(message())
    writer = folder.start_partial(reply)
    writer.append([Text("In Kyoto")])
    writer.close()
    assert found(index, "kyoto") == [reply.id]
    folder.partial(reply.id).unlink()
    assert index.search("kyoto").matches[0].snippet == ""
    assert found(index, "kyoto") == []
