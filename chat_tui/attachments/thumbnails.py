"""Thumbnails: pictures made so small that each cell of a terminal shows two of their pixels."""

from __future__ import annotations

import io
import threading
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from chat_tui.attachments.decoding import FAULTS, hush_pillow

if TYPE_CHECKING:
    from PIL.Image import Image

FORMATS = ("PNG", "JPEG", "GIF", "WEBP")
"""What is decoded at all, by Pillow's names: other decoders would only be more to attack."""
MOST_PIXELS = 50_000_000
"""Of a picture that is decoded, which takes four bytes of memory for each."""
MOST_BYTES = 100_000_000
"""Of a file that is decoded."""

_decoding = threading.Lock()


class NoPictureError(ValueError):
    """A picture that can't be shown; its text is a sentence that says why."""


class Thumbnail(NamedTuple):
    """A small picture: `columns` × `2 * rows` pixels, each four bytes, red, green, blue and opacity."""

    columns: int
    rows: int
    pixels: bytes


class Measures(NamedTuple):
    """What the head of a picture says."""

    media_type: str
    width: int
    """Pixels, as the picture is shown, so after it was turned as it asks for."""
    height: int


def fit(width: int | None, height: int | None, columns: int, rows: int) -> tuple[int, int]:
    """Return the cells that a picture takes in a room of `columns` and `rows`; it is never enlarged.

    A picture whose measures aren't known has the largest square.
    """
    columns, rows = max(1, columns), max(1, rows)
    if not width or not height:
        side = min(columns, 2 * rows)
        return side, max(1, side // 2)
    scale = min(1.0, columns / width, 2 * rows / height)
    return max(1, min(columns, round(width * scale))), max(1, min(rows, -(-round(height * scale) // 2)))


def make_thumbnail(source: Path | bytes, columns: int, rows: int) -> Thumbnail:
    """Decode a picture and make it fit into `columns` and `rows`, with clear cells around it where it is narrower.

    It blocks, and takes memory for one whole picture at a time whoever else calls it.

    Raises:
        NoPictureError: when it is no picture, or damaged, or too large to decode.
        OSError: when it can't be read.
    """
    size = (columns, 2 * rows)
    with _decoding, _opened(source) as file:
        picture = _picture(file)
        try:
            pixels = _small(picture, size)
        except FAULTS as error:
            raise NoPictureError(f"This picture is damaged: {_told(error)}.") from None
        except MemoryError:
            raise NoPictureError("There is no memory for a picture of this size.") from None
    return Thumbnail(columns, rows, pixels)


def measure(source: Path | bytes) -> Measures | None:
    """Return what the head of a picture says; None when it is no picture that can be shown."""
    from PIL import Image

    try:
        with _opened(source) as file:
            picture = _picture(file)
            width, height = picture.size
            turned = _is_sideways(picture)
            media_type = Image.MIME.get(picture.format or "", "application/octet-stream")
    except (NoPictureError, OSError):
        return None
    return Measures(media_type, height, width) if turned else Measures(media_type, width, height)


_ORIENTATION = 0x0112
_SIDEWAYS = (5, 6, 7, 8)
_MOST_CONVERTED = 10_000_000


def _opened(source: Path | bytes) -> BinaryIO:
    return io.BytesIO(source) if isinstance(source, bytes) else source.open("rb")


def _picture(file: BinaryIO) -> Image:
    """Return the picture in `file`, of which only the head is read."""
    from PIL import Image, UnidentifiedImageError

    hush_pillow()
    if file.seek(0, io.SEEK_END) > MOST_BYTES:
        raise NoPictureError(f"This picture has more than {MOST_BYTES // 1_000_000} MB: too much to show it here.")
    file.seek(0)
    try:
        picture = Image.open(file, formats=FORMATS)
    except UnidentifiedImageError:
        raise NoPictureError("This is no picture that can be shown here: PNG, JPEG, GIF and WebP are.") from None
    except Image.DecompressionBombError:
        raise NoPictureError("This picture has too many pixels to show it here.") from None
    except FAULTS as error:
        raise NoPictureError(f"This picture is damaged: {_told(error)}.") from None
    if picture.width * picture.height > MOST_PIXELS:
        raise NoPictureError(
            f"This picture has {picture.width:,} × {picture.height:,} pixels: too many to show it here."
        )
    return picture


def _small(picture: Image, size: tuple[int, int]) -> bytes:
    """Return the pixels of `picture` in a room of `size` pixels."""
    from PIL import Image, ImageOps

    sideways = _is_sideways(picture)
    if picture.mode == "P" and picture.width * picture.height <= _MOST_CONVERTED:
        whole = picture.convert("RGBA")  # colours from a table can't be mixed
    else:
        whole = picture
    # Made small first and turned then: there is never a second one of its size.
    whole.thumbnail(size[::-1] if sideways else size, Image.Resampling.BOX, reducing_gap=2.0)
    with suppress(*FAULTS):  # a damaged Exif turns nothing
        ImageOps.exif_transpose(whole, in_place=True)
    small = whole.convert("RGBA")
    if small.size == size:
        return small.tobytes()
    room = Image.new("RGBA", size)
    room.paste(small, ((size[0] - small.width) // 2, (size[1] - small.height) // 2))
    return room.tobytes()


def _is_sideways(picture: Image) -> bool:
    try:
        return picture.getexif().get(_ORIENTATION) in _SIDEWAYS
    except FAULTS:
        return False


def _told(error: Exception) -> str:
    text = " ".join(str(error).split())[:100].rstrip(".")
    return text[:1].lower() + text[1:] if text else "it ends too early"
