"""A list of prompts that only renders the rows in view, so that ten thousand open as quickly as ten."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Size
from textual.message import Message as Event
from textual.scroll_view import ScrollView
from textual.strip import Strip

from chat_tui.conversation.values import FilePart, Message
from chat_tui.text import one_line

_GAP = "  "
_TIME_FROM = 48
"""Cells of a row from which on the time has room."""


class PromptList(ScrollView, can_focus=False):
    """Prompts with their number and time, one a row.

    Args:
        time: Says when a message was sent.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {"prompt-list--highlighted", "prompt-list--dim", "prompt-list--mark"}
    DEFAULT_CSS = """
    PromptList {
        overflow-x: hidden; scrollbar-size-vertical: 1;
        & > .prompt-list--highlighted { background: $panel; }
        & > .prompt-list--dim { color: $text-muted; }
        & > .prompt-list--mark { color: $primary; }
    }
    """

    class Chosen(Event):
        """A row was clicked; `place` counts in what is listed."""

        def __init__(self, prompt_list: PromptList, place: int) -> None:
            super().__init__()
            self.prompt_list = prompt_list
            self.place = place

        @property
        def control(self) -> PromptList:
            """The list."""
            return self.prompt_list

    def __init__(self, *, time: Callable[[Message], str], id: str | None = None) -> None:
        super().__init__(id=id)
        self._time = time
        self._listed: Sequence[tuple[int, Message]] = ()
        self._highlighted = 0

    @property
    def highlighted(self) -> int:
        """The place of the highlighted row; 0 when nothing is listed."""
        return self._highlighted

    def show(self, listed: Sequence[tuple[int, Message]], highlighted: int = 0) -> None:
        """List prompts with their numbers; the row at `highlighted` is in view."""
        self._listed = listed
        self.virtual_size = Size(self.scrollable_content_region.width, len(listed))
        self.highlight(highlighted)

    def highlight(self, place: int) -> None:
        """Highlight the row at `place`, or the nearest one, and bring it into view."""
        self._highlighted = min(max(place, 0), max(len(self._listed) - 1, 0))
        height = self.scrollable_content_region.height
        if self._highlighted < self.scroll_offset.y:
            self.scroll_to(y=self._highlighted, animate=False, immediate=True)
        elif height and self._highlighted >= self.scroll_offset.y + height:
            self.scroll_to(y=self._highlighted - height + 1, animate=False, immediate=True)
        self.refresh()

    def on_resize(self) -> None:
        """Keep the highlighted row in view."""
        self.show(self._listed, self._highlighted)

    def on_click(self, event: events.Click) -> None:
        """Choose the row that was clicked."""
        place = event.y + self.scroll_offset.y
        if place < len(self._listed):
            event.stop()
            self.post_message(self.Chosen(self, place))

    def render_line(self, y: int) -> Strip:
        """Return the row at `y` of the view."""
        width, place = self.size.width, y + self.scroll_offset.y
        base = self.rich_style
        if place >= len(self._listed):
            return Strip.blank(width, base)
        dim, mark = (
            Style(color=self.get_component_rich_style(f"prompt-list--{name}").color) for name in ("dim", "mark")
        )
        if place == self._highlighted:
            base += self.get_component_rich_style("prompt-list--highlighted", partial=True)
        number, message = self._listed[place]
        numbered = f"{number:>{len(f'{self._listed[-1][0]:,}')},}{_GAP}"
        time = _GAP + self._time(message) + " " if width >= _TIME_FROM else ""
        room = max(width - 1 - len(numbered) - len(time), 1)
        text = first_words(message, room)
        if cell_len(text) > room:
            text = set_cell_size(text, room - 1) + "…"
        pieces = (
            ("▎" if place == self._highlighted else " ", base + mark),
            (numbered, base + dim),
            (set_cell_size(text, room), base),
            (time, base + dim),
        )
        return Strip([Segment(piece, style) for piece, style in pieces if piece]).adjust_cell_length(width, base)


def first_words(message: Message, limit: int) -> str:
    """Return how a prompt begins, in at most `limit` characters; its files when it has no text."""
    if text := one_line(message.text, limit):
        return text
    return one_line(" ".join(f"▣ {part.name}" for part in message.parts if isinstance(part, FilePart)), limit)
