"""What is done with whole conversations: named, marked, copied, thrown away, brought back."""

from __future__ import annotations

import logging
import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from chat_tui.conversation.ids import ID_LENGTH, is_id, new_id, now
from chat_tui.conversation.lines import Span, lines, pieces
from chat_tui.conversation.metadata import Metadata, write_metadata
from chat_tui.conversation.records import DamagedRecordError, NewerRecordError, decode_line
from chat_tui.conversation.summary import Trashed
from chat_tui.engine.refused import RefusedError
from chat_tui.paths import FILE_MODE, open_plain, private_directory, sync_directory

if TYPE_CHECKING:
    from chat_tui.engine.library import Library

DAYS_IN_TRASH = 30
BEING_WRITTEN = ".new"
"""How the name of a folder ends that isn't whole yet; it begins with a dot, so that nobody reads it."""
_OLD_SECONDS = 3600
_log = logging.getLogger(__name__)


class Shelf:
    """All conversations of a library, seen from outside; its methods block.

    A conversation that another process writes to is left alone: `RefusedError` says so.

    Args:
        library: Where they are.
    """

    def __init__(self, library: Library) -> None:
        self._library = library
        self._paths = library.paths

    def relabel(self, folder: Path, change: Callable[[Metadata], Metadata]) -> Metadata:
        """Change what is said of a conversation as a whole, and return all that is said now.

        Raises:
            RefusedError: when another process or a newer version writes there.
            OSError: when the disk doesn't take it.
        """
        chat = self._library.at(folder)
        chat.relabel(change)
        return chat.metadata

    def duplicate(self, folder: Path) -> Path:
        """Copy a conversation, whoever writes to it, and return the copy's folder.

        The messages keep their ids and say where they are from, so that what they cost is counted once.

        Raises:
            OSError: when the disk doesn't take it; nothing of the copy is then left.
        """
        metadata = self._library.at(folder).metadata
        copy = replace(
            metadata, id=new_id(), created=now(), title=f"{metadata.title} (copy)", pinned=False, archived=False
        )
        temporary = self._paths.conversations / f".{copy.folder_name}{BEING_WRITTEN}"
        target = self._paths.conversations / copy.folder_name
        private_directory(temporary)
        try:
            if (folder / "attachments").is_dir():
                shutil.copytree(folder / "attachments", temporary / "attachments")
            for partial in sorted((folder / "partial").glob("*.jsonl")):
                private_directory(temporary / "partial")
                with suppress(FileNotFoundError):  # its reply has just ended: it is in the journal, which comes next
                    _copy_journal(partial, temporary / "partial" / partial.name, metadata.id)
            _copy_journal(folder / "messages.jsonl", temporary / "messages.jsonl", metadata.id)
            write_metadata(temporary, copy)
            temporary.rename(target)
        except BaseException:
            shutil.rmtree(temporary, ignore_errors=True)
            raise
        sync_directory(self._paths.conversations)
        return target

    # The trash: a folder for each day, in it the conversations that were deleted then

    def delete(self, folder: Path) -> Path:
        """Move a conversation to the trash, and return where it is there.

        Raises:
            RefusedError: when another process or a newer version writes there.
            OSError: when it can't be moved, or not all of it is on disk yet.
        """
        target = _free(self._paths.trash, f"{_today():%Y-%m-%d}", folder.name)
        chat = self._library.at(folder)
        with chat.writing():
            if not chat.saving.flush() and chat.saving.fault:  # what is written later would bring it back
                raise chat.saving.fault
            folder.rename(target)
            chat.saving.note_folder()  # it has not vanished
        chat.close()
        sync_directory(target.parent)
        sync_directory(folder.parent)
        return target

    def restore(self, folder: Path) -> Path:
        """Bring a conversation back from the trash, and return its folder.

        Raises:
            RefusedError: when one with its id is there.
            OSError: when it can't be moved.
        """
        target = private_directory(self._paths.conversations) / folder.name
        if target.exists():
            raise RefusedError("A conversation with the same id is there already, so this one stays in the trash.")
        folder.rename(target)
        sync_directory(target.parent)
        with suppress(OSError):
            folder.parent.rmdir()  # unless others were deleted on that day
        return target

    def trashed(self) -> list[Trashed]:
        """Return what is in the trash, the last deleted first."""
        from chat_tui.engine.library import read_summary

        found = [Trashed(read_summary(folder), deleted) for deleted, folder in self._in_trash()]
        return sorted(found, key=lambda one: (one.deleted, one.summary.changed), reverse=True)

    def thrown_away(self) -> list[Path]:
        """Return the folders that are in the trash."""
        return [folder for _, folder in self._in_trash()]

    def empty_trash(self, today: date | None = None) -> int:
        """Delete for good what has been in the trash for `DAYS_IN_TRASH` days, its sums kept; return how many went."""
        self.sweep()
        today = today or _today()
        old = [folder for deleted, folder in self._in_trash() if (today - deleted.date()).days >= DAYS_IN_TRASH]
        return sum(self._erase(folder) for folder in old)

    def sweep(self) -> None:
        """Remove what processes that were killed left half copied or half imported."""
        for left in self._paths.conversations.glob(f".*{BEING_WRITTEN}"):
            with suppress(OSError):
                if time.time() - left.stat().st_mtime > _OLD_SECONDS:
                    shutil.rmtree(left)

    def _erase(self, folder: Path) -> bool:
        """Keep a conversation's sums, then delete it; what the disk refuses is tried again another day."""
        from chat_tui.conversation.journal import read_journal
        from chat_tui.conversation.ledger import settle

        try:
            messages = read_journal(folder / "messages.jsonl").messages
            settle(self._paths.ledger, folder.name[-ID_LENGTH:], messages.values())
            if folder.is_symlink():
                folder.unlink()  # what it leads to is somebody's, elsewhere
            else:
                shutil.rmtree(folder)
            self._library.drafts.forget(folder.name[-ID_LENGTH:])
            with suppress(OSError):
                folder.parent.rmdir()  # unless others were deleted on that day
        except OSError:
            _log.exception("A conversation could not be deleted for good")
            return False
        return True

    def _in_trash(self) -> Iterator[tuple[datetime, Path]]:
        for day in _folders(self._paths.trash):
            try:
                deleted = datetime.strptime(day.name.partition("~")[0], "%Y-%m-%d").astimezone()
            except ValueError:
                continue
            for folder in _folders(day, links=True):
                if is_id(folder.name[-ID_LENGTH:]):
                    yield deleted, folder


