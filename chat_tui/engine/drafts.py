"""What is written and attached in conversations and wasn't sent yet: in memory at once, on disk a moment later."""

from __future__ import annotations

import json
import logging
import re
import threading
import time
from collections import Counter
from collections.abc import Collection, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from chat_tui.attachments.values import Refusal, Staged, Wishes
from chat_tui.conversation.ids import created_at, is_id
from chat_tui.conversation.metadata import Metadata
from chat_tui.conversation.parts import decode_part, encode_part
from chat_tui.conversation.summary import Summary
from chat_tui.conversation.values import FilePart, LinkPart
from chat_tui.paths import Paths, private_directory, replace_file
from chat_tui.text import one_line

WRITE_SECONDS = 0.5
"""Between a key and the file that has it; with the write itself it stays under a second."""
TITLE_LENGTH = 60
_LEFT_BEHIND = 3600
"""Seconds after which a file that no draft lists isn't about to be listed."""
_TEXT, _LIST, _FILES = "draft.txt", "attachments.json", "attachments"
_DIGEST = re.compile("[0-9a-f]{64}")
_log = logging.getLogger(__name__)


class Drafts:
    """A text for each conversation, and the files that are attached to it.

    Args:
        paths: Where the drafts and the conversations are.
    """

    def __init__(self, paths: Paths) -> None:
        self._folder = paths.drafts
        self._conversations = paths.conversations
        self._texts: dict[str, str] = {}
        self._held: dict[str, list[str]] = {}
        """Texts that wait for their files to be read before they are sent: on disk they stand above the draft."""
        self._files: dict[str, tuple[Staged, ...]] = {}
        self._leaving: dict[str, tuple[Staged, ...]] = {}
        """What belongs to a prompt that is being sent: on disk it stays with the draft until that is kept."""
        self._unwritten: set[str] = set()
        self._staging: Counter[str] = Counter()
        self._writing = threading.Lock()

    # The text

    def of(self, conversation: str) -> str:
        """Return the draft in a conversation; it may read a small file."""
        if conversation not in self._texts:
            try:
                self._texts[conversation] = (self._folder / conversation / _TEXT).read_text("utf-8", "replace")
            except OSError:
                return ""
        return self._texts[conversation]

    def keep(self, conversation: str, text: str) -> bool:
        """Take the draft of a conversation as it is now; tell whether `write` has something to do."""
        if text != self._texts.get(conversation, ""):
            self._texts[conversation] = text
            self._unwritten.add(conversation)
        return bool(self._unwritten)

    def hold(self, conversation: str, text: str) -> None:
        """Keep a text on disk that is to be sent, and waits; `write` has something to do then."""
        self._texts[conversation] = self.of(conversation)
        self._held.setdefault(conversation, []).append(text)
        self._unwritten.add(conversation)

    def let_go(self, conversation: str, text: str) -> None:
        """Take note that a text waits no longer; `write` has something to do then."""
        self._held[conversation].remove(text)
        self._unwritten.add(conversation)

    # The files

    def attachments(self, conversation: str) -> Path:
        """Return the folder where the files wait that are attached in a conversation."""
        return self._folder / conversation / _FILES

    def files(self, conversation: str) -> tuple[Staged, ...]:
        """Return what is attached to the draft in a conversation, in its order; it may read a small file."""
        if conversation not in self._files:
            self._files[conversation] = _read_list(self._folder / conversation / _LIST)
        return self._files[conversation]

    def stage(
        self, conversation: str, source: str | Path, wishes: Wishes, *, sure: bool = False, name: str = ""
    ) -> Staged | Refusal:
        """Copy a file to where the draft has it, as `attaching.attach` does; blocks. The list is as before."""
        from chat_tui.engine.attaching import attach

        self._staging[conversation] += 1
        try:
            return attach(source, self.attachments(conversation), wishes, sure=sure, name=name)
        finally:
            self._staging[conversation] -= 1

    def rescale(self, conversation: str, part: FilePart, side: int) -> Staged | Refusal:
        """Keep a picture anew with no more than `side` pixels on its longer side; blocks. The list is as before."""
        from chat_tui.engine.attaching import rescale

        self._staging[conversation] += 1
        try:
            return rescale(part, self.attachments(conversation), side)
        finally:
            self._staging[conversation] -= 1

    def keep_files(self, conversation: str, files: Sequence[Staged]) -> None:
        """Take what is attached to the draft as it is now; `write` has something to do then."""
        self._files[conversation] = tuple(files)
        self._unwritten.add(conversation)

    def take_files(self, conversation: str, only: Collection[Staged] | None = None) -> tuple[Staged, ...]:
        """Return what is attached (of `only` these) for a prompt that is being sent; the draft has it no longer.

        On disk it does, until `settle_files` says what became of it.
        """
        files = self.files(conversation)
        taken = tuple(file for file in files if only is None or file in only)
        self._files[conversation] = tuple(file for file in files if file not in taken)
        self._leaving[conversation] = (*self._leaving.get(conversation, ()), *taken)
        return taken

    def settle_files(self, conversation: str, files: Sequence[Staged], *, sent: bool) -> None:
        """Take note that what was taken belongs to a prompt that is kept; or, when it isn't `sent`, to the draft."""
        leaving = self._leaving.pop(conversation, ())
        if others := tuple(file for file in leaving if file not in files):
            self._leaving[conversation] = others
        self.keep_files(conversation, self.files(conversation) if sent else (*files, *self.files(conversation)))

    def discard(self, conversation: str, part: FilePart | LinkPart) -> None:
        """Delete the bytes of a file that isn't attached any more, under any name; blocks."""
        from chat_tui.conversation.folder import attachment_name

        listed = (*self.files(conversation), *self._leaving.get(conversation, ()))
        kept = {attachment_name(file.part) for file in listed if isinstance(file.part, FilePart)}
        if isinstance(part, FilePart) and attachment_name(part) not in kept:
            with suppress(OSError):
                (self.attachments(conversation) / attachment_name(part)).unlink(missing_ok=True)
            self._tidy(conversation)

    # On disk

    def write(self) -> None:
        """Put on disk what changed; blocks. What the disk refuses is tried again with the next change."""
        with self._writing:
            changed, self._unwritten = self._unwritten, set()
            for conversation in changed:
                try:
                    self._write(conversation)
                except OSError as error:
                    self._unwritten.add(conversation)
                    _log.warning("A draft could not be written: %s", error)

    def ids(self) -> set[str]:
        """Return the ids of the conversations in which something is being written; blocks."""
        known = {*self._texts, *self._files, *(folder.name for folder in _folders(self._folder))}
        return {one for one in known if is_id(one) and (self.of(one).strip() or self.files(one))}

    def summary(self, conversation: str) -> Summary:
        """Return what a list says of a conversation that is only a draft so far; its first words are the title."""
        names = " ".join(file.part.name for file in self.files(conversation))
        title = one_line(self.of(conversation), TITLE_LENGTH) or one_line(names, TITLE_LENGTH)
        metadata = Metadata(conversation, created_at(conversation), title)
        folder = self._conversations / metadata.folder_name
        return Summary(metadata, self._changed(conversation), folder, messages=0)

    def forget(self, conversation: str) -> None:
        """Delete the draft of a conversation that is deleted for good; blocks.

        Raises:
            OSError: when the disk doesn't.
        """
        for known in (self._texts, self._held, self._files, self._leaving):
            known.pop(conversation, None)
        self._unwritten.discard(conversation)
        for file in _folders(self.attachments(conversation)):
            file.unlink(missing_ok=True)
        for name in (_LIST, _TEXT):
            (self._folder / conversation / name).unlink(missing_ok=True)
        self._tidy(conversation)

    def _changed(self, conversation: str) -> datetime:
        for name in (_TEXT, _LIST):
            with suppress(OSError):
                return datetime.fromtimestamp((self._folder / conversation / name).stat().st_mtime, UTC)
        return datetime.now(UTC)

    def _write(self, conversation: str) -> None:
        text = self._texts.get(conversation)
        files = self._files.get(conversation)
        if files is not None:
            # Before the text: of what was sent the text must not be without its files.
            listed = [*self._leaving.get(conversation, ()), *files]
            content = json.dumps({"v": 1, "files": [{**encode_part(one.part), "note": one.note} for one in listed]})
            self._replace(conversation, _LIST, content if listed else "")
            self._sweep(conversation, listed)
        if text is not None:
            self._replace(conversation, _TEXT, "\n".join(filter(None, (*self._held.get(conversation, ()), text))))
        self._tidy(conversation)

    def _sweep(self, conversation: str, listed: Sequence[Staged]) -> None:
        """Delete what a crash left behind in mid-copy; not what somebody may be copying now."""
        from chat_tui.conversation.folder import attachment_name

        wanted = {attachment_name(file.part) for file in listed if isinstance(file.part, FilePart)}
        for file in _folders(self.attachments(conversation)):
            with suppress(OSError):
                if file.name not in wanted and file.stat().st_mtime < time.time() - _LEFT_BEHIND:
                    file.unlink()

    def _replace(self, conversation: str, name: str, content: str) -> None:
        file = self._folder / conversation / name
        if content:
            private_directory(file.parent)
            replace_file(file, content.encode("utf-8", "replace"))
        else:
            file.unlink(missing_ok=True)

    def _tidy(self, conversation: str) -> None:
        if self._staging[conversation]:
            return  # a folder must not go away under a file that is about to come
        for folder in (self.attachments(conversation), self._folder / conversation):
            with suppress(OSError):
                folder.rmdir()  # unless something waits there


def _read_list(path: Path) -> tuple[Staged, ...]:
    """Return what a list of attached files says; what isn't understood is left out."""
    try:
        listed = json.loads(path.read_bytes())["files"]
    except FileNotFoundError:
        return ()
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        _log.warning("What was attached to a draft can't be read: %s: %s", path, error)
        return ()
    found = []
    for one in listed if isinstance(listed, list) else ():
        with suppress(ValueError):
            part = decode_part(one)
            # The digest names a file, which may be deleted.
            if isinstance(part, LinkPart) or (isinstance(part, FilePart) and _DIGEST.fullmatch(part.sha256)):
                found.append(Staged(part, str(one.get("note", ""))))
    return tuple(found)


def _folders(path: Path) -> list[Path]:
    try:
        return list(path.iterdir())
    except OSError:
        return []
