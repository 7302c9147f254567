"""Looking at a file that is to be attached: what it is by its content, and everything that can be wrong with it."""

from __future__ import annotations

import errno
import os
import re
import stat
from pathlib import Path
from typing import BinaryIO, NamedTuple

from chat_tui.attachments.documents import measure_document
from chat_tui.attachments.films import measure_film
from chat_tui.attachments.kinds import LARGEST, PDF, described, kind_of, kind_of_ending, named, raw_sound
from chat_tui.attachments.pictures import Picture, Plan, measure_picture, plan_picture
from chat_tui.attachments.secrecy import PRIVATE_KEY, doubt_about
from chat_tui.attachments.sounds import measure_sound
from chat_tui.attachments.texts import decode_text, holds_private_key, looks_like_text, text_type
from chat_tui.attachments.values import AS_IT_IS, Attachment, Kind, Measures, NotTakenError, Refusal, Wishes
from chat_tui.conversation.media_types import media_type_of
from chat_tui.paths import open_plain
from chat_tui.text import one_line

HEAD = 4096
"""Bytes that tell what a file is."""
_LONGEST_NAME = 60
_LONGEST_SIDE = 100_000
"""Pixels of a side beyond which no film is."""
_SOUND_HEADERS = ("audio/wav", "audio/aiff", "audio/flac", "audio/ogg")
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
_WRONG = {
    errno.ENOENT: "is not there. Look at how it is written.",
    errno.ENOTDIR: "is not there: what should be a folder on the way is a file.",
    errno.EACCES: "can't be read: you don't have the right to. Give it to yourself (chmod u+r), or copy it.",
    errno.EPERM: "can't be read: the system doesn't let anybody.",
    errno.ELOOP: "is a link that leads back to itself.",
    errno.ENAMETOOLONG: "is not there: no name can be so long.",
    errno.EISDIR: "is a folder. Attach the files in it.",
    errno.EIO: "can't be read: the disk may be failing.",
}
_SPECIAL = (
    (stat.S_ISDIR, "is a folder. Attach the files in it."),
    (stat.S_ISFIFO, "is a pipe, which has no end. Save what comes through it in a file."),
    (stat.S_ISSOCK, "is a socket, not a file."),
    (stat.S_ISCHR, "is a device, not a file."),
    (stat.S_ISBLK, "is a device, not a file."),
)


class Known(NamedTuple):
    """What the content of a file says."""

    kind: Kind
    media_type: str
    measures: Measures = Measures()
    picture: Picture | None = None
    places: tuple[tuple[int, int], ...] = ()
    """Where a film says where it was taken, each by its first byte and how many there are."""

    def plan(self, wishes: Wishes) -> Plan:
        """Return what is to be done to the file before it is sent."""
        if self.picture is not None:
            return plan_picture(self.media_type, self.picture, wishes)
        return Plan(strip=bool(self.places) and not wishes.keep_location)


def look(path: Path, wishes: Wishes = AS_IT_IS, *, sure: bool = False) -> Attachment | Refusal:
    """Return what a file is, or why it can't be attached; it blocks, but never for what doesn't end.

    Args:
        path: Anything that somebody named.
        wishes: What is to be done to pictures; it isn't done yet, only said.
        sure: It is meant, though it looks like a key or is in a hidden folder.
    """
    try:
        with open_named(path, sure=sure) as file:
            size = os.fstat(file.fileno()).st_size
            kind, media_type = identify(file, size, path.name)
            known = examine(file, size, kind, media_type, sure=sure)
    except NotTakenError as error:
        return refusal(path.name or str(path), error)
    except OSError as error:
        return refusal(path.name or str(path), not_read(error))
    note = known.plan(wishes).note(media_type, known.measures)
    return Attachment(path, known.kind, known.media_type, shown_name(path.name), size, *known.measures, note)


def open_named(path: Path, *, sure: bool) -> BinaryIO:
    """Open a file that somebody named, when it is one and is meant to leave.

    Raises:
        NotTakenError: when it isn't, or can't be opened.
    """
    if _CONTROLS.search(path.name):
        raise NotTakenError("has control characters in its name. Rename it.")
    try:
        mode = path.stat().st_mode  # before it is opened, which some devices take for a command
    except ValueError:
        raise NotTakenError("is not there: no name can be like that.") from None
    except OSError as error:
        raise not_read(error) from None
    for is_such, clause in _SPECIAL:
        if is_such(mode):
            raise NotTakenError(clause)
    if not sure and (doubt := doubt_about(path)):
        raise NotTakenError(doubt, asks=True)
    try:
        return open_plain(path)
    except OSError as error:
        raise not_read(error) from None


