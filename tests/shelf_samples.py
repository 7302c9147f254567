"""Conversations as a person has kept them over the weeks, for tests that list them."""

from __future__ import annotations

import os
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

from chat_tui.conversation.ids import new_id
from chat_tui.conversation.journal import append_message
from chat_tui.conversation.metadata import Metadata, write_metadata
from chat_tui.conversation.values import Message, Receipt, TextPart
from chat_tui.engine.library import Library

_ID_START = "0123456789abcdefghjkmnpqrstvwxyz"


def keep(
    library: Library,
    title: str,
    *,
    at: datetime,
    model: str = "demo/markdown",
    cost: str = "0.0021",
    tags: tuple[str, ...] = (),
    pinned: bool = False,
    archived: bool = False,
    reply: str = "It depends.",
) -> Path:
    """Keep a conversation of one prompt and one reply, last written to at `at`; return its folder."""
    metadata = Metadata(_id_at(at), at, title, tags, pinned, archived)
    folder = library.paths.conversations / metadata.folder_name
    write_metadata(folder, metadata)
    prompt = Message(_id_at(at), None, "user", (TextPart(title),), at)
    receipt = Receipt(model, "Demo", cost=Decimal(cost))
    answer = Message(new_id(), prompt.id, "assistant", (TextPart(reply),), at, model=model, receipt=receipt)
    journal = folder / "messages.jsonl"
    append_message(journal, prompt)
    append_message(journal, answer)
    os.utime(journal, (at.timestamp(), at.timestamp()))
    return folder


def keep_some(library: Library, now: datetime) -> list[Path]:
    """Keep conversations of every kind: pinned, tagged, archived, of all ages; return their folders."""
    days = timedelta(days=1)
    noon = now.replace(hour=12, minute=0, second=0, microsecond=0)
    return [
        keep(library, "Trip to Kyoto", at=noon, tags=("travel", "japan"), cost="0.0113"),
        keep(library, "Why is the sky blue?", at=noon - days, model="demo/reasoning"),
        keep(library, "A regular expression for dates", at=noon - days - timedelta(hours=3), tags=("work",)),
        keep(library, "日本語の助詞について、例をいくつか", at=noon - 3 * days, model="demo/fast", cost="0.12"),
        keep(library, "Sourdough that rises", at=noon - 40 * days, pinned=True, model="demo/free", cost="0"),
        keep(library, "[/b] an odd \x1b[31m title", at=noon - 41 * days, tags=("[red]",), model="demo/escape"),
        keep(library, "Letter to the landlord about the window", at=noon - 400 * days, cost="1.25"),
        keep(library, "Old notes", at=noon - 500 * days, archived=True),
    ]


def _id_at(at: datetime) -> str:
    """Return an id as it was made at `at`."""
    milliseconds, characters = int(at.timestamp() * 1000), ""
    for _ in range(10):
        milliseconds, digit = divmod(milliseconds, 32)
        characters = _ID_START[digit] + characters
    return characters + new_id()[10:]
