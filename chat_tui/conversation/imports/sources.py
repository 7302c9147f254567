"""Where imported conversations come from: files, folders and archives, opened without trusting a byte of them."""

from __future__ import annotations

import errno
import os
import re
import stat
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from datetime import UTC, datetime
from functools import partial
from pathlib import Path, PurePosixPath
from typing import IO, Any, NamedTuple
from urllib.parse import unquote

from chat_tui.conversation.imports.found import Bring, NotImportableError

LARGEST_FILE = 100 * 1024 * 1024
"""Bytes of one picture or other file beside the conversations."""
_MOST_FILES = 200_000
_LARGEST_DIRECTORY = 64 * 1024 * 1024
_WORST_RATIO = 300
_HARMLESS = 100 * 1024 * 1024
_CONVERSATIONS = re.compile(r"(?i)conversations([-_ ]?\d+)?\.json")
_READABLE = (".json", ".jsonl", ".toml")
_FILE_ID = re.compile(r"file[-_][A-Za-z0-9]+")
_SQLITE = b"SQLite format 3\0"
_DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, RuntimeError, IndexError)
"""What the library raises for archives that are damaged in one way or the other; a file of ours can be read."""
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")


class Source(NamedTuple):
    """A text, or a database, that may hold conversations, and what lies beside it."""

    name: str
    """For people: the file, and where in an archive it is."""
    changed: datetime
    """When it was last written."""
    open: Callable[[], IO[bytes]]
    """Opens it; what it raises later is NotImportableError or OSError."""
    database: Path | None
    """The file, when it is a database."""
    asset: Callable[[str], tuple[str, Bring] | None]
    """Finds a file by the id that its name begins with: its name, and what brings it."""
    beside: Callable[[str], Bring | None]
    """Finds a file by its relative path."""


def sources(path: Path, stack: ExitStack) -> Iterator[Source]:
    """Yield what can be read at `path`: a file, the files in an archive, or those in a folder.

    Raises:
        NotImportableError: when it is nothing to read.
        OSError: when it can't be read.
    """
    if path.is_dir():
        yield from _in_folder(path)
        return
    # A pipe must not keep us waiting; what was there a moment ago may be something else now.
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0))
    file = stack.enter_context(os.fdopen(descriptor, "rb"))
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode):
        raise NotImportableError("It is no file: a pipe or a device can't be imported.")
    beginning = file.read(len(_SQLITE))
    file.seek(0)
    if beginning.startswith(_ZIP):
        yield from _in_archive(path, file, stack)
    else:
        database = path if beginning == _SQLITE else None
        folder = _Folder(path.parent)
        yield Source(path.name, _moment(status.st_mtime), lambda: file, database, folder.asset, folder.beside)


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(int(seconds), UTC)


# Folders


