"""Exports as files: never half written, never over something else unasked."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

from chat_tui.conversation.exports.excerpt import Excerpt
from chat_tui.conversation.exports.formats import written
from chat_tui.conversation.exports.names import safe_name
from chat_tui.conversation.media_types import ending_of
from chat_tui.conversation.values import FilePart
from chat_tui.paths import FILE_MODE, private_directory, sync_directory
from chat_tui.text import one_line

_NO_LINKS = {errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK, errno.EACCES}
_LONGEST_STEM = 80


class Written(NamedTuple):
    """What an export wrote."""

    path: Path
    missing: list[str]
    """The names of files that the conversation refers to and that can't be read."""
    telltale: int = 0
    """How many texts in it hold something like a key."""

    @property
    def warnings(self) -> list[str]:
        """What a person should know of it, as sentences."""
        return warnings(self.missing, self.telltale)


def warnings(missing: Sequence[str], telltale: int) -> list[str]:
    """Return sentences about files that are `missing`, and about texts that hold something like a key."""
    names = f"Without {len(missing):,} file(s) that can't be read: {', '.join(missing[:5])}."
    keys = f"{telltale:,} text(s) of yours or a model's hold something like a key; they leave as they were written."
    return [*([names] if missing else ()), *([keys] if telltale else ())]


def file_for(named: Path, title: str, form: str) -> Path:
    """Return the file to write when a person named `named`: in a folder, one with the conversation's title."""
    return named / safe_name(title, form) if named.is_dir() else named


def write_excerpt(path: Path, excerpt: Excerpt, form: str, *, beside: bool = False, replace: bool = False) -> Written:
    """Write `excerpt` to the file `path`; its files, if they are to lie `beside` it, to a folder named after it.

    Raises:
        FileExistsError: when there is something, and it is not to be replaced.
        OSError: when the disk doesn't take it; what was there before is then still whole.
    """
    check_free(path, replace=replace)
    missing = [part for part in excerpt.files if not _can_be_read(excerpt, part)]
    names = [one_line(part.name, 60) for part in missing]
    if not beside or form == "html":
        write_file(path, written(excerpt, form), replace=replace)
        return Written(path, names, excerpt.telltale)
    folder = path.with_name(f"{path.stem[:_LONGEST_STEM]}-files")

    def place(part: FilePart) -> str:
        return "" if part in missing else f"{quote(folder.name)}/{part.sha256}.{ending_of(part.media_type)}"

    for part in excerpt.files:
        with suppress(FileExistsError):  # named after what is in it
            if part not in missing:
                private_directory(folder)
                write_file(folder / f"{part.sha256}.{ending_of(part.media_type)}", [excerpt.read_file(part)])
    write_file(path, written(excerpt, form, place), replace=replace)
    return Written(path, names, excerpt.telltale)


def check_free(path: Path, *, replace: bool) -> None:
    """Do nothing where `path` can be written.

    Raises:
        FileExistsError: when there is a file, and it is not to be replaced; or a folder.
    """
    try:
        mode = path.lstat().st_mode
    except FileNotFoundError:
        return
    if path.is_dir() or ((stat.S_ISREG(mode) or stat.S_ISLNK(mode)) and not replace):
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path))


def write_file(path: Path, content: Iterable[bytes], *, replace: bool = False) -> None:
    """Write `content` to `path` so that it is there whole or not at all; a pipe or a device just gets it.

    Raises:
        FileExistsError: when there is something, and it is not to be replaced.
        OSError: when the disk doesn't take it.
    """
    check_free(path, replace=replace)
    if path.exists() and not path.is_file():
        with path.open("wb") as device:
            device.writelines(content)
        return
    temporary = path.with_name(f".chat-tui-{os.getpid()}-{os.urandom(4).hex()}.new")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE_MODE)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.writelines(content)
            file.flush()
            os.fsync(file.fileno())
        if replace:
            temporary.replace(path)
        else:
            _name(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
    with suppress(OSError):  # a folder that can be written to, but not read
        sync_directory(path.parent)


def _name(temporary: Path, path: Path) -> None:
    """Give what is written its name, unless something has it by now."""
    try:
        path.hardlink_to(temporary)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        check_free(path, replace=False)
        temporary.replace(path)


def _can_be_read(excerpt: Excerpt, part: FilePart) -> bool:
    try:
        excerpt.read_file(part)
    except OSError:
        return False
    return True
