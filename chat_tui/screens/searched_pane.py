"""A pane with a list that is searched by typing: beside the chat where there is room, else in its place."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence

from textual import events, getters, on
from textual.containers import Vertical
from textual.scroll_view import ScrollView
from textual.widgets import Input, Static

from chat_tui.screens.popup import PopUp, Result
from chat_tui.widgets.note import Note
from chat_tui.widgets.row_list import RowList
from chat_tui.widgets.search_line import SearchLine

WIDE, WIDER, TALL = 120, 160, 30
"""Cells from which on a pane is beside the chat, has two columns, and shows more than its list without being asked."""
_WIDTHS = (("-wide", WIDE), ("-wider", WIDER))
MUTED, WARNING = "$foreground-muted", "$text-warning"


class SearchedPane(PopUp[Result]):
    """Who inherits from it lays it out, in a `Vertical` with the id `pane`, and says what is listed."""

    pane = getters.query_one("#pane", Vertical)
    search = getters.query_one(SearchLine)
    note = getters.query_one(Note)
    rows = getters.query_one(RowList)
    changes = getters.query_one("#changes", Static)
    views = getters.query_one("#views", Static)

    def __init__(self) -> None:
        super().__init__()
        self.searched: str | None = None
        """What is searched for in what is listed; None before the first time."""
        self._wants_details: bool | None = None

    @abstractmethod
    def list(self) -> None:
        """List what fits the search, from its beginning, and note that as `searched`."""

    @abstractmethod
    def texts(self) -> Sequence[ScrollView]:
        """Return the texts about the highlighted row."""

    @abstractmethod
    def moved(self) -> None:
        """Tell of another row."""

    @abstractmethod
    def fit(self) -> None:
        """Lay out for the size that there is, and show what has room now."""

    def widths(self) -> str:
        """Return the classes of the pane for the width that there is."""
        return " ".join(name for name, least in _WIDTHS if self.app.size.width >= least)

    def on_resize(self) -> None:
        """Fit the pane to the new size."""
        for name, least in _WIDTHS:
            self.pane.set_class(self.app.size.width >= least, name)
        self.fit()

    # What is typed

    @on(Input.Changed)
    def take_typed(self) -> None:
        """List what fits the search, when that isn't done yet."""
        if self.search.value != self.searched:
            self.list()

    def on_key(self, event: events.Key) -> None:
        """Take what is typed before the search has the focus."""
        if event.is_printable and event.character and self.focused is None:
            event.stop()
            self.search.insert_text_at_cursor(event.character)

    async def caught_up(self, event: events.Key) -> None:
        """Wait until what was typed before this key is where it belongs; a fast typist is ahead of the screen."""
        if self.search.is_text(event):
            return
        if (widget := self.focused) is not None:
            await self.wait_for(widget)
        self.take_typed()

    # Moving

    def action_move(self, rows: int) -> None:
        """Move the highlight, around the ends, or scroll the text that has the focus."""
        text = next((text for text in self.texts() if text.has_focus), None)
        if text is not None:
            text.scroll_relative(y=rows, animate=False, immediate=True)
        elif count := self.rows.count:
            place = self.rows.place + rows
            self.rows.highlight(place % count if abs(rows) == 1 else place)
            self.moved()

    def action_page(self, pages: int) -> None:
        """Move by a screen."""
        pane = next((text for text in self.texts() if text.has_focus), self.rows)
        self.action_move(pages * max(pane.size.height - 2, 2))

    def action_search(self) -> None:
        """Go back to the search."""
        self.search.focus()

    def action_help(self) -> None:
        """Show all keys."""
        from chat_tui.screens.help import HelpScreen

        self.app.push_screen(HelpScreen())
