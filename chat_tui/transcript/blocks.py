"""Markdown source to a flat list of leaf blocks, each with what stands to the left of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

MAX_NESTING: Final = 100
"""Levels that markdown-it goes down; below, it drops text without a word."""

Mark = tuple[str, str]
"""Text and the role of its style."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Inline text with what applies to it."""

    text: str
    bold: bool = False
    italic: bool = False
    strike: bool = False
    role: str = ""
    href: str = ""


@dataclass(frozen=True, slots=True)
class Block:
    """A leaf: its kind, and the marks before its first and its other lines."""

    kind: Literal["paragraph", "heading", "code", "rule", "table"]
    pieces: Sequence[Piece] = ()
    text: str = ""
    info: str = ""
    level: int = 0
    rows: Sequence[Sequence[Sequence[Piece]]] = ()
    alignments: Sequence[str] = ()
    first: tuple[Mark, ...] = ()
    rest: tuple[Mark, ...] = ()
    gap: bool = True
    """A blank row above."""


@lru_cache(1)
def parser() -> MarkdownIt:
    """Return the parser: CommonMark and tables and strike-through.

    Raw HTML stays text. Reference definitions stay text too: they would make what was shown long ago depend on what
    arrives last, and a definition that nothing uses would vanish.
    """
    from markdown_it import MarkdownIt

    markdown = MarkdownIt("commonmark", {"html": False, "maxNesting": MAX_NESTING})
    return markdown.enable(["table", "strikethrough"]).disable("reference")


def parse(source: str) -> list[Block] | None:
    """Return the blocks of printable `source`; None when it is nested so deeply that the parser may drop text."""
    tokens = parser().parse(source)
    if any(token.level >= MAX_NESTING - 4 for token in tokens):
        return None
    return _Walk(tokens).blocks


@dataclass(slots=True)
class _Container:
    """A list or a quote that is open."""

    tight: bool
    number: int | None = None
    """Of the next item of an ordered list."""
    fresh: bool = True
    """Nothing of it was shown yet."""


class _Walk:
    """Turns the parser's nested tokens into leaves."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        self.blocks: list[Block] = []
        self._first: tuple[Mark, ...] | None = None
        self._prefixes: list[tuple[Mark, ...]] = []
        self._containers: list[_Container] = []
        self._rows: list[list[list[Piece]]] = []
        self._alignments: list[str] = []
        for index, token in enumerate(tokens):
            handler = getattr(self, f"_{token.type}", None)
            if handler is not None:
                handler(token, tokens, index)

    def _prefix(self) -> tuple[Mark, ...]:
        return tuple(mark for prefix in self._prefixes for mark in prefix)

    def _gap(self) -> bool:
        """Tell whether a blank row goes above the next block: none before the first, none within tight lists."""
        if not self.blocks:
            return False
        fresh = next((depth for depth, container in enumerate(self._containers) if container.fresh), None)
        if fresh is not None:
            return fresh == 0 or not self._containers[fresh - 1].tight
        return not (self._containers and self._containers[-1].tight)

    def _add(self, block: Block) -> None:
        rest = self._prefix()
        first = rest if self._first is None else self._first
        self.blocks.append(replace(block, first=first, rest=rest, gap=self._gap()))
        self._first = None
        for container in self._containers:
            container.fresh = False

    def _flush_marker(self) -> None:
        """Show the marker of an item, or the bar of a quote, that holds nothing."""
        if self._first is not None:
            self._add(Block("paragraph"))

    # Containers

    def _open_list(self, token: Token, tokens: Sequence[Token], index: int) -> None:
        tight = True
        for later in tokens[index + 1 :]:
            if later.level <= token.level:
                break
            if later.type == "paragraph_open" and later.level == token.level + 2 and not later.hidden:
                tight = False
                break
        number = None
        if token.type == "ordered_list_open":
            start = token.attrGet("start")
            number = 1 if start is None else int(start)
        self._containers.append(_Container(tight, number))

    def _close_container(self, *_: object) -> None:
        self._containers.pop()

    _bullet_list_open = _ordered_list_open = _open_list
    _bullet_list_close = _ordered_list_close = _close_container

    def _list_item_open(self, token: Token, tokens: Sequence[Token], index: int) -> None:
        within = self._containers[-1]
        marker: Mark = ("• ", "dim")
        if within.number is not None:
            marker = (f"{within.number}{token.markup} ", "dim")
            within.number += 1
        self._first = (*(self._prefix() if self._first is None else self._first), marker)
        self._prefixes.append(((" " * len(marker[0]), ""),))

    def _list_item_close(self, *_: object) -> None:
        self._flush_marker()
        self._prefixes.pop()

    def _blockquote_open(self, *_: object) -> None:
        bar: Mark = ("│ ", "faint")
        self._first = (*(self._prefix() if self._first is None else self._first), bar)
        self._prefixes.append((bar,))
        self._containers.append(_Container(tight=False))

    def _blockquote_close(self, *_: object) -> None:
        self._flush_marker()
        self._prefixes.pop()
        self._containers.pop()

    # Leaves

    def _inline(self, token: Token, tokens: Sequence[Token], index: int) -> None:
        from chat_tui.transcript.inline import pieces

        kind = tokens[index - 1].type
        content = pieces(token.children or ())
        if kind in ("th_open", "td_open"):
            self._rows[-1].append(content)
            return
        quoted = any(role == "faint" for prefix in self._prefixes for _, role in prefix)
        if quoted:
            content = [piece if piece.role else replace(piece, role="quote") for piece in content]
        if kind == "heading_open":
            self._add(Block("heading", content, level=int(tokens[index - 1].tag[1])))
        else:
            self._add(Block("paragraph", content))

    def _fence(self, token: Token, tokens: Sequence[Token], index: int) -> None:
        from chat_tui.text import printable

        self._add(Block("code", text=token.content.removesuffix("\n"), info=printable(token.info).strip()))

    def _code_block(self, token: Token, tokens: Sequence[Token], index: int) -> None:
        self._add(Block("code", text=token.content.removesuffix("\n")))

    def _hr(self, *_: object) -> None:
        self._add(Block("rule"))

    def _table_open(self, *_: object) -> None:
        self._rows, self._alignments = [], []

    def _tr_open(self, *_: object) -> None:
        self._rows.append([])

    def _th_open(self, token: Token, tokens: Sequence[Token], index: int) -> None:
        self._alignments.append(str(token.attrGet("style") or "").removeprefix("text-align:"))

    def _table_close(self, *_: object) -> None:
        self._add(Block("table", rows=self._rows, alignments=self._alignments))


def plain(source: str) -> list[Block]:
    """Return printable `source` as one paragraph, character for character."""
    return [Block("paragraph", [Piece(source)], gap=False)]


def text_of(pieces: Iterable[Piece]) -> str:
    """Return the text of `pieces`."""
    return "".join(piece.text for piece in pieces)
