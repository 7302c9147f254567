"""What is written in conversations and wasn't sent yet: in memory at once, on disk a moment later."""

from __future__ import annotations

import logging
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from chat_tui.conversation.ids import created_at, is_id
from chat_tui.conversation.metadata import Metadata
from chat_tui.conversation.summary import Summary
from chat_tui.paths import Paths, private_directory, replace_file
from chat_tui.text import one_line

WRITE_SECONDS = 0.5
"""Between a key and the file that has it; with the write itself it stays under a second."""
TITLE_LENGTH = 60
_FILE = "draft.txt"
_log = logging.getLogger(__name__)


class Drafts:
    """One text for each conversation.

    Args:
        paths: Where the drafts and the conversations are.
    """

    def __init__(self, paths: Paths) -> None:
        self._folder = paths.drafts
        self._conversations = paths.conversations
        self._texts: dict[str, str] = {}
        self._unwritten: set[str] = set()

    def of(self, conversation: str) -> str:
        """Return the draft in a conversation; it may read a small file."""
        if conversation not in self._texts:
            try:
                self._texts[conversation] = self._file(conversation).read_text("utf-8", "replace")
            except OSError:
                return ""
        return self._texts[conversation]

    def keep(self, conversation: str, text: str) -> bool:
        """Take the draft of a conversation as it is now; tell whether `write` has something to do."""
        if text != self._texts.get(conversation, ""):
            self._texts[conversation] = text
            self._unwritten.add(conversation)
        return bool(self._unwritten)

    def write(self) -> None:
        """Put on disk what changed; blocks. What the disk refuses is tried again with the next change."""
        changed, self._unwritten = self._unwritten, set()
        for conversation in changed:
            try:
                self._write(conversation, self._texts[conversation])
            except OSError as error:
                self._unwritten.add(conversation)
                _log.warning("A draft could not be written: %s", error)

    def ids(self) -> set[str]:
        """Return the ids of the conversations in which something is being written; blocks."""
        known = {*self._texts, *(folder.name for folder in _folders(self._folder))}
        return {conversation for conversation in known if is_id(conversation) and self.of(conversation).strip()}

    def summary(self, conversation: str) -> Summary:
        """Return what a list says of a conversation that is only a draft so far; its first words are the title."""
        title = one_line(self.of(conversation), TITLE_LENGTH)
        metadata = Metadata(conversation, created_at(conversation), title)
        folder = self._conversations / metadata.folder_name
        return Summary(metadata, self._changed(conversation), folder, messages=0)

    def forget(self, conversation: str) -> None:
        """Delete the draft of a conversation that is deleted for good; blocks.

        Raises:
            OSError: when the disk doesn't.
        """
        self._texts.pop(conversation, None)
        self._unwritten.discard(conversation)
        self._write(conversation, "")

    def _changed(self, conversation: str) -> datetime:
        try:
            return datetime.fromtimestamp(self._file(conversation).stat().st_mtime, UTC)
        except OSError:
            return datetime.now(UTC)

    def _write(self, conversation: str, text: str) -> None:
        file = self._file(conversation)
        if text:
            private_directory(file.parent)
            replace_file(file, text.encode("utf-8", "replace"))
        else:
            file.unlink(missing_ok=True)
            with suppress(OSError):
                file.parent.rmdir()  # unless something else waits there

    def _file(self, conversation: str) -> Path:
        return self._folder / conversation / _FILE


def _folders(path: Path) -> list[Path]:
    try:
        return list(path.iterdir())
    except OSError:
        return []
