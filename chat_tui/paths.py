"""Where everything is: the folders for configuration, data, cache and state, and how files are read and written."""

from __future__ import annotations

import errno
import os
import stat
import tomllib
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, NoReturn

DIRECTORY_MODE = 0o700
FILE_MODE = 0o600
_DEEPEST_TABLE = 50
_LARGEST_INTEGER = 2**63
_LARGEST_FILE = 10 * 2**20  # bytes; nobody writes as much by hand, and a reader of TOML takes seconds for it


class NoFolderError(Exception):
    """A sentence: a folder's name leads nowhere, and what to correct."""


class NotTomlError(ValueError):
    """Why a file isn't TOML, as the end of a sentence; it may quote the file."""


class Paths(NamedTuple):
    """The four folders that chat-tui reads and writes; nothing is created before it is needed."""

    config: Path
    data: Path
    cache: Path
    state: Path

    @classmethod
    def find(
        cls,
        environment: Mapping[str, str],
        *,
        data: Path | None = None,
        config: Path | None = None,
    ) -> Paths:
        """Return the folders that flags, then the environment, then the system name.

        Raises:
            NoFolderError: when one begins with a home (`~`, `~name`) that this system doesn't know.
        """
        import platformdirs

        def folder(flag: Path | None, variable: str, default: Path) -> Path:
            named = flag or Path(environment.get(variable) or default)
            try:
                return named.expanduser().absolute()
            except RuntimeError:
                _no_home(named, variable)

        dirs = platformdirs.PlatformDirs("chat-tui", appauthor=False)
        return cls(
            config=folder(config, "CHAT_TUI_CONFIG_DIR", dirs.user_config_path),
            data=folder(data, "CHAT_TUI_DATA_DIR", dirs.user_data_path),
            cache=folder(None, "CHAT_TUI_CACHE_DIR", dirs.user_cache_path),
            state=folder(None, "CHAT_TUI_STATE_DIR", dirs.user_state_path),
        )

    @classmethod
    def under(cls, root: Path) -> Paths:
        """Return four folders under one: the demo's, a test's."""
        return cls(root / "config", root / "data", root / "cache", root / "state")

    @property
    def conversations(self) -> Path:
        return self.data / "conversations"

    @property
    def trash(self) -> Path:
        return self.data / "trash"

    @property
    def ledger(self) -> Path:
        return self.data / "ledger.jsonl"

    @property
    def drafts(self) -> Path:
        return self.state / "drafts"

    @property
    def viewing(self) -> Path:
        """Where this process puts copies for viewers."""
        return self.state / "viewing" / str(os.getpid())

    @property
    def credentials(self) -> Path:
        return self.config / "credentials.toml"

    @property
    def settings(self) -> Path:
        return self.config / "config.toml"

    @property
    def themes(self) -> Path:
        return self.config / "themes"

    @property
    def presets(self) -> Path:
        return self.config / "presets"

    @property
    def log(self) -> Path:
        return self.state / "chat-tui.log"


def private_directory(path: Path) -> Path:
    """Create `path` and its missing parents on disk, readable by their owner only, and return it."""
    if not path.is_dir():
        private_directory(path.parent)
        path.mkdir(mode=DIRECTORY_MODE, exist_ok=True)
        with suppress(PermissionError):  # a parent that can't be listed can't be synced either
            sync_directory(path.parent)
    return path


def read_toml(path: Path) -> dict[str, Any]:
    """Return the TOML in `path`.

    Raises:
        OSError: when the file can't be read.
        NotTomlError: when it holds something else, as `parse_toml` says.
    """
    return parse_toml(read_file(path))


def read_file(path: Path) -> bytes:
    """Return what a file that a person may have written holds.

    Raises:
        OSError: when it can't be read; also when it is no plain file, which may never end, or far too large.
    """
    found = path.stat()
    if not stat.S_ISREG(found.st_mode) and not stat.S_ISDIR(found.st_mode):
        raise OSError(errno.EINVAL, "Not a plain file", str(path))
    if found.st_size > _LARGEST_FILE:
        raise OSError(errno.EFBIG, f"Larger than {_LARGEST_FILE >> 20} MiB", str(path))
    return path.read_bytes()


