"""`kill -9` with files attached to what is written: they are back, or belong to the prompt that was sent."""

from __future__ import annotations

import json
import os
import random
import signal
import time
from datetime import datetime
from pathlib import Path

import pytest

from chat_tui.conversation.values import FilePart
from chat_tui.demo.server import DemoServer
from chat_tui.engine.library import Library
from chat_tui.paths import Paths
from tests.attachments.files import picture
from tests.cli.home import Home, command
from tests.faults.test_crash import CRASHES, SEED
from tests.shelf_samples import keep
from tests.terminal.driver import PATIENCE, Terminal

pytestmark = pytest.mark.xdist_group("faults")

LATEST = 1.0
"""Seconds after which what was written is on disk."""


def kill(terminal: Terminal) -> None:
    """End the application as a power cut would."""
    os.killpg(terminal.process.pid, signal.SIGKILL)
    terminal.process.wait(PATIENCE)


def kept_in(folder: Path) -> tuple[str, list[str]]:
    """Return the text that the draft in `folder` has on disk, and the names of its files."""
    try:
        files = json.loads((folder / "attachments.json").read_bytes())["files"]
        return (folder / "draft.txt").read_text(), [one["name"] for one in files]
    except FileNotFoundError:
        return "", []


def test_what_is_attached_survives_a_crash(tmp_path: Path) -> None:
    chance = random.Random(SEED)  # noqa: S311 - the same moments each time
    with DemoServer(pace=0) as server:
        home = Home(tmp_path / "home", server.base_url)
        library = Library(Paths.under(home.root))
        chat = library.at(keep(library, "Trip", at=datetime.now().astimezone()))
        drafts = library.paths.drafts / chat.id
        content = picture(size=(64, 48))
        arguments = ("--resume", chat.id, "--model", "demo/echo")
        for _ in range(max(CRASHES // 5, 1)):
            original = home.work / "map.png"
            original.write_bytes(content)
            with Terminal(command(*arguments), home.environment(), home.work) as terminal:
                terminal.wait_for("Ask anything")
                terminal.send("what is @map.png this")
                terminal.wait_for("▣ map.png", "64×48", "what is this")
                original.unlink()
                deadline = time.monotonic() + LATEST
                while kept_in(drafts) != ("what is this", ["map.png"]):
                    assert time.monotonic() < deadline, "what was written is not on disk"
                    time.sleep(0.01)  # another process writes, and files set no event
                kill(terminal)
            with Terminal(command(*arguments), home.environment(), home.work) as terminal:
                terminal.wait_for("▣ map.png", "64×48", "what is this")
                terminal.send("\r")
                time.sleep(chance.random() * 0.3)  # the moment of the kill is any: that is the test
                kill(terminal)
            found = found_in(home, chat.id)
            assert found == [content], "the picture is in the prompt that was sent, or still in the draft"
            forget(home, chat.id)


def found_in(home: Home, conversation: str) -> list[bytes]:
    """Return the attachments of the draft and of the last prompt in a conversation, each once."""
    library = Library(Paths.under(home.root))
    chat = library.open(conversation)
    chat.load()
    chat.close()
    sent = next(message for message in reversed(chat.path) if message.role == "user")
    parts = {file.part for file in library.drafts.files(conversation)} | {*sent.parts}
    return [chat.folder.read_attachment(part) for part in parts if isinstance(part, FilePart)]


def forget(home: Home, conversation: str) -> None:
    """Begin anew in the same conversation."""
    drafts = Library(Paths.under(home.root)).drafts
    drafts.forget(conversation)
