"""Keeping what is attached: a copy under its digest, with what is done to it before it is sent."""

from __future__ import annotations

import errno
import hashlib
import os
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from chat_tui.attachments.kinds import LARGEST
from chat_tui.attachments.pictures import change_picture
from chat_tui.attachments.reading import (
    Known,
    examine,
    identify,
    not_read,
    open_named,
    refusal,
    shown_name,
    too_large,
)
from chat_tui.attachments.texts import utf8
from chat_tui.attachments.values import Kind, NotTakenError, Refusal, Staged, Wishes
from chat_tui.conversation.ids import new_id
from chat_tui.conversation.media_types import ending_of
from chat_tui.conversation.values import FilePart
from chat_tui.paths import FILE_MODE, private_directory, sync_directory

_BLOCK = 1 << 20


def stage(path: Path, folder: Path, wishes: Wishes, *, sure: bool = False, name: str = "") -> Staged | Refusal:
    """Copy a file into `folder` as it will be sent; it blocks, and never raises for what the file or the disk is.

    It is copied first: what is looked at is what is sent, whatever becomes of the file.

    Args:
        path: Anything that somebody named.
        folder: Where it is kept, as `<sha256>.<ending>`; made when it isn't there.
        wishes: What is to be done to pictures.
        sure: It is meant, though it looks like a key or is in a hidden folder.
        name: What it is called, when not as `path` is.
    """
    called = name or path.name or str(path)
    temporary = folder / f".{new_id()}.new"
    try:
        with open_named(path, sure=sure) as source:
            kind, media_type = identify(source, os.fstat(source.fileno()).st_size, called)
            source.seek(0)
            private_directory(folder)
            with _created(temporary) as copy:
                size, digest = _copy(source, copy, kind)
                known = examine(copy, size, kind, media_type, sure=sure)
        return _kept(temporary, size, digest, shown_name(called), known, wishes)
    except NotTakenError as error:
        return refusal(called, error)
    except OSError as error:
        return refusal(called, _not_kept(error))
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)


def _copy(source: BinaryIO, copy: BinaryIO, kind: Kind) -> tuple[int, str]:
    """Copy a file, which may grow meanwhile; return its bytes and their SHA-256.

    Raises:
        NotTakenError: when it can't be read, or gets too large.
        OSError: when the copy can't be written.
    """
    digest = hashlib.sha256()
    size = 0
    while block := _read(source):
        size += len(block)
        if size > LARGEST[kind]:
            raise too_large(kind, size)
        digest.update(block)
        copy.write(block)
    if not size:
        raise NotTakenError("is empty.")
    copy.flush()
    os.fsync(copy.fileno())
    return size, digest.hexdigest()


def _read(source: BinaryIO) -> bytes:
    try:
        return source.read(_BLOCK)
    except OSError as error:
        raise not_read(error) from None


def _kept(temporary: Path, size: int, digest: str, name: str, known: Known, wishes: Wishes) -> Staged:
    """Give a copy its name, after doing to it what is to be done."""
    media_type, measures = known.media_type, known.measures
    plan = known.plan(wishes)
    note = plan.note(media_type, measures)
    changed: bytes | None = None
    if known.picture is None and plan.changes:
        digest = _blanked(temporary, known.places)
    elif plan.changes:
        changed, media_type, new = change_picture(temporary.read_bytes(), media_type, plan)
        measures = new or measures
    elif known.kind == "text" and (text := utf8(content := temporary.read_bytes())) != content:
        changed, note = text, "made UTF-8"
    if changed is not None:
        with _created(temporary) as file:
            size, digest = file.write(changed), hashlib.sha256(changed).hexdigest()
            file.flush()
            os.fsync(file.fileno())
    if known.kind != "text" and (media_type != known.media_type or not Path(name).suffix):
        name = f"{Path(name).stem or 'file'}.{ending_of(media_type)}"
    temporary.replace(temporary.with_name(f"{digest}.{ending_of(media_type)}"))
    sync_directory(temporary.parent)
    return Staged(FilePart(digest, media_type, name, size, *measures), note)


def _blanked(path: Path, places: tuple[tuple[int, int], ...]) -> str:
    """Write spaces at `places` in a file, and return the SHA-256 of what is in it then."""
    with path.open("r+b") as file:
        for start, length in places:
            file.seek(start)
            file.write(b" " * length)
        file.flush()
        os.fsync(file.fileno())
        file.seek(0)
        return hashlib.file_digest(file, "sha256").hexdigest()


def _created(path: Path) -> BinaryIO:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0), FILE_MODE)
    return os.fdopen(descriptor, "w+b")


def _not_kept(error: OSError) -> NotTakenError:
    why = error.strerror or "nobody knows why"
    advice = (
        "Make room on the disk." if error.errno in (errno.ENOSPC, errno.EDQUOT) else "Mend that, and attach it again."
    )
    return NotTakenError(f"can't be kept with the draft: {why}. {advice}")
