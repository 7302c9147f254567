"""Conversations that were deleted for good and come back, whole, in part or grown: every reply counts once."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from chat_tui.conversation.folder import Folder
from chat_tui.conversation.journal import append
from chat_tui.conversation.records import encode_message
from chat_tui.conversation.values import Message, Receipt
from chat_tui.engine.library import Library
from chat_tui.engine.spending import Spending
from tests.conversation.samples import message
from tests.engine.conftest import library_at

FOR_GOOD = timedelta(days=40)


def reply(cost: str) -> Message:
    return replace(message("words", role="assistant"), receipt=Receipt("m", "P", cost=Decimal(cost)))


def spent(library: Library) -> Decimal:
    """Return the sum of all that was spent."""
    spending = Spending(library.paths)
    spending.update()
    found = sum((entry.spent.cost for entry in spending.read()), Decimal(0))
    asyncio.run(spending.close())
    return found


def write(library: Library, folder: Folder, replies: Sequence[Message]) -> None:
    append(folder.journal, b"".join(map(encode_message, replies)))
    folder.write_metadata(library.at(folder.path).metadata)


def delete_for_good(library: Library, folder: Folder) -> None:
    library.shelf.delete(folder.path)
    assert library.shelf.empty_trash(date.today() + FOR_GOOD) == 1  # noqa: DTZ011 - the day where the person is


OLD = [reply("1"), reply("0.2"), reply("0.04")]
NEW = [reply("0.5"), reply("3")]


@pytest.mark.parametrize(
    ("back", "expected"),
    [
        ([], "1.24"),
        (OLD, "1.24"),
        (OLD[:1], "1.24"),
        (OLD + NEW, "4.74"),
        (OLD[:1] + NEW[:1], "1.74"),  # less than was deleted
        (OLD[1:] + NEW, "4.74"),  # more than was deleted
        (NEW, "4.74"),
    ],
)
def test_every_reply_counts_once_whatever_came_back(tmp_path: Path, back: list[Message], expected: str) -> None:
    library = library_at(tmp_path)
    folder = library.begin().folder
    write(library, folder, OLD)
    assert spent(library) == Decimal("1.24")
    delete_for_good(library, folder)
    assert spent(library) == Decimal("1.24")
    if back:
        write(library, folder, back)
        assert spent(library) == Decimal(expected)
        other = library.begin().folder  # the same replies in another conversation too, as from another export
        write(library, other, back)
        assert spent(library) == Decimal(expected)
        delete_for_good(library, folder)
        assert spent(library) == Decimal(expected)
        delete_for_good(library, other)
    assert spent(library) == Decimal(expected)
