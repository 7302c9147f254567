"""What a chat asks of a model that should go on with it."""

from __future__ import annotations

from collections.abc import Sequence

from chat_tui.conversation.values import FilePart, Message
from chat_tui.cost.tokens import estimate_tokens
from chat_tui.models.suits import Needs

_KINDS = ("image", "audio", "video")


def needs_of(path: Sequence[Message]) -> Needs:
    """Return what the messages of a branch hold, and about how many tokens they are.

    Up to the last reply whose server counted, its count holds; what came later is estimated.
    """
    sent = [part for message in path if message.role == "user" for part in message.parts if isinstance(part, FilePart)]
    kinds = {part.media_type.partition("/")[0] for part in sent}
    inputs = {kind if kind in _KINDS else "file" for kind in kinds}
    tokens = 0
    for message in reversed(path):
        usage = message.receipt.usage if message.receipt else None
        if usage is not None and usage.prompt_tokens is not None:
            tokens += usage.prompt_tokens + (usage.completion_tokens or 0)
            break
        tokens += estimate_tokens(message.text)
    return Needs(frozenset(inputs), tokens)
