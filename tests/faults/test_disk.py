"""A disk that refuses at any one step of a turn, or from that step on: no loss, and one notice at most."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from chat_tui.conversation.journal import Reading
from chat_tui.conversation.lines import Line
from chat_tui.conversation.values import FilePart
from chat_tui.demo.server import DemoServer
from chat_tui.engine import saver
from chat_tui.engine.chat import Chat
from chat_tui.engine.saver import SAVED
from chat_tui.engine.session import Session
from tests.engine.conftest import ask, begin, emulator, library_at, session_of, until
from tests.faults.disk import Disk

__all__ = ["emulator"]  # a fixture

ALL = bool(os.environ.get("CHAT_TUI_ALL_FAULTS"))
ERRORS = (0, errno.ENOSPC, errno.EIO, errno.EROFS) if ALL else (errno.ENOSPC,)
STEPS = range(1_000) if ALL else range(0, 1_000, 3)


@pytest.mark.parametrize("lasting", [False, True], ids=["once", "from then on"])
@pytest.mark.parametrize("error", ERRORS, ids=lambda error: errno.errorcode.get(error, "short"))
async def test_at_every_step(
    emulator: DemoServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: int, *, lasting: bool
) -> None:
    monkeypatch.setattr(saver, "RETRY_SECONDS", 0.01)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    for step in STEPS:
        root = tmp_path / str(step)
        with pytest.MonkeyPatch.context() as patch:
            disk = Disk(patch, root / "data", error, step, lasting=lasting)
            chat, told, session = await _two_turns(emulator, root)
        if not disk.refused:
            break
        about = f"step {step} ({disk.steps[step]}), then {disk.steps[step + 1 : step + 4]}"
        assert [message.status for message in chat.path] == ["complete"] * 4, about
        assert told[1:] in ([], [SAVED]), f"{about}: {told}"
        assert all("can't be saved now" in sentence for sentence in told[:1]), about
        assert lasting or len(told) != 1, about
        _check_kept(chat, session, root, about)
        if not lasting:
            assert session.saver.farewell == [], about
    else:
        raise AssertionError("a turn never got through")
    print(
        f"\n{errno.errorcode.get(error, 'short')}, {'lasting' if lasting else 'once'}: {step} steps, none lost a word"
    )


async def _two_turns(server: DemoServer, root: Path) -> tuple[Chat, list[str], Session]:
    library = library_at(root)
    told: list[str] = []
    async with session_of(server.base_url, paths=library.paths) as session:
        session.saver.tell = told.append
        chat = begin(library, "demo/image")
        for prompt in ("First", "Second"):
            await ask(session, chat, prompt)
        if chat.saving.fault is not None:
            await until(lambda: bool(told), "the notice")
    return chat, told, session


def _check_kept(chat: Chat, session: Session, root: Path, about: str) -> None:
    """Find every message, in the conversation or where what could not be saved was put."""
    if chat.folder.path.is_dir():
        again = library_at(root).open(chat.id)
        again.load()
        again.close()
        assert again.saving.fault is None, about
    folders = [*(root / "state" / "unsaved").glob("*")]
    assert len(folders) == len(session.saver.farewell), about
    reading = Reading()
    for folder in (chat.folder.path, *folders):
        journal = folder / "messages.jsonl"
        for line in journal.read_bytes().splitlines() if journal.exists() else []:
            reading.take(Line(0, line, len(line)))
    for message in chat.path:
        assert reading.messages[message.id] == message, about
        for part in message.parts:
            if isinstance(part, FilePart):
                kept = [file for place in (chat.folder.path, *folders) for file in place.glob("attachments/*")]
                assert any(file.stem == part.sha256 and file.stat().st_size == part.size for file in kept), about
