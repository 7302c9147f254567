"""Things that somebody may name to attach them and that can't be, with what is said of each."""

from __future__ import annotations

import os
import struct
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from PIL import Image

from tests.attachments.files import movie, pdf, picture, webm


class Wrong(NamedTuple):
    """Something that isn't attached."""

    name: str
    make: Callable[[Path], object]
    """Puts it at a path."""
    sentence: str
    """A part of what is said."""
    asks: bool = False
    """It is attached when that is said to be meant."""


def holding(content: bytes) -> Callable[[Path], object]:
    """Return what writes `content` to a path."""

    def write(path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)

    return write


def sparse(beginning: bytes) -> Callable[[Path], object]:
    """Return what makes a file of 2 GB that takes no room."""

    def write(path: Path) -> None:
        with path.open("wb") as file:
            file.write(beginning)
            file.truncate(2**31)

    return write


def bomb(width: int, height: int) -> bytes:
    """Return a small PNG that says that it has so many pixels."""
    head = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    pixels = zlib.compress(bytes(1_000_000))
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + _chunk(b"IDAT", pixels) + _chunk(b"IEND", b"")


def inflating(kind: bytes) -> bytes:
    """Return a PNG with a description that is 100 MB when it is unpacked."""
    whole = picture()
    return whole[:33] + _chunk(kind, b"a\0\0" + zlib.compress(bytes(100_000_000))) + whole[33:]


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I4s", len(data), kind) + data + struct.pack(">I", zlib.crc32(kind + data))


def _cut(content: bytes) -> bytes:
    return content[: len(content) * 2 // 3]


KEY = b"-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXk\n"
WRONG = (
    Wrong("missing.png", lambda path: None, "“missing.png” is not there"),
    Wrong("empty.txt", holding(b""), "“empty.txt” is empty"),
    Wrong("folder", lambda path: path.mkdir(), "“folder” is a folder"),
    Wrong("sparse.mp4", sparse(movie()), "is too large (2.1 GB): a video may have 500 MB"),
    Wrong("sparse.bin", sparse(b""), "is neither text nor anything else"),
    Wrong("zero.png", lambda path: path.symlink_to("/dev/zero"), "is a device"),
    Wrong("tape", os.mkfifo, "is a pipe"),
    Wrong("circle", lambda path: path.symlink_to(path), "leads back to itself"),
    Wrong("photo.png", holding(b"hello\n"), "is called like a picture, but is text"),
    Wrong("paper.pdf", holding(picture()), "is called like a PDF, but is a picture"),
    Wrong("essay.docx", holding(b"PK\3\4" + bytes(50)), "is a Word document. Save it as a PDF."),
    Wrong("some.zip", holding(b"PK\3\4" + bytes(50)), "is an archive"),
    Wrong("noise.png", holding(bytes(range(256)) * 4), "is neither text nor anything else"),
    Wrong("phone.heic", holding(b"\0\0\0\x18ftypheic" + bytes(99)), "is a HEIC picture. Save it as PNG or JPEG."),
    Wrong("film.mkv", holding(webm(b"matroska")), "is a Matroska video. Save it as MP4."),
    Wrong("cut.png", holding(_cut(picture("PNG", (300, 200)))), "is a damaged picture: it ends too early"),
    Wrong("cut.jpg", holding(_cut(picture("JPEG", (300, 200)))), "is a damaged picture: it ends too early"),
    Wrong("cut.gif", holding(_cut(picture("GIF", (300, 200)))), "is a damaged picture: it ends too early"),
    Wrong("cut.webp", holding(_cut(picture("WEBP", (300, 200)))), "is a damaged picture"),
    Wrong("cut.mp4", holding(_cut(movie())), "is damaged: it can't be read as a video"),
    Wrong("cut.webm", holding(_cut(webm())), "is damaged: it can't be read as a video"),
    Wrong("cut.pdf", holding(_cut(pdf())[:200]), "is damaged: it can't be read as a PDF"),
    Wrong("bomb.png", holding(bomb(60_000, 60_000)), "too many pixels"),
    Wrong("smaller-bomb.png", holding(bomb(12_000, 12_000)), "has 12,000 × 12,000 pixels: too many"),
    Wrong("text-bomb.png", holding(inflating(b"zTXt")), "is a damaged picture"),
    Wrong("scan.tiff", holding(picture("TIFF", save_all=True, append_images=[Image.new("L", (9, 9))])), "has 2 pages"),
    Wrong("locked.pdf", holding(pdf(password="secret")), "is locked with a password"),
    Wrong("\x1b]52;c;aGk=\x07.png", holding(picture()), "“␛]52;c;aGk=␇.png” has control characters in its name"),
    Wrong("two\nlines.txt", holding(b"x"), "has control characters in its name"),
    Wrong("key.txt", holding(KEY), "holds a private key", asks=True),
    Wrong("id_ed25519", holding(KEY), "looks like a key or a password", asks=True),
    Wrong(".ssh/config", holding(b"Host a\n"), "is in the hidden folder “.ssh”", asks=True),
    Wrong("production.env.txt/.env", holding(b"KEY=1\n"), "looks like a key or a password", asks=True),
)
"""Every sentence names the file, says what is wrong, and then what to do, or asks."""
