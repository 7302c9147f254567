"""Sound: how long it lasts."""

from __future__ import annotations

import re
from typing import BinaryIO

from chat_tui.attachments.values import Measures

_BLOCK = 1 << 20
_RATES = (96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000, 7350)
_FRAME_HEADER = 7
_SAMPLES = 1024
_HEADERLESS = ("audio/pcm", "audio/l24")
_IS_FRAME = re.compile(rb"\xff[\xf0\xf1\xf8\xf9]")


def measure_sound(file: BinaryIO, media_type: str) -> Measures:
    """Return how long a sound lasts, where it says so; whoever hears it knows better whether it is whole."""
    if media_type in _HEADERLESS:
        return Measures()
    seconds = _frames_seconds(file) if media_type == "audio/aac" else _tagged_seconds(file)
    return Measures(seconds=round(seconds, 3) if seconds else None)


def _tagged_seconds(file: BinaryIO) -> float | None:
    from tinytag import ParseError, TinyTag, UnsupportedFormatError

    file.seek(0)
    try:
        return TinyTag.get(file_obj=file, tags=False).duration
    except (ParseError, UnsupportedFormatError):
        return None


def _frames_seconds(file: BinaryIO) -> float:
    """Return how long a stream of AAC frames (ADTS, ISO 13818-7) is: each says its length and rate."""
    file.seek(0)
    seconds, data = 0.0, b""
    at = 0
    while True:
        if at + _FRAME_HEADER > len(data):
            data, at = data[at:] + file.read(_BLOCK), 0
            if len(data) < _FRAME_HEADER:
                break
        rate = (data[at + 2] >> 2) & 15
        length = (data[at + 3] & 3) << 11 | data[at + 4] << 3 | data[at + 5] >> 5
        if not _IS_FRAME.match(data, at) or length < _FRAME_HEADER or rate >= len(_RATES):
            break  # tags may follow the last frame
        seconds += _SAMPLES / _RATES[rate] * ((data[at + 6] & 3) + 1)
        skip = at + length - len(data)
        if skip > 0:
            data, at = file.read(max(skip, _BLOCK)), skip
        else:
            at += length
    return seconds
