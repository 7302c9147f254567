"""`chat-tui show`: one conversation as Markdown, or as JSON."""

from __future__ import annotations

import argparse
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from chat_tui.cli.options import library_of, secrets_of, surroundings
from chat_tui.cli.output import fail, write, write_json

if TYPE_CHECKING:
    from chat_tui.conversation.exports.excerpt import Excerpt


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    parser.add_argument("id", metavar="ID", help="the conversation's id, or its beginning")
    parser.add_argument("--tree", action="store_true", help="all branches, not only the one that is shown")
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def run(arguments: argparse.Namespace) -> int:
    """Print the conversation and return 0, or 1 when there is no such conversation."""
    from chat_tui.conversation.exports.markdown import to_markdown
    from chat_tui.engine.library import UnknownConversationError
    from chat_tui.engine.moving import excerpt_of

    around = surroundings(arguments)
    try:
        chat = library_of(around).open(arguments.id)
    except UnknownConversationError as error:
        return fail(str(error))
    # Only read: the lock is for those who write.
    excerpt = excerpt_of(chat, "tree" if arguments.tree else "branch", secrets=secrets_of(around))
    if arguments.json:
        write_json({"schema": 1, "conversation": _described(excerpt)})
    else:
        write(to_markdown(excerpt, bare=True))
    return 0


def _described(excerpt: Excerpt) -> dict[str, Any]:
    from chat_tui.conversation.exports.words import total_cost
    from chat_tui.conversation.ids import format_time

    metadata = excerpt.metadata
    return {
        "id": metadata.id,
        "title": metadata.title,
        "created": format_time(metadata.created),
        "tags": list(metadata.tags),
        "pinned": metadata.pinned,
        "archived": metadata.archived,
        "leaf": metadata.leaf,
        "settings": metadata.settings,
        "cost": total_cost(excerpt),
        "messages": [_message(message) for message in excerpt.messages],
    }


def _message(message: Any) -> dict[str, Any]:
    from chat_tui.conversation import exact
    from chat_tui.conversation.records import encode_message

    record: dict[str, Any] = exact.loads(encode_message(message))
    receipt = record.get("receipt", {})
    for bill in (receipt, *receipt.get("attempts", ()), *receipt.get("asides", ())):
        if "cost" in bill:
            bill["cost"] = Decimal(bill["cost"])
    return {"text": message.text, **{name: value for name, value in record.items() if name not in ("v", "type")}}
