"""The list of files: gone through like folders, searched by typing, with a look into the one that is highlighted."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import ClassVar

from textual import events, getters, on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from chat_tui.attachments.paths import is_link
from chat_tui.attachments.words import readable_size
from chat_tui.engine.files import Entry, default_folder, entries_of, shown_path
from chat_tui.grammar import Suggestion
from chat_tui.screens import file_picker_keys
from chat_tui.screens.letters import hint
from chat_tui.screens.popup import CATCH_UP_SECONDS
from chat_tui.screens.searched_pane import MUTED, WARNING, SearchedPane
from chat_tui.text import one_line
from chat_tui.widgets.file_preview import FilePreview
from chat_tui.widgets.note import Note
from chat_tui.widgets.row_list import NO_MATCH, Piece, RowList, fitted
from chat_tui.widgets.scrolled_text import ScrolledText
from chat_tui.widgets.search_line import SearchLine

_PAUSE = 0.08
"""Seconds that a row is highlighted before its file is looked into: whoever goes through the list only passes."""
_SIZE_ROOM, _TIME_ROOM = 9, 12
_UP = ".."
_NEED_ANSWER = frozenset(("enter", "tab", "down", "up", "ctrl+n", "ctrl+p", "pagedown", "pageup", "alt+s"))
"""Keys that mean something in what is listed, and so wait until that fits what is typed."""


class FilePicker(SearchedPane[Sequence[str | Path] | None]):
    """Ends with the chosen files, or with the address that was typed; None when nothing is to be attached."""

    CSS_PATH = ["searched_pane.tcss", "file_picker.tcss"]  # noqa: RUF012 - Textual doesn't declare it a ClassVar
    BINDINGS: ClassVar[list[BindingType]] = [*file_picker_keys.bindings()]
    details = getters.query_one(FilePreview)

    def __init__(self) -> None:
        super().__init__()
        self._base = Path()
        """Where what is typed begins, unless it is a whole path."""
        self._folder: Path | None = None
        """What is listed; None before the first answer."""
        self._entries: Sequence[Entry] = ()
        self._listed: Sequence[Entry | None] = ()
        """None stands for the folder above."""
        self._selected: list[Path] = []
        self._fault = ""
        self._shows_hidden = False
        self._answered = asyncio.Event()

    def compose(self) -> ComposeResult:
        """Lay out the list."""
        details = FilePreview(id="details")
        details.display = self.has_details
        with Vertical(id="pane", classes=self.widths()):
            yield SearchLine(placeholder="A name, a path, or https://…", id="search")
            yield Note(id="note")
            with Vertical(id="found"):
                yield RowList(self._row, id="rows")
                yield details
            yield Static(id="changes", markup=False)
            yield Static(id="views", markup=False)

    def on_mount(self) -> None:
        """Take what is typed at once; the folder where files are looked for first comes behind."""
        self.set_focus(self.search)
        self._show_keys()
        self._begin()

    @work(group="read")
    async def _begin(self) -> None:
        self._base = await asyncio.to_thread(default_folder)
        self.list()

    # What is listed

    def _meant(self) -> tuple[Path, str]:
        """Return the folder that what is typed leads to, and the part of a name that is searched for there."""
        head, slash, name = self.search.value.rpartition("/")
        with suppress(RuntimeError):  # a home that this system doesn't know
            return self._base / Path(f"{head}{slash}").expanduser(), name
        return self._base, self.search.value

    def list(self) -> None:
        """List what fits, when the folder is read."""
        self.searched = self.search.value
        folder, _ = self._meant()
        if folder == self._folder:
            self._show()
        else:
            self._answered.clear()
            self._read(folder)

    @work(group="read", exclusive=True)
    async def _read(self, folder: Path) -> None:
        fault, entries = "", list[Entry]()
        try:
            entries = await asyncio.to_thread(entries_of, folder)
        except OSError as error:
            fault = f"{one_line(shown_path(folder), 60)} can't be listed: {error.strerror}."
        if self.has_place:
            self._folder, self._entries, self._fault = folder, entries, fault
            self._show()

    def _show(self) -> None:
        """List what has the part of a name in it, those that begin with it first."""
        _, name = self._meant()
        wanted = name.casefold()
        fitting = [one for one in self._entries if wanted in one.name.casefold() and self._is_shown(one, name)]
        if wanted:
            fitting.sort(key=lambda one: not one.name.casefold().startswith(wanted))
        self._listed = [*([] if name else [None]), *fitting]
        place = min(1, len(fitting)) if not name else 0
        self.rows.show(len(self._listed), place, empty=NO_MATCH)
        self._answered.set()
        self.moved()

    def _is_shown(self, entry: Entry, name: str) -> bool:
        return not entry.name.startswith(".") or self._shows_hidden or name.startswith(".")

    def _row(self, place: int, width: int) -> Sequence[Piece]:
        entry = self._listed[place]
        if entry is None:
            return [("  ", "plain"), (fitted(_UP, width - 2), "dim")]
        mark = "● " if self._path(entry) in self._selected else "  "
        size = "" if entry.is_folder else readable_size(entry.size)
        right = f"{size:>{_SIZE_ROOM}}{f'{entry.changed.astimezone():%d %b %Y}':>{_TIME_ROOM + 2}}"
        name = f"{entry.name}/" if entry.is_folder else entry.name
        return [
            (mark, "mark"),
            (fitted(name, max(width - 2 - len(right), 1)), "mark" if entry.is_folder else "plain"),
            (right, "dim"),
        ]

    @property
    def _highlighted(self) -> Entry | None:
        return self._listed[self.rows.place] if self._listed else None

    def _path(self, entry: Entry) -> Path:
        return (self._folder or self._base) / entry.name

    # What is said of it

    def moved(self) -> None:
        """Tell of another row."""
        entry = self._highlighted
        self.suggested = ()
        if entry is not None and self._meant()[1]:
            value = self.search.value
            start = value.rfind("/") + 1
            text = f"{entry.name}/" if entry.is_folder else entry.name
            if text != value[start:]:
                self.suggested = [Suggestion(start, len(value), text, "")]
        self._show_note()
        if self.details.display:
            self._look()

    @work(group="look", exclusive=True)
    async def _look(self) -> None:
        entry = self._highlighted
        if entry is None or entry.is_folder:
            self.details.show()
            return
        from chat_tui.engine.previewing import preview

        await asyncio.sleep(_PAUSE)
        seen = await asyncio.to_thread(preview, self._path(entry), *self.details.room)
        if self.has_place and entry is self._highlighted:
            self.details.show(*seen)

    def _show_note(self) -> None:
        if not self.has_place:
            return
        count = f"{len(self._selected)} selected" if self._selected else ""
        if is_link(self.search.value.strip()):
            told = Content.styled("Enter attaches this address", MUTED)
        elif self._fault:
            told = Content.styled(self._fault, WARNING)
        elif self._folder is not None:
            told = Content.styled(one_line(shown_path(self._folder)), MUTED)
        else:
            told = Content.styled("reading …", MUTED)
        self.note.show(told, count)

    @on(events.DescendantFocus)
    def _show_keys(self) -> None:
        """Name the keys; only while the search takes letters do they need Alt."""
        label = "Alt+" if self.search.has_focus else "keys"
        keys = (*file_picker_keys.CHANGES, *file_picker_keys.VIEWS)
        is_on = {"details": self.details.display, "hidden": self._shows_hidden, "select": bool(self._selected)}
        self.changes.update(hint(label, keys, lambda key: is_on[key.word]), layout=False)
        told = "Enter attaches, or opens a folder · Esc attaches nothing"
        self.views.update(Content.styled(told, MUTED), layout=False)

    # Layout

    def texts(self) -> Sequence[ScrolledText]:
        """Return the text of the highlighted file."""
        return (self.details.words,)

    def fit(self) -> None:
        """Lay out for the size that there is, and show what has room now."""
        self.details.display = self.has_details
        self.call_after_refresh(self.moved)
        self._show_keys()

    def action_toggle_hidden(self) -> None:
        """List hidden files too, or no longer."""
        self._shows_hidden = not self._shows_hidden
        self._show()
        self._show_keys()

    # Choosing

    async def caught_up(self, event: events.Key) -> None:
        """Wait also until the folder is read, before a key that means something in what is listed."""
        await super().caught_up(event)
        if event.key in _NEED_ANSWER and not self._answered.is_set():
            with suppress(TimeoutError):
                async with asyncio.timeout(CATCH_UP_SECONDS):
                    await self._answered.wait()

    def action_accept(self) -> None:
        """Take the folder or the name that fits best; else go on to the list, and back."""
        if self.search.has_focus and (found := self.suggested):
            self.search.value = self.search.value[: found[0].start] + found[0].text
            self.search.cursor_position = len(self.search.value)
        else:
            self.focus_next()

    def action_select(self) -> None:
        """Select the highlighted file, or no longer."""
        entry = self._highlighted
        if entry is None or entry.is_folder:
            return
        path = self._path(entry)
        if path in self._selected:
            self._selected.remove(path)
        else:
            self._selected.append(path)
        self.action_move(1)
        self.rows.refresh()
        self._show_note()
        self._show_keys()

    @on(RowList.Chosen)
    def action_choose(self) -> None:
        """Open the highlighted folder; attach the file, or those that are selected."""
        entry = self._highlighted
        if is_link(link := self.search.value.strip()):
            self.dismiss([link])
        elif not self._listed:
            return
        elif entry is None:
            folder = (self._folder or self._base).absolute().parent
            self._go(shown_path(folder).rstrip("/") + "/")
        elif entry.is_folder:
            self._go(self.search.value[: self.search.value.rfind("/") + 1] + f"{entry.name}/")
        else:
            path = self._path(entry)
            self.dismiss(self._selected if path in self._selected else [*self._selected, path])

    def _go(self, typed: str) -> None:
        self.search.value = typed
        self.search.cursor_position = len(typed)
        self.search.focus()
