"""What is attached to a request: looked at as providers do, and measured for its price."""

import base64
import binascii
import hashlib
import io
import json
import math
import re
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from chat_tui.demo.faults import Fault, refusal

_HEAD = 4096  # characters of base64 that tell what a file is
_LONGEST_ECHO = 2000  # characters
_PIECE = 512 * 1024  # characters of base64, a multiple of four
_TILE = 768  # pixels
_TOKENS_PER_TILE = 258  # as Gemini counts pictures, and pages
_AUDIO_TOKENS_PER_SECOND = 32
_VIDEO_TOKENS_PER_SECOND = 263
_AUDIO_BYTES_PER_SECOND = 16_000  # 128 kbit/s
_VIDEO_BYTES_PER_SECOND = 1_000_000  # 8 Mbit/s
_TOKENS_OF_AN_ADDRESS = 258  # nobody fetches it here
_PDF_PAGE = re.compile(rb"/Type\s*/Page(?![a-z])")
_DATA_URL = re.compile(r"data:([\w.+-]+/[\w.+-]+)(?:;[\w=.-]+)*;base64,", re.IGNORECASE)

_PICTURES = {
    "image/png": re.compile(rb"\x89PNG\r\n\x1a\n"),
    "image/jpeg": re.compile(rb"\xff\xd8\xff"),
    "image/gif": re.compile(rb"GIF8[79]a"),
    "image/webp": re.compile(rb"RIFF....WEBP", re.DOTALL),
}
_FILMS = {
    "video/mp4": re.compile(rb"....ftyp", re.DOTALL),
    "video/mov": re.compile(rb"....(ftyp|moov|mdat|wide|free)", re.DOTALL),
    "video/mpeg": re.compile(rb"\x00\x00\x01[\xb3\xba]"),
    "video/webm": re.compile(rb"\x1a\x45\xdf\xa3"),
}
_SOUNDS = {
    "wav": re.compile(rb"RIFF....WAVE", re.DOTALL),
    "mp3": re.compile(rb"ID3|\xff[\xe2-\xff]"),
    "aiff": re.compile(rb"FORM....AIF[FC]", re.DOTALL),
    "aac": re.compile(rb"\xff[\xf0-\xf9]|ADIF"),
    "ogg": re.compile(rb"OggS"),
    "flac": re.compile(rb"fLaC"),
    "m4a": re.compile(rb"....ftyp", re.DOTALL),
    "pcm16": re.compile(rb""),
    "pcm24": re.compile(rb""),
}
_PDF = re.compile(rb"[\s\S]{0,1024}%PDF-")


@dataclass(frozen=True, slots=True)
class Measured:
    """What is attached to all messages of a request, or to one.

    Args:
        tokens: All of them; those of documents count where the model reads these itself.
        audio: Those of sound among them.
        video: Those of films among them.
        images: How many pictures there are.
        pages: Of all documents, by the digests of their sources.
    """

    tokens: int = 0
    audio: int = 0
    video: int = 0
    images: int = 0
    pages: tuple[tuple[str, int], ...] = ()

    def __add__(self, other: "Measured") -> "Measured":
        return Measured(
            self.tokens + other.tokens,
            self.audio + other.audio,
            self.video + other.video,
            self.images + other.images,
            self.pages + other.pages,
        )


def measured(messages: Sequence[Mapping[str, Any]]) -> Measured | Fault:
    """Measure what the users of valid `messages` attached; what isn't what it is said to be is a fault."""
    total = Measured()
    for part in _attached(messages):
        found = _part(part)
        if isinstance(found, Fault):
            return found
        total += found
    return total


def digest_of(file: Mapping[str, Any]) -> str:
    """Return what a document is known by: the digest of its source."""
    return hashlib.sha256(str(file.get("file_data") or file.get("file_id") or "").encode()).hexdigest()


def parsed_before(messages: Sequence[Mapping[str, Any]]) -> frozenset[str]:
    """Return the digests of the documents whose text came back with the messages."""
    annotations = [one for message in messages for one in message.get("annotations") or ()]
    files = [one.get("file") for one in annotations if isinstance(one, dict) and one.get("type") == "file"]
    return frozenset(str(file.get("hash")) for file in files if isinstance(file, dict))


def without_blobs(value: Any) -> Any:
    """Shorten attached data, which would make an echo as long as the attachment; the digest is of its bytes."""
    if isinstance(value, dict):
        return {key: without_blobs(child) for key, child in value.items()}
    if isinstance(value, list):
        return [without_blobs(child) for child in value]
    if isinstance(value, str) and len(value) > _LONGEST_ECHO and " " not in value:
        return f"{value[:60]}… ({len(value):,} characters{_digest_of_bytes(value.rpartition(',')[2])})"
    return value


