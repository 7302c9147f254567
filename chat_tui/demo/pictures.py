"""Pictures drawn in code: valid PNG, small or huge."""

import base64
import random
import struct
import zlib
from functools import cache

_SIDE = 96
_HUGE_SIDE = 2240  # with three bytes for each pixel, as text: 20 MB


def _png(width: int, height: int, rows: bytes, level: int) -> str:
    """Return the data URL of a picture; each of the `rows` begins with the byte of its filter."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    packed = zlib.compress(rows, level)
    png = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")
    return f"data:image/png;base64,{base64.b64encode(png).decode()}"


@cache
def small() -> str:
    """Draw a disc on a gradient, 96 by 96 pixels."""
    rows = bytearray()
    for y in range(_SIDE):
        rows.append(0)
        for x in range(_SIDE):
            inside = (x - _SIDE // 2) ** 2 + (y - _SIDE // 2) ** 2 < (_SIDE // 3) ** 2
            rows += bytes((230, 120, 60)) if inside else bytes((2 * y, 60 + x, 160))
    return _png(_SIDE, _SIDE, bytes(rows), 9)


@cache
def huge() -> str:
    """Draw noise, which nothing can compress: a data URL of 20 MB."""
    noise = random.Random(1)  # noqa: S311  (it need not be hard to guess, only the same each time)
    rows = b"".join(b"\0" + noise.randbytes(3 * _HUGE_SIDE) for _ in range(_HUGE_SIDE))
    return _png(_HUGE_SIDE, _HUGE_SIDE, rows, 0)
