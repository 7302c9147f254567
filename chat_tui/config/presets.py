"""Local presets: settings with a name, one TOML file each, in the shape of `config.toml`."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chat_tui.config.names import Layer
from chat_tui.config.problems import ConfigError, Problem, nearest
from chat_tui.config.settings import preset_settings, read_preset_settings
from chat_tui.paths import private_directory, read_file, replace_file

_ENDING = ".toml"
_NAME = re.compile(r"[^\W_][\w .+-]{0,63}")
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)
"""What no file can be called on Windows, where a preset may be copied to."""
_HEADING = "# A preset of chat-tui: settings in the shape of config.toml. See “Presets” in the README.\n"


@dataclass(frozen=True, slots=True)
class Preset:
    """A local preset: its name, its file, what counts of its settings, and what in it is wrong."""

    name: str
    path: Path
    settings: Layer
    problems: tuple[Problem, ...] = ()


class Presets:
    """The presets in one folder; its methods read and write files.

    Args:
        folder: Where they are; made with the first one.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def names(self) -> list[str]:
        """Return the names of all presets, in alphabetical order."""
        try:
            entries = [path.stem for path in self.folder.iterdir() if path.suffix == _ENDING and path.is_file()]
        except OSError:
            return []
        return sorted((name for name in entries if _NAME.fullmatch(name)), key=str.casefold)

    def all(self) -> list[Preset]:
        """Return all presets; one that can't be read is there with what is wrong, and sets nothing."""
        found: list[Preset] = []
        for name in self.names():
            with suppress(ConfigError):  # it went away in this moment
                found.append(self.read(name))
        return found

    def read(self, name: str) -> Preset:
        """Return the preset `name`; what in it is wrong is left out.

        Raises:
            ConfigError: when there is none; it names the nearest.
        """
        path = self.path(name)
        try:
            settings, problems = read_preset_settings(path)
        except FileNotFoundError:
            raise ConfigError(f"There is no preset “{name}” in {self.folder}.{nearest(name, self.names())}") from None
        except OSError as error:
            return Preset(name, path, {}, (Problem(path, "", f"can't be read: {error.strerror}. It sets nothing."),))
        return Preset(name, path, settings, tuple(problems))

    def write(self, name: str, settings: Layer, *, replacing: bool = False) -> Preset:
        """Write `settings` as the preset `name`, in one step.

        Raises:
            ConfigError: when the name is none, or there is such a preset already.
            OSError: when the disk doesn't take it; a preset that was there stays whole.
        """
        import tomli_w

        path = self.path(name)
        if path.exists() and not replacing:
            raise ConfigError(f"There is a preset “{name}” already. Choose another name, or delete it first.")
        kept, problems = preset_settings(settings, path)
        private_directory(self.folder)
        replace_file(path.resolve(), (_HEADING + tomli_w.dumps(_plain(kept))).encode("utf-8", "replace"))
        return Preset(name, path, kept, tuple(problems))

    def content(self, name: str) -> bytes | None:
        """Return what the file of the preset `name` holds, or None when there is none.

        Raises:
            ConfigError: when no file can have that name.
            OSError: when it can't be read.
        """
        try:
            return read_file(self.path(name))
        except FileNotFoundError:
            return None

    def rename(self, name: str, new: str) -> Preset:
        """Give the preset `name` the name `new`; its file stays as it is, comments and all.

        Raises:
            ConfigError: when there is none, or the new name is none or taken.
            OSError: when the disk doesn't let it.
        """
        preset, path = self.read(name), self.path(new)
        if path.exists() and not path.samefile(preset.path):
            raise ConfigError(f"There is a preset “{new}” already. Choose another name, or delete it first.")
        preset.path.rename(path)
        return self.read(new)

    def delete(self, name: str) -> bytes:
        """Delete the preset `name`, and return what its file held.

        Raises:
            ConfigError: when there is none.
            OSError: when the disk doesn't let it.
        """
        path = self.read(name).path
        content = read_file(path)
        path.unlink()
        return content

    def exchange(self, name: str, held: bytes | None, content: bytes | None) -> None:
        """Let the file of the preset `name` hold `content` in place of `held`; None: there is no such file.

        Raises:
            ConfigError: when it holds something else by now; that stays.
            OSError: when the disk doesn't take it.
        """
        if self.content(name) != held:
            raise ConfigError(f"The preset “{name}” was changed meanwhile, so it was left as it is.")
        if content is None:
            self.path(name).unlink()
        else:
            private_directory(self.folder)
            replace_file(self.path(name).resolve(), content)

    def path(self, name: str) -> Path:
        """Return the file of the preset `name`, whether it is there or not.

        Raises:
            ConfigError: when no file can have that name.
        """
        if not _NAME.fullmatch(name) or _RESERVED.fullmatch(name) or name != name.strip() or name.endswith("."):
            raise ConfigError(
                f"“{name}” can't be a preset's name: it begins with a letter or digit and has only these, spaces, "
                "and . + - _, 64 at most; Windows keeps a few for itself, such as “con”. "
                "(OpenRouter's presets are named as @slug.)"
            )
        return self.folder / f"{name}{_ENDING}"


def _plain(value: Any) -> Any:
    """Return mappings as dicts and sequences as lists, which is what TOML is written from."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items() if item is not None}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value
