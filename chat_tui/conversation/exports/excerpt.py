"""What of a conversation leaves: a message, a branch or all of it, as values and as the journal's records."""

from __future__ import annotations

import errno
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Literal, NamedTuple

from chat_tui.conversation import exact
from chat_tui.conversation.folder import Folder
from chat_tui.conversation.ids import parse_time
from chat_tui.conversation.metadata import Metadata
from chat_tui.conversation.records import decode_line, decode_message, encode_message, is_too_deep
from chat_tui.conversation.secrets import (
    Known,
    holds_secret,
    without_secret_texts,
    without_secrets,
    without_secrets_in,
)
from chat_tui.conversation.tree import Tree
from chat_tui.conversation.values import FilePart, Message
from chat_tui.paths import open_plain

Scope = Literal["message", "branch", "tree"]
_LONG_AGO = datetime.min.replace(tzinfo=UTC)


class Excerpt(NamedTuple):
    """A conversation, or a part of it, that is about to leave."""

    metadata: Metadata
    scope: Scope
    tree: Tree
    """All messages, for what stands beside what."""
    messages: list[Message]
    """Those that leave, in the order in which to read them."""
    read_lines: Callable[[], Iterator[bytes]]
    """Brings the journal's records about them as JSON: of each kind and id the one that counts, messages first; raises
    OSError."""
    read_file: Callable[[FilePart], bytes]
    """Brings a file's bytes; raises OSError."""
    telltale: int = 0
    """How many texts, of messages and the title, hold something like a key: what was written leaves as it is."""

    @property
    def files(self) -> list[FilePart]:
        """The files that the messages refer to, each once."""
        found = {
            (part.sha256, part.media_type): part
            for message in sorted(self.messages, key=lambda message: message.id)
            for part in message.files
        }
        return [found[key] for key in sorted(found)]


def take_excerpt(
    metadata: Metadata,
    folder: Folder,
    scope: Scope,
    message: str | None = None,
    unsaved: Iterable[Message] = (),
    secrets: Known = (),
) -> Excerpt:
    """Read from `folder` what is to leave of a conversation, without secrets beside what people and models wrote.

    Args:
        metadata: What is said of it as a whole.
        folder: Where it is, if it is on disk yet.
        scope: How much of it.
        message: The id of the one message; for a branch, of a message on it, else the branch that is shown.
        unsaved: Messages that may not be on disk.
        secrets: Those of this computer that don't look like any.

    Raises:
        LookupError: when there is no such message.
        OSError: when the journal can't be read.
    """
    kept = folder.read().messages
    messages = {one.id: one for one in unsaved} | kept
    tree = Tree(_without(one, secrets) for one in messages.values())
    if message is not None and message not in tree:
        raise LookupError(message)
    if scope == "tree":
        leaving = list(_in_reading_order(tree))
    elif scope == "branch":
        leaving = tree.path(tree.leaf(message or metadata.leaf))
    else:
        leaving = tree.path(tree.leaf(metadata.leaf))[-1:] if message is None else [tree[message]]
    ids = None if scope == "tree" else {one.id for one in leaving}
    missing = [one for one in messages.values() if one.id not in kept]
    about = [metadata.settings, metadata.unknown]
    settings, unknown = without_secrets(about, secrets)
    return Excerpt(
        replace(metadata, settings=settings, unknown=unknown),
        scope,
        tree,
        leaving,
        lambda: _lines_about(folder, ids, missing, secrets),
        _reader_of(folder, leaving, secrets),
        sum(holds_secret(text, secrets) for text in (metadata.title, *(one.text + one.reasoning for one in leaving))),
    )


def _without(message: Message, secrets: Known) -> Message:
    """Return `message`, which is without what looks like a secret, also without those that don't."""
    told = str((message.failure, message.receipt, message.asked, message.model, message.unknown)) if secrets else ""
    if not any(secret in told for secret in secrets):
        return message
    return decode_message(without_secrets_in(decode_line(encode_message(message)), secrets))


def _has(line: bytes, secrets: Known) -> bool:
    return any(secret.encode("utf-8", "replace") in line for secret in secrets)


def _reader_of(folder: Folder, messages: Iterable[Message], secrets: Known) -> Callable[[FilePart], bytes]:
    """Return what reads a file, but no request with a secret in it: named after its content, it can't be changed."""
    requests = {one.asked.file.sha256 for one in messages if one.asked is not None and one.asked.file is not None}

    def read(part: FilePart) -> bytes:
        content = folder.read_attachment(part)
        if part.sha256 in requests:
            try:
                body = exact.loads(content)
            except exact.NotExactJsonError:
                body = None
            if without_secret_texts(body, secrets) != body:
                raise PermissionError(errno.EACCES, "It holds a key", part.name)
        return content

    return read


Weights = dict[tuple[bool, str, str], tuple[datetime, bytes]]
"""When the record of a kind and id that counts was written, and what it says."""


def _lines_about(
    folder: Folder, ids: Collection[str] | None, unsaved: Iterable[Message], secrets: Known
) -> Iterator[bytes]:
    """Yield of each kind and id the record that counts, messages first, then by kind and id; damaged lines are left."""
    winners: Weights = {}
    for line in _lines(folder, unsaved):
        put_record(winners, line)
    for key in sorted(winners):
        if ids is None or key[2] in ids:
            line = winners[key][1]
            yield exact.encode(without_secrets_in(exact.loads(line), secrets)) if _has(line, secrets) else line


def put_record(winners: Weights, line: bytes) -> bool:
    """Put the record on `line`, without secrets, among the `winners`; return whether it is new and counts."""
    try:
        record = exact.loads(line)
        if is_too_deep(line, record) or not isinstance(record, dict) or not isinstance(record.get("v"), int):
            return False
        record = without_secrets_in(record)
        whole = exact.encode(record)
    except (exact.NotExactJsonError, RecursionError):
        return False
    kind, identifier = record.get("type"), record.get("id")
    key = (kind != "message", str(kind), identifier if isinstance(identifier, str) else whole.decode())
    weight = (_at(record), whole)
    if key in winners and weight <= winners[key]:
        return False
    winners[key] = weight
    return True


def _lines(folder: Folder, unsaved: Iterable[Message]) -> Iterator[bytes]:
    try:
        with open_plain(folder.journal) as file:
            yield from file
    except FileNotFoundError:
        pass
    for message in unsaved:
        yield encode_message(message)


def _at(record: Mapping[str, Any]) -> datetime:
    try:
        return parse_time(record["at"])
    except (KeyError, TypeError, ValueError):
        return _LONG_AGO


def _in_reading_order(tree: Tree) -> Iterator[Message]:
    """Yield all messages, each after the one that it follows, its siblings after all that follows it."""
    roots = [message for message in tree if message.parent not in tree]
    left = list(reversed(roots))
    seen: set[str] = set()
    while left:
        message = left.pop()
        if message.id not in seen:
            seen.add(message.id)
            yield message
            left += reversed(tree.children(message.id))
    yield from (message for message in tree if message.id not in seen)  # a circle has no beginning
