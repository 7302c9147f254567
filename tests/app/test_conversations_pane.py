"""The pane of conversations, key by key: opened, searched, named, marked, copied, thrown away, brought back."""

from __future__ import annotations

import threading
from datetime import datetime
from pathlib import Path

import pytest

from chat_tui.conversation.ids import new_id
from chat_tui.conversation.metadata import Metadata, read_metadata
from chat_tui.conversation.summary import Summary
from chat_tui.engine.library import Library
from chat_tui.screens.chat import ChatScreen
from chat_tui.screens.conversations import ConversationsPane
from tests.app.conftest import Running, Starter
from tests.app.test_settings_pane import play
from tests.engine.conftest import library_at
from tests.shelf_samples import keep_some

SMALL = (80, 24)


@pytest.fixture
def kept(starter: Starter) -> list[Path]:
    """Conversations of every kind, on the disk of `starter`."""
    return keep_some(starter.library, datetime.now().astimezone())


async def open_pane(app: Running) -> ConversationsPane:
    """Press the key, and wait until all conversations are listed."""
    await app.pilot.press("ctrl+b")
    pane = app.app.screen
    assert isinstance(pane, ConversationsPane)
    await app.until(lambda: pane._is_read)
    await app.pilot.pause()
    return pane


async def find(app: Running, words: str) -> None:
    """Search for `words`, and wait until that is listed."""
    pane = app.app.screen
    assert isinstance(pane, ConversationsPane)
    await app.pilot.press("ctrl+u")
    await app.type(words)
    await app.until(lambda: pane.searched == words)


def said(folder: Path) -> tuple[str, tuple[str, ...], bool, bool]:
    """Return what the disk says of a conversation."""
    metadata = read_metadata(folder)
    return metadata.title, metadata.tags, metadata.pinned, metadata.archived


async def test_conversations_are_listed_by_day_and_enter_opens_one(starter: Starter, kept: list[Path]) -> None:
    async with starter.run(size=SMALL) as app:
        await open_pane(app)
        rows = [line.strip(" ▎▂▁▃▄▅▆▇█") for line in app.text().splitlines()]
        headings = [row.partition(" ─")[0] for row in rows if " ───" in row]
        assert headings[:3] == ["Pinned", "Today", "Yesterday"]
        assert "Sourdough" in rows[rows.index(next(row for row in rows if row.startswith("Pinned"))) + 1]
        await app.until_shown("Trip to Kyoto  #travel #japan", "markdown", "$0.0113", "12:00", "7 conversations")
        assert "Old notes" not in app.text()
        await play(app, "down", "enter")
        await app.until(lambda: isinstance(app.app.screen, ChatScreen))
        await app.until_shown("Trip to Kyoto", "It depends.")
        assert app.chat.folder.path == kept[0]
        await app.send("And then?")
        assert len(app.chat.path) == 4


async def test_typing_narrows_by_title_tag_and_model(starter: Starter, kept: list[Path]) -> None:
    async with starter.run(size=SMALL) as app:
        pane = await open_pane(app)
        for words, place in (("SKY", 1), ("#japan kyoto", 0), ("fast", 3), ("助詞", 3), ("[red]", 5)):
            await find(app, words)
            assert [one.folder for one in pane._listed] == [kept[place]]
        await find(app, "nowhere")
        await app.until_shown("None has that here. Ctrl+G searches all texts.", "0 of 7")
        await app.pilot.press("enter")
        assert app.app.screen is pane


CHANGES = [
    (["alt+r", "=Kyoto in two days", "enter"], ("Kyoto in two days", ("travel", "japan"), False, False), "Renamed."),
    (["alt+t", "= work,#Ω travel", "enter"], ("Trip to Kyoto", ("travel", "japan", "work", "Ω"), False, False), "#Ω"),
    (["alt+t", "ctrl+u", "enter"], ("Trip to Kyoto", (), False, False), "It has no tags now."),
    (["alt+p"], ("Trip to Kyoto", ("travel", "japan"), True, False), "Pinned."),
    (["alt+a"], ("Trip to Kyoto", ("travel", "japan"), False, True), "Archived; Alt+V shows what is."),
]


@pytest.mark.parametrize(("keys", "wanted", "told"), CHANGES)
async def test_what_is_said_of_a_conversation_is_changed_and_taken_back(
    starter: Starter, kept: list[Path], keys: list[str], wanted: tuple[str, tuple[str, ...], bool, bool], told: str
) -> None:
    before = said(kept[0])
    async with starter.run(size=(120, 40)) as app:
        await open_pane(app)
        await find(app, "kyoto")
        await play(app, *keys)
        await app.until(lambda: said(kept[0]) == wanted)
        await app.until_shown(told, "Alt+U takes it back.")
        await app.pilot.press("alt+u")
        await app.until(lambda: said(kept[0]) == before)
        await app.until_shown("Taken back:", "Trip to Kyoto  #travel #japan")
        await app.pilot.press("alt+u")
        await app.until_shown("Nothing is left to undo.")


async def test_escape_leaves_a_title_as_it_was(starter: Starter, kept: list[Path]) -> None:
    async with starter.run(size=SMALL) as app:
        pane = await open_pane(app)
        await play(app, "alt+r", "=Other", "escape")
        assert app.app.screen is pane
        assert said(kept[4])[0] == "Sourdough that rises"
        await play(app, "tab", "r", "=Bread", "enter")
        await app.until(lambda: said(kept[4])[0] == "Bread")
        await app.pilot.press("escape")
        await app.until(lambda: isinstance(app.app.screen, ChatScreen))


