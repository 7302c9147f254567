"""The flags that commands share, and what they lead to: folders, settings, server, library."""

from __future__ import annotations

import argparse
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from chat_tui.config.server import Server
    from chat_tui.engine.library import Library
    from chat_tui.paths import Paths


def folder_options() -> argparse.ArgumentParser:
    """Return a parent parser with the flags that say where the files are."""
    parser = argparse.ArgumentParser(add_help=False, argument_default=argparse.SUPPRESS)
    parser.add_argument("--data-dir", type=Path, metavar="DIR", help="where conversations are kept")
    parser.add_argument("--config-dir", type=Path, metavar="DIR", help="where settings, themes and credentials are")
    return parser


def server_options() -> argparse.ArgumentParser:
    """Return a parent parser with the flags that say which server is asked."""
    parser = argparse.ArgumentParser(add_help=False, argument_default=argparse.SUPPRESS)
    parser.add_argument("--base-url", metavar="URL", help="the API to use instead of OpenRouter's")
    return parser


class Surroundings(NamedTuple):
    """What a command works with."""

    paths: Paths
    settings: dict[str, Any]
    """What `config.toml` sets."""
    problems: list[str]
    """What is wrong in `config.toml`, one sentence each."""
    built_in: Mapping[str, Any] | None = None
    """What holds where nobody says anything, where that differs from what the application says everywhere."""


def surroundings(arguments: argparse.Namespace) -> Surroundings:
    """Return the folders and settings that flags, environment and files lead to.

    Raises:
        ConfigError: when a folder's name leads nowhere.
    """
    from chat_tui.config.problems import ConfigError
    from chat_tui.config.settings import read_settings
    from chat_tui.paths import NoFolderError, Paths

    flags = {name: getattr(arguments, f"{name}_dir", None) for name in ("data", "config")}
    try:
        paths = Paths.find(os.environ, **flags)
    except NoFolderError as error:
        raise ConfigError(str(error)) from None
    settings, problems = read_settings(paths.settings)
    return Surroundings(paths, settings, [str(problem) for problem in problems])


def server_of(arguments: argparse.Namespace, paths: Paths) -> Server:
    """Return the server to ask.

    Raises:
        ConfigError: when the address or the credentials can't be used.
    """
    from chat_tui.config.server import find_server

    return find_server(os.environ, paths.credentials, getattr(arguments, "base_url", None))


def secrets_of(around: Surroundings) -> tuple[str, ...]:
    """Return the keys that this person has, and the headers they send: what must not leave with a conversation."""
    from chat_tui.config.server import known_keys

    headers = around.settings.get("headers", {})
    return (*known_keys(os.environ, around.paths.credentials), *(str(value) for value in headers.values()))


def library_of(around: Surroundings, paths: Paths | None = None, **flags: Any) -> Library:
    """Return the conversations under `paths`, else the person's, with `flags` that aren't None above their settings."""
    from chat_tui.engine.library import Library

    given = {name: value for name, value in flags.items() if value is not None}
    return Library(
        paths or around.paths,
        defaults=around.settings,
        flags=given,
        presets=around.paths.presets,
        built_in=around.built_in,
    )


NO_KEY = (
    'There is no API key yet. Set OPENROUTER_API_KEY, or write key = "sk-or-v1-…" in {credentials} (chmod 600), '
    "with a key from https://openrouter.ai/keys. To look around without one: chat-tui --demo"
)
