"""Changing one setting in a file that a person wrote: everything else in it stays as it is, byte for byte."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

from chat_tui.config.problems import ConfigError
from chat_tui.paths import private_directory, replace_file

_COMMENTS = re.compile(r"(?:[ \t]*#[^\n]*\n)*")
"""What a file may begin with: a setting goes below it, above the first table."""


def write_text_setting(path: Path, name: str, value: str) -> None:
    """Set `name`, a text outside of tables, to `value` in the TOML file `path`; a missing file is made.

    Raises:
        ConfigError: when the file isn't TOML, or says it in a way that can't be changed safely.
        OSError: when it can't be read or written; it is then as before.
    """
    try:
        text = path.read_bytes().decode("utf-8")
    except FileNotFoundError:
        text = ""
    except UnicodeDecodeError:
        raise ConfigError(f"{path} is not UTF-8, so it was left as it is. Mend it first.") from None
    changed = with_text_setting(text, name, value)
    if changed is None:
        raise ConfigError(
            f"{path} could not be changed without touching the rest of it. Set {name} = {_quoted(value)} there."
        )
    whole = path.resolve()  # a link, perhaps to a folder under version control, stays one
    private_directory(whole.parent)
    replace_file(whole, changed.encode("utf-8"))


def with_text_setting(text: str, name: str, value: str) -> str | None:
    """Return the TOML `text` with `name`, outside of tables, set to `value`, or None when that can't be done safely.

    Whatever is tried, a parser says whether it means what was wanted: lines in a text of several lines can look like
    settings.
    """
    try:
        wanted = {**tomllib.loads(text), name: value}
    except tomllib.TOMLDecodeError:
        return None
    for candidate in _candidates(text, name, _quoted(value)):
        try:
            if tomllib.loads(candidate) == wanted:
                return candidate
        except tomllib.TOMLDecodeError:
            continue
    return None


def _candidates(text: str, name: str, quoted: str) -> Iterator[str]:
    """Yield `text` with each line that looks like the setting changed, then with a new line for it."""
    key = re.escape(name)
    line = re.compile(rf"""(?m)^([ \t]*(?:{key}|"{key}"|'{key}')[ \t]*=[ \t]*)("(?:[^"\\\n]|\\.)*"|'[^'\n]*')""")
    for match in line.finditer(text):
        yield text[: match.end(1)] + quoted + text[match.end() :]
    comments = _COMMENTS.match(text)
    place = comments.end() if comments else 0
    end = "\r\n" if "\r\n" in text else "\n"
    yield f"{text[:place]}{name} = {quoted}{end}{text[place:]}"


def _quoted(value: str) -> str:
    """Return `value` as a TOML text; JSON's escapes are among TOML's, but for DEL."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007F")
