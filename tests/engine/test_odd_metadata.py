"""A `conversation.toml` with anything in any field: the words are there, found, leave, and can be gone on with."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from chat_tui.conversation.exports.formats import FORMATS, written
from chat_tui.conversation.metadata import FILE_NAME
from chat_tui.conversation.records import encode_message
from chat_tui.engine.health import look_at_conversations
from chat_tui.engine.index import Index
from chat_tui.engine.mending import mend
from chat_tui.engine.moving import excerpt_of
from tests.conversation.samples import message
from tests.engine.conftest import library_at

FIELDS = (
    "id", "title", "created", "tags", "pinned", "archived", "leaf", "settings", "later", "settings.model",
    "settings.parameters", "settings.headers", "settings.system", "settings.local_preset", "settings.provider",
    "settings.plugins", "settings.models", "settings.parameters.temperature",
)  # fmt: skip
ODD = (
    '""', "0", "-1", "9223372036854775807", "nan", "-inf", "1e400", "true", '[1, ["a"]]', "{ a = { b = [1, nan] } }",
    "1979-05-27", "07:32:00", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59+23:59", '"\\u0000\\u202e"', '"../../x"',
    f'"{"x" * 100_000}"', '[{ a = 1 }, { a = "b" }]',
)  # fmt: skip
EACH = len(ODD) if os.environ.get("CHAT_TUI_ALL_FAULTS") else 3


@pytest.mark.parametrize("field", FIELDS)
def test_an_odd_field_costs_only_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, field: str) -> None:
    monkeypatch.setattr(os, "fsync", lambda _: None)
    first = FIELDS.index(field) * 5
    for number in range(EACH):
        odd = ODD[(first + number) % len(ODD)]
        library = library_at(tmp_path / str(number))
        chat = library.begin()
        chat.folder.append_lines(encode_message(message("needle")))
        chat.folder.write_metadata(chat.metadata)
        (chat.folder.path / FILE_NAME).write_text(f"v = 1\n{field} = {odd}\n")
        again = library_at(tmp_path / str(number))
        (folder,) = again.folders()
        assert [one.folder for one in again.newest(5)] == [folder]
        chat = again.at(folder)
        chat.load()
        assert [one.text for one in chat.path] == ["needle"], odd
        for form in FORMATS:
            assert b"needle" in b"".join(written(excerpt_of(chat, "tree"), form)), odd
        chat.change(model="a/b")
        chat.relabel(lambda metadata: replace(metadata, title="Title"))
        chat.close()
        index = Index(again.paths)
        index.update()
        assert [one.metadata.title for one in index.summaries()] == ["Title"], odd
        assert index.search("needle").total == 1, odd
        index.close()
        list(mend(again, list(look_at_conversations(again))))
        assert again.shelf.restore(again.shelf.delete(folder)) == folder
        assert again.shelf.duplicate(folder).is_dir()
