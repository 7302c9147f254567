"""The help: all keys and commands, from the table of actions."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from chat_tui.screens import model_keys
from chat_tui.screens.actions import ACTIONS, OTHER_KEYS


class HelpScreen(ModalScreen[None]):
    """Keys on top, commands below."""

    CSS_PATH = "help.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,f1,q,enter", "dismiss", "Close", id="help.close", tooltip="Back to the chat"),
    ]

    def compose(self) -> ComposeResult:
        """Lay out the help."""
        with VerticalScroll(id="help"):
            yield Static("Keys", classes="heading")
            for action in ACTIONS:
                if action.keys:
                    yield _row(action.key_label, action.help)
            for keys, text in OTHER_KEYS:
                yield _row(keys, text)
            yield Static("Commands", classes="heading")
            for action in ACTIONS:
                yield _row(f"/{action.slash} {action.argument}", action.help)
            yield Static("In the model picker", classes="heading")
            for keys, text in model_keys.help_rows():
                yield _row(keys, text)
            yield Static("Esc closes this. Hold Shift to select with the terminal's own mouse.", classes="heading dim")

    def on_mount(self) -> None:
        """Let the arrows scroll at once."""
        self.query_one(VerticalScroll).focus()


def _row(left: str, right: str) -> Horizontal:
    return Horizontal(Static(Content(left), classes="key"), Static(Content(right), classes="meaning"))
