"""Whether a model can take what a chat holds."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass

from chat_tui.models.entry import ModelEntry

_WORDS = {"image": "images", "file": "files", "audio": "audio", "video": "video", "text": "text"}


@dataclass(frozen=True, slots=True)
class Needs:
    """What a chat asks of a model.

    Args:
        inputs: What its messages hold, in the catalogue's words: `image`, `file`, `audio`, `video`.
        tokens: About how many tokens the next request has.
    """

    inputs: frozenset[str] = frozenset()
    tokens: int = 0


def cannot_take(entry: ModelEntry, inputs: Set[str]) -> str:
    """Return what of `inputs` the model doesn't take, as the end of “This model …”; empty when it takes all."""
    if not entry.inputs:
        return ""
    # Files are read for a model that can't read them itself, so they shut none out.
    missing = [words for kind, words in _WORDS.items() if kind in inputs - {"file"} - set(entry.inputs)]
    return "takes no " + " and no ".join(missing) if missing else ""


def unsuited(entry: ModelEntry, needs: Needs) -> str | None:
    """Return why `entry` can't take the chat, as the end of “This model …”; None when it can, as far as is known."""
    if not entry.chats:
        return "gives no text, only " + ", ".join(_WORDS.get(kind, kind) for kind in entry.outputs)
    if reason := cannot_take(entry, needs.inputs):
        return reason
    if entry.context is not None and 0 < entry.context < needs.tokens:
        return f"holds {entry.context:,} tokens; this chat has ≈ {needs.tokens:,}"
    return None
