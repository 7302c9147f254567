"""The help: all keys and commands, from the table of actions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import ClassVar

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.widget import Widget
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

_KEYS = 22  # cells


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
            for heading, rows in _sections():
                yield Static(heading, classes="heading")
                yield Rows(rows)
            yield Static("Esc closes this. Hold Shift to select with the terminal's own mouse.", classes="heading dim")

    def on_mount(self) -> None:
        """Let the arrows scroll at once."""
        self.query_one(VerticalScroll).focus()


class Rows(Widget):
    """Names and what they mean, as one widget: hundreds of them would take a second to appear."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"rows--meaning"}

    def __init__(self, rows: Iterable[tuple[str, str]]) -> None:
        super().__init__()
        self._rows = list(rows)

    def render(self) -> RenderableType:
        """Draw all of them."""
        style = self.get_component_rich_style("rows--meaning")
        if self.screen.has_class("-narrow"):
            return Group(*(Group(Text(left), Padding(Text(right, style), (0, 0, 0, 2))) for left, right in self._rows))
        table = Table.grid(expand=True)
        table.add_column(width=_KEYS)
        table.add_column(ratio=1)
        for left, right in self._rows:
            table.add_row(Text(left), Text(right, style))
        return table


def _sections() -> Iterator[tuple[str, Iterable[tuple[str, str]]]]:
    """Yield each heading with the rows below it."""
    yield "Keys", [(action.key_label, action.help) for action in ACTIONS if action.keys]
    yield "While you write", WRITING_KEYS
    yield "In what is attached", ATTACHED_KEYS
    yield "In the list of files", file_picker_keys.help_rows()
    yield "In the conversation", READING_KEYS
    yield "In the model picker", model_keys.help_rows()
    yield "In the table of providers", PROVIDER_KEYS
    yield "In the list of conversations", conversation_keys.help_rows()
    yield "In the search of everything", goto_keys.help_rows()
    yield "In the settings", setting_keys.help_rows()
    yield "In the presets", preset_keys.help_rows()
    yield "In the inspector", inspector_keys.KEYS
    yield "In the costs", COST_KEYS
    yield "Commands", [(f"/{action.slash} {action.argument}", action.help) for action in ACTIONS]
    verbs = [(f"/{verb} {argument}", text) for verb, (argument, text) in VERBS.items()]
    yield "Settings of this chat", [*verbs, *((f"/{short} VALUE", setting.help) for short, setting in BY_SHORT.items())]
