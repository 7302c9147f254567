"""Video: how long it lasts and how large it is, from the few boxes that say so; nothing is decoded."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from chat_tui.attachments.values import Measures, NotTakenError

_DAMAGED = "is damaged: it can't be read as a video. Save it again, or get it again."
_LONGEST_BOX = 1 << 20
_DEEP = (b"moov", b"trak", b"mdia")
_DESCRIBING = (b"udta", b"meta")
_PLACE = re.compile(rb"[+-]\d{2,6}\.\d+[+-]\d{3,7}\.\d+(?:[+-]\d+(?:\.\d+)?)?/?")
"""A place on earth (ISO 6709), as telephones write it into films."""
_MOST = 10_000
"""Boxes or elements that are looked at: nobody needs more to say how long a film is."""

# Elements of Matroska (RFC 9559).
_SEGMENT, _INFO, _TRACKS, _TRACK, _VIDEO = 0x18538067, 0x1549A966, 0x1654AE6B, 0xAE, 0xE0
_CLUSTER, _SCALE, _DURATION, _WIDTH, _HEIGHT = 0x1F43B675, 0x2AD7B1, 0x4489, 0xB0, 0xBA
_INSIDE = (_SEGMENT, _INFO, _TRACKS, _TRACK, _VIDEO)
_NANOSECONDS = 1_000_000_000
_DEFAULT_SCALE = 1_000_000


class Film(NamedTuple):
    """What a video says of itself."""

    measures: Measures
    has_pictures: bool = True
    """False for sound alone in the same kind of file."""
    places: tuple[tuple[int, int], ...] = ()
    """Where in the file it says where it was taken, each by its first byte and how many there are."""


def measure_film(file: BinaryIO, media_type: str, size: int) -> Film:
    """Return what a video of `size` bytes says of itself, where it says so.

    Raises:
        NotTakenError: when it is damaged.
    """
    if media_type == "video/webm":
        return _matroska(file, size)
    if media_type == "video/mpeg":
        return Film(Measures())  # a stream, which knows nothing of its own end
    return _boxes_film(file, size)


def _boxes_film(file: BinaryIO, size: int) -> Film:
    """Return what MP4 and QuickTime files say (ISO 14496-12)."""
    seconds: float | None = None
    width = height = None
    handlers = set()
    found = False
    places: list[tuple[int, int]] = []
    for kind, content, start in _boxes(file, 0, size):
        if kind == b"moov":
            found = True
        elif kind == b"mvhd":
            seconds = _duration(content)
        elif kind == b"tkhd" and len(content) >= 8:
            across, down = (value >> 16 for value in struct.unpack(">II", content[-8:]))
            if across and down:
                width, height = across, down
        elif kind == b"hdlr":
            handlers.add(content[8:12])
        elif kind in _DESCRIBING:
            places += [(start + match.start(), len(match[0])) for match in _PLACE.finditer(content)]
    if not found:
        raise NotTakenError("ends too early, or was never finished: it doesn't say what is in it. Get it again.")
    has_pictures = b"vide" in handlers or not handlers
    return Film(Measures(width, height, seconds=seconds), has_pictures, tuple(places))


def _boxes(file: BinaryIO, start: int, size: int) -> Iterator[tuple[bytes, bytes, int]]:
    """Yield the boxes that matter, and those within them: kind, beginning of the content, and where that is.

    Raises:
        NotTakenError: when one is longer than what holds it.
    """
    left = [(start, size)]
    seen = 0
    while left:
        at, end = left.pop()
        while at + 8 <= end and seen < _MOST:
            seen += 1
            file.seek(at)
            length, kind = struct.unpack(">I4s", file.read(8).ljust(8, b"\0"))
            header = 8
            if length == 1:
                length, header = int.from_bytes(file.read(8), "big"), 16
            elif length == 0:
                length = end - at
            if length < header or at + length > end:
                raise NotTakenError(_DAMAGED)
            if kind in _DEEP:
                yield kind, b"", at + header
                left.append((at + header, at + length))
            elif kind in (b"mvhd", b"tkhd", b"hdlr", *_DESCRIBING):
                yield kind, file.read(min(length - header, _LONGEST_BOX)), at + header
            at += length


def _duration(header: bytes) -> float | None:
    """Return the seconds that a movie header says."""
    form, start = (">IQ", 20) if header[:1] == b"\1" else (">II", 12)
    if len(header) < start + struct.calcsize(form):
        return None
    scale, units = struct.unpack_from(form, header, start)
    is_known = scale and 0 < units < (1 << (64 if form == ">IQ" else 32)) - 1
    return round(units / scale, 3) if is_known else None


def _matroska(file: BinaryIO, size: int) -> Film:
    values: dict[int, float] = {}
    kinds = set()
    for element, content in _elements(file, size):
        kinds.add(element)
        if element == _DURATION and len(content) in (4, 8):
            values[element] = struct.unpack(">f" if len(content) == 4 else ">d", content)[0]
        elif element in (_SCALE, _WIDTH, _HEIGHT) and element not in values:
            values[element] = int.from_bytes(content, "big")
    if _SEGMENT not in kinds or _CLUSTER not in kinds:
        raise NotTakenError(_DAMAGED)
    length = values.get(_DURATION)
    seconds = round(length * values.get(_SCALE, _DEFAULT_SCALE) / _NANOSECONDS, 3) if length and length > 0 else None
    width, height = (int(values[name]) if values.get(name) else None for name in (_WIDTH, _HEIGHT))
    return Film(Measures(width, height, seconds=seconds), _VIDEO in kinds or _TRACK not in kinds)


def _elements(file: BinaryIO, size: int) -> Iterator[tuple[int, bytes]]:
    """Yield the elements that matter up to the first cluster, with the content of those that hold no others.

    Raises:
        NotTakenError: when one begins in no way that an element does.
    """
    file.seek(0)
    for _ in range(_MOST):
        if file.tell() >= size:
            return
        element, length = _number(file, keep_mark=True), _number(file)
        if element in _INSIDE:
            yield element, b""
        elif element == _CLUSTER:
            yield element, b""
            return
        elif length is None or file.tell() + length > size:
            raise NotTakenError(_DAMAGED)
        elif element in (_SCALE, _DURATION, _WIDTH, _HEIGHT) and length <= 8:
            yield element or 0, file.read(length)
        else:
            file.seek(length, 1)


def _number(file: BinaryIO, *, keep_mark: bool = False) -> int | None:
    """Return a number whose first byte says how long it is; None where it says “unknown”.

    Raises:
        NotTakenError: when it is none.
    """
    first = file.read(1)
    if not first or not first[0]:
        raise NotTakenError(_DAMAGED)
    more = 8 - first[0].bit_length()
    data = first + file.read(more)
    value = int.from_bytes(data, "big")
    if keep_mark:
        return value
    bits = 7 * (more + 1)
    value &= (1 << bits) - 1
    return None if value == (1 << bits) - 1 else value
