"""Export with Ctrl+S and /export, import with /import."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.widgets import Input, Static

from chat_tui.screens.arriving import ArrivingScreen
from chat_tui.screens.chat import ChatScreen
from chat_tui.screens.export import ExportScreen
from tests.app.conftest import Running, Starter
from tests.conversation import foreign

PROMPT = "Say hello"


@pytest.fixture(autouse=True)
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that chat-tui was started in."""
    folder = tmp_path / "work"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


def only_file(folder: Path) -> Path:
    (file,) = folder.iterdir()
    return file


async def open_export(running: Running, *keys: str) -> None:
    await running.pilot.press("ctrl+s")
    await running.until(lambda: isinstance(running.app.screen, ExportScreen))
    await running.pilot.press(*keys)


async def closed(running: Running) -> None:
    await running.until(lambda: isinstance(running.app.screen, ChatScreen))


async def test_ctrl_s_enter_writes_the_branch_as_markdown(starter: Starter, work: Path) -> None:
    async with starter.run() as running:
        await running.send(PROMPT)
        await open_export(running, "enter")
        await running.until_shown("Written to")
        await closed(running)
    file = only_file(work)
    assert file.name == f"{PROMPT}.md"
    assert f"## You\n\n{PROMPT}\n" in file.read_text()


async def test_what_and_how_are_chosen_with_the_arrows(starter: Starter, work: Path) -> None:
    async with starter.run() as running:
        await running.send(PROMPT)
        await open_export(running, "up", "right", "right", "up", "right", "enter")
        await running.until_shown("Written to")
    file = only_file(work)
    assert file.name == f"{PROMPT}.txt"
    assert PROMPT not in file.read_text()  # one message alone: the reply, at which the reader is


async def test_what_is_there_is_replaced_by_a_second_enter_only(starter: Starter, work: Path) -> None:
    file = work / f"{PROMPT}.md"
    file.write_text("precious")
    async with starter.run() as running:
        await running.send(PROMPT)
        await open_export(running, "enter")
        await running.until_shown("is there already. Enter again replaces it.")
        await running.pilot.press("escape")
        await closed(running)
        assert file.read_text() == "precious"
        await open_export(running, "enter")
        await running.until_shown("is there already")
        await running.type("x")  # another name: what was asked isn't the question any more
        await running.pilot.press("backspace", "enter")
        await running.until_shown("is there already")
        assert file.read_text() == "precious"
        await running.pilot.press("enter")
        await closed(running)
    assert PROMPT in file.read_text()


async def test_a_path_is_completed_and_says_the_format(starter: Starter, work: Path) -> None:
    (work / "exported chats").mkdir()
    (work / "bad\x1b[2Jname").touch()
    async with starter.run() as running:
        await running.send(PROMPT)
        await open_export(running, "ctrl+u")
        await running.type("ex", "tab")
        await running.until(lambda: running.app.screen.query_one(Input).value == "exported chats/")
        await running.type("mine.json", "enter")
        await closed(running)
    assert (work / "exported chats" / "mine.json").read_bytes().startswith(b'{"schema":1')


async def test_a_folder_gets_a_file_with_the_title(starter: Starter, work: Path) -> None:
    (work / f"{PROMPT}.md").write_text("precious")
    async with starter.run() as running:
        await running.send(PROMPT)
        await running.type("/export html .", "enter")
        await running.until_shown("Written to")
        await running.type("/export .", "enter")
        await running.until_shown("Export", "is there already")
        await running.pilot.press("escape")
    assert (work / f"{PROMPT}.html").read_text().startswith("<!DOCTYPE html>")
    assert (work / f"{PROMPT}.md").read_text() == "precious"


@pytest.mark.parametrize("typed", ["/nowhere/at/all.md", "/dev/null/x.md", "~nosuchuser/x.md", ""])
async def test_where_nothing_can_be_written_is_said(starter: Starter, typed: str) -> None:
    async with starter.run() as running:
        await running.send(PROMPT)
        await open_export(running, "ctrl+u")
        await running.type(typed, "enter")
        await running.until(lambda: "." in str(running.app.screen.query_one("#note", Static).content))
        assert isinstance(running.app.screen, ExportScreen)


async def test_an_empty_chat_has_nothing_to_export(starter: Starter) -> None:
    async with starter.run() as running:
        await running.pilot.press("ctrl+s")
        await running.until_shown("Nothing was sent here yet")


async def test_an_import_says_first_what_would_come(starter: Starter, work: Path) -> None:
    foreign.write_json(work / "my chats.json", foreign.chatgpt())
    library = starter.library
    async with starter.run() as running:
        await running.type("/import my chats.json", "enter")
        await running.until_shown("Kyoto", "6 messages to add", "Enter imports")
        assert list(library.folders()) == []
        await running.pilot.press("escape")
        await closed(running)
        assert list(library.folders()) == []
        await running.type("/import 'my chats.json'", "enter")
        await running.until_shown("Enter imports")
        await running.pilot.press("enter")
        await running.until_shown("6 messages added")
        assert len(list(library.folders())) == 1
        await running.type("/import my chats.json", "enter")
        await running.until_shown("1 known already", "Esc closes")
        await running.pilot.press("enter")
        assert isinstance(running.app.screen, ArrivingScreen)


async def test_an_import_into_the_chat_that_is_shown(starter: Starter, work: Path) -> None:
    async with starter.run() as running:
        await running.send(PROMPT)
        await running.type("/export json first.json", "enter")
        await running.until_shown("Written to")
        chat = running.chat
    export = (work / "first.json").read_text()
    assert chat.path[-1].role == "assistant"
    reply = chat.path[-1]
    lines = [line for line in export.splitlines() if f'"id":"{reply.id}"' in line]
    more = lines[0].rstrip(",").replace(f'"id":"{reply.id}"', f'"id":"{reply.id[:-1]}z"')
    more = more.replace(f'"parent":"{reply.parent}"', f'"parent":"{reply.id}"').replace(
        '"role":"assistant"', '"role":"user"'
    )
    (work / "second.json").write_text(export.replace(lines[0].rstrip(","), f"{lines[0].rstrip(',')},\n{more}"))
    async with starter.run(starter.library.open(chat.id)) as running:
        await running.until(lambda: len(running.chat.path) == 2)
        await running.type("/import second.json", "enter")
        await running.until_shown("1 message to add", "Enter imports")
        await running.pilot.press("enter")
        await running.until(lambda: len(running.chat.path) == 3)
        await running.until(lambda: running.chat.path[-1].id in running.screen._shown)


async def test_a_hostile_name_reaches_no_terminal(starter: Starter, work: Path) -> None:
    foreign.write_json(
        work / "x.json", [{"mapping": foreign.chatgpt()[0]["mapping"], "title": "\x1b[2J\u202eevil [/red]"}]
    )
    async with starter.run() as running:
        await running.type("/import x.json", "enter")
        await running.until_shown("Enter imports", "␛[2J⟨U+202E⟩evil [/red]")
        assert "\x1b" not in running.text()
