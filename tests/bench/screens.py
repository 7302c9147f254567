"""`python -m tests.bench.screens KIND TOKENS RATE`: an application that streams a reply into a terminal."""

from __future__ import annotations

import asyncio
import sys
from dataclasses import replace
from datetime import UTC, datetime
from time import perf_counter

from textual.app import App, ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import Markdown, TextArea

from chat_tui.conversation.ids import new_id
from chat_tui.conversation.values import Message, TextPart
from chat_tui.transcript.view import Transcript
from tests.bench.text import tokens

FRAME_SECONDS = 1 / 30
PAUSE_SECONDS = 0.3
"""Between the first word and the stream: the other side has to see it."""
BEGUN, ENDED = "Начало", "Конец"
"""Words that tell the other side of the terminal where the stream is."""


class Screen(App[None]):
    """A place for a reply above a text area; streams `count` tokens, `rate` a second (0: as fast as it goes)."""

    CSS = "TextArea { height: 5; dock: bottom; }"

    def __init__(self, count: int, rate: float) -> None:
        super().__init__()
        self.count = count
        self.rate = rate

    def compose(self) -> ComposeResult:
        """Return the text area: a bare application."""
        yield TextArea()

    def on_mount(self) -> None:
        """Stream once everything stands."""
        self.query_one(TextArea).focus()
        self.call_after_refresh(lambda: self.run_worker(self.stream()))

    async def stream(self) -> None:
        """Show the reply token by token."""
        await self.write(f"{BEGUN}\n\n")
        await asyncio.sleep(PAUSE_SECONDS)
        began = perf_counter()
        for number, token in enumerate(tokens(self.count)):
            ahead = began + number / self.rate - perf_counter() if self.rate else 0
            await asyncio.sleep(max(0, ahead))
            await self.write(token)
        await self.end()

    async def write(self, token: str) -> None:
        """Take a token."""

    async def end(self) -> None:
        """Show that the reply is whole."""


class Ours(Screen):
    """The transcript; pieces go in together, at most thirty times a second, as the application does it."""

    def compose(self) -> ComposeResult:
        """Return the transcript above the text area."""
        yield Transcript(footer=lambda _: "model · provider · $0.01")
        yield TextArea()

    async def stream(self) -> None:
        """Show the reply token by token."""
        self.transcript = self.query_one(Transcript)
        self.transcript.enable_markdown()
        self.reply = Message(new_id(), None, "assistant", (), datetime.now(UTC), status="streaming")
        self.transcript.add(self.reply)
        self.waiting: list[str] = []
        self.whole: list[str] = []
        self.next_frame = 0.0
        await super().stream()

    async def write(self, token: str) -> None:
        """Take a token."""
        self.waiting.append(token)
        self.whole.append(token)
        if perf_counter() >= self.next_frame:
            self.show_waiting()

    def show_waiting(self) -> None:
        """Show what has come since the last frame."""
        self.transcript.append_text(self.reply.id, "".join(self.waiting))
        self.waiting.clear()
        self.next_frame = perf_counter() + FRAME_SECONDS

    async def end(self) -> None:
        """Show that the reply is whole."""
        await self.write(f"\n\n{ENDED}")
        self.show_waiting()
        text = TextPart("".join(self.whole))
        self.transcript.replace(replace(self.reply, parts=(text,), status="complete"))


class Streamed(Screen):
    """Textual's Markdown widget, as its documentation streams into it."""

    def compose(self) -> ComposeResult:
        """Return it above the text area."""
        with VerticalScroll():
            yield Markdown()
        yield TextArea()

    async def stream(self) -> None:
        """Show the reply token by token."""
        self.query_one(VerticalScroll).anchor()
        self.markdown_stream = Markdown.get_stream(self.query_one(Markdown))
        await super().stream()

    async def write(self, token: str) -> None:
        """Take a token."""
        await self.markdown_stream.write(token)

    async def end(self) -> None:
        """Show that the reply is whole."""
        await self.write(f"\n\n{ENDED}")
        await self.markdown_stream.stop()


KINDS = {"bare": Screen, "ours": Ours, "get_stream": Streamed}

if __name__ == "__main__":
    KINDS[sys.argv[1]](int(sys.argv[2]), float(sys.argv[3])).run()
