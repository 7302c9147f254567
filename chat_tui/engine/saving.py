"""Saving: a conversation's files are written, and what the disk doesn't take is kept in memory until it does."""

from __future__ import annotations

import errno
import logging
import threading
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from chat_tui.conversation.folder import Folder, attachment_name, file_part, picture_part
from chat_tui.conversation.lines import fits
from chat_tui.conversation.media_types import ending_of
from chat_tui.conversation.metadata import Metadata
from chat_tui.conversation.records import encode_message
from chat_tui.conversation.values import FilePart, Message, Part

if TYPE_CHECKING:
    from chat_tui.conversation.partial import PartialWriter

_ADVICE = {
    errno.ENOSPC: "Make room on the disk.",
    errno.EDQUOT: "Make room: your share of the disk is used up.",
    errno.EROFS: "The disk is mounted for reading only: mount it for writing.",
    errno.EACCES: "Give yourself the right to write there.",
    errno.EPERM: "Give yourself the right to write there.",
    errno.ENOENT: "Bring the folder back.",
    errno.EEXIST: "A file is in the place of a folder: move it away.",
    errno.ENOTDIR: "A file is in the place of a folder: move it away.",
    errno.EFBIG: "Export it, or copy what you need of it.",
    errno.EIO: "The disk may be failing: look after it.",
}

_log = logging.getLogger(__name__)


class Everything(NamedTuple):
    """A whole conversation as it is in memory."""

    metadata: Metadata
    records: bytes


class _Record(NamedTuple):
    line: bytes
    message: Message | None = None
    partial: Path | None = None
    """The file that is superfluous when the record is on disk."""


