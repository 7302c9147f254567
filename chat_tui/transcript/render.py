"""Blocks to lines at a width: text at a comfortable measure, code and tables as wide as there is room."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import takewhile
from typing import Final

from rich.style import Style

from chat_tui.transcript import blocks
from chat_tui.transcript.blocks import Block, Mark, Piece
from chat_tui.transcript.chunks import Chunk, split
from chat_tui.transcript.code import CodeLines, language_of
from chat_tui.transcript.lines import Line, Sections, Span, make_line
from chat_tui.transcript.styles import BOLD, ITALIC, STRIKE, Palette, add, linked
from chat_tui.transcript.table import NARROWEST, SEPARATOR, column_widths, table_lines
from chat_tui.transcript.wrap import cells, wrap

MEASURE: Final = 100
"""Cells of running text that are comfortable to read."""
INDENT: Final = "  "


@dataclass(slots=True)
class Context:
    """What rendering depends on besides the source."""

    width: int
    palette: Palette
    markdown: bool
    columns: tuple[int, ...] = ()
    """The widths of the table that the next chunk may go on with."""

    @property
    def measure(self) -> int:
        """Cells for running text, with the indent."""
        return max(8, min(self.width - 1, MEASURE + len(INDENT)))


def spans_of(pieces: Sequence[Piece], palette: Palette, base: Style | None = None) -> list[Span]:
    """Return `pieces` in their styles."""
    spans: list[Span] = []
    for piece in pieces:
        style = palette[piece.role] if piece.role else base or palette.text
        if piece.bold:
            style = add(style, BOLD)
        if piece.italic:
            style = add(style, ITALIC)
        if piece.strike:
            style = add(style, STRIKE)
        if piece.href:
            style = linked(style, piece.href)
        spans.append((piece.text, style))
    return spans


def wrapped_lines(spans: Sequence[Span], width: int, first: Sequence[Span], rest: Sequence[Span]) -> list[Line]:
    """Return `spans` wrapped into `width` cells with what stands before the first and the other lines."""
    room = width - max(sum(cells(text) for text, _ in first), sum(cells(text) for text, _ in rest))
    if room < 8:  # nested deeper than the screen is wide: the text counts, not its indent
        first = rest = ()
        room = width
    lines: list[Line] = []
    for index, (piece, joint) in enumerate(wrap(spans, room)):
        before = rest if index else first
        lines.append(make_line([*before, *piece], sum(len(text) for text, _ in before), joint))
    return lines


def _marks(marks: Sequence[Mark], palette: Palette) -> list[Span]:
    return [(INDENT, palette.text), *((text, palette[role] if role else palette.text) for text, role in marks)]


def _kept_marker(lines: list[Line], first: Sequence[Mark]) -> list[Line]:
    """Copy list markers and not only what follows them."""
    marker = "".join(text for text, role in first if role == "dim")
    if marker and lines:
        lines[0] = lines[0]._replace(decoration=max(0, lines[0].decoration - len(marker)))
    return lines


def _block_lines(block: Block, context: Context) -> Sequence[Line]:
    palette = context.palette
    first, rest = _marks(block.first, palette), _marks(block.rest, palette)
    if block.kind == "code":
        return _code(block.text.split("\n"), block.info, context, first, rest)
    if block.kind == "table":
        return _table(block, context, first, rest)
    if block.kind == "rule":
        room = context.measure - sum(cells(text) for text, _ in first)
        return [make_line([*first, ("─" * max(3, room), palette.faint)])._replace(copied="---")]
    if block.kind == "heading":
        return _heading(block, context, first, rest)
    lines = wrapped_lines(spans_of(block.pieces, palette), context.measure, first, rest)
    return _kept_marker(lines, block.first)


def _heading(block: Block, context: Context, first: Sequence[Span], rest: Sequence[Span]) -> list[Line]:
    palette = context.palette
    style = palette["heading"] if block.level <= 3 else add(palette.text, BOLD)
    lines = wrapped_lines(spans_of(block.pieces, palette, style), context.measure, first, rest)
    lines[0] = lines[0]._replace(copied=f"{'#' * block.level} {lines[0].text}")
    if block.level <= 2:
        length = max(line.strip.cell_length for line in lines) - sum(cells(text) for text, _ in rest)
        rule = "━" if block.level == 1 else "─"
        lines.append(make_line([*rest, (rule * max(1, length), palette.faint)], 0, "")._replace(copied=""))
    return lines


def _code(
    source: list[str], info: str, context: Context, first: Sequence[Span], rest: Sequence[Span]
) -> Sequence[Line]:
    code = CodeLines(source, language_of(info) if context.markdown else "", context.width - 1, context.palette, rest)
    return Sections([code_label(info, context, first), code]) if info or first != rest else code


def code_label(info: str, context: Context, first: Sequence[Span]) -> list[Line]:
    """Return the line above a code block, which names its language."""
    lines = wrapped_lines([(info, context.palette.dim)], context.width - 1, first, first)
    return [line._replace(copied="" if row else f"```{info}") for row, line in enumerate(lines)]


def fence_sections(lines: list[str], info: str, context: Context) -> tuple[list[Sequence[Line]], CodeLines]:
    """Return the sections of a top-level fence, and the one that grows with `lines`."""
    indent = [(INDENT, context.palette.text)]
    language = language_of(info) if context.markdown else ""
    code = CodeLines(lines, language, context.width - 1, context.palette, indent)
    return [code_label(info, context, indent), code] if info else [code], code


def _table(block: Block, context: Context, first: Sequence[Span], rest: Sequence[Span]) -> list[Line]:
    palette = context.palette
    rows = [[spans_of(cell, palette) for cell in row] for row in block.rows]
    rows[0] = [spans_of(cell, palette, add(palette.text, BOLD)) for cell in block.rows[0]]
    room = context.width - 1 - sum(cells(text) for text, _ in first)
    columns = len(rows[0])
    if columns * NARROWEST + (columns - 1) * len(SEPARATOR) > room:
        return _narrow_table(rows, context, rest)
    goes_on = len(context.columns) == columns
    widths = context.columns if goes_on else tuple(column_widths(rows, room))
    context.columns = widths
    return table_lines(rows[1:] if goes_on else rows, block.alignments, widths, palette, rest, header=not goes_on)


def _narrow_table(rows: list[list[list[Span]]], context: Context, rest: Sequence[Span]) -> list[Line]:
    """Return a table that is too wide for columns as one line for each cell, with its header before it."""
    header, lines = rows[0], list[Line]()
    for row in rows[1:] or [[]]:
        for column, title in enumerate(header):
            cell = row[column] if column < len(row) else []
            lines += wrapped_lines([*title, (": ", context.palette.dim), *cell], context.width - 1, rest, rest)
        lines.append(make_line(rest))
    return lines[:-1]


def blank(context: Context) -> Line:
    """Return an empty line."""
    return make_line([(INDENT, context.palette.text)], len(INDENT))


def _gap_line(above: Block, below: Block, context: Context) -> Line:
    common = [pair[0] for pair in takewhile(lambda pair: pair[0] == pair[1], zip(above.rest, below.rest, strict=False))]
    spans = _marks(common, context.palette)
    return make_line(spans, sum(len(text) for text, _ in spans))


def render_chunk(chunk: Chunk, context: Context, *, first: bool) -> list[Sequence[Line]]:
    """Return the lines of `chunk`, in sections; `first` in the message has no blank row above."""
    sections: list[Sequence[Line]] = []
    if not (first or chunk.joined):
        sections.append([blank(context)])
    if chunk.kind == "fence":
        context.columns = ()
        lines = chunk.source.split("\n") if chunk.source else []
        return sections + fence_sections(lines, chunk.info, context)[0]
    if chunk.kind == "markdown":
        context.columns = ()
    parsed = blocks.parse(chunk.head + chunk.source) if context.markdown else None
    if parsed is None:
        parsed = blocks.plain(chunk.source)
    above: Block | None = None
    for block in parsed:
        if block.gap and above is not None:
            sections.append([_gap_line(above, block, context)])
        if block.kind != "table" or above is not None:
            context.columns = ()
        sections.append(_block_lines(block, context))
        above = block
    return sections


def render_source(source: str, context: Context) -> list[Sequence[Line]]:
    """Return the sections of the whole printable `source`."""
    sections: list[Sequence[Line]] = []
    context = replace(context, columns=())
    for chunk in split(source):
        sections += render_chunk(chunk, context, first=not sections)
    return sections


def plain_sections(source: str, context: Context, role: str = "") -> list[Sequence[Line]]:
    """Return printable `source` as it is, wrapped."""
    palette = context.palette
    indent = [(INDENT, palette.text)]
    style = palette[role] if role else palette.text
    text = source.strip("\n")
    return [wrapped_lines([(text, style)], context.measure, indent, indent)] if text else []
