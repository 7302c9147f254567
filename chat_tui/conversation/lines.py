"""Lines of files of records, read with bounded memory: what is longer than any that is written isn't held at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from hashlib import blake2b
from typing import BinaryIO, NamedTuple

LONGEST_LINE = 64 * 1024 * 1024
"""Bytes, its end included; nothing longer is written, so a longer line is damage.

Files are beside the journal, so that a line is as long as a message's words: the longest replies of models have under
1 MB. Only how likely tokens were can come near it, and that is left out first.
"""
_BLOCK = 1024 * 1024


class Line(NamedTuple):
    """A line, and where it is."""

    start: int
    """Bytes before it."""
    content: bytes | None
    """Its end included; None when it is too long."""
    length: int
    """Bytes, its end included."""
    has_end: bool = True
    """False for a last line that is torn, or still being written."""

    @property
    def span(self) -> Span:
        """Where it is, without its end."""
        return Span(self.start, self.length - self.has_end)


class Span(NamedTuple):
    """A part of a file, in bytes."""

    start: int
    length: int


def lines(file: BinaryIO, start: int = 0) -> Iterator[Line]:
    """Yield the lines from `start` on, where one begins; between two of them the file may be read elsewhere."""
    while True:
        file.seek(start)
        content = file.readline(LONGEST_LINE)
        if not content:
            return
        length, has_end = len(content), content.endswith(b"\n")
        if has_end or length < LONGEST_LINE:
            yield Line(start, content, length, has_end)
        else:
            del content
            while not has_end and (rest := file.readline(_BLOCK)):
                length += len(rest)
                has_end = rest.endswith(b"\n")
            yield Line(start, None, length, has_end)
        start += length


def pieces(file: BinaryIO, spans: Iterable[Span], end: bytes = b"") -> Iterator[bytes]:
    """Yield what stands in `spans`, a little at a time, each with `end` after it."""
    for span in spans:
        file.seek(span.start)
        left = span.length
        while left > 0 and (block := file.read(min(_BLOCK, left))):
            yield block
            left -= len(block)
        yield end


def digest(file: BinaryIO, span: Span) -> bytes:
    """Return what tells the bytes in `span` from others."""
    found = blake2b(digest_size=16)
    for piece in pieces(file, [span]):
        found.update(piece)
    return found.digest()


def digests(file: BinaryIO) -> set[bytes]:
    """Return the digests of all lines, without their ends."""
    return {digest(file, line.span) for line in lines(file)}


def fits(records: bytes) -> bool:
    """Tell whether no line of `records` is too long."""
    return len(records) <= LONGEST_LINE or all(len(line) < LONGEST_LINE for line in records.split(b"\n"))
