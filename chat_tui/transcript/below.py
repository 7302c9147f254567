"""What stands below the text of a message, as text that can be found: sources, tool calls, how it ended."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from chat_tui.conversation.values import Message
from chat_tui.text import one_line
from chat_tui.transcript.sources import source_text
from chat_tui.transcript.tool_calls import laid_out

QUIET: Final = {"interrupted": "interrupted", "cancelled": "stopped"}


def below(message: Message, calls: Iterable[tuple[str, str]]) -> str:
    """Return all of it; `calls` are the names and arguments of the tools that the message calls."""
    pieces = [part for name, arguments in calls for part in (name, laid_out(arguments))]
    sources = [source_text(number, citation) for number, citation in enumerate(message.citations, 1)]
    return "\n".join([*sources, *pieces, ending(message)])


def ending(message: Message) -> str:
    """Return why a reply isn't whole; empty when it is, or may be."""
    if message.status == "failed":
        return one_line(message.failure.sentence if message.failure else "failed")
    return QUIET.get(message.status, "")
