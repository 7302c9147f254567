"""The command line's grammar: which command runs, with which arguments."""

from __future__ import annotations

import argparse
import gc
import io
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Final

from chat_tui import __version__
from chat_tui.cli import application, log
from chat_tui.cli.options import folder_options, server_options
from chat_tui.cli.output import fail
from chat_tui.config.problems import ConfigError

COMMANDS: Final = {
    "ask": ("ask", "ask once and print the answer, from arguments or a pipe"),
    "list": ("list_conversations", "list the conversations"),
    "search": ("search", "find words in all conversations"),
    "show": ("show", "print a conversation as Markdown"),
    "export": ("export_conversations", "write conversations as Markdown, HTML, text, JSON or TOML"),
    "import": ("import_conversations", "take conversations from files of this or of other programs"),
    "models": ("models", "list the models"),
    "cost": ("cost", "say what was spent, by day, model, provider or conversation"),
    "doctor": ("doctor", "look for what is wrong: settings, server, terminal, folders, conversations; --repair mends"),
    "paths": ("paths", "say where the files are"),
    "demo-server": ("demo_server", "run the emulator, for any client of OpenRouter"),
}
"""Each command's module in `chat_tui.cli`, and what it does."""
INTERRUPTED = 130
_OBJECTS_BEFORE_GARBAGE = 50_000


def parser(words: Sequence[str]) -> argparse.ArgumentParser:
    """Return the grammar of the command line; commands that aren't among `words` are only named."""
    shared = [folder_options(), server_options()]
    root = argparse.ArgumentParser(
        prog="chat-tui",
        description="Chat with every model on OpenRouter, from the keyboard.",
        epilog="Without a command: the application. `chat-tui COMMAND --help` says more.",
        parents=shared,
        allow_abbrev=False,
    )
    root.add_argument("--version", action="version", version=f"chat-tui {__version__}")
    application.add_arguments(root)
    commands = root.add_subparsers(title="commands", metavar="COMMAND", dest="command")
    for name, (module_name, summary) in COMMANDS.items():
        if name not in words:
            commands.add_parser(name, help=summary)
            continue
        module = import_module(f"chat_tui.cli.{module_name}")
        command = commands.add_parser(name, help=summary, description=summary, parents=shared, allow_abbrev=False)
        module.add_arguments(command)
        command.set_defaults(run=module.run)
    root.set_defaults(run=application.run)
    return root


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command that `arguments` (the process's own by default) name, and return its exit code."""
    try:
        _prepare_streams()
        words = sys.argv[1:] if arguments is None else arguments
        grammar = parser(words)
        given = grammar.parse_args(words)
        if given.command and (misplaced := application.misplaced(given)):
            grammar.error(f"{misplaced} is for the application, which runs without a command such as {given.command}")
        log.begin()
        if given.command:
            # A tenth of a command's time went into looking for garbage among what was just imported.
            gc.set_threshold(_OBJECTS_BEFORE_GARBAGE)
        return int(given.run(given))
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read us has enough (`| head`).
        _discard_output()
        return 0
    except ConfigError as error:
        return fail(str(error))
    except OSError as error:
        _discard_output()
        where = error.filename or "a file or the output"
        return fail(f"{error.strerror or error}: {where}. Check the disk and the folder's rights.")


def _prepare_streams() -> None:
    """Give standard streams that are closed (`>&-`) a place to go, and let no character stop an answer."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            # In this order each takes the number of the one that is missing, so that no file of ours gets it.
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115, PTH123 - open until the end
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")


def _discard_output() -> None:
    """Forget what standard output didn't take: the interpreter must not try to flush it once more."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
