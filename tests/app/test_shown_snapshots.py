"""How JSON and the probabilities of tokens look.

After a change that is meant to be seen: look at the pictures in the report that a failure names, then keep them with
`python -m pytest tests/app/test_shown_snapshots.py --snapshot-update`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from chat_tui.app import Launch
from chat_tui.config.settings import BUILT_IN, merged
from chat_tui.conversation.values import Chance, Likely, Message, Receipt, Role, TextPart, Usage
from chat_tui.demo.server import DemoServer
from chat_tui.engine.library import Library
from chat_tui.paths import Paths
from tests.app.conftest import Running
from tests.app.looks import SIZES, launch_on, looks_as_it_did

FIRST = datetime(2026, 11, 21, 10, 42, tzinfo=UTC)
IDENTIFIER = "01m7yv5q60"
"""What an identifier made then begins with: prompts show the time in it."""
RECEIPT = Receipt(
    model="demo/json",
    provider="Demo",
    generation="gen-1",
    usage=Usage(prompt_tokens=16384, completion_tokens=71),
    cost=Decimal("0.0024"),
    first_token_ms=400,
    total_ms=1900,
    metadata={"pipeline": [{"type": "context_compression", "summary": "12 messages left out, 22,740 → 16,384 tokens"}]},
)
STOPS = """\
{"simulated": true, "days": 2, "budget": 1.50e2,
 "stops": [{"name": "Fushimi Inari 伏見稲荷", "minutes": 120, "price": null, "notes": ["go at dawn", "bring water"]},
           {"name": "Nishiki", "minutes": 60, "price": {"low": 500, "high": 1500, "currency": {"code": "JPY"}}}],
 "log": "%s", "warnings": []}"""
CHANCES = (
    Chance(
        Likely("Tea", -0.04), (Likely("Tea", -0.04), Likely("Green", -3.6), Likely("The", -4.4), Likely("Hot", -6.0))
    ),
    Chance(Likely(" is", -1.2), (Likely(",", -0.7), Likely(" is", -1.2), Likely(" and", -2.9), Likely("\n\n", -4.1))),
    Chance(Likely("\\xf0\\x9f", -0.3, b"\xf0\x9f"), (Likely(" good", -1.9), Likely(" ", -2.2))),
    Chance(Likely("\\x8d\\xb5", -0.001, b"\x8d\xb5"), ()),
)


def messages() -> Iterator[Message]:
    yield said("user", "A plan for two days, as JSON.")
    text = STOPS % ("It was raining. " * 90)
    yield replace(said("assistant", text), receipt=RECEIPT, response_format="json_object")
    yield said("user", "Tea?")
    weighed = replace(RECEIPT, metadata={}, model="x-ai/grok-4.3", provider="xAI")
    yield replace(said("assistant", "Tea is 🍵"), receipt=weighed, logprobs=CHANCES, model="x-ai/grok-4.3")


def said(role: Role, text: str) -> Message:
    return Message("", None, role, (TextPart(text),), FIRST, model=None if role == "user" else "demo/json")


@pytest.fixture
def launch(tmp_path: Path, emulator: DemoServer, utc: None) -> Launch:
    """The application on that conversation, in a place where it is always the same time."""
    library = Library(Paths.under(tmp_path), defaults=merged(BUILT_IN, {"model": "demo/json"}))
    chat = library.begin()
    chat.load()
    parent = None
    for number, message in enumerate(messages()):
        placed = replace(message, id=f"{IDENTIFIER}{number:016}", parent=parent, at=FIRST + timedelta(minutes=number))
        chat.put(placed)
        parent = placed.id
    chat.metadata = replace(chat.metadata, title="Two days in Kyoto")
    chat.save()
    chat.close()
    return launch_on(library, emulator, library.open(chat.id))


SCENES = {
    "tree": ("tab", "g", "down", "down", "down"),
    "folded": ("tab", "g", "down", "down", "down", "enter", "down", "enter"),
    "chances": ("tab", "enter"),
}
SHOWN = [(scene, size, "ink") for scene in SCENES for size in SIZES]
SHOWN += [(scene, "120x40", "paper") for scene in ("tree", "chances")]


@pytest.mark.parametrize(("scene", "size", "theme"), SHOWN)
def test_looks_as_it_did(snap_compare: Callable[..., bool], launch: Launch, scene: str, size: str, theme: str) -> None:
    async def play(running: Running) -> None:
        await running.until_shown("this chat $0.0048")
        await running.pilot.press(*SCENES[scene])

    assert looks_as_it_did(snap_compare, launch, play, size, theme)
