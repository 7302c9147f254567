"""`chat-tui export`: conversations as files, or one on standard output."""

from __future__ import annotations

import argparse
import errno
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from chat_tui.cli.options import library_of, secrets_of, surroundings
from chat_tui.cli.output import fail, may, say, write_bytes, write_json

if TYPE_CHECKING:
    from chat_tui.conversation.exports.excerpt import Scope
    from chat_tui.conversation.exports.writing import Written
    from chat_tui.engine.chat import Chat
    from chat_tui.engine.library import Library

WRONG_USAGE = 2


class _Done(NamedTuple):
    """A conversation that was written."""

    id: str
    title: str
    written: Written


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    from chat_tui.conversation.exports.formats import FORMATS

    parser.add_argument("id", nargs="?", metavar="ID", help="the conversation's id, or its beginning")
    parser.add_argument("--all", action="store_true", help="every conversation, into the folder that --output names")
    parser.add_argument(
        "--format",
        choices=tuple(FORMATS),
        help="by default what the file's ending says, else md; json and toml can be imported again",
    )
    parser.add_argument("--output", type=Path, metavar="PATH", help="the file to write, or the folder to write it to")
    parser.add_argument("--message", metavar="ID", help="only this message: its id, or its beginning")
    parser.add_argument("--tree", action="store_true", help="all branches; json and toml always have them")
    parser.add_argument(
        "--attachments",
        choices=("inline", "beside"),
        default="inline",
        help="where pictures and other files go: into the file, or into a folder beside it",
    )
    parser.add_argument("--force", action="store_true", help="write over files that are there, unasked")
    parser.add_argument("--json", action="store_true", help="print one JSON object: which files were written")


def run(arguments: argparse.Namespace) -> int:
    """Write what is asked for and return the exit code."""
    if bool(arguments.id) == arguments.all:
        return _misused("Name one conversation by its id (see: chat-tui list), or give --all.")
    if arguments.all and arguments.output is None:
        return _misused("--all needs a folder to write to: --output DIR.")
    if arguments.all and arguments.message:
        return _misused("--message is for one conversation, not for --all.")
    if arguments.attachments == "beside" and arguments.output is None:
        return _misused("--attachments beside needs a file to lie beside: --output PATH.")
    if arguments.json and arguments.output is None:
        return _misused("--json tells which files were written: name one with --output. JSON is --format json.")
    return _export(arguments)


def _misused(sentence: str) -> int:
    say(sentence)
    return WRONG_USAGE


def _export(arguments: argparse.Namespace) -> int:
    from chat_tui.conversation.exports.formats import WHOLE, format_of
    from chat_tui.engine.library import UnknownConversationError
    from chat_tui.engine.refused import RefusedError

    output: Path | None = arguments.output
    form = arguments.format or (output and format_of(output.suffix)) or "md"
    whole = arguments.tree or form in WHOLE
    scope: Scope = "message" if arguments.message else "tree" if whole else "branch"
    around = surroundings(arguments)
    library, secrets = library_of(around), secrets_of(around)
    try:
        if output is not None and arguments.all:
            return _write_all(library, output, form, scope, secrets, arguments)
        chat = library.open(arguments.id)
        return _write_one(chat, output, form, scope, secrets, arguments)
    except (UnknownConversationError, RefusedError) as error:
        return fail(str(error))


def _write_one(
    chat: Chat, output: Path | None, form: str, scope: Scope, secrets: Sequence[str], arguments: argparse.Namespace
) -> int:
    from chat_tui.conversation.exports.formats import written
    from chat_tui.conversation.exports.writing import file_for, warnings, write_excerpt
    from chat_tui.engine.moving import excerpt_of

    excerpt = excerpt_of(chat, scope, arguments.message, secrets)
    if output is None:
        write_bytes(written(excerpt, form))
        for warning in warnings([], excerpt.telltale):
            say(warning)
        return 0
    path = file_for(output, chat.title, form)
    beside = arguments.attachments == "beside"
    try:
        done = write_excerpt(path, excerpt, form, beside=beside, replace=arguments.force)
    except FileExistsError:
        if path.is_dir() or not may(f"{path} is there already. Replace it?"):
            return fail(f"{path} is there already, so nothing was written. Give another name, or --force.")
        done = write_excerpt(path, excerpt, form, beside=beside, replace=True)
    return _tell([_Done(chat.id, chat.title, done)], [], f"Written to {path}.", as_json=arguments.json)


def _write_all(
    library: Library, folder: Path, form: str, scope: Scope, secrets: Sequence[str], arguments: argparse.Namespace
) -> int:
    """Write every conversation to a file of its own, named after its day and title."""
    from chat_tui.conversation.exports.names import safe_name, unique_name
    from chat_tui.conversation.exports.writing import write_excerpt
    from chat_tui.conversation.metadata import read_metadata
    from chat_tui.engine.moving import excerpt_of
    from chat_tui.paths import private_directory

    if folder.exists() and not folder.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, "Not a folder", str(folder))
    taken: set[str] = set()
    targets = []
    for source in sorted(library.folders()):
        metadata = read_metadata(source)
        name = safe_name(f"{metadata.created:%Y-%m-%d} {metadata.title or 'Untitled'}", form)
        targets.append((source, folder / unique_name(name, taken)))
    there = sum(path.exists() for _, path in targets)
    replace = arguments.force
    if there and not replace:
        replace = may(f"{there:,} of {len(targets):,} files are in {folder} already. Replace them?")
        if not replace:
            return fail(f"{there:,} of the files are in {folder} already, so nothing was written. Give --force.")
    private_directory(folder)
    beside = arguments.attachments == "beside"
    done: list[_Done] = []
    unreadable: list[str] = []
    for number, (source, path) in enumerate(targets, 1):
        try:
            chat = library.at(source)
            excerpt = excerpt_of(chat, scope, secrets=secrets)
        except OSError as error:
            unreadable.append(f"{source.name} was left out: it can't be read ({error.strerror or error}).")
        else:
            written = write_excerpt(path, excerpt, form, beside=beside, replace=bool(replace))
            done.append(_Done(chat.id, chat.title, written))
        if sys.stderr.isatty():
            print(f"\r{number:,} of {len(targets):,}", end="\n" if number == len(targets) else "", file=sys.stderr)
    sentence = f"Wrote {len(done):,} conversation{'s' * (len(done) != 1)} to {folder}."
    return _tell(done, unreadable, sentence, as_json=arguments.json)


def _tell(done: list[_Done], unreadable: list[str], sentence: str, *, as_json: bool) -> int:
    """Say what was written, what of it is missing and what could not be read; return the exit code."""
    from chat_tui.conversation.exports.writing import warnings

    if as_json:
        files = [
            {"id": one.id, "title": one.title, "path": str(one.written.path), "missing": one.written.missing}
            | {"warnings": one.written.warnings}
            for one in done
        ]
        write_json({"schema": 1, "written": files, "problems": unreadable})
        return int(bool(unreadable))
    say(sentence)
    missing = [name for one in done for name in one.written.missing]
    for warning in warnings(missing, sum(one.written.telltale for one in done)):
        say(warning)
    for problem in unreadable:
        say(problem)
    return int(bool(unreadable))
