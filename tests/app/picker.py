"""What tests of the model picker do with it: open it, search, and see what the server then gets."""

from __future__ import annotations

import json
from typing import Any

from chat_tui.screens.models import ModelPicker
from tests.app.conftest import Running

KEY = "sk-or-v1-test"


async def open_picker(app: Running) -> ModelPicker:
    """Press the key, and wait until the models are there."""
    await app.pilot.press("ctrl+o")
    await app.until(lambda: isinstance(app.app.screen, ModelPicker) and app.app.screen.table.count)
    assert isinstance(app.app.screen, ModelPicker)
    return app.app.screen


async def search(app: Running, text: str) -> None:
    """Have `text` in the search; to type it key by key would only take longer."""
    picker = app.app.screen
    assert isinstance(picker, ModelPicker)
    picker.search.value = text
    picker.search.cursor_position = len(text)
    await app.pilot.pause()


async def closed(app: Running) -> None:
    """Wait until the chat is on top again."""
    await app.until(lambda: not isinstance(app.app.screen, ModelPicker))


async def received(app: Running) -> dict[str, Any]:
    """Send a prompt and return the request as the server got it."""
    await app.send("Hi")
    text = app.chat.path[-1].text
    body: dict[str, Any] = json.loads(text.partition("```json\n")[2].partition("\n```")[0])
    return body


def highlighted(picker: ModelPicker) -> str:
    """Return the id of the highlighted model."""
    model = picker.table.highlighted
    assert model is not None
    return model.id
