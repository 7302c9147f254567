"""Starting: what is imported before a person sees something, and what happens to what they type meanwhile."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from chat_tui.demo.server import DemoServer
from tests.cli.home import Home, until
from tests.terminal.driver import Terminal

pytestmark = pytest.mark.xdist_group("terminal")

PAINTED = "the composer is painted"
# What the first paint must not wait for: the wire, the transcript's libraries, the emulator, images, the index.
LATER = (
    "httpx", "pydantic", "markdown_it", "pygments.lexers", "starlette", "uvicorn", "PIL", "sqlite3",
)  # fmt: skip
ALWAYS = {"httpx", "pydantic", "markdown_it", "pygments.lexers"}
"""Of these, what every run needs sooner or later."""

# Runs chat-tui, with the rest of the arguments, and writes down the order in which things happened. The first import
# of the wire waits for a file, so that a test can keep the engine from being ready: it waits where the module is
# executed, for while a module is looked for no other thread can import anything.
_RECORDER = """
import json, sys, time
from importlib.machinery import PathFinder
from pathlib import Path

record, gate, watched, *arguments = sys.argv[1:]
watched = json.loads(watched)
happened = []


def note(what):
    if what not in happened:
        happened.append(what)
        Path(record).write_text(json.dumps(happened))


class Watch:
    def find_spec(self, name, path=None, target=None):
        if name in watched:
            note(name)
        if name == "httpx":
            spec = PathFinder.find_spec(name, path, target)
            execute = spec.loader.exec_module

            def wait_and_execute(module):
                while not Path(gate).exists():
                    time.sleep(0.01)
                execute(module)

            spec.loader.exec_module = wait_and_execute
            return spec


from textual.drivers.linux_driver import LinuxDriver

write = LinuxDriver.write


def watched_write(self, data):
    if "sk anything" in data:
        note("the composer is painted")
    write(self, data)


LinuxDriver.write = watched_write
sys.meta_path.insert(0, Watch())
from chat_tui.cli.main import main

raise SystemExit(main(arguments))
"""

_IMPORTED = """
import sys
from chat_tui.__main__ import main
try:
    main(sys.argv[1:])
except SystemExit as ended:
    assert not ended.code, ended.code
print(*sys.modules, file=sys.stderr)
"""


class Recorded:
    """A recorded run of the application: its terminal, and what happened in it."""

    def __init__(self, home: Home, *arguments: str) -> None:
        self._record = home.root / "record.json"
        self._gate = home.root / "gate"
        script = [sys.executable, "-c", _RECORDER, str(self._record), str(self._gate), json.dumps(LATER), *arguments]
        self.terminal = Terminal(script, home.environment(), home.work)

    @property
    def happened(self) -> list[str]:
        """What happened, in its order; each thing once."""
        try:
            happened: list[str] = json.loads(self._record.read_text())
        except (FileNotFoundError, ValueError):
            return []  # not yet, or being written
        return happened

    def let_the_engine_start(self) -> None:
        """Let the first import of the wire go on."""
        self._gate.touch()


@pytest.fixture(scope="module")
def server() -> Iterator[DemoServer]:
    with DemoServer(pace=0) as running:
        yield running


@pytest.fixture
def home(tmp_path: Path, server: DemoServer) -> Home:
    return Home(tmp_path / "home", server.base_url)


@pytest.mark.parametrize("words", [["--version"], ["--help"], ["paths"], ["list"]])
def test_small_commands_import_little(home: Home, words: list[str]) -> None:
    done = home.run_process([sys.executable, "-c", _IMPORTED, *words])
    assert done.code == 0
    imported = set(done.err.splitlines()[-1].split())
    assert "chat_tui.cli.main" in imported
    needed = {"sqlite3"} if words == ["list"] else set()  # the index tells of models and costs
    assert imported.isdisjoint({"textual", "rich", *LATER} - needed)


@pytest.mark.parametrize("arguments", [["--model", "demo/echo"], ["--demo"], ["--resume"]], ids=" ".join)
def test_the_first_paint_waits_for_textual_alone(home: Home, arguments: list[str]) -> None:
    if "--resume" in arguments:
        home.converse()
    recorded = Recorded(home, *arguments)
    recorded.let_the_engine_start()
    with recorded.terminal as terminal:
        terminal.wait_for_cursor_on("Ask anything")
        until(lambda: set(recorded.happened) >= ALWAYS, "all imports")
        assert recorded.happened[0] == PAINTED
        assert terminal.quit() == 0


def test_what_is_typed_before_the_engine_is_ready_is_kept(home: Home) -> None:
    recorded = Recorded(home, "--model", "demo/echo")
    with recorded.terminal as terminal:
        terminal.wait_for_cursor_on("Ask anything")
        until(lambda: "httpx" in recorded.happened, "the engine to start")
        terminal.type("First words")
        terminal.send("\r")
        terminal.wait_until(lambda screen: "First words" not in screen.splitlines()[-3], "an empty composer")
        terminal.type("and more")
        assert not home.data.exists()
        recorded.let_the_engine_start()
        screen = terminal.wait_for('"content": "First words"', "demo/echo · Demo")
        assert "and more" in screen.splitlines()[-3]
        assert terminal.quit() == 0
    assert home.messages()[0]["parts"][0]["text"] == "First words"


def test_quitting_before_the_engine_is_ready(home: Home) -> None:
    recorded = Recorded(home, "--model", "demo/echo")
    with recorded.terminal as terminal:
        terminal.wait_for_cursor_on("Ask anything")
        until(lambda: "httpx" in recorded.happened, "the engine to start")
        terminal.type("never sent")
        terminal.send("\x11")
        # Only the import is awaited: nobody can stop a thread in the middle of one.
        recorded.let_the_engine_start()
        assert terminal.wait_for_end() == 0
        assert b"Traceback" not in terminal.raw
