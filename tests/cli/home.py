"""A home of a test's own, and commands that run in it."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chat_tui.config.server import Server
from chat_tui.demo.server import DEMO_KEY
from chat_tui.engine.library import Library
from chat_tui.engine.session import Session
from chat_tui.paths import Paths

PATIENCE = 20.0
"""Seconds after which a test that waits has failed."""
_LOOK_AGAIN = 0.02  # seconds


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def sentence(self) -> str:
        """The one line on standard error, when that is all there is."""
        lines = self.err.splitlines()
        assert len(lines) == 1, self.err
        assert lines[0].startswith("chat-tui: "), self.err
        return lines[0].removeprefix("chat-tui: ")

    def json(self) -> Any:
        """The one JSON object on standard output."""
        return json.loads(self.out)


class Home:
    """The folders of one person, and the server that they use.

    Args:
        root: An empty folder.
        base_url: The server; None for what chat-tui takes by default, without a key.
    """

    def __init__(self, root: Path, base_url: str | None) -> None:
        self.root = root
        self._base_url = base_url
        for folder in (self.config, self.work):
            folder.mkdir(parents=True)

    @property
    def config(self) -> Path:
        return self.root / "config"

    @property
    def data(self) -> Path:
        return self.root / "data"

    @property
    def work(self) -> Path:
        """Where commands run: not the checkout."""
        return self.root / "work"

    def environment(self, **changes: str) -> dict[str, str]:
        """Return all variables that a command gets, with `changes`."""
        folders = {
            f"CHAT_TUI_{name.upper()}_DIR": str(self.root / name) for name in ("config", "data", "cache", "state")
        }
        server = (
            {} if self._base_url is None else {"OPENROUTER_BASE_URL": self._base_url, "OPENROUTER_API_KEY": DEMO_KEY}
        )
        own = {"HOME": str(self.root), "PATH": os.environ["PATH"], "LANG": "C.UTF-8", "TERM": "xterm-256color"}
        return {**own, **folders, **server, **changes}

    def start(self, *arguments: str, **changes: str) -> subprocess.Popen[bytes]:
        """Start a command with nothing to read and pipes to read from; who starts it waits for it."""
        return self.start_process(command(*arguments), **changes)

    def start_process(self, program: list[str], **changes: str) -> subprocess.Popen[bytes]:
        """Start any program as `start` does."""
        return subprocess.Popen(
            program,
            cwd=self.work,
            env=self.environment(**changes),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def run(self, *arguments: str, given: str = "", **changes: str) -> Outcome:
        """Run a command to its end, with `given` piped in and `changes` of the environment."""
        return self.run_process(command(*arguments), given, **changes)

    def run_shell(self, script: str, **changes: str) -> Outcome:
        """Run a line of shell in which `$chat_tui` is the command."""
        return self.run_process(["/bin/sh", "-c", script], chat_tui=" ".join(command()), **changes)

    def run_process(self, process: list[str], given: str = "", **changes: str) -> Outcome:
        """Run any program to its end, in this home."""
        done = subprocess.run(
            process,
            cwd=self.work,
            env=self.environment(**changes),
            input=given.encode(),
            capture_output=True,
            timeout=PATIENCE,
        )
        return Outcome(done.returncode, done.stdout.decode(), done.stderr.decode())

    def ask(self, model: str, *arguments: str, given: str = "", **changes: str) -> Outcome:
        """Ask a demo model something."""
        return self.run("ask", "Say hello", "--model", f"demo/{model}", *arguments, given=given, **changes)

    def converse(self, prompt: str = "Say hello", model: str = "demo/echo") -> None:
        """Leave behind what `ask` does, for tests of something else: in this process, which takes a tenth of the time.

        The home has a server.
        """
        assert self._base_url is not None
        server = Server(self._base_url, DEMO_KEY)
        paths = Paths(self.config, self.data, self.root / "cache", self.root / "state")

        async def turn() -> None:
            chat = Library(paths).begin()
            chat.change(model=model)
            session = Session(server, paths=paths)
            try:
                await (await session.send(chat, prompt)).wait()
            finally:
                await session.close()
                chat.close()

        asyncio.run(turn())

    def conversations(self, *arguments: str) -> list[dict[str, Any]]:
        """What `list --json` says."""
        listed = self.run("list", *arguments, "--json").json()
        assert listed["schema"] == 1
        rows: list[dict[str, Any]] = listed["conversations"]
        return rows

    def messages(self) -> list[dict[str, Any]]:
        """Every record in every journal, in its order."""
        journals = sorted(self.data.rglob("messages.jsonl"))
        return [json.loads(line) for journal in journals for line in journal.read_bytes().splitlines()]

    def partial(self) -> str:
        """The text in the files of replies that stream, as far as its lines are whole."""
        files = (self.data / "conversations").glob("*/partial/*.jsonl")
        lines = [line for file in files for line in file.read_bytes().splitlines(keepends=True)]
        return "".join(json.loads(line).get("text", "") for line in lines if line.endswith(b"\n"))

    def files(self) -> list[Path]:
        """Every file that is there."""
        return [path for path in self.root.rglob("*") if path.is_file()]


def command(*arguments: str) -> list[str]:
    """Return how chat-tui is called."""
    return [sys.executable, "-m", "chat_tui", *arguments]


def until(condition: Callable[[], object], what: str) -> None:
    """Return as soon as `condition` holds; fail, naming `what` was waited for, when it never does."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, f"waited in vain for {what}"
        time.sleep(_LOOK_AGAIN)
