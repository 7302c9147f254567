"""What chat-tui exported itself: the same conversation again, record by record."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from chat_tui.conversation import exact
from chat_tui.conversation.exports.structured import ORIGIN, SCHEMA, as_written, unwrapped
from chat_tui.conversation.ids import created_at, is_id, parse_time
from chat_tui.conversation.imports.found import Bring, Found, NotImportableError, object_in, objects_in, text_in
from chat_tui.conversation.metadata import KNOWN, Metadata
from chat_tui.conversation.records import DamagedRecordError, NewerRecordError, decode_line, decode_message
from chat_tui.conversation.secrets import without_secrets
from chat_tui.conversation.values import FilePart

SOURCE = "chat-tui"
LARGEST_FILES = 256 * 1024 * 1024
"""Characters of all files of one conversation that are in its export."""
Beside = Callable[[str], Bring | None]
"""Returns what brings the file at a relative path beside the export."""


def is_conversation(value: object) -> bool:
    """Tell whether `value` is one of our exports."""
    return text_in(value, "from") == ORIGIN and bool(object_in(value, "conversation"))


def conversation_of(value: dict[str, Any], beside: Beside, *, is_toml: bool = False) -> Found:
    """Return the conversation in an export.

    Raises:
        NotImportableError: when a newer chat-tui wrote it, or it says not which conversation it is.
    """
    found = begin(value, is_toml=is_toml)
    take_records(found, objects_in(value, "records"), is_toml=is_toml)
    take_files(found, objects_in(value, "files"), beside)
    return found


def begin(head: dict[str, Any], *, is_toml: bool = False) -> Found:
    """Return the conversation that an export is of, without its messages.

    Raises:
        NotImportableError: as `conversation_of`.
    """
    schema = head.get("schema")
    if not isinstance(schema, int) or schema > SCHEMA:
        raise NotImportableError("A newer chat-tui wrote it: update this one to import it.")
    try:
        return Found(_metadata(object_in(head, "conversation"), is_toml=is_toml), SOURCE)
    except exact.NotExactJsonError:
        raise NotImportableError("A value in it that is JSON was changed by hand.") from None


def take_records(found: Found, records: Iterable[object], *, is_toml: bool = False) -> None:
    """Take the journal's records of an export."""
    for record in records:
        _take_record(found, record, is_toml=is_toml)


def take_files(found: Found, files: Iterable[object], beside: Beside) -> None:
    """Take the files of an export that messages refer to.

    Raises:
        NotImportableError: when those that are in it are too large together.
    """
    wanted: dict[tuple[str, str], FilePart] = {
        (part.sha256, part.media_type): part for message in found.messages for part in message.files
    }
    size = 0
    for file in files:
        size += len(text_in(file, "content"))
        if size > LARGEST_FILES:
            raise NotImportableError(
                f"The files in it are larger than {LARGEST_FILES >> 20} MB. Export it with --attachments beside."
            )
        _take_file(found, file, wanted, beside)
    if missing := len(wanted) - len(found.files):
        found.left_out["files that are not in it"] += missing


def _metadata(data: dict[str, Any], *, is_toml: bool) -> Metadata:
    said: dict[str, Any] = without_secrets(unwrapped(data) if is_toml else data)
    identifier, created, tags = said.get("id"), said.get("created"), said.get("tags")
    if not is_id(identifier):
        raise NotImportableError("It doesn't say which conversation it is: its id is missing or damaged.")
    try:
        made = parse_time(str(created))
    except (ValueError, OverflowError):
        made = created_at(identifier)
    return Metadata(
        identifier,
        made,
        title=text_in(said, "title"),
        tags=tuple(tag for tag in tags if isinstance(tag, str)) if isinstance(tags, list) else (),
        pinned=said.get("pinned") is True,
        archived=said.get("archived") is True,
        leaf=leaf if is_id(leaf := said.get("leaf")) else None,
        # What a chat may cost here isn't for a file from elsewhere to say.
        settings={name: value for name, value in object_in(said, "settings").items() if name != "budget"},
        unknown={name: value for name, value in said.items() if name not in KNOWN},
    )


def _take_record(found: Found, record: object, *, is_toml: bool) -> None:
    """Take a record; what isn't one is left out, what a newer version wrote is kept."""
    try:
        line = exact.encode(as_written(record) if is_toml else record) + b"\n"
        read = decode_line(line)
        if read["type"] == "message":
            found.messages.append(decode_message(read))
    except NewerRecordError:
        pass
    except (DamagedRecordError, exact.NotExactJsonError, TypeError, RecursionError):
        found.left_out["damaged records"] += 1
        return
    found.records.append(line)


def _take_file(found: Found, file: object, wanted: dict[tuple[str, str], FilePart], beside: Beside) -> None:
    """Take a file that a message refers to, if it is what its name says."""
    part = wanted.get((text_in(file, "sha256"), text_in(file, "media_type")))
    if part is None:
        return
    bring: Bring | None = None
    if content := text_in(file, "content"):
        try:
            decoded = base64.b64decode("".join(content.split()), validate=True)
        except ValueError:
            return
        bring = partial(bytes, decoded)
    elif path := text_in(file, "path"):
        bring = beside(path)
    if bring is None:
        return
    try:
        digest = hashlib.sha256(bring()).hexdigest()
    except OSError:
        return
    if digest == part.sha256:
        found.files[part] = bring
