"""Real files of every kind that can be attached, made here; each is the smallest that is whole."""

from __future__ import annotations

import io
import struct
import wave
from typing import Any

from PIL import Image

GPS = {1: "N", 2: (48.0, 51.0, 30.0), 3: "E", 4: (2.0, 17.0, 40.0)}
SECONDS = 1.0
"""What every sound and film here lasts, about; all are so short that `demo/echo` says them whole."""


def picture(form: str = "PNG", size: tuple[int, int] = (24, 16), **saved: Any) -> bytes:
    """Return a picture whose left half is red and whose right half is blue, as Pillow's `form`."""
    made = Image.new("RGB", size, (200, 30, 30))
    made.paste((30, 30, 200), (size[0] // 2, 0, size[0], size[1]))
    file = io.BytesIO()
    made.save(file, form, **saved)
    return file.getvalue()


def exif(*, orientation: int | None = None, gps: bool = False) -> bytes:
    """Return what a camera writes into a picture."""
    said = Image.Exif()
    said[0x010F] = "Camera works"
    if orientation:
        said[0x0112] = orientation
    if gps:
        said.get_ifd(0x8825).update(GPS)
    return said.tobytes()


def pdf(pages: int = 2, password: str | None = None, owner: str | None = None) -> bytes:
    """Return a PDF of empty pages, locked when there is a password."""
    from pypdf import PdfWriter

    writer = PdfWriter()
    for _ in range(pages):
        writer.add_blank_page(72, 72)
    if password is not None:
        writer.encrypt(password, owner, algorithm="RC4-128")
    file = io.BytesIO()
    writer.write(file)
    return file.getvalue()


def wav() -> bytes:
    """Return a second of silence, at 400 Hz."""
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(400)
        sound.writeframes(bytes(2 * 400))
    return file.getvalue()


def aiff() -> bytes:
    """Return a second of silence, at 400 Hz as an 80-bit number."""
    rate = struct.pack(">HQ", 16383 + 8, 400 << 55)
    common = b"COMM" + struct.pack(">IhIh", 18, 1, 400, 16) + rate
    sound = b"SSND" + struct.pack(">III", 8 + 800, 0, 0) + bytes(800)
    return b"FORM" + struct.pack(">I", 4 + len(common) + len(sound)) + b"AIFF" + common + sound


def mp3() -> bytes:
    """Return 14 frames of silence: MPEG 2.5, layer III, 8 kbit/s, 8 kHz."""
    return (b"\xff\xe3\x18\xc0" + bytes(68)) * 14


def aac() -> bytes:
    """Return 43 frames of 1024 samples at 44.1 kHz, each with nothing in it (ADTS)."""
    length = 7 + 9
    head = bytes([0xFF, 0xF1, 0x50, 0x80 | length >> 11, length >> 3 & 0xFF, (length & 7) << 5 | 0x1F, 0xFC])
    return (head + bytes(9)) * 43


def flac() -> bytes:
    """Return the head of a second at 8 kHz, mono, 16 bits."""
    packed = 8000 << 44 | 0 << 41 | 15 << 36 | 8000
    info = struct.pack(">HH", 4096, 4096) + bytes(6) + packed.to_bytes(8, "big") + bytes(16)
    return b"fLaC" + bytes([0x80, 0, 0, len(info)]) + info


def ogg() -> bytes:
    """Return a second of Vorbis at 8 kHz: what begins it, and the page that says where it ends."""
    head = b"\x01vorbis" + struct.pack("<IBIiiiBB", 0, 1, 8000, 0, 64000, 0, 0xB8, 1)
    return _page(head, 0, 0, 2) + _page(b"\0", 8000, 1, 4)


def _page(packet: bytes, place: int, number: int, flags: int) -> bytes:
    return struct.pack("<4sBBqIIIBB", b"OggS", 0, flags, place, 1, number, 0, 1, len(packet)) + packet


def _box(kind: bytes, *inner: bytes) -> bytes:
    content = b"".join(inner)
    return struct.pack(">I4s", 8 + len(content), kind) + content


def movie(
    brand: bytes = b"isom", handler: bytes = b"vide", place: bytes = b"", milliseconds: float = 1000 * SECONDS
) -> bytes:
    """Return a file of boxes with one track of a second, of 320×240, taken at `place` (ISO 6709)."""
    head = struct.pack(">4xIIII", 0, 0, 1000, int(milliseconds)) + bytes(80)
    track = bytes(76) + struct.pack(">II", 320 << 16, 240 << 16)
    media = _box(b"mdia", _box(b"hdlr", bytes(8), handler, bytes(13)))
    described = _box(b"udta", _box(b"\xa9xyz", struct.pack(">HH", len(place), 0x15C7), place)) if place else b""
    content = _box(b"moov", _box(b"mvhd", head), _box(b"trak", _box(b"tkhd", track), media), described)
    return _box(b"ftyp", brand, bytes(4), brand) + _box(b"mdat", bytes(100)) + content


def m4a() -> bytes:
    """Return a second of sound in boxes, with all that says how it is coded."""
    entry = bytes(6) + struct.pack(">H8xHH4xI", 1, 1, 16, 8000 << 16)
    entries = _box(b"stsd", bytes(4), struct.pack(">I", 1), _box(b"mp4a", entry))
    sound = _box(b"minf", _box(b"stbl", entries))
    head = struct.pack(">4xIIII", 0, 0, 8000, 8000) + bytes(4)
    media = _box(b"mdia", _box(b"mdhd", head), _box(b"hdlr", bytes(8), b"soun", bytes(13)), sound)
    movie_head = struct.pack(">4xIIII", 0, 0, 1000, 1000) + bytes(80)
    return _box(b"ftyp", b"M4A ", bytes(4), b"M4A ") + _box(b"moov", _box(b"mvhd", movie_head), _box(b"trak", media))


def webm(doctype: bytes = b"webm", milliseconds: float = 1000) -> bytes:
    """Return a video of 320×240 that says that it lasts a second, without a frame."""
    head = _element("1A45DFA3", _element("4282", doctype))
    info = _element(
        "1549A966",
        _element("2AD7B1", (1_000_000).to_bytes(3, "big")),
        _element("4489", struct.pack(">d", milliseconds)),
    )
    video = _element("E0", _element("B0", b"\x01\x40"), _element("BA", b"\xf0"))
    tracks = _element("1654AE6B", _element("AE", _element("83", b"\x01"), video))
    return head + _element("18538067", info, tracks, _element("1F43B675", bytes(20)))


def _element(name: str, *inner: bytes) -> bytes:
    content = b"".join(inner)
    return bytes.fromhex(name) + (len(content) | 1 << 28).to_bytes(4, "big") + content


def mpeg() -> bytes:
    """Return the head of a program stream."""
    return b"\0\0\1\xba" + bytes(500)


FILES: dict[str, tuple[bytes, str]] = {
    "a.png": (picture("PNG"), "image/png"),
    "a.jpg": (picture("JPEG"), "image/jpeg"),
    "a.webp": (picture("WEBP"), "image/webp"),
    "a.gif": (picture("GIF"), "image/gif"),
    "a.pdf": (pdf(), "application/pdf"),
    "a.wav": (wav(), "audio/wav"),
    "a.mp3": (mp3(), "audio/mpeg"),
    "a.aiff": (aiff(), "audio/aiff"),
    "a.aac": (aac(), "audio/aac"),
    "a.ogg": (ogg(), "audio/ogg"),
    "a.flac": (flac(), "audio/flac"),
    "a.m4a": (m4a(), "audio/mp4"),
    "a.pcm16": (b"\1\0" * 100, "audio/pcm"),
    "a.pcm24": (b"\1\0\0" * 100, "audio/l24"),
    "a.mp4": (movie(), "video/mp4"),
    "a.mov": (movie(b"qt  "), "video/quicktime"),
    "a.mpeg": (mpeg(), "video/mpeg"),
    "a.webm": (webm(), "video/webm"),
    "a.py": (b"print('hello')\n", "text/plain"),
    "a.md": ("# Größe\n".encode(), "text/markdown"),
}
"""A file of every kind that is sent as it is, by its name: its content and media type."""
