"""The conversations on disk: listed, found by a part of their id, opened, begun."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any
from weakref import WeakValueDictionary

from chat_tui.config.layers import RIVALS, stacked
from chat_tui.config.names import Layer, flat, nested
from chat_tui.config.problems import ConfigError
from chat_tui.config.settings import CHAT_BUILT_IN
from chat_tui.conversation.ids import ID_LENGTH, is_id, new_id, now
from chat_tui.conversation.journal import read_tail
from chat_tui.conversation.metadata import Metadata, read_metadata
from chat_tui.conversation.summary import Summary
from chat_tui.cost.sums import total_cost
from chat_tui.engine.chat import Chat
from chat_tui.engine.drafts import Drafts
from chat_tui.paths import Paths
from chat_tui.text import one_line

if TYPE_CHECKING:
    from chat_tui.config.presets import Presets
    from chat_tui.engine.shelf import Shelf

SUMMARY_BYTES = 8 * 1024
"""Enough for the last messages of most conversations."""
PREVIEW_LENGTH = 200


class UnknownConversationError(Exception):
    """Why an id finds no conversation, as a sentence."""


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
        self.drafts = Drafts(paths)
        self.lately: list[Summary] = []
        """The conversations that were listed last, those on top: shown until it is known how it is now."""
        self._alive: WeakValueDictionary[str, Chat] = WeakValueDictionary()

    @property
    def presets(self) -> Presets:
        """The local presets."""
        from chat_tui.config.presets import Presets

        return Presets(self._presets_folder)

    @property
    def shelf(self) -> Shelf:
        """What is done with whole conversations."""
        from chat_tui.engine.shelf import Shelf

        return Shelf(self)

    def begin(self) -> Chat:
        """Return a new conversation; nothing is written before the first send."""
        metadata = Metadata(id=new_id(), created=now())
        return self._chat(metadata, self.paths.conversations / metadata.folder_name)

    def at(self, folder: Path) -> Chat:
        """Return the conversation in `folder`, also one that has only a draft yet.

        While something in this process still has it, it is the same value: a reply that streams goes on in it.

        Raises:
            FileNotFoundError: when `folder` is no conversation's.
        """
        return self._alive.get(folder.name[-ID_LENGTH:]) or self._chat(read_metadata(folder), folder)

    def open(self, prefix: str) -> Chat:
        """Return the conversation whose id begins with `prefix`.

        Raises:
            UnknownConversationError: when none does, or several do.
        """
        prefix = prefix.strip().lower()
        found = [folder for folder in self.folders() if folder.name[-ID_LENGTH:].startswith(prefix)]
        if not found:
            raise UnknownConversationError(f"No conversation's id begins with “{prefix}”. See: chat-tui list")
        if len(found) > 1:
            raise UnknownConversationError(
                f"{len(found)} conversations' ids begin with “{prefix}”: give more of the id. See: chat-tui list"
            )
        return self.at(found[0])

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

    def share_budgets(self) -> None:
        """Let every conversation that is open here know the budgets of `config.toml`: they hold at once."""
        for chat in self._alive.values():
            chat.defaults = {**chat.defaults, "budget": self.defaults.get("budget", {})}

    def latest(self) -> Chat | None:
        """Return the conversation that was written to last, or None when there is none."""
        folder = max(self.folders(), key=_changed, default=None)
        return None if folder is None else self.at(folder)

    def newest(self, count: int) -> list[Summary]:
        """Return the conversations that were begun last, the newest first.

        Only the ends of these are read, so it takes no longer when there are many. What wasn't read of a long one, its
        cost and how many messages it has, isn't said.
        """
        names = sorted((entry.name for entry in self._entries()), reverse=True)
        folders = (self.paths.conversations / name for name in names if is_id(name[-ID_LENGTH:]))
        return [read_summary(folder) for folder in islice(folders, count)]

    def summaries(self, on_progress: Callable[[int, int], None] | None = None) -> list[Summary]:
        """Return all conversations, the last changed first, once the search index knows what the disk says.

        Args:
            on_progress: As `Index.update` has it.
        """
        from chat_tui.engine.index import Index

        index = Index(self.paths)
        try:
            index.update(on_progress)
            return self.complete(index.summaries())
        finally:
            index.close()

    def complete(self, indexed: Iterable[Summary], most: int | None = None) -> list[Summary]:
        """Return the conversations that there are, the last changed first.

        Args:
            indexed: What the search index knows; some of it may have gone.
            most: How many that the index doesn't know are read from the disk, the newest first; None for all.
        """
        names = {entry.name for entry in self._entries() if is_id(entry.name[-ID_LENGTH:])}
        known = {one.folder.name: one for one in indexed}
        found = [one for name, one in known.items() if name in names]
        for name in islice(sorted(names - known.keys(), reverse=True), most):
            folder = self.paths.conversations / name
            found.append(Summary(read_metadata(folder), _changed_at(folder), folder))
        return sorted(found, key=lambda summary: summary.changed, reverse=True)

    def unsent(self) -> list[Summary]:
        """Return the conversations that are nothing but a draft so far; those in the trash are none."""
        drafts = self.drafts.ids()
        if not drafts:
            return []
        kept = (*self.folders(), *self.shelf.thrown_away())
        return [self.drafts.summary(one) for one in drafts - {folder.name[-ID_LENGTH:] for folder in kept}]

    def summaries_of(self, folders: Iterable[Path]) -> list[Summary]:
        """Return what a list says of those of `folders` that are conversations of this library."""
        there = (folder for folder in folders if folder.parent == self.paths.conversations and folder.is_dir())
        return [read_summary(folder) for folder in there]

    def _chat(self, metadata: Metadata, folder: Path) -> Chat:
        lock = self.paths.state / "locks" / f"{metadata.id}.lock"
        chat = Chat(
            metadata,
            folder,
            lock,
            defaults=self.defaults,
            flags=self.flags,
            presets=self._preset,
            built_in=self.built_in,
            staged=self.drafts.attachments(metadata.id),
        )
        return self._alive.setdefault(chat.id, chat)

    def _preset(self, name: str) -> tuple[Layer, list[str]]:
        """Return what the local preset `name` sets, and sentences about what is wrong with it."""
        try:
            preset = self.presets.read(name)
        except ConfigError as error:
            return {}, [str(error)]
        return preset.settings, [str(problem) for problem in preset.problems]

    def folders(self) -> Iterator[Path]:
        """Yield the folders of all conversations."""
        return (Path(entry.path) for entry in self._entries() if is_id(entry.name[-ID_LENGTH:]))

    def _entries(self) -> list[os.DirEntry[str]]:
        try:
            with os.scandir(self.paths.conversations) as entries:
                return [entry for entry in entries if entry.is_dir()]
        except OSError:
            return []


def read_summary(folder: Path) -> Summary:
    """Return what a list says of the conversation in `folder`, from the end of its journal.

    Raises:
        FileNotFoundError: when `folder` is no conversation's.
    """
    summary = Summary(read_metadata(folder), _changed_at(folder), folder)
    try:
        reading = read_tail(folder / "messages.jsonl", SUMMARY_BYTES)
    except OSError:
        return summary
    messages = sorted(reading.messages.values(), key=lambda message: message.id)
    return summary._replace(
        messages=len(messages) if reading.whole else None,
        model=next((message.model for message in reversed(messages) if message.role == "assistant"), None),
        cost=total_cost(messages) if reading.whole else None,
        preview=one_line(messages[-1].text, PREVIEW_LENGTH) if messages else "",
    )


def _changed_at(folder: Path) -> datetime:
    return datetime.fromtimestamp(_changed(folder), UTC)


def _changed(folder: Path) -> float:
    """Return when the conversation was last written to, in Unix seconds."""
    for name in ("messages.jsonl", "conversation.toml", "."):
        try:
            return (folder / name).stat().st_mtime
        except OSError:
            continue
    return 0.0
