"""The prompt that a text becomes when it is sent."""

from __future__ import annotations

from chat_tui.conversation.ids import new_id, now
from chat_tui.conversation.values import Message, TextPart
from chat_tui.engine.chat import Chat


def next_prompt(chat: Chat, text: str) -> Message:
    """Return the prompt that `text` becomes when it is sent in `chat`: the one that failed, or a new one."""
    path = chat.path
    failed = path[-2:] if len(path) >= 2 and path[-1].status == "failed" and path[-1].is_empty else None
    if failed is None:
        return _prompt(text, path[-1].id if path else None)
    return failed[0] if failed[0].text == text else _prompt(text, failed[0].parent)


def _prompt(text: str, parent: str | None) -> Message:
    return Message(new_id(), parent, "user", (TextPart(text),), now())
