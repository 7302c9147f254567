"""Imports point one way, and what a start needs is all that it loads."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SLOW_TO_IMPORT = frozenset({"httpx", "pydantic", "markdown_it", "pygments", "PIL", "sqlite3"})


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, *arguments], cwd=ROOT, capture_output=True, text=True, timeout=120)


def loaded_by(code: str) -> set[str]:
    """Return the names of all modules that are loaded after `code` ran in a fresh interpreter."""
    done = run("-c", f"import sys\n{code}\nprint(*sys.modules, sep='\\n')")
    assert done.returncode == 0, done.stderr
    return set(done.stdout.splitlines())


def test_the_layers_hold() -> None:
    done = run("-c", "from importlinter.cli import lint_imports_command; lint_imports_command()", "--no-cache")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 broken" in done.stdout


@pytest.mark.parametrize(
    "module",
    [
        "chat_tui.cli.main",
        "chat_tui.engine.library",
        "chat_tui.engine.chat",
        "chat_tui.app",
        "chat_tui.screens.chat",
    ],
)
def test_nothing_slow_comes_before_the_first_paint(module: str) -> None:
    assert SLOW_TO_IMPORT & loaded_by(f"import {module}") == set()


def test_a_lock_is_imported_when_it_is_taken() -> None:
    assert "filelock" not in loaded_by("import chat_tui.engine.library")


def test_the_version_is_said_without_the_application() -> None:
    code = (
        "from chat_tui.cli.main import main\ntry: main(['--version'])\nexcept SystemExit as done: assert done.code == 0"
    )
    assert (SLOW_TO_IMPORT | {"textual", "filelock", "platformdirs"}) & loaded_by(code) == set()


def test_settings_and_folders_are_read_without_anything_slow(tmp_path: Path) -> None:
    code = (
        "from pathlib import Path\n"
        "from chat_tui.config.settings import read_settings\n"
        "from chat_tui.config.server import find_server\n"
        "from chat_tui.config.themes import theme_files, read_theme\n"
        f"read_settings(Path({str(tmp_path)!r}) / 'config.toml')\n"
        "find_server({}, Path('none'))\n"
        "[read_theme(file) for file in theme_files(Path('none')).values()]"
    )
    assert (SLOW_TO_IMPORT | {"textual", "asyncio"}) & loaded_by(code) == set()


def ours(code: str) -> set[str]:
    """Return the parts of chat-tui that `code` loads."""
    return {name.split(".")[1] for name in loaded_by(code) if name.startswith("chat_tui.")}


def test_the_wire_stands_alone() -> None:
    assert ours("import chat_tui.openrouter.client") == {"openrouter", "text"}


def test_the_conversation_knows_no_wire() -> None:
    loaded = "import chat_tui.conversation.folder, chat_tui.conversation.tree"
    assert ours(loaded) == {"conversation", "paths"}
    leaving = "import chat_tui.conversation.exports.formats, chat_tui.conversation.imports.detect"
    assert ours(leaving) == {"conversation", "paths", "text"}


def test_the_engine_needs_no_screen() -> None:
    loaded = loaded_by("import chat_tui.engine.session")
    assert "textual" not in loaded
    assert not {name for name in loaded if name.startswith(("chat_tui.screens", "chat_tui.demo", "chat_tui.cli"))}


def test_the_emulator_stands_alone() -> None:
    assert ours("import chat_tui.demo.server") == {"demo"}
