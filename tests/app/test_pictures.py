"""What a model made beside text: looked at, heard, saved, and used in the next turn."""

from __future__ import annotations

import base64
import json
import wave
from pathlib import Path

import pytest

from chat_tui.conversation.values import FilePart
from chat_tui.demo.pictures import small
from tests.app.conftest import Browser, Running, Starter

PNG = base64.b64decode(small().partition(",")[2])


def program(folder: Path, name: str) -> Path:
    """Put a program on the path that notes what it is given, the key too; return the file with its notes."""
    folder.mkdir(exist_ok=True)
    notes = folder / f"{name}.notes"
    script = folder / name
    script.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" $OPENROUTER_API_KEY >> "{notes}"\n')
    script.chmod(0o755)
    return notes


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for programs, which are all that there are, in a place with windows."""
    folder = tmp_path / "programs"
    folder.mkdir()
    # The programs here are shell scripts that need no other.
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setenv("DISPLAY", ":0")
    monkeypatch.setenv("OPENROUTER_API_KEY", "nobody else's")
    monkeypatch.setattr("sys.platform", "linux")
    return folder


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.glob("*")}


def told(running: Running, sentence: str) -> bool:
    """Whether the person was told something; on the screen it may wrap."""
    return any(sentence in notification.message for notification in running.app._notifications)


async def drawn(running: Running, model: str = "demo/image") -> None:
    running.screen.command_choose_model(model)
    await running.send("Draw a disc")
    await running.pilot.press("tab")
    await running.until_shown("▣ image.png  13 kB · 96×96")


async def test_a_picture_is_shown_in_its_colours(starter: Starter) -> None:
    async with starter.run() as running:
        await drawn(running)
        await running.until_shown("▀" * 36)
        part = running.chat.path[-1].parts[1]
        assert isinstance(part, FilePart)
        assert part[1:6] == ("image/png", "image.png", len(PNG), 96, 96)
        assert running.chat.folder.attachment(part).read_bytes() == PNG
        assert [one for one in running.chat.path[-1].parts if isinstance(one, FilePart)] == [part]  # it came twice


@pytest.mark.parametrize(("aspect", "pixels"), [("21:9", "224×96"), ("9:16", "96×171")])
async def test_a_picture_has_the_shape_that_was_chosen(starter: Starter, aspect: str, pixels: str) -> None:
    async with starter.run(size=(80, 24)) as running:
        running.screen.command_choose_model("demo/image")
        running.screen.composer.put(f"/aspect {aspect}")
        await running.pilot.press("enter")
        await running.until(lambda: "image_config" in running.chat.settings)
        await running.send("Draw a disc")
        await running.until_shown(pixels)


async def test_without_colours_a_line_stands_for_a_picture(starter: Starter, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with starter.run(size=(80, 24)) as running:
        await drawn(running)
        await running.until_shown("96×96  a picture: these colours can't show it")
        assert "▀" not in running.text()


async def test_a_picture_is_looked_at_and_opened_as_what_it_is(starter: Starter, programs: Path) -> None:
    notes = program(programs, "xdg-open")
    async with starter.run(size=(80, 24)) as running:
        await drawn(running)
        await running.pilot.press("o")
        await running.until_shown("o opens it in a window", "▀" * 38)
        await running.pilot.press("o")
        await running.until(notes.exists)
        await running.until(notes.read_text)
        copy = Path(notes.read_text().strip())
        assert contents(copy.parent) == {"image.png": PNG}
        await running.until(lambda: "o opens it in a window" not in running.text())
    assert contents(copy.parent) == {}


async def test_where_no_window_opens_that_is_said(
    starter: Starter, programs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DISPLAY")
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    program(programs, "xdg-open")
    async with starter.run(size=(80, 24)) as running:
        await drawn(running)
        await running.pilot.press("o")
        await running.until_shown("o opens it in a window")
        await running.pilot.press("o")
        await running.until(lambda: told(running, "No viewer opens here"))


async def test_a_file_that_no_viewer_should_have_is_not_opened(starter: Starter, programs: Path) -> None:
    notes = program(programs, "xdg-open")
    async with starter.run(size=(80, 24)) as running:
        await drawn(running)
        part = next(running.chat.path[-1].files)
        running.chat.folder.attachment(part).write_bytes(b"\x7fELF" + bytes(100))
        running.screen._open_outside(part)
        await running.until(lambda: told(running, "nothing that a viewer opens safely"))
        assert not notes.exists()


async def test_a_picture_is_saved_and_nothing_is_written_over_unasked(
    starter: Starter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    monkeypatch.chdir(folder)
    async with starter.run(size=(80, 24)) as running:
        await drawn(running)
        await running.pilot.press("s")
        await running.until_shown("Save  image.png", "mine/image.png")
        await running.pilot.press("enter")
        await running.until((folder / "image.png").exists)
        assert (folder / "image.png").read_bytes() == PNG
        await running.until(lambda: running.screen.is_active)
        (folder / "other.png").write_text("mine")
        running.screen.command_save_file(str(folder / "other.png"))
        await running.until_shown("is there already. Enter again replaces it.")
        assert (folder / "other.png").read_text() == "mine"
        await running.pilot.press("enter")
        await running.until(lambda: (folder / "other.png").read_bytes() == PNG)
        await running.until(lambda: running.screen.is_active)
        await running.pilot.press("s")
        await running.until_shown("image 2.png")
        await running.pilot.press("escape")
    assert contents(folder) == {"image.png": PNG, "other.png": PNG}


async def test_a_picture_goes_with_the_next_prompt(starter: Starter) -> None:
    async with starter.run(size=(120, 40)) as running:
        await drawn(running)
        await running.pilot.press("u")
        await running.until(lambda: starter.library.drafts.files(running.chat.id))
        running.screen.command_choose_model("demo/echo")
        await running.pilot.press("tab")
        await running.until(lambda: running.screen.composer.has_focus)
        await running.send("Make it blue")
        echoed = running.chat.path[-1].text
        body = json.loads(echoed[echoed.index("{") : echoed.rindex("}") + 1])
        content = body["messages"][-1]["content"]
        assert [part["type"] for part in content] == ["text", "image_url"]
        assert content[1]["image_url"]["url"].startswith(small()[:60])
        prompt = running.chat.path[-2]
        assert [part.name for part in prompt.parts if isinstance(part, FilePart)] == ["image.png"]


async def test_speech_is_kept_and_played(starter: Starter, programs: Path) -> None:
    notes = program(programs, "aplay")
    async with starter.run(size=(80, 24)) as running:
        running.screen.command_choose_model("demo/audio")
        await running.type("/modalities text audio", "enter")
        await running.send("Say something")
        await running.until_shown("♪ speech.pcm16  29 kB · 0.6 s")
        await running.pilot.press("tab", "o")
        await running.until(notes.exists)
        await running.until(notes.read_text)
        played = Path(notes.read_text().splitlines()[-1])
        with wave.open(str(played)) as sound:
            assert (sound.getnchannels(), sound.getsampwidth(), sound.getframerate()) == (1, 2, 24_000)
            assert sound.getnframes() == 14_400
        await running.until(lambda: told(running, "is played; o again ends it"))


async def test_a_source_is_opened_with_keys(starter: Starter, browser: Browser) -> None:
    async with starter.run(size=(80, 24)) as running:
        running.screen.command_choose_model("demo/citations")
        await running.send("Where?")
        await running.until_shown("begin[1], and", "▸ 2 sources · openrouter.ai, example.org")
        await running.pilot.press("tab", "down", "enter")
        await running.until_shown("▾ 2 sources", "[2] Two days in Kyoto  example.org")
        await running.pilot.press("O")
        await running.until_shown("→ https://example.org/kyoto")
        await running.pilot.press("enter")
        await running.until(lambda: browser.opened == ["https://example.org/kyoto"])


async def test_a_picture_that_is_not_there_any_more_says_so(starter: Starter) -> None:
    async with starter.run(size=(80, 24)) as running:
        running.screen.command_choose_model("demo/image")
        await running.send("Draw a disc")
        chat = running.chat
        part = next(chat.path[-1].files)
    starter.library.open(chat.id).folder.attachment(part).unlink()
    async with starter.run(starter.library.open(chat.id), size=(80, 24)) as running:
        await running.until_shown("The file of this picture is missing.", "▣ image.png")
        await running.pilot.press("tab", "s")
        await running.until_shown("Save  image.png")
        await running.pilot.press("enter")
        await running.until_shown("The file is missing in the conversation's folder.")
        await running.pilot.press("escape")
