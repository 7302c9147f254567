"""Going to what was said, key by key: the chats used last, words and filters and where Enter leads."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from chat_tui.conversation.folder import Folder
from chat_tui.conversation.ids import new_id
from chat_tui.conversation.values import Message, TextPart
from chat_tui.screens.chat import ChatScreen
from chat_tui.screens.conversations import ConversationsPane
from chat_tui.screens.goto import GotoScreen
from tests.app.conftest import Running, Starter
from tests.shelf_samples import keep, keep_some

SMALL = (80, 24)


@pytest.fixture
def kept(starter: Starter) -> list[Path]:
    """Conversations of every kind, on the disk of `starter`."""
    return keep_some(starter.library, datetime.now().astimezone())


async def open_screen(app: Running) -> GotoScreen:
    """Press the key, and wait until all is known and in the index."""
    await app.pilot.press("ctrl+g")
    screen = app.app.screen
    assert isinstance(screen, GotoScreen)
    await app.until(lambda: screen._occurring)
    await app.until(lambda: screen._engine and screen._engine.indexing and screen._engine.indexing._running)
    await app.until(lambda: screen._engine and screen._engine.indexing and not screen._engine.indexing.progress.running)
    await app.pilot.pause()
    return screen


async def search(app: Running, text: str) -> None:
    """Search for `text` alone, and wait until that is answered."""
    screen = app.app.screen
    assert isinstance(screen, GotoScreen)
    await app.pilot.press("ctrl+u")
    await app.type(text)
    await app.until(lambda: screen._answered == text and not screen._is_asking)


async def in_chat(app: Running) -> None:
    """Wait until the chat is on top."""
    await app.until(lambda: isinstance(app.app.screen, ChatScreen))


async def test_with_nothing_typed_it_switches_to_the_chat_used_before(starter: Starter, kept: list[Path]) -> None:
    async with starter.run(starter.library.at(kept[0]), size=SMALL) as app:
        await open_screen(app)
        await app.until_shown("Trip to Kyoto", "Yesterday", "used last")
        assert "Old notes" not in app.text()  # it is archived
        await app.pilot.press("enter")
        await in_chat(app)
        await app.until(lambda: app.chat.folder.path == kept[1])
        await app.pilot.press("ctrl+g", "escape")
        await in_chat(app)
        assert app.chat.folder.path == kept[1]


async def test_a_burst_of_words_and_enter_goes_to_the_message(starter: Starter, kept: list[Path]) -> None:
    prompt = Message(
        new_id(), None, "user", (TextPart("\n\n".join(f"Line {n}" for n in range(200))),), datetime.now().astimezone()
    )
    reply = Message(new_id(), prompt.id, "assistant", (TextPart("Somewhere a Lighthouse stands."),), prompt.at)
    more = [Message(new_id(), reply.id, "user", (TextPart(f"More {n}"),), prompt.at) for n in range(2)]
    folder = keep(starter.library, "A long one", at=datetime.now().astimezone() - timedelta(days=9))
    for message in (prompt, reply, *more):
        Folder(folder).append(message)
    async with starter.run(size=SMALL) as app:
        await open_screen(app)
        await app.type("lighthou", "enter")
        await in_chat(app)
        await app.until_shown("Somewhere a Lighthouse stands.", "Lighthouse ")
        assert app.chat.folder.path == folder
        assert app.screen.find_bar.display


async def test_matches_are_marked_under_their_conversation(starter: Starter, kept: list[Path]) -> None:
    async with starter.run(size=(120, 40)) as app:
        screen = await open_screen(app)
        await search(app, "depends tag:japan")
        await app.until_shown("Trip to Kyoto · ", "· markdown · $0.0113", "It depends.", "1 match")
        assert len(screen._listed) == 1
        assert ("depends", "hit") in screen._row(0, 70)
        await search(app, "助詞")
        assert ("助詞", "hit") in screen._row(0, 70)
        await search(app, "odd")
        await app.until_shown("␛[31m")
        await search(app, "gondola")
        await app.until_shown("Nothing matches.", "0 matches")
        await app.pilot.press("enter")
        assert app.app.screen is screen


async def test_filters_are_completed_explained_and_have_keys(starter: Starter, kept: list[Path]) -> None:
    async with starter.run(size=SMALL) as app:
        screen = await open_screen(app)
        await app.type("it tag:jap")
        await app.until_shown("Tab tag:japan")
        await app.pilot.press("tab")
        assert screen.search.value == "it tag:japan "
        await search(app, "rol:user sky ")
        await app.until_shown("Did you mean “role:”?", "Why is the sky blue?")
        await search(app, "kyoto")
        await app.pilot.press("alt+p")
        await app.until(lambda: screen.search.value == "kyoto role:user ")
        await app.until_shown("1 match")
        await app.pilot.press("alt+p", "tab", "r")
        assert screen.search.value.split() == ["kyoto", "role:assistant"]
        await app.pilot.press("alt+d")
        await app.until(lambda: screen.details.display)


async def test_what_is_gone_and_what_is_in_the_trash(starter: Starter, kept: list[Path]) -> None:
    starter.library.shelf.delete(kept[2])
    async with starter.run(size=SMALL) as app:
        screen = await open_screen(app)
        await search(app, "sky")
        shutil.rmtree(kept[1])
        await app.pilot.press("enter")
        await app.until_shown("“Why is the sky blue?” is no longer there.", "0 matches")
        assert app.app.screen is screen
        await search(app, "regular in:trash")
        await app.until_shown("in the trash")
        await app.pilot.press("enter")
        await app.until(lambda: isinstance(app.app.screen, ConversationsPane))
        await app.until_shown("A regular expression for dates", "Alt+O")


async def test_a_message_that_came_a_moment_ago_is_found(starter: Starter) -> None:
    async with starter.run(size=SMALL) as app:
        await app.send("Where do narwhals live?")
        await open_screen_of_few(app)
        await search(app, "narwhal")
        await app.until_shown("Where do narwhals live?", "matches")
        await app.pilot.press("escape")
        await in_chat(app)


async def open_screen_of_few(app: Running) -> None:
    """Press the key where no model is known yet to be completed."""
    await app.pilot.press("ctrl+g")
    assert isinstance(app.app.screen, GotoScreen)


async def test_the_command_and_the_list_of_conversations_lead_here(starter: Starter, kept: list[Path]) -> None:
    async with starter.run(size=SMALL) as app:
        await app.type("/goto kyoto", "enter")
        await app.until(lambda: isinstance(app.app.screen, GotoScreen))
        await app.until_shown("Trip to Kyoto", "2 matches")
        await app.pilot.press("escape")
        await in_chat(app)
        await app.pilot.press("ctrl+b")
        await app.type("landlord", "ctrl+g")
        await app.until(lambda: isinstance(app.app.screen, GotoScreen))
        await app.until_shown("Letter to the landlord")


async def test_another_branch_is_shown_when_the_message_is_there(starter: Starter) -> None:
    now = datetime.now().astimezone()
    folder = keep(starter.library, "Two answers", at=now, reply="The first answer, a walrus.")
    first = next(m for m in Folder(folder).read().messages.values() if m.role == "assistant")
    Folder(folder).append(replace(first, id=new_id(), parts=(TextPart("The second answer."),)))
    async with starter.run(starter.library.at(folder), size=SMALL) as app:
        await app.until_shown("The second answer.")
        await open_screen(app)
        await app.type("walrus", "enter")
        await in_chat(app)
        await app.until_shown("The first answer, a walrus.")
