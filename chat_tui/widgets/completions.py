"""The slash commands, or the paths, that fit what is being typed, above the composer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from textual.containers import Vertical
from textual.content import Content
from textual.widgets import OptionList
from textual.widgets.option_list import Option


class Completion(NamedTuple):
    """One command that can be completed: its name, its argument, and what it does; or a path."""

    name: str
    argument: str
    help: str
    mark: str = "/"
    """What stands before the name."""


class Completions(Vertical):
    """A short list that opens and closes with what is typed; the composer keeps the focus."""

    DEFAULT_CSS = """
    Completions {
        display: none; height: auto;
        & > OptionList {
            height: auto; max-height: 50vh;
            border: none; padding: 0 1; margin: 0; background: $surface;
            scrollbar-size-vertical: 1; text-wrap: nowrap; text-overflow: ellipsis;
            & > .option-list--option-highlighted { background: $panel; text-style: none; }
        }
    }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._list: OptionList | None = None  # made when first needed: the first paint is quicker without it

    def offer(self, completions: Sequence[Completion], *, highlight: bool = True) -> None:
        """Show `completions`, the first one highlighted if `highlight` says so; none closes the list."""
        self.display = bool(completions)
        if not completions:
            return
        width = max(len(c.name) + len(c.argument) for c in completions) + 2 if any(c.help for c in completions) else 0
        if self._list is None:
            self._list = _List()
            self.mount(self._list)
        self._list.clear_options()
        for completion in completions:
            usage = f"{completion.mark}{completion.name} {completion.argument}".ljust(width + 2)
            prompt = Content.assemble((usage, "$primary"), (completion.help, "$foreground-muted"))
            self._list.add_option(Option(prompt, id=completion.name))
        self._list.highlighted = 0 if highlight else None

    @property
    def first(self) -> str | None:
        """The highlighted command's name, or else the first one's, while the list is open."""
        if self.display and self._list is not None and self._list.highlighted is None:
            return self._list.get_option_at_index(0).id
        return self.chosen

    @property
    def chosen(self) -> str | None:
        """The highlighted command's name, while the list is open."""
        if not self.display or self._list is None or self._list.highlighted is None:
            return None
        return self._list.get_option_at_index(self._list.highlighted).id

    def move(self, rows: int) -> None:
        """Move the highlight, around the ends."""
        if self._list is not None and self._list.option_count:
            now = self._list.highlighted
            place = min(rows, 0) if now is None else now + rows
            self._list.highlighted = place % self._list.option_count


class _List(OptionList, can_focus=False):
    """Options that leave the focus where it is."""
