"""What an import would bring, and the question whether it is wanted."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import getters, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from chat_tui.engine.files import shown_path
from chat_tui.engine.moving import Import, Outcome
from chat_tui.screens.popup import PopUp
from chat_tui.text import one_line

if TYPE_CHECKING:
    from chat_tui.engine.library import Library
    from chat_tui.engine.moving import Arrival

_LISTED = 12
_OTHER_ROWS = 16
_SENTENCES = 8
_LOOK_SECONDS = 0.1
_STATES = {"new": "new", "grown": "more", "known": "known", "empty": "empty", "refused": "refused"}


class ArrivingScreen(PopUp[Outcome | None]):
    """Ends with what an import did, or None when nothing was changed.

    Args:
        library: Where conversations go.
        path: What is to be imported.
    """

    CSS_PATH = "arriving.tcss"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (110, "-wide")]  # noqa: RUF012 - Textual doesn't declare it a ClassVar
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Close", id="import.close", tooltip="Take nothing, or no more", priority=True),
        Binding("enter", "take", "Import", id="import.take", tooltip="Take what is new", priority=True),
    ]
    listed = getters.query_one("#list", Static)
    summary = getters.query_one("#summary", Static)
    keys = getters.query_one("#keys", Static)

    def __init__(self, library: Library, path: Path) -> None:
        super().__init__()
        self._library = library
        self._path = path
        self._seen: Outcome | None = None
        """What would come, once that is known."""
        self._stopped = threading.Event()
        self._taking = False

    def compose(self) -> ComposeResult:
        """Lay out what comes."""
        with Vertical(id="arriving"):
            title = Content.assemble(("Import  ", "bold"), one_line(shown_path(self._path)))
            yield Static(title, id="title")
            yield Static(id="list", markup=False)
            yield Static(id="summary", markup=False)
            yield Static(id="keys", markup=False)

    def on_mount(self) -> None:
        """Look what there is."""
        self._look()

    @work(group="import")
    async def _look(self) -> None:
        outcome = await self._run(Import(self._library, dry=True), "Looking")
        if self._stopped.is_set():
            return
        self._seen = outcome
        changes = [arrival for arrival in outcome.arrivals if arrival.state != "known"]
        self._list(changes)
        self.summary.update(Content("\n".join(one_line(line, 300) for line in outcome.sentences[:_SENTENCES])))
        wanted = "Enter imports · Esc leaves all as it is" if self._is_wanted else "Esc closes"
        self.keys.update(Content(wanted))

    @property
    def _is_wanted(self) -> bool:
        """Whether there is anything to take."""
        return self._seen is not None and bool(self._seen.count("new") + self._seen.count("grown"))

    def _list(self, arrivals: Sequence[Arrival]) -> None:
        room = min(_LISTED, self.app.size.height - _OTHER_ROWS)
        rows = []
        for arrival in arrivals[:room]:
            count = f"{arrival.added:,}".rjust(7)
            rows.append(f"{_STATES[arrival.state]:<8}{count}  {one_line(arrival.title, 60)}  · {arrival.source}")
        if len(arrivals) > room:
            rows.append(f"… and {len(arrivals) - room:,} more")
        self.listed.update(Content("\n".join(rows)))

    async def _run(self, importing: Import, doing: str) -> Outcome:
        """Run an import in a thread, showing how far it is."""
        running = asyncio.create_task(
            asyncio.to_thread(importing.run, [self._path], lambda _: None, self._stopped.is_set)
        )
        while not (await asyncio.wait({running}, timeout=_LOOK_SECONDS))[0]:
            if self.has_place:
                self.keys.update(Content(f"{doing}: {len(importing.outcome.arrivals):,} conversations · Esc stops"))
        return running.result()

    @work(group="import")
    async def action_take(self) -> None:
        """Take what is new."""
        if self._taking or not self._is_wanted:
            return
        self._taking = True
        outcome = await self._run(Import(self._library), "Importing")
        self.dismiss(outcome)

    def action_leave(self) -> None:
        """Leave all as it is; while something is taken, take no more."""
        self._stopped.set()
        if not self._taking:
            self.dismiss(None)
