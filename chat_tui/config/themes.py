"""Themes as data: the shipped ones and the user's own, from TOML files."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from chat_tui.config.problems import ConfigError, nearest
from chat_tui.paths import NotTomlError, read_toml

COLORS = (
    "primary", "secondary", "accent", "foreground", "background", "surface", "panel", "warning", "error", "success",
)  # fmt: skip
REQUIRED = ("primary", "foreground", "background")
_HEX = re.compile(r"#(?:[0-9a-fA-F]{3}|[0-9a-fA-F]{6})")
# Variables become part of Textual's style sheet, where one that doesn't fit its place ends the application.
_VARIABLE = re.compile(r"[a-z0-9-]+")
_SHADE = re.compile(r"#(?:[0-9a-fA-F]{3}|[0-9a-fA-F]{6}|[0-9a-fA-F]{8})")
_WORD = "(?:bold|dim|italic|reverse|strike|underline)"
_STYLE = re.compile(rf"none|{_WORD}(?: {_WORD})*")


@dataclass(frozen=True, slots=True)
class Theme:
    """A name, whether it is dark, and colours as `#rrggbb` by their role."""

    name: str
    dark: bool
    colors: dict[str, str]
    variables: dict[str, str] = field(default_factory=dict)
    """More of Textual's theme variables, by name."""


def shipped_themes() -> Path:
    """Return the folder of the themes that come with chat-tui: in the wheel, or beside the package in a checkout."""
    package = Path(__file__).parent.parent
    installed = package / "themes"
    return installed if installed.is_dir() else package.parent / "themes"


def theme_files(own: Path) -> dict[str, Path]:
    """Return the files of all themes by name, shipped ones first; a user's theme hides a shipped one of its name."""
    return {path.stem: path for folder in (shipped_themes(), own) for path in sorted(folder.glob("*.toml"))}


def read_theme(path: Path) -> Theme:
    """Return the theme in `path`; its name is the file's.

    Raises:
        ConfigError: one sentence that names the file, the key and the nearest valid one.
    """
    try:
        data = read_toml(path)
    except OSError as error:
        raise ConfigError(f"The theme {path} can't be read: {error.strerror}.") from None
    except NotTomlError as error:
        raise ConfigError(f"The theme {path} is not TOML: {error}.") from None
    for key in data:
        if key not in ("dark", "colors", "variables"):
            raise ConfigError(f"The theme {path} has an unknown key “{key}”.{nearest(key, ('dark', 'colors'))}")
    dark, colors, variables = data.get("dark", True), data.get("colors", {}), data.get("variables", {})
    if not isinstance(dark, bool) or not isinstance(colors, dict) or not isinstance(variables, dict):
        raise ConfigError(f"The theme {path} needs “dark = true” or “false”, and tables [colors] and [variables].")
    _check_colors(path, colors)
    _check_variables(path, variables)
    return Theme(path.stem, dark, colors, variables)


def _check_colors(path: Path, colors: dict[str, Any]) -> None:
    for name, value in colors.items():
        if name not in COLORS:
            raise ConfigError(f"The theme {path} has an unknown colour “{name}”.{nearest(name, COLORS)}")
        if not isinstance(value, str) or not _HEX.fullmatch(value):
            raise ConfigError(f"The theme {path}: the colour “{name}” should look like #4477aa.")
    if missing := next((name for name in REQUIRED if name not in colors), None):
        raise ConfigError(f"The theme {path} has no colour “{missing}”.")


def _check_variables(path: Path, variables: dict[str, Any]) -> None:
    for name, value in variables.items():
        if not _VARIABLE.fullmatch(name):
            raise ConfigError(f"The theme {path}: “variables” has a name with more than a-z, 0-9 and “-”: “{name}”.")
        if not isinstance(value, str):
            raise ConfigError(f"The theme {path}: “variables.{name}” should be text.")
        is_style = "style" in name.split("-")
        if not (_STYLE if is_style else _SHADE).fullmatch(value):
            like = "“bold” or “reverse underline”" if is_style else "#4477aa"
            raise ConfigError(f"The theme {path}: “variables.{name}” should look like {like}.")
