"""`chat-tui import`: conversations from files of this or of other programs."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chat_tui.cli.options import library_of, surroundings
from chat_tui.cli.output import say, write, write_json
from chat_tui.text import printable

if TYPE_CHECKING:
    from chat_tui.engine.moving import Outcome

_MANY = 20
_MARKS = {"new": "+", "grown": "~", "known": "=", "empty": " ", "refused": "!"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    parser.add_argument(
        "paths",
        nargs="+",
        type=Path,
        metavar="PATH",
        help="exports of chat-tui, OpenRouter's chatroom, ChatGPT or Claude (also as the .zip they come in), lists of "
        "messages (JSON, JSONL), databases of elia, oterm or llm",
    )
    parser.add_argument("--dry-run", action="store_true", help="say what would happen, and change nothing")
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def run(arguments: argparse.Namespace) -> int:
    """Import and return 0, or 1 when something could not be read."""
    from chat_tui.engine.moving import Import

    library = library_of(surroundings(arguments))
    outcome = Import(library, dry=arguments.dry_run).run(arguments.paths, _progress)
    if sys.stderr.isatty() and outcome.arrivals:
        print(file=sys.stderr)
    if arguments.json:
        write_json({"schema": 1, **_described(outcome)})
    else:
        _tell(outcome)
    return 1 if outcome.problems or outcome.count("refused") else 0


def _progress(count: int) -> None:
    if sys.stderr.isatty():
        print(f"\r{count:,}", end="", file=sys.stderr, flush=True)


def _tell(outcome: Outcome) -> None:
    changes = [arrival for arrival in outcome.arrivals if arrival.state != "known"]
    for arrival in changes[:_MANY]:
        line = f"{_MARKS[arrival.state]} {arrival.id}  {arrival.messages:>5,}  {arrival.title}  ({arrival.source})"
        write(f"{printable(line)}\n")
    if len(changes) > _MANY:
        write(f"… and {len(changes) - _MANY:,} more\n")
    if outcome.arrivals:
        for sentence in outcome.sentences:
            say(sentence)
    else:
        for problem in outcome.problems:
            say(problem)
    if outcome.dry and outcome.arrivals:
        say("Nothing was changed. Without --dry-run it will be.")


def _described(outcome: Outcome) -> dict[str, Any]:
    return {
        "dry_run": outcome.dry,
        "conversations": [arrival._asdict() for arrival in outcome.arrivals],
        "left_out": dict(sorted(outcome.left_out.items())),
        "problems": outcome.problems,
    }
