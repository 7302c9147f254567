"""Conversations that leave the library and come into it."""

from __future__ import annotations

import os
import shutil
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

from chat_tui.conversation.exports.excerpt import Excerpt, Scope, Weights, put_record, take_excerpt
from chat_tui.conversation.exports.writing import Written, file_for, write_excerpt
from chat_tui.conversation.folder import Folder
from chat_tui.conversation.ids import ID_LENGTH, is_id
from chat_tui.conversation.imports.detect import find_conversations
from chat_tui.conversation.imports.found import Found, NotImportableError
from chat_tui.conversation.imports.own import SOURCE as OWN
from chat_tui.conversation.journal import append
from chat_tui.conversation.metadata import FILE_NAME
from chat_tui.conversation.secrets import Known
from chat_tui.conversation.values import Message
from chat_tui.engine.refused import RefusedError
from chat_tui.engine.shelf import BEING_WRITTEN
from chat_tui.paths import open_plain, private_directory, sync_directory
from chat_tui.text import one_line

if TYPE_CHECKING:
    from chat_tui.engine.chat import Chat
    from chat_tui.engine.library import Library

State = Literal["new", "grown", "known", "empty", "refused"]
_TITLE_LENGTH = 80


def excerpt_of(chat: Chat, scope: Scope, message: str | None = None, secrets: Known = ()) -> Excerpt:
    """Return what is to leave of `chat`; it blocks.

    Args:
        chat: An open conversation.
        scope: How much of it.
        message: The id of a message, or its beginning: the one, or one on the branch.
        secrets: Keys of this computer, and headers that it sends.

    Raises:
        RefusedError: when there is no such message.
        OSError: when it can't be read.
    """
    unsaved = [one for one in chat.tree if one.status != "streaming"]  # whose words are elsewhere yet
    unsaved += (reply for _, reply in chat.folder.interrupted() if reply.id not in chat.tree)
    if message is not None and not is_id(message):
        known = {*(one.id for one in unsaved), *chat.folder.read().messages}
        found = [identifier for identifier in known if identifier.startswith(message.lower())]
        if len(found) != 1:
            raise RefusedError(f"{len(found) or 'No'} messages' ids begin with “{one_line(message, 40)}”.")
        message = found[0]
    try:
        return take_excerpt(chat.metadata, chat.folder, scope, message, unsaved, secrets)
    except LookupError:
        raise RefusedError(f"This conversation has no message “{one_line(str(message), 40)}”.") from None


class Arrival(NamedTuple):
    """What became of a conversation in an import, or would."""

    id: str
    title: str
    source: str
    state: State
    messages: int
    """How many it has in what is imported."""
    added: int = 0
    """How many of them are new here."""
    sentence: str = ""
    """Why it was refused."""


@dataclass(slots=True)
class Outcome:
    """What an import did, or would do."""

    dry: bool = False
    """Whether nothing was written."""
    arrivals: list[Arrival] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)
    """What had no place here, by kind."""
    problems: list[str] = field(default_factory=list)
    """Sentences about what could not be read, or not to its end."""
    folders: list[Path] = field(default_factory=list)
    """The folders that were written to."""

    def count(self, state: State) -> int:
        """Return how many conversations are in `state`."""
        return sum(arrival.state == state for arrival in self.arrivals)

    @property
    def added(self) -> int:
        """How many messages are new."""
        return sum(arrival.added for arrival in self.arrivals)

    @property
    def sentences(self) -> list[str]:
        """What there is to say of it, for people."""
        told = (
            (self.count("new"), "new"),
            (self.count("grown"), "with something new"),
            (self.count("known"), "known already"),
            (self.count("empty"), "without messages, left out"),
            (self.count("refused"), "refused"),
        )
        states = ", ".join(f"{count:,} {words}" for count, words in told if count)
        total = len(self.arrivals)
        lines = [f"{total:,} conversation{'s' * (total != 1)}: {states}." if total else "No conversations."]
        if self.added:
            lines[0] += f" {self.added:,} message{'s' * (self.added != 1)} {'to add' if self.dry else 'added'}."
        lines += [f"Left out: {what} ({count:,})." for what, count in sorted(self.left_out.items())]
        refused = (arrival for arrival in self.arrivals if arrival.state == "refused")
        return [*lines, *(f"“{arrival.title}”: {arrival.sentence}" for arrival in refused), *self.problems]


