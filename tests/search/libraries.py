"""Small libraries on disk, and the plainest search that there could be, to compare with."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from chat_tui.conversation.folder import Folder
from chat_tui.conversation.ids import created_at, new_id
from chat_tui.conversation.metadata import Metadata
from chat_tui.conversation.records import encode_message
from chat_tui.conversation.values import Message
from chat_tui.engine.index import Index
from chat_tui.engine.index_found import Found
from chat_tui.paths import Paths


@dataclass
class Shelf:
    """Conversations under one data folder."""

    paths: Paths
    folders: list[Folder] = field(default_factory=list)

    @classmethod
    def under(cls, root: Path) -> Shelf:
        """Return an empty one."""
        return cls(Paths.under(root))

    def add(
        self,
        *messages: Message,
        title: str = "",
        tags: tuple[str, ...] = (),
        pinned: bool = False,
        archived: bool = False,
    ) -> Folder:
        """Write a conversation."""
        identifier = new_id()
        metadata = Metadata(identifier, created_at(identifier), title, tags, pinned, archived)
        folder = Folder(self.paths.conversations / metadata.folder_name)
        folder.write_metadata(metadata)
        folder.journal.write_bytes(b"".join(map(encode_message, messages)))  # without a sync for each
        self.folders.append(folder)
        return folder


def reference(texts: Sequence[str], wanted: Sequence[Sequence[str]], without: Sequence[str] = ()) -> list[int]:
    """Return the places of the texts that have one of each of `wanted` and none of `without`, all of letters."""

    def plain(text: str) -> str:
        split = unicodedata.normalize("NFKD", text).lower()
        return f" {' '.join(''.join(c for c in split if not unicodedata.combining(c)).split())} "

    def has(text: str, term: str) -> bool:
        return f" {plain(term.removesuffix('*')).strip()}{'' if term.endswith('*') else ' '}" in plain(text)

    return [
        place
        for place, text in enumerate(texts)
        if all(any(has(text, term) for term in one) for one in wanted) and not any(has(text, term) for term in without)
    ]


def texts(found: Found) -> list[str]:
    """Return what was found, each in its snippet."""
    return [match.snippet for match in found.matches]


def searched(index: Index, text: str) -> list[str]:
    """Return what is found once the index is up to date."""
    index.update()
    return texts(index.search(text))
