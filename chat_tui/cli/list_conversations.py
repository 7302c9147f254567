"""`chat-tui list`: the conversations, the last changed first."""

from __future__ import annotations

import argparse

from chat_tui.cli.options import library_of, surroundings
from chat_tui.cli.output import say, write, write_json
from chat_tui.text import one_line


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def run(arguments: argparse.Namespace) -> int:
    """Print the conversations and return 0."""
    from chat_tui.conversation.ids import format_time

    summaries = library_of(surroundings(arguments)).summaries()
    if arguments.json:
        rows = [
            {
                "id": summary.metadata.id,
                "title": summary.metadata.title,
                "created": format_time(summary.metadata.created),
                "changed": format_time(summary.changed),
                "model": model if isinstance(model := summary.metadata.settings.get("model"), str) else None,
                "folder": str(summary.folder),
            }
            for summary in summaries
        ]
        write_json({"schema": 1, "conversations": rows})
        return 0
    if not summaries:
        say("There are no conversations yet. Begin one with: chat-tui")
    for summary in summaries:
        changed = summary.changed.astimezone().strftime("%Y-%m-%d %H:%M")
        write(f"{summary.metadata.id}  {changed}  {one_line(summary.metadata.title, 80)}\n")
    return 0
