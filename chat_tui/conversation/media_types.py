"""What kind of file some bytes are, by how they begin: names and headers from elsewhere may say anything."""

from __future__ import annotations

import re

_BEGINNINGS = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"II*\0", "image/tiff"),
    (b"MM\0*", "image/tiff"),
    (b"\0\0\1\0", "image/x-icon"),
    (b"8BPS", "image/x-photoshop"),
    (b"fLaC", "audio/flac"),
    (b"ID3", "audio/mpeg"),
    (b"OggS", "audio/ogg"),
    (b"#!AMR", "audio/amr"),
    (b"MThd", "audio/midi"),
    (b"\0\0\1\xba", "video/mpeg"),
    (b"\0\0\1\xb3", "video/mpeg"),
    (b"FLV\1", "video/x-flv"),
    (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "video/x-ms-wmv"),
    (b"PK\3\4", "application/zip"),
    (b"PK\5\6", "application/zip"),
    (b"\x1f\x8b", "application/gzip"),
    (b"BZh", "application/x-bzip2"),
    (b"\xfd7zXZ\0", "application/x-xz"),
    (b"(\xb5/\xfd", "application/zstd"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (b"Rar!\x1a\x07", "application/vnd.rar"),
    (b"\x7fELF", "application/x-executable"),
    (b"MZ", "application/x-executable"),
    (b"\xfe\xed\xfa", "application/x-executable"),
    (b"\xcf\xfa\xed\xfe", "application/x-executable"),
    (b"SQLite format 3\0", "application/vnd.sqlite3"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
)
_CONTAINERS = {
    (b"RIFF", b"WEBP"): "image/webp",
    (b"RIFF", b"WAVE"): "audio/wav",
    (b"RIFF", b"AVI "): "video/x-msvideo",
    (b"FORM", b"AIFF"): "audio/aiff",
    (b"FORM", b"AIFC"): "audio/aiff",
}
_BRANDS = {
    b"M4A ": "audio/mp4",
    b"M4B ": "audio/mp4",
    b"qt  ": "video/quicktime",
    b"avif": "image/avif",
    b"avis": "image/avif",
    b"heic": "image/heic",
    b"heix": "image/heic",
    b"hevc": "image/heic",
    b"mif1": "image/heic",
    b"msf1": "image/heic",
}
"""What a file of boxes is by its first brand (ISO 14496-12); others are videos."""
_QUICKTIME = (b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot")
"""What older QuickTime files begin with: they have no brand."""
_PDF_WITHIN = 1024
"""PDF readers find the beginning among so many bytes."""
_MATROSKA = b"\x1aE\xdf\xa3"
_SYNC = re.compile(rb"\xff[\xe2\xe3\xf2\xf3\xfa\xfb][\x10-\xef]")
"""A frame of MP3 whose rate is one: layer III, with or without a checksum."""
_ADTS = re.compile(rb"\xff[\xf0\xf1\xf8\xf9]")

_ENDINGS = {
    "application/json": "json",
    "application/pdf": "pdf",
    "audio/aac": "aac",
    "audio/aiff": "aiff",
    "audio/flac": "flac",
    "audio/l24": "pcm24",
    "audio/mp4": "m4a",
    "audio/mpeg": "mp3",
    "audio/ogg": "ogg",
    "audio/opus": "opus",
    "audio/pcm": "pcm",
    "audio/wav": "wav",
    "image/gif": "gif",
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/webp": "webp",
    "text/csv": "csv",
    "text/html": "html",
    "text/markdown": "md",
    "text/plain": "txt",
    "video/mp4": "mp4",
    "video/mpeg": "mpeg",
    "video/quicktime": "mov",
    "video/webm": "webm",
}
UNKNOWN_ENDING = "bin"


def media_type_of(content: bytes) -> str:
    """Return the media type of what begins with `content`, of which a kilobyte is enough; empty when it isn't known."""
    for beginning, media_type in _BEGINNINGS:
        if content.startswith(beginning):
            return media_type
    if container := _CONTAINERS.get((content[:4], content[8:12])):
        return container
    if content[4:8] == b"ftyp":
        return _of_brands(content)
    if content[4:8] in _QUICKTIME:
        return "video/quicktime"
    if content.startswith(_MATROSKA):
        return "video/webm" if b"webm" in content[:64] else "video/x-matroska"
    if b"%PDF-" in content[:_PDF_WITHIN]:
        return "application/pdf"
    if content.startswith(b"BM") and content[6:10] == bytes(4):
        return "image/bmp"
    return _of_frames(content)


def ending_of(media_type: str) -> str:
    """Return how the name of a file of that type ends, without the dot."""
    return _ENDINGS.get(media_type, UNKNOWN_ENDING)


def _of_brands(content: bytes) -> str:
    length = min(int.from_bytes(content[:4], "big"), len(content))
    brands = [content[8:12], *(content[at : at + 4] for at in range(16, length, 4))]
    if brands[0] == b"mif1" and b"avif" in brands:
        return "image/avif"
    return _BRANDS.get(brands[0], "video/mp4")


def _of_frames(content: bytes) -> str:
    """Return what streams of sound and transport packets are, which have no header of their own."""
    if _SYNC.match(content):
        return "audio/mpeg"
    if _ADTS.match(content):
        return "audio/aac"
    is_transport = len(content) > 188 and content[0] == content[188] == 0x47
    return "video/mp2t" if is_transport else ""
