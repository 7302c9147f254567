"""What is imported as text and as values, piece by piece: memory is bounded whatever the file says."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator
from typing import IO, Any, NamedTuple

from chat_tui.conversation import exact
from chat_tui.conversation.imports.found import NotImportableError

LARGEST_VALUE = 64 * 1024 * 1024
"""Characters of one conversation, pictures in it counted."""
_MANY = 4 * 1024 * 1024
_MOST_PIECES = 2_000_000
"""Values in one conversation of more than `_MANY` characters: each takes about 200 bytes of memory."""
_STEP = 256 * 1024
_SPACE = re.compile("[ \\t\\r\\n]*+")
_NEAR_THE_END = 64
_LOOK = 4096


class Value(NamedTuple):
    """A value of a JSON text, or one of the items of the list that it is."""

    value: Any
    group: int | None
    """Which list it is an item of; None for a value of its own."""


class Text:
    """Text of any length, read forward: UTF-8, or what its byte order mark says."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        first = file.read(4)
        encoding = "utf-8-sig"
        if first.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
            encoding = "utf-32"
        elif first.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            encoding = "utf-16"
        self._decoder = codecs.getincrementaldecoder(encoding)()
        self._begun = first

    def read(self, size: int) -> str:
        """Return the next characters, of about `size` bytes; empty at the end.

        Raises:
            NotImportableError: when it is no text.
            OSError: when it can't be read.
        """
        text = ""
        while not text:
            data, self._begun = self._begun + self._file.read(size), b""
            try:
                text = self._decoder.decode(data, final=not data)
            except UnicodeError:
                raise NotImportableError("It is no text in UTF-8 or UTF-16.") from None
            if not data:
                break
        return text


def check_pieces(text: str, place: int = 0) -> None:
    """Do nothing where `text`, from `place` on, doesn't hold more values than a conversation can have.

    Raises:
        NotImportableError: when it does: its values would take far more memory than it does.
    """
    if sum(text.count(mark, place) for mark in ",[{") > _MOST_PIECES:
        raise NotImportableError(f"One conversation in it has more than {_MOST_PIECES:,} values.")


class JsonReader:
    """Reads JSON values from a text, one after the other; of lists at the top, item after item."""

    def __init__(self, text: Text) -> None:
        self._text = text
        self._buffer = ""
        self._place = 0
        self._ended = False

    def values(self) -> Iterator[Value]:
        """Yield every value, and of lists at the top every item.

        Raises:
            NotImportableError: when it is no JSON, or one value is too large.
            OSError: when it can't be read.
        """
        group = 0
        while self.peek():
            if self.peek() != "[":
                yield Value(self.value(), None)
                continue
            group += 1
            for item in self.items():
                yield Value(item, group)

    def items(self) -> Iterator[Any]:
        """Yield the items of the list that begins here."""
        self.take("[")
        if self.peek() == "]":
            self.take("]")
            return
        while True:
            yield self.value()
            if self.peek() != ",":
                break
            self.take(",")
        self.take("]")

    def names(self) -> Iterator[str]:
        """Yield the names in the object that begins here; whoever gets one takes its value before the next."""
        self.take("{")
        if self.peek() == "}":
            self.take("}")
            return
        while True:
            name = self.value()
            self.take(":")
            yield str(name)
            if self.peek() != ",":
                break
            self.take(",")
        self.take("}")

    def ahead(self, pattern: re.Pattern[str]) -> bool:
        """Tell whether the text goes on as `pattern` says, of which only the beginning is looked at."""
        if len(self._buffer) - self._place < _LOOK:
            self._more(_LOOK)
        return pattern.match(self._buffer, self._place) is not None

    def rest(self, limit: int) -> str:
        """Return all that is left, of at most `limit` characters.

        Raises:
            NotImportableError: when there is more.
        """
        pieces = [self._buffer[self._place :]]
        size = len(pieces[0])
        while piece := self._text.read(_STEP):
            pieces.append(piece)
            size += len(piece)
            if size > limit:
                raise NotImportableError(f"It is larger than {limit >> 20} MB, which a conversation as TOML can't be.")
        text = "".join(pieces)
        check_pieces(text)
        return text

    def peek(self) -> str:
        """Return the next character that is no space, without taking it; empty at the end."""
        while True:
            self._place = _SPACE.match(self._buffer, self._place).end()  # type: ignore[union-attr]  # always matches
            if self._place < len(self._buffer):
                return self._buffer[self._place]
            if not self._more(_STEP):
                return ""

    def take(self, character: str) -> None:
        """Take the next character that is no space, which must be `character`."""
        if self.peek() != character:
            raise NotImportableError("It is not whole JSON: it is cut, or was changed by hand.")
        self._place += 1

    def value(self) -> Any:
        """Return the value that begins here."""
        self.peek()
        while True:
            end = self._decoded()
            if end is not None and (end < len(self._buffer) or self._ended):
                self._place = end
                return self._value
            if not self._more(max(_STEP, len(self._buffer) - self._place)) and end is None:
                raise NotImportableError("It is not whole JSON: it is cut, or was changed by hand.")

    def _decoded(self) -> int | None:
        """Decode the value that begins here and return where it ends; None when it goes on beyond what was read."""
        self._check_size()
        try:
            self._value, end = exact.DECODER.raw_decode(self._buffer, self._place)
        except json.JSONDecodeError as error:
            torn = error.msg.startswith(("Unterminated string", "Invalid \\")) or (
                error.pos >= len(self._buffer) - _NEAR_THE_END
            )
            if not torn:
                raise NotImportableError("It is not JSON.") from None
            return None
        except RecursionError:
            raise NotImportableError("It is nested too deeply to be a conversation.") from None
        return end

    def _check_size(self) -> None:
        size = len(self._buffer) - self._place
        if size > LARGEST_VALUE:
            raise NotImportableError(f"One conversation in it is larger than {LARGEST_VALUE >> 20} MB.")
        if size > _MANY:
            check_pieces(self._buffer, self._place)

    def _more(self, size: int) -> bool:
        """Read about `size` more characters, forgetting what was taken; return whether there were any."""
        more = "" if self._ended else self._text.read(size)
        self._ended = not more
        self._buffer = self._buffer[self._place :] + more
        self._place = 0
        return bool(more)
