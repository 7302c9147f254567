"""Input that hurts parsers: the time to lay it out grows as its size does, whole and as it arrives."""

from __future__ import annotations

from collections.abc import Callable
from time import process_time

from rich.style import Style

from chat_tui.text import printable
from chat_tui.transcript.body import render_source
from chat_tui.transcript.context import Context
from chat_tui.transcript.streaming import StreamingBody
from chat_tui.transcript.styles import Palette
from tests.bench.row import Row, at_most

TIMES = 4
"""How much bigger the big one is."""
LIMIT = 2.0
"""Of the growth of time over that of size; quadratic would be `TIMES`."""
TABLE = "| a | b |\n|---|---|\n| cell **one** | two |\n\n"
KINDS: dict[str, tuple[Callable[[int], str], int]] = {
    "nested quotes": (lambda size: ">" * size, 100_000),
    "nested brackets": (lambda size: "[" * size, 100_000),
    "brackets that close": (lambda size: "[" * (size // 2) + "]" * (size // 2), 100_000),
    "nested lists": (lambda size: "- " * (size // 2), 100_000),
    "stars": (lambda size: "*a **b " * (size // 7), 100_000),
    "backticks": (lambda size: "".join("`" * n + " " for n in range(1, int((2 * size) ** 0.5))), 100_000),
    "NULs and escapes": (lambda size: "\0\x1b[2J\u2028\f" * (size // 7), 100_000),
    "a line of words": (lambda size: "word and **more** " * (size // 18), 1_000_000),
    "a line without spaces": (lambda size: "x" * size, 1_000_000),
    "1,000 tables": (lambda size: TABLE * (size // len(TABLE)), 1_000 * len(TABLE)),
    "lines of one character": (lambda size: "x\n" * (size // 2), 200_000),
}


def whole(text: str, context: Context) -> float:
    """Return the seconds of CPU for `text` in one piece, every row made."""
    begun = process_time()
    rows = sum(1 for section in render_source(printable(text), context) for _ in section)
    if not rows:
        raise ValueError("nothing is shown")
    return process_time() - begun


def streamed(text: str, context: Context) -> float:
    """Return the seconds of CPU for `text` in a hundred pieces."""
    begun = process_time()
    body, size = StreamingBody(context), max(1, len(text) // 100)
    for start in range(0, len(text), size):
        body.append(printable(text[start : start + size]))
    body.finish()
    return process_time() - begun


def run(quick: bool) -> list[Row]:
    """Measure each kind at a size and at a fraction of it."""
    context = Context(120, Palette(Style(color="white"), lambda _: Style(color="cyan")), markdown=True)
    whole(TABLE, context)  # imports are nobody's cost
    rows: list[Row] = []
    for name, (make, full_size) in KINDS.items():
        size = full_size // 10 if quick else full_size
        for way, measure in (("whole", whole), ("as it arrives", streamed)):
            small = min(measure(make(size // TIMES), context) for _ in range(3))
            big = measure(make(size), context)
            growth = big / max(small, 0.002) / TIMES
            rows.append(at_most(f"{name}, {way}: growth of time over size", growth, LIMIT, note=f"{big:.2f} s"))
    return rows
