"""The model picker: search, filters, favourites and all that is known of each model; Enter switches this chat's model."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, ClassVar

from textual import getters, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from chat_tui.config.problems import ConfigError
from chat_tui.engine.needs import needs_of
from chat_tui.engine.refused import RefusedError
from chat_tui.models.chosen import Chosen
from chat_tui.models.completing import Suggestion, toggled
from chat_tui.models.entry import ModelEntry
from chat_tui.models.known import Known, pending
from chat_tui.models.listing import Listing
from chat_tui.models.order import RELEVANCE
from chat_tui.models.query import pieces
from chat_tui.models.search import highlighted
from chat_tui.models.suits import unsuited
from chat_tui.models.variants import available, explained
from chat_tui.screens import model_keys
from chat_tui.screens.model_search import (
    Search,
    searched,
    sections,
    suggestions,
    suited_first,
    typed_model,
    with_next_variant,
    with_order,
)
from chat_tui.text import one_line
from chat_tui.widgets.model_columns import fitting_orders, known_columns
from chat_tui.widgets.model_details import details
from chat_tui.widgets.model_table import ModelTable, Row

if TYPE_CHECKING:
    from chat_tui.engine.chat import Chat
    from chat_tui.engine.library import Library
    from chat_tui.engine.session import Session

DIGITS = "123456789"
_MUTED, _WARNING = "$foreground-muted", "$text-warning"


class ModelPicker(ModalScreen[str | None]):
    """Ends with the chosen model's id, or None; fallbacks and favourites are kept as they are made.

    Args:
        chat: The conversation whose model is chosen.
        library: Keeps the model of new chats.
        session: Brings the engine as soon as it runs.
    """

    CSS_PATH = "models.tcss"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (120, "-wide"), (160, "-wider")]  # noqa: RUF012 - as Textual has it
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,ctrl+o,f2", "dismiss(None)", "Close", id="models.close", tooltip="Keep the model", priority=True),
        Binding("enter", "choose", "Use it", id="models.choose", tooltip="Use the model in this chat", priority=True),
        Binding("down,ctrl+n", "move(1)", "Next", id="models.next", tooltip="Next model", priority=True),
        Binding("up,ctrl+p", "move(-1)", "Previous", id="models.previous", tooltip="Previous model", priority=True),
        Binding("pagedown", "page(1)", "Page down", id="models.page_down", tooltip="A screen on", priority=True),
        Binding("pageup", "page(-1)", "Page up", id="models.page_up", tooltip="A screen back", priority=True),
        Binding("ctrl+home", "move(-1000000)", "First", id="models.first", tooltip="First model", priority=True),
        Binding("ctrl+end", "move(1000000)", "Last", id="models.last", tooltip="Last model", priority=True),
        Binding("tab", "accept", "Complete", id="models.accept", tooltip="Complete, or change the focus", priority=True),
        Binding("shift+tab", "focus_previous", "Back", id="models.back", tooltip="Focus before", priority=True),
        Binding("alt+up", "move_favourite(-1)", "Star up", id="models.star_up", tooltip="Favourite up", priority=True),
        Binding("alt+down", "move_favourite(1)", "Star down", id="models.star_down", tooltip="Favourite down", priority=True),
        Binding("alt+left", "move_fallback(-1)", "Earlier", id="models.earlier", tooltip="Try it earlier", priority=True),
        Binding("alt+right", "move_fallback(1)", "Later", id="models.later", tooltip="Try it later", priority=True),
        Binding("slash", "search", "Search", id="models.search", tooltip="Back to the search", show=False),
        Binding("f1", "help", "Help", id="models.help", tooltip="All keys", priority=True),
        *(
            Binding(digit, f"favourite({digit})", f"Favourite {digit}", id=f"models.favourite_{digit}",
                    tooltip=f"Use favourite {digit}", show=False, priority=True)
            for digit in DIGITS
        ),
        *model_keys.bindings(),
    ]  # fmt: skip
    search = getters.query_one(Input)
    note = getters.query_one("#note", Static)
    fallbacks = getters.query_one("#fallbacks", Static)
    table = getters.query_one(ModelTable)
    details = getters.query_one("#details", VerticalScroll)
    known_of_it = getters.query_one("#known", Static)
    filters = getters.query_one("#filters", Static)

    def __init__(self, chat: Chat, library: Library, session: Callable[[], Awaitable[Session]]) -> None:
        super().__init__()
        self._chat = chat
        self._library = library
        self._session = session
        self._listing = Listing()
        self._chosen = Chosen()
        self._reasons: dict[str, str] = {}
        self._search = searched("")
        self._typed: ModelEntry | None = None
        self._suggested: Sequence[Suggestion] = ()
        self._columns: frozenset[str] = frozenset()
        self._wants_details: bool | None = None

    def compose(self) -> ComposeResult:
        """Lay out the picker."""
        with Vertical(id="picker"):
            yield Input(placeholder="Search: claude  ctx>200k  out<5  in:image", id="search")
            yield Static(id="note", markup=False)
            yield Static(id="fallbacks", markup=False)
            with Vertical(id="found"):
                yield ModelTable(self._row, id="models")
                with VerticalScroll(id="details"):
                    yield Static(id="known", markup=False)
            yield Static(model_keys.hint("Alt+", model_keys.ACTIONS), id="actions", markup=False)
            yield Static(id="filters", markup=False)

    def on_mount(self) -> None:
        """Show what is known at once; the rest comes behind."""
        self.search.focus()
        self._show_fallbacks()
        self._show()
        self.run_worker(self._watch(), exclusive=True)

    async def _watch(self) -> None:
        """Show the catalogue as it is known, refresh it, and show what changes."""
        session = await self._session()
        self._chosen = session.chosen_models.chosen
        await session.catalogue.open()
        session.catalogue.refresh_behind()
        async for listing in session.catalogue.watch():
            self._take(listing)

    def _take(self, listing: Listing) -> None:
        """Show another state of the catalogue; the highlight and what is typed stay."""
        if listing.index is not self._listing.index:
            needs = needs_of(self._chat.path)
            reasons = ((entry.id, unsuited(entry, needs)) for entry in listing.index.entries)
            self._reasons = {model: reason for model, reason in reasons if reason}
            self._columns = known_columns(listing.index.entries, datetime.now(UTC))
        is_first = not self._listing.index.entries
        self._listing = listing
        self._show(keep=not is_first or bool(self.search.value))

    # What is shown

    @on(Input.Changed)
    def _search_changed(self) -> None:
        self._show()

    def _show(self, *, keep: bool = False) -> None:
        """List what matches; with `keep` the highlight stays on its model, else it is where a search begins."""
        before = self.table.highlighted
        self._search = search = searched(self.search.value)
        known, index = self._known, self._listing.index
        if search.query.questions and self._listing.fetched:
            self.run_worker(self._ask(search.query.questions), group="ask")
        headings: list[tuple[int, str]] = []
        if search.is_empty:
            models, headings = sections(index.entries, self._chosen, self._chat.model, self._reasons)
            place = next((place for place, model in enumerate(models) if model.id == self._chat.model), 0)
        else:
            models, place = index.find(search.query, known), 0
            if search.query.order is None:
                models = suited_first(models, self._reasons)
        self._typed, is_meant = typed_model(search, index.by_id)
        self._count = len(models) if not search.is_empty else len(index.entries)
        if self._typed is not None:
            models.insert(0 if is_meant else len(models), self._typed)
        if keep and before is not None:
            place = next((place for place, model in enumerate(models) if model.id == before.id), place)
        order = search.query.order or RELEVANCE
        is_sorted = search.query.order is not None
        self.table.describe(
            self._columns, order.name if is_sorted else "", descending=order.down != search.query.turned
        )
        self.table.show(models, place, headings, keep=keep)
        self._show_filters()
        self._highlight_changed()

    async def _ask(self, questions: Sequence[str]) -> None:
        (await self._session()).catalogue.ask(questions)

    @property
    def _known(self) -> Known:
        listing = self._listing
        return Known(datetime.now(UTC), self._chosen.favourites, self._chosen.recents, listing.answers)

    def _row(self, entry: ModelEntry) -> Row:
        """Return how `entry` is shown."""
        is_highlighted = entry is self.table.highlighted
        name = self._search.named(entry.id) if is_highlighted else entry.id
        favourites = self._chosen.favourites
        place = favourites.index(entry.id) if entry.id in favourites else len(DIGITS)
        is_listed = entry.id in self._listing.index.by_id or not self._listing.index.entries
        note = self._reasons.get(entry.id, "" if is_listed else "no longer listed")
        if entry is self._typed:
            note = explained(entry.id, self._listing.index.by_id)
        return Row(
            name,
            mark=DIGITS[place : place + 1] or ("★" if entry.id in favourites else ""),
            hits=highlighted(self._search.query, entry.id),
            note=note,
            is_current=entry.id == self._chat.model,
            is_dim=entry.id in self._reasons or not is_listed,
        )

    def _highlight_changed(self) -> None:
        """Show what depends on the highlighted model."""
        model = self.table.highlighted
        cursor = self.search.cursor_position
        self._suggested = suggestions(self.search.value, cursor, self._listing.index, self._known, model)
        self._show_note()
        if self.details.display:
            self._show_details()

    def _show_note(self) -> None:
        """Say below the search what could be typed, what wasn't understood, or how old the models are."""
        listing = self._listing
        total = len(listing.index.entries)
        count = f"{total:,} models" if self._search.is_empty else f"{self._count:,} of {total:,}"
        told = self._told()
        room = max(self.note.content_size.width - len(count) - 2, 0)
        shown = told.truncate(room, ellipsis=True)
        padding = " " * max(self.note.content_size.width - shown.cell_length - len(count), 0)
        self.note.update(Content.assemble(shown, padding, (count, _MUTED)) if total else told)

    def _told(self) -> Content:
        query, listing = self._search.query, self._listing
        server = self._server
        problem = next((problem for problem in query.problems if not (problem.unfinished and self._suggested)), None)
        if problem is not None:
            return Content.styled(one_line(problem.sentence), _WARNING)
        if self._suggested:
            first, *others = self._suggested
            more = "  ".join(one_line(other.text) for other in others)
            return Content.assemble(
                ("Tab ", _MUTED), (one_line(first.text), "$primary"), (f"  {one_line(first.meaning)}", _MUTED),
                (f"    {more}", _MUTED),
            )  # fmt: skip
        if waiting := pending(query.questions, self._known, server):
            return Content.styled(one_line(waiting[0]), _MUTED)
        if listing.problem:
            age = f" The models are {listing.freshness(datetime.now(UTC))}." if listing.fetched else ""
            return Content.styled(one_line(listing.problem + age), _WARNING)
        return Content.styled(listing.freshness(datetime.now(UTC)), _MUTED)
