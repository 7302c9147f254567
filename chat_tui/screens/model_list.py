"""A list of models: searched, filtered, sorted, and all that is known of the highlighted one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING

from textual import events, getters, on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from chat_tui.conversation.ids import now
from chat_tui.engine.needs import needs_of
from chat_tui.grammar import toggled
from chat_tui.models.chosen import Chosen
from chat_tui.models.entry import ModelEntry
from chat_tui.models.known import Known, pending
from chat_tui.models.listing import Listing
from chat_tui.models.order import RELEVANCE
from chat_tui.models.search import highlighted
from chat_tui.models.suits import unsuited
from chat_tui.models.variants import available, explained
from chat_tui.screens import model_keys
from chat_tui.screens.actions import FAVOURITES
from chat_tui.screens.letters import hint
from chat_tui.screens.model_search import (
    meant,
    searched,
    sections,
    suggestions,
    suited_first,
    typed_model,
    with_next_variant,
    with_order,
)
from chat_tui.screens.searched_pane import MUTED, WARNING, SearchedPane
from chat_tui.text import one_line
from chat_tui.widgets.model_columns import COLUMNS, known_columns
from chat_tui.widgets.model_details import ModelDetails, details
from chat_tui.widgets.model_table import ModelTable, Row
from chat_tui.widgets.note import Note
from chat_tui.widgets.row_list import NO_MATCH
from chat_tui.widgets.search_line import SearchLine

if TYPE_CHECKING:
    from chat_tui.conversation.values import Part
    from chat_tui.engine.chat import Chat
    from chat_tui.engine.session import Session

ORDERED_BY = ("in", "out", "ctx", "max", "new", "iq", "name")
"""What the key for the order goes through."""
_PRICES = frozenset(("in $/M", "out $/M"))


class ModelListScreen(SearchedPane[str | None]):
    """Ends with the chosen model's id, or None.

    Args:
        chat: The conversation that a model is chosen for.
        session: Brings the engine as soon as it runs.
        engine: The engine, when it runs already: the models are then there at once.
        files: What is attached to the prompt that is being written.
        search: What is searched for first.
    """

    FILTERS = model_keys.FILTERS
    problem = getters.query_one("#problem", Static)
    table = getters.query_one(ModelTable)
    details = getters.query_one(ModelDetails)

    def __init__(
        self,
        chat: Chat,
        session: Callable[[], Awaitable[Session]],
        engine: Session | None = None,
        *,
        files: Sequence[Part] = (),
        search: str = "",
    ) -> None:
        super().__init__()
        self._files = files
        self._first_search = search
        self._chat = chat
        self._session = session
        self._listing = Listing()
        self._chosen = engine.chosen_models.chosen if engine else Chosen()
        self._reasons: dict[str, str] = {}
        self._search = searched("")
        self._typed: ModelEntry | None = None
        self._columns: frozenset[str] = frozenset()
        self._engine = engine
        self._count = 0
        self._told_problem = ""
        self._detailed: object = None

    def compose(self) -> ComposeResult:
        """Lay out the picker."""
        # Said at once: each change of a class later would have all styles found out again.
        details = ModelDetails(id="details")
        details.display = self.has_details
        with Vertical(id="pane", classes=self.widths()):
            yield SearchLine(
                placeholder="Search: claude  ctx>200k  out<5  in:image", meant=meant, passes=FAVOURITES, id="search"
            )
            yield Note(id="note")
            yield Static(id="problem", markup=False)
            yield Static(id="fallbacks", markup=False)
            with Vertical(id="found"):
                yield ModelTable(self._row, id="rows")
                yield details
            yield Static(id="changes", markup=False)
            yield Static(id="views", markup=False)

    def on_mount(self) -> None:
        """Show what is known at once; the rest comes behind."""
        self.set_focus(self.search)  # what is typed next belongs there
        self.search.value = self._first_search
        self.search.cursor_position = len(self._first_search)
        self._show_filters()
        if self._engine is not None:
            self._take(self._engine.catalogue.listing)
        self.run_worker(self._watch(), exclusive=True)

    async def _watch(self) -> None:
        """Show the catalogue as it is known, refresh it, and show what changes."""
        self._engine = session = await self._session()
        before, self._chosen = self._chosen, await session.chosen_models.open()
        if session.chosen_models.problem:
            self._warn(session.chosen_models.problem)
        await session.catalogue.open()
        session.catalogue.refresh_behind()
        async for listing in session.catalogue.watch():
            if not self.has_place:
                return
            if listing is not self._listing or before != self._chosen:
                self._take(listing)
                before = self._chosen

    def _take(self, listing: Listing) -> None:
        """Show another state of the catalogue; the highlight and what is typed stay."""
        if listing.index is not self._listing.index:
            needs = needs_of(self._chat.path, self._files)
            reasons = ((entry.id, unsuited(entry, needs)) for entry in listing.index.entries)
            self._reasons = {model: reason for model, reason in reasons if reason}
            self._columns = known_columns(listing.index.entries, now())
        is_first = not self._listing.index.entries
        self._listing = listing
        self._show(keep=not is_first)

    # What is shown

    def list(self) -> None:
        """List what fits the search, from its beginning."""
        self._show()

    def _show(self, *, keep: bool = False) -> None:
        """List what matches; with `keep` the highlight stays on its model, else it is where a search begins."""
        before = self.table.highlighted
        self.searched = self.search.value
        self._search = search = searched(self.searched)
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
        self._typed, is_meant = typed_model(search, index.by_id, is_told=bool(index.entries or self._listing.problem))
        self._count = len(models) if not search.is_empty else len(index.entries)
        if self._typed is not None:
            models.insert(0 if is_meant else len(models), self._typed)
        if keep and before is not None:
            place = next((place for place, model in enumerate(models) if model.id == before.id), place)
        order = search.query.order or RELEVANCE
        is_sorted = search.query.order is not None
        self.table.describe(
            self._columns, order.name if is_sorted else "", now(), descending=order.down != search.query.turned
        )
        empty = NO_MATCH if index.entries else ""
        self.table.show_models(models, place, headings, keep=keep, empty=empty)
        self._show_filters()
        self.moved()

    async def _ask(self, questions: Sequence[str]) -> None:
        (await self._session()).catalogue.ask(questions)

    @property
    def _known(self) -> Known:
        listing = self._listing
        return Known(now(), self._chosen.favourites, self._chosen.recents, listing.answers)

    def _row(self, entry: ModelEntry) -> Row:
        """Return how `entry` is shown."""
        is_highlighted = entry is self.table.highlighted
        name = self._search.named(entry.id) if is_highlighted else entry.id
        favourites = self._chosen.favourites
        place = favourites.index(entry.id) if entry.id in favourites else len(FAVOURITES)
        is_listed = entry.id in self._listing.index.by_id or not self._listing.index.entries
        note = self._reasons.get(entry.id, "" if is_listed else "no longer listed")
        if entry is self._typed:
            note = explained(entry.id, self._listing.index.by_id)
        return Row(
            name,
            mark=FAVOURITES[place : place + 1] or ("★" if entry.id in favourites else ""),
            hits=highlighted(self._search.query, entry.id),
            note=note,
            is_current=entry.id == self._chat.model,
            is_dim=entry.id in self._reasons or not is_listed,
        )

    def moved(self) -> None:
        """Show what depends on the highlighted model."""
        model = self.table.highlighted
        cursor = self.search.cursor_position
        self.suggested = suggestions(self.search.value, cursor, self._listing.index, self._known, model)
        self._show_note()
        self._show_details()

    def _show_note(self) -> None:
        """Say below the search what could be typed, what wasn't understood, or how old the models are."""
        total = len(self._listing.index.entries)
        count = f"{total:,} model{'s' * (total != 1)}" if self._search.is_empty else f"{self._count:,} of {total:,}"
        self.note.show(self._told(), count if total else "")
        if self._listing.problem != self._told_problem:
            self._told_problem = self._listing.problem
            self.problem.set_class(bool(self._told_problem), "-some")
            self.problem.update(Content(one_line(self._told_problem, 400)))

    def _told(self) -> Content:
        query, listing = self._search.query, self._listing
        server = self._server
        problem = next((problem for problem in query.problems if not (problem.unfinished and self.suggested)), None)
        if problem is not None:
            return Content.styled(one_line(problem.sentence), WARNING)
        if self.suggested:
            return self.offer()
        if waiting := pending(query.questions, self._known, server):
            return Content.styled(one_line(waiting[0]), MUTED)
        priceless = " · this server names no prices" if listing.index.entries and not self._columns & _PRICES else ""
        return Content.styled(listing.freshness(now()) + priceless, MUTED)

    @property
    def _server(self) -> str:
        return self._engine.server.origin if self._engine else "The server"

    def _show_details(self) -> None:
        """Tell all about the highlighted model."""
        model, index, theme = self.table.highlighted, self._listing.index, self.app.theme
        name = self._search.named(model.id) if model else ""
        if model is None or not self.details.display or (shown := (model, name, theme)) == self._detailed:
            return
        self._detailed = shown
        reason = self._reasons.get(model.id)
        self.details.show(
            lambda width: details(
                model,
                available(name, index.by_id) if self._columns & _PRICES or not index.entries else (),
                now(),
                width,
                name=name,
                warning=f"This model {reason}." if reason else "",
                typed=explained(name, index.by_id) if index.entries else "",
            )
        )

    @on(events.DescendantFocus)
    def _show_keys(self) -> None:
        """Name the keys; only while the search takes letters do they need Alt."""
        label = "Alt+" if self.search.has_focus else "keys"
        self.changes.update(hint(label, model_keys.ACTIONS), layout=False)
        self.views.update(self._filter_hint(label), layout=False)

    def fit(self) -> None:
        """Lay out for the size that there is, and show what has room now."""
        self.details.display = self.has_details
        self._show_details()

    # Choosing

    def texts(self) -> Sequence[ModelDetails]:
        """Return the text about the highlighted model."""
        return (self.details,)

    def action_choose(self) -> None:
        """Use the highlighted model."""
        if (model := self.table.highlighted) is not None:
            self.dismiss(self._search.named(model.id))

    @on(ModelTable.Chosen)
    def _choose_clicked(self) -> None:
        self.action_choose()

    # What the letters do

    def _search_for(self, text: str) -> None:
        self.search.value = text
        self.search.cursor_position = len(text)

    def action_toggle_filter(self, text: str) -> None:
        """Put a filter into the search, or take it out."""
        self._search_for(toggled(self.search.value, text))

    def action_order(self) -> None:
        """Sort by the next column, after the last one by none."""
        order = self._search.query.order
        unknown = {column.name for column in COLUMNS if column.heading not in self._columns}
        names = [name for name in ORDERED_BY if name not in unknown]
        place = names.index(order.name) + 1 if order is not None and order.name in names else 0
        self._search_for(with_order(self.search.value, names[place] if place < len(names) else ""))

    def action_turn(self) -> None:
        """Turn the order round."""
        order = self._search.query.order
        if order is not None:
            self._search_for(with_order(self.search.value, ("" if self._search.query.turned else "-") + order.name))

    @on(ModelTable.Sorted)
    def _sort_clicked(self, event: ModelTable.Sorted) -> None:
        order = self._search.query.order
        if order is not None and order.name == event.order:
            self.action_turn()
        else:
            self._search_for(with_order(self.search.value, event.order))

    def action_variant(self) -> None:
        """Put the next variant behind the highlighted model."""
        if (model := self.table.highlighted) is not None:
            self._search_for(with_next_variant(self.search.value, model.id, self._listing.index.by_id))

    def action_details(self) -> None:
        """Show or hide the details."""
        self._wants_details = not self.details.display
        self._detailed = None
        self.fit()

    def _warn(self, sentence: str) -> None:
        self.app.notify(one_line(sentence), severity="warning", markup=False, timeout=10)
