"""One conversation's folder: its metadata, journal, partial replies, attachments and lock."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

from chat_tui.conversation.journal import Reading, append_message, read_journal, read_tail, set_aside_damaged
from chat_tui.conversation.metadata import FILE_NAME, Metadata, read_metadata, write_metadata
from chat_tui.conversation.partial import PartialWriter, recover_partial
from chat_tui.conversation.values import FilePart, Message
from chat_tui.paths import private_directory, replace_file

_EXTENSIONS = {"image/png": "png", "image/jpeg": "jpg", "image/webp": "webp", "image/gif": "gif"}


class Folder:
    """The files of one conversation; the folder itself exists from the first send."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.journal = path / "messages.jsonl"

    def read_metadata(self) -> Metadata | None:
        """Return what `conversation.toml` says, or None when it isn't there yet."""
        return read_metadata(self.path) if (self.path / FILE_NAME).exists() else None

    def write_metadata(self, metadata: Metadata) -> None:
        """Replace `conversation.toml`."""
        write_metadata(self.path, metadata)

    def append(self, message: Message) -> None:
        """Add `message` to the journal and return when it is on disk."""
        append_message(self.journal, message)

    def read(self) -> Reading:
        """Read the whole journal."""
        return read_journal(self.journal)

    def read_tail(self) -> Reading:
        """Read the end of the journal."""
        return read_tail(self.journal)

    def set_aside_damaged(self, reading: Reading) -> Path | None:
        """Keep copies of the damaged lines; the journal itself isn't touched."""
        return set_aside_damaged(self.journal, reading.damaged)

    def start_partial(self, reply: Message) -> PartialWriter:
        """Start keeping `reply` while it streams."""
        return PartialWriter(self.path / "partial" / f"{reply.id}.jsonl", reply)

    def interrupted(self) -> Iterator[tuple[Path, Message]]:
        """Yield the replies that never reached the journal, each with its file; oldest first."""
        for path in sorted((self.path / "partial").glob("*.jsonl")):
            reply = recover_partial(path)
            if reply is not None:
                yield path, reply

    def attach(self, content: bytes, media_type: str, name: str) -> FilePart:
        """Keep `content` under its digest, once, and return the part that refers to it."""
        digest = hashlib.sha256(content).hexdigest()
        extension = _EXTENSIONS.get(media_type, "bin")
        path = private_directory(self.path / "attachments") / f"{digest}.{extension}"
        if not path.exists():
            replace_file(path, content)
        return FilePart(digest, media_type, name, len(content))
