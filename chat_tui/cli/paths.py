"""`chat-tui paths`: where the files are."""

from __future__ import annotations

import argparse

from chat_tui.cli.options import surroundings
from chat_tui.cli.output import write, write_json


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def run(arguments: argparse.Namespace) -> int:
    """Print the folders and files and return 0."""
    paths = surroundings(arguments).paths
    places = {
        "conversations": paths.conversations,
        "settings": paths.settings,
        "credentials": paths.credentials,
        "themes": paths.themes,
        "cache": paths.cache,
        "state": paths.state,
    }
    if arguments.json:
        write_json({"schema": 1, "paths": {name: str(place) for name, place in places.items()}})
    else:
        write("".join(f"{name:<14}{place}\n" for name, place in places.items()))
    return 0
