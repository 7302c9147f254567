"""Pictures drawn in code: valid PNG, small or huge."""

import base64
import random
import struct
import zlib
from functools import cache, lru_cache

_SIDE = 96
_LONGEST = 4  # times the shorter side
_HUGE_SIDE = 2240  # with three bytes for each pixel, as text: 20 MB


def _png(width: int, height: int, rows: bytes, level: int) -> str:
    """Return the data URL of a picture; each of the `rows` begins with the byte of its filter."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    packed = zlib.compress(rows, level)
    png = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")
    return f"data:image/png;base64,{base64.b64encode(png).decode()}"


@lru_cache(16)
def small(aspect: str = "1:1") -> str:
    """Draw a disc on a gradient, 96 pixels on its shorter side, as wide for its height as `aspect` says: `16:9`."""
    wide, _, high = aspect[:9].partition(":")
    ratio = int(wide) / int(high) if wide.isdecimal() and high.isdecimal() and int(wide) and int(high) else 1.0
    ratio = min(max(ratio, 1 / _LONGEST), _LONGEST)
    width, height = (round(_SIDE * ratio), _SIDE) if ratio >= 1 else (_SIDE, round(_SIDE / ratio))
    rows = bytearray()
    for y in range(height):
        rows.append(0)
        for x in range(width):
            inside = (x - width // 2) ** 2 + (y - height // 2) ** 2 < (_SIDE // 3) ** 2
            colour = (2 * y * _SIDE // height, 60 + x * _SIDE // width, 160)
            rows += bytes((230, 120, 60)) if inside else bytes(colour)
    return _png(width, height, bytes(rows), 9)


@cache
def huge() -> str:
    """Draw noise, which nothing can compress: a data URL of 20 MB."""
    noise = random.Random(1)  # noqa: S311  (it need not be hard to guess, only the same each time)
    rows = b"".join(b"\0" + noise.randbytes(3 * _HUGE_SIDE) for _ in range(_HUGE_SIDE))
    return _png(_HUGE_SIDE, _HUGE_SIDE, rows, 0)
