"""Mending what `health` finds; every file that is changed stays beside the new one as it was."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from chat_tui.conversation.compaction import compact, free_name
from chat_tui.conversation.folder import Folder
from chat_tui.conversation.ids import ID_LENGTH, is_id
from chat_tui.conversation.journal import append_pieces
from chat_tui.conversation.lines import digest, digests, lines, pieces
from chat_tui.conversation.metadata import FILE_NAME
from chat_tui.conversation.records import NewerRecordError
from chat_tui.engine.chat import TITLE_LENGTH, Chat
from chat_tui.engine.health import TAKEN_BACK, Finding, metadata_fault
from chat_tui.engine.library import Library
from chat_tui.paths import DIRECTORY_MODE, open_plain, replace_file
from chat_tui.text import one_line


def mend(library: Library, findings: list[Finding]) -> Iterator[str]:
    """Mend what can be, and yield a sentence for each thing that was done, or could not be."""
    mendable = dict.fromkeys(finding.path for finding in findings if finding.mendable and finding.path is not None)
    for path in mendable:
        try:
            if not is_id(path.name[-ID_LENGTH:]):
                path.chmod(DIRECTORY_MODE)
                yield f"{path} can be read by you alone now."
            elif path.parent == library.paths.conversations:
                yield from _mend_conversation(library, path)
            else:
                yield from _take_back(library, path)
        except OSError as error:
            yield f"{path} could not be mended: {error.strerror or error}."


def _mend_conversation(library: Library, folder: Path) -> Iterator[str]:
    """Take interrupted replies in, put damaged lines aside, and write metadata anew, as its writer."""
    chat = library.at(folder)
    left = len(list((folder / "partial").glob("*.jsonl")))
    chat.load()
    try:
        if chat.is_read_only or chat.saving.fault:
            yield f"{folder.name} was left as it is: {_why_not(chat)}"
            return
        if left:
            yield f"{folder.name}: {left} interrupted reply(s) are in the journal now."
        yield from _mend_journal(chat)
        if metadata_fault(folder):
            yield from _mend_metadata(chat)
    finally:
        chat.close()


def _mend_journal(chat: Chat) -> Iterator[str]:
    journal = chat.folder.journal
    if not journal.exists():
        return
    try:
        done = compact(journal, keep=True)
    except NewerRecordError:
        return
    if done.kept is not None:
        yield (
            f"{chat.folder.path.name}: {done.lines} damaged or superseded line(s) were left out of the journal; as it "
            f"was it is {done.kept.name}."
        )


def _mend_metadata(chat: Chat) -> Iterator[str]:
    file = chat.folder.path / FILE_NAME
    was = ""
    if file.exists():
        kept = free_name(file)
        replace_file(kept, file.read_bytes())
        was = f"; as it was it is {kept.name}"
    prompts = (message.text for message in chat.path if message.role == "user")
    title = chat.metadata.title or one_line(next(prompts, ""), TITLE_LENGTH)
    chat.folder.write_metadata(replace(chat.metadata, title=title))
    yield f"{chat.folder.path.name}: {FILE_NAME} was written anew{was}."


def _take_back(library: Library, rescued: Path) -> Iterator[str]:
    """Merge a conversation that was put elsewhere into the library; what was put there stays, under another name."""
    target = library.paths.conversations / rescued.name
    source = Folder(rescued)
    is_new = not target.exists()
    if is_new:
        metadata = source.read_metadata()
        if metadata is not None:
            Folder(target).write_metadata(metadata)
    chat = library.at(target)
    chat.load()
    try:
        if chat.is_read_only or chat.saving.fault:
            yield f"{rescued} was not taken back: {_why_not(chat)}"
            return
        for file in sorted((rescued / "attachments").glob("*")):
            place = target / "attachments" / file.name
            if not place.exists():
                place.parent.mkdir(mode=DIRECTORY_MODE, exist_ok=True)
                replace_file(place, file.read_bytes())
        _add_records(source.journal, chat.folder.journal)
    finally:
        chat.close()
    rescued.rename(rescued.with_name(rescued.name + TAKEN_BACK))
    yield f"{target.name} is in the library again; the copy in {rescued}{TAKEN_BACK} can be removed."


def _add_records(source: Path, journal: Path) -> None:
    """Add to `journal` the lines of `source` that it doesn't have."""
    known: set[bytes] = set()
    if journal.exists():
        with open_plain(journal) as file:
            known = digests(file)
    with open_plain(source) as file:
        missing = [
            line.span
            for line in lines(file)
            if (line.content is None or line.content.strip()) and digest(file, line.span) not in known
        ]
        if missing:
            append_pieces(journal, pieces(file, missing, end=b"\n"))


def _why_not(chat: Chat) -> str:
    if chat.saving.fault:
        return f"{chat.saving.fault.strerror or chat.saving.fault}."
    return chat.read_only_reason
