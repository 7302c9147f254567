"""The export: what of the conversation, in which format, to which file."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Literal

from textual import events, getters, on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Input, Static

from chat_tui.conversation.exports.formats import FORMATS, WHOLE, format_of
from chat_tui.conversation.exports.names import safe_name
from chat_tui.conversation.exports.writing import Written
from chat_tui.engine.files import completions, shown_path, typed_path
from chat_tui.engine.moving import Order, export
from chat_tui.engine.refused import RefusedError
from chat_tui.screens.popup import PopUp
from chat_tui.text import one_line, printable

if TYPE_CHECKING:
    from chat_tui.conversation.exports.excerpt import Scope
    from chat_tui.engine.chat import Chat

_SCOPES: tuple[tuple[Scope, str], ...] = (
    ("branch", "this branch"),
    ("message", "this message"),
    ("tree", "all branches"),
)
_NAMES = {"md": "Markdown", "html": "HTML", "txt": "text", "json": "JSON", "toml": "TOML"}
_SHOWN_PATHS = 5
_KEYS = "↑ ↓ rows · ← → choose · Tab completes · Enter writes · Esc leaves"

Row = Literal["what", "format", "file"]
_ROWS: tuple[Row, ...] = ("what", "format", "file")


class ExportScreen(PopUp[Written | None]):
    """Ends with what was written, or None.

    Args:
        chat: The conversation.
        message: The id of the message at the cursor.
        folder: Where the file goes when no other is named.
        form: The format to begin with.
        there: A file that is there already, and that is perhaps to be replaced.
        secrets: What must not leave with it.
    """

    CSS_PATH = "export.tcss"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide")]  # noqa: RUF012 - Textual doesn't declare it a ClassVar
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,ctrl+s", "dismiss(None)", "Close", id="export.close", tooltip="Write nothing", priority=True),
        Binding("enter", "write", "Write", id="export.write", tooltip="Write the file", priority=True),
        Binding("down", "row(1)", "Next row", id="export.next", tooltip="To the next row", priority=True),
        Binding("up", "row(-1)", "Row before", id="export.previous", tooltip="To the row before", priority=True),
        Binding("right", "choose(1)", "Next", id="export.right", tooltip="The next choice", priority=True),
        Binding("left", "choose(-1)", "Before", id="export.left", tooltip="The choice before", priority=True),
        Binding("space", "choose(1)", "Next", id="export.space", tooltip="The next choice", priority=True),
        Binding("tab", "complete", "Complete", id="export.complete", tooltip="Complete the path", priority=True),
    ]
    file = getters.query_one(Input)
    note = getters.query_one("#note", Static)
    paths = getters.query_one("#paths", Static)

    def __init__(
        self,
        chat: Chat,
        message: str | None,
        folder: Path,
        form: str = "md",
        there: Path | None = None,
        secrets: Sequence[str] = (),
    ) -> None:
        super().__init__()
        self._export = partial(export, chat, secrets=secrets)
        self._chat = chat
        self._message = message
        self._folder = folder
        self._form = form
        self._chosen: Scope | None = None
        self._row: Row = "file"
        self._there = there
        self._replaces: Path | None = None
        """What is there already, and would be written over by the next Enter."""
        self._offered: Sequence[str] = ()
        self._offered_for = ""
        self._busy = False

    def compose(self) -> ComposeResult:
        """Lay out the choices and the path."""
        with Vertical(id="export"):
            yield Static("Export", id="title")
            yield Static(id="what", classes="choice", markup=False)
            yield Static(id="format", classes="choice", markup=False)
            with Horizontal(id="file"):
                yield Static(id="label")
                yield Input(id="path")
            yield Static(id="paths", markup=False)
            yield Static(id="note", markup=False)
            yield Static(_KEYS, id="keys", markup=False)

    def on_mount(self) -> None:
        """Begin at the path, which is what differs most."""
        path = self._there or self._folder / safe_name(self._chat.title, self._form)
        with self.prevent(Input.Changed):
            self.file.value = shown_path(path)
        self.file.focus()
        self._show()
        if self._there:
            self._ask(self._there)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leave the arrows and the space to the path while it is typed."""
        return self._row != "file" if action == "choose" else super().check_action(action, parameters)

    async def caught_up(self, event: events.Key) -> None:
        """Wait until what was typed before this key is in the path."""
        if not event.is_printable:
            await self.wait_for(self.file)

    @property
    def _scope(self) -> Scope:
        return self._chosen or ("tree" if self._form in WHOLE else "branch")

    def action_row(self, step: int) -> None:
        """Go to another row, around the ends."""
        self._row = _ROWS[(_ROWS.index(self._row) + step) % len(_ROWS)]
        self._show()

    def action_choose(self, step: int) -> None:
        """Take the next choice of the row, or the one before."""
        if self._row == "what":
            scopes = [scope for scope, _ in _SCOPES if scope != "message" or self._message]
            self._chosen = scopes[(scopes.index(self._scope) + step) % len(scopes)]
        else:
            forms = list(FORMATS)
            self._form = forms[(forms.index(self._form) + step) % len(forms)]
            self._rename()
        self._replaces = None
        self._show()

    def _rename(self) -> None:
        """Give the path the format's ending, where it had another format's."""
        stem, dot, ending = self.file.value.rpartition(".")
        if dot and format_of(ending):
            with self.prevent(Input.Changed):
                self.file.value = f"{stem}.{self._form}"
            self.file.cursor_position = len(self.file.value)

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        ending = event.value.rpartition(".")[2] if "." in event.value.rpartition("/")[2] else ""
        self._row = "file"
        self._form = format_of(ending) or self._form
        self._replaces = None
        self._offer(event.value)
        self._show()

    @work(group="paths", exclusive=True)
    async def _offer(self, text: str, *, take: bool = False) -> None:
        """Look what `text` may become, show it, and `take` what all of that has."""
        self._offered, self._offered_for = await asyncio.to_thread(completions, text), text
        if not self.has_place:
            return
        if take and self.file.value == text:
            self._take_common()
        self._show_paths()

    def action_complete(self) -> None:
        """Take as much of the path as all that it may become have."""
        if self._offered_for == self.file.value:
            self._take_common()
        else:
            self._offer(self.file.value, take=True)

    def _take_common(self) -> None:
        common = _common(self._offered)
        if len(common) > len(self.file.value):
            self.file.value = common
            self.file.cursor_position = len(common)

    def _show_paths(self) -> None:
        more = len(self._offered) - _SHOWN_PATHS
        lines = [one_line(path, 70) for path in self._offered[: _SHOWN_PATHS - (more > 0)]]
        self.paths.update(Content("\n".join([*lines, f"… and {more + 1} more"] if more > 0 else lines)))

    def _show(self) -> None:
        what = [(scope, words) for scope, words in _SCOPES if scope != "message" or self._message]
        self.query_one("#what", Static).update(self._choices("What", what, self._scope, active=self._row == "what"))
        forms = [(form, _NAMES[form]) for form in FORMATS]
        self.query_one("#format", Static).update(
            self._choices("Format", forms, self._form, active=self._row == "format")
        )
        style = "$primary" if self._row == "file" else "$foreground-muted"
        self.query_one("#label", Static).update(Content.styled("File", style))
        self._say(FORMATS[self._form][:1].upper() + FORMATS[self._form][1:] + ".", dim=True)
        self.refresh_bindings()

    def _choices(self, label: str, choices: Sequence[tuple[str, str]], chosen: str, *, active: bool) -> Content:
        pieces: list[Content | str | tuple[str, str]] = [
            (f"{label:<8} ", "$primary" if active else "$foreground-muted")
        ]
        for value, words in choices:
            on = value == chosen
            style = "reverse" if on and active else "bold $primary" if on else "$foreground-muted"
            pieces += [(f" {words} ", style), " "]
        return Content.assemble(*pieces)

    def _say(self, sentence: str, *, dim: bool = False) -> None:
        if self.has_place:
            self.note.update(Content.styled(printable(sentence), "$foreground-muted" if dim else "$text-warning"))

    @work(group="write", exclusive=True)
    async def action_write(self) -> None:
        """Write the file; what is there already is replaced only by a second Enter."""
        if self._busy:
            return
        try:
            path = typed_path(self.file.value)
        except ValueError as error:
            self._say(str(error))
            return
        message = self._message if self._scope == "message" else None
        self._form = format_of(path.suffix) or self._form
        order = Order(self._scope, message, self._form, path, replace=path == self._replaces)
        self._busy = True
        try:
            done = await asyncio.to_thread(self._export, order)
        except FileExistsError as error:
            self._ask_about(path, Path(error.filename))
        except RefusedError as error:
            self._say(str(error))
        except OSError as error:
            self._say(f"This can't be written: {error.strerror}: {one_line(str(error.filename or path))}.")
        else:
            self.dismiss(done)
        finally:
            self._busy = False

    def _ask_about(self, typed: Path, there: Path) -> None:
        """Ask whether `there` may be replaced; where only its folder was typed, say first which file that means."""
        if there == typed:
            self._ask(there)
        else:
            self.file.value = shown_path(there)
            self.call_after_refresh(self._ask, there)

    def _ask(self, path: Path) -> None:
        self._replaces = path
        self._say(f"{one_line(shown_path(path))} is there already. Enter again replaces it.")


def _common(paths: Sequence[str]) -> str:
    """Return what all `paths` begin with."""
    first, last = min(paths, default=""), max(paths, default="")
    agreeing = next((place for place, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), len(first))
    return first[:agreeing]
