"""The transcript alone: a long conversation against a short one, streaming against Textual's own Markdown stream."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Callable, Coroutine
from dataclasses import replace
from datetime import UTC, datetime
from functools import lru_cache
from time import perf_counter, process_time
from typing import Any

from textual.app import App, ComposeResult
from textual.containers import VerticalScroll
from textual.pilot import Pilot
from textual.widgets import Markdown, TextArea

from chat_tui.conversation.ids import new_id
from chat_tui.conversation.values import Message, TextPart
from chat_tui.transcript.view import Transcript
from tests.bench.row import Row, alternating, at_most
from tests.bench.text import source, tokens

SIZE = (120, 40)
STEP = 3
"""Tokens for each repaint: 100 tokens a second at 30 repaints a second."""
START_UP = "import chat_tui.transcript.view; from textual.widgets import TextArea"


class Host(App[None]):
    """A transcript above a text area."""

    CSS = "TextArea { height: 5; dock: bottom; }"

    def __init__(self, messages: list[Message], *, markdown: bool = True) -> None:
        super().__init__()
        self.messages = messages
        self.markdown = markdown

    def compose(self) -> ComposeResult:
        """Return the two."""
        yield Transcript(footer=lambda _: "model · provider · $0.01")
        yield TextArea()

    def on_mount(self) -> None:
        """Show the conversation."""
        if self.markdown:
            self.transcript.enable_markdown()
        self.transcript.show(self.messages)
        self.query_one(TextArea).focus()

    @property
    def transcript(self) -> Transcript:
        """The transcript."""
        return self.query_one(Transcript)


class Baseline(App[None]):
    """Textual's Markdown widget, as its documentation streams into it."""

    CSS = Host.CSS

    def compose(self) -> ComposeResult:
        """Return it."""
        with VerticalScroll():
            yield Markdown()
        yield TextArea()


