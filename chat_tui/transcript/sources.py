"""The sources of a reply: a line that says how many there are, and unfolded one for each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from rich.style import Style

from chat_tui.conversation.citations import domain_of
from chat_tui.conversation.values import Citation
from chat_tui.text import one_line
from chat_tui.transcript.context import INDENT, Context, blank
from chat_tui.transcript.inline import allowed
from chat_tui.transcript.lines import Code, LazyLines, Line, Span, make_line
from chat_tui.transcript.styles import linked
from chat_tui.transcript.wrap import cells

FOLD: Final = "sources"
"""What the rows are called where they fold."""
_LONGEST_TITLE: Final = 300
_LONGEST_DOMAIN: Final = 60
_LEAST_TITLE: Final = 12


def source_text(number: int, citation: Citation) -> str:
    """Return what can be found of a source: its number, title and domain."""
    return " ".join(filter(None, (f"[{number}]", *_said(citation))))


def _said(citation: Citation) -> tuple[str, str]:
    """Return the title of a source, and its domain; without a title, its address and nothing."""
    title = one_line(citation.title or "", _LONGEST_TITLE)
    if not title:
        return one_line(citation.url, _LONGEST_TITLE), ""
    return title, one_line(domain_of(citation.url), _LONGEST_DOMAIN)


class SourceLines(LazyLines):
    """The rows of a reply's sources.

    Args:
        citations: The sources, at least one.
        context: How they are shown.
        message_id: Whose they are, for clicks.
        unfolded: With a row for each.
    """

    def __init__(self, citations: Sequence[Citation], context: Context, message_id: str, *, unfolded: bool) -> None:
        self._citations = citations
        self._context = context
        self._unfolded = unfolded
        self._style = context.palette.dim + Style(meta={"fold": message_id, "part": FOLD})

    def __len__(self) -> int:
        return 2 + len(self._citations) * self._unfolded

    def code(self) -> list[Code]:
        """Return that the line is where the reader folds and unfolds."""
        return [Code(range(1, 2), 1, FOLD)]

    def line(self, row: int) -> Line:
        """Return the line at `row`."""
        if row == 0:
            return blank(self._context)
        return self._head() if row == 1 else self._source(row - 2)

    def _head(self) -> Line:
        count = len(self._citations)
        told = f"{'▾' if self._unfolded else '▸'} {count:,} source{'s' * (count != 1)}"
        room = self._context.measure - len(INDENT)
        if not self._unfolded:
            domains = dict.fromkeys(domain_of(citation.url) for citation in self._citations)
            told = one_line(f"{told} · {', '.join(domains)}", max(8, room))
        return make_line([(INDENT, self._style), (told, self._style)], len(INDENT))

    def _source(self, place: int) -> Line:
        citation, palette = self._citations[place], self._context.palette
        title, domain = _said(citation)
        number = f"[{place + 1}]".rjust(len(f"[{len(self._citations)}]"))
        before: list[Span] = [(INDENT, palette.text), (f"{number} ", palette.dim)]
        room = self._context.measure - sum(cells(text) for text, _ in before)
        room = max(_LEAST_TITLE, room - (2 + cells(domain)) * bool(domain))
        style = linked(palette["link"], citation.url) if allowed(citation.url) else palette.text
        spans = [*before, (_in_cells(title, room), style)]
        if domain:
            spans.append((f"  {domain}", palette.dim))
        return make_line(spans, len(INDENT))


def _in_cells(text: str, room: int) -> str:
    """Return `text`, cut with … when it is wider than `room` cells."""
    while cells(text) > room:
        text = text[: max(0, len(text) - 2)] + "…" if len(text) > 2 else "…"[:room]
        if len(text) <= 1:
            return text
    return text
