"""The prompt that a text becomes when it is sent, with the files that are attached to it."""

from __future__ import annotations

from collections.abc import Sequence

from chat_tui.conversation.ids import new_id, now
from chat_tui.conversation.values import FilePart, LinkPart, Message, Part, TextPart
from chat_tui.engine.chat import Chat
from chat_tui.engine.refused import RefusedError
from chat_tui.text import one_line


def next_prompt(chat: Chat, text: str, files: Sequence[FilePart | LinkPart] = ()) -> Message:
    """Return the prompt that `text` and `files` become when they are sent in `chat`: the one that failed, or a new one.

    The text comes first in it.
    """
    parts: tuple[Part, ...] = (*([TextPart(text)] if text or not files else []), *files)
    path = chat.tree.path(chat.tree.leaf(chat.metadata.leaf), most=2)
    failed = path[-2:] if len(path) >= 2 and path[-1].status == "failed" and path[-1].is_empty else None
    if failed is None:
        return _prompt(parts, path[-1].id if path else None)
    return failed[0] if failed[0].parts == parts else _prompt(parts, failed[0].parent)


def take_in(chat: Chat, files: Sequence[FilePart]) -> None:
    """Have the files of a prompt kept before the prompt itself is; blocks.

    Raises:
        RefusedError: when one of them is nowhere any more.
    """
    for part in files:
        try:
            chat.folder.attachment(part)
        except FileNotFoundError:
            raise RefusedError(f"What was attached as “{one_line(part.name, 60)}” is gone. Attach it again.") from None
    chat.saving.take_in(files)


def _prompt(parts: tuple[Part, ...], parent: str | None) -> Message:
    return Message(new_id(), parent, "user", parts, now())
