"""A disk that refuses one step of those that write below a folder, or every step from one on."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

_BY_PATH = ("open", "mkdir", "replace", "rename", "unlink")
_BY_DESCRIPTOR = ("write", "fsync", "ftruncate")


class Disk:
    """Counts the steps and refuses some; what is elsewhere, and all that only reads, goes through.

    Args:
        patch: Puts this in the place of the system's calls.
        folder: Below which the disk refuses.
        error: The number of the error; 0: a write is only short, as a system may do it at any time.
        step: The first step that is refused; the first of all is 0.
        lasting: Whether every later one is refused too.
    """

    def __init__(self, patch: pytest.MonkeyPatch, folder: Path, error: int, step: int, *, lasting: bool) -> None:
        self.steps: list[str] = []
        """What was done, in its order."""
        self.refused = 0
        self._folder = str(folder)
        self._error = error
        self._step = step
        self._lasting = lasting
        self._open: set[int] = set()
        for name in _BY_PATH:
            patch.setattr(os, name, self._by_path(name, getattr(os, name)))
        for name in _BY_DESCRIPTOR:
            patch.setattr(os, name, self._by_descriptor(name, getattr(os, name)))
        self._close = os.close
        patch.setattr(os, "close", self.close)

    def close(self, descriptor: int) -> None:
        """Close a file: its number may be another's next."""
        self._open.discard(descriptor)
        self._close(descriptor)

    def _by_path(self, name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(path: Any, *arguments: Any, **named: Any) -> Any:
            if not (isinstance(path, str | os.PathLike) and os.fspath(path).startswith(self._folder)):
                return real(path, *arguments, **named)
            only_reads = name == "open" and arguments[0] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT) == 0
            if not only_reads and self._refuses(name, os.fspath(path)) and self._error:
                raise OSError(self._error, os.strerror(self._error), os.fspath(path))
            done = real(path, *arguments, **named)
            if name == "open":
                self._open.add(done)
            return done

        return call

    def _by_descriptor(self, name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(descriptor: int, *arguments: Any) -> Any:
            if descriptor not in self._open or not self._refuses(name, str(descriptor)):
                return real(descriptor, *arguments)
            if name == "write":  # a part is written in any case
                written = real(descriptor, bytes(arguments[0])[: (len(arguments[0]) + 1) // 2])
                if not self._error:
                    return written
            elif not self._error:
                return real(descriptor, *arguments)
            raise OSError(self._error, os.strerror(self._error))

        return call

    def _refuses(self, name: str, about: str) -> bool:
        place = len(self.steps)
        self.steps.append(f"{name} {about}")
        refuses = place >= self._step if self._lasting else place == self._step
        self.refused += refuses
        return refuses
