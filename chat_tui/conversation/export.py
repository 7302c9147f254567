"""A conversation as text that leaves chat-tui."""

from __future__ import annotations

from collections.abc import Sequence

from chat_tui.conversation.metadata import Metadata
from chat_tui.conversation.values import FilePart, Message, TextPart


def to_markdown(metadata: Metadata, path: Sequence[Message]) -> str:
    """Return one branch of a conversation as Markdown: a heading for each message, its text as it was written."""
    pieces = [f"# {metadata.title or 'Untitled'}\n"]
    if system := metadata.settings.get("system"):
        pieces.append(f"## System\n\n{system}\n")
    pieces += [f"## {_heading(message)}\n\n{_body(message)}\n" for message in path]
    return "\n".join(pieces)


def _heading(message: Message) -> str:
    if message.role != "assistant":
        return "You" if message.role == "user" else "Tool"
    model = (message.receipt and message.receipt.model) or message.model or "Assistant"
    provider = message.receipt and message.receipt.provider
    status = "" if message.status == "complete" else f" ({message.status})"
    return f"{model} · {provider}{status}" if provider else f"{model}{status}"


def _body(message: Message) -> str:
    pieces: list[str] = []
    for part in message.parts:
        match part:
            case TextPart(text):
                pieces.append(text)
            case FilePart(name=name, size=size):
                pieces.append(f"[{name}, {size:,} bytes]")
            case _:
                pieces.append("[a part that this version can't show]")
    if message.failure:
        pieces.append(f"> {message.failure.sentence}")
    return "\n\n".join(pieces)
