"""A text of a request that is a file in base64: it stands in the body unread, and is read when that is sent."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import secrets
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_BLOCK = 768 * 1024
"""Bytes that are read at once: a multiple of three, so that the base64 of the pieces is that of the whole."""


class FileGoneError(Exception):
    """A file of a request can't be read, or isn't what it was; the message is a sentence for people."""


@dataclass(frozen=True, slots=True)
class FileText:
    """The base64 of a file, as a `data:` URL or bare.

    Args:
        path: The file.
        size: Its bytes.
        sha256: Their digest.
        name: What people call it.
        media_type: What it is, for the `data:` URL; empty: bare base64.
    """

    path: Path
    size: int
    sha256: str
    name: str
    media_type: str = ""

    @property
    def head(self) -> str:
        """What stands before the base64."""
        return f"data:{self.media_type};base64," if self.media_type else ""

    def __len__(self) -> int:
        """Return how many characters it has."""
        return len(self.head) + 4 * -(-self.size // 3)

    def check(self) -> None:
        """See that the file is there with its size; it may change after.

        Raises:
            FileGoneError: It isn't.
        """
        try:
            size = self.path.stat().st_size
        except OSError as error:
            raise self._gone(error) from None
        if size != self.size:
            raise self._gone()

    def is_unchanged(self) -> bool:
        """Tell whether the file has the bytes that it had; reads all of it."""
        digest = hashlib.sha256()
        try:
            for block in self._blocks():
                digest.update(block)
        except FileGoneError:
            return False
        return digest.hexdigest() == self.sha256

    def pieces(self) -> Iterator[bytes]:
        """Yield the text, as ASCII, in pieces of a megabyte at most; blocks.

        Raises:
            FileGoneError: The file can't be read, or has another size.
        """
        yield self.head.encode()
        for block in self._blocks():
            yield base64.b64encode(block)

    def text(self) -> str:
        """Return all of it.

        Raises:
            FileGoneError: as of `pieces`.
        """
        return b"".join(self.pieces()).decode()

    def beginning(self, count: int) -> str:
        """Return what stands before the base64 and `count` characters of that; none when the file can't be read."""
        try:
            with self.path.open("rb") as file:
                return self.head + base64.b64encode(file.read(3 * count))[:count].decode()
        except OSError:
            return self.head

    def _blocks(self) -> Iterator[bytes]:
        left = self.size
        try:
            with self.path.open("rb", buffering=0) as file:
                while left > 0:
                    block = _filled(file.read, min(_BLOCK, left))
                    if len(block) < min(_BLOCK, left):
                        break
                    left -= len(block)
                    yield block
                if left or os.fstat(file.fileno()).st_size != self.size:
                    raise self._gone()
        except OSError as error:
            raise self._gone(error) from None

    def _gone(self, error: OSError | None = None) -> FileGoneError:
        why = f"can't be read any more ({error.strerror or error})" if error else "isn't the file that it was"
        return FileGoneError(
            f"“{self.name}” of this chat {why}, so nothing was sent. Bring it back to {self.path}, or hide its message."
        )


def _filled(read: Callable[[int], bytes | None], count: int) -> bytes:
    """Return `count` bytes; fewer only at the end of the file."""
    block = read(count) or b""
    while len(block) < count and (more := read(count - len(block))):
        block += more
    return block


def file_texts(value: Any) -> Iterator[FileText]:
    """Yield those in the JSON `value`, in their order."""
    if isinstance(value, FileText):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from file_texts(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from file_texts(item)


def each_file_text(value: Any, change: Callable[[FileText], Any]) -> Any:
    """Return the JSON `value` with what `change` makes of those in it in their places."""
    if isinstance(value, FileText):
        return change(value)
    if isinstance(value, Mapping):
        return {name: each_file_text(item, change) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [each_file_text(item, change) for item in value]
    return value


def encoded_around(value: Any, as_json: Callable[[Any], Any]) -> list[bytes | FileText]:
    """Return JSON `value` as bytes, with the files between them whose text stands there.

    Args:
        value: JSON; what our decoder makes of it is taken too.
        as_json: Returns what JSON has for what it doesn't know.

    Raises:
        TypeError: There is something in it that JSON doesn't have.
    """
    files: list[FileText] = []
    # Nobody who wrote anything of the body can know it.
    mark = secrets.token_hex(16)

    def stand_in(item: Any) -> Any:
        if isinstance(item, FileText):
            files.append(item)
            return mark
        return as_json(item)

    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=stand_in)
    first, *others = (piece.encode("utf-8", "replace") for piece in text.split(mark))
    return [first, *(piece for pair in zip(files, others, strict=True) for piece in pair)]