@lru_cache(4)
def conversation(count: int) -> list[Message]:
    """Return `count` messages, replies of about 4 kB and short prompts in turn."""
    at = datetime.now(UTC)
    messages: list[Message] = []
    for number in range(count // 2):
        prompt = Message(new_id(), None, "user", (TextPart(source(20, number)),), at)
        messages += [prompt, Message(new_id(), prompt.id, "assistant", (TextPart(source(550, number)),), at)]
    return messages


def measured(work: Callable[[], Coroutine[Any, Any, float]]) -> Callable[[], float]:
    """Return a function that runs `work` in a loop of its own."""
    return lambda: asyncio.run(work())


def in_chat(
    messages: list[Message], work: Callable[[Pilot[None], Transcript], Coroutine[Any, Any, float]]
) -> Callable[[], float]:
    """Return a function that opens `messages` and runs `work` in it."""

    async def run() -> float:
        app = Host(messages)
        async with app.run_test(size=SIZE) as pilot:
            await pilot.pause()
            return await work(pilot, app.transcript)

    return measured(run)


def start_up() -> None:
    """Start a process that imports what the first screen needs."""
    subprocess.run([sys.executable, "-c", START_UP], check=True)


def ready(messages: list[Message]) -> Callable[[], float]:
    """Return a function that measures the seconds until the first screen stands, from the start of a process.

    The process with its imports is measured by itself, so that making the messages counts for neither side. The first
    screen is plain text, as in the application: Markdown comes after it, and what is in view is rendered again.
    """

    async def run() -> float:
        start = perf_counter()
        start_up()
        async with Host(messages, markdown=False).run_test(size=SIZE) as pilot:
            await pilot.pause()
            return perf_counter() - start

    return measured(run)


async def keys(pilot: Pilot[None], _: Transcript) -> float:
    """Return the CPU of one key."""
    await pilot.press(*"warm")
    cpu = process_time()
    await pilot.press(*"abcdefghijklmnopqrst")
    return (process_time() - cpu) / 20


async def pages(pilot: Pilot[None], transcript: Transcript) -> float:
    """Return the CPU of one page up."""
    transcript.focus()
    await pilot.press("pageup", "pageup")
    cpu = process_time()
    for _ in range(20):
        await pilot.press("pageup")
    return (process_time() - cpu) / 20


async def to_top(pilot: Pilot[None], transcript: Transcript) -> float:
    """Return the seconds that a jump to the first message takes."""
    transcript.focus()
    await pilot.pause()
    start = perf_counter()
    await pilot.press("home")
    await pilot.pause()
    return perf_counter() - start


def empty_reply() -> Message:
    """Return a reply that is about to arrive."""
    return Message(new_id(), None, "assistant", (), datetime.now(UTC), status="streaming")


def streamed(pieces: list[str]) -> Callable[[], float]:
    """Return a function that measures the CPU of streaming `pieces`, each painted."""

    async def run() -> float:
        app = Host([])
        async with app.run_test(size=SIZE) as pilot:
            reply = empty_reply()
            app.transcript.add(reply)
            await pilot.pause()
            cpu = process_time()
            for piece in pieces:
                app.transcript.append_text(reply.id, piece)
                await painted(app)
            app.transcript.replace(replace(reply, parts=(TextPart("".join(pieces)),), status="complete"))
            await painted(app)
            return process_time() - cpu

    return measured(run)


async def painted(app: App[Any]) -> None:
    """Wait until the screen shows what was changed."""
    done = asyncio.Event()
    app.screen.call_after_refresh(done.set)
    await done.wait()


def baseline(pieces: list[str]) -> Callable[[], float]:
    """Return a function that measures the CPU of Textual's own stream for `pieces`."""

    async def run() -> float:
        app = Baseline()
        async with app.run_test(size=SIZE) as pilot:
            await pilot.pause()
            app.query_one(VerticalScroll).anchor()
            stream = Markdown.get_stream(app.query_one(Markdown))
            cpu = process_time()
            for piece in pieces:
                await stream.write(piece)
                await painted(app)
            await stream.stop()
            await painted(app)
            return process_time() - cpu

    return measured(run)


def milliseconds(*values: float) -> str:
    """Return `values` (seconds) for the figure's note."""
    return " : ".join(f"{value * 1000:,.1f} ms" for value in values)


def run(quick: bool) -> list[Row]:
    """Measure everything."""
    runs, many = (1, 2_000) if quick else (5, 10_000)
    few, long = conversation(100), conversation(many)
    rows: list[Row] = []
    ready(few)()  # imports and caches are nobody's cost

    def compare(name: str, limit: float, first: Callable[[], float], second: Callable[[], float], times: int) -> None:
        value, reference = alternating(times, first, second)
        rows.append(at_most(name, value / reference, limit, note=milliseconds(value, reference)))

    compare(f"ready with {many:,} messages / with none", 1.3, ready(long), ready([]), runs)
    compare(f"a key beside {many:,} messages / beside none (CPU)", 1.2, in_chat(long, keys), in_chat([], keys), runs)
    compare(f"a page up in {many:,} messages / in 100 (CPU)", 1.5, in_chat(long, pages), in_chat(few, pages), runs)
    compare(f"to the top of {many:,} messages / of 100", 1.5, in_chat(long, to_top), in_chat(few, to_top), runs)
    count = 300 if quick else 2_000
    painted_steps = ["".join(tokens(count)[n : n + STEP]) for n in range(0, count, STEP)]
    compare(
        f"{count:,} tokens, {STEP} to a repaint / get_stream (CPU)",
        0.2, streamed(painted_steps), baseline(painted_steps), 1 if quick else 2,
    )  # fmt: skip
    short, tenfold = tokens(2_000), tokens(20_000)
    compare(
        "20,000 tokens, 30 to a repaint / 2,000 (CPU)",
        11, streamed(["".join(tenfold[n : n + 30]) for n in range(0, 20_000, 30)]),
        streamed(["".join(short[n : n + 30]) for n in range(0, 2_000, 30)]), 1 if quick else 3,
    )  # fmt: skip
    return rows
