"""The providers behind a model: a live table, and this chat's rules about who may serve."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any, ClassVar

from textual import getters, on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from chat_tui.engine.refused import RefusedError
from chat_tui.models.endpoint import EndpointEntry, Endpoints
from chat_tui.models.routing import Choices
from chat_tui.screens.popup import PopUp
from chat_tui.text import one_line
from chat_tui.widgets.endpoint_columns import Column, ordered
from chat_tui.widgets.endpoint_details import endpoint_details
from chat_tui.widgets.endpoint_table import EndpointTable

REFRESH_SECONDS = 30.0
_KEYS = (
    "Space only · x never · 1–9 order · [ ] move · f others too or not · c clear · s S sort · r refresh · "
    "Enter keep · Esc leave"
)


class EndpointsScreen(PopUp[Choices | None]):
    """Ends with the choices to keep, or None.

    Args:
        model: The id of the model whose providers are shown.
        provider: The `provider` settings that hold now, all layers merged.
        fetch: Brings the endpoints of that model, or raises RefusedError.
    """

    CSS_PATH = "endpoints.tcss"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (120, "-wide")]  # noqa: RUF012 - Textual doesn't declare it a ClassVar
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "dismiss(None)", "Leave", id="endpoints.leave", tooltip="Leave the rules as they were"),
        Binding("enter", "keep", "Keep", id="endpoints.keep", tooltip="Keep the rules for this chat"),
        Binding("down,j", "move(1)", "Next", id="endpoints.next", tooltip="Next provider"),
        Binding("up,k", "move(-1)", "Previous", id="endpoints.previous", tooltip="Provider before"),
        Binding("pagedown", "move(10)", "Page down", id="endpoints.page_down", tooltip="Ten on"),
        Binding("pageup", "move(-10)", "Page up", id="endpoints.page_up", tooltip="Ten back"),
        Binding("home,g", "move(-1000000)", "First", id="endpoints.first", tooltip="First provider"),
        Binding("end,G", "move(1000000)", "Last", id="endpoints.last", tooltip="Last provider"),
        Binding("space", "only", "Only", id="endpoints.only", tooltip="Only these may serve"),
        Binding("x", "ignore", "Never", id="endpoints.ignore", tooltip="These may not serve"),
        *(
            Binding(str(place), f"place({place})", f"Number {place}", id=f"endpoints.place_{place}",
                    tooltip=f"Try this one as number {place}")
            for place in range(1, 10)
        ),
        Binding("left_square_bracket,shift+up", "shift(-1)", "Earlier", id="endpoints.earlier", tooltip="Try earlier"),
        Binding("right_square_bracket,shift+down", "shift(1)", "Later", id="endpoints.later", tooltip="Try later"),
        Binding("f", "fallbacks", "Others too", id="endpoints.fallbacks",
                tooltip="Whether others may serve when those in the order can't"),
        Binding("c", "clear", "Clear", id="endpoints.clear", tooltip="No rules"),
        Binding("s", "sort(1)", "Sort", id="endpoints.sort", tooltip="Sort by the next column"),
        Binding("S", "reverse", "Reverse", id="endpoints.reverse", tooltip="The other way round"),
        Binding("r", "refresh", "Refresh", id="endpoints.refresh", tooltip="Ask the server again"),
    ]  # fmt: skip
    note = getters.query_one("#note", Static)
    table = getters.query_one(EndpointTable)
    details = getters.query_one("#known", Static)
    compiled = getters.query_one("#compiled", Static)
    outcome = getters.query_one("#outcome", Static)

    def __init__(self, model: str, provider: Mapping[str, Any], fetch: Callable[[], Awaitable[Endpoints]]) -> None:
        super().__init__()
        self._model = model
        self._provider = provider
        self._choices = Choices.of(provider)
        self._fetch = fetch
        self._endpoints: Endpoints | None = None
        self._asked_at = datetime.now().astimezone()
        self._column: Column | None = None
        self._reverse = False

    def compose(self) -> ComposeResult:
        """Lay out the table, what is known of its highlighted row, and what the rules come to."""
        with Vertical(id="providers"):
            yield Static(Content.assemble(("Providers of ", "$foreground-muted"), one_line(self._model)), id="title")
            yield Static("Asking who serves it …", id="note", markup=False)
            yield EndpointTable(id="table")
            with VerticalScroll(id="details"):
                yield Static("", id="known", markup=False)
            yield Static("", id="compiled", markup=False)
            yield Static("", id="outcome", markup=False)
            yield Static(_KEYS, id="keys", markup=False)

    def on_mount(self) -> None:
        """Ask at once, and again as long as this is open."""
        self.table.focus()
        self._show_rules()
        self.action_refresh()
        self.set_interval(REFRESH_SECONDS, self.action_refresh)

    # What is shown

    @work(exclusive=True, group="fetch")
    async def action_refresh(self) -> None:
        """Ask the server again; what was known stays when it doesn't answer."""
        try:
            self._endpoints = await self._fetch()
        except RefusedError as error:
            if not self.has_place:
                return
            since = f"Not refreshed since {self._asked_at:%H:%M:%S}. " if self._endpoints is not None else ""
            self.note.update(Content(one_line(since + str(error), 400)))
            return
        if not self.has_place:
            return
        self._asked_at = datetime.now().astimezone()
        self.note.update(Content(_told(self._endpoints)))
        self._show()

    def _show(self) -> None:
        entries = self._endpoints.entries if self._endpoints is not None else ()
        rows = ordered(entries, self._column, reverse=self._reverse)
        self.table.show(rows, self._choices, self._column, reverse=self._reverse)
        self._show_details()
        self._show_rules()

    @on(EndpointTable.Moved)
    def _show_details(self) -> None:
        entry = self.table.highlighted
        self.details.update("" if entry is None else endpoint_details(entry, self.details.size.width))

    def on_resize(self) -> None:
        """Fit what is known of the highlighted endpoint to the new width."""
        self.call_after_refresh(self._show_details)

    def _show_rules(self) -> None:
        whole = self._choices.effective(self._provider)
        shown = json.dumps({"provider": whole}, ensure_ascii=False) if whole else "no rules: OpenRouter chooses"
        self.compiled.update(Content(one_line(shown)))
        entries = self._endpoints.entries if self._endpoints is not None else ()
        conflict = self._choices.conflict(entries)
        told = one_line(conflict or self._choices.outcome(entries))
        self.outcome.update(Content.styled(told, "$warning" if conflict else "$foreground-muted"))

    # What the keys do

    def action_move(self, rows: int) -> None:
        """Highlight another row."""
        self.table.move(rows)

    def action_only(self) -> None:
        """Let only this one serve, beside others of which the same was said; or take that back."""
        self._change(Choices.with_only)

    def action_ignore(self) -> None:
        """Never let this one serve, or take that back."""
        self._change(Choices.with_ignored)

    def action_place(self, place: int) -> None:
        """Try this one as number `place`, or take it out of the order."""
        self._change(lambda choices, entry: choices.placed(entry, place))

    def action_shift(self, places: int) -> None:
        """Try this one earlier or later."""
        self._change(lambda choices, entry: choices.moved(entry, places))

    def action_fallbacks(self) -> None:
        """Let others serve when those in the order can't, or not."""
        self._choices = self._choices.with_fallbacks_changed()
        self._show()

    def action_clear(self) -> None:
        """Take back every rule."""
        self._choices = Choices()
        self._show()

    def action_sort(self, columns: int) -> None:
        """Sort by another column of those that are shown; after the last comes the server's own order."""
        sorts = [None, *self.table.sorts]
        place = sorts.index(self._column) if self._column in sorts else 0
        self._column, self._reverse = sorts[(place + columns) % len(sorts)], False
        self._show()

    def action_reverse(self) -> None:
        """Turn the order around."""
        self._reverse = not self._reverse
        self._show()

    def action_keep(self) -> None:
        """End with the rules as they are."""
        self.dismiss(self._choices)

    def _change(self, change: Callable[[Choices, EndpointEntry], Choices]) -> None:
        if (entry := self.table.highlighted) is not None:
            self._choices = change(self._choices, entry)
            self._show()


def _told(endpoints: Endpoints) -> str:
    """Return how many there are, and what isn't known."""
    count = len(endpoints.entries)
    told = [f"{count} provider{'s' * (count != 1)}, asked again every {REFRESH_SECONDS:.0f} s."]
    if not count:
        told = ["Nobody serves it now."]
    elif not endpoints.tells_speed:
        told.append("How fast they are isn't told; OpenRouter tells it to a key.")
    return " ".join(told)