class Import:
    """Brings conversations into a library; its methods block.

    Args:
        library: Where they go.
        dry: Only find out what would happen.
    """

    def __init__(self, library: Library, *, dry: bool = False) -> None:
        self.outcome = Outcome(dry)
        self._library = library
        self._dry = dry
        if not dry:
            library.shelf.sweep()
        self._folders = {folder.name[-ID_LENGTH:]: folder for folder in library.folders()}
        self._seen: dict[str, set[str]] = {}

    def run(
        self,
        paths: Sequence[Path],
        on_progress: Callable[[int], None] = lambda _: None,
        stop: Callable[[], bool] = lambda: False,
    ) -> Outcome:
        """Take everything at `paths`; what is there already stays as it is.

        Args:
            paths: Files, archives, folders.
            on_progress: Told after each conversation how many there were.
            stop: Asked after each; what was taken until then stays.
        """
        for path in paths:
            try:
                for found in find_conversations(path):
                    self.outcome.arrivals.append(self._take(found))
                    if self.outcome.arrivals[-1].state != "known":
                        self.outcome.left_out.update(found.left_out)
                    on_progress(len(self.outcome.arrivals))
                    if stop():
                        return self.outcome
            except NotImportableError as error:
                self.outcome.problems.append(f"{one_line(str(path))}: {error}")
            except MemoryError:
                self.outcome.problems.append(f"{one_line(str(path))}: It takes more memory than there is.")
            except OSError as error:
                self.outcome.problems.append(f"{one_line(str(path))}: {error.strerror or 'It cannot be read'}.")
        return self.outcome

    def _take(self, found: Found) -> Arrival:
        identifier = found.metadata.id
        title = one_line(found.metadata.title, _TITLE_LENGTH) or "Untitled"
        arrival = Arrival(identifier, title, found.source, "empty", len(found.messages))
        if not found.messages:
            return arrival
        folder = self._folders.get(identifier)
        lines, added = self._missing(found, folder)
        if not lines:
            return arrival._replace(state="known")
        arrival = arrival._replace(state="grown" if folder or identifier in self._seen else "new", added=added)
        self._seen.setdefault(identifier, set()).update(message.id for message in found.messages)
        if self._dry:
            return arrival
        try:
            if folder is None:
                self._folders[identifier] = folder = self._place(found, lines)
            else:
                self._grow(found, folder, lines)
        except RefusedError as error:
            return arrival._replace(state="refused", added=0, sentence=str(error))
        self.outcome.folders.append(folder)
        return arrival

    def _missing(self, found: Found, folder: Path | None) -> tuple[list[bytes], int]:
        """Return the records that aren't in `folder`, and how many new messages they are."""
        known = set(self._seen.get(found.metadata.id, ()))
        winners: Weights = {}
        if folder is not None and found.source == OWN:
            with suppress(FileNotFoundError), open_plain(folder / "messages.jsonl") as journal:
                for line in journal:
                    put_record(winners, line)
        if folder is not None:
            known |= Folder(folder).read().messages.keys()
        added = sum(message.id not in known for message in found.messages)
        if found.source == OWN:
            return [line for line in found.records if put_record(winners, line)], added
        return [line for line, one in zip(found.records, found.messages, strict=True) if one.id not in known], added

    def _place(self, found: Found, lines: Iterable[bytes]) -> Path:
        """Write a new conversation where nobody looks, and give it its name when it is whole."""
        conversations = private_directory(self._library.paths.conversations)
        temporary = conversations / f".{found.metadata.folder_name}.{os.getpid()}{BEING_WRITTEN}"
        target = conversations / found.metadata.folder_name
        shutil.rmtree(temporary, ignore_errors=True)
        try:
            folder = Folder(private_directory(temporary))
            self._keep_files(found, folder)
            append(folder.journal, b"".join(lines))
            folder.write_metadata(found.metadata)
            # Lists are in the order of the last change: what was said long ago isn't of today.
            last = min(max(*(message.at.timestamp() for message in found.messages), 0), time.time())
            for name in ("messages.jsonl", FILE_NAME):
                os.utime(temporary / name, (last, last))
            temporary.rename(target)
        except BaseException as error:
            shutil.rmtree(temporary, ignore_errors=True)
            if isinstance(error, OSError) and target.exists():
                raise RefusedError("Another chat-tui has just imported it.") from None
            raise
        sync_directory(conversations)
        return target

    def _grow(self, found: Found, folder: Path, lines: Iterable[bytes]) -> None:
        """Add records to a conversation that is there.

        Raises:
            RefusedError: when another process, or a newer version, writes there.
        """
        chat = self._library.at(folder)
        with chat.writing():
            self._keep_files(found, chat.folder)
            append(chat.folder.journal, b"".join(lines))
        for message in found.messages:
            _show(chat, message)
        shown = chat.metadata.leaf
        if found.metadata.leaf and (shown is None or shown in {message.id for message in found.messages}):
            chat.relabel(lambda metadata: replace(metadata, leaf=found.metadata.leaf))

    def _keep_files(self, found: Found, folder: Folder) -> None:
        for part, bring in found.files.items():
            with suppress(NotImportableError):
                try:
                    content = bring()
                except OSError:
                    found.left_out["files that can't be read"] += 1
                    continue
                folder.write_attachment(part, content)


def _show(chat: Chat, message: Message) -> None:
    """Put an imported message into the tree of a chat that is open here."""
    if len(chat.tree) and message.id not in chat.tree:
        chat.tree.put(message)


class Order(NamedTuple):
    """What a person wants to have exported."""

    scope: Scope
    message: str | None
    """The id of the message, for one alone."""
    form: str
    path: Path
    replace: bool = False
    """Whether what is there may be written over."""
    beside: bool = False


def export(chat: Chat, order: Order, secrets: Known = ()) -> Written:
    """Write what `order` says of `chat`; it blocks.

    Raises:
        FileExistsError: when there is something, and it is not to be replaced.
        RefusedError: when there is nothing to export.
        OSError: when it can't be read or written.
    """
    excerpt = excerpt_of(chat, order.scope, order.message, secrets)
    if not excerpt.messages:
        raise RefusedError("Nothing was sent here yet, so there is nothing to export.")
    path = file_for(order.path, chat.title, order.form)
    return write_excerpt(path, excerpt, order.form, beside=order.beside, replace=order.replace)
