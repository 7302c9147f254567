"""How pictures, files and sources look in the conversation.

After a change that is meant to be seen: look at the pictures in the report that a failure names, then keep them with
`python -m pytest tests/app/test_pictures_snapshots.py --snapshot-update`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
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
from chat_tui.conversation.values import Citation, FilePart, Message, Part, Receipt, Role, TextPart, Usage
from chat_tui.demo.pictures import small
from chat_tui.demo.server import DEMO_KEY, DemoServer
from chat_tui.engine.library import Library
from chat_tui.engine.session import Session
from chat_tui.paths import Paths
from chat_tui.screens.chat import ChatScreen
from tests.app.conftest import Running

SIZES = {"120x40": (120, 40), "80x24": (80, 24)}
FIRST = datetime(2026, 11, 21, 10, 42, tzinfo=UTC)
IDENTIFIER = "01m7yv5q60"
"""What an identifier made then begins with: prompts show the time in it."""
RECEIPT = Receipt(
    model="demo/image",
    provider="Demo",
    usage=Usage(prompt_tokens=1204, completion_tokens=1314),
    cost=Decimal("0.0393"),
    first_token_ms=400,
    total_ms=4900,
)
MAP = FilePart("1" * 64, "image/png", "map.png", 84_120, 1024, 768)
FARES = FilePart("2" * 64, "application/pdf", "fares and timetables.pdf", 2_400_000, pages=12)
WALK = FilePart("3" * 64, "audio/mpeg", "walk.mp3", 912_000, seconds=62.0)
ANSWER = """\
Begin at **Fushimi Inari at dawn**, before the crowds. Then:

- the Nishiki market, for lunch
- the path along the river, which is lit in the evening

| | by train | on foot |
|---|---|---|
| to the shrine | 5 min | 45 min |
"""


def until(words: str) -> tuple[int, int]:
    """Return a span of the answer that ends with `words`."""
    return 0, ANSWER.index(words) + len(words)


SOURCES = (
    Citation(
        "https://www.example.org/kyoto/inari", "Fushimi Inari before breakfast", (until("dawn**"), until("lunch"))
    ),
    Citation(
        "https://example.com/river",
        "Paths along the Kamo, with maps and the hours of their lamps",
        (until("evening"), until("to the")),
    ),
    Citation("https://trains.example.net/timetable?line=nara&day=weekday"),
)


def messages(picture: Part) -> Iterator[Message]:
    yield said("user", "What should I see in two days?", MAP, FARES, WALK)
    yield replace(said("assistant", ANSWER), citations=SOURCES, receipt=RECEIPT)
    yield said("user", "Draw the sunrise there.")
    speech = FilePart("4" * 64, "audio/pcm", "speech.pcm16", 28_844, seconds=0.6)
    yield replace(said("assistant", "Here is a sunrise, and how it sounds.", picture, speech), receipt=RECEIPT)


def said(role: Role, text: str, *parts: Part) -> Message:
    return Message("", None, role, (TextPart(text), *parts), FIRST, model=None if role == "user" else "demo/image")


@pytest.fixture
def launch(tmp_path: Path, emulator: DemoServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[Launch]:
    """The application on that conversation, in a place where it is always the same time."""
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    library = Library(Paths.under(tmp_path), defaults=merged(BUILT_IN, {"model": "demo/image"}))
    chat = library.begin()
    chat.load()
    parent = None
    for number, message in enumerate(messages(chat.saving.attach_picture(small()))):
        placed = replace(message, id=f"{IDENTIFIER}{number:016}", parent=parent, at=FIRST + timedelta(minutes=number))
        chat.put(placed)
        parent = placed.id
    chat.metadata = replace(chat.metadata, title="Two days in Kyoto")
    chat.save()
    chat.close()
    server = Server(emulator.base_url, DEMO_KEY)
    yield Launch(library, library.open(chat.id), lambda: Session(server), library.paths.credentials)
    monkeypatch.undo()
    time.tzset()


SCENES = {
    "files": ("tab", "up", "up"),
    "sources": ("tab", "g", "down", "down", "down", "down", "down", "enter"),
    "large": ("tab", "up", "up", "o"),
}
SHOWN = [(scene, size, "ink") for scene in ("files", "sources") for size in SIZES]
SHOWN += [(scene, "120x40", "paper") for scene in ("files", "sources")] + [("large", "80x24", "ink")]


@pytest.mark.parametrize(("scene", "size", "theme"), SHOWN)
def test_looks_as_it_did(snap_compare: Callable[..., bool], launch: Launch, scene: str, size: str, theme: str) -> None:
    app = ChatApp(replace(launch, theme=read_theme(theme_files(launch.library.paths.themes)[theme])))

    async def play(pilot: Pilot[None]) -> None:
        screen = app.screen
        assert isinstance(screen, ChatScreen)
        screen.composer.cursor_blink = False
        running = Running(app, pilot)
        await running.until(lambda: screen.transcript._markdown)
        await running.until_shown("this chat $0.0786", "▀" * 20)
        await pilot.press(*SCENES[scene])
        if scene == "large":
            await running.until_shown("o opens it in a window", "▀" * 38)
        await running.until(lambda: screen.transcript.pictures.next_wanted() is None)
        await pilot.pause()

    assert snap_compare(app, terminal_size=SIZES[size], run_before=play)
