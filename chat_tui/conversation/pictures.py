"""Pictures as models send them: where one is, or all of it in a `data:` URL."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

from chat_tui.conversation.values import LinkPart, UnknownPart

_MEDIA_TYPE = re.compile(r"[\w.+-]{1,60}/[\w.+-]{1,60}")
_LONGEST_URL = 8192  # characters: more is no address, and the journal isn't for pictures


@dataclass(frozen=True, slots=True)
class Picture:
    """A whole picture, of the media type that its URL says."""

    content: bytes
    media_type: str

    @property
    def name(self) -> str:
        """What to call it for people."""
        return f"image.{self.media_type.rpartition('/')[2].partition('+')[0]}"


def decode_picture(url: str) -> Picture | LinkPart | UnknownPart:
    """Return the picture in `url`, or where it is; when it can't be decoded, a part that mentions it."""
    header, _, data = url.partition(",")
    if header[:5].lower() != "data:":
        if url.lower().startswith("https://") and len(url) <= _LONGEST_URL:
            return LinkPart("image", url, "picture")
        address = {"url": url} if len(url) <= _LONGEST_URL else {}
        return UnknownPart({"type": "image_url", "image_url": address})
    media_type, *settings = header[5:].split(";")
    if not _MEDIA_TYPE.fullmatch(media_type):
        media_type = "application/octet-stream"
    try:
        if "base64" in settings:
            data = "".join(data.split())
            return Picture(base64.b64decode(data + "=" * (-len(data) % 4), validate=True), media_type)
        if media_type.startswith("image/"):
            return Picture(unquote_to_bytes(data), media_type)
    except ValueError:  # not base64, or not even ASCII
        pass
    return UnknownPart({"type": "image_url", "media_type": media_type, "reason": "not base64"})
