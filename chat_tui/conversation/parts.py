"""The parts of messages as the journal has them."""

from __future__ import annotations

from chat_tui.conversation.values import FilePart, Json, Part, TextPart, UnknownPart

_COUNTLESS = 2**53


def encode_part(part: Part) -> Json:
    """Return `part` as JSON has it."""
    match part:
        case TextPart(text):
            return {"type": "text", "text": text}
        case FilePart(sha256, media_type, name, size):
            return {"type": "file", "sha256": sha256, "media_type": media_type, "name": name, "size": size}
        case UnknownPart(data):
            return data


def decode_part(part: Json) -> Part:
    """Return the part that a record has as `part`.

    Raises:
        ValueError: when it is none.
    """
    match part:
        case {"type": "text", "text": str(text)}:
            return TextPart(text)
        case {
            "type": "file",
            "sha256": str(sha256),
            "media_type": str(media),
            "name": str(name),
            "size": int(size),
        } if count(size) is not None:
            return FilePart(sha256, media, name, size)
        case {"type": str()}:
            return UnknownPart(part)
    raise ValueError("a part without a type")


def count(value: object) -> int | None:
    """Return `value` when it is a number of tokens, bytes or milliseconds that something can have."""
    return value if type(value) is int and 0 <= value < _COUNTLESS else None
