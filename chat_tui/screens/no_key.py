"""What is shown when there is no key: the ways to give one, and the demo."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Static

from chat_tui.text import one_line


class NoKeyScreen(Screen[None]):
    """One plain page."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q,escape,enter,ctrl+c", "app.quit", "Quit", id="no_key.quit", tooltip="Leave", priority=True),
    ]

    def __init__(self, credentials: Path) -> None:
        super().__init__()
        self._credentials = credentials

    def compose(self) -> ComposeResult:
        """Lay out the page."""
        yield Static(self._page(), markup=False, id="page")

    def _page(self) -> Content:
        code, dim = "$primary", "$foreground-muted"
        return Content.assemble(
            ("chat-tui needs an OpenRouter key", "bold"), "\n\n",
            "Make one at ", ("https://openrouter.ai/keys", code), ", give it in one of two ways, and start again:\n\n",
            "1  In the environment\n",
            ('   export OPENROUTER_API_KEY="sk-or-v1-…"', code), "\n\n",
            "2  In a file that only you can read\n",
            (f"   {one_line(str(self._credentials))}", code), "\n",
            ('   key = "sk-or-v1-…"', code), "\n\n",
            "To look around first, with no key and no network:\n",
            ("   chat-tui --demo", code), "\n\n",
            ("q quits", dim),
        )  # fmt: skip
