"""The log: a file for what a developer needs after a fault; nothing of it on the screen, no key and no prompt in it."""

from __future__ import annotations

import logging
import os
import traceback
from logging import Handler, LogRecord
from pathlib import Path
from types import TracebackType

_LARGEST = 1_000_000  # bytes
_OLDER_FILES = 2
_LONGEST_CHAIN = 10

_ExceptionInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


def begin() -> None:
    """Send what chat-tui logs to its file, and nowhere else."""
    logger = logging.getLogger("chat_tui")
    if not any(isinstance(handler, _LogFile) for handler in logger.handlers):
        logger.addHandler(_LogFile())
    logger.propagate = False


class _LogFile(Handler):
    """The file, which is opened for the first record: most runs have none."""

    def __init__(self) -> None:
        super().__init__()
        self._target: Handler | None = None

    def emit(self, record: LogRecord) -> None:
        if self._target is None:
            self._target = _open()
        self._target.handle(record)

    def close(self) -> None:
        if self._target is not None:
            self._target.close()
        super().close()


class _Formatter(logging.Formatter):
    """Where an exception came from and of which kind it is, but not its words: they may quote a prompt or a key."""

    def formatException(self, ei: _ExceptionInfo) -> str:  # noqa: N802 - the library's name
        lines: list[str] = []
        error = ei[1]
        while error is not None and len(lines) < _LONGEST_CHAIN:
            kind = type(error)
            lines.append(f"{kind.__module__}.{kind.__qualname__}\n" + "".join(traceback.format_tb(error.__traceback__)))
            error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
        return "caused by: ".join(lines).rstrip()


def _open() -> Handler:
    """Return a handler that writes the log's file, or one that forgets when there can be no such file."""
    from logging.handlers import RotatingFileHandler

    from chat_tui.paths import FILE_MODE, NoFolderError, Paths, private_directory

    class PrivateFile(RotatingFileHandler):
        def _open(self):  # type: ignore[no-untyped-def]  # as the library has it
            return open(  # only this one takes the rights of a new file
                self.baseFilename, self.mode, encoding="utf-8", errors="replace", opener=_private
            )

        def handleError(self, record: LogRecord) -> None:  # noqa: N802 - the library's name
            """Do nothing: a full disk is no reason to write over the screen."""

    def _private(path: str, flags: int) -> int:
        return os.open(path, flags, FILE_MODE)

    try:
        file = Paths.find(os.environ).log
        private_directory(file.parent)
        handler: Handler = PrivateFile(Path(file), maxBytes=_LARGEST, backupCount=_OLDER_FILES)
    except (OSError, NoFolderError):
        return logging.NullHandler()
    handler.setFormatter(_Formatter("%(asctime)s %(levelname)s %(name)s [%(process)d] %(message)s"))
    return handler
