"""How a rich conversation looks, in dark and light, from wide to narrow.

After a change that is meant to be seen: look at the pictures in the report that a failure names, then keep them with
`python -m pytest tests/app/test_snapshots.py --snapshot-update`.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from textual.pilot import Pilot

from chat_tui.app import ChatApp, Launch
from chat_tui.config.server import Server
from chat_tui.config.settings import BUILT_IN, merged
from chat_tui.config.themes import read_theme, theme_files
from chat_tui.conversation.values import Citation, Failure, Message, Receipt, TextPart, Usage
from chat_tui.demo.server import DEMO_KEY, DemoServer
from chat_tui.engine.chat import Chat
from chat_tui.engine.library import Library
from chat_tui.engine.session import Session
from chat_tui.paths import Paths
from chat_tui.screens.chat import ChatScreen
from tests.app.conftest import Running

Compare = Callable[..., bool]
SIZES = {"120x40": (120, 40), "80x24": (80, 24), "40x20": (40, 20)}
FIRST = datetime(2026, 11, 21, 10, 42, tzinfo=UTC)
IDENTIFIER = "01m7yv5q60"
"""What an identifier made then begins with: prompts show the time in it."""
RECEIPT = Receipt(
    model="demo/markdown",
    provider="Demo",
    generation="gen-1",
    usage=Usage(prompt_tokens=1204, completion_tokens=512, reasoning_tokens=312, cached_tokens=1024),
    cost=Decimal("0.0113"),
    first_token_ms=400,
    reasoning_ms=4200,
    total_ms=8900,
)
REASONING = """The reader arrives at the station, so the first stop has to be near it.

1. Inari is two stops away.
2. The market closes at six."""
LISTS = """\
# Two days in Kyoto

Start **early**, *slowly*, and ~~by taxi~~ with `JR Nara`; see [the map](https://example.com/map).

1. Fushimi Inari at dawn
   - the first hour is the quietest
     - bring water
   - [x] tickets aren't needed
   - [ ] choose a path
2. Nishiki market (錦市場) for lunch 🍜

> The best journeys answer questions
> > that nobody asked.

---"""
BLOCKS = """\
## In numbers

| Stop | Minutes | Cost | Remark |
|:-----|--------:|:----:|--------|
| Fushimi Inari 伏見稲荷 | 120 | free | a long climb, with shade for most of the way up |
| Nishiki | 60 | ¥1,500 | lunch |

```python
@dataclass(frozen=True)
class Stop:
    name: str  # as on the sign, which may be longer than the sign itself is wide
    minutes: int = 60
```

Euler knew: $e^{i\\pi} + 1 = 0$."""


def conversation() -> Iterator[Message]:
    """Yield prompts, replies and what can happen to them; every identifier and time is fixed."""
    yield prompt("What should I see in two days,\nstarting at the station?")
    yield replace(reply(LISTS), reasoning=REASONING)
    yield prompt("And in numbers?")
    yield replace(
        reply(BLOCKS),
        citations=(Citation("https://example.com/kyoto", "Kyoto by foot"), Citation("https://example.com/fares")),
    )
    yield prompt("What is the weather there?")
    call = {"id": "1", "type": "function", "function": {"name": "weather", "arguments": '{"city": "Kyoto", "days": 2}'}}
    yield replace(reply(""), parts=(), tool_calls=(call,))
    yield prompt("Will it rain?")
    failure = Failure("The provider is overloaded. Try again in a minute, or choose another model.", "503", True)
    yield replace(reply("It looks"), status="failed", failure=failure, receipt=None)


def prompt(text: str) -> Message:
    return Message("", None, "user", (TextPart(text),), FIRST)


def reply(text: str) -> Message:
    return Message("", None, "assistant", (TextPart(text),), FIRST, model="demo/markdown", receipt=RECEIPT)


def kept(library: Library) -> Chat:
    """Return a conversation that holds all of it."""
    chat = library.begin()
    chat.load()
    parent = None
    for number, message in enumerate(conversation()):
        placed = replace(message, id=f"{IDENTIFIER}{number:016}", parent=parent, at=FIRST + timedelta(minutes=number))
        chat.put(placed)
        parent = placed.id
    chat.metadata = replace(chat.metadata, title="Two days in Kyoto")
    chat.save()
    chat.close()
    return chat


@pytest.fixture
def launch(tmp_path: Path, emulator: DemoServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[Launch]:
    """The application on that conversation, in a place where it is always the same time."""
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    library = Library(Paths.under(tmp_path), defaults=merged(BUILT_IN, {"model": "demo/markdown"}))
    chat = kept(library)
    server = Server(emulator.base_url, DEMO_KEY)
    yield Launch(
        library=library,
        chat=library.open(chat.id),
        start=lambda: Session(server),
        credentials=library.paths.credentials,
    )
    monkeypatch.undo()
    time.tzset()


async def at_the_start(pilot: Pilot[None]) -> None:
    await pilot.press("tab", "g", "down")


async def thought_open(pilot: Pilot[None]) -> None:
    await pilot.press("tab", "g", "down", "enter")


async def at_the_end(pilot: Pilot[None]) -> None:
    await pilot.press("tab")


async def in_the_middle(pilot: Pilot[None]) -> None:
    await pilot.press("tab", "g", "}", "down")


VIEWS = {
    "start": at_the_start,  # lists, a quote, a folded thought
    "thought": thought_open,
    "middle": in_the_middle,  # a table, code, a formula, sources
    "end": at_the_end,  # a failed reply, and a tool call
}
SHOWN = [(view, size, "ink") for view in VIEWS for size in SIZES] + [("middle", size, "paper") for size in SIZES]


@pytest.mark.parametrize(("view", "size", "theme"), SHOWN)
def test_looks_as_it_did(snap_compare: Compare, launch: Launch, view: str, size: str, theme: str) -> None:
    app = ChatApp(replace(launch, theme=read_theme(theme_files(launch.library.paths.themes)[theme])))
    assert snap_compare(app, terminal_size=SIZES[size], run_before=ready_for(VIEWS[view]))


def ready_for(scene: Callable[[Pilot[None]], Awaitable[None]]) -> Callable[[Pilot[None]], Awaitable[None]]:
    """Return what waits until everything is read and rendered, and plays `scene`."""

    async def play(pilot: Pilot[None]) -> None:
        app = pilot.app
        assert isinstance(app, ChatApp)
        screen = app.screen
        assert isinstance(screen, ChatScreen)
        screen.composer.cursor_blink = False
        running = Running(app, pilot)
        await running.until(lambda: screen.transcript._markdown)
        await running.until_shown("this chat $0.0339")
        await scene(pilot)
        await pilot.pause()

    return play
