"""What is attached to the prompt that is being written: one row each, above the composer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.cells import cell_len
from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message

from chat_tui.attachments.values import Staged
from chat_tui.attachments.words import glyph_of, measures_of, readable_size
from chat_tui.conversation.values import FilePart
from chat_tui.text import one_line
from chat_tui.widgets.row_list import Piece, RowList, fitted

MOST_ROWS = 4
"""Beyond them the rows scroll: what was said stays in view."""
_NAME, _LEAST_NAME = 40, 12
_GAP = "  "
_LINK_GLYPHS = {"image": "▣", "file": "▤", "video": "▶"}


class Chips(RowList):
    """The files of a draft, and below them the names of those that are being read."""

    HINT: ClassVar[str] = "↑ ↓ choose · Shift+↑ ↓ move · Enter look · - shrink · Del remove · Esc back"
    """What its keys do."""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j", "move(1)", "Next", id="chips.next", tooltip="Next file, then back to the prompt", show=False),
        Binding("up,k", "move(-1)", "Previous", id="chips.previous", tooltip="Previous file", show=False),
        Binding("shift+down,J", "shift(1)", "Later", id="chips.later", tooltip="Send it after the next", show=False),
        Binding("shift+up,K", "shift(-1)", "Earlier", id="chips.earlier", tooltip="Send it before", show=False),
        Binding("enter,o", "open", "Look", id="chips.open", tooltip="Look at it", show=False),
        Binding("minus", "shrink", "Shrink", id="chips.shrink", tooltip="Half the picture's size", show=False),
        Binding("delete,backspace,x", "remove", "Remove", id="chips.remove", tooltip="Don't send it", show=False),
    ]
    DEFAULT_CSS = f"""
    Chips {{
        height: auto; max-height: {MOST_ROWS}; margin: 0; background: $background;
        display: none;
    }}
    """

    class _AboutOne(Message):
        """Something is wanted of `file`, wherever it is by the time that this comes."""

        def __init__(self, chips: Chips, file: Staged) -> None:
            super().__init__()
            self.chips = chips
            self.file = file

        @property
        def control(self) -> Chips:
            """The rows."""
            return self.chips

    class Opened(_AboutOne):
        """It is to be looked at."""

    class Removed(_AboutOne):
        """It isn't to be sent."""

    class Shrunk(_AboutOne):
        """The picture is to have half its size."""

    class Shifted(_AboutOne):
        """It is to be sent earlier or later, by so many places as `by` says."""

        def __init__(self, chips: Chips, file: Staged, by: int) -> None:
            super().__init__(chips, file)
            self.by = by

    class Left(Message):
        """The person goes on to what is below."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(self._file_row, id=id)
        self._files: Sequence[Staged] = ()
        self._reading: Sequence[str] = ()
        self._expected: Sequence[str] = ()

    def list(
        self,
        files: Sequence[Staged],
        reading: Sequence[str] = (),
        place: int | None = None,
        expected: Sequence[str] = (),
    ) -> None:
        """Show `files` and the names of those that are being read.

        Args:
            files: What is attached.
            reading: The names of what will be.
            place: Of the row that is highlighted; None: the same as before.
            expected: What each of `files` is expected to come to, in a few words; empty: not known.
        """
        self._files, self._reading, self._expected = files, reading, expected
        count = len(files) + len(reading)
        self.display = count > 0
        self.styles.height = min(count, MOST_ROWS)
        self.show(count, min(self.place if place is None else place, max(len(files) - 1, 0)), keep=True)

    @property
    def shows_place(self) -> bool:
        """Whether keys are for the files now."""
        return self.has_focus

    @property
    def about(self) -> str:
        """How many files there are, how large all of them, and which key goes to them; empty when there are none."""
        if not self._files:
            return ""
        count, size = len(self._files), sum(file.part.size for file in self._files if isinstance(file.part, FilePart))
        return f"{count} attached, {readable_size(size)} · ↑ or Shift+Tab goes there"

    @property
    def _file(self) -> Staged:
        """The highlighted file, of at least one; a name that is being read stands for the last."""
        return self._files[min(self.place, len(self._files) - 1)]

    def _file_row(self, place: int, width: int) -> Sequence[Piece]:
        """Return the row of one file: what it is, its name, its measures, what was done to it."""
        if place >= len(self._files):
            name = one_line(self._reading[place - len(self._files)], max(width - 12, 1))
            return [("◌ ", "mark"), (name, "plain"), (" … reading", "dim")]
        staged = self._files[place]
        known = _GAP.join(["", " · ".join([*_about(staged), *self._expected[place : place + 1]])])
        room = min(max(width - 2 - cell_len(known), _LEAST_NAME), self._longest_name)
        glyph = (
            glyph_of(staged.part.media_type) if isinstance(staged.part, FilePart) else _LINK_GLYPHS[staged.part.kind]
        )
        return [(f"{glyph} ", "mark"), (fitted(staged.part.name, room), "plain"), (known, "dim")]

    @property
    def _longest_name(self) -> int:
        """The cells of the longest name, so that what is said of the files stands in one column."""
        return min(max(cell_len(one_line(file.part.name)) for file in self._files), _NAME)

    def on_key(self, event: events.Key) -> None:
        """Act in the order of the keys: a binding would act when the key has bubbled to the application."""
        active = self.screen.active_bindings.get(event.key)
        if active is not None and active.node is self:
            event.stop()
            event.prevent_default()
            name, _, argument = active.binding.action.rstrip(")").partition("(")
            getattr(self, f"action_{name}")(*([int(argument)] if argument else []))

    def action_move(self, rows: int) -> None:
        """Highlight another file; below the last one is the prompt."""
        if rows > 0 and self.place >= len(self._files) - 1:
            self.post_message(self.Left())
        else:
            self.highlight(max(self.place + rows, 0))

    def action_shift(self, by: int) -> None:
        """Have the highlighted file sent earlier or later."""
        if self._files:
            self.post_message(self.Shifted(self, self._file, by))

    def action_open(self) -> None:
        """Look at the highlighted file."""
        if self._files:
            self.post_message(self.Opened(self, self._file))

    def action_shrink(self) -> None:
        """Make the highlighted picture half as large."""
        if self._files:
            self.post_message(self.Shrunk(self, self._file))

    def action_remove(self) -> None:
        """Take the highlighted file out of the draft."""
        if self._files:
            file = self._file
            self.post_message(self.Removed(self, file))
            # The next key of a burst is for the next file.
            self.list([one for one in self._files if one is not file], self._reading)

    def on_focus(self) -> None:
        """Show which row is meant."""
        self.refresh()

    def on_blur(self) -> None:
        """Show that none is."""
        self.refresh()


def _about(staged: Staged) -> list[str]:
    """Return what is known of a file, and what was done to it."""
    part = staged.part
    measures = measures_of(part) if isinstance(part, FilePart) else ["on the web", one_line(part.url, 80)]
    return [*measures, *([one_line(staged.note, 80)] if staged.note else [])]
