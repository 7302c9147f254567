"""How what was found is listed: under which conversation, and what stands in a row."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from rich.cells import cell_len, set_cell_size
from textual.content import Content

from chat_tui.conversation.summary import Summary
from chat_tui.cost.written import format_cost
from chat_tui.screens.conversation_rows import full_time, today
from chat_tui.screens.searched_pane import MUTED
from chat_tui.text import one_line, printable_in_place
from chat_tui.widgets.row_list import Piece, fitted

if TYPE_CHECKING:
    from chat_tui.engine.index_found import Found, Match

_TITLE, _MODEL = 28, 18
"""Characters of a heading, which then has room for all at 80 cells."""
_WHO = {"user": "you", "assistant": "reply", "tool": "tool", None: "title"}
_WHO_ROOM, _TIME_ROOM = 5, 9


def listed(found: Found) -> tuple[list[Match], list[tuple[int, str]]]:
    """Return the matches by conversation, that with the best one first, and the heading above each with its place."""
    matches: list[Match] = []
    headings: list[tuple[int, str]] = []
    for group in found.grouped():
        headings.append((len(matches), _heading(group[0].summary)))
        matches += group
    return matches, headings


def _heading(one: Summary) -> str:
    known = [
        one_line(one.metadata.title, _TITLE) or "Untitled",
        "in the trash" if is_thrown(one) else "archived" if one.metadata.archived else "",
        _day(one.changed),
        _short(one.model),
        "" if one.cost is None else format_cost(one.cost),
    ]
    return " · ".join(filter(None, known))


def is_thrown(one: Summary) -> bool:
    """Tell whether a conversation is in the trash, where folders are kept by the day of deletion."""
    return one.folder.parent.parent.name == "trash"


def match_row(match: Match, width: int) -> list[Piece]:
    """Return what stands in the row of a match: the words around it, whose they are, and when."""
    right = f"  {_WHO.get(match.role, ''):>{_WHO_ROOM}}{_day(match.at):>{_TIME_ROOM}}"
    room = max(width - 2 - cell_len(right), 1)
    return [("  ", "plain"), *_fitted(_pieces(match, room), room), (right, "dim")]


def _pieces(match: Match, room: int) -> Iterator[Piece]:
    """Yield the snippet, from where the first hit has its place in `room` cells."""
    text = printable_in_place(match.snippet)
    position = 0
    if match.spans and cell_len(text[: match.spans[0][1]]) > room * 2 // 3:
        position = max(match.spans[0][0] - room // 4, 0)
        yield "…", "plain"
    for start, end in match.spans:
        if start >= position:
            yield text[position:start], "plain"
            yield text[start:end], "hit"
            position = end
    yield text[position:], "plain"


def _fitted(pieces: Iterator[Piece], room: int) -> Iterator[Piece]:
    """Yield `pieces` in exactly `room` cells: filled, or cut with …."""
    for text, role in pieces:
        length = cell_len(text)
        if length > room:
            yield set_cell_size(text, max(room - 1, 0)) + "…" * (room > 0), role
            return
        yield text, role
        room -= length
    yield " " * room, "plain"


def about_match(match: Match, width: int) -> Content:
    """Return more of what was found than its row has room for."""
    one = match.summary
    whose = {"user": "your prompt", "assistant": "a reply", "tool": "a tool's answer"}.get(match.role or "", "")
    cost = "" if match.cost is None else format_cost(match.cost)
    known = [whose, one_line(match.model or ""), cost, full_time(match.at)]
    found = Content(printable_in_place(match.snippet))
    for start, end in match.spans:
        found = found.stylize("$primary bold", start, end)
    lines = [
        Content.styled(one_line(one.metadata.title, 4 * width) or "Untitled", "bold"),
        Content.styled(" · ".join(filter(None, known)), MUTED),
        found,
    ]
    if one.metadata.tags:
        lines.insert(2, Content.styled(" ".join(f"#{one_line(tag)}" for tag in one.metadata.tags), "$primary"))
    return Content("\n").join(lines)


def _day(moment: datetime) -> str:
    """Return the time of today, else the day, or the month when that was in another year."""
    local, current = moment.astimezone(), today()
    if local.date() == current:
        return f"{local:%H:%M}"
    return f"{local.day} {local:%b}" if local.year == current.year else f"{local:%b %Y}"


def _short(model: str | None) -> str:
    return fitted(name := one_line(model or "").rpartition("/")[2], min(cell_len(name), _MODEL))
