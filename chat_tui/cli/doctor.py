"""`chat-tui doctor`: looks at everything that chat-tui needs, says what is wrong, and mends what can be mended."""

from __future__ import annotations

import argparse
import asyncio
import os
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from chat_tui.cli.options import NO_KEY, Surroundings, library_of, server_of, surroundings
from chat_tui.cli.output import write, write_json
from chat_tui.text import one_line

if TYPE_CHECKING:
    from chat_tui.config.server import Server
    from chat_tui.engine.health import Finding
    from chat_tui.paths import Paths

_MARKS = {"good": "✓", "note": "·", "wrong": "✗"}
_PATIENCE = 10.0  # seconds for a server to answer


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    parser.add_argument(
        "--repair", action="store_true", help="mend what can be mended; files as they were stay beside the new ones"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def run(arguments: argparse.Namespace) -> int:
    """Print what was found and done; return 0, or 1 when something is wrong and was not mended."""
    from chat_tui.engine.health import look_at_conversations, look_at_folders

    around = surroundings(arguments)
    library = library_of(around)
    findings = [
        *_look_at_settings(arguments, around),
        *_look_at_terminal(os.environ),
        *look_at_folders(around.paths),
        *look_at_conversations(library),
        *_look_at_index(around.paths),
    ]
    done: list[str] = []
    left = findings
    if arguments.repair:
        from chat_tui.engine.mending import mend

        done = list(mend(library, findings))
        left = [*look_at_folders(around.paths), *look_at_conversations(library)]
        left += [finding for finding in findings if finding.area not in ("folders", "conversations")]
    if arguments.json:
        rows = [
            {"area": finding.area, "state": finding.state, "sentence": finding.sentence, "mendable": finding.mendable}
            | {"path": None if finding.path is None else str(finding.path)}
            for finding in findings
        ]
        write_json({"schema": 1, "findings": rows, "repaired": done})
    else:
        write("".join(_lines(findings, done, repairing=arguments.repair)))
    return int(any(finding.state == "wrong" for finding in left))


def _lines(findings: list[Finding], done: list[str], *, repairing: bool) -> Iterator[str]:
    area = ""
    for finding in findings:
        if finding.area != area:
            yield f"{chr(10) if area else ''}{finding.area}\n"
            area = finding.area
        yield f"  {_MARKS[finding.state]} {one_line(finding.sentence)}\n"
    if done:
        yield "\nrepairs\n"
        yield from (f"  {one_line(sentence)}\n" for sentence in done)
    elif any(finding.mendable for finding in findings) and not repairing:
        yield "\nchat-tui doctor --repair mends what it can, and keeps every file as it was.\n"


def _look_at_settings(arguments: argparse.Namespace, around: Surroundings) -> Iterator[Finding]:
    """Say what is wrong in `config.toml`, whether there is a key, and whether the server answers."""
    from chat_tui.config.problems import ConfigError
    from chat_tui.engine.health import Finding

    file = around.paths.settings
    for problem in around.problems:
        yield Finding("settings", "wrong", problem, file)
    if not around.problems:
        what = "can be read" if file.exists() else "isn't there: what is built in holds"
        yield Finding("settings", "good", f"{file} {what}.", file)
    try:
        server = server_of(arguments, around.paths)
    except ConfigError as error:
        yield Finding("server", "wrong", str(error))
        return
    if server.key is not None:
        yield Finding("server", "good", f"There is a key for {server.origin}; it is not shown.")
    elif server.is_openrouter:
        yield Finding("server", "wrong", NO_KEY.format(credentials=around.paths.credentials))
    else:
        yield Finding("server", "note", f"There is no key for {server.origin}; many servers of one's own need none.")
    yield asyncio.run(_look_at_server(around, server))


async def _look_at_server(around: Surroundings, server: Server) -> Finding:
    from chat_tui.engine.health import Finding
    from chat_tui.engine.refused import RefusedError
    from chat_tui.engine.session import Session

    session = Session(server, around.settings)
    try:
        async with asyncio.timeout(_PATIENCE):
            models = await session.models()
        return Finding("server", "good", f"{server.origin} answers and lists {len(models):,} models.")
    except RefusedError as error:
        return Finding("server", "wrong", str(error))
    except TimeoutError:
        return Finding("server", "wrong", f"{server.origin} did not answer within {_PATIENCE:.0f} s.")
    finally:
        await session.close()


def _look_at_terminal(environment: Mapping[str, str]) -> Iterator[Finding]:
    """Say what can be told of the terminal without asking it: colours, copying, keys that somebody else takes."""
    from chat_tui.engine.clipboard import Clipboard
    from chat_tui.engine.health import Finding

    term = environment.get("TERM", "")
    name = one_line(environment.get("TERM_PROGRAM") or term or "unknown", 40)
    if environment.get("COLORTERM", "").lower() in ("truecolor", "24bit") or term.endswith("-direct"):
        yield Finding("terminal", "good", f"The terminal ({name}) says that it shows all colours.")
    else:
        sentence = f"The terminal ({name}) doesn't say that it shows all colours; if it does, set COLORTERM=truecolor."
        yield Finding("terminal", "note", sentence)
    ways = Clipboard.ways(environment)
    if ways:
        sentence = f"Copies leave {', else '.join(ways)}."
        yield Finding("terminal", "good", sentence)
    else:
        yield Finding(
            "terminal", "note", "Nothing here takes copies, so they go to a file. wl-copy or xclip would help."
        )
    for variable, multiplexer, keys in _TAKEN:
        if environment.get(variable):
            sentence = f"{multiplexer} takes {keys} for itself; F-keys and slash commands do the same."
            yield Finding("terminal", "note", sentence)


_TAKEN = (
    ("TMUX", "tmux", "Ctrl+B"),
    ("ZELLIJ", "Zellij", "Ctrl+B, G, N, O, P, Q, S and T unless it is locked (Ctrl+G)"),
    ("STY", "GNU screen", "Ctrl+A"),
)
"""The variable that a multiplexer sets, its name, and the keys that by default never arrive behind it."""


def _look_at_index(paths: Paths) -> Iterator[Finding]:
    from chat_tui.engine.health import Finding
    from chat_tui.engine.index import Index, index_file

    file = index_file(paths)
    if not file.exists():
        yield Finding("index", "good", "There is no search index yet; the next search makes it.", file)
        return
    index = Index(paths)
    try:
        count = len(index.summaries())
    finally:
        index.close()
    size = file.stat().st_size / 1e6 if file.exists() else 0
    yield Finding("index", "good", f"The search index knows {count:,} conversations ({size:.1f} MB).", file)
