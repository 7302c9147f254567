"""What is shown of a file before it is attached, or sent."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from chat_tui.attachments.reading import look
from chat_tui.attachments.texts import decode_text
from chat_tui.attachments.thumbnails import NoPictureError, Thumbnail, fit, make_thumbnail
from chat_tui.attachments.values import Attachment, Refusal
from chat_tui.attachments.words import glyph_of, measures_of
from chat_tui.conversation.values import FilePart
from chat_tui.paths import open_plain

_READ = 16 * 1024
"""Bytes of a text that are shown."""


class Preview(NamedTuple):
    """A look into a file; what there is of it."""

    about: str = ""
    """A sign for its kind, and its measures."""
    sentence: str = ""
    """Why it can't be attached, or not be shown."""
    text: str = ""
    """How it begins, as it stands there."""
    thumbnail: Thumbnail | None = None


def preview(path: Path, columns: int, rows: int, *, sure: bool = False) -> Preview:
    """Return what is shown of the file at `path` in a room of so many cells; it blocks, and never for long.

    Args:
        path: Anything with a name.
        columns: Cells from left to right.
        rows: Lines.
        sure: It is shown though it may be a secret.
    """
    looked = look(path, sure=sure)
    if isinstance(looked, Refusal):
        return Preview(sentence=looked.sentence)
    about = f"{glyph_of(looked.media_type)} {' · '.join(measures_of(_part(looked)))}"
    try:
        if looked.kind == "image":
            return Preview(about, thumbnail=make_thumbnail(path, *fit(looked.width, looked.height, columns, rows)))
        if looked.kind == "text":
            return Preview(about, text=_beginning(path))
    except NoPictureError as error:
        return Preview(about, str(error))
    except OSError as error:
        return Preview(about, f"It can't be read: {error.strerror}.")
    return Preview(about)


def _beginning(path: Path) -> str:
    """Return the first lines of a text; none of them is cut, unless it is very long."""
    with open_plain(path) as file:
        content = file.read(_READ) or b""  # None where the system has no more yet, as of its log
        if file.read(1):
            content = content[: content.rfind(b"\n") + 1] or content
    return decode_text(content) or ""


def _part(looked: Attachment) -> FilePart:
    measures = looked.width, looked.height, looked.pages, looked.seconds
    return FilePart("", looked.media_type, looked.name, looked.size, *measures)
