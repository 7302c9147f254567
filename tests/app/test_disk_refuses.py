"""A disk that refuses, as a person sees it: one notice, the chat goes on, and leaving says where it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from chat_tui.conversation.folder import Folder
from chat_tui.engine import saver
from tests.app.conftest import Starter


async def test_one_notice_then_the_chat_goes_on_and_is_saved_when_there_is_room(
    starter: Starter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(saver, "RETRY_SECONDS", 0.05)
    conversations = starter.library.paths.conversations
    conversations.parent.mkdir(parents=True)
    conversations.write_text("a file where a folder should be")
    async with starter.run() as running:
        for prompt in ("First", "Second"):
            await running.send(prompt)
        await running.until_shown("can't be saved now")
        assert running.text().count("can't be saved now") == 1
        assert len(running.app._notifications) == 1
        assert [message.status for message in running.chat.path] == ["complete"] * 4
        conversations.unlink()
        await running.until_shown("All is saved again")
        saved = running.chat.folder.read().messages
        assert list(saved) == [message.id for message in running.chat.path]
    assert running.app.farewell == []


async def test_leaving_says_where_it_is(starter: Starter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    starter.library.paths.data.write_text("a file where a folder should be")
    async with starter.run() as running:
        await running.send("Hello")
        told = [message.text for message in running.chat.path]
    (sentence,) = running.app.farewell
    (kept,) = (starter.library.paths.state / "unsaved").iterdir()
    assert str(kept) in sentence
    assert [message.text for message in Folder(kept).read().messages.values()] == told
