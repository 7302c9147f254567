"""A short tone made in code: bare samples, or a WAV file."""

import math
import struct
from functools import cache

_RATE = 24_000  # samples a second
_SECONDS = 0.6
_PITCH = 440.0


@cache
def pcm16() -> bytes:
    """Return the tone as samples of 16 bits, little-endian, one channel, 24 kHz."""
    count = int(_RATE * _SECONDS)
    loudness = (math.sin(math.pi * place / count) * 9000 for place in range(count))
    waves = (math.sin(2 * math.pi * _PITCH * place / _RATE) for place in range(count))
    return struct.pack(f"<{count}h", *(int(loud * wave) for loud, wave in zip(loudness, waves, strict=True)))


def wav() -> bytes:
    """Return the tone as a WAV file."""
    samples = pcm16()
    form = struct.pack("<HHIIHH", 1, 1, _RATE, 2 * _RATE, 2, 16)
    chunks = b"fmt " + struct.pack("<I", len(form)) + form + b"data" + struct.pack("<I", len(samples)) + samples
    return b"RIFF" + struct.pack("<I", 4 + len(chunks)) + b"WAVE" + chunks
