"""An open conversation: its tree, its metadata, and the one writer's right to change them."""

from __future__ import annotations

import errno
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import MAXYEAR, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from chat_tui.config.settings import CHAT_BUILT_IN, Layer, conversation_settings
from chat_tui.conversation.folder import Folder
from chat_tui.conversation.ids import now
from chat_tui.conversation.journal import Reading
from chat_tui.conversation.metadata import FILE_NAME, Metadata
from chat_tui.conversation.records import Hiding, Settlement, encode_hiding, encode_message, encode_settlement
from chat_tui.conversation.tree import Tree
from chat_tui.conversation.values import FilePart, LinkPart, Message, Receipt
from chat_tui.engine.refused import ReadOnlyError
from chat_tui.engine.saving import Everything, Saving
from chat_tui.engine.tuned import NOTHING, Presets, Tuned, no_preset
from chat_tui.engine.write_lock import WriteLock
from chat_tui.text import one_line

if TYPE_CHECKING:
    pass

TITLE_LENGTH = 60
_NEWER = "A newer chat-tui wrote in this conversation; update this one to continue it."


def automatic_title(prompt: Message) -> str:
    """Return what a conversation is called after its first prompt: by its words, else by what is attached."""
    names = (part.name for part in prompt.parts if isinstance(part, FilePart | LinkPart))
    return one_line(prompt.text.strip() or next(names, ""), TITLE_LENGTH)