def _today() -> date:
    return datetime.now().astimezone().date()


def _free(trash: Path, day: str, name: str) -> Path:
    """Return where in the trash a conversation can go; the same one may have been brought back by a backup."""
    days = (day, *(f"{day}~{number}" for number in range(2, 1000)))
    free = next(path for one in days if not (path := trash / one / name).exists())
    private_directory(free.parent)
    return free


def _folders(path: Path, *, links: bool = False) -> list[Path]:
    """Return the folders in one, and if asked for the links to folders."""
    try:
        with os.scandir(path) as entries:
            return [Path(entry.path) for entry in entries if entry.is_dir(follow_symlinks=links)]
    except OSError:
        return []


def _copy_journal(source: Path, target: Path, conversation: str) -> None:
    """Copy a journal line by line; messages say from then on that they are from `conversation`."""
    mark = f'{{"copied_from":"{conversation}",'.encode()
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    with open_plain(source) as journal, os.fdopen(os.open(target, flags, FILE_MODE), "wb") as copy:
        for line in lines(journal):
            if line.content is not None and _is_first_copy(line.content):
                copy.write(mark + line.content.lstrip()[1:])
            else:
                copy.writelines(pieces(journal, [Span(line.start, line.length)]))
        copy.flush()
        os.fsync(copy.fileno())


def _is_first_copy(line: bytes) -> bool:
    try:
        record = decode_line(line)
    except (DamagedRecordError, NewerRecordError):
        return False
    return record["type"] == "message" and "copied_from" not in record
