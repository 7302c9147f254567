"""Pictures that are attached: whether they are whole, how large they are, and what of them is sent."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple

from chat_tui.attachments.decoding import FAULTS, hush_pillow
from chat_tui.attachments.kinds import CONVERTED
from chat_tui.attachments.locations import names_place, without_metadata
from chat_tui.attachments.values import Measures, NotTakenError, Wishes

if TYPE_CHECKING:
    from PIL.Image import Image

FORMATS = {
    "image/png": "PNG",
    "image/jpeg": "JPEG",
    "image/webp": "WEBP",
    "image/gif": "GIF",
    "image/bmp": "BMP",
    "image/tiff": "TIFF",
    "image/avif": "AVIF",
}
"""Pillow's name for what is decoded; no other decoder is let near a file."""
MOST_PIXELS = 80_000_000
"""Of a picture that is decoded whole: four bytes of memory for each."""
MOST_PIXELS_SHRUNK = 178_000_000
"""Of a JPEG, which can be decoded at an eighth of its size."""
_GOOD = 92
"""The quality of what is made anew: nobody sees a difference."""
_ORIENTATION, _GPS = 0x0112, 0x8825
_UPRIGHT = (None, 1)
_SIDEWAYS = (5, 6, 7, 8)
_DAMAGED = "is a damaged picture: {why}. Save it again, or get it again."
_BOMB = "has {width:,} × {height:,} pixels: too many to look at safely. Make it smaller first."

_decoding = threading.Lock()
"""One picture at a time, so that many don't take all memory."""


class Picture(NamedTuple):
    """What a picture says of itself."""

    measures: Measures
    is_turned: bool
    """It is stored in another way than it is to be shown."""
    has_location: bool
    """It says where it was taken."""
    moves: bool
    """It has more than one frame."""


class Plan(NamedTuple):
    """What is to be done to a picture before it is sent."""

    scale: int = 0
    """The most pixels of its longer side, when that is less than it has."""
    turn: bool = False
    convert: bool = False
    strip: bool = False
    """Where it was taken goes."""

    @property
    def changes(self) -> bool:
        return any(self)

    def note(self, media_type: str, measures: Measures) -> str:
        """Return what is done to a picture of that type and size, for people."""
        return ", ".join(
            words
            for is_done, words in (
                (self.scale, f"scaled from {measures.width}×{measures.height}"),
                (self.turn, "turned upright"),
                (self.convert, f"made from {FORMATS.get(media_type)}"),
                (self.strip, "location removed"),
            )
            if is_done
        )


class Changed(NamedTuple):
    """A picture that was made anew."""

    content: bytes
    media_type: str
    measures: Measures | None
    """None: as before."""


