"""Where everything is: the folders for configuration, data, cache and state."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

DIRECTORY_MODE = 0o700
FILE_MODE = 0o600


@dataclass(frozen=True, slots=True)
class Paths:
    """The four folders that chat-tui reads and writes; nothing is created before it is needed."""

    config: Path
    data: Path
    cache: Path
    state: Path

    @classmethod
    def find(
        cls,
        environment: Mapping[str, str],
        *,
        data: Path | None = None,
        config: Path | None = None,
    ) -> Paths:
        """Return the folders that flags, then the environment, then the system name."""
        import platformdirs

        def folder(flag: Path | None, variable: str, default: Path) -> Path:
            return (flag or Path(environment.get(variable) or default)).expanduser().absolute()

        dirs = platformdirs.PlatformDirs("chat-tui", appauthor=False)
        return cls(
            config=folder(config, "CHAT_TUI_CONFIG_DIR", dirs.user_config_path),
            data=folder(data, "CHAT_TUI_DATA_DIR", dirs.user_data_path),
            cache=folder(None, "CHAT_TUI_CACHE_DIR", dirs.user_cache_path),
            state=folder(None, "CHAT_TUI_STATE_DIR", dirs.user_state_path),
        )

    @classmethod
    def under(cls, root: Path) -> Paths:
        """Return four folders under one: the demo's, a test's."""
        return cls(root / "config", root / "data", root / "cache", root / "state")

    @property
    def conversations(self) -> Path:
        return self.data / "conversations"

    @property
    def credentials(self) -> Path:
        return self.config / "credentials.toml"

    @property
    def settings(self) -> Path:
        return self.config / "config.toml"

    @property
    def themes(self) -> Path:
        return self.config / "themes"

    @property
    def log(self) -> Path:
        return self.state / "chat-tui.log"


def private_directory(path: Path) -> Path:
    """Create `path` and its missing parents on disk, readable by their owner only, and return it."""
    if not path.is_dir():
        private_directory(path.parent)
        path.mkdir(mode=DIRECTORY_MODE, exist_ok=True)
        with suppress(PermissionError):  # a parent that can't be listed can't be synced either
            sync_directory(path.parent)
    return path


def replace_file(path: Path, content: bytes) -> None:
    """Write `content` to `path` in one step: a reader, or a crash, sees the old file or the new one, whole."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.new")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, FILE_MODE)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    sync_directory(path.parent)


def sync_directory(path: Path) -> None:
    """Put the names in `path` on disk: a new file survives a power cut only when its folder does."""
    if os.name != "posix":
        return  # Windows can't open a folder; it journals names itself.
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
