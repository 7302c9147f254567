"""Bytes to server-sent events, whatever the bytes and wherever they are split."""

from __future__ import annotations

from collections.abc import Callable, Iterator

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class EventTooLongError(ValueError):
    """An event has no end within the limit."""


class EventDecoder:
    """Bytes to the data of server-sent events.

    The bytes are UTF-8 whatever the headers say; what isn't becomes U+FFFD. Lines end only at LF, CR and CRLF. What is
    kept between two pieces is the bytes of one event, and never more than `longest` of them; each byte is copied a
    fixed number of times, in however many pieces and lines it comes.

    Args:
        longest: The most bytes that an event, or a comment, may have.
        comment: Called with each comment, its colon included.
    """

    def __init__(self, longest: int, comment: Callable[[str], None] | None = None) -> None:
        self._longest = longest
        self._comment = comment
        self._start: bytes | None = b""  # of the stream, until it is known not to be a byte order mark
        self._line = bytearray()  # the beginning of a line that goes on
        self._data: bytearray | None = None  # of the event so far
        self._after_cr = False

    @property
    def held(self) -> int:
        """How many bytes of an event came so far."""
        return len(self._line) + len(self._data or b"")

    def feed(self, data: bytes) -> Iterator[str]:
        """Yield the data of each event that `data` completes.

        Raises:
            EventTooLongError: The event has more than `longest` bytes.
        """
        if self._start is not None:
            data = self._start + data
            if len(data) < len(_BYTE_ORDER_MARK) and _BYTE_ORDER_MARK.startswith(data):
                self._start = data
                return
            self._start, data = None, data.removeprefix(_BYTE_ORDER_MARK)
        if self._after_cr and data:
            data, self._after_cr = data.removeprefix(b"\n"), False
        self._after_cr = self._after_cr or data.endswith(b"\r")
        for piece in data.splitlines(keepends=True):  # of bytes: at LF, CR and CRLF only
            content = piece.rstrip(b"\r\n")
            if self.held + len(content) > self._longest:
                raise EventTooLongError
            self._line += content
            if len(content) != len(piece):
                yield from self._end_line()

    def end(self) -> Iterator[str]:
        """Yield the data of a last event that no blank line ended."""
        self._line += self._start or b""
        self._start = None
        yield from self._end_line()
        yield from self._end_line()

    def _end_line(self) -> Iterator[str]:
        line, self._line = self._line, bytearray()
        if not line:
            data, self._data = self._data, None
            if data:
                yield data.decode("utf-8", "replace")
            return
        if line == b"data":
            line += b":"
        if not line.startswith(b"data:"):
            if self._comment is not None and line.startswith(b":"):
                self._comment(line.decode("utf-8", "replace"))
            return  # a comment, or a field that says nothing here
        del line[: 6 if line.startswith(b"data: ") else 5]
        if self._data is None:
            self._data = line
        else:
            self._data += b"\n"
            self._data += line
