"""How it looks before a prompt is sent: the price and the context of a draft, all of it in words, and the question.

After a change that is meant to be seen: look at the pictures in the report that a failure names, then keep them with
`python -m pytest tests/app/test_estimates_snapshots.py --snapshot-update`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from chat_tui.app import Launch
from chat_tui.config.server import Server
from chat_tui.cost.calibration import Learned
from chat_tui.cost.estimate import Estimate
from chat_tui.cost.expecting import Asked, Counted, Offer, expected
from chat_tui.demo.server import DEMO_KEY, DemoServer
from chat_tui.engine.library import Library
from chat_tui.engine.session import Session
from chat_tui.models.entry import Prices
from chat_tui.paths import Paths
from chat_tui.screens.estimate import EstimateScreen
from tests.app.conftest import Running
from tests.app.looks import looks_as_it_did

MODEL = "anthropic/claude-sonnet-4.6"
MILLION = 1_000_000
PRICES = Prices(
    prompt=Decimal(3) / MILLION, completion=Decimal(15) / MILLION, input_cache_read=Decimal("0.3") / MILLION
)
ASKED = Asked(
    (
        Offer("Anthropic", PRICES, 200_000, 64_000),
        Offer("Google", Prices(prompt=Decimal("3.3") / MILLION, completion=Decimal("16.5") / MILLION), 200_000, 64_000),
    )
)
LEARNED = Learned(((1000.0, 1082), (2000.0, 2160), (9000.0, 9702)), (170, 480, 512))


def estimate(tokens: float) -> Estimate:
    """Return what a request of so many tokens is expected to come to."""
    body = {"model": MODEL, "max_completion_tokens": 4_096}
    return expected(Counted(tokens, 6.0, body, is_first=False), ASKED, LEARNED)


async def draft(running: Running, tokens: float = 16_700) -> None:
    """A prompt that is being written."""
    screen = running.screen
    screen._is_due = True  # no other estimate takes the place of this one
    screen._estimate = estimate(tokens)
    screen.composer.put("And if it rains?")
    screen.show_estimate()
    await running.until_shown("≈ $0.0")


async def full(running: Running) -> None:
    """The same, where little room is left."""
    await draft(running, 170_000)


async def words(running: Running) -> None:
    """What that comes to, in words."""
    await running.app.push_screen(EstimateScreen(MODEL, estimate(16_700)))
    await running.until_shown("Before sending", "price ")


async def question(running: Running) -> None:
    """A prompt that is too long."""
    await running.app.push_screen(EstimateScreen(MODEL, estimate(190_000), asks=True, can_hide=True))
    await running.until_shown("Too long for the context?", "This is too long")


SCENES = {"draft": draft, "full": full, "words": words, "question": question}
SHOWN = [(scene, size, "ink") for scene in ("draft", "words", "question") for size in ("120x40", "80x24")]
SHOWN += [("full", "80x24", "paper"), ("question", "120x40", "paper"), ("draft", "40x20", "ink")]


@pytest.fixture
def launch(tmp_path: Path) -> Iterator[Launch]:
    """The application without a conversation."""
    library = Library(Paths.under(tmp_path), defaults={"model": MODEL})
    with DemoServer(pace=0) as server:

        def start() -> Session:
            return Session(Server(server.base_url, DEMO_KEY), paths=library.paths)

        yield Launch(library=library, chat=library.begin(), start=start, credentials=library.paths.credentials)


@pytest.mark.parametrize(("scene", "size", "theme"), SHOWN)
def test_looks_as_it_did(snap_compare: Callable[..., bool], launch: Launch, scene: str, size: str, theme: str) -> None:
    assert looks_as_it_did(snap_compare, launch, SCENES[scene], size, theme)