def open_plain(path: Path) -> BinaryIO:
    """Open a file to be read; what stands in its place and may never end, or never begin, is refused.

    Raises:
        OSError: when it can't be opened, or is no plain file.
    """
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(errno.EINVAL, "Not a plain file", str(path))
        return os.fdopen(descriptor, "rb")
    except BaseException:
        os.close(descriptor)
        raise


def parse_toml(content: bytes) -> dict[str, Any]:
    """Return the TOML in `content`: no deeper than anything here needs, integers as TOML has them, of 64 bits.

    Raises:
        NotTomlError: when it is something else.
    """
    try:
        data = tomllib.loads(content.decode("utf-8-sig"))
    except RecursionError:
        raise NotTomlError("it is nested too deeply") from None
    except ValueError as error:
        # The decoder has words of its own for faults; other errors, of bytes and of long numbers, are Python's.
        known = isinstance(error, tomllib.TOMLDecodeError | UnicodeDecodeError)
        raise NotTomlError(str(error) if known else "a number in it is too long") from None
    _check_toml(data)
    return data


def _check_toml(value: Any, depth: int = 0) -> None:
    if depth > _DEEPEST_TABLE:
        raise NotTomlError("it is nested too deeply")
    if isinstance(value, int) and not -_LARGEST_INTEGER <= value < _LARGEST_INTEGER:
        raise NotTomlError("a number in it is too long")
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for item in inner:
        _check_toml(item, depth + 1)


def replace_file(
    path: Path, content: bytes | Iterable[bytes], *, mode: int = FILE_MODE, instead_of: bytes | None = None
) -> bool:
    """Write `content` to `path` in one step: a reader, or a crash, sees the old file or the new one, whole.

    Args:
        path: The file, there or not; no link.
        content: All that it will hold; bytes may come a little at a time.
        mode: Its rights.
        instead_of: What it has to hold, as `_held` says, lest somebody's change be lost; None: anything.

    Returns:
        Whether it was written: it held what it had to.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.new")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, FILE_MODE)
    try:
        try:
            for piece in (content,) if isinstance(content, bytes) else content:
                write_all(descriptor, piece)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        if mode != FILE_MODE:
            temporary.chmod(mode)
        if instead_of is not None and _held(path) != instead_of:
            temporary.unlink()
            return False
        temporary.replace(path)
    except BaseException:
        with suppress(OSError):  # why it failed matters more than what it leaves
            temporary.unlink(missing_ok=True)
        raise
    sync_directory(path.parent)
    return True


def change_file(path: Path, change: Callable[[bytes], bytes]) -> None:
    """Replace what a person's file holds with what `change` makes of it; its rights stay, and a link stays one.

    When somebody else writes it meanwhile, the change is made again, to what they wrote.

    Args:
        path: The file; when there is none it is made, private.
        change: From what it holds, nothing when there is none, to what it will hold.

    Raises:
        OSError: when it can't be read, or not be written: it is then as before. Whatever `change` raises.
    """
    while (after := change(before := _held(path))) != before:
        whole = path.resolve()
        private_directory(whole.parent)
        is_there = whole.exists()
        if is_there and not os.access(whole, os.W_OK):  # to be replaced it would need no more than its folder's rights
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(whole))
        mode = stat.S_IMODE(whole.stat().st_mode) if is_there else FILE_MODE
        if replace_file(whole, after, mode=mode, instead_of=before):
            return


def _held(path: Path) -> bytes:
    """Return what `path` holds; nothing when there is no such file."""
    try:
        return read_file(path)
    except FileNotFoundError:
        return b""


def write_all(descriptor: int, content: bytes) -> None:
    """Write `content` to an open file, however little of it the system takes at a time.

    Raises:
        OSError: when it takes no more; the beginning of `content` is then written.
    """
    rest = memoryview(content)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def sync_directory(path: Path) -> None:
    """Put the names in `path` on disk: a new file survives a power cut only when its folder does."""
    if os.name != "posix":
        return  # Windows can't open a folder; it journals names itself.
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _no_home(named: Path, variable: str) -> NoReturn:
    flag = {"CHAT_TUI_DATA_DIR": " or --data-dir", "CHAT_TUI_CONFIG_DIR": " or --config-dir"}.get(variable, "")
    raise NoFolderError(
        f"The folder “{named}” begins with a home that this system doesn't know. "
        f"Give a whole path with {variable}{flag}, or set HOME."
    )
