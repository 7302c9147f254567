"""Markdown source to a flat list of leaf blocks, each with what stands to the left of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from chat_tui.transcript.syntax import MAX_NESTING, Definitions
from chat_tui.transcript.unfinished import finished, with_delimiters

if TYPE_CHECKING:
    from markdown_it.token import Token

MAX_BRACKETS: Final = 100
"""Brackets that may be open at once."""
_BRACKETS: Final = re.compile(r"[][]|\n[ \t]*\n")


class Mark(NamedTuple):
    """What stands to the left of a block."""

    text: str
    role: str = ""
    """Of its style."""
    source: str = ""
    """What it stands for."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Inline text with what applies to it."""

    text: str
    bold: bool = False
    italic: bool = False
    strike: bool = False
    role: str = ""
    href: str = ""
    ours: bool = False
    """It isn't the author's text but stands for it, or is added to it."""
    source: str = ""
    """What it stands for, which is copied in its place."""


@dataclass(frozen=True, slots=True)
class Block:
    """A leaf: its kind, and the marks before its first and its other lines."""

    kind: Literal["paragraph", "heading", "code", "rule", "table", "math"]
    pieces: Sequence[Piece] = ()
    text: str = ""
    """Code, or the source of inline text."""
    info: str = ""
    level: int = 0
    rows: Sequence[Sequence[Sequence[Piece]]] = ()
    alignments: Sequence[str] = ()
    first: tuple[Mark, ...] = ()
    rest: tuple[Mark, ...] = ()
    gap: bool = True
    """A blank row above."""


def parse(source: str, definitions: Definitions, *, math: bool = False, unfinished: bool = False) -> list[Block] | None:
    """Return the blocks of printable `source`; None when it is nested so deeply that the parser may drop text or time.

    What is open at the end of an `unfinished` source is shown as it will probably go on.
    """
    if _most_brackets(source) > MAX_BRACKETS:
        return None
    tokens = definitions.parse(source, math=math)
    if unfinished:
        tokens = _finished(source, tokens, definitions, math=math)
    if any(token.level >= MAX_NESTING - 4 for token in tokens):
        return None
    return _Walk(tokens).blocks


def _most_brackets(source: str) -> int:
    """Return how many brackets are open at once in a paragraph of `source`: each may begin a link, at any end."""
    if source.count("[") <= MAX_BRACKETS:
        return 0
    deepest = depth = 0
    for found in _BRACKETS.finditer(source):
        depth = 0 if found[0][0] == "\n" else max(0, depth + (1 if found[0] == "[" else -1))
        deepest = max(deepest, depth)
    return deepest


def _finished(source: str, tokens: list[Token], definitions: Definitions, *, math: bool) -> list[Token]:
    last = next((index for index in reversed(range(len(tokens))) if _shows(tokens[index])), 0)
    if not tokens or tokens[last].type != "inline":
        return tokens
    text = tokens[last].content
    if tokens[last - 1].type == "paragraph_open":
        table = with_delimiters(source, text)
        if table is not None:
            return definitions.parse(table, math=math)
    whole = finished(text, math=math)
    if whole != text:
        tokens[last].children = definitions.inline(whole, math=math)
    return tokens


def _shows(token: Token) -> bool:
    return token.nesting >= 0 and (token.type != "inline" or bool(token.content)) and not token.type.endswith("_open")


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
        self._prefixes: list[Mark] = []
        self._close_up = False
        self._containers: list[_Container] = []
        self._rows: list[list[list[Piece]]] = []
        self._alignments: list[str] = []
        for index, token in enumerate(tokens):
            handler = getattr(self, f"_{token.type}", None)
            if handler is not None:
                handler(token, tokens, index)

    def _prefix(self) -> tuple[Mark, ...]:
        return tuple(self._prefixes)

    def _open(self, first: Mark, rest: Mark) -> None:
        """Put `first` before the next line, and `rest` before those that follow within."""
        self._first = (*(self._prefix() if self._first is None else self._first), first)
        self._prefixes.append(rest)

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
        self.blocks.append(replace(block, first=first, rest=rest, gap=self._gap() and not self._close_up))
        self._first, self._close_up = None, False
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
        marker = Mark("• ", "dim", f"{token.markup} ")
        if within.number is not None:
            number = f"{within.number}{token.markup} "
            marker = Mark(number, "dim", number)
            within.number += 1
        indent = " " * len(marker.text)
        self._open(marker, Mark(indent, source=indent))

    def _footnote_reference_open(self, token: Token, tokens: Sequence[Token], index: int) -> None:
        from chat_tui.text import one_line

        label = one_line(token.meta["label"])
        self._close_up = index > 0 and tokens[index - 1].type == "footnote_reference_close"
        self._open(Mark(f"[{label}] ", "dim", f"[^{label}]: "), Mark("  ", source="    "))
        self._containers.append(_Container(tight=False))

    def _footnote_reference_close(self, *_: object) -> None:
        self._flush_marker()
        self._prefixes.pop()
        self._containers.pop()

    def _list_item_close(self, *_: object) -> None:
        self._flush_marker()
        self._prefixes.pop()

    def _blockquote_open(self, *_: object) -> None:
        bar = Mark("│ ", "faint", "> ")
        self._open(bar, bar)
        self._containers.append(_Container(tight=False))

    def _blockquote_close(self, *_: object) -> None:
        self._flush_marker()
        self._prefixes.pop()
        self._containers.pop()

    # Leaves

    def _definition(self, token: Token, tokens: Sequence[Token], index: int) -> None:
        from chat_tui.transcript.inline import definition

        content = definition(token)
        if index and tokens[index - 1].type == "definition":
            above = self.blocks[-1]
            self.blocks[-1] = replace(above, pieces=[*above.pieces, Piece("\n"), *content])
        else:
            self._add(Block("paragraph", content))

    def _math_block(self, token: Token, *_: object) -> None:
        from chat_tui.transcript.inline import formula

        self._add(Block("math", [formula(token)]))

    def _inline(self, token: Token, tokens: Sequence[Token], index: int) -> None:
        from chat_tui.transcript.inline import pieces

        kind = tokens[index - 1].type
        content = pieces(token.children or (), task=tokens[index - 2].type == "list_item_open")
        if kind in ("th_open", "td_open"):
            self._rows[-1].append(content)
            return
        quoted = any(mark.role == "faint" for mark in self._prefixes)
        if quoted:
            content = [piece if piece.role else replace(piece, role="quote") for piece in content]
        if kind == "heading_open":
            self._add(Block("heading", content, token.content, level=int(tokens[index - 1].tag[1])))
        else:
            self._add(Block("paragraph", content, token.content))

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
