"""The conversations on disk: listed, found by a part of their id, opened, begun."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from chat_tui.config.settings import BUILT_IN, Layer, merged
from chat_tui.config.writing import write_text_setting
from chat_tui.conversation.ids import ID_LENGTH, is_id, new_id, now
from chat_tui.conversation.metadata import Metadata, read_metadata
from chat_tui.engine.chat import Chat
from chat_tui.paths import Paths


class UnknownConversationError(Exception):
    """Why an id finds no conversation, as a sentence."""


class Summary(NamedTuple):
    """A conversation in a list."""

    metadata: Metadata
    changed: datetime
    folder: Path


class Library:
    """All conversations under one data folder.

    Args:
        paths: Where the data and the locks are.
        defaults: The settings that new and old conversations build on.
        flags: The settings of this run, above a conversation's own.
    """

    def __init__(self, paths: Paths, *, defaults: Layer = BUILT_IN, flags: Layer | None = None) -> None:
        self.paths = paths
        self.defaults = defaults
        self.flags: Layer = flags or {}

    def begin(self) -> Chat:
        """Return a new conversation; nothing is written before the first send."""
        metadata = Metadata(id=new_id(), created=now())
        return self._chat(metadata, self.paths.conversations / metadata.folder_name)

    def open(self, prefix: str) -> Chat:
        """Return the conversation whose id begins with `prefix`.

        Raises:
            UnknownConversationError: when none does, or several do.
        """
        prefix = prefix.strip().lower()
        found = [folder for folder in self._folders() if folder.name[-ID_LENGTH:].startswith(prefix)]
        if not found:
            raise UnknownConversationError(f"No conversation's id begins with “{prefix}”. See: chat-tui list")
        if len(found) > 1:
            raise UnknownConversationError(
                f"{len(found)} conversations' ids begin with “{prefix}”: give more of the id. See: chat-tui list"
            )
        return self._open(found[0])

    def make_default(self, model: str) -> None:
        """Make `model` that of new chats: in `config.toml`, and in this run.

        Raises:
            ConfigError: when the file can't be changed safely.
            OSError: when it can't be read or written.
        """
        write_text_setting(self.paths.settings, "model", model)
        self.defaults = merged(self.defaults, {"model": model})

    def latest(self) -> Chat | None:
        """Return the conversation that was written to last, or None when there is none."""
        folder = max(self._folders(), key=_changed, default=None)
        return None if folder is None else self._open(folder)

    def summaries(self) -> list[Summary]:
        """Return all conversations, the last changed first."""
        found = [
            Summary(read_metadata(folder), datetime.fromtimestamp(_changed(folder), UTC), folder)
            for folder in self._folders()
        ]
        return sorted(found, key=lambda summary: summary.changed, reverse=True)

    def _open(self, folder: Path) -> Chat:
        return self._chat(read_metadata(folder), folder)

    def _chat(self, metadata: Metadata, folder: Path) -> Chat:
        lock = self.paths.state / "locks" / f"{metadata.id}.lock"
        return Chat(metadata, folder, lock, defaults=self.defaults, flags=self.flags)

    def _folders(self) -> Iterator[Path]:
        try:
            entries = list(self.paths.conversations.iterdir())
        except OSError:
            return
        for folder in entries:
            if is_id(folder.name[-ID_LENGTH:]) and folder.is_dir():
                yield folder


def _changed(folder: Path) -> float:
    """Return when the conversation was last written to, in Unix seconds."""
    for name in ("messages.jsonl", "conversation.toml", "."):
        try:
            return (folder / name).stat().st_mtime
        except OSError:
            continue
    return 0.0
