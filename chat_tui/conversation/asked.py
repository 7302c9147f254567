"""The request of a reply as the journal has it: what isn't in the conversation itself."""

from __future__ import annotations

from typing import Any

from chat_tui.conversation.parts import decode_part, encode_part
from chat_tui.conversation.values import Asked, FilePart, Json


def encode_asked(asked: Asked) -> Json:
    """Return `asked` as JSON has it; what is empty is left out."""
    encoded: dict[str, Any] = {
        "digest": asked.digest,
        "body": dict(asked.body),
        "file": encode_part(asked.file) if asked.file else None,
        "form": asked.form,
        "hidden": list(asked.hidden),
        "raw": asked.raw,
        "edited": asked.edited,
    }
    return {name: value for name, value in encoded.items() if value}


def decode_asked(kept: object) -> Asked | None:
    """Return the request that a record has as `asked`; None when it is no such thing: the reply counts for more."""
    if not isinstance(kept, dict):
        return None
    digest, form = kept.get("digest"), kept.get("form")
    if not (isinstance(digest, str) and isinstance(form, str)):
        return None
    body, hidden = kept.get("body"), kept.get("hidden")
    return Asked(
        digest,
        body if isinstance(body, dict) else {},
        _file(kept.get("file")),
        form,
        tuple(name for name in hidden if isinstance(name, str)) if isinstance(hidden, list) else (),
        raw=kept.get("raw") is True,
        edited=kept.get("edited") is True,
    )


def _file(kept: object) -> FilePart | None:
    try:
        part = decode_part(kept) if isinstance(kept, dict) else None
    except ValueError:
        return None
    return part if isinstance(part, FilePart) else None