class Chat(Tuned):
    """A conversation that is open in this process.

    It is cheap to make: `tail` reads the end of the journal, `load` all of it. Methods that touch files block; call
    them in a thread, one at a time.

    Args:
        metadata: What is known of the conversation.
        folder: Where it is, or will be from the first send.
        lock: The file that says who writes.
        defaults: What `config.toml` sets, below this conversation's own settings.
        flags: The settings above them, for this run.
        presets: Returns what the local preset of a name sets, and sentences about what is wrong; it may read a file.
        built_in: What holds where nobody says anything.
        staged: Where the files wait that are attached to the next prompt.
    """

    def __init__(
        self,
        metadata: Metadata,
        folder: Path,
        lock: Path,
        *,
        defaults: Layer = NOTHING,
        flags: Layer | None = None,
        presets: Presets = no_preset,
        built_in: Layer = CHAT_BUILT_IN,
        staged: Path | None = None,
    ) -> None:
        super().__init__(metadata, folder, defaults, flags or {}, presets, built_in)
        self.folder = Folder(folder, staged)
        self.tree = Tree()
        self._lock = WriteLock(lock)
        self._read_only = ""
        """Why this process can't write here, as a sentence; empty when it can."""
        self._loading = threading.Lock()
        self._settling = threading.Lock()
        self._recorded_at = metadata.created
        """When the last record was written of which the later counts."""
        self._reader = self.folder.reader()
        self._seen: object = None
        """What the files of a conversation that another process writes looked like."""
        self.saving = Saving(self.folder, self._permit, self.everything)
        self.hidden: frozenset[str] = frozenset()
        """The ids of the messages that requests leave out."""
        self.read_preset()

    @property
    def id(self) -> str:
        return self.metadata.id

    @property
    def title(self) -> str:
        return self.metadata.title or "New chat"

    @property
    def is_read_only(self) -> bool:
        """Whether another process writes here: changes then hold for this run alone."""
        return bool(self._read_only)

    @property
    def read_only_reason(self) -> str:
        """Why this process can't write here, as a sentence; empty when it can."""
        return self._read_only

    @property
    def path(self) -> list[Message]:
        """The branch that is shown, first message first."""
        return self.tree.path(self.tree.leaf(self.metadata.leaf))

    def tail(self) -> list[Message]:
        """Return the last messages of the branch, without waiting for the rest of the journal."""
        try:
            tree = Tree(self.folder.read_tail().messages.values(), whole=False)
        except OSError:
            return []  # `load` comes next, and says why
        return tree.path(tree.leaf(self.metadata.leaf))

    def load(self) -> None:
        """Take the lock and read the whole journal; keep as interrupted what a dead process left half done.

        The writer does this once. Without the lock every call reads again: another process may have written, or left.
        """
        with self._loading:
            if self._loaded and self._lock.is_ours:
                return
            self._read_only = self._lock.take()  # before reading: what another writer adds must not be missed
            self.metadata = self.folder.read_metadata() or self.metadata
            self.read_preset()
            _, wrong = conversation_settings(self.metadata.settings, self.folder.path / FILE_NAME)
            self.problems[:] = [*map(str, wrong), *self.preset_problems]
            self._reader.more(to_the_end=self._lock.is_ours)
            reading = self._reader.reading
            if reading.newer or self.metadata.newer:
                self.close()
                self._read_only = _NEWER
            self._show(reading)
            if self._read_only:
                self.problems.append(f"This conversation is only read. {self._read_only}")
            elif self._lock.is_ours:
                self._mend(reading)
            self._loaded = True

    def follow(self) -> bool:
        """Take what the process that writes here did since; return whether there was anything.

        What streams there is in the tree as far as it came; nothing is changed on disk.

        Raises:
            OSError: when the files are there and can't be read.
        """
        with self._loading:
            if not (self._loaded and self._read_only):
                return False
            seen = self.folder.look()
            if not self._reader.more() and seen == self._seen:
                return False
            self.metadata = self.folder.read_metadata() or self.metadata
            self._show(self._reader.reading)
            return True

    def _show(self, reading: Reading) -> None:
        """Make the tree of what was read, and of what is only in memory yet or in the file of a reply that streams."""
        tree = Tree(reading.messages.values())
        if self._read_only:
            self._seen = self.folder.look()
            for _, reply in self.folder.interrupted():
                if reply.id not in tree:
                    tree.put(replace(reply, status="streaming"))
        for message in self.saving.unsaved:
            tree.put(message)
        self.tree, self.hidden = tree, reading.hidden
        self._recorded_at = max(self._recorded_at, reading.latest or self._recorded_at)

    def _mend(self, reading: Reading) -> None:
        """Put partial replies and damaged lines where they belong; a disk that refuses only delays that."""
        self.saving.note_folder(was_there=self._reader.was_there)
        self._recover()
        try:
            aside = self.folder.set_aside_damaged(reading)
            if not aside:
                self.folder.compact_when_due(reading)
        except OSError as error:
            self.problems.append(f"Damaged line(s) of the journal were left out, and could not be copied: {error}.")
            return
        if aside:
            count = len(reading.damaged)
            self.problems.append(f"{count} damaged line(s) of the journal were left out; copies are in {aside}.")

    def _recover(self) -> None:
        """Move what a dead process left in partial files to the journal; what is there already only loses its file."""
        for file, reply in list(self.folder.interrupted()):
            if reply.id not in self.tree or self.tree[reply.id].status == "streaming":
                self.put(reply)
            else:
                with suppress(OSError):  # it costs nothing but its room
                    file.unlink(missing_ok=True)

    def check_writable(self) -> None:
        """Take the right to write, reading what others wrote before, or say why it can't be had.

        Where the lock can't be made, nobody else has it either: the conversation goes on in memory.

        Raises:
            ReadOnlyError: when another process or a newer version writes here.
            OSError: when the journal can't be read.
        """
        self.load()
        if self._read_only:
            raise ReadOnlyError(self._read_only)

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Have the right to write for a moment, without reading the journal; `metadata` is then what the disk says.

        Raises:
            ReadOnlyError: when another process or a newer version writes here.
            OSError: when the lock can't be made.
        """
        with self._loading:
            is_ours = self._lock.is_ours
            if not is_ours:
                self._read_only = self._lock.take()
            try:
                if self._lock.fault:
                    raise self._lock.fault
                if self._read_only:
                    raise ReadOnlyError(self._read_only)
                if not is_ours:
                    self.metadata = self.folder.read_metadata() or self.metadata
                if self.metadata.newer:
                    raise ReadOnlyError(_NEWER)
                yield
            finally:
                if not is_ours:
                    self.close()

    def show_branch(self, identifier: str) -> None:
        """Make the branch with the message `identifier` the one that is shown; where it can't be kept, for this run."""
        shown = replace(self.metadata, leaf=identifier)
        try:
            self.relabel(lambda metadata: replace(metadata, leaf=identifier))
        except (ReadOnlyError, OSError):
            self.metadata = shown

    def relabel(self, change: Callable[[Metadata], Metadata]) -> None:
        """Change what is said of the conversation as a whole, on disk at once if it is there.

        Raises:
            ReadOnlyError: when another process or a newer version writes here.
            OSError: when the disk doesn't take it; all is then as before.
        """
        with self.writing():
            changed = change(self.metadata)
            if self.folder.journal.exists():
                self.folder.write_metadata(changed)
            self.metadata = changed

    def put(self, message: Message) -> None:
        """Show `message` in the tree and write it to the journal; `saving` knows when the disk doesn't take it."""
        self.tree.put(message)
        self.saving.keep_message(message)

    def place_reply(self, prompt: Message, reply: Message) -> None:
        """Put `prompt` on disk (unless it is there), and make `reply`, which is about to come, the branch shown."""
        if not self.metadata.title:
            self.metadata = replace(self.metadata, title=automatic_title(prompt))
        if not self.folder.journal.exists():
            self.saving.keep_metadata(self.metadata)
        if prompt.id not in self.tree:
            self.put(prompt)
        self.tree.put(reply)
        if self.tree.leaf(self.metadata.leaf) != reply.id:
            self.metadata = replace(self.metadata, leaf=reply.id)
            self.saving.keep_metadata(self.metadata)

    def hide(self, identifier: str, *, hidden: bool = True) -> None:
        """Leave a message out of requests, or take it in again."""
        self.hidden = self.hidden | {identifier} if hidden else self.hidden - {identifier}
        self.saving.keep_record(encode_hiding(Hiding(identifier, self._next_moment(), hidden)))

    def settle(self, identifier: str, receipt: Receipt) -> None:
        """Add to a reply's receipt what became known of it later: what is set in `receipt`.

        Of several such records the last one counts, so each says all that is known and may change, and none has the
        time of another.
        """
        with self._settling:
            message = self.tree[identifier]
            at = self._next_moment()
            known = Settlement(identifier, at, receipt).settles(message.receipt)
            self.tree.put(replace(message, receipt=known))
            settlement = Settlement(identifier, at, replace(known, raw_usage={}, metadata={}))
            self.saving.keep_record(encode_settlement(settlement))

    def _next_moment(self) -> datetime:
        """Return now, or else what is later than every record that is there: a clock may have been put back."""
        last = self._recorded_at
        self._recorded_at = max(now(), last + timedelta(milliseconds=last.year < MAXYEAR))
        return self._recorded_at

    def load_kept(self) -> None:
        """Read what is on disk of the conversation, if anything is: it must not be overwritten with less."""
        if self.folder.journal.exists():
            self.load()

    def keep_settings(self) -> None:
        """Write what the conversation is set to, if it is on disk, and this process may."""
        if not self._read_only and self.folder.journal.exists():
            self.save()

    def save(self) -> None:
        """Write the metadata.

        Raises:
            OSError: when the disk doesn't take it; it is tried again with the next write.
        """
        self.saving.keep_metadata(self.metadata)
        if self.saving.fault:
            raise self.saving.fault

    def close(self) -> None:
        """Give the right to write back."""
        self._lock.release()

    def _permit(self) -> None:
        """Allow writing to whoever has the lock, taking it when it could not be had before.

        Raises:
            OSError: when it can't be had now either.
        """
        if self._lock.fault is not None:
            self._read_only = self._lock.take()
        if self._lock.fault is not None:
            raise self._lock.fault
        if self._read_only:
            raise BlockingIOError(errno.EBUSY, "another chat-tui writes in this conversation", str(self.folder.path))

    def everything(self) -> Everything:
        """Return the whole conversation as it is in memory, but for a reply that streams."""
        hidden = (encode_hiding(Hiding(identifier, now())) for identifier in sorted(self.hidden))
        messages = (encode_message(message) for message in self.tree if message.status != "streaming")
        return Everything(self.metadata, b"".join((*messages, *hidden)))
