"""Attaching files to a prompt, and sending them, in the running application."""

from __future__ import annotations

import os
import shlex
import threading
from contextlib import nullcontext
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import BinaryIO

import pytest
from textual import events

from chat_tui.attachments.reading import open_named
from chat_tui.conversation.values import FilePart, LinkPart, Part
from chat_tui.screens.file_picker import FilePicker
from chat_tui.screens.looking_at import LookAtScreen
from chat_tui.screens.question import Question
from chat_tui.text import one_line
from tests.app.conftest import WAIT_SECONDS, Running, Starter
from tests.app.test_shelving import command
from tests.attachments.files import pdf, picture
from tests.attachments.wrong import WRONG
from tests.engine.test_clipboard_image import HAS_ONE, desk


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the application is started, with files in it."""
    here = tmp_path / "here"
    (here / "notes").mkdir(parents=True)
    (here / "notes" / "plan.md").write_text("# Two days\n\nAt the station at nine.\n")
    (here / "notes" / "two words.txt").write_text("blanks\n")
    (here / "map.png").write_bytes(picture(size=(64, 48)))
    (here / "report.pdf").write_bytes(pdf(pages=3))
    monkeypatch.chdir(here)
    return here


def attached(app: Running) -> list[Part]:
    """Return what is attached to the prompt."""
    return [file.part for file in app.screen._library.drafts.files(app.chat.id)]


def names(app: Running) -> list[str]:
    """Return the names of what is attached, in its order."""
    return [part.name for part in attached(app) if isinstance(part, FilePart | LinkPart)]


def staged(starter: Starter, app: Running) -> list[bytes]:
    """Return what is kept for the draft on disk."""
    folder = starter.library.drafts.attachments(app.chat.id)
    return [path.read_bytes() for path in folder.iterdir()] if folder.is_dir() else []


def is_told(app: Running, sentence: str) -> bool:
    """Tell whether a notification has `sentence` in it."""
    return any(sentence in told.message for told in app.app._notifications)


async def paste(app: Running, text: str) -> None:
    """Paste `text`, as a terminal brings it."""
    app.app.post_message(events.Paste(text))
    await app.pilot.pause()


async def by_command(app: Running, folder: Path) -> None:
    await command(app, "/attach map.png 'notes/two words.txt'")


async def by_command_with_completion(app: Running, folder: Path) -> None:
    await app.type("/attach ma")
    await app.until_shown("/attach map.png")
    await app.pilot.press("tab", "enter")
    await app.until(lambda: names(app) == ["map.png"])
    await app.type("/file no")
    await app.until_shown("/file notes/", "folder")
    await app.pilot.press("tab")
    await app.until_shown("/file notes/two words.txt")
    await app.pilot.press("down", "down", "enter")


async def by_path(app: Running, folder: Path) -> None:
    await app.type("@ma", "tab")
    await app.until(lambda: names(app) == ["map.png"])
    await app.type("@no", "tab")
    await app.until(lambda: app.screen.composer.text == "@notes/")
    await app.until_shown("@notes/two words.txt")
    await app.pilot.press("down", "enter")


async def by_words(app: Running, folder: Path) -> None:
    await app.type("@map.png @notes/two words.txt", "tab")


async def by_paste(app: Running, folder: Path) -> None:
    await paste(app, f"'{folder}/map.png' {folder}/notes/two\\ words.txt")


async def by_list(app: Running, folder: Path) -> None:
    await app.pilot.press("f8")
    await app.until(lambda: isinstance(app.app.screen, FilePicker))
    await app.type("map", "alt+s")
    await app.until_shown("1 selected")
    await app.pilot.press(*["backspace"] * 3)
    await app.type("notes/two", "enter")


@pytest.mark.parametrize("way", [by_command, by_command_with_completion, by_path, by_words, by_paste, by_list])
async def test_files_are_attached_and_sent(starter: Starter, folder: Path, way: object) -> None:
    assert callable(way)
    async with starter.run(size=(100, 30)) as app:
        app.screen.command_choose_model("demo/echo")
        await way(app, folder)
        await app.until(lambda: names(app) == ["map.png", "two words.txt"])
        await app.until_shown("▣ map.png", "64×48", "≡ two words.txt", "7 B")
        (folder / "map.png").unlink()  # what was attached doesn't need the original any more
        await app.send("Compare")
        assert [type(part).__name__ for part in app.chat.path[0].parts] == ["TextPart", "FilePart", "FilePart"]
        assert names(app) == []
        assert staged(starter, app) == []
        kept = [app.chat.folder.read_attachment(part) for part in app.chat.path[0].files]
        assert kept == [picture(size=(64, 48)), b"blanks\n"]


@pytest.mark.parametrize(
    "typed",
    ["write to @alice about it", "install @angular/core", "mail me@map.png now", "@notes is a folder"],
)
async def test_other_words_with_an_at_are_text(starter: Starter, folder: Path, typed: str) -> None:
    async with starter.run(size=(80, 24)) as app:
        await app.send(typed)
        assert app.chat.path[0].text == typed
        assert len(app.chat.path[0].parts) == 1


async def test_a_path_in_a_prompt_typed_in_one_burst_is_attached_before_it_is_sent(
    starter: Starter, folder: Path
) -> None:
    async with starter.run(size=(80, 24)) as app:
        app.screen.command_choose_model("demo/echo")
        await app.type("What is in @report.pdf and @notes/plan.md", "enter")
        await app.until(lambda: len(app.chat.path) == 2)
        prompt = app.chat.path[0]
        assert prompt.text == "What is in and"
        assert [part.name for part in prompt.files] == ["report.pdf", "plan.md"]


@pytest.mark.parametrize(
    "text",
    ["look at /etc/passwd please", "/no/such/file", "map.png", "{folder}", "{folder}/map.png is a map", "@map.png"],
)
async def test_what_else_is_pasted_is_text(starter: Starter, folder: Path, text: str) -> None:
    pasted = text.format(folder=folder)
    async with starter.run(size=(80, 24)) as app:
        await paste(app, pasted)
        await app.type(" x")
        await app.until(lambda: app.screen.composer.text == f"{pasted} x")
        assert names(app) == []


async def test_what_is_attached_can_be_ordered_looked_at_and_removed(starter: Starter, folder: Path) -> None:
    async with starter.run(size=(100, 30)) as app:
        await command(app, "/attach map.png report.pdf notes/plan.md")
        await app.until(lambda: len(names(app)) == 3)
        await app.pilot.press("up")
        await app.until_shown("Shift+↑ ↓ move")
        await app.pilot.press("shift+up")
        assert names(app) == ["map.png", "plan.md", "report.pdf"]
        await app.pilot.press("enter")
        await app.until(lambda: isinstance(app.app.screen, LookAtScreen))
        await app.until_shown("At the station at nine.")
        await app.pilot.press("escape", "down", "delete")
        await app.until(lambda: names(app) == ["map.png", "plan.md"])
        await app.until(lambda: len(staged(starter, app)) == 2)
        await app.pilot.press("escape")
        assert app.screen.composer.has_focus
        await command(app, "/detach map")
        await app.until(lambda: names(app) == ["plan.md"])
        await app.pilot.press("backspace", "backspace")
        await app.until(lambda: names(app) == [])
        await app.until(lambda: not starter.library.drafts.attachments(app.chat.id).exists())
        await app.type("still writing")
        assert app.screen.composer.text == "still writing"


async def test_keys_in_one_burst_are_for_the_files_that_are_left(starter: Starter, folder: Path) -> None:
    made = [f"{place}.png" for place in range(5)]
    for place, name in enumerate(made):
        (folder / name).write_bytes(picture(size=(200 + place, 100)))
    async with starter.run(size=(80, 24)) as app:
        await command(app, f"/attach {' '.join(made)}")
        await app.until(lambda: names(app) == made)
        await app.pilot.press("shift+tab")
        for key in (
            "delete",
            "J",
            "K",
            "delete",
            "minus",
            "delete",
            "K",
            "K",
            "K",
            "J",
            "delete",
            "J",
            "x",
            "x",
            "enter",
        ):
            app.app.post_message(events.Key(key, None))
        await app.until(lambda: names(app) == [])
        assert app.screen.composer.has_focus
        await app.until(lambda: staged(starter, app) == [])


async def test_the_same_bytes_under_two_names_are_two_files(starter: Starter, folder: Path) -> None:
    (folder / "copy.png").write_bytes(picture(size=(64, 48)))
    (folder / "plan.txt").write_bytes((folder / "notes" / "plan.md").read_bytes())
    async with starter.run(size=(80, 24)) as app:
        app.screen.command_choose_model("demo/echo")
        await command(app, "/attach map.png copy.png notes/plan.md plan.txt")
        await app.until(lambda: len(names(app)) == 4)
        await command(app, "/detach 1")
        await app.until(lambda: names(app) == ["copy.png", "plan.md", "plan.txt"])
        await app.send("Look")
        parts = list(app.chat.path[0].files)
        assert [app.chat.folder.read_attachment(part) for part in parts[:1]] == [picture(size=(64, 48))]
        assert {app.chat.folder.attachment(part).parent.name for part in parts} == {"attachments"}
        assert staged(starter, app) == []


async def test_a_picture_is_made_smaller(starter: Starter, folder: Path) -> None:
    (folder / "large.png").write_bytes(picture(size=(800, 600)))
    async with starter.run(size=(100, 30)) as app:
        await command(app, "/attach notes/plan.md large.png")
        await app.until(lambda: names(app) == ["plan.md", "large.png"])
        await app.pilot.press("up", "-")
        await app.until_shown("400×300", "800×600")  # the second in the note
        assert names(app) == ["plan.md", "large.png"]
        await app.pilot.press("escape")
        await command(app, "/shrink 100")
        await app.until_shown("100×75")
        await command(app, "/shrink 10")
        await app.until_shown("64 or more")
        await app.until(lambda: len(staged(starter, app)) == 2)  # the larger ones are gone


async def test_drafts_keep_their_files_in_each_conversation(starter: Starter, folder: Path) -> None:
    async with starter.run(size=(80, 24)) as app:
        first = app.chat
        await app.type("about this map")
        await app.type(" @map.png ")
        await app.until(lambda: names(app) == ["map.png"])
        await app.pilot.press("ctrl+n")
        await app.until(lambda: app.chat is not first)
        assert names(app) == []
        assert "map.png" not in app.text()
        await command(app, "/attach notes/plan.md https://example.com/cat.png")
        await app.until(lambda: names(app) == ["plan.md", "cat.png"])
        second = app.chat
    async with starter.run(first, size=(80, 24)) as app:
        await app.until_shown("▣ map.png", "about this map")
        await app.screen.go_on_in(starter.library.at(second.folder.path))
        await app.until_shown("plan.md", "▣ cat.png", "https://example.com/cat.png")
        assert names(app) == ["plan.md", "cat.png"]


async def test_a_secret_is_asked_about_first(starter: Starter, folder: Path) -> None:
    (folder / ".secret").mkdir()
    (folder / ".secret" / "note.txt").write_text("hidden\n")
    async with starter.run(size=(80, 24)) as app:
        for keys, expected in ((["escape"], []), (["enter"], []), (["right", "enter"], ["note.txt"])):
            app.screen.composer.put("")
            await command(app, "/attach .secret/note.txt")
            await app.until(lambda: isinstance(app.app.screen, Question))
            await app.pilot.press(*keys)
            await app.until(lambda: not isinstance(app.app.screen, Question))
            await app.until(lambda: not app.screen._order.locked())
            assert names(app) == expected


async def test_a_model_that_takes_no_images_gets_none(starter: Starter, folder: Path) -> None:
    async with starter.run(size=(120, 40)) as app:
        app.screen.command_choose_model("demo/text-only")
        await command(app, "/attach map.png")
        await app.until(lambda: names(app) == ["map.png"])
        await app.until_shown("takes no images")
        await app.type("What is this?", "enter")
        await app.until_shown("Not sent:", "in:image")
        await app.pilot.press("escape")
        await app.until(lambda: app.screen.composer.text == "What is this?")
        assert names(app) == ["map.png"]
        assert app.chat.path == []


async def test_a_prompt_that_failed_comes_back_with_its_files(starter: Starter, folder: Path) -> None:
    async with starter.run(size=(100, 30)) as app:
        app.screen.command_choose_model("demo/error-400")
        await command(app, "/attach notes/plan.md")
        await app.until(lambda: names(app) == ["plan.md"])
        await app.type("Sum it up", "enter")
        await app.until(lambda: app.chat.path and app.chat.path[-1].status == "failed")
        await app.until(lambda: app.screen.composer.text == "Sum it up" and names(app) == ["plan.md"])
        prompt = app.chat.path[0]
        await app.pilot.press("enter")
        await app.until(lambda: len(app.chat.tree.children(prompt.id)) == 2)
        assert app.chat.path[0] == prompt


async def test_what_can_not_be_attached_is_told_and_nothing_else_happens(starter: Starter, folder: Path) -> None:
    async with starter.run(size=(160, 50)) as app:
        await app.until(lambda: app.screen._engine)
        for wrong in WRONG:
            path = folder / wrong.name
            wrong.make(path)
            app.app.clear_notifications()
            app.screen.composer.put(f"/attach {shlex.quote(str(path))}")
            await app.pilot.press("enter")
            if wrong.asks:
                await app.until(lambda: isinstance(app.app.screen, Question))
                assert one_line(wrong.sentence) in " ".join(app.text().split())
                await app.pilot.press("escape")
            else:
                await app.until(partial(is_told, app, wrong.sentence))
            await app.until(lambda: app.screen.composer.text.startswith("/attach"))  # to be corrected
            assert attached(app) == []
            assert staged(starter, app) == []
        app.screen.composer.put("")
        await app.type(f"/attach {folder}/none.png", "enter")
        await app.type("What is this?", "enter")  # typed before the refusal is there
        await app.until(lambda: "What is this?" in app.screen.composer.text)
        assert app.chat.path == []


async def test_the_picture_in_the_clipboard_is_attached(
    starter: Starter, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", desk(tmp_path, {"wl-paste": HAS_ONE}) + os.pathsep + os.environ["PATH"])
    monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-0")
    monkeypatch.delenv("DISPLAY", raising=False)
    async with starter.run(size=(100, 30)) as app:
        await app.pilot.press("f9")
        await app.until_shown("▣ clipboard.png", "24×16")
        assert staged(starter, app) == [picture()]
        await app.type("What is this?", "enter")
        await app.until(lambda: len(app.chat.path) == 2)
        monkeypatch.delenv("WAYLAND_DISPLAY")
        await command(app, "/paste-image")
        await app.until_shown("No desktop's clipboard can be reached")


async def test_a_disk_that_does_not_answer_loses_no_word(
    starter: Starter, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = threading.Event()

    def opened(path: Path, *, sure: bool) -> BinaryIO:
        assert answers.wait(WAIT_SECONDS)
        return open_named(path, sure=sure)

    monkeypatch.setattr("chat_tui.attachments.staging.open_named", opened)
    async with starter.run(size=(100, 30)) as app:
        app.screen.command_choose_model("demo/echo")
        await command(app, "/attach report.pdf")
        await app.until_shown("report.pdf … reading")
        for event in (events.Paste("Hello"), events.Key("enter", None)):  # in one burst
            app.app.post_message(event)
        draft = starter.library.drafts.attachments(app.chat.id).with_name("draft.txt")
        await app.until(lambda: draft.exists() and draft.read_text() == "Hello")
        await command(app, "/detach")
        await app.until(lambda: len(app.chat.path) == 2 and app.chat.path[1].status == "complete")
        await app.until(lambda: not draft.exists())
        assert "reading" not in app.text()
        monkeypatch.setattr("chat_tui.screens.attaching._LONGEST_READ", 0.01)
        await command(app, "/attach map.png")
        await app.until(partial(is_told, app, "“map.png” can't be read: its disk takes too long."))
        monkeypatch.setattr("chat_tui.screens.attaching._LONGEST_READ", WAIT_SECONDS)
        app.screen.composer.put("")
        await command(app, "/attach map.png")
        await app.until_shown("map.png … reading")
        await app.type("And then", "enter")
        await app.app.action_quit()
        await app.until(lambda: not app.app.is_running)
        assert draft.read_text() == "And then"
        answers.set()


async def test_the_list_of_files_bears_odd_names_and_files(
    starter: Starter, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "log.txt").write_text("words")

    silent = SimpleNamespace(read=lambda _: None)  # as the system's log is read until it has more
    monkeypatch.setattr("chat_tui.engine.previewing.open_plain", lambda _: nullcontext(silent))
    async with starter.run(size=(120, 40)) as app:
        await app.pilot.press("f8")
        await app.until(lambda: isinstance(app.app.screen, FilePicker))
        await app.type("log")
        await app.until_shown("≡ 5 B")
        await paste(app, "a\0b/")
        await app.until_shown("can't be listed: No such f")


async def test_a_command_takes_an_at_as_it_is(starter: Starter, folder: Path) -> None:
    async with starter.run(size=(80, 24)) as app:
        await command(app, "/rename about @map.png and more")
        await app.until(lambda: app.chat.title == "about @map.png and more")
        assert names(app) == []


async def test_what_is_dropped_on_the_conversation_is_attached(starter: Starter, folder: Path) -> None:
    async with starter.run(size=(80, 24)) as app:
        await app.send("Hello")
        await app.pilot.press("tab")
        assert app.screen.transcript.has_focus
        await paste(app, f"file://{folder}/map.png\n")
        await app.until_shown("▣ map.png")
        await app.pilot.press("shift+tab", "shift+tab")
        await app.until_shown("Del remove")
        await paste(app, f"{folder}/report.pdf")
        await app.until(lambda: names(app) == ["map.png", "report.pdf"])
        await app.pilot.press("tab")
        await app.type("and", "enter")
        await app.until(lambda: len(app.chat.path) == 4)


async def test_files_are_sent_without_a_word(starter: Starter, folder: Path) -> None:
    async with starter.run(size=(80, 24)) as app:
        await app.type("@map.png", "enter")
        await app.until(lambda: names(app) == ["map.png"])
        assert app.chat.path == []
        await app.pilot.press("enter")
        await app.until(lambda: len(app.chat.path) == 2 and app.chat.path[1].status == "complete")
        assert [type(part) for part in app.chat.path[0].parts] == [FilePart]
        await app.until_shown(" map.png ")  # the title, too
        assert app.chat.title == "map.png"
        await app.pilot.press("up")  # no prompt that could be recalled
        assert app.screen.composer.text == ""
