"""The help: all keys and commands, from the table of actions."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

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
            yield Static(_page(), markup=False)

    def on_mount(self) -> None:
        """Let the arrows scroll at once."""
        self.query_one(VerticalScroll).focus()


def _page() -> Content:
    keys = [(a.key_label, a.title, a.help) for a in ACTIONS if a.keys]
    lines: list[Content] = [Content.styled("Keys", "$primary bold"), Content("")]
    lines += [_row(key, f"{title}: {help_text[:1].lower()}{help_text[1:]}") for key, title, help_text in keys]
    lines += [_row(key, text) for key, text in OTHER_KEYS]
    lines += [Content(""), Content.styled("Commands", "$primary bold"), Content("")]
    lines += [_row(f"/{a.slash} {a.argument}".rstrip(), a.help) for a in ACTIONS]
    lines += [
        Content(""),
        Content.styled("Esc closes this. Hold Shift to select with the terminal's own mouse.", "$foreground-muted"),
    ]
    return Content("\n").join(lines)


def _row(left: str, right: str) -> Content:
    return Content.assemble((f"{left:<20}", "$foreground"), (right, "$foreground-muted"))
