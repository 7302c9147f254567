"""The cost screen: what was spent, when and on whom, and what is left."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from textual import getters, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from chat_tui.cost.sums import By
from chat_tui.engine.refused import RefusedError
from chat_tui.screens.popup import PopUp
from chat_tui.widgets.cost_report import NAMES, SPANS, Report, report
from chat_tui.widgets.scrolled_text import ScrolledText

if TYPE_CHECKING:
    from chat_tui.cost.budgets import Cap
    from chat_tui.engine.session import Session
    from chat_tui.engine.spending import Spending

_NOT_KEPT = "Nothing is kept here, so nothing can be added up."


def _binding(keys: str, action: str, name: str, tooltip: str) -> Binding:
    return Binding(keys, action, tooltip, show=False, id=f"costs.{name}", tooltip=tooltip, priority=True)


class CostScreen(PopUp[None]):
    """Beside the chat where there is room, else in its place.

    Args:
        session: Brings the engine as soon as it runs.
        caps: The budgets that hold.
    """

    CSS_PATH = "costs.tcss"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (120, "-wide")]  # noqa: RUF012 - Textual doesn't declare it a ClassVar
    BINDINGS: ClassVar[list[BindingType]] = [
        _binding("escape,f3,q", "dismiss", "close", "Back to the chat"),
        _binding("left", "span(-1)", "shorter", "A shorter time"),
        _binding("right", "span(1)", "longer", "A longer time"),
        _binding("d", "group('day')", "day", "By day"),
        _binding("m", "group('model')", "model", "By model"),
        _binding("p", "group('provider')", "provider", "By provider"),
        _binding("c", "group('chat')", "chat", "By conversation"),
        _binding("r", "ask", "ask", "Ask the server again for credits and limits"),
        _binding("down,j", "scroll_text(1)", "down", "Down"),
        _binding("up,k", "scroll_text(-1)", "up", "Up"),
        _binding("pagedown,space", "page(1)", "page_down", "A screen on"),
        _binding("pageup", "page(-1)", "page_up", "A screen back"),
        _binding("f1", "help", "help", "All keys"),
    ]
    text = getters.query_one(ScrolledText)
    keys = getters.query_one("#keys", Static)

    def __init__(self, session: Callable[[], Awaitable[Session]], caps: Sequence[Cap] = ()) -> None:
        super().__init__()
        self._session = session
        self._caps = caps
        self._report: Report | None = None

    def compose(self) -> ComposeResult:
        """Lay out the page."""
        with Vertical(id="costs"):
            yield Static(Content.styled("Cost", "bold"), id="title")
            yield ScrolledText(id="text")
            yield Static(id="keys", markup=False)

    def on_mount(self) -> None:
        """Add up, and ask the server."""
        self.text.focus()
        self._add_up()

    @work(group="spending")
    async def _add_up(self) -> None:
        """Show what was spent, and again whenever that changes."""
        session = await self._session()
        if (spending := session.spending) is None:
            self.text.show(lambda _: Content(_NOT_KEPT))
            return
        self._report = Report(None, spending.today(), caps=self._caps)
        self._show()
        self.action_ask()
        if spending.is_ready:
            await self._read(spending)
        await spending.refresh()
        await self._read(spending)
        async for _ in spending.watch():
            await self._read(spending)

    async def _read(self, spending: Spending) -> None:
        try:
            self._change(entries=await spending.entries(), today=spending.today(), problem="")
        except RefusedError as error:
            self._change(problem=str(error))

    @work(group="account", exclusive=True)
    async def action_ask(self) -> None:
        """Ask how the account stands."""
        session = await self._session()
        self._change(account=None)
        self._change(account=await session.account.standing())

    def action_span(self, step: int) -> None:
        """Look at a shorter or a longer time."""
        if self._report is not None:
            self._change(span=min(max(self._report.span + step, 0), len(SPANS) - 1))

    def action_group(self, by: By) -> None:
        """Group by something else."""
        self._change(by=by)

    def action_scroll_text(self, rows: int) -> None:
        """Scroll by a row."""
        self.text.scroll_relative(y=rows, animate=False, immediate=True)

    def action_page(self, pages: int) -> None:
        """Scroll by a screen."""
        self.action_scroll_text(pages * max(self.text.size.height - 2, 2))

    def action_help(self) -> None:
        """Show all keys."""
        from chat_tui.screens.help import HelpScreen

        self.app.push_screen(HelpScreen())

    def _change(self, **changes: object) -> None:
        if self._report is not None and self.has_place:
            self._report = replace(self._report, **changes)  # type: ignore[arg-type]  # by name, as the class has them
            self._show()

    def _show(self) -> None:
        page = self._report
        if page is None:
            return
        place = self.text.scroll_offset.y
        self.text.show(lambda width: report(page, width, self.text.size.height))
        self.text.scroll_to(y=place, animate=False, immediate=True)
        spans = Content(" ").join(
            Content.styled(name, "bold $primary" if number == page.span else "$foreground-muted")
            for number, (name, *_) in enumerate(SPANS)
        )
        groups = Content(" ").join(
            Content.styled(f"{by[0]} {NAMES[by]}", "bold $primary" if by == page.by else "$foreground-muted")
            for by in NAMES
        )
        self.keys.update(
            Content.assemble(("← → ", "$foreground-muted"), spans, "   ", groups, ("  Esc closes", "$foreground-muted"))
        )