def measure_picture(file: BinaryIO, media_type: str) -> Picture:
    """Decode a picture to see whether it is whole, and return what it says of itself.

    Raises:
        NotTakenError: when it is damaged, or has more pixels than can be decoded safely.
    """
    with _decoding, _faults():
        picture = _opened(file, media_type)
        width, height = picture.size
        frames = getattr(picture, "n_frames", 1)
        if frames > 1 and media_type in CONVERTED:
            raise NotTakenError(f"has {frames} pages or frames, of which one would be sent. Save it as a PDF or a GIF.")
        picture.draft("RGB", (max(1, width // 8), max(1, height // 8)))
        picture.load()
        # What follows the pixels is read by now, too.
        exif = picture.getexif()
        turned = exif.get(_ORIENTATION) not in _UPRIGHT
        has_location = bool(exif.get_ifd(_GPS)) or names_place(picture.info)
        if exif.get(_ORIENTATION) in _SIDEWAYS:
            width, height = height, width
    # In a JPEG others follow for depth and brightness.
    return Picture(Measures(width, height), turned, has_location, moves=frames > 1 and media_type != "image/jpeg")


def plan_picture(media_type: str, found: Picture, wishes: Wishes) -> Plan:
    """Return what is to be done to a picture: it is turned as it is to be shown, in a format that the wire has, and
    where it was taken goes, unless that is wished for."""
    longest = max(found.measures.width or 0, found.measures.height or 0)
    return Plan(
        scale=wishes.scale if 0 < wishes.scale < longest and not found.moves else 0,
        turn=found.is_turned and not found.moves,
        convert=media_type in CONVERTED,
        strip=found.has_location and not wishes.keep_location,
    )


def change_picture(content: bytes, media_type: str, plan: Plan) -> Changed:
    """Return a picture with what is planned done to it; when its pixels needn't change, they don't.

    Raises:
        NotTakenError: when it has too many pixels to be decoded whole, or is damaged.
    """
    if (
        not (plan.scale or plan.turn or plan.convert)
        and (stripped := without_metadata(content, media_type)) is not None
    ):
        return Changed(stripped, media_type, None)
    return _made_anew(content, media_type, plan)


def _made_anew(content: bytes, media_type: str, plan: Plan) -> Changed:
    from PIL import Image as Pillow
    from PIL import ImageOps

    with _decoding, _faults():
        picture = _opened(io.BytesIO(content), media_type)
        if plan.scale:
            picture.draft(None, (plan.scale, plan.scale))  # no smaller than that
        if picture.width * picture.height > MOST_PIXELS:
            raise NotTakenError(_BOMB.format(width=picture.width, height=picture.height))
        kept: dict[str, Any] = {"icc_profile": profile} if (profile := picture.info.get("icc_profile")) else {}
        upright = ImageOps.exif_transpose(picture)
        if plan.scale:
            if upright.mode in ("P", "1"):
                upright = upright.convert("RGBA" if "transparency" in upright.info else "RGB")
            upright.thumbnail((plan.scale, plan.scale), Pillow.Resampling.LANCZOS)
        if not plan.strip and (exif := upright.getexif()):
            exif.pop(_ORIENTATION, None)
            kept["exif"] = exif.tobytes()
        made, made_type = _encoded(upright, media_type, kept)
    return Changed(made, made_type, Measures(*upright.size))


def _encoded(picture: Image, media_type: str, kept: dict[str, Any]) -> tuple[bytes, str]:
    """Return `picture` in its own format or, where the wire hasn't got that, as PNG."""
    made = io.BytesIO()
    if media_type == "image/jpeg":
        if picture.mode not in ("L", "RGB", "CMYK"):
            picture = picture.convert("RGB")
        picture.save(made, "JPEG", quality=_GOOD, **kept)
    elif media_type == "image/webp":
        picture.save(made, "WEBP", quality=_GOOD, **kept)
    else:
        media_type = "image/png"
        if picture.mode not in ("1", "L", "LA", "P", "RGB", "RGBA", "I;16"):
            picture = picture.convert("RGB")
            kept = {name: value for name, value in kept.items() if name != "icc_profile"}  # of other colours
        picture.save(made, "PNG", **kept)
    return made.getvalue(), media_type


def _opened(file: BinaryIO, media_type: str) -> Image:
    from PIL import Image as Pillow

    hush_pillow()
    file.seek(0)
    picture = Pillow.open(file, formats=(FORMATS[media_type],))
    pixels = picture.width * picture.height
    shrinks = media_type == "image/jpeg" and not picture.info.get("progressive")
    if pixels > (MOST_PIXELS_SHRUNK if shrinks else MOST_PIXELS):
        raise NotTakenError(_BOMB.format(width=picture.width, height=picture.height))
    return picture


@contextmanager
def _faults() -> Iterator[None]:
    """Turn what a decoder says of a damaged picture into a sentence."""
    from PIL import Image as Pillow

    try:
        yield
    except NotTakenError:
        raise
    except Pillow.DecompressionBombError:
        raise NotTakenError("has too many pixels to look at safely. Make it smaller first.") from None
    except MemoryError:
        raise NotTakenError("needs more memory than there is. Make it smaller first.") from None
    except FAULTS as error:
        raise NotTakenError(_DAMAGED.format(why=_why(error))) from None


def _why(error: Exception) -> str:
    text = str(error).lower()
    return "it ends too early" if "truncated" in text or "end" in text.split() else "it can't be decoded"
