"""The conversations on disk: listed, found by a part of their id, opened, begun."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from chat_tui.config.layers import RIVALS, stacked
from chat_tui.config.names import Layer, flat, nested
from chat_tui.config.problems import ConfigError
from chat_tui.config.settings import CHAT_BUILT_IN
from chat_tui.conversation.ids import ID_LENGTH, is_id, new_id, now
from chat_tui.conversation.metadata import Metadata, read_metadata
from chat_tui.engine.chat import Chat
from chat_tui.paths import Paths

if TYPE_CHECKING:
    from chat_tui.config.presets import Presets


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
        defaults: What `config.toml` sets, which new and old conversations build on.
        flags: The settings of this run, above a conversation's own.
        presets: Where the local presets are, when that isn't beside `config.toml`.
        built_in: What holds where nobody says anything, above what is so everywhere: the demo has a model of its own.
    """

    def __init__(
        self,
        paths: Paths,
        *,
        defaults: Layer | None = None,
        flags: Layer | None = None,
        presets: Path | None = None,
        built_in: Layer | None = None,
    ) -> None:
        self.paths = paths
        self.built_in: Layer = {**CHAT_BUILT_IN, **(built_in or {})}
        self.defaults: Layer = defaults or {}
        self.flags: Layer = flags or {}
        self._presets_folder = presets or paths.presets

    @property
    def presets(self) -> Presets:
        """The local presets."""
        from chat_tui.config.presets import Presets

        return Presets(self._presets_folder)

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
        """Make `model` that of new chats.

        Raises:
            ConfigError, OSError: as `write_default`.
        """
        self.write_default("model", model)

    def write_default(self, name: str, value: Any) -> Callable[[], None]:
        """Set `name` to `value` in `config.toml` and in this run; None takes it out.

        Returns:
            What undoes it, as that of `write_setting`.

        Raises:
            ConfigError: when the file can't be changed safely.
            OSError: when it can't be read or written.
        """
        from chat_tui.config.writing import write_setting

        take_back = write_setting(self.paths.settings, name, value)
        known = flat(self.defaults)
        self.defaults = nested({one: held for one, held in stacked(known, {name: value}).items() if held is not None})

        def undo() -> None:
            take_back()
            changed = (name, RIVALS.get(name))
            now = {one: held for one, held in flat(self.defaults).items() if one not in changed}
            self.defaults = nested(now | {one: known[one] for one in changed if one in known})

        return undo

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
        return Chat(
            metadata,
            folder,
            lock,
            defaults=self.defaults,
            flags=self.flags,
            presets=self._preset,
            built_in=self.built_in,
        )

    def _preset(self, name: str) -> tuple[Layer, list[str]]:
        """Return what the local preset `name` sets, and sentences about what is wrong with it."""
        try:
            preset = self.presets.read(name)
        except ConfigError as error:
            return {}, [str(error)]
        return preset.settings, [str(problem) for problem in preset.problems]

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
