"""What a reply is that was asked for as JSON: a tree, or text with a sentence that says why it is none."""

from __future__ import annotations

from chat_tui.conversation.values import Message
from chat_tui.transcript.json_parts import NotJsonError, Parts, TooBigError
from chat_tui.transcript.json_tree import Tree

_CUT = "The JSON ends before it is whole; it is shown as it came."
_INVALID = "This was asked for as JSON, but isn’t valid JSON; it is shown as it came."
_TOO_BIG = "This JSON is too long to be folded; it is shown as it came."


class JsonReply:
    """The reply `message`, read as JSON."""

    __slots__ = ("remark", "tree")

    def __init__(self, message: Message) -> None:
        self.tree: Tree | None = None
        """None when it is shown as text."""
        self.remark = ""
        """Why it is shown as text; empty when nobody wonders."""
        try:
            parts = Parts(message.text)
            self.tree = Tree(parts) if parts.opens else None
        except NotJsonError:
            finish = message.receipt.finish if message.receipt else None
            is_whole = message.status == "complete" and finish != "length"
            self.remark = "" if not message.text.strip() else _INVALID if is_whole else _CUT
        except TooBigError:
            self.remark = _TOO_BIG


def is_json_like(text: str) -> bool:
    """Tell whether `text` begins as JSON does, and not as Markdown with JSON in it."""
    return text.lstrip()[:1] in ("{", "[", "")
