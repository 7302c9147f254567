"""A pane with a list that is searched by typing: beside the chat where there is room, else in its place."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import ClassVar

from textual import events, getters, on
from textual.containers import Vertical
from textual.content import Content
from textual.scroll_view import ScrollView
from textual.widgets import Input, Static

from chat_tui.grammar import Suggestion, pieces
from chat_tui.screens.letters import Key, hint
from chat_tui.screens.popup import PopUp, Result
from chat_tui.text import one_line
from chat_tui.widgets.note import Note
from chat_tui.widgets.row_list import RowList
from chat_tui.widgets.search_line import SearchLine

WIDE, WIDER, TALL = 120, 160, 30
"""Cells from which on a pane is beside the chat, has two columns, and shows more than its list without being asked."""
MUTED, WARNING = "$foreground-muted", "$text-warning"


class SearchedPane(PopUp[Result]):
    """Who inherits from it lays it out, in a `Vertical` with the id `pane`, and says what is listed."""

    WIDTHS: ClassVar[Sequence[tuple[str, int]]] = (("-wide", WIDE), ("-wider", WIDER))
    """The classes of the pane, each with the cells from which on it has it."""
    FILTERS: ClassVar[Sequence[Key]] = ()
    """The keys that put a filter into the search, or take it out."""

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
        self.suggested: Sequence[Suggestion] = ()
        """What could be typed next, the likeliest first."""
        self._wants_details: bool | None = None
        self._filtered: set[str] | None = None

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

    @property
    def has_room(self) -> bool:
        """Whether there is room for more than the list."""
        width, height = self.app.size
        return width >= WIDE and height >= TALL

    @property
    def has_details(self) -> bool:
        """Whether what is told of a row is shown: where there is room, unless the person chose otherwise."""
        return self.has_room if self._wants_details is None else self._wants_details

    def widths(self) -> str:
        """Return the classes of the pane for the width that there is."""
        return " ".join(name for name, least in self.WIDTHS if self.app.size.width >= least)

    def on_resize(self) -> None:
        """Fit the pane to the new size."""
        for name, least in self.WIDTHS:
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

    def offer(self) -> Content:
        """Return what says what could be typed next."""
        first, *others = self.suggested
        more = "  ".join(one_line(other.text) for other in others)
        return Content.assemble(
            ("Tab ", MUTED), (one_line(first.text), "$primary"), (f"  {one_line(first.meaning)}", MUTED),
            (f"    {more}", MUTED),
        )  # fmt: skip

    def action_accept(self) -> None:
        """Take the first completion; without one, go on to the list, to the texts, and back."""
        if self.suggested and self.search.has_focus:
            first = self.suggested[0]
            text = self.search.value
            self.search.value = text[: first.start] + first.text + text[first.end :]
            self.search.cursor_position = first.start + len(first.text)
        else:
            self.focus_next()

    def _show_filters(self) -> None:
        """Show which of the filters that have a key are in the search."""
        typed = {piece.text.lower() for piece in pieces(self.search.value)} & {key.filter for key in self.FILTERS}
        if typed != self._filtered:
            self._filtered = typed
            self._show_keys()

    def _show_keys(self) -> None:
        """Name the keys, and mark those whose filter is in the search."""

    def _filter_hint(self, label: str) -> Content:
        """Return what names the keys of the filters after `label`."""
        return hint(label, self.FILTERS, lambda key: key.filter in (self._filtered or ()))

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

    def action_toggle_details(self) -> None:
        """Show or hide what is told of the highlighted row."""
        self._wants_details = not self.has_details
        self.fit()

    def action_search(self) -> None:
        """Go back to the search."""
        self.search.focus()

    def action_focus_next(self) -> None:
        """Go to the list, or on."""
        self.focus_next()

    def action_focus_previous(self) -> None:
        """Go back."""
        self.focus_previous()

    def action_help(self) -> None:
        """Show all keys."""
        from chat_tui.screens.help import HelpScreen

        self.app.push_screen(HelpScreen())
