"""How the export and the import look, wide and narrow, dark and light.

After a change that is meant to be seen: look at the pictures in the report that a failure names, then keep them with
`python -m pytest tests/app/test_moving_snapshots.py --snapshot-update`.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from chat_tui.conversation.folder import Folder
from chat_tui.conversation.journal import append
from chat_tui.conversation.metadata import Metadata
from chat_tui.conversation.records import encode_message
from chat_tui.conversation.values import Message, TextPart
from chat_tui.demo.server import DemoServer
from chat_tui.engine.library import Library
from chat_tui.paths import Paths
from tests.app.conftest import Running
from tests.app.looks import SIZES, launch_on, looks_as_it_did
from tests.conversation import foreign
from tests.conversation.samples import NOON

IDENTIFIER = "01m7yv5q60{:016}"
"""One that was made on a day in November, and its number."""


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Library:
    """A library with one conversation, seen from a home of its own."""
    work = tmp_path / "work"
    (work / "exports").mkdir(parents=True)
    (work / "exam.md").touch()
    foreign.write_json(work / "conversations.json", [*foreign.chatgpt(), *foreign.claude(), *_many()])
    monkeypatch.chdir(work)
    monkeypatch.setenv("HOME", str(work))
    library = Library(Paths.under(tmp_path / "home"), defaults={"model": "demo/markdown"})
    metadata = Metadata(IDENTIFIER.format(0), NOON, "Two days in Kyoto")
    folder = Folder(library.paths.conversations / metadata.folder_name)
    prompt = Message(IDENTIFIER.format(1), None, "user", (TextPart("Where do we begin?"),), NOON)
    reply = Message(IDENTIFIER.format(2), prompt.id, "assistant", (TextPart("At the station."),), NOON)
    append(folder.journal, encode_message(prompt) + encode_message(reply))
    folder.write_metadata(metadata)
    return library


def _many() -> list[dict[str, object]]:
    messages = [{"role": "user", "content": "Name a number"}, {"role": "assistant", "content": "Seven"}]
    return [{"id": str(number), "title": f"Conversation {number}", "messages": messages} for number in range(15)]


async def export(running: Running) -> None:
    """Choose a format, then a path that may become two."""
    await running.pilot.press("ctrl+s")
    await running.until_shown("Format", "Two days in Kyoto.md")
    await running.pilot.press("up", "right")
    await running.until_shown("Two days in Kyoto.html")
    await running.pilot.press("ctrl+u")
    await running.type("ex")
    await running.until_shown("exports/", "exam.md")


async def arriving(running: Running) -> None:
    """See what an import would bring."""
    # Not typed: the paths that complete it may still stand below.
    running.screen.command_import_conversations("conversations.json")
    await running.until_shown("17 new", "Enter imports")


SCENES = {"export": export, "import": arriving}


@pytest.mark.parametrize("theme", ["ink", "paper"])
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("scene", SCENES)
def test_looks_as_it_did(
    snap_compare: Callable[..., bool], library: Library, emulator: DemoServer, scene: str, size: str, theme: str
) -> None:
    launch = launch_on(library, emulator, library.open(IDENTIFIER.format(0)))
    assert looks_as_it_did(snap_compare, launch, SCENES[scene], size, theme)