class _Folder:
    """The files in a folder and the folders in it, links not followed."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._known: dict[str, Path] | None = None

    def asset(self, identifier: str) -> tuple[str, Bring] | None:
        if self._known is None:
            self._known = {}
            for file in _files_in(self._path):
                if matched := _FILE_ID.match(file.name):
                    self._known.setdefault(matched[0], file)
        found = self._known.get(identifier)
        return None if found is None else (found.name, partial(_bytes_of, found))

    def beside(self, relative: str) -> Bring | None:
        parts = PurePosixPath(unquote(relative)).parts
        if not parts or len(parts) > 2 or any(part in ("..", "/") or "\0" in part for part in parts):
            return None
        file = self._path.joinpath(*parts)
        if any(place.is_symlink() for place in (file, file.parent) if place != self._path):
            return None
        return partial(_bytes_of, file) if file.is_file() else None


def _in_folder(path: Path) -> Iterator[Source]:
    named = sorted(file for file in _files_in(path) if file.suffix.lower() in _READABLE)
    chosen = [file for file in named if _CONVERSATIONS.fullmatch(file.name)] or [
        file for file in named if file.parent == path
    ]
    if not chosen:
        raise NotImportableError("It is a folder without conversations.json, and without other files to import.")
    folder = _Folder(path)
    for file in chosen:
        status = file.lstat()
        name = f"{path.name}/{file.relative_to(path)}"
        yield Source(name, _moment(status.st_mtime), partial(_binary, file), None, folder.asset, folder.beside)


def _binary(file: Path) -> IO[bytes]:
    return file.open("rb")


def _files_in(folder: Path, depth: int = 3) -> Iterator[Path]:
    """Yield the regular files under `folder`, not too deep and not too many."""
    left = [(folder, depth)]
    count = 0
    while left:
        place, more = left.pop()
        try:
            entries = list(os.scandir(place))
        except OSError:
            continue
        for entry in entries:
            count += 1
            if count > _MOST_FILES:
                return
            if entry.is_file(follow_symlinks=False):
                yield Path(entry.path)
            elif more and entry.is_dir(follow_symlinks=False):
                left.append((Path(entry.path), more - 1))


def _bytes_of(file: Path) -> bytes:
    descriptor = os.open(file, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
    with os.fdopen(descriptor, "rb") as opened:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode) or status.st_size > LARGEST_FILE:
            raise OSError(errno.EFBIG, os.strerror(errno.EFBIG), str(file))
        return opened.read()


# Archives: nothing is ever unpacked to a path that they name


def _in_archive(path: Path, file: IO[bytes], stack: ExitStack) -> Iterator[Source]:
    _check_directory(file)
    try:
        archive = stack.enter_context(zipfile.ZipFile(file))
    except _DAMAGED:
        raise NotImportableError("It is a damaged archive.") from None
    members = [member for member in archive.infolist() if member.filename and not member.is_dir()]
    named = [member for member in members if PurePosixPath(member.filename).suffix.lower() in _READABLE]
    chosen = [member for member in named if _CONVERSATIONS.fullmatch(PurePosixPath(member.filename).name)] or named
    if not chosen:
        raise NotImportableError("It is an archive without conversations.json, and without other files to import.")
    assets: dict[str, zipfile.ZipInfo] = {}
    for member in members:
        if matched := _FILE_ID.match(PurePosixPath(member.filename).name):
            assets.setdefault(matched[0], member)
    names = {member.filename: member for member in members}

    def asset(identifier: str) -> tuple[str, Bring] | None:
        found = assets.get(identifier)
        return None if found is None else (PurePosixPath(found.filename).name, partial(_member, archive, found))

    for member in sorted(chosen, key=lambda member: member.filename):
        folder = PurePosixPath(member.filename).parent

        def beside(relative: str, folder: PurePosixPath = folder) -> Bring | None:
            found = names.get(str(folder / unquote(relative)))
            return None if found is None else partial(_member, archive, found)

        yield Source(
            f"{path.name}: {member.filename}", _changed(member), partial(_opened, archive, member), None, asset, beside
        )


def _changed(member: zipfile.ZipInfo) -> datetime:
    try:
        return datetime(*member.date_time, tzinfo=UTC)
    except ValueError:
        return datetime(1980, 1, 1, tzinfo=UTC)


def _check_directory(file: IO[bytes]) -> None:
    """Refuse an archive whose list of files alone would fill the memory."""
    size = file.seek(0, os.SEEK_END)
    start = max(0, size - 65_557)  # the end record and its longest comment
    file.seek(start)
    tail = file.read()
    file.seek(0)
    place = tail.rfind(b"PK\x05\x06")
    if place < 0:
        raise NotImportableError("It is a damaged archive: its end is missing. Download it again.")
    directory = int.from_bytes(tail[place + 12 : place + 16], "little")
    locator = tail[max(0, place - 20) : place]
    if directory == 0xFFFFFFFF and locator.startswith(b"PK\x06\x07"):
        file.seek(min(int.from_bytes(locator[8:16], "little"), size))
        directory = int.from_bytes(file.read(56)[40:48], "little")
        file.seek(0)
    if directory > _LARGEST_DIRECTORY:
        raise NotImportableError("It is an archive of too many files.")


class _Member:
    """A file in an archive, read forward; its faults are ours."""

    def __init__(self, opened: IO[bytes]) -> None:
        self._opened = opened

    def read(self, size: int = -1) -> bytes:
        try:
            return self._opened.read(size)
        except _DAMAGED:
            raise NotImportableError("It is a damaged archive. Download it again.") from None

    def close(self) -> None:
        self._opened.close()


def _opened(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Any:
    ratio = member.file_size / max(member.compress_size, 1)
    if member.file_size > _HARMLESS and ratio > _WORST_RATIO:
        raise NotImportableError("It unpacks to far more than any conversation: it isn't what it says.")
    try:
        return _Member(archive.open(member))
    except _DAMAGED:
        raise NotImportableError("It is a damaged or encrypted archive.") from None


def _member(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes:
    if member.file_size > LARGEST_FILE:
        raise OSError(errno.EFBIG, os.strerror(errno.EFBIG), member.filename)
    try:
        with closing(_opened(archive, member)) as opened:
            content: bytes = opened.read(LARGEST_FILE + 1)
    except NotImportableError as error:
        raise OSError(errno.EIO, str(error), member.filename) from None
    return content
