"""The README's pictures, taken of the real application on the emulator: `python -m tests.screenshots [NAME …]`.

The same sources give the same bytes: what the application measures and the time of day are given to it.
"""

from __future__ import annotations

import argparse
import asyncio
import io
import os
import re
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import chain, repeat
from pathlib import Path
from unittest.mock import patch

from PIL import Image
from textual.widgets import Input, TextArea

from chat_tui.conversation.journal import append_message, read_journal
from chat_tui.conversation.values import Message
from chat_tui.cost.sums import total_cost
from chat_tui.cost.written import format_cost
from chat_tui.demo.catalogue import models
from chat_tui.demo.server import DemoServer
from chat_tui.reply.arriving import Reply
from chat_tui.screens.file_picker import FilePicker
from chat_tui.screens.models import ModelPicker
from chat_tui.screens.settings import SettingsPane
from chat_tui.transcript.thinking import Thinking
from tests.app.conftest import Running, Starter
from tests.attachments.files import movie, wav
from tests.cost_samples import keep_receipts, stopped_reply
from tests.shelf_samples import keep, keep_some

FOLDER = Path(__file__).parent.parent / "screenshots"
_MOMENT = datetime(2026, 11, 21, 10, 42, tzinfo=UTC)
_SECONDS = (0.0, 0.4, 2.9)
"""A reply is sent, its first token comes, it ends."""
_THINKING_SECONDS = 1.9


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture: how wide and high it is in cells, and what is pressed before it is taken."""

    name: str
    size: tuple[int, int]
    scene: Callable[[Running], Awaitable[None]]
    is_alone: bool = False
    """Whether it is taken on an emulator of its own: what its account has spent can be seen."""


async def _conversation(running: Running) -> None:
    await _use_model(running, "demo/reasoning")
    await _ask(running, "How many handshakes are there among 12 people?")
    await _use_model(running, "google/gemini-2.5-flash")
    await _ask(running, "Show me that in Python.")
    await running.pilot.press("tab", "home", "tab")
    await running.until_shown("thought for", "facts = ", "Google AI Studio")


async def _models(running: Running) -> None:
    await _conversation(running)
    await running.pilot.press("ctrl+o")
    await running.until(lambda: isinstance(running.app.screen, ModelPicker))
    await running.until_shown(f"{len(models())} models")
    picker = running.app.screen
    assert isinstance(picker, ModelPicker)
    for model in ("anthropic/claude-sonnet-4.6", "openai/gpt-5.4-mini"):
        picker.search.value = model
        await running.pilot.pause()
        await running.pilot.press("alt+s")
    picker.search.value = ""
    await running.pilot.press("ctrl+home")
    await running.until_shown("1 anthropic/claude-sonnet-4.6", "as of just now")


async def _providers(running: Running) -> None:
    await _conversation(running)
    await _use_model(running, "deepseek/deepseek-v3.2")
    await running.pilot.press("f7")
    await running.until_shown("4 providers, asked")
    await running.pilot.press("end", "1", "up", "x", "up", "2")
    await running.until_shown("Asked in this order: fireworks, deepinfra, then the one other.")


async def _settings(running: Running) -> None:
    await _use_preset(running)
    await running.pilot.press("ctrl+t")
    await running.until(lambda: isinstance(running.app.screen, SettingsPane))
    await running.until_shown("not with this model", '"temperature": 0.2')
    await running.pilot.press(*["down"] * 13)


async def _presets(running: Running) -> None:
    await _use_preset(running)
    running.screen._library.presets.write("quick", {"model": "demo/fast", "provider": {"sort": "latency"}})
    await _enter(running, "/presets")
    await running.until_shown("@show-request")
    await running.pilot.press("down")
    await running.until_shown('+   "model": "demo/fast"')


async def _conversations(running: Running) -> None:
    keep_some(running.screen._library, _MOMENT)
    await running.pilot.press("ctrl+b")
    await running.until_shown("7 conversations", "$0.0113")
    await _index(running)
    await running.until_shown("Ctrl+G searches")
    await running.pilot.press("down")
    await running.until_shown("changed 2026-11-21")


async def _search(running: Running) -> None:
    library = running.screen._library
    keep_some(library, _MOMENT)
    told = "Before the lighthouse there was a fire on the hill. The second lighthouse came in 1899."
    keep(library, "Lights of the north", at=_MOMENT - timedelta(days=2), reply=told, tags=("travel",))
    keep(library, "A walk along the coast", at=_MOMENT - timedelta(days=70), reply="Pass the lighthouse on your right.")
    await running.pilot.press("ctrl+g")
    await running.until_shown("used last")
    await _index(running)
    await running.type("role:assistant lightho")
    await running.until_shown("2 matches", "on your right")


async def _attaching(running: Running) -> None:
    folder = running.screen._library.paths.state.parent / "trip"
    (folder / "tickets").mkdir(parents=True)
    files = {"hills.png": _hills(), "plan.md": b"# Two days in Kyoto\n", "voice.wav": wav(), "walk.mp4": movie()}
    for name, content in files.items():
        (folder / name).write_bytes(content)
    for path in folder.iterdir():
        os.utime(path, (_MOMENT.timestamp(),) * 2)
    await _use_model(running, "google/gemini-2.5-flash")
    await _enter(running, f"/attach {folder}/voice.wav {folder}/plan.md")
    await running.until_shown("♪ voice.wav", "≡ plan.md")
    running.screen.composer.put("Where is this?")
    with ExitStack() as patches:
        patches.enter_context(patch("chat_tui.screens.file_picker.default_folder", lambda: folder))
        patches.enter_context(patch("chat_tui.screens.file_picker.shown_path", lambda path: f"~/{path.name}"))
        await running.pilot.press("f8")
        await running.until(lambda: isinstance(running.app.screen, FilePicker))
        await running.until_shown("hills.png")
        await running.pilot.press("down")
        await running.until_shown("▀▀▀", "76×40")


def _hills() -> bytes:
    """Return a small picture of hills at dusk; it isn't packed, for how much that saves isn't the same everywhere."""
    picture = Image.new("RGB", (76, 40))
    for x in range(76):
        far, near = 24 + abs(x * 7 % 46 - 23) // 3, 30 + abs((x * 3 + 20) % 60 - 30) // 5
        for y in range(40):
            sky = (70 + 4 * y, 60 + 2 * y, 110 - y)
            sun = (x - 54) ** 2 + (y - 13) ** 2 <= 36
            shown = (255, 214, 120) if sun else sky
            shown = (74, 62, 92) if y >= far else shown
            picture.putpixel((x, y), (36, 34, 56) if y >= near else shown)
    file = io.BytesIO()
    picture.save(file, "PNG", compress_level=0)
    return file.getvalue()


async def _costs(running: Running) -> None:
    keep_receipts(running.screen._library, _MOMENT, days=30)
    spending = (await running.app.session()).spending
    assert spending is not None
    spending.today = _MOMENT.date
    await _index(running)
    await running.pilot.press("f3")
    await running.until_shown("free models", "last 30 days")


async def _receipt(running: Running) -> None:
    library = running.screen._library
    folder = keep(library, "What should I see in Kyoto, in two days?", at=_MOMENT)
    journal = folder / "messages.jsonl"
    prompt = next(iter(read_journal(journal).messages.values()))
    append_message(journal, stopped_reply(_MOMENT + timedelta(seconds=1), prompt.id))
    await running.screen.go_on_in(library.at(folder))
    await running.pilot.press("tab", "i")
    await running.until_shown("from the cache", "your own key")


async def _index(running: Running) -> None:
    """Wait until the index knows what there is."""
    indexing = (await running.app.session()).indexing
    assert indexing is not None
    await running.until(lambda: not indexing.progress.running)


async def _use_preset(running: Running) -> None:
    """Make a preset, and a chat that uses it and has settings of its own."""
    settings = {"system": "Check twice.", "parameters": {"temperature": 0.2}, "reasoning": {"effort": "high"}}
    running.screen._library.presets.write("careful", settings)
    await _use_model(running, "anthropic/claude-sonnet-4.6")
    running.chat.change(local_preset="careful", parameters={"seed": 7}, provider={"zdr": True})


async def _light(running: Running) -> None:
    await _enter(running, "/theme paper")
    await running.until(lambda: running.app.theme == "paper")
    await _ask(running, "Two days in Kyoto, please.")
    await running.pilot.press("tab", "home", "end", "tab")  # what nobody saw is a guess, and so is the scroll bar


async def _narrow(running: Running) -> None:
    await _use_model(running, "demo/reasoning")
    await _ask(running, "How many handshakes are there among 12 people?")


PICTURES = (
    Picture("costs", (120, 40), _costs, is_alone=True),
    Picture("receipt", (120, 40), _receipt),
    Picture("conversation", (120, 40), _conversation),
    Picture("models", (120, 40), _models),
    Picture("settings", (120, 40), _settings),
    Picture("presets", (120, 40), _presets),
    Picture("conversations", (120, 40), _conversations),
    Picture("search", (120, 40), _search),
    Picture("attaching", (120, 40), _attaching),
    Picture("providers", (120, 40), _providers),
    Picture("light", (120, 36), _light),
    Picture("narrow", (80, 24), _narrow),
)


async def take(picture: Picture, emulator: DemoServer) -> str:
    """Run the application on folders of its own, play the scene, and return the picture as SVG."""
    if picture.is_alone:
        with DemoServer(pace=0) as own:
            return await take(replace(picture, is_alone=False), own)
    with tempfile.TemporaryDirectory(prefix="chat-tui-picture-") as root, _clocks_that_stand():
        async with Starter(Path(root), emulator).run(size=picture.size) as running:
            await picture.scene(running)
            await _know_the_context(running)
            for screen in running.app.screen_stack:
                for typed in screen.query(Input).results():
                    typed.cursor_blink = False
                for written in screen.query(TextArea).results():
                    written.cursor_blink = False
            await running.pilot.pause()
            svg = running.app.export_screenshot(title="chat-tui")
            # Rich makes this name from segments as well as their looks, and where those end depends on when text came.
            return re.sub(r"terminal-\d+", f"chat-tui-{picture.name}", svg)


async def _know_the_context(running: Running) -> None:
    """Have all counted that the status line tells of the context: when that comes otherwise depends on time."""
    session = await running.app.session()
    await running.until(lambda: not session.estimating.is_learning)
    if running.chat.path:
        await session.estimating.offers.asked(running.chat.settings)
        running.screen.expect_soon()
    await running.until(lambda: not running.screen.is_expecting)


async def _ask(running: Running, prompt: str) -> None:
    """Send a prompt, and wait until its reply, its receipt and the sum of the chat are shown."""
    known = len(running.chat.path)
    await _enter(running, prompt)
    await running.until(lambda: len(running.chat.path) == known + 2 and running.chat.path[-1].status == "complete")
    receipt = running.chat.path[-1].receipt
    assert receipt is not None
    spent = format_cost(total_cost(running.chat.path))
    await running.until_shown(f" {receipt.usage.completion_tokens} out ", f"this chat {spent}", "● ready")


async def _enter(running: Running, text: str) -> None:
    """Press Enter on `text`; to type it would only take longer."""
    running.screen.composer.put(text)
    await running.pilot.press("enter")
    await running.until(lambda: not running.screen.composer.text)


async def _use_model(running: Running, model: str) -> None:
    await _enter(running, f"/model {model}")
    await running.until(lambda: running.chat.model == model)


@contextmanager
def _clocks_that_stand() -> Iterator[None]:
    """Make the times that the application shows the same in each run, and in each time zone."""

    def timed(message: Message) -> Reply:
        seconds = chain(_SECONDS, repeat(_SECONDS[-1]))
        return Reply(message, clock=lambda: next(seconds))

    def thinking(text: str) -> Thinking:
        seconds = chain((0.0,), repeat(_THINKING_SECONDS))
        return Thinking(text, clock=lambda: next(seconds))

    zone = os.environ.get("TZ")
    os.environ["TZ"] = "UTC"
    time.tzset()
    try:
        with ExitStack() as patches:
            patches.enter_context(patch("chat_tui.transcript.prompt.begun_at", lambda *_: _MOMENT))
            patches.enter_context(patch("chat_tui.screens.model_list.now", lambda: _MOMENT))
            patches.enter_context(patch("chat_tui.screens.conversation_rows.now", lambda: _MOMENT))
            patches.enter_context(patch("chat_tui.engine.turn.Reply", timed))
            patches.enter_context(patch("chat_tui.transcript.message.Thinking", thinking))
            yield
    finally:
        os.environ.pop("TZ")
        if zone is not None:
            os.environ["TZ"] = zone
        time.tzset()


def main() -> None:
    """Write the pictures that were named, or all."""
    parser = argparse.ArgumentParser(prog="python -m tests.screenshots", description="Take the README's pictures.")
    names = [picture.name for picture in PICTURES]
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"one of {', '.join(names)} (default: all)")
    wanted = parser.parse_args().names or names
    if unknown := set(wanted) - set(names):
        parser.error(f"there is no picture {', '.join(sorted(unknown))}; there are {', '.join(names)}")
    FOLDER.mkdir(exist_ok=True)
    with DemoServer(pace=0) as emulator:
        for picture in PICTURES:
            if picture.name in wanted:
                svg = asyncio.run(take(picture, emulator))
                (FOLDER / f"{picture.name}.svg").write_text(svg, "utf-8")


if __name__ == "__main__":
    main()
