"""Going from one conversation to another, and what commands do with whole ones."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from chat_tui.conversation.metadata import Metadata, read_metadata
from chat_tui.conversation.values import Message
from chat_tui.engine.library import Library
from chat_tui.engine.unseen import Unseen
from chat_tui.screens.conversations import ConversationsPane
from tests.app.conftest import Running, Starter
from tests.app.test_conversations_pane import find, open_pane, said
from tests.engine.conftest import library_at
from tests.shelf_samples import keep


async def command(app: Running, text: str) -> None:
    """Type a command and send it."""
    await app.type(text)
    await app.until(lambda: app.screen.composer.text == text)
    await app.pilot.press("enter")


async def go_to(app: Running, words: str) -> None:
    """Open the conversation that has `words` in its title."""
    await open_pane(app)
    await find(app, words)
    await app.pilot.press("enter")
    await app.until(lambda: words in app.chat.title)


COMMANDS = [
    ("/rename Two days in Kyoto", replace, {"title": "Two days in Kyoto"}),
    ("/tag work, #japan", replace, {"tags": ("travel", "work", "japan")}),
    ("/tag -travel", replace, {"tags": ()}),
    ("/pin", replace, {"pinned": True}),
    ("/archive", replace, {"archived": True}),
]


@pytest.mark.parametrize(("typed", "change", "fields"), COMMANDS)
async def test_a_command_changes_what_is_said_of_this_conversation(
    starter: Starter, typed: str, change: Callable[..., Metadata], fields: dict[str, object]
) -> None:
    folder = keep(starter.library, "Trip", at=datetime.now().astimezone(), tags=("travel",))
    before = read_metadata(folder)
    async with starter.run(starter.library.at(folder), size=(80, 24)) as app:
        await command(app, typed)
        await app.until(lambda: read_metadata(folder) == change(before, **fields))
        await app.until(lambda: app.chat.metadata == change(before, **fields))
        await app.until_shown(app.chat.title)
    assert read_metadata(folder) == change(before, **fields)


async def test_a_title_given_before_the_first_prompt_stays(starter: Starter) -> None:
    async with starter.run(size=(80, 24)) as app:
        await command(app, "/rename Mine")
        await app.until_shown("Renamed.", " Mine")
        await app.send("Hello")
        assert read_metadata(app.chat.folder.path).title == "Mine"


async def test_commands_without_what_they_need_say_so(starter: Starter) -> None:
    async with starter.run(size=(80, 24)) as app:
        for typed, told in (
            ("/rename", "/rename TEXT"),
            ("/tag", "No tags yet."),
            ("/duplicate", "nothing to copy"),
            ("/delete", "nothing to delete"),
        ):
            await command(app, typed)
            await app.until_shown(told)
        assert not starter.library.paths.trash.exists()


async def test_deleting_shows_a_new_chat_and_restoring_the_old_one(slow_starter: Starter) -> None:
    async with slow_starter.run(size=(80, 24)) as app:
        app.screen.command_choose_model("demo/slow")
        await app.type("Go", "enter")
        await app.until(lambda: "streaming" in app.text())
        folder = app.chat.folder.path
        await command(app, "/delete")
        await app.until(lambda: not folder.exists())
        await app.until_shown("/restore")
        await app.until(lambda: app.chat.folder.path != folder)
        await command(app, "/restore")
        await app.until(folder.is_dir)
        await app.until(lambda: app.chat.folder.path == folder and app.chat.path[-1].status == "cancelled")
        assert app.chat.path[-1].text


async def test_restoring_with_nothing_deleted_shows_the_trash(starter: Starter) -> None:
    async with starter.run(size=(80, 24)) as app:
        await command(app, "/restore")
        await app.until(lambda: isinstance(app.app.screen, ConversationsPane))
        await app.until_shown("The trash is empty.")


async def test_a_copy_goes_on_by_itself(starter: Starter) -> None:
    async with starter.run(size=(120, 40)) as app:
        await app.send("Hello")
        original = app.chat.folder.path
        await command(app, "/duplicate")
        await app.until(lambda: app.chat.folder.path != original)
        await app.until_shown("Hello (copy)", "This is the copy.")
        await app.send("Only here")
    texts = {path: [m.text for m in _read(path) if m.role == "user"] for path in original.parent.iterdir()}
    assert sorted(texts.values()) == [["Hello"], ["Hello", "Only here"]]
    assert texts[original] == ["Hello"]


def _read(folder: Path) -> list[Message]:
    chat = library_at(folder.parent.parent.parent).at(folder)
    chat.load()
    chat.close()
    return list(chat.path)


async def test_a_reply_that_streams_goes_on_and_is_there_on_coming_back(slow_starter: Starter) -> None:
    keep(slow_starter.library, "Another", at=datetime.now().astimezone())
    async with slow_starter.run(size=(120, 40)) as app:
        app.screen.command_choose_model("demo/slow")
        await app.type("Tell me a long story", "enter")
        await app.until(lambda: "streaming" in app.text() and "simulated" in app.text())
        first = app.chat
        await go_to(app, "Another")
        await app.until_shown("It depends.")
        assert "long story" not in app.text()
        await open_pane(app)
        await app.until_shown("● Tell me a long story", "● a reply streams")
        await find(app, "story")
        await app.pilot.press("enter")
        await app.until_shown("streaming", "simulated")
        assert app.chat is first
        shown = len(app.text())
        await app.until(lambda: first.path[-1].status == "complete" or len(app.text()) > shown)
        await app.pilot.press("escape")
        await app.until(lambda: first.path[-1].status == "cancelled")


async def test_a_reply_that_ended_unseen_is_marked_until_it_is_looked_at(slow_starter: Starter) -> None:
    starter = slow_starter
    async with starter.run(size=(80, 24)) as app:
        await app.type("Hello there", "enter")
        await app.until(lambda: "streaming" in app.text())
        await app.pilot.press("ctrl+n")
        await app.until(lambda: app.chat.title == "New chat")
        marks = Unseen(starter.library.paths.state / "seen.toml")
        await app.until(marks.read)
        await open_pane(app)
        await app.until_shown("• Hello there", "• a reply you have not seen")
        await find(app, "Hello")
        await app.pilot.press("enter")
        await app.until(lambda: not marks.read())
        # Nobody holds it any more: another process may write there.
        await app.pilot.press("ctrl+n")
        await app.until(lambda: app.chat.title == "New chat")
        await app.until(lambda: _is_free(starter.library))


def _is_free(library: Library) -> bool:
    chats = [library_at(library.paths.data.parent).at(folder) for folder in library.paths.conversations.iterdir()]
    for chat in chats:
        chat.load()
        chat.close()
    return not any(chat.is_read_only for chat in chats)


async def test_what_was_being_written_stays_with_its_conversation(starter: Starter) -> None:
    keep(starter.library, "Another", at=datetime.now().astimezone())
    async with starter.run(size=(80, 24)) as app:
        await app.send("Hello")
        first = app.chat
        await app.type("half a tho")
        await go_to(app, "Another")
        assert app.screen.composer.text == ""
        await app.type("other words")
        await go_to(app, "Hello")
        assert app.screen.composer.text == "half a tho"
        await app.type("ught")
        file = starter.library.paths.drafts / first.id / "draft.txt"
        await app.until(lambda: file.exists() and file.read_text() == "half a thought")
        assert file.stat().st_mode & 0o077 == 0
    starter.library = library_at(starter.library.paths.data.parent)
    async with starter.run(starter.library.at(first.folder.path), size=(80, 24)) as app:
        assert app.screen.composer.text == "half a thought"
        await app.pilot.press("enter")
        await app.until(lambda: not file.parent.exists())


async def test_a_draft_that_was_never_sent_is_found_again(starter: Starter) -> None:
    async with starter.run(size=(80, 24)) as app:
        await app.type("an idea [/b]")
        await app.pilot.press("ctrl+n")
        await app.until(lambda: app.screen.composer.text == "")
    starter.library = library_at(starter.library.paths.data.parent)
    async with starter.run(size=(80, 24)) as app:
        await open_pane(app)
        await app.until_shown("Drafts", "an idea [/b] ", "draft")
        await app.pilot.press("enter")
        await app.until(lambda: app.screen.composer.text == "an idea [/b]")


async def test_a_draft_in_what_was_deleted_is_no_conversation_of_its_own(starter: Starter) -> None:
    folder = keep(starter.library, "Trip", at=datetime.now().astimezone())
    async with starter.run(starter.library.at(folder), size=(80, 24)) as app:
        await app.type("half a thought")
        await open_pane(app)
        await app.pilot.press("alt+l", "alt+l")
        await app.until(lambda: not folder.exists())
        await app.until_shown("0 conversations")
        await app.pilot.press("escape")
        await app.until(lambda: app.chat.folder.path != folder)
        assert app.screen.composer.text == ""
        await open_pane(app)
        await app.until_shown("0 conversations")
        await app.pilot.press("alt+s")
        await app.until_shown("Trip", "1 conversation")
        await app.pilot.press("alt+o")
        await app.until(folder.is_dir)
        await app.pilot.press("alt+s", "enter")
        await app.until(lambda: app.screen.composer.text == "half a thought")
        assert app.chat.folder.path == folder


OPENERS: list[Callable[[Running], Awaitable[None]]] = [
    lambda app: command(app, "/conversations"),
    lambda app: command(app, "/chats"),
    lambda app: app.pilot.press("ctrl+b"),
]


@pytest.mark.parametrize("opener", OPENERS)
async def test_the_pane_opens_by_key_and_command(
    starter: Starter, opener: Callable[[Running], Awaitable[None]]
) -> None:
    async with starter.run(size=(80, 24)) as app:
        await app.send("Hello")
        await opener(app)
        await app.until_shown("1 conversation")
        await app.pilot.press("ctrl+b")
        await app.until(lambda: app.app.screen is app.screen)
        assert said(app.chat.folder.path)[0] == "Hello"
