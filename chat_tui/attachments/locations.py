"""Where a picture was taken, and pictures without it: what describes them goes, their pixels stay as they are."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator, Mapping
from typing import Any

_PLACES_IN_XMP = (b"GPSL", b"photoshop:City", b"Iptc4xmpCore:Location", b"Iptc4xmpExt:Location", b"Iptc4xmpExt:City")
_PLACES_IN_IPTC = re.compile(rb"\x1c\x02[\x5a\x5c\x5f\x64\x65]")
"""City, part of it, state, code and name of the country (IPTC-IIM 2:90 to 2:101)."""
_PNG = b"\x89PNG\r\n\x1a\n"
_PNG_DESCRIBING = (b"eXIf", b"tEXt", b"zTXt", b"iTXt", b"tIME")
_WEBP_DESCRIBING = (b"EXIF", b"XMP ")
_JPEG_DESCRIBING = (0xE1, 0xED, 0xFE)
"""Exif and XMP, Photoshop's and IPTC, comments."""
_MULTI_PICTURE = b"MPF\0"
_START_OF_SCAN, _END, _FIRST_RESTART, _LAST_RESTART = 0xDA, 0xD9, 0xD0, 0xD7
_XMP_FLAG, _EXIF_FLAG = 0x04, 0x08


def names_place(info: Mapping[Any, Any]) -> bool:
    """Tell whether what a decoder found beside the pixels (Pillow's `info`) says where a picture was taken."""
    values = (value.encode("utf-8", "replace") if isinstance(value, str) else value for value in info.values())
    described = [value for value in values if isinstance(value, bytes)]
    if any(place in value for value in described for place in _PLACES_IN_XMP):
        return True
    photoshop = info.get("photoshop")
    blocks = photoshop.values() if isinstance(photoshop, dict) else ()
    return any(isinstance(block, bytes) and _PLACES_IN_IPTC.search(block) for block in blocks)


def without_metadata(content: bytes, media_type: str) -> bytes | None:
    """Return a picture without what describes it; None where that can't be done without decoding it."""
    try:
        match media_type:
            case "image/jpeg":
                return b"".join(_jpeg(content))
            case "image/png":
                return b"".join(_png(content))
            case "image/webp":
                return _webp(content)
    except (ValueError, struct.error):
        pass
    return None


def _jpeg(content: bytes) -> Iterator[bytes]:
    """Yield the segments of a JPEG up to its end: what follows may be another picture, with a place of its own."""
    yield content[:2]
    at = 2
    while True:
        marker, length = struct.unpack_from(">xBH", content, at)
        if content[at] != 0xFF:
            raise ValueError("no marker")
        if marker == _END:
            yield content[at : at + 2]
            return
        if marker == 0xFF:  # a byte to fill up with
            at += 1
            continue
        end = at + 2 + length
        if marker == _START_OF_SCAN:
            end = _end_of_scan(content, end)
        is_index = marker == 0xE2 and content[at + 4 : at + 8] == _MULTI_PICTURE
        if marker not in _JPEG_DESCRIBING and not is_index:
            yield content[at:end]
        at = end
        if content[at : at + 2] == b"\xff\xd9":
            yield content[at : at + 2]
            return


def _end_of_scan(content: bytes, start: int) -> int:
    """Return where the next marker is that isn't part of the pixels."""
    at = start
    while (at := content.index(b"\xff", at)) + 1 < len(content):
        following = content[at + 1]
        if following not in (0, 0xFF) and not _FIRST_RESTART <= following <= _LAST_RESTART:
            return at
        at += 1 if following == 0xFF else 2
    raise ValueError("no end")


def _png(content: bytes) -> Iterator[bytes]:
    yield _PNG
    at = len(_PNG)
    while at < len(content):
        length, kind = struct.unpack_from(">I4s", content, at)
        end = at + 12 + length
        if end > len(content):
            raise ValueError("cut off")
        if kind not in _PNG_DESCRIBING:
            yield content[at:end]
        if kind == b"IEND":
            return
        at = end
    raise ValueError("no end")


def _webp(content: bytes) -> bytes:
    kept = []
    at = 12
    while at + 8 <= len(content):
        kind, length = struct.unpack_from("<4sI", content, at)
        end = at + 8 + length + (length & 1)
        chunk = content[at:end]
        if kind == b"VP8X":
            chunk = chunk[:8] + bytes([chunk[8] & ~(_XMP_FLAG | _EXIF_FLAG)]) + chunk[9:]
        if kind not in _WEBP_DESCRIBING:
            kept.append(chunk)
        at = end
    body = b"WEBP" + b"".join(kept)
    return b"RIFF" + struct.pack("<I", len(body)) + body
