"""`chat-tui search`: words and filters over all that was ever said, as in the application."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from chat_tui.cli.options import surroundings
from chat_tui.cli.output import say, write, write_json
from chat_tui.text import one_line, printable_in_place

if TYPE_CHECKING:
    from chat_tui.engine.index_found import Found, Match

LIMIT = 20
_HIT, _NO_HIT = "\x1b[1m", "\x1b[22m"  # bold, for those too who want no colours
_WHO = {"user": "you", "assistant": "reply", "tool": "tool", None: "title"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    parser.add_argument(
        "query",
        nargs="+",
        metavar="QUERY",
        help="""words, "phrases", begin*, not:without, one OR another, and filters: tag:work role:user after:7d""",
    )
    parser.add_argument("--limit", type=_count, default=LIMIT, metavar="N", help=f"matches at most ({LIMIT})")
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def _count(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) <= 100_000:
        raise argparse.ArgumentTypeError(f"“{one_line(text, 20)}” is no number from 1 to 100,000")
    return int(text)


def run(arguments: argparse.Namespace) -> int:
    """Print what is found, the best first, and return 0; what of the query isn't understood is said and left out."""
    from chat_tui.cli.indexed import progress
    from chat_tui.engine.index import Index

    index = Index(surroundings(arguments).paths)
    try:
        index.update(progress())
        found = index.search(" ".join(arguments.query), arguments.limit)
    finally:
        index.close()
    if arguments.json:
        matches = [_described(match) for match in found.matches]
        write_json({"schema": 1, "total": found.total, "problems": found.problems, "matches": matches})
        return 0
    for problem in found.problems:
        say(problem)
    _write(found)
    return 0


def _described(match: Match) -> dict[str, Any]:
    from chat_tui.conversation.ids import format_time

    one = match.summary
    return {
        "conversation": one.id,
        "title": one.metadata.title,
        "folder": str(one.folder),
        "message": match.message_id,
        "role": match.role,
        "at": format_time(match.at),
        "model": match.model,
        "cost": match.cost,
        "snippet": match.snippet,
        "spans": [list(span) for span in match.spans],
    }


def _write(found: Found) -> None:
    if not found.matches and not found.problems:
        say("Nothing matches.")
    is_terminal = sys.stdout.isatty()
    for lines in map(_lines, found.grouped()):
        for line in lines:
            # On a terminal all but the marks of what was found is printable already.
            sys.stdout.write(f"{line}\n" if is_terminal else f"{line.replace(_HIT, '').replace(_NO_HIT, '')}\n")
    write("")
    if found.total > len(found.matches):
        say(f"{len(found.matches):,} of {found.total:,} matches. More: --limit {found.total}")


def _lines(matches: list[Match]) -> Iterator[str]:
    """Yield the lines about one conversation: what it is, then what was found in it."""
    from chat_tui.cost.written import format_cost

    one = matches[0].summary
    cost = "" if one.cost is None else format_cost(one.cost)
    known = (one_line(one.metadata.title, 80) or "Untitled", one_line(one.model or ""), cost)
    yield f"{one.id}  {' · '.join(filter(None, known))}"
    for match in matches:
        when = match.at.astimezone().strftime("%Y-%m-%d %H:%M")
        text, position = "", 0
        shown = printable_in_place(match.snippet)
        for start, end in match.spans:
            text += f"{shown[position:start]}{_HIT}{shown[start:end]}{_NO_HIT}"
            position = end
        yield f"  {when}  {_WHO.get(match.role, ''):<5}  {text}{shown[position:]}"
