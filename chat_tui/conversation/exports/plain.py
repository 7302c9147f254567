"""A conversation as text: who, when, and what was written, without any mark-up of ours."""

from __future__ import annotations

from collections.abc import Iterator

from chat_tui.conversation.citations import with_marks
from chat_tui.conversation.exports.excerpt import Excerpt
from chat_tui.conversation.exports.markdown import tool_call
from chat_tui.conversation.exports.words import (
    cited_part,
    figures,
    link_of,
    place,
    sent,
    size_of,
    speaker,
    system_of,
    title_of,
)
from chat_tui.conversation.values import FilePart, LinkPart, Message, TextPart


def to_text(excerpt: Excerpt) -> str:
    """Return `excerpt` as text; one message alone is nothing but its text."""
    if excerpt.scope == "message":
        return "".join(f"{''.join(_body(message)).rstrip()}\n" for message in excerpt.messages)
    title = title_of(excerpt.metadata)
    pieces = [f"{title}\n{'=' * min(len(title), 80)}\n"]
    if system := system_of(excerpt):
        pieces.append(f"System\n{system}\n")
    for message in excerpt.messages:
        told = (speaker(message), place(excerpt, message), sent(message), figures(message.receipt))
        pieces.append(f"{' · '.join(filter(None, told))}\n{''.join(_body(message)).rstrip()}\n")
    return "\n".join(pieces)


def _body(message: Message) -> Iterator[str]:
    cited = cited_part(message)
    for part in message.parts:
        match part:
            case TextPart(text):
                text = with_marks(text, message.citations, lambda number: f" [{number}]") if part is cited else text
                yield f"{text}\n"
            case FilePart():
                yield f"[{size_of(part)}]\n"
            case LinkPart():
                yield f"[{link_of(part)}]\n"
            case _:
                yield "[a part that this version can't show]\n"
    yield from (f"[{tool_call(call)}]\n" for call in message.tool_calls)
    yield from (f"[{number}] {c.title or ''} {c.url}\n" for number, c in enumerate(message.citations, 1))
    if message.failure:
        yield f"({message.failure.sentence})\n"
