"""The right to write in one conversation: one process at a time has it, and it goes when the process dies."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from chat_tui.paths import FILE_MODE, private_directory

if TYPE_CHECKING:
    from filelock import FileLock

_ANOTHER = "Another chat-tui has this conversation open; continue it there, or close it there first."


class WriteLock:
    """A lock file.

    Args:
        path: Where it is, or will be.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.fault: OSError | None = None
        """Why the file can't be made: nobody else has the right either."""
        self._lock: FileLock | None = None

    @property
    def is_ours(self) -> bool:
        """Whether this process has the right."""
        return self._lock is not None

    def take(self) -> str:
        """Take the right if it is free, or `fault` why it can't be; return who has it else, as a sentence."""
        from filelock import FileLock, Timeout

        self.fault = None
        if self._lock is not None:
            return ""
        try:
            private_directory(self.path.parent)
            lock = FileLock(self.path, timeout=0, thread_local=False, mode=FILE_MODE)
            lock.acquire()
            self._lock = lock
        except Timeout:
            return _ANOTHER
        except OSError as error:
            self.fault = error
        return ""

    def release(self) -> None:
        """Give the right back."""
        if self._lock is not None:
            self._lock.release()
            self._lock = None
