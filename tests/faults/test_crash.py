"""`kill -9` at seeded moments of a turn: nothing sent is lost, what had arrived is kept, and the next turn works."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from chat_tui.config.server import Server
from chat_tui.config.settings import BUILT_IN, merged
from chat_tui.conversation.values import Message
from chat_tui.demo.server import DEMO_KEY, DemoServer
from chat_tui.engine.chat import Chat
from chat_tui.engine.library import Library
from chat_tui.engine.session import Session
from chat_tui.paths import Paths
from tests.cli.home import Home, command
from tests.faults.wire import Wire
from tests.terminal.driver import PATIENCE, Terminal

pytestmark = pytest.mark.xdist_group("faults")

CRASHES = int(os.environ.get("CHAT_TUI_CRASHES", "5"))
"""Of the application, and as many of `ask`."""
SEED = int(os.environ.get("CHAT_TUI_SEED", "7"))
KEPT_AFTER = float(os.environ.get("CHAT_TUI_KEPT_AFTER", "0.5"))
"""Seconds after which what arrived has to be on disk: 0.15 is the promise, for a machine that does nothing else."""
MOMENTS = ("sending", "asked", "streaming", "end", "final write", "typing", "first bytes", "streaming")
MODELS = ("demo/markdown", "demo/reasoning", "demo/slow")
ENDED = "ended before"
_TICK = 0.005


@dataclass
class Lateness:
    """How late this machine lets a process run that only wants to wait: a kept promise can't be earlier."""

    worst: float = 0.0
    _log: list[tuple[float, float]] = field(default_factory=list)
    _over: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> Lateness:
        threading.Thread(target=self._measure, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()

    def _measure(self) -> None:
        before = time.monotonic()
        while not self._over.wait(_TICK):
            after = time.monotonic()
            self._log.append((after, after - before - _TICK))
            before = after

    def before(self, moment: float) -> float:
        """Return the worst of the half second before `moment`, in seconds."""
        late = max((late for at, late in self._log if moment - 0.5 <= at <= moment + 0.1), default=0.0)
        self._log.clear()
        self.worst = max(self.worst, late)
        return late


@dataclass
class Person:
    """Who uses chat-tui while it is killed, and what they must find again."""

    home: Home
    wire: Wire
    server: DemoServer
    lateness: Lateness
    chance: random.Random
    sent: dict[str, list[str]] = field(default_factory=dict)
    """By conversation, every prompt that reached the server."""
    moments: Counter[str] = field(default_factory=Counter)
    kept: int = 0
    """In how many crashes something had arrived that had to be kept."""

    @property
    def crashes(self) -> int:
        """How many there were by now."""
        return self.moments.total() - self.moments[ENDED]

    @property
    def library(self) -> Library:
        root = self.home.root
        paths = Paths(root / "config", root / "data", root / "cache", root / "state")
        return Library(paths, defaults=merged(BUILT_IN, {"model": "demo/echo"}))

    def numbers(self) -> Iterator[int]:
        """Yield a number for each run until there were enough crashes."""
        number = 0
        while self.crashes < CRASHES:
            yield number
            number += 1

    def crash(self, number: int, terminal: Terminal, moment: str, prompt: str) -> Chat | None:
        """Let the turn go on until `moment`, kill it, and check what is left; return the conversation."""
        self._wait(terminal, moment)
        killed = time.monotonic()
        terminal.process.kill()
        # `ask` may have ended by then: that is checked like a crash, but is none.
        self.moments[moment if terminal.process.wait(PATIENCE) == -signal.SIGKILL else ENDED] += 1
        late = self.lateness.before(killed)
        about = f"seed {SEED}, crash {number}, {moment}"
        reasoning, text = self.wire.said(killed - KEPT_AFTER - late)
        reached = bool(self.wire.asked)
        chat = self.library.latest()
        if chat is None:
            assert not reached, about
            return None
        chat.load()
        try:
            if reached:
                self.sent.setdefault(chat.id, []).append(prompt)
            said = [message.text for message in chat.tree if message.role == "user"]
            assert [one for one in self.sent.get(chat.id, []) if one not in said] == [], about
            assert all(message.status != "streaming" for message in chat.tree), about
            assert not list((chat.folder.path / "partial").glob("*")), about
            assert chat.problems == [], about
            if reasoning or text:
                self.kept += 1
                self._check_kept(chat, prompt, reasoning, text, about)
        finally:
            chat.close()
        asyncio.run(self._next_turn(chat, about))
        return chat

    def _check_kept(self, chat: Chat, prompt: str, reasoning: str, text: str, about: str) -> None:
        reply = chat.path[-1]
        assert reply.role == "assistant", about
        assert chat.tree[reply.parent or ""].text == prompt, about
        assert reply.reasoning.startswith(reasoning), f"{about}: lost {reasoning[len(reply.reasoning) :]!r}"
        assert reply.text.startswith(text), f"{about}: lost {text[len(reply.text) :]!r}"
        assert reply.status in ("interrupted", "complete"), about

    async def _next_turn(self, chat: Chat, about: str) -> None:
        session = Session(Server(self.server.base_url, DEMO_KEY))
        prompt = f"after {about}"
        try:
            chat.change(model="demo/citations")
            reply: Message = await (await session.send(chat, prompt)).wait()
        finally:
            await session.close()
        assert reply.status == "complete", about
        self.sent.setdefault(chat.id, []).append(prompt)

    def _wait(self, terminal: Terminal, moment: str) -> None:
        wire, chance = self.wire, self.chance
        match moment:
            case "typing" | "sending":
                pass
            case "asked":
                _pump_until(terminal, lambda: bool(wire.asked))
            case "first bytes" | "streaming":
                _pump_until(terminal, lambda: wire.said(float("inf")) != ("", ""))
            case _:
                _pump_until(terminal, wire.is_over)
        longest = {"sending": 0.06, "asked": 0.05, "first bytes": 0.05, "streaming": 1.0, "end": 0.02}.get(moment, 0.08)
        _pump(terminal, chance.random() * longest)


def _pump(terminal: Terminal, seconds: float) -> None:
    """Let the program draw for that long: who doesn't read stops it."""
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        terminal._read(min(left, _TICK))


def _pump_until(terminal: Terminal, condition: object) -> None:
    deadline = time.monotonic() + PATIENCE
    assert callable(condition)
    while not condition():
        assert time.monotonic() < deadline, f"waited in vain; the screen:\n{terminal.text}"
        terminal._read(_TICK)


@pytest.fixture(scope="module")
def server() -> Iterator[DemoServer]:
    """The emulator, a little faster than life."""
    with DemoServer(pace=0.4) as running:
        yield running


@pytest.fixture
def person(tmp_path: Path, server: DemoServer) -> Iterator[Person]:
    with Wire(server.base_url) as wire, Lateness() as lateness:
        chance = random.Random(SEED)  # noqa: S311 - the same moments each time
        yield Person(Home(tmp_path / "home", wire.base_url), wire, server, lateness, chance)


def _report(person: Person, what: str) -> None:
    worst = person.lateness.worst * 1000
    print(
        f"\n{what}: {person.crashes} crashes, seed {SEED}, {dict(person.moments)}; in {person.kept} runs something had "
        f"arrived {KEPT_AFTER * 1000:.0f} ms before, and the machine's lateness (at worst {worst:.0f} ms)"
    )


def test_the_application_is_killed(person: Person) -> None:
    for number in person.numbers():
        moment = MOMENTS[number % len(MOMENTS)] if number < len(MOMENTS) else person.chance.choice(MOMENTS)
        model, prompt = person.chance.choice(MODELS), f"prompt {number} of the application"
        arguments = ["--resume"] if number % 10 else []
        with Terminal(command(*arguments, "--model", model), person.home.environment(), person.home.work) as terminal:
            terminal.wait_for("Ask anything")
            person.wire.forget()
            terminal.type(prompt[: person.chance.randrange(1, 9)] if moment == "typing" else prompt)
            if moment != "typing":
                terminal.send("\r")
            person.crash(number, terminal, moment, prompt)
    _check_all(person)
    _report(person, "the application")


def test_ask_is_killed(person: Person) -> None:
    for number in person.numbers():
        moment = MOMENTS[number % len(MOMENTS)] if number < len(MOMENTS) else person.chance.choice(MOMENTS)
        model, prompt = person.chance.choice(MODELS), f"prompt {number} of ask"
        person.wire.forget()
        with Terminal(
            command("ask", prompt, "--model", model), person.home.environment(), person.home.work
        ) as terminal:
            if moment in ("typing", "sending"):
                _pump(terminal, person.chance.random() * 0.8)  # it starts, and asks at some time
            person.crash(number, terminal, moment, prompt)
    _check_all(person)
    _report(person, "ask")


def _check_all(person: Person) -> None:
    """Find every prompt that was ever sent."""
    for identifier, prompts in person.sent.items():
        chat = person.library.open(identifier)
        chat.load()
        chat.close()
        said = {message.text for message in chat.tree if message.role == "user"}
        assert set(prompts) <= said
        assert set(prompts) <= {message.text for message in chat.path}
