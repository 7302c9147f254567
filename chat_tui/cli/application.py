"""`chat-tui`: the application, on OpenRouter or on the built-in emulator."""

from __future__ import annotations

import argparse
import gc
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chat_tui.cli.options import Surroundings, library_of, server_of, surroundings
from chat_tui.cli.output import fail, say, say_whole

if TYPE_CHECKING:
    from chat_tui.config.server import Server
    from chat_tui.config.themes import Theme
    from chat_tui.engine.chat import Chat
    from chat_tui.engine.library import Library
    from chat_tui.engine.session import Session
    from chat_tui.paths import Paths

DEMO_MODEL = "demo/markdown"
WRONG_USAGE = 2


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the application's options."""
    parser.add_argument(
        "--demo", action="store_true", help="use the built-in emulator: no key, no network, nothing kept"
    )
    parser.add_argument("--model", metavar="ID", help="the model to ask")
    parser.add_argument("--preset", metavar="NAME", help="a preset of yours: NAME.toml in the folder of presets")
    parser.add_argument("--theme", metavar="NAME", help="how the application looks")
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--resume", nargs="?", const="", metavar="ID", help="go on with a conversation (the latest)")
    which.add_argument("--new", action="store_true", help="begin a new conversation (the default)")


def misplaced(arguments: argparse.Namespace) -> str | None:
    """Return a flag that the application alone understands, given before a command that would ignore it."""
    flags = {"--demo": arguments.demo, "--theme": arguments.theme, "--new": arguments.new}
    flags["--resume"] = arguments.resume is not None
    if arguments.command != "ask":
        flags |= {"--model": arguments.model, "--preset": arguments.preset}
    return next((flag for flag, given in flags.items() if given), None)


def run(arguments: argparse.Namespace) -> int:
    """Run the application and return its exit code."""
    around = surroundings(arguments)
    if arguments.demo:
        import tempfile

        with tempfile.TemporaryDirectory(prefix="chat-tui-demo-") as root:
            return _run_demo(arguments, around, Path(root))
    from chat_tui.config.problems import ConfigError

    try:
        server = server_of(arguments, around.paths)
    except ConfigError as error:
        return fail(str(error))
    return _run(arguments, around, server, lambda: _session(around, server), around.paths)


def _run_demo(arguments: argparse.Namespace, around: Surroundings, root: Path) -> int:
    from chat_tui.config.server import Server
    from chat_tui.paths import Paths

    here = Paths.under(root)
    looks: dict[str, Any] = {
        name: around.settings[name] for name in ("theme", "transcript", "clipboard") if name in around.settings
    }
    server = Server("http://127.0.0.1/api/v1", "demo")
    demo = Surroundings(here, looks, [], built_in={"model": DEMO_MODEL})
    return _run(arguments, demo, server, lambda: _demo_session(here), around.paths)


def _session(around: Surroundings, server: Server) -> Session:
    from chat_tui.engine.session import Session

    return Session(server, around.settings, paths=around.paths)


def _demo_session(here: Paths) -> Session:
    """Start the emulator, in a thread of its own, and a session that ends it and keeps its files in `here`."""
    from chat_tui.config.server import Server
    from chat_tui.demo.server import DEMO_KEY, DemoServer
    from chat_tui.engine.session import Session

    emulator = DemoServer()
    return Session(Server(emulator.start(), DEMO_KEY), on_close=emulator.stop, paths=here)


def _run(
    arguments: argparse.Namespace,
    around: Surroundings,
    server: Server,
    start: Callable[[], Session],
    own: Paths,
) -> int:
    """Run the application; `own` says where the person's themes are, and the settings that name one."""
    from chat_tui.config.problems import ConfigError, Problem, nearest
    from chat_tui.config.schema import SETTINGS
    from chat_tui.config.themes import theme_files
    from chat_tui.engine.library import UnknownConversationError

    files = theme_files(own.themes)
    if arguments.theme and arguments.theme not in files:
        wanted = arguments.theme
        return fail(f"There is no theme “{wanted}”.{nearest(wanted, files)} There are: {', '.join(files)}.")
    default = SETTINGS["theme"].default
    wanted, problems = arguments.theme or around.settings.get("theme") or default, list(around.problems)
    if wanted not in files:
        reason = f"names no theme there is: “{wanted}”. “{default}” is used.{nearest(wanted, files)}"
        problems.append(str(Problem(own.settings, "theme", reason)))
    # The first paint waits for one theme only.
    theme = next((theme for name in (wanted, default) for theme in _read_themes(files, [name])[0]), None)
    others = [name for name in files if theme is None or name != theme.name]
    library = library_of(around, model=arguments.model, local_preset=arguments.preset)
    try:
        if arguments.preset:
            library.presets.read(arguments.preset)
        chat = _chat(arguments, library)
    except (ConfigError, UnknownConversationError) as error:
        return fail(str(error))
    if not _has_terminal():
        say('The application needs a terminal. In a pipe or a script, use: chat-tui ask "…"')
        return WRONG_USAGE
    needs_key = server.is_openrouter and server.key is None
    if not needs_key:
        # What is imported stays: looking through it for garbage is a tenth of the start. The application enables it.
        gc.disable()
    from chat_tui.app import ChatApp, Launch

    app = ChatApp(
        Launch(
            library=library,
            chat=chat,
            start=start,
            needs_key=needs_key,
            credentials=around.paths.credentials,
            theme=theme,
            more_themes=lambda: _read_themes(files, others),
            transcript=around.settings.get("transcript", {}),
            clipboard=around.settings.get("clipboard") or SETTINGS["clipboard"].default,
            problems=problems,
        )
    )
    app.run()
    for sentence in app.farewell:
        say_whole(sentence)
    return app.return_code or 0


def _has_terminal() -> bool:
    """Return whether there are keys to read and a screen to draw on, which Textual takes to be standard error."""
    return "TEXTUAL_DRIVER" in os.environ or (sys.stdin.isatty() and sys.stderr.isatty())


def _read_themes(files: Mapping[str, Path], names: Sequence[str]) -> tuple[list[Theme], list[str]]:
    """Return the themes of `names` that there are and that can be read, and what is wrong with the others."""
    from chat_tui.config.problems import ConfigError
    from chat_tui.config.themes import read_theme

    themes: list[Theme] = []
    problems: list[str] = []
    for name in names:
        try:
            if name in files:
                themes.append(read_theme(files[name]))
        except ConfigError as error:
            problems.append(str(error))
    return themes, problems


def _chat(arguments: argparse.Namespace, library: Library) -> Chat:
    """Return the conversation to show first.

    Raises:
        UnknownConversationError: when `--resume` names none.
    """
    if arguments.resume is None:
        return library.begin()
    return library.open(arguments.resume) if arguments.resume else library.latest() or library.begin()
