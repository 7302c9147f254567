"""What the next request is expected to come to, all of it in words, and what can be done when it is too long."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Literal

from textual import getters
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from chat_tui.cost.estimate import Estimate, Range
from chat_tui.cost.written import format_range
from chat_tui.screens.popup import PopUp
from chat_tui.text import one_line, printable
from chat_tui.widgets.meter import meter

Remedy = Literal["send", "hide", "compress", "model", "new", "fork"]

_CHOOSING = "↑ ↓ choose · Enter does it · PgUp PgDn scroll · Esc doesn't"
_READING = "PgUp PgDn scroll · Esc closes"
_LABEL = 9
_BAR_CELLS = 24
_MUTED = "$foreground-muted"
_CHOICES: tuple[tuple[Remedy, str], ...] = (
    ("model", "Choose a model that holds more"),
    ("compress", "Have the middle of what is too long left out (context-compression)"),
    ("hide", "Leave the oldest messages out of requests; /unhide takes them in again"),
    ("new", "Go on in a new chat, with what is written"),
    ("fork", "Go on in a copy of this chat, and leave this one as it is"),
)


class EstimateScreen(PopUp[Remedy | None]):
    """Ends with what to do, or None.

    Letters mean nothing here, and of a question Enter begins at changing nothing: who types on doesn't send by that.

    Args:
        model: The model that is asked.
        estimate: What is expected of it.
        asks: Whether a prompt waits that is longer than what may serve holds.
        can_hide: Whether leaving out the oldest messages would be enough.
    """

    CSS_PATH = "estimate.tcss"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide")]  # noqa: RUF012 - Textual doesn't declare it a ClassVar
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", "Close", id="estimate.close", tooltip="Back to the chat", priority=True),
        Binding("enter", "choose", "Do it", id="estimate.choose", tooltip="Do what is marked", priority=True),
        Binding("down,tab", "move(1)", "Next", id="estimate.next", tooltip="To the next choice", priority=True),
        Binding("up,shift+tab", "move(-1)", "Before", id="estimate.previous", tooltip="To the one before",
                priority=True),
        Binding("pagedown", "scroll_text(10)", "Down", id="estimate.page_down", tooltip="Further down", priority=True),
        Binding("pageup", "scroll_text(-10)", "Up", id="estimate.page_up", tooltip="Further up", priority=True),
    ]  # fmt: skip
    words = getters.query_one("#words", VerticalScroll)
    choices = getters.query_one("#choices", Static)

    def __init__(self, model: str, estimate: Estimate, *, asks: bool = False, can_hide: bool = False) -> None:
        super().__init__()
        self._model = model
        self._estimate = estimate
        self._asks = asks
        left_out = {*(("compress",) if estimate.context.compresses else ()), *(() if can_hide else ("hide",))}
        own: tuple[tuple[Remedy | None, str], ...]
        own = ((None, "Don't send it; it stays written"), ("send", "Send it as it is")) if asks else ((None, "Close"),)
        remedies = _CHOICES if asks or estimate.context.is_nearly_full else ()
        self._answers = (*own, *(choice for choice in remedies if choice[0] not in left_out))
        self._marked = 0

    def compose(self) -> ComposeResult:
        """Lay out the words and the choices."""
        title = ("Too long for the context?", "bold $text-warning") if self._asks else ("Before sending", "bold")
        with Vertical(id="estimate"):
            yield Static(Content.assemble(title, (f"  {one_line(self._model, 60)}", _MUTED)), id="title")
            with VerticalScroll(id="words"):
                yield Static(Content("\n").join(estimate_lines(self._estimate)), id="text")
            yield Static(id="choices")
            yield Static(_CHOOSING if len(self._answers) > 1 else _READING, id="keys", markup=False)

    def on_mount(self) -> None:
        """Show all at once."""
        self._show()
        super().on_mount()

    def _show(self) -> None:
        lines = [
            Content.styled(f" {text} ", "reverse" if place == self._marked else "")
            for place, (_, text) in enumerate(self._answers)
        ]
        self.choices.update(Content("\n").join(lines))
        self.choices.display = len(lines) > 1

    def action_move(self, step: int) -> None:
        """Mark another choice."""
        self._marked = min(max(0, self._marked + step), len(self._answers) - 1)
        self._show()

    def action_scroll_text(self, rows: int) -> None:
        """Scroll the words by some rows."""
        self.words.scroll_relative(y=rows, animate=False, immediate=True)

    def action_choose(self) -> None:
        """End with the choice that is marked."""
        self.dismiss(self._answers[self._marked][0])


def estimate_lines(estimate: Estimate) -> Iterator[Content]:
    """Yield an estimate for people, its figures first."""
    context = estimate.context
    if context.limit:
        kept = f"; {context.reserved:,} for the reply" if context.reserved else ""
        whose = f" ({one_line(context.whose, 60)}{kept})"
        yield Content.assemble(_label("context"), meter(context, cells=_BAR_CELLS)[len("context ") :], whose)
    new = f", {estimate.draft_tokens:,} of them new" if estimate.draft_tokens else ""
    yield Content.assemble(_label("prompt"), f"≈ {estimate.prompt_tokens.likely:,} tokens{new}")
    yield Content.assemble(_label("reply"), _reply(estimate.completion_tokens))
    yield Content.assemble(_label("price"), (format_range(estimate.cost), "bold"))
    yield Content()
    yield from (Content(printable(sentence)) for sentence in overflow_sentences(estimate))
    yield from (Content(printable(sentence)) for sentence in estimate.assumptions)


def overflow_sentences(estimate: Estimate) -> Iterator[str]:
    """Yield what is too long for whom, as sentences; nothing when all is well."""
    context = estimate.context
    if context.limit is None or not context.is_nearly_full:
        return
    whose, used, limit = one_line(context.whose, 60), f"≈ {context.used:,}", f"{context.limit:,}"
    kept = f" and {context.reserved:,} kept for the reply" if context.reserved else ""
    if not context.overflows:
        yield f"This chat nearly fills the context: {used} tokens{kept}, and {whose} holds {limit}."
    elif context.compresses:
        yield f"This is more than {whose} holds, {limit} tokens: {used}{kept}. The server leaves out its middle."
    elif context.fits_nobody:
        yield f"This is too long: {used} tokens{kept}, and nobody who may serve holds more than {context.largest:,}."
    else:
        yield f"This is too long for {whose}, which holds {limit} tokens: {used}{kept}. Others who may serve hold it."


def _label(text: str) -> tuple[str, str]:
    return text.ljust(_LABEL), _MUTED


def _reply(tokens: Range) -> str:
    return f"0 to {tokens.high:,} tokens, mostly ≈ {tokens.likely:,}"