class Saving:
    """Writes one conversation's files, in an order in which a crash loses nothing.

    No method raises for a disk that refuses: `fault` says why it does, and every later write, and `flush`, tries all of
    it again. Methods block; they may be called from several threads.

    Args:
        folder: The conversation's.
        permit: Called before anything is written; raises OSError when this process may not.
        everything: Returns the whole conversation, to be written anew when its folder has vanished.
    """

    def __init__(self, folder: Folder, permit: Callable[[], None], everything: Callable[[], Everything]) -> None:
        self._fault: OSError | None = None
        self._partial_fault: OSError | None = None
        self._folder = folder
        self._permit = permit
        self._everything = everything
        self._metadata: Metadata | None = None
        self._files: dict[str, tuple[FilePart, bytes]] = {}
        self._attached: dict[str, FilePart] = {}
        self._records: list[_Record] = []
        self._was_there = False
        self._guard = threading.RLock()

    @property
    def fault(self) -> OSError | None:
        """Why something isn't on disk; None when all is."""
        return self._fault or self._partial_fault

    @property
    def unsaved(self) -> list[Message]:
        """The messages that aren't on disk yet."""
        return [record.message for record in self._records if record.message is not None]

    @property
    def is_pending(self) -> bool:
        """Whether anything waits to be written."""
        return bool(self._records or self._files or self._attached or self._metadata)

    @property
    def files(self) -> list[tuple[FilePart, bytes]]:
        """The attachments that aren't on disk yet."""
        return list(self._files.values())

    @property
    def attached(self) -> list[FilePart]:
        """What was attached to prompts and still waits where their drafts were."""
        return list(self._attached.values())

    def note_folder(self, *, was_there: bool = False) -> None:
        """Take note that the journal is, or isn't, on disk: when it goes from now on, or was there, it has vanished."""
        self._was_there = was_there or self._folder.journal.exists()

    def note(self, fault: OSError | None) -> None:
        """Take note of whether a reply that streams, whose end is still to be written, could be kept in its file."""
        self._partial_fault = fault

    def keep_metadata(self, metadata: Metadata) -> None:
        """Write the metadata."""
        with self._guard:
            self._metadata = metadata
            self.flush()

    def keep_message(self, message: Message) -> None:
        """Write `message` to the journal, then remove the file that kept it while it streamed."""
        partial = self._folder.partial(message.id) if message.role == "assistant" else None
        with self._guard:
            self._records.append(_Record(_record_of(message), message, partial))
            self.flush()

    def keep_record(self, line: bytes) -> None:
        """Write a record of another type to the journal."""
        with self._guard:
            self._records.append(_Record(line))
            self.flush()

    def attach(self, content: bytes, media_type: str, name: str) -> FilePart:
        """Keep `content` as an attachment and return the part that refers to it."""
        part = file_part(content, media_type, name)
        with self._guard:
            self._files[part.sha256] = (part, content)
            self.flush()
        return part

    def take_in(self, parts: Iterable[FilePart]) -> None:
        """Keep the files that were attached to a prompt, before the prompt itself is kept."""
        with self._guard:
            self._attached |= {attachment_name(part): part for part in parts}  # the same text may be of two types
            self.flush()

    def attach_picture(self, url: str) -> Part:
        """Keep the picture in `url` and return its part; one that isn't in there is at least mentioned."""
        return picture_part(url, self._attach_measured)

    def _attach_measured(self, content: bytes, media_type: str, name: str) -> FilePart:
        """Keep a picture as what it is, not as what it is said to be, with its width and height."""
        from chat_tui.attachments.thumbnails import measure

        measures = measure(content)
        if measures is None:
            return self.attach(content, media_type, name)
        name = f"{name.rpartition('.')[0] or name}.{ending_of(measures.media_type)}"
        part = self.attach(content, measures.media_type, name)
        return part._replace(width=measures.width, height=measures.height)

    def read_attachment(self, part: FilePart) -> bytes:
        """Return the bytes that `part` refers to, as `Folder.read_attachment` does."""
        kept = self._files.get(part.sha256)
        return kept[1] if kept is not None else self._folder.read_attachment(part)

    def start_partial(self, reply: Message) -> PartialWriter:
        """Start keeping `reply` while it streams; what the disk doesn't take is tried again with what follows."""
        from chat_tui.conversation.partial import PartialWriter

        writer = PartialWriter(self._folder.partial(reply.id), reply, self.attach_picture)
        try:
            writer.begin()
        except OSError as error:
            self.note(error)
        return writer

    def flush(self) -> bool:
        """Write what waits; return whether all is on disk now."""
        with self._guard:
            fault = None
            try:
                self._permit()
                self._mind_the_folder()
            except OSError as error:
                self._fault = error
                return False
            for write in (self._write_metadata, self._write_files, self._write_records):
                try:
                    write()
                except OSError as error:
                    fault = fault or error
            if fault is not None and self._fault is None:
                _log.error("A conversation can't be saved", exc_info=fault)
            self._fault = fault
        return fault is None

    def _mind_the_folder(self) -> None:
        """Prepare to write all anew when the journal has vanished; where even its parent has, wait for its return."""
        if not self._was_there or self._folder.journal.exists():
            return
        if not self._folder.path.parent.is_dir():
            raise FileNotFoundError(errno.ENOENT, "Its folder has vanished", str(self._folder.path))
        whole = self._everything()
        self._metadata = whole.metadata
        self._records = [_Record(whole.records), *(record for record in self._records if record.message is None)]

    def _write_metadata(self) -> None:
        if self._metadata is not None:
            self._folder.write_metadata(self._metadata)
            self._metadata = None

    def _write_files(self) -> None:
        for name, part in list(self._attached.items()):
            self._folder.take_in(part)
            del self._attached[name]
        for digest, (part, content) in list(self._files.items()):
            self._folder.write_attachment(part, content)
            del self._files[digest]

    def _write_records(self) -> None:
        if not self._records:
            return
        written: list[_Record] = []
        too_long: list[_Record] = []
        for record in self._records:
            (written if fits(record.line) else too_long).append(record)
        if written:
            self._folder.append_lines(b"".join(record.line for record in written))
            self._was_there = True
        self._records = too_long
        for record in written:
            if record.partial is not None:
                self._partial_fault = None
                try:
                    record.partial.unlink(missing_ok=True)
                except OSError:
                    _log.exception("A partial file stays behind; it goes when the conversation is opened again")
        if too_long:
            raise OSError(errno.EFBIG, "a message of it is too long")


def _record_of(message: Message) -> bytes:
    """Return the line for `message`; one that is too long goes without how likely its tokens were."""
    line = encode_message(message)
    return line if fits(line) else encode_message(replace(message, logprobs=()))


def refusal(fault: OSError) -> str:
    """Return in sentences that a conversation can't be saved, why, and what to do."""
    where = f": {fault.filename}" if fault.filename else ""  # a full disk names no file
    advice = _ADVICE.get(fault.errno or 0, "Mend that.")
    return (
        f"This chat can't be saved now ({fault.strerror or fault}{where}). It goes on, kept in memory, and is saved as "
        f"soon as that is possible. {advice}"
    )
