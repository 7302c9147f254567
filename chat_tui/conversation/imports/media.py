"""What kind of file some bytes are, by how they begin: names and headers from elsewhere may say anything."""

from __future__ import annotations

_BEGINNINGS = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"%PDF-", "application/pdf"),
    (b"fLaC", "audio/flac"),
    (b"ID3", "audio/mpeg"),
    (b"\xff\xfb", "audio/mpeg"),
    (b"OggS", "audio/opus"),
)
_BOXES = {(b"RIFF", b"WEBP"): "image/webp", (b"RIFF", b"WAVE"): "audio/wav"}


def media_type_of(content: bytes) -> str:
    """Return the media type of `content`; empty when it isn't known."""
    for beginning, media_type in _BEGINNINGS:
        if content.startswith(beginning):
            return media_type
    return _BOXES.get((content[:4], content[8:12]), "")
