"""The cache of a server's catalogue: its reply as it came, and its answers about all models."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from chat_tui.conversation.ids import format_time, parse_time
from chat_tui.engine.entries import entry_of
from chat_tui.models.known import Answer
from chat_tui.models.search import Index
from chat_tui.paths import private_directory, replace_file

VERSION = 1
MOST_ANSWERS = 50
_log = logging.getLogger(__name__)


def server_folder(cache: Path, origin: str) -> Path:
    """Return the folder of a server's caches."""
    return cache / re.sub(r"[^a-z0-9.]+", "-", origin.lower()).strip("-")


class CatalogueFiles:
    """The files for one server; all of them can be thrown away. Every method blocks.

    What is broken, of another server or of a newer version counts as not there.

    Args:
        cache: The folder of all caches; None keeps nothing.
        origin: What the server's folder is named by.
        base_url: What else tells servers apart.
    """

    def __init__(self, cache: Path | None, origin: str, base_url: str) -> None:
        self._folder = None if cache is None else server_folder(cache, origin)
        self._base_url = base_url

    def read_models(self) -> tuple[Index, datetime] | None:
        """Return the models and when the server told them."""
        from chat_tui.openrouter.catalogue import ModelList

        read = self._read("models.json")
        if read is None:
            return None
        text, whole = read
        try:
            listed = ModelList.of(whole.get("models"), text)
            fetched = parse_time(whole["fetched"])
        except (ValueError, KeyError, TypeError):
            return None
        return (Index(map(entry_of, listed.data)), fetched) if listed.data else None

    def write_models(self, text: str, fetched: datetime) -> None:
        """Keep the server's reply, which is JSON, as it came."""
        self._write("models.json", fetched, "models", text)

    def read_answers(self) -> dict[str, Answer]:
        """Return the answers by their questions."""
        read = self._read("answers.json")
        rows = read[1].get("answers") if read else None
        answers = {}
        for question, row in rows.items() if isinstance(rows, dict) else ():
            try:
                ids = frozenset(name for name in row["ids"] if isinstance(name, str))
                answers[question] = Answer("told", ids, parse_time(row["at"]))
            except (ValueError, KeyError, TypeError):
                continue
        return answers

    def write_answers(self, answers: Mapping[str, Answer], now: datetime) -> None:
        """Keep the last answers."""
        told = [(answer.at, question, answer.ids) for question, answer in answers.items() if answer.at and answer.ids]
        rows = {
            question: {"at": format_time(at), "ids": sorted(ids)} for at, question, ids in sorted(told)[-MOST_ANSWERS:]
        }
        self._write("answers.json", now, "answers", json.dumps(rows))

    def _read(self, name: str) -> tuple[str, dict[str, Any]] | None:
        from chat_tui.openrouter.catalogue import decode_list

        if self._folder is None:
            return None
        try:
            text = (self._folder / name).read_text("utf-8")
            whole = decode_list(text)
        except (OSError, ValueError):
            return None
        if not isinstance(whole, dict) or (whole.get("v"), whole.get("server")) != (VERSION, self._base_url):
            return None
        return text, whole

    def _write(self, name: str, fetched: datetime, key: str, text: str) -> None:
        """Write one object; a disk that refuses costs the cache only."""
        if self._folder is None:
            return
        head = json.dumps({"v": VERSION, "server": self._base_url, "fetched": format_time(fetched)})
        whole = f'{head[:-1]}, "{key}": {text}}}\n'
        try:
            private_directory(self._folder)
            replace_file(self._folder / name, whole.encode("utf-8", "replace"))
        except OSError as error:
            _log.warning("The catalogue could not be kept: %s", error.strerror or error)
