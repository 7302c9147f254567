"""The slash commands that fit what is being typed, above the composer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from textual.content import Content
from textual.widgets import OptionList
from textual.widgets.option_list import Option


class Completion(NamedTuple):
    """One command that can be completed: its name, its argument, and what it does."""

    name: str
    argument: str
    help: str


class Completions(OptionList, can_focus=False):
    """A short list that opens and closes with what is typed; the composer keeps the focus."""

    DEFAULT_CSS = """
    Completions {
        display: none; height: auto; max-height: 50%;
        border: none; padding: 0 1; margin: 0; background: $surface;
        scrollbar-size-vertical: 1; text-wrap: nowrap; text-overflow: ellipsis;
        & > .option-list--option-highlighted { background: $panel; text-style: none; }
    }
    """

    def offer(self, completions: Sequence[Completion]) -> None:
        """Show `completions`, the first one highlighted; none closes the list."""
        self.clear_options()
        width = max((len(c.name) + len(c.argument) for c in completions), default=0) + 2
        for completion in completions:
            usage = f"/{completion.name} {completion.argument}".ljust(width + 2)
            prompt = Content.assemble((usage, "$primary"), (completion.help, "$foreground-muted"))
            self.add_option(Option(prompt, id=completion.name))
        self.display = bool(completions)
        if completions:
            self.highlighted = 0

    @property
    def chosen(self) -> str | None:
        """The highlighted command's name, while the list is open."""
        if not self.display or self.highlighted is None:
            return None
        return self.get_option_at_index(self.highlighted).id

    def move(self, rows: int) -> None:
        """Move the highlight, around the ends."""
        if self.option_count:
            self.highlighted = ((self.highlighted or 0) + rows) % self.option_count
