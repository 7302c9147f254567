"""A searched pane with a line to type a value in, and two texts about what is highlighted."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import ClassVar

from textual import getters, on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Static

from chat_tui.screens.letters import Key, hint
from chat_tui.screens.searched_pane import MUTED, SearchedPane
from chat_tui.widgets.note import Note
from chat_tui.widgets.row_list import NO_MATCH, Piece, RowList
from chat_tui.widgets.scrolled_text import ScrolledText
from chat_tui.widgets.search_line import SearchLine
from chat_tui.widgets.value_editor import LONGEST_PASTE, ValueArea, ValueEditor


class EditingPane(SearchedPane[None]):
    """Who inherits from it says what is found, what is in a row, and what is told of it."""

    CSS_PATH = ["searched_pane.tcss", "editing_pane.tcss"]  # noqa: RUF012 - Textual doesn't declare it a ClassVar
    PLACEHOLDER: ClassVar[str]
    CHANGES: ClassVar[Sequence[Key]]
    VIEWS: ClassVar[Sequence[Key]]
    MORE_KEYS: ClassVar[str]
    """What stands behind `CHANGES` in the row of hints."""
    WHILE_TYPING: ClassVar[frozenset[str]] = frozenset(("close", "enter", "accept", "newline", "toggle_json", "help"))
    """The actions whose keys still count while a value is typed."""

    editor = getters.query_one(ValueEditor)
    about = getters.query_one("#about", Horizontal)
    details = getters.query_one("#details", ScrolledText)
    json = getters.query_one("#json", ScrolledText)

    def __init__(self) -> None:
        super().__init__()
        self._wants_json: bool | None = None

    @abstractmethod
    def find(self, text: str) -> tuple[int, Sequence[tuple[int, str]]]:
        """Find what fits `text`; return how many rows that has, and the headings above the row at a place."""

    @abstractmethod
    def row(self, place: int, width: int) -> Sequence[Piece]:
        """Return what stands in the row at `place`, in `width` cells."""

    @abstractmethod
    def show(self) -> None:
        """Show what holds now: in the rows, the note and the texts."""

    def lit(self, key: Key) -> bool:
        """Tell whether what a key shows is shown."""
        return (key.action == "toggle_details" and self.details.display) or (
            key.action == "toggle_json" and self.json.display
        )

    def compose(self) -> ComposeResult:
        """Lay out the pane."""
        # Said at once: each change of a class later would have all styles found out again.
        has_details, has_json = self.shows
        details, json = ScrolledText(id="details"), ScrolledText(id="json")
        json.set_class(has_details, "-beside")
        about = Horizontal(details, json, id="about")
        details.display, json.display, about.display = has_details, has_json, has_details or has_json
        with Vertical(id="pane", classes=self.widths()):
            yield SearchLine(placeholder=self.PLACEHOLDER, passes=" ", id="search")
            yield ValueEditor(id="edit")
            yield Note(id="note")
            with Vertical(id="found"):
                yield RowList(self.row, id="rows")
                yield about
            changes = hint("Alt+", self.CHANGES)
            yield Static(Content.assemble(changes, (f"   {self.MORE_KEYS}", MUTED)), id="changes", markup=False)
            yield Static(id="views", markup=False)

    def on_mount(self) -> None:
        """Show what is known at once."""
        self.show_views()
        self.list()

    def texts(self) -> Sequence[ScrolledText]:
        """Return the texts about the highlighted row."""
        return self.details, self.json

    def list(self) -> None:
        """List what fits the search, from its beginning."""
        self.searched = self.search.value
        count, headings = self.find(self.searched)
        self.rows.show(count, 0, headings, empty=NO_MATCH)
        self.show()

    def fit(self) -> None:
        """Lay out for the size that there is, and show what has room now."""
        details, json = self.shows
        self.details.display, self.json.display, self.about.display = details, json, details or json
        self.json.set_class(details, "-beside")
        self.show_views()
        self.show()

    @property
    def shows(self) -> tuple[bool, bool]:
        """Whether what is told and the JSON are shown: where there is room, or as the person chose."""
        json = self.has_room if self._wants_json is None else self._wants_json
        return self.has_room or not json if self._wants_details is None else self._wants_details, json

    @property
    def has_details(self) -> bool:
        """Whether what is told is shown, beside the JSON or in its place."""
        return self.shows[0]

    def show_views(self) -> None:
        """Light the keys of what is shown."""
        self.views.update(hint("Alt+", self.VIEWS, self.lit), layout=False)

    # Moving

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Let keys be what is typed where they can't be meant for the list."""
        if self.is_open and self.editor.is_open:
            return action in self.WHILE_TYPING and (action != "newline" or self.editor.takes_lines)
        return action != "newline"

    def moved(self) -> None:
        """Tell of another row."""
        self.show()

    def action_close(self) -> None:
        """Leave what is typed, or the pane."""
        if self.editor.is_open:
            self.end_typing()
        else:
            self.dismiss(None)

    # Typing a value

    def begin_typing(self, label: str, text: str, *, takes_lines: bool = False, selected: bool = True) -> None:
        """Open the editor in the place of the search."""
        self.editor.open(label, text, takes_lines=takes_lines, selected=selected)
        self.search.display = False

    def end_typing(self) -> None:
        """Close the editor, and search again."""
        self.editor.close()
        self.search.display = True
        self.set_focus(self.search)
        self.show()

    @on(ValueArea.Refused)
    def _refuse_paste(self, event: ValueArea.Refused) -> None:
        self.app.notify(
            f"{event.length:,} characters are too many to be pasted here: at most {LONGEST_PASTE:,}. "
            "A longer text can stand in config.toml, or in the file of a preset.",
            severity="warning",
            markup=False,
            timeout=10,
        )

    def action_newline(self) -> None:
        """Begin a new line in a text."""
        self.editor.area.action_newline()

    def action_toggle_json(self) -> None:
        """Show or hide the JSON."""
        self._wants_json = not self.json.display
        self.fit()
