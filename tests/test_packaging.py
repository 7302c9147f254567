"""The wheel: what a person installs works outside the checkout."""

from __future__ import annotations

import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

from chat_tui import __version__

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("packaging")]

CHECKOUT = Path(__file__).parent.parent
THEMES = sorted(path.stem for path in (CHECKOUT / "themes").glob("*.toml"))
PATIENCE = 300.0  # seconds; a package index may be slow


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel."""
    folder = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", folder, CHECKOUT, cwd=folder)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install the wheel with its dependencies into a fresh environment, and return the folder of its programs."""
    folder = tmp_path_factory.mktemp("venv")
    venv.create(folder, with_pip=False)
    bin_folder = folder / ("Scripts" if sys.platform == "win32" else "bin")
    run(sys.executable, "-m", "pip", "--python", bin_folder / "python", "install", "--quiet", wheel, cwd=folder)
    return bin_folder


@pytest.fixture(autouse=True)
def nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave this person's own settings and server out."""
    monkeypatch.setenv("CHAT_TUI_CONFIG_DIR", str(tmp_path / "config"))
    monkeypatch.delenv("OPENROUTER_BASE_URL", raising=False)
    monkeypatch.delenv("OPENROUTER_API_KEY", raising=False)


def run(*words: str | Path, cwd: Path, check: bool = True) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(w) for w in words], cwd=cwd, capture_output=True, text=True, timeout=PATIENCE, check=check
    )


def test_the_wheel_holds_everything_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    assert {f"chat_tui/themes/{name}.toml" for name in THEMES} <= names
    for kind in ("tcss", "toml", "json"):
        beside = {path.relative_to(CHECKOUT).as_posix() for path in (CHECKOUT / "chat_tui").rglob(f"*.{kind}")}
        assert beside
        assert beside <= names
    assert "chat_tui/py.typed" in names
    info = f"chat_tui-{__version__}.dist-info/"
    assert [name for name in names if not name.startswith(("chat_tui/", info))] == []
    assert [name for name in names if "__pycache__" in name] == []


def test_the_installed_program(installed: Path, tmp_path: Path) -> None:
    assert run(installed / "chat-tui", "--version", cwd=tmp_path).stdout == f"chat-tui {__version__}\n"
    refused = run(installed / "chat-tui", "--theme", "nosuch", cwd=tmp_path, check=False)
    assert (refused.returncode, refused.stdout) == (1, "")
    assert f"There are: {', '.join(THEMES)}." in refused.stderr


def test_the_five_themes(installed: Path, tmp_path: Path) -> None:
    script = (
        "from chat_tui.config.themes import shipped_themes, read_theme\n"
        "print(shipped_themes())\n"
        "print(*sorted(read_theme(file).name for file in shipped_themes().glob('*.toml')))"
    )
    folder, names = run(installed / "python", "-c", script, cwd=tmp_path).stdout.splitlines()
    assert Path(folder).is_relative_to(installed.parent)
    assert len(THEMES) == 5
    assert names.split() == THEMES


def test_the_installed_emulator_answers(installed: Path, tmp_path: Path) -> None:
    script = (
        "import os\n"
        "from chat_tui.cli.main import main\n"
        "from chat_tui.demo.server import DEMO_KEY, DemoServer\n"
        "with DemoServer(pace=0) as server:\n"
        "    os.environ |= {'OPENROUTER_API_KEY': DEMO_KEY, 'OPENROUTER_BASE_URL': server.base_url}\n"
        "    raise SystemExit(main(['ask', 'Hi', '--model', 'demo/echo', '--no-save']))\n"
    )
    asked = subprocess.run(
        [installed / "python", "-c", script],
        cwd=tmp_path,
        env={"HOME": str(tmp_path), "PATH": str(installed)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    assert (asked.returncode, asked.stderr) == (0, "")
    assert '"content": "Hi"' in asked.stdout
