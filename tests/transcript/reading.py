"""What the tests expect to read: the text of the parser's tokens, and of the lines without decoration."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from markdown_it.token import Token

from chat_tui.text import printable
from chat_tui.transcript.lines import Line
from chat_tui.transcript.styles import OURS
from chat_tui.transcript.syntax import Definitions


class Passage(NamedTuple):
    """Characters that aren't spaces; those of a table may come in another order, because its cells wrap."""

    text: str
    table: bool = False


def _squeezed(text: str) -> str:
    return "".join(printable(text).split())


def _inline(tokens: Sequence[Token]) -> Iterator[str]:
    for token in tokens:
        if token.type == "image":
            yield from _inline(token.children or ())
        elif token.type != "footnote_ref":
            yield token.content


def expected(source: str) -> list[Passage]:
    """Return what a reader of `source` must see: the text and code of the parser's tokens, without formulas."""
    passages: list[Passage] = []
    in_table = in_item = False
    for token in Definitions().parse(printable(source), math=False):
        if token.type == "table_open":
            passages.append(Passage("", table=True))
        in_table = (in_table or token.type == "table_open") and token.type != "table_close"
        if token.type == "inline":
            text = "".join(_inline(token.children or ()))
            # A task is shown as a box.
            text = text[4:] if in_item and text[:4] in ("[ ] ", "[x] ", "[X] ") else text
        else:
            text = token.content if token.type in ("fence", "code_block") else ""
        in_item = token.type == "list_item_open" or (in_item and token.type == "paragraph_open")
        if in_table:
            passages[-1] = Passage(passages[-1].text + _squeezed(text), table=True)
        else:
            passages.append(Passage(_squeezed(text)))
    return passages


def read(lines: Sequence[Line]) -> str:
    """Return the characters of `lines` that are the author's and aren't spaces."""
    found: list[str] = []
    for line in lines:
        position = 0
        for text, style, _ in line.strip:
            start, position = position, position + len(text)
            if style is None or OURS not in style.meta:
                found.append(text[max(0, line.decoration - start) :])
    return "".join("".join(found).split())


def difference(source: str, lines: Sequence[Line]) -> str:
    """Return where `lines` differ from what they must show of `source`, empty when they don't."""
    shown, position = read(lines), 0
    for passage in expected(source):
        part = shown[position : position + len(passage.text)]
        position += len(passage.text)
        if part != passage.text and not (passage.table and sorted(part) == sorted(passage.text)):
            return f"expected {passage.text[:60]!r}, shown {part[:60]!r}"
    return f"shown beyond the end: {shown[position:][:60]!r}" if shown[position:] else ""