def _digest_of_bytes(text: str) -> str:
    """Return the digest of what base64 `text` stands for, as words; in pieces, for others wait meanwhile."""
    digest = hashlib.sha256()
    for start in range(0, len(text), _PIECE):
        content = _decoded(text[start : start + _PIECE])
        if content is None:
            return ""
        digest.update(content)
    return f", sha256 of its bytes {digest.hexdigest()}"


def fingerprint(value: Any, start: int = 0) -> int:
    """Return a number that is the same for the same JSON, without writing its long texts once more."""
    return zlib.crc32(json.dumps(_with_sums(value), sort_keys=True).encode(), start)


def _with_sums(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _with_sums(child) for key, child in value.items()}
    if isinstance(value, list | tuple):
        return [_with_sums(child) for child in value]
    if isinstance(value, str) and len(value) > _LONGEST_ECHO:
        return f"{len(value)} {zlib.crc32(value.encode('utf-8', 'surrogatepass'))}"
    return value


def _attached(messages: Sequence[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    for message in messages:
        content = message.get("content")
        if message.get("role") == "user" and isinstance(content, list):
            yield from (part for part in content if part["type"] != "text")


def _part(part: Mapping[str, Any]) -> Measured | Fault:
    match part["type"]:
        case "image_url":
            return _picture(part["image_url"]["url"])
        case "input_audio":
            sound = part["input_audio"]
            return _sound(sound["data"], sound["format"])
        case "video_url" | "input_video":
            return _film(part["video_url"]["url"])
        case _:
            return _document(part["file"])


def _picture(url: str) -> Measured | Fault:
    if not (head := _DATA_URL.match(url)):
        return Measured(_TOKENS_OF_AN_ADDRESS, images=1)
    media_type = head[1].lower()
    if media_type not in _PICTURES:
        return _refused(f"Unsupported image format: {media_type}", "unsupported_image_format")
    content = _decoded(url[head.end() :])
    if content is None or not _PICTURES[media_type].match(content):
        return _refused(f"Could not process image: it is no {media_type}", "invalid_image")
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(io.BytesIO(content)) as image:
            width, height = image.size
    except (UnidentifiedImageError, OSError, Image.DecompressionBombError, ValueError):
        return _refused("Could not process image: it can't be decoded", "invalid_image")
    return Measured(math.ceil(width / _TILE) * math.ceil(height / _TILE) * _TOKENS_PER_TILE, images=1)


def _sound(data: str, form: str) -> Measured | Fault:
    head = _decoded(data[:_HEAD])
    if head is None or not _SOUNDS[form].match(head):
        return _refused(f"Could not process audio: it is no {form}", "invalid_request")
    tokens = math.ceil(len(data) * 3 / 4 / _AUDIO_BYTES_PER_SECOND) * _AUDIO_TOKENS_PER_SECOND
    return Measured(tokens, audio=tokens)


def _film(url: str) -> Measured | Fault:
    if not (head := _DATA_URL.match(url)):
        return Measured(_TOKENS_OF_AN_ADDRESS, video=_TOKENS_OF_AN_ADDRESS)
    media_type = head[1].lower()
    content = _decoded(url[head.end() : head.end() + _HEAD])
    if media_type not in _FILMS or content is None or not _FILMS[media_type].match(content):
        return _refused(f"Could not process video: it is no {media_type} that can be taken", "invalid_request")
    tokens = math.ceil((len(url) - head.end()) * 3 / 4 / _VIDEO_BYTES_PER_SECOND) * _VIDEO_TOKENS_PER_SECOND
    return Measured(tokens, video=tokens)


def _document(file: Mapping[str, Any]) -> Measured | Fault:
    source = str(file.get("file_data") or "")
    pages = 1
    if head := _DATA_URL.match(source):
        content = _decoded(source[head.end() :])
        if content is None or not _PDF.match(content):
            return _refused(f"Could not parse “{file.get('filename') or 'the file'}”: it is no PDF", "invalid_request")
        pages = max(1, len(_PDF_PAGE.findall(content)))
    return Measured(pages * _TOKENS_PER_TILE, pages=((digest_of(file), pages),))


def _decoded(text: str) -> bytes | None:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None


def _refused(raw: str, error_type: str) -> Fault:
    metadata = {"raw": raw, "provider_name": "Demo", "is_byok": False, "error_type": error_type}
    return refusal(400, "Provider returned error", metadata, names_user=True)
