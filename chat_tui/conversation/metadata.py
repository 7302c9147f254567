"""What is said about a conversation as a whole: `conversation.toml`, small, replaced in one step."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from chat_tui.conversation.ids import created_at, format_time, is_id, parse_time
from chat_tui.conversation.values import Json
from chat_tui.paths import NotTomlError, private_directory, read_toml, replace_file

FILE_NAME = "conversation.toml"
VERSION = 1
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
KNOWN = frozenset(("v", "id", "title", "created", "tags", "pinned", "archived", "leaf", "settings"))


@dataclass(frozen=True, slots=True)
class Metadata:
    """A conversation's title, marks, place in its tree and own settings."""

    id: str
    created: datetime
    title: str = ""
    tags: tuple[str, ...] = ()
    pinned: bool = False
    archived: bool = False
    leaf: str | None = None
    """The last message of the branch that is shown, or an ancestor of it."""
    settings: Json = field(default_factory=dict)
    """Only what was changed in this chat; names are the wire's (`model`, `system`, `parameters`, …)."""
    unknown: Json = field(default_factory=dict)
    """Keys that this version doesn't know; written back unchanged."""
    newer: bool = False
    """A newer chat-tui wrote it: read, don't write."""

    @property
    def folder_name(self) -> str:
        return f"{self.created:%Y-%m-%d}-{self.id}"


def read_metadata(folder: Path) -> Metadata:
    """Return what `conversation.toml` says; what is missing or damaged in it is made up from the folder's name.

    Raises:
        FileNotFoundError: when `folder` is no conversation's.
    """
    identifier = folder.name[-26:]
    if not is_id(identifier):
        raise FileNotFoundError(f"{folder} is no conversation")
    try:
        data = read_toml(folder / FILE_NAME)
    except (OSError, NotTomlError):
        data = {}
    return Metadata(
        id=identifier,
        created=_time_or(data.get("created"), created_at(identifier)),
        title=_kind(data, "title", str, ""),
        tags=tuple(tag for tag in _kind(data, "tags", list, []) if isinstance(tag, str)),
        pinned=_kind(data, "pinned", bool, False),
        archived=_kind(data, "archived", bool, False),
        leaf=_kind(data, "leaf", str, None),
        settings=_kind(data, "settings", dict, {}),
        unknown={key: value for key, value in data.items() if key not in KNOWN},
        newer=_kind(data, "v", int, VERSION) > VERSION,
    )


def write_metadata(folder: Path, metadata: Metadata) -> None:
    """Replace `conversation.toml` in one step.

    Raises:
        OSError: when the disk doesn't take it; the old file is then still whole.
    """
    import tomli_w

    data: dict[str, Any] = {
        **metadata.unknown,
        "v": VERSION,
        "id": metadata.id,
        "title": metadata.title,
        "created": format_time(metadata.created),
        "tags": list(metadata.tags),
        "pinned": metadata.pinned,
        "archived": metadata.archived,
    }
    if metadata.leaf is not None:
        data["leaf"] = metadata.leaf
    data["settings"] = _plain(metadata.settings)
    private_directory(folder)
    # Several lines are easier to read as such, but then a carriage return would come back as the end of a line.
    text = tomli_w.dumps(data, multiline_strings=not _has_control(data))
    # TOML has no way to write a lone surrogate, not even escaped: the file would be lost for one character.
    replace_file(folder / FILE_NAME, text.encode("utf-8", "replace"))


def _plain(value: Any) -> Any:
    """Return mappings as dicts; TOML has no null, so what is null is left out."""
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items() if item is not None}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value


def _has_control(value: Any) -> bool:
    """Tell whether a string in `value` has a control character other than the tab and the end of a line."""
    if isinstance(value, str):
        return _CONTROL.search(value) is not None
    if isinstance(value, dict):
        return any(_has_control(item) for item in value.values())
    return isinstance(value, list) and any(_has_control(item) for item in value)


def _kind(data: Json, key: str, kind: type, default: Any) -> Any:
    value = data.get(key)
    return value if isinstance(value, kind) else default


def _time_or(value: Any, default: datetime) -> datetime:
    try:
        return parse_time(value.isoformat() if isinstance(value, datetime) else value)
    except (ValueError, TypeError, OverflowError):
        return default
