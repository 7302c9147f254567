"""How the inspector looks, wide and narrow, dark and light.

After a change that is meant to be seen: look at the pictures in the report that a failure names, then keep them with
`python -m pytest tests/app/test_inspector_snapshots.py --snapshot-update`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from textual.pilot import Pilot

from chat_tui.app import ChatApp, Launch
from chat_tui.config.server import Server
from chat_tui.config.settings import BUILT_IN, merged
from chat_tui.config.themes import read_theme, theme_files
from chat_tui.conversation.values import Attempt, Message, Receipt, Role, TextPart
from chat_tui.engine.asking import NO_FILES
from chat_tui.engine.chat import Chat
from chat_tui.engine.library import Library
from chat_tui.engine.recordings import Recorded, Recordings
from chat_tui.engine.remembering import remembered
from chat_tui.engine.session import Session
from chat_tui.openrouter.recording import Recording
from chat_tui.paths import Paths
from chat_tui.reply.request import request_body
from chat_tui.screens.inspector import InspectorScreen
from chat_tui.screens.request_editor import RequestEditor
from tests.app.conftest import Running
from tests.app.test_inspector import press

SIZES = {"120x40": (120, 40), "80x24": (80, 24)}
NOWHERE = "http://127.0.0.1:9/api/v1"
FIRST = datetime(2026, 11, 21, 10, 42, tzinfo=UTC)
IDENTIFIER = "01m7yv5q60"
SETTINGS = {"model": "demo/busy", "system": "Be brief.", "provider": {"only": ["demo", "groq"], "sort": "latency"}}
TURNS = ("Two days in Kyoto?", "Day one: Fushimi Inari at dawn 伏見稲荷.", "And if it rains?", "Nishiki market.")
RECEIPT = Receipt(
    model="demo/busy",
    provider="Demo",
    generation="gen-1795291573-ZIZJdnRnfRXQGMkvCjDt",
    finish="stop",
    native_finish="end_turn",
    attempts=(Attempt("The provider has no room now (429).", "429", "Groq", waited_ms=800),),
    fallback="in place of groq (429 from Groq)",
    metadata={
        "requested": "demo/busy",
        "strategy": "fallback",
        "summary": "available=2, selected=Demo",
        "endpoints": {
            "total": 2,
            "available": [
                {"provider": "Groq", "model": "demo/busy", "selected": False},
                {"provider": "Demo", "model": "demo/busy", "selected": True},
            ],
        },
        "attempts": [
            {"provider": "Groq", "model": "demo/busy", "status": 429},
            {"provider": "Demo", "model": "demo/busy", "status": 200},
        ],
    },
)
CHUNK = (
    '{"id":"gen-1795291573","object":"chat.completion.chunk","created":1795291573,"model":"demo/busy","provider":"Demo",'
    '"choices":[{"index":0,"delta":{"role":"assistant","content":%s},"finish_reason":%s}]%s}'
)
HEARD = (
    ": OPENROUTER PROCESSING",
    CHUNK % ('"Nishiki"', "null", ""),
    CHUNK % ('" market."', "null", ""),
    CHUNK % ('""', '"stop"', ',"usage":{"prompt_tokens":48,"completion_tokens":4,"cost":0.0000132}'),
    "[DONE]",
)


def place(chat: Chat) -> None:
    """Put two turns into `chat`, with the requests that they were asked with."""
    parent: str | None = None
    for number, text in enumerate(TURNS):
        role: Role = "assistant" if number % 2 else "user"
        at = FIRST + timedelta(minutes=number)
        message = Message(f"{IDENTIFIER}{number:016}", parent, role, (TextPart(text),), at)
        if number % 2:
            settings = {**SETTINGS, "reasoning": {"effort": "high"}} if number > 1 else SETTINGS
            body = {**request_body(chat.tree.path(parent), settings, NO_FILES), "stream": True}
            asked = remembered(body, 1, "openrouter", (), raw=False)
            message = replace(message, model="demo/busy", asked=asked, receipt=RECEIPT if number > 1 else None)
        chat.put(message)
        parent = message.id


def recorded(session: Session, reply: str) -> None:
    """Let `session` have heard of the reply what a server said."""
    moments = iter(number * 0.128 for number in range(100))
    recording = Recording(lambda: next(moments))
    headers = {"User-Agent": "chat-tui/0.1.0", "Authorization": "Bearer ••••••••", "Content-Type": "application/json"}
    recording.send(f"{NOWHERE}/chat/completions", headers, str)
    recording.answer(
        200, {"x-generation-id": "gen-1795291573-ZIZJdnRnfRXQGMkvCjDt", "content-type": "text/event-stream"}
    )
    for text in HEARD:
        recording.hear(text)
    session.recordings = Recordings({reply: Recorded([recording])})


@pytest.fixture
def launch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Launch]:
    """The application on that conversation, in a place where it is always the same time."""
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    library = Library(Paths.under(tmp_path), defaults=merged(BUILT_IN, SETTINGS))
    chat = library.begin()
    chat.load()
    place(chat)
    chat.metadata = replace(chat.metadata, title="Two days in Kyoto")
    chat.save()
    chat.close()
    conversation = chat.id
    del chat
    server = Server(NOWHERE, "sk-or-v1-demo")
    yield Launch(library, library.open(conversation), lambda: Session(server), library.paths.credentials)
    monkeypatch.undo()
    time.tzset()


SCENES = {
    "request": (),
    "curl": ("f",),
    "headers": ("2",),
    "events": ("3",),
    "routing": ("4",),
    "diff": ("5",),
    "edit": ("e",),
}
SHOWN = [(scene, size, "ink") for scene in ("request", "routing", "diff") for size in SIZES]
SHOWN += [("curl", "80x24", "ink"), ("headers", "120x40", "ink"), ("events", "80x24", "ink"), ("edit", "80x24", "ink")]
SHOWN += [("request", "120x40", "paper"), ("diff", "80x24", "paper"), ("events", "120x40", "paper")]


@pytest.mark.parametrize(("scene", "size", "theme"), SHOWN)
def test_looks_as_it_did(snap_compare: Callable[..., bool], launch: Launch, scene: str, size: str, theme: str) -> None:
    app = ChatApp(replace(launch, theme=read_theme(theme_files(launch.library.paths.themes)[theme])))

    async def play(pilot: Pilot[None]) -> None:
        running = Running(app, pilot)
        running.screen.composer.cursor_blink = False
        await running.until(lambda: running.screen.transcript._markdown)
        recorded(await app.session(), running.chat.path[-1].id)
        await pilot.press("f4")
        await running.until(lambda: isinstance(app.screen, InspectorScreen) and app.screen._shown)
        await press(running, *SCENES[scene])
        if isinstance(app.screen, RequestEditor):
            app.screen.area.cursor_blink = False
            await running.until_shown("This can be sent.")
        await (await app.session()).close()  # nobody leaves the application, which would
        await pilot.pause()

    assert snap_compare(app, terminal_size=SIZES[size], run_before=play)
