"""What is found when the folders and conversations are looked at one by one; nothing is changed here."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Literal, NamedTuple

from chat_tui.conversation.folder import Folder
from chat_tui.conversation.journal import Reading
from chat_tui.conversation.metadata import FILE_NAME
from chat_tui.engine.library import Library
from chat_tui.engine.saver import rescue_places
from chat_tui.paths import NotTomlError, Paths, open_plain, read_toml

State = Literal["good", "note", "wrong"]


class Finding(NamedTuple):
    """Something that was looked at."""

    area: str
    state: State
    """`note`: nothing is lost and nothing must be done; `wrong`: something should be."""
    sentence: str
    path: Path | None = None
    mendable: bool = False
    """Whether `mending` can do something about it."""


def look_at_folders(paths: Paths) -> Iterator[Finding]:
    """Say of each folder whether it can be written to, and whether others may read it."""
    for name, path in paths._asdict().items():
        there = next(one for one in (path, *path.parents) if one.exists())
        if not there.is_dir() or not os.access(there, os.W_OK | os.X_OK):
            yield Finding("folders", "wrong", f"The folder for {name}, {path}, can't be written to.", path)
        elif not path.exists():
            yield Finding("folders", "good", f"The folder for {name}, {path}, will be made when it is needed.", path)
        elif os.name == "posix" and stat.S_IMODE(path.stat().st_mode) & 0o077:
            sentence = f"The folder for {name}, {path}, can be read by others on this computer."
            yield Finding("folders", "note", sentence, path, mendable=True)
        else:
            yield Finding("folders", "good", f"The folder for {name}, {path}, can be written to, by you alone.", path)


def look_at_conversations(library: Library) -> Iterator[Finding]:
    """Look into every conversation, and for what was put elsewhere because it could not be saved."""
    count = messages = 0
    for folder in sorted(library.folders()):
        count += 1
        try:
            reading = Folder(folder).read()
        except OSError as error:
            sentence = f"The journal of {folder.name} can't be read: {error.strerror or error}."
            yield Finding("conversations", "wrong", sentence, folder)
            continue
        messages += len(reading.messages)
        yield from _look_at(folder, reading)
    sentence = f"{_counted(count, 'conversation')} with {_counted(messages, 'message')} were looked at."
    yield Finding("conversations", "good", sentence)
    for place in rescue_places(library.paths):
        for folder in sorted(place.glob("*")) if place.is_dir() else []:
            if not folder.name.endswith(TAKEN_BACK):
                sentence = f"A conversation that could not be saved was put into {folder}."
                yield Finding("conversations", "wrong", sentence, folder, mendable=True)


TAKEN_BACK = ".taken-back"
"""The end of the name of a rescued conversation that is in the library again."""


def _look_at(folder: Path, reading: Reading) -> Iterator[Finding]:
    """Say what is wrong in one conversation's folder."""

    def wrong(sentence: str, *, mendable: bool = True, state: State = "wrong") -> Finding:
        return Finding("conversations", state, f"{folder.name}: {sentence}", folder, mendable)

    if reading.newer:
        yield wrong("A newer chat-tui wrote in it; it is only read.", mendable=False, state="note")
    if reading.damaged:
        yield wrong(f"{_counted(len(reading.damaged), 'line')} of its journal damaged.")
    elif _ends_torn(folder / "messages.jsonl"):
        yield wrong("Its journal ends without the end of a line.")
    if fault := metadata_fault(folder):
        yield wrong(fault)
    if left := len(list((folder / "partial").glob("*.jsonl"))):
        yield wrong(
            f"{_counted(left, 'interrupted reply', 'interrupted replies')} not in the journal yet.", state="note"
        )
    yield from (
        wrong(sentence, mendable=False, state=state) for state, sentence in _look_at_attachments(folder, reading)
    )
    if unfinished := [file.name for file in folder.rglob(".*.new")]:
        copies = _counted(len(unfinished), "unfinished copy", "unfinished copies")
        yield wrong(f"{copies} of a file left behind ({unfinished[0]}).", mendable=False, state="note")


def metadata_fault(folder: Path) -> str:
    """Return what is wrong with `conversation.toml`, as a sentence; empty when nothing is."""
    try:
        read_toml(folder / FILE_NAME)
    except FileNotFoundError:
        return f"Its {FILE_NAME} is missing: title, tags and settings are unknown."
    except NotTomlError as error:
        return f"Its {FILE_NAME} can't be read: {error}."
    except OSError as error:
        return f"Its {FILE_NAME} can't be read: {error.strerror}."
    return ""


def _look_at_attachments(folder: Path, reading: Reading) -> Iterator[tuple[State, str]]:
    wanted = {part.sha256 for message in reading.messages.values() for part in message.files}
    found = {file.stem for file in (folder / "attachments").glob("*") if not file.name.startswith(".")}
    if missing := wanted - found:
        yield "wrong", f"{_counted(len(missing), 'attached file')} missing ({min(missing)[:12]}…)."
    if not reading.damaged and (orphans := found - wanted):
        yield "note", f"{_counted(len(orphans), 'attached file')} of no message ({min(orphans)[:12]}…)."


def _ends_torn(journal: Path) -> bool:
    try:
        with open_plain(journal) as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(0, size - 1))
            return file.read(1) not in (b"", b"\n")
    except OSError:
        return False


def _counted(count: int, one: str, several: str = "") -> str:
    return f"{count:,} {one if count == 1 else several or one + 's'}"
