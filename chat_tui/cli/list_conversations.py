"""`chat-tui list`: the conversations, the last changed first; or those that are archived, or in the trash."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from chat_tui.cli.options import library_of, surroundings
from chat_tui.cli.output import say, write, write_json
from chat_tui.text import one_line

if TYPE_CHECKING:
    from chat_tui.conversation.summary import Summary


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    place = parser.add_mutually_exclusive_group()
    place.add_argument("--archived", action="store_true", help="those that are archived, and no others")
    place.add_argument("--trash", action="store_true", help="those in the trash, the last deleted first")
    parser.add_argument("--tag", action="append", default=[], metavar="TAG", help="only with this tag; may be repeated")
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def run(arguments: argparse.Namespace) -> int:
    """Print the conversations and return 0."""
    from chat_tui.cli.indexed import progress

    library = library_of(surroundings(arguments))
    deleted = {}
    if arguments.trash:
        thrown = library.shelf.trashed()
        deleted = {one.summary.folder: one.deleted for one in thrown}
        summaries = [one.summary for one in thrown]
    else:
        found = library.summaries(progress())
        summaries = [one for one in found if one.metadata.archived == arguments.archived]
    tags = {tag.lstrip("#").casefold() for tag in arguments.tag}
    summaries = [one for one in summaries if tags <= {tag.casefold() for tag in one.metadata.tags}]
    if arguments.json:
        rows = [_described(one) | _when_deleted(deleted.get(one.folder)) for one in summaries]
        write_json({"schema": 1, "conversations": rows})
        return 0
    if not summaries:
        say(_none(arguments))
    for summary in summaries:
        changed = summary.changed.astimezone().strftime("%Y-%m-%d %H:%M")
        labels = "".join(f"  #{one_line(tag, 30)}" for tag in summary.metadata.tags)
        write(f"{summary.metadata.id}  {changed}  {one_line(summary.metadata.title, 80)}{labels}\n")
    return 0


def _none(arguments: argparse.Namespace) -> str:
    if arguments.tag:
        return "No conversation has that tag here."
    if arguments.trash:
        return "The trash is empty."
    if arguments.archived:
        return "Nothing is archived."
    return "There are no conversations yet. Begin one with: chat-tui"


def _described(one: Summary) -> dict[str, Any]:
    from chat_tui.conversation.ids import format_time

    asked = one.metadata.settings.get("model")
    return {
        "id": one.id,
        "title": one.metadata.title,
        "tags": list(one.metadata.tags),
        "pinned": one.metadata.pinned,
        "archived": one.metadata.archived,
        "created": format_time(one.metadata.created),
        "changed": format_time(one.changed),
        "model": one.model or (asked if isinstance(asked, str) else None),
        "messages": one.messages,
        "cost": one.cost,
        "folder": str(one.folder),
    }


def _when_deleted(deleted: Any) -> dict[str, str]:
    from chat_tui.conversation.ids import format_time

    return {} if deleted is None else {"deleted": format_time(deleted)}
