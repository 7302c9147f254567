"""What an import finds: conversations as records, their files, and what had no place here."""

from __future__ import annotations

import base64
import hashlib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from chat_tui.conversation.media_types import media_type_of
from chat_tui.conversation.metadata import Metadata
from chat_tui.conversation.pictures import decode_picture
from chat_tui.conversation.records import encode_message
from chat_tui.conversation.values import FilePart, LinkPart, Message, Part, UnknownPart
from chat_tui.text import one_line

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_EPOCH = datetime.fromtimestamp(0, UTC)
_LAST = datetime(9999, 1, 1, tzinfo=UTC)
TITLE_LENGTH = 60


class NotImportableError(Exception):
    """Why something can't be imported, as a sentence with what to do."""


Bring = Callable[[], bytes]
"""Brings a file's bytes; raises OSError."""


@dataclass(slots=True)
class Found:
    """A conversation in what is imported."""

    metadata: Metadata
    source: str
    """What wrote it, for people: `ChatGPT`."""
    records: list[bytes] = field(default_factory=list)
    """Lines of a journal."""
    messages: list[Message] = field(default_factory=list)
    """The messages among the records, for counting and comparing."""
    files: dict[FilePart, Bring] = field(default_factory=dict)
    left_out: Counter[str] = field(default_factory=Counter)
    """What had no place here, by kind, for people: `3 system messages after the first`."""

    def add(self, message: Message) -> None:
        """Take a message of this conversation."""
        self.messages.append(message)
        self.records.append(encode_message(message))

    def attach(self, content: bytes, media_type: str, name: str) -> FilePart:
        """Take a file that is at hand."""
        part = FilePart(hashlib.sha256(content).hexdigest(), media_type, one_line(name, 200) or "file", len(content))
        self.files[part] = lambda: content
        return part

    def picture(self, url: str) -> Part:
        """Take the picture in a `data:` URL; one that is elsewhere stays there, and a damaged one is mentioned."""
        picture = decode_picture(url)
        if isinstance(picture, LinkPart):
            return picture
        if isinstance(picture, UnknownPart):
            self.left_out["pictures that are elsewhere or damaged"] += 1
            return picture
        return self.attach(picture.content, picture.media_type, picture.name)

    def encoded(self, data: object, media_type: str, name: str) -> Part:
        """Take a file that is there as base64."""
        if isinstance(data, str):
            if data.startswith("data:"):
                return self.picture(data)
            try:
                content = base64.b64decode("".join(data.split()), validate=True)
            except ValueError:
                return self.missing(name)
            return self.attach(content, media_type_of(content) or media_type, name)
        return self.missing(name)

    def missing(self, name: str) -> UnknownPart:
        """Mention a file that isn't in what is imported."""
        self.left_out["files that are not in it"] += 1
        return UnknownPart({"type": "missing_file", "name": one_line(name, 200)})


def stable_id(moment: datetime | None, *names: object) -> str:
    """Return an identifier that is the same for the same `names`, at the time of `moment` among others.

    Args:
        moment: When it was made; None when the source doesn't say: it must not say something else the next time.
        names: Which source, which of its conversations, which message.
    """
    since = min(max(moment or _EPOCH, _EPOCH), _LAST) - _EPOCH
    digest = hashlib.sha256("\0".join(map(str, names)).encode("utf-8", "surrogatepass")).digest()[:10]
    value = (since // timedelta(milliseconds=1)) << 80 | int.from_bytes(digest)
    return "".join(_ALPHABET[value >> shift & 31] for shift in range(125, -1, -5))


# What a source says, whatever it really says: nothing of it is known to be of the right kind.


def text_in(data: object, *path: str) -> str:
    """Return the text at `path` of `data`, else nothing."""
    value = at(data, *path)
    return value if isinstance(value, str) else ""


def objects_in(data: object, *path: str) -> list[dict[str, Any]]:
    """Return the objects in the list at `path` of `data`."""
    value = at(data, *path)
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def object_in(data: object, *path: str) -> dict[str, Any]:
    """Return the object at `path` of `data`, else an empty one."""
    value = at(data, *path)
    return value if isinstance(value, dict) else {}


def at(data: object, *path: str) -> Any:
    """Return what is at `path` of `data`, else None."""
    for name in path:
        data = data.get(name) if isinstance(data, dict) else None
    return data


def moment_of(value: object) -> datetime | None:
    """Return the moment that Unix seconds, or milliseconds, or a text, name; one without a zone is in UTC."""
    try:
        if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
            seconds = float(value)
            moment = datetime.fromtimestamp(seconds / 1000 if seconds > 1e11 else seconds, UTC)
        elif isinstance(value, str):
            moment = datetime.fromisoformat(value)
            moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
        else:
            return None
    except (ValueError, OverflowError, OSError):
        return None
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000) if _EPOCH < moment < _LAST else None


def amount_of(value: object) -> Decimal | None:
    """Return an amount of money that a source says exactly; None when it says none."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal | str):
        return None
    try:
        amount = Decimal(repr(value) if isinstance(value, float) else value)
    except ArithmeticError:
        return None
    return amount if amount.is_finite() and 0 <= amount < 10**6 and amount.adjusted() > -30 else None


def title_from(text: str) -> str:
    """Return what to call a conversation that begins with `text`."""
    return one_line(text, TITLE_LENGTH)
