"""The application on servers that aren't OpenRouter's: what needs OpenRouter is absent, with a word why."""

from __future__ import annotations

from pathlib import Path

import pytest

from chat_tui.config.settings import BUILT_IN
from chat_tui.engine.library import Library
from chat_tui.paths import Paths
from tests.app.conftest import Starter
from tests.other_servers import OTHER_SERVERS, running


@pytest.mark.parametrize("name", OTHER_SERVERS)
async def test_a_chat_on_its_first_model_without_prices(starter: Starter, tmp_path: Path, name: str) -> None:
    other = OTHER_SERVERS[name]
    chat = Library(Paths.under(tmp_path / "other"), defaults=BUILT_IN).begin()
    with running(other) as there:
        async with starter.run(chat, base_url=there.base_url) as app:
            await app.until_shown(f"uses its first model, {other.first_model}")
            await app.send("Why is the sky blue?")
            await app.until_shown("más que el rojo.", other.first_model)
            await app.pilot.press("ctrl+o")
            await app.until_shown("this server names no prices")
            assert "$/M" not in app.text()
            assert ("context" in app.text()) == (other.context is not None)
