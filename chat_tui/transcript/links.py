"""Links among the lines of a message: where they are shown, where they lead, and which one the reader is at."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from chat_tui.transcript.find import Piece
from chat_tui.transcript.lines import Line, Sections

if TYPE_CHECKING:
    from chat_tui.transcript.message import Item


class Link(NamedTuple):
    """A link; one that wraps has a piece on each of its rows."""

    href: str
    pieces: tuple[Piece, ...]

    @property
    def row(self) -> int:
        """The row that it begins in."""
        return self.pieces[0].row


def links_in(lines: Sections) -> list[Link]:
    """Return the links in `lines`, whose heights are real, from the first to the last."""
    found: list[Link] = []
    for row in range(len(lines)):
        line = lines.plain(row)  # code, which has colours and may be long, holds no links
        for href, start, end in _linked(line):
            piece, before = Piece(row, start, end), found[-1] if found else None
            if before is not None and before.href == href and _goes_on(before.pieces[-1], piece, line):
                found[-1] = Link(href, (*before.pieces, piece))
            else:
                found.append(Link(href, (piece,)))
    return found


def _linked(line: Line) -> Iterator[tuple[str, int, int]]:
    """Yield where each linked segment of `line` leads, and its characters."""
    position = 0
    for text, style, _ in line.strip:
        href = style.meta.get("href") if style is not None else None
        if isinstance(href, str):
            yield href, position, position + len(text)
        position += len(text)


def _goes_on(before: Piece, piece: Piece, line: Line) -> bool:
    """Tell whether `piece`, which is in `line`, goes on with the link that `before` is the last piece of."""
    if piece.row == before.row:
        return piece.start == before.end
    return piece.row == before.row + 1 and line.joint != "\n"


class ChosenLink:
    """The link that the reader is at: of one message, by its number there."""

    def __init__(self) -> None:
        self._item: Item | None = None
        self._number = 0
        self._lines: Sections | None = None
        self._height = 0
        self._links: list[Link] = []

    def of(self, item: Item | None) -> Link | None:
        """Return the reader's link of `item` as its lines show it now; None when there is none."""
        if item is None or item is not self._item or item.lines is None:
            return None
        if self._lines is not item.lines or self._height != len(item.lines):
            self._know(item.lines)
        return self._links[self._number] if self._number < len(self._links) else None

    @property
    def href(self) -> str:
        """Where it leads; empty when its message shows it no more."""
        link = self.of(self._item)
        return link.href if link is not None else ""

    def step(self, item: Item, lines: Sections, seen: range, step: int) -> Link | None:
        """Go to the link of `item` that is `step` (1 or -1) further on, around the ends.

        Args:
            item: The message.
            lines: Its lines.
            seen: Its rows that are in view: the first step leads to a link there, if there is one.
            step: Which way.
        """
        links = self._know(lines)
        if not links:
            return None
        if self._item is item:
            number = (self._number + step) % len(links)
        else:
            inside = [number for number, link in enumerate(links) if link.row in seen]
            below = [number for number, link in enumerate(links) if link.row >= seen.start]
            number = (inside or below or [0])[0 if step > 0 else -1]
        self._item, self._number = item, number
        return links[number]

    def _know(self, lines: Sections) -> list[Link]:
        """Look where the links in `lines` are; rows may move while they are looked at."""
        self._links = links_in(lines)
        self._lines, self._height = lines, len(lines)
        return self._links
