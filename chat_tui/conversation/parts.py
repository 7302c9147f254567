"""The parts and sources of messages as the journal has them."""

from __future__ import annotations

from decimal import Decimal

from chat_tui.conversation.values import Citation, FilePart, Json, LinkPart, Part, TextPart, UnknownPart

_COUNTLESS = 2**53
_MEASURES = ("width", "height", "pages", "seconds")


def encode_part(part: Part) -> Json:
    """Return `part` as JSON has it."""
    match part:
        case TextPart(text):
            return {"type": "text", "text": text}
        case FilePart(sha256, media_type, name, size):
            measures = {name: value for name in _MEASURES if (value := getattr(part, name)) is not None}
            return {"type": "file", "sha256": sha256, "media_type": media_type, "name": name, "size": size, **measures}
        case LinkPart(kind, url, name):
            return {"type": "link", "kind": kind, "url": url, "name": name}
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
            width, height, pages = (count(part.get(name)) for name in ("width", "height", "pages"))
            return FilePart(sha256, media, name, size, width, height, pages, _seconds(part.get("seconds")))
        case {"type": "link", "kind": "image" | "file" | "video" as kind, "url": str(url), "name": str(name)}:
            return LinkPart(kind, url, name)
        case {"type": str()}:
            return UnknownPart(part)
    raise ValueError("a part without a type")


def encode_citation(citation: Citation) -> Json:
    """Return `citation` as the journal has it."""
    title = {"title": citation.title} if citation.title is not None else {}
    spans = {"spans": [list(span) for span in citation.spans]} if citation.spans else {}
    return {"url": citation.url, **title, **spans}


def decode_citation(kept: Json) -> Citation:
    """Return the source that a record has as `kept`; spans that are none are left out.

    Raises:
        ValueError: when it has no address, or its title is no text.
    """
    url, title, spans = kept.get("url"), kept.get("title"), kept.get("spans")
    if not isinstance(url, str) or not (title is None or isinstance(title, str)):
        raise ValueError("a source without an address")
    pairs = [one for one in spans if isinstance(one, list) and len(one) == 2] if isinstance(spans, list) else []
    counted = ((count(start), count(end)) for start, end in pairs)
    return Citation(url, title, tuple((start, end) for start, end in counted if start is not None and end is not None))


def count(value: object) -> int | None:
    """Return `value` when it is a number of tokens, bytes or milliseconds that something can have."""
    return value if type(value) is int and 0 <= value < _COUNTLESS else None


def _seconds(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return None
    return float(value) if 0 <= value < _COUNTLESS else None
