"""The model picker: search over ids and names, Enter switches this chat's model."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len, set_cell_size
from textual import getters, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from chat_tui.cost import format_tokens
from chat_tui.engine.catalogue import matching
from chat_tui.engine.refused import RefusedError
from chat_tui.text import one_line

if TYPE_CHECKING:
    from chat_tui.engine.catalogue import ModelEntry

_MILLION = Decimal(1_000_000)


class ModelPicker(ModalScreen[str | None]):
    """Ends with the chosen model's id, or None.

    Args:
        current: The id of the model in use.
        fetch: Brings the catalogue, or raises RefusedError.
    """

    CSS_PATH = "models.tcss"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (120, "-wide")]  # noqa: RUF012 - Textual doesn't declare it a ClassVar
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "escape,ctrl+o,f2", "dismiss(None)", "Close", id="models.close", tooltip="Keep the model", priority=True
        ),
        Binding("down,ctrl+n", "move(1)", "Next", id="models.next", tooltip="Next model", priority=True),
        Binding("up,ctrl+p", "move(-1)", "Previous", id="models.previous", tooltip="Previous model", priority=True),
        Binding("pagedown", "move(10)", "Page down", id="models.page_down", tooltip="Ten on", priority=True),
        Binding("pageup", "move(-10)", "Page up", id="models.page_up", tooltip="Ten back", priority=True),
    ]
    search = getters.query_one(Input)
    models = getters.query_one(OptionList)
    note = getters.query_one("#note", Static)

    def __init__(self, current: str, fetch: Callable[[], Awaitable[Sequence[ModelEntry]]]) -> None:
        super().__init__()
        self._current = current
        self._fetch = fetch
        self._entries: Sequence[ModelEntry] = ()
        self._found: list[str] = []

    def compose(self) -> ComposeResult:
        """Lay out the picker."""
        with Vertical(id="picker"):
            yield Input(placeholder="Search models by id or name", id="search")
            yield Static(Content("Asking for the models …"), id="note", markup=False)
            yield OptionList(id="models")

    def on_mount(self) -> None:
        """Bring the catalogue while the search can already be typed in."""
        self.search.focus()
        self.run_worker(self._load(), exclusive=True)

    async def _load(self) -> None:
        try:
            listed = await self._fetch()
        except RefusedError as error:
            self.note.update(Content(one_line(str(error), 300)))
            return
        self._entries = [entry for entry in listed if not entry.outputs or "text" in entry.outputs]
        self.call_after_refresh(self._show)

    def on_resize(self) -> None:
        """Fit the columns to the new width."""
        self.call_after_refresh(self._show)

    @on(Input.Changed)
    def _show(self) -> None:
        """List what matches, the model in use highlighted when nothing is searched for."""
        if not self._entries:
            return
        query = self.search.value.strip()
        found = matching(self._entries, query)
        width = max(self.models.scrollable_content_region.width, 40)
        self.models.clear_options()
        columns = _columns(self._entries)
        self.models.add_options([Option(_row(entry, columns, width, self._current)) for entry in found])
        self._found = [entry.id for entry in found]
        if query and query not in self._found:
            typed = Content.styled(f"  use “{one_line(query, 60)}” as typed", "$foreground-muted")
            self.models.add_option(Option(typed))
            self._found.append(query)
        if self._found:
            self.models.highlighted = (
                self._found.index(self._current) if not query and self._current in self._found else 0
            )
        count = f"{len(found)} of {len(self._entries)} models" if query else f"{len(self._entries)} models"
        if _PRICES not in columns:
            count += " · this server names no prices"
        heading = "".join(column.heading for column in columns)
        self.note.update(Content(count.ljust(max(width - len(heading), 0)) + heading))

    def action_move(self, rows: int) -> None:
        """Move the highlight while the search keeps the focus."""
        if self.models.option_count:
            place = (self.models.highlighted or 0) + rows
            wrapped = place % self.models.option_count if abs(rows) == 1 else place
            self.models.highlighted = min(max(wrapped, 0), self.models.option_count - 1)

    @on(Input.Submitted)
    def _take_highlighted(self) -> None:
        if self.models.highlighted is not None:
            self.dismiss(self._found[self.models.highlighted])

    @on(OptionList.OptionSelected)
    def _take_clicked(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(self._found[event.option_index])


@dataclass(frozen=True, slots=True)
class _Column:
    """Something to know of models, right-aligned under its heading."""

    heading: str
    cell: Callable[[ModelEntry], str]
    known: Callable[[ModelEntry], object]


_CONTEXT = _Column(
    f"{'context':>9}",
    lambda entry: f"{format_tokens(entry.context) if entry.context else '':>9}",
    lambda entry: entry.context,
)
_PRICES = _Column(
    f"{'$/M in':>8}{'out':>7}",
    lambda entry: f"{_price(entry.prompt_price):>8}{_price(entry.completion_price):>7}",
    lambda entry: entry.prompt_price is not None,
)


def _columns(entries: Sequence[ModelEntry]) -> list[_Column]:
    """Return the columns of which the server says something; servers that aren't OpenRouter's know few."""
    return [column for column in (_CONTEXT, _PRICES) if any(column.known(entry) for entry in entries)]


def _row(entry: ModelEntry, columns: Sequence[_Column], width: int, current: str) -> Content:
    """Return a model on one row: its id, then what is known of it."""
    mark = "● " if entry.id == current else "  "
    numbers = "".join(column.cell(entry) for column in columns)
    room = max(width - len(numbers) - len(mark), 10)
    name = one_line(entry.id)
    if cell_len(name) > room:
        name = set_cell_size(name, room - 1) + "…"
    return Content.assemble((mark, "$primary"), set_cell_size(name, room), (numbers, "$foreground-muted"))


def _price(price: Decimal | None) -> str:
    """Return USD per million tokens."""
    if price is None:
        return "–"
    return "free" if price == 0 else f"{price * _MILLION:.2f}"
