"""The help: all keys and commands, from the table of actions."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from chat_tui.config.commands import BY_SHORT, VERBS
from chat_tui.screens import (
    conversation_keys,
    file_picker_keys,
    goto_keys,
    inspector_keys,
    model_keys,
    preset_keys,
    setting_keys,
)
from chat_tui.screens.actions import ACTIONS, ATTACHED_KEYS, COST_KEYS, PROVIDER_KEYS, READING_KEYS, WRITING_KEYS
from chat_tui.screens.popup import PopUp


class HelpScreen(PopUp[None]):
    """Keys on top, by where they count; commands below."""

    CSS_PATH = "help.tcss"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (60, "-wide")]  # noqa: RUF012 - Textual doesn't declare it a ClassVar
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
            for heading, keys in (
                ("While you write", WRITING_KEYS),
                ("In what is attached", ATTACHED_KEYS),
                ("In the list of files", file_picker_keys.help_rows()),
                ("In the conversation", READING_KEYS),
                ("In the model picker", model_keys.help_rows()),
                ("In the table of providers", PROVIDER_KEYS),
                ("In the list of conversations", conversation_keys.help_rows()),
                ("In the search of everything", goto_keys.help_rows()),
                ("In the settings", setting_keys.help_rows()),
                ("In the presets", preset_keys.help_rows()),
                ("In the inspector", inspector_keys.KEYS),
                ("In the costs", COST_KEYS),
            ):
                yield Static(heading, classes="heading")
                for names, text in keys:
                    yield _row(names, text)
            yield Static("Commands", classes="heading")
            for action in ACTIONS:
                yield _row(f"/{action.slash} {action.argument}", action.help)
            yield Static("Settings of this chat", classes="heading")
            for verb, (argument, text) in VERBS.items():
                yield _row(f"/{verb} {argument}", text)
            for short, setting in BY_SHORT.items():
                yield _row(f"/{short} VALUE", setting.help)
            yield Static("Esc closes this. Hold Shift to select with the terminal's own mouse.", classes="heading dim")

    def on_mount(self) -> None:
        """Let the arrows scroll at once."""
        self.query_one(VerticalScroll).focus()


def _row(left: str, right: str) -> Horizontal:
    return Horizontal(Static(Content(left), classes="key"), Static(Content(right), classes="meaning"))
