"""What a chat asks of a model that should go on with it, and which models can."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import ceil
from typing import NamedTuple

from chat_tui.attachments.kinds import is_text
from chat_tui.conversation.values import FilePart, Json, LinkPart, Message, Part, TextPart
from chat_tui.cost.tokens import part_tokens
from chat_tui.models.entry import ModelEntry
from chat_tui.models.suits import Needs, cannot_take
from chat_tui.models.variants import split_id
from chat_tui.text import one_line

_KINDS = ("image", "audio", "video")
_NAMED = 3
"""Models that are named in a sentence."""


class Unfit(NamedTuple):
    """Why the model of a chat can't take what it holds."""

    sentence: str
    """For people, with models that can."""
    filter: str
    """What finds these in the model picker."""


def needs_of(path: Sequence[Message], files: Sequence[Part] = ()) -> Needs:
    """Return what the messages of a branch hold, with `files` for the next one, and about how many tokens they are.

    Up to the last reply whose server counted, its count holds; what came later is estimated.
    """
    sent = [*(part for message in path if message.role == "user" for part in message.parts), *files]
    tokens = sum(map(part_tokens, files))
    for message in reversed(path):
        usage = message.receipt.usage if message.receipt else None
        if usage is not None and usage.prompt_tokens is not None:
            tokens += usage.prompt_tokens + (usage.completion_tokens or 0)
            break
        # What a model drew isn't sent back to it.
        tokens += sum(
            part_tokens(part) for part in message.parts if message.role == "user" or isinstance(part, TextPart)
        )
    return Needs(frozenset(kind for part in sent if (kind := _input(part))), ceil(tokens))


def unfit(entries: Sequence[ModelEntry], settings: Json, needs: Needs) -> Unfit | None:
    """Return why no model that `settings` name can take what a chat holds; None when one can, as far as is known.

    Args:
        entries: The server's models.
        settings: Of the chat, merged.
        needs: Of the chat; how many tokens it has doesn't count here.
    """
    if not needs.inputs:
        return None
    by_id = {entry.id: entry for entry in entries}
    reasons = [(name, cannot_take(entry, needs.inputs)) for name, entry in _named(settings, by_id)]
    if not reasons or not all(reason for _, reason in reasons):
        return None
    model, reason = reasons[0]
    author = model.partition("/")[0]
    able = [entry for entry in entries if entry.inputs and entry.chats and not entry.is_router]
    able = [entry for entry in able if not cannot_take(entry, needs.inputs)]
    able.sort(key=lambda entry: entry.id.partition("/")[0] != author)
    wanted = " ".join(f"in:{kind}" for kind in sorted(needs.inputs - {"file"}))
    return Unfit(f"{one_line(model, 80)} {reason}. {_who_can(able)}", wanted)


def read_files(settings: Json, by_id: Mapping[str, ModelEntry]) -> bool:
    """Tell whether every model that `settings` name reads documents by itself; a router's choice is not known."""
    named = list(_named(settings, by_id))
    count = 1 + len(settings.get("models") or ())
    return len(named) == count and all("file" in entry.inputs and not entry.is_router for _, entry in named)


def _named(settings: Json, by_id: Mapping[str, ModelEntry]) -> Iterator[tuple[str, ModelEntry]]:
    """Yield the models that `settings` name and the server lists."""
    for name in (settings.get("model"), *(settings.get("models") or ())):
        parts = split_id(str(name or ""))
        if not parts.preset and (entry := by_id.get(str(name)) or by_id.get(parts.listed) or by_id.get(parts.base)):
            yield str(name), entry


def _who_can(able: Sequence[ModelEntry]) -> str:
    if not able:
        return "No model that this server lists does."
    names = [one_line(entry.id, 80) for entry in able[:_NAMED]]
    if len(able) == 1:
        return f"{names[0]} does."
    listed = f"{', '.join(names[:-1])} and {names[-1]}"
    return f"{listed} do." if len(able) <= _NAMED else f"{len(able)} models do, such as {listed}."


def _input(part: Part) -> str:
    """Return what a model must take for `part`, in the catalogue's words; empty for text."""
    if isinstance(part, LinkPart):
        return part.kind
    if not isinstance(part, FilePart) or is_text(part.media_type):
        return ""
    kind = part.media_type.partition("/")[0]
    return kind if kind in _KINDS else "file"
