"""How what is attached looks, and the list of files, wide and narrow, dark and light.

After a change that is meant to be seen: look at the pictures in the report that a failure names, then keep them with
`python -m pytest tests/app/test_attaching_snapshots.py --snapshot-update`.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from chat_tui.app import Launch
from chat_tui.config.server import Server
from chat_tui.demo.server import DEMO_KEY, DemoServer
from chat_tui.engine.library import Library
from chat_tui.engine.session import Session
from chat_tui.paths import Paths
from chat_tui.screens.file_picker import FilePicker
from tests.app.conftest import Running
from tests.app.looks import SIZES, looks_as_it_did
from tests.attachments.files import movie, pdf, picture, wav

MOMENT = 1_795_257_720
FILES = "map.png report.pdf talk.wav notes/plan.md clip.mp4 https://example.com/cat.png"


@pytest.fixture
def launch(tmp_path: Path, emulator: DemoServer, monkeypatch: pytest.MonkeyPatch) -> Launch:
    """The application in a folder with files, whose name is the same everywhere."""
    work = tmp_path / "work"
    (work / "notes").mkdir(parents=True)
    files = {
        ".env": b"TOKEN=none\n",
        "clip.mp4": movie(),
        "map.png": picture(size=(320, 200)),
        "notes/plan.md": b"# Two days in Kyoto\n\n- Fushimi Inari at dawn\n- Nishiki market\n",
        "report.pdf": pdf(pages=12),
        "talk.wav": wav(),
        "with \x1b[2J escape.txt": b"harmless\n",
    }
    for name, content in files.items():
        (work / name).write_bytes(content)
    for path in (*work.rglob("*"), work):
        os.utime(path, (MOMENT, MOMENT))
    monkeypatch.chdir(work)
    monkeypatch.setattr("chat_tui.screens.file_picker.shown_path", lambda path: f"~/{path.relative_to(tmp_path)}")
    library = Library(Paths.under(tmp_path), defaults={"model": "demo/markdown"})
    server = Server(emulator.base_url, DEMO_KEY)
    return Launch(
        library=library,
        chat=library.begin(),
        start=lambda: Session(server, paths=library.paths),
        credentials=library.paths.credentials,
    )


async def chips(running: Running) -> None:
    """More is attached than has room, and the prompt is being written."""
    await running.type(f"/attach {FILES}", "enter")
    await running.until(lambda: len(running.screen._library.drafts.files(running.chat.id)) == 6)
    await running.type("What do these have in common?")
    await running.until_shown("in common?")


async def focused(running: Running) -> None:
    """The third of them is highlighted."""
    await chips(running)
    await running.pilot.press("up", "up", "up", "up")
    await running.until_shown("Shift+↑ ↓ move")


async def paths(running: Running) -> None:
    """A path is being typed."""
    await running.type("Sum up @")
    await running.until_shown("@notes/", "@clip.mp4")


async def picker(running: Running) -> None:
    """A picture is looked at in the list of files, another file is selected."""
    await running.pilot.press("f8")
    await running.until(lambda: isinstance(running.app.screen, FilePicker) and running.app.screen._listed)
    await running.pilot.press("down", "alt+s")
    await running.until_shown("1 selected")
    if running.app.size.width >= 120:
        await running.until_shown("320×200")


async def asked(running: Running) -> None:
    """It looks like a secret."""
    await running.type("/attach .env", "enter")
    await running.until_shown("Leave it", "Attach it")


SCENES = {"chips": chips, "focused": focused, "paths": paths, "picker": picker, "asked": asked}
SHOWN = [(scene, size, "ink") for scene in ("chips", "picker") for size in SIZES]
SHOWN += [(scene, "80x24", "ink") for scene in ("focused", "paths", "asked")]
SHOWN += [("focused", "120x40", "paper"), ("picker", "120x40", "paper")]


@pytest.mark.parametrize(("scene", "size", "theme"), SHOWN)
def test_looks_as_it_did(snap_compare: Callable[..., bool], launch: Launch, scene: str, size: str, theme: str) -> None:
    async def play(running: Running) -> None:
        await SCENES[scene](running)
        await running.until(lambda: not running.screen.is_expecting)  # what it may cost is in the picture

    assert looks_as_it_did(snap_compare, launch, play, size, theme)
