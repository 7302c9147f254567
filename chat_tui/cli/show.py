"""`chat-tui show`: one conversation as Markdown."""

from __future__ import annotations

import argparse

from chat_tui.cli.options import library_of, surroundings
from chat_tui.cli.output import fail, write


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    parser.add_argument("id", metavar="ID", help="the conversation's id, or its beginning")


def run(arguments: argparse.Namespace) -> int:
    """Print the conversation's shown branch and return 0, or 1 when there is no such conversation."""
    from chat_tui.conversation.export import to_markdown
    from chat_tui.conversation.tree import Tree
    from chat_tui.engine.library import UnknownConversationError

    try:
        chat = library_of(surroundings(arguments)).open(arguments.id)
    except UnknownConversationError as error:
        return fail(str(error))
    # Only read: the lock is for those who write.
    tree = Tree(chat.folder.read().messages.values())
    write(to_markdown(chat.metadata, tree.path(tree.leaf(chat.metadata.leaf))))
    return 0
