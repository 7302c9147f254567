"""The file of what receipts taught about a server's models: how their tokens compare with our count of them."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from chat_tui.cost.calibration import MOST, Learned
from chat_tui.engine.catalogue_files import server_folder
from chat_tui.paths import private_directory, replace_file

VERSION = 1
FILE_NAME = "tokens.json"
MOST_MODELS = 200
_LARGEST_COUNT = 10**9
_log = logging.getLogger(__name__)


class Calibration:
    """What is known of one server's models, by the id that was asked for; every method blocks.

    It is derived: what is broken, of another server or of a newer version counts as not there.

    Args:
        cache: The folder of all caches; None keeps nothing.
        origin: The server.
    """

    def __init__(self, cache: Path | None, origin: str) -> None:
        self._file = None if cache is None else server_folder(cache, origin) / FILE_NAME
        self._origin = origin
        self._models: dict[str, Learned] | None = None
        self._using = threading.Lock()

    def of(self, model: str) -> Learned:
        """Return what is known of `model`."""
        with self._using:
            return self._known().get(model, Learned())

    def of_all(self) -> Learned:
        """Return what is known of all models together."""
        with self._using:
            prompts = [pair for learned in self._known().values() for pair in learned.prompts]
        return Learned(tuple(prompts))

    def note(self, model: str, counted: float, prompt_tokens: int | None, reply_tokens: int | None) -> None:
        """Take in one receipt, with what others learned meanwhile; a disk that refuses costs no more than that."""
        with self._using:
            models = {**self._known(), **self._read()}
            learned = models.pop(model, Learned()).with_receipt(counted, prompt_tokens, reply_tokens)
            models[model] = learned  # the last: what is asked most stays when there are too many
            self._models = dict(list(models.items())[-MOST_MODELS:])
            self._write()

    def _known(self) -> dict[str, Learned]:
        if self._models is None:
            self._models = self._read()
        return self._models

    def _read(self) -> dict[str, Learned]:
        if self._file is None:
            return {}
        try:
            whole = json.loads(self._file.read_text("utf-8"))
        except (OSError, ValueError, RecursionError):
            return {}
        if not isinstance(whole, dict) or (whole.get("v"), whole.get("server")) != (VERSION, self._origin):
            return {}
        models = whole.get("models")
        return {str(name): _learned(row) for name, row in models.items()} if isinstance(models, dict) else {}

    def _write(self) -> None:
        if self._file is None or self._models is None:
            return
        rows = {name: {"prompts": known.prompts, "replies": known.replies} for name, known in self._models.items()}
        whole = json.dumps({"v": VERSION, "server": self._origin, "models": rows})
        try:
            private_directory(self._file.parent)
            replace_file(self._file, f"{whole}\n".encode("utf-8", "replace"))
        except OSError as error:
            _log.warning("What receipts teach could not be kept: %s", error.strerror or error)


def _learned(row: object) -> Learned:
    if not isinstance(row, Mapping):
        return Learned()
    prompts = [
        (float(pair[0]), int(pair[1]))
        for pair in _list(row, "prompts")
        if isinstance(pair, list) and len(pair) == 2 and all(map(_is_count, pair))
    ]
    replies = [int(count) for count in _list(row, "replies") if _is_count(count)]
    return Learned(tuple(prompts[-MOST:]), tuple(replies[-MOST:]))


def _list(row: Mapping[str, Any], name: str) -> list[Any]:
    found = row.get(name)
    return found if isinstance(found, list) else []


def _is_count(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < _LARGEST_COUNT