async def test_the_archive_and_the_trash_are_views(starter: Starter, kept: list[Path]) -> None:
    async with starter.run(size=SMALL) as app:
        await open_pane(app)
        await app.pilot.press("alt+v")
        await app.until_shown("Old notes", "Archived · Alt+V shows the others", "1 conversation")
        await app.pilot.press("alt+a")
        await app.until_shown("Back among the others.")
        assert said(kept[7])[3] is False
        await app.pilot.press("alt+s")
        await app.until_shown("The trash is empty.")
        await app.pilot.press("alt+s")
        await app.until_shown("Trip to Kyoto", "8 conversations")


async def test_deleting_asks_once_and_what_is_deleted_comes_back(starter: Starter, kept: list[Path]) -> None:
    async with starter.run(size=SMALL) as app:
        await open_pane(app)
        await find(app, "kyoto")
        await app.pilot.press("alt+l")
        await app.until_shown("Alt+L once more deletes “Trip to Kyoto”")
        assert kept[0].is_dir()
        await app.pilot.press("alt+l")
        await app.until(lambda: not kept[0].is_dir())
        await app.until_shown("Deleted; Alt+S shows the trash. Alt+U takes it back.")
        await play(app, "ctrl+u", "alt+s")
        await app.until_shown("Deleted today", "Trip to Kyoto", "30 days left")
        await app.pilot.press("enter")
        await app.until_shown("What is in the trash can't be opened.")
        await app.pilot.press("alt+r")
        await app.until_shown("It is in the trash. Alt+O restores it first.")
        await app.pilot.press("alt+o")
        await app.until(kept[0].is_dir)
        await app.until_shown("Restored.")
        await app.pilot.press("alt+s")
        await app.until_shown("Trip to Kyoto  #travel #japan")
        await play(app, "alt+u")
        await app.until(lambda: not kept[0].is_dir())
        await app.pilot.press("alt+o")
        await app.until_shown("Alt+S shows the trash; what is there can be restored.")


async def test_a_copy_is_listed_and_taken_back(starter: Starter, kept: list[Path]) -> None:
    async with starter.run(size=SMALL) as app:
        await open_pane(app)
        await find(app, "kyoto")
        await app.pilot.press("alt+c")
        await app.until_shown("Copied.", "Trip to Kyoto (copy)", "2 of 8 conversations")
        assert len(list(kept[0].parent.iterdir())) == 9
        await app.pilot.press("alt+u")
        await app.until_shown("1 of 7 conversations")
        assert kept[0].is_dir()


async def test_a_conversation_that_is_open_elsewhere_is_left_alone(starter: Starter, kept: list[Path]) -> None:
    elsewhere = library_at(starter.library.paths.data.parent).at(kept[0])
    elsewhere.load()
    async with starter.run(size=(120, 40)) as app:
        await open_pane(app)
        await find(app, "kyoto")
        for keys in (["alt+p"], ["alt+l", "alt+l"], ["alt+r", "=mine", "enter"]):
            await play(app, *keys)
            await app.until_shown("Another chat-tui has this conversation open")
            await app.pilot.press("down")
        assert said(kept[0]) == ("Trip to Kyoto", ("travel", "japan"), False, False)
        elsewhere.close()


async def test_deleting_the_conversation_that_is_shown_begins_a_new_one(starter: Starter) -> None:
    async with starter.run(size=SMALL) as app:
        await app.send("Hello")
        folder = app.chat.folder.path
        await open_pane(app)
        await play(app, "alt+l", "alt+l")
        await app.until(lambda: not folder.is_dir())
        await app.pilot.press("escape")
        await app.until(lambda: app.chat.folder.path != folder)
        await app.until_shown("Ask anything")


async def test_a_new_title_is_shown_above_the_chat(starter: Starter) -> None:
    async with starter.run(size=SMALL) as app:
        await app.send("Hello")
        await open_pane(app)
        await play(app, "alt+r", "=Greetings", "enter")
        await app.until_shown("Renamed.")
        await app.pilot.press("escape")
        await app.until(lambda: isinstance(app.app.screen, ChatScreen))
        await app.until_shown(" Greetings")
        await app.send("Again")  # what the chat writes of itself keeps the title
        assert read_metadata(app.chat.folder.path).title == "Greetings"


async def test_nothing_kept_is_said(starter: Starter) -> None:
    async with starter.run(size=SMALL) as app:
        await open_pane(app)
        await app.until_shown("Nothing is kept yet", "0 conversations")
        await play(app, "enter", "alt+r", "alt+l", "alt+c", "alt+o", "alt+u", "down", "pagedown", "alt+d")
        await app.until_shown("Nothing is left to undo.")


async def test_opening_reads_only_the_conversations_that_are_shown(
    starter: Starter, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(1000):
        identifier = new_id()
        folder = starter.library.paths.conversations / f"2026-11-01-{identifier}"
        folder.mkdir(parents=True)
        (folder / "conversation.toml").write_text(f'v = 1\nid = "{identifier}"\ntitle = "Number {number}"\n')
    read: list[Path] = []
    may_go_on = threading.Event()
    summaries = Library.summaries

    def note(folder: Path) -> Metadata:
        read.append(folder)
        return read_metadata(folder)

    def wait(library: Library, unindexed: int | None = None) -> list[Summary]:
        may_go_on.wait(60)
        return summaries(library, unindexed)

    monkeypatch.setattr("chat_tui.engine.library.read_metadata", note)
    monkeypatch.setattr(Library, "summaries", wait)
    async with starter.run(size=(120, 40)) as app:
        await app.pilot.press("ctrl+b")
        await app.until_shown("Number 999", "Number 980")
        assert len(read) <= 40
        may_go_on.set()
        await app.until_shown("conversations")
