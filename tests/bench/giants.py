"""Messages of about a megabyte: the longest step while one arrives, and when one that is finished is read."""

from __future__ import annotations

import asyncio
import gc
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from time import perf_counter, process_time

from textual.app import App, ComposeResult
from textual.pilot import Pilot

from chat_tui.conversation.values import TextPart
from chat_tui.transcript.reader import Reader
from tests.bench.row import Row, at_most
from tests.bench.text import source
from tests.bench.transcript import SIZE, empty_reply, painted

PIECE = 5_000
"""Characters that arrive at once."""
JSON = "JSON"
"""What names begin with of what was asked for as that."""
GAP = 0.25
"""Seconds between two frames."""


def texts(scale: int) -> dict[str, str]:
    """Return each kind of megabyte, divided by `scale`."""
    fence = "    value = call(value, 42)  # and a comment\n"
    row = f"| cell **one** {'and some words ' * 14}| and `two` {'and many more ' * 18}|\n"
    return {
        "one fence of 20,000 lines": f"```python\n{fence * (20_000 // scale)}```\n",
        "one table of 2,000 rows": f"| a | b |\n|---|---|\n{row * (2_000 // scale)}",
        "one line": "word and **more** " * (58_000 // scale),
        "one list of 50,000 items": "- item with `code`\n" * (50_000 // scale),
        "prose with code": source(150_000 // scale, 3),
        **{f"{JSON} {name}": json.dumps(value) for name, value in values(scale).items()},
    }


def values(scale: int) -> dict[str, object]:
    """Return each kind of megabyte that is JSON."""
    return {
        "of 16,000 objects": [
            {"id": number, "name": f"item {number}", "tags": ["a", "b"], "price": 1.5}
            for number in range(16_000 // scale)
        ],
        "of 500,000 numbers": [0] * (500_000 // scale),
        "of one string": {"text": "word and **more** " * (58_000 // scale)},
        "of 80 objects with 1,000 keys": [{f"k{key}": key for key in range(1000)} for _ in range(80 // min(scale, 8))],
    }


class Host(App[None]):
    """A transcript to read in."""

    def compose(self) -> ComposeResult:
        """Return it."""
        yield Reader(footer=lambda _: "model · provider · $0.01")

    def on_mount(self) -> None:
        """Begin as the application does once everything is loaded."""
        self.reader.enable_markdown()
        self.reader.focus()

    @property
    def reader(self) -> Reader:
        """The transcript."""
        return self.query_one(Reader)


@dataclass(slots=True)
class Steps:
    """What the longest step took, and all of them."""

    seconds: float = 0
    cpu: float = 0
    total: float = 0

    @contextmanager
    def step(self) -> Iterator[None]:
        """Measure one."""
        began, cpu = perf_counter(), process_time()
        yield
        cpu = process_time() - cpu
        self.seconds, self.cpu = max(self.seconds, perf_counter() - began), max(self.cpu, cpu)
        self.total += cpu

    def row(self, name: str) -> Row:
        """Return what was measured: by the clock, as a gap between frames is seen; the CPU says what of it is ours."""
        note = f"{self.cpu:.2f} s of CPU the longest; {self.total:.1f} s of CPU for all"
        return at_most(name, self.seconds, GAP, " s", note)


@contextmanager
def settled_memory() -> Iterator[None]:
    """Keep what is there out of the collector's way, as the application does when it is ready."""
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


async def arriving(text: str, form: str) -> Steps:
    """Measure the steps of a reply that arrives at full speed, with the last one, which finishes it."""
    app, steps = Host(), Steps()
    async with app.run_test(size=SIZE) as pilot:
        reply = replace(empty_reply(), response_format=form)
        app.reader.add(reply)
        await pilot.pause()
        with settled_memory():
            for start in range(0, len(text), PIECE):
                with steps.step():
                    app.reader.append_text(reply.id, text[start : start + PIECE])
                    await painted(app)
            with steps.step():
                app.reader.replace(replace(reply, parts=(TextPart(text),), status="complete"))
                await painted(app)
    return steps


async def read(text: str, form: str) -> Steps:
    """Measure opening a finished message, paging, folding, going to its ends, another size and other colours."""
    app, steps = Host(), Steps()
    message = replace(empty_reply(), parts=(TextPart(text),), status="complete", response_format=form)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()

        def light() -> None:
            app.theme = "textual-light"

        doings: list[Callable[[], object]] = [
            lambda: app.reader.show([message]),
            *[app.reader.action_page_up] * 3,
            app.reader.action_scroll_home,
            *[app.reader.action_page_down] * 3,
            lambda: app.reader.scroll_to(None, 5_000, animate=False),
            lambda: app.reader.action_move("down"),
            *[app.reader.action_fold] * 2,
            app.reader.action_scroll_end,
            light,
        ]
        with settled_memory():
            for do in doings:
                with steps.step():
                    do()
                    await painted(app)
            await resized(pilot, steps)
    return steps


async def resized(pilot: Pilot[None], steps: Steps) -> None:
    """Measure another size."""
    with steps.step():
        await pilot.resize_terminal(90, 30)
        await painted(pilot.app)


def run(quick: bool) -> list[Row]:
    """Measure each kind."""
    rows: list[Row] = []
    for name, text in texts(10 if quick else 1).items():
        form = "json_object" if name.startswith(JSON) else ""
        rows.append(asyncio.run(arriving(text, form)).row(f"longest step: {name} arrives"))
        rows.append(asyncio.run(read(text, form)).row(f"longest step: {name} is read"))
    return rows