def identify(file: BinaryIO, size: int, name: str) -> tuple[Kind, str]:
    """Return the kind and media type of a file of `size` bytes, by how it begins; its name may say anything.

    Raises:
        NotTakenError: when it can't be attached, whatever else is in it.
    """
    try:
        head = file.read(HEAD)
    except OSError as error:
        raise not_read(error) from None
    if not head:
        raise NotTakenError("is empty.")
    ending = name.rpartition(".")[2]
    promised = kind_of_ending(ending)
    media_type = _type_of(head, name, ending)
    kind = kind_of(media_type)
    if kind is None:
        what, advice = described(media_type, ending)
        raise NotTakenError(f"is {what}. {advice}")
    # A container that is for both may hold only the one.
    if promised not in (None, kind) and {promised, kind} != {"audio", "video"}:
        raise NotTakenError(f"is called like {named(promised)}, but is {named(kind)}. Give it a name that says so.")
    if size > LARGEST[kind]:
        raise too_large(kind, size)
    return kind, media_type


def _type_of(head: bytes, name: str, ending: str) -> str:
    found = media_type_of(head)
    if looks_like_text(head):  # which may begin with “ID3” or “MZ”, too; of the others only PDF can be without controls
        is_pdf = found == PDF and (ending.lower() == "pdf" or head.startswith(b"%PDF-"))
        return PDF if is_pdf else text_type(name)
    raw = raw_sound(ending)
    # Samples may begin like anything; only a header of sound says more than the name.
    return found if found in _SOUND_HEADERS or not raw else raw


def examine(file: BinaryIO, size: int, kind: Kind, media_type: str, *, sure: bool = False) -> Known:
    """Return what the content of a whole file says, as far as that can be true.

    Raises:
        NotTakenError: when it is damaged, can't be read without a password, or is not meant to leave.
        OSError: when it can't be read.
    """
    known = _examined(file, size, kind, media_type, sure=sure)
    return known._replace(measures=_believed(known.measures, size))


def _believed(said: Measures, size: int) -> Measures:
    """Return the measures that a file of `size` bytes can have: no second and no page of it takes less than a byte."""
    width, height, pages, seconds = said
    is_shown = bool(width and height and max(width, height) <= _LONGEST_SIDE)
    return Measures(
        width if is_shown else None,
        height if is_shown else None,
        pages if pages is not None and pages <= size else None,
        seconds if seconds is not None and seconds <= size else None,
    )


def _examined(file: BinaryIO, size: int, kind: Kind, media_type: str, *, sure: bool) -> Known:
    file.seek(0)
    match kind:
        case "image":
            picture = measure_picture(file, media_type)
            return Known(kind, media_type, picture.measures, picture)
        case "pdf":
            return Known(kind, media_type, measure_document(file))
        case "audio" if media_type != "audio/mp4":
            return Known(kind, media_type, measure_sound(file, media_type))
        case "audio" | "video":
            film = measure_film(file, media_type, size)
            if film.has_pictures and kind == "video":
                return Known(kind, media_type, film.measures, places=film.places)
            if media_type == "video/webm":
                raise NotTakenError("is sound in a WebM file. Save it as MP3 or WAV.")
            return Known("audio", "audio/mp4", Measures(seconds=film.measures.seconds))
        case "text":
            text = decode_text(file.read(LARGEST[kind] + 1) or b"")  # None where the system has no more yet
            if text is None:
                what, advice = described("", "")
                raise NotTakenError(f"is {what}. {advice}")
            if not sure and holds_private_key(text):
                raise NotTakenError(PRIVATE_KEY, asks=True)
    return Known(kind, media_type)


def refusal(name: str, error: NotTakenError) -> Refusal:
    """Return why the file `name` isn't attached."""
    return Refusal(f"“{one_line(name, _LONGEST_NAME)}” {error}", error.asks)


def too_large(kind: Kind, size: int) -> NotTakenError:
    """Return why a file isn't attached that has too many bytes."""
    said = f"{size / 1e9:,.1f} GB" if size >= 1e9 else f"{size / 1e6:,.1f} MB"
    return NotTakenError(f"is too large ({said}): {named(kind)} may have {LARGEST[kind] // 1_000_000} MB.")


def not_read(error: OSError) -> NotTakenError:
    """Return why a file isn't attached that the system doesn't let be read."""
    return NotTakenError(_WRONG.get(error.errno or 0, f"can't be read: {error.strerror or 'nobody knows why'}."))


def shown_name(name: str) -> str:
    """Return a file's name as text that anybody can write: what isn't UTF-8 in it is replaced."""
    return name.encode("utf-8", "replace").decode()
