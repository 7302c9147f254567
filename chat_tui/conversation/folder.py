"""One conversation's folder: its metadata, journal, partial replies, attachments and lock."""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from chat_tui.conversation.journal import (
    JournalReader,
    Reading,
    append,
    append_message,
    read_journal,
    read_tail,
    set_aside_damaged,
)
from chat_tui.conversation.media_types import UNKNOWN_ENDING, ending_of
from chat_tui.conversation.metadata import FILE_NAME, Metadata, read_metadata, write_metadata
from chat_tui.conversation.values import FilePart, LinkPart, Message, Part, UnknownPart
from chat_tui.paths import FILE_MODE, private_directory, replace_file, sync_directory

if TYPE_CHECKING:
    from chat_tui.conversation.partial import PartialWriter

_DIGEST = re.compile(r"[0-9a-f]{64}")


class Folder:
    """The files of one conversation; the folder itself exists from the first send.

    Args:
        path: Where it is, or will be.
        staged: Where the files wait that are attached to a prompt which isn't sent yet.
    """

    def __init__(self, path: Path, staged: Path | None = None) -> None:
        self.path = path
        self.journal = path / "messages.jsonl"
        self._staged = staged

    def read_metadata(self) -> Metadata | None:
        """Return what `conversation.toml` says, or None when it isn't there yet."""
        return read_metadata(self.path) if (self.path / FILE_NAME).exists() else None

    def write_metadata(self, metadata: Metadata) -> None:
        """Replace `conversation.toml`."""
        write_metadata(self.path, metadata)

    def append(self, message: Message) -> None:
        """Add `message` to the journal and return when it is on disk."""
        append_message(self.journal, message)

    def append_lines(self, lines: bytes) -> None:
        """Add whole records to the journal and return when they are on disk."""
        append(self.journal, lines)

    def reader(self) -> JournalReader:
        """Return what reads the journal as it grows."""
        return JournalReader(self.journal)

    def read(self) -> Reading:
        """Read the whole journal."""
        return read_journal(self.journal)

    def read_tail(self) -> Reading:
        """Read the end of the journal."""
        return read_tail(self.journal)

    def set_aside_damaged(self, reading: Reading) -> Path | None:
        """Keep copies of the damaged lines; the journal itself isn't touched."""
        return set_aside_damaged(self.journal, reading.damaged)

    def compact_when_due(self, reading: Reading) -> None:
        """Compact the journal that was read, when more than half of it, and that much, is superseded."""
        from chat_tui.conversation.compaction import MUCH, compact

        if reading.superseded > MUCH and reading.superseded * 2 > self.journal.stat().st_size:
            compact(self.journal, keep=False)

    def look(self) -> tuple[tuple[str, int, int], ...]:
        """Return what changes when the metadata or a reply that streams does: names, times and sizes of files."""
        found = []
        for path in (self.path / FILE_NAME, *sorted((self.path / "partial").glob("*.jsonl"))):
            with suppress(FileNotFoundError, NotADirectoryError):
                status = path.stat()
                found.append((path.name, status.st_mtime_ns, status.st_size))
        return tuple(found)

    def start_partial(self, reply: Message) -> PartialWriter:
        """Start keeping `reply` while it streams."""
        from chat_tui.conversation.partial import PartialWriter

        writer = PartialWriter(self.partial(reply.id), reply, self.attach_picture)
        writer.begin()
        return writer

    def partial(self, reply: str) -> Path:
        """Return where the reply of that id is kept while it streams."""
        return self.path / "partial" / f"{reply}.jsonl"

    def interrupted(self) -> Iterator[tuple[Path, Message]]:
        """Yield the replies that never reached the journal, each with its file; oldest first."""
        from chat_tui.conversation.partial import recover_partial

        for path in sorted((self.path / "partial").glob("*.jsonl")):
            try:
                reply = recover_partial(path)
            except OSError:  # its message reached the journal just now, or it is no file: it stays where it is
                continue
            if reply is not None:
                yield path, reply

    def attach(self, content: bytes, media_type: str, name: str) -> FilePart:
        """Keep `content` under its digest, once, and return the part that refers to it."""
        part = file_part(content, media_type, name)
        self.write_attachment(part, content)
        return part

    def write_attachment(self, part: FilePart, content: bytes) -> None:
        """Keep the bytes that `part` refers to, once."""
        path = self._kept(part)
        private_directory(path.parent)
        if not path.exists():
            replace_file(path, content)

    def take_in(self, part: FilePart) -> None:
        """Keep a file that was attached to a prompt, which is about to be sent.

        Raises:
            OSError: when it is nowhere any more, or the disk doesn't take it.
        """
        waiting, kept = self.attachment(part), self._kept(part)
        if waiting == kept:
            return
        private_directory(kept.parent)
        try:
            waiting.replace(kept)
        except OSError as error:
            if error.errno != errno.EXDEV:
                raise
            _move_across(waiting, kept)
        sync_directory(kept.parent)

    def attach_picture(self, url: str) -> Part:
        """Keep the picture in `url` and return its part; one that isn't in there is at least mentioned."""
        return picture_part(url, self.attach)

    def read_attachment(self, part: FilePart) -> bytes:
        """Return the bytes that `part` refers to.

        Raises:
            OSError: when they can't be read, or the journal's name for them leads out of the folder.
        """
        return self.attachment(part).read_bytes()

    def attachment(self, part: FilePart) -> Path:
        """Return where the bytes are that `part` refers to: in the folder or, before its prompt is sent, outside.

        Raises:
            FileNotFoundError: when they are nowhere, or the journal's name for them leads out of the folder.
        """
        if not _DIGEST.fullmatch(part.sha256):
            raise FileNotFoundError(errno.ENOENT, "This is no attachment's name", part.sha256)
        kept = self._kept(part)
        waiting = self._staged / kept.name if self._staged is not None else kept
        older = kept.with_suffix(f".{UNKNOWN_ENDING}")  # fewer endings were known once
        found = next((path for path in (kept, waiting, older) if path.exists()), None)
        if found is None:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(kept))
        return found

    def _kept(self, part: FilePart) -> Path:
        return self.path / "attachments" / attachment_name(part)


def _move_across(source: Path, target: Path) -> None:
    """Move a file to another disk: it is whole there before its name is."""
    import shutil

    temporary = target.with_name(f".{target.name}.{os.getpid()}.new")
    try:
        shutil.copyfile(source, temporary)
        temporary.chmod(FILE_MODE)
        descriptor = os.open(temporary, os.O_RDWR)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)
    source.unlink()


def file_part(content: bytes, media_type: str, name: str) -> FilePart:
    """Return the part that refers to `content` as an attachment."""
    import hashlib

    return FilePart(hashlib.sha256(content).hexdigest(), media_type, name, len(content))


def picture_part(url: str, attach: Callable[[bytes, str, str], Part]) -> Part:
    """Return the part for the picture in `url`, which `attach` keeps; one that isn't in there is at least mentioned."""
    from chat_tui.conversation.pictures import decode_picture

    picture = decode_picture(url)
    if isinstance(picture, LinkPart | UnknownPart):
        return picture
    return attach(picture.content, picture.media_type, picture.name)


def attachment_name(part: FilePart) -> str:
    """Return what the file is called that has the bytes of `part`."""
    return f"{part.sha256}.{ending_of(part.media_type)}"
