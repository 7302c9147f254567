"""Blocks to lines at a width: text at a comfortable measure, code and tables as wide as there is room."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import takewhile
from typing import Final

from rich.style import Style

from chat_tui.conversation.citations import MARK
from chat_tui.transcript import blocks
from chat_tui.transcript.blocks import Block, Mark, Piece
from chat_tui.transcript.chunks import Chunk
from chat_tui.transcript.code import CodeLines, language_of
from chat_tui.transcript.context import INDENT, Context, blank
from chat_tui.transcript.lines import Line, Sections, Span, make_line
from chat_tui.transcript.styles import BOLD, ITALIC, OURS, STRIKE, Palette, add, linked, tagged
from chat_tui.transcript.table import column_widths, records, table_lines
from chat_tui.transcript.wrap import cells, wrap

DECISIVE_ROWS: Final = 4
"""Rows, with the header, that decide about a table's widths while it arrives: later ones wrap until it ends."""


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
        if piece.ours:
            style = tagged(style, piece.source)
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
    return _with_sources(lines) if any(style.meta.get(OURS) for _, style in spans) else lines


def _with_sources(lines: list[Line]) -> list[Line]:
    """Let what stands for a source be copied as that, once, even when it is wrapped."""
    found: list[Line] = []
    before = ""
    for line in lines:
        texts, position, joint = list[str](), 0, line.joint
        for text, style, _ in line.strip:
            position += len(text)
            source = str(style.meta.get(OURS, "")) if style else ""
            if position <= line.decoration:
                continue
            if source and source == before:
                joint = joint if texts else ""
            else:
                texts.append(source or text)
            before = source
        found.append(line._replace(joint=joint, copied="".join(texts).rstrip()))
    return found


def _marks(marks: Sequence[Mark], palette: Palette) -> list[Span]:
    return [(INDENT, palette.text), *((mark.text, palette[mark.role] if mark.role else palette.text) for mark in marks)]


def _with_source(lines: Sequence[Line], block: Block) -> Sequence[Line]:
    """Let a paragraph or heading of which all is selected be copied as it was received."""
    if block.kind not in ("paragraph", "heading") or not block.text or not isinstance(lines, list):
        return lines
    first, rest = ("".join(mark.source for mark in marks) for marks in (block.first, block.rest))
    source = f"{first}{'#' * block.level}{' ' * (block.level > 0)}{block.text}".replace("\n", f"\n{rest}")
    rows = next((row for row, line in enumerate(lines) if row and not line.joint and not line.text), len(lines))
    copied = "".join(line.joint * (row > 0) + line.text for row, line in enumerate(lines[:rows]))
    return lines if copied == source else [lines[0]._replace(whole=(source, rows)), *lines[1:]]


def _with_marks(lines: Sequence[Line], block: Block) -> Sequence[Line]:
    """Let the marks before a block be copied with it, as they are written."""
    if not block.first or not isinstance(lines, list):
        return lines
    found: list[Line] = []
    for index, line in enumerate(lines):
        marks = block.rest if index else block.first
        before = "".join(mark.source for mark in marks)
        wrapped = index and (line.joint != "\n" or not line.text)
        found.append(line if wrapped else line._replace(copied=before + line.text.replace("\n", f"\n{before}")))
    return found


def _block_lines(block: Block, context: Context) -> Sequence[Line]:
    palette = context.palette
    first, rest = _marks(block.first, palette), _marks(block.rest, palette)
    if block.kind == "code":
        return _code(block.text.split("\n"), block.info, context, first, rest)
    if block.kind == "math":
        indent: Span = (INDENT, palette.text)
        return wrapped_lines(spans_of(block.pieces, palette), context.width - 1, [*first, indent], [*rest, indent])
    if block.kind == "rule":
        room = context.measure - sum(cells(text) for text, _ in first)
        return [_ours([*first, ("─" * max(3, room), palette.faint)], "---")]
    if block.kind == "heading":
        return _heading(block, context, first, rest)
    return wrapped_lines(spans_of(block.pieces, palette), context.measure, first, rest)


def _heading(block: Block, context: Context, first: Sequence[Span], rest: Sequence[Span]) -> list[Line]:
    palette = context.palette
    style = palette["heading"] if block.level <= 3 else add(palette.text, BOLD)
    lines = wrapped_lines(spans_of(block.pieces, palette, style), context.measure, first, rest)
    lines[0] = lines[0]._replace(copied=f"{'#' * block.level} {lines[0].text}")
    if block.level <= 2:
        length = max(line.strip.cell_length for line in lines) - sum(cells(text) for text, _ in rest)
        rule = "━" if block.level == 1 else "─"
        lines.append(_ours([*rest, (rule * max(1, length), palette.faint)], "", ""))
    return lines


def _ours(spans: Sequence[Span], copied: str, joint: str = "\n") -> Line:
    """Return a line of which nothing is the author's text."""
    return make_line(spans, sum(len(text) for text, _ in spans), joint)._replace(copied=copied)


def _code(
    source: list[str], info: str, context: Context, first: Sequence[Span], rest: Sequence[Span]
) -> Sequence[Line]:
    code = code_lines(source, info, context, rest)
    return Sections([code_label(info, context, first), code]) if info or first != rest else code


def code_lines(source: list[str], info: str, context: Context, prefix: Sequence[Span]) -> CodeLines:
    """Return the rows of code that grow with `source`."""
    language = language_of(info) if context.markdown else ""
    return CodeLines(source, language, context.width - 1, context.palette, prefix, wrap=context.wrap_code)


def code_label(info: str, context: Context, first: Sequence[Span]) -> list[Line]:
    """Return the line above a code block, which names its language."""
    lines = wrapped_lines([(info, context.palette.dim)], context.width - 1, first, first)
    return [
        line._replace(decoration=len(line.strip.text), copied="" if row else f"```{info}")
        for row, line in enumerate(lines)
    ]


def fence_sections(lines: list[str], info: str, context: Context) -> tuple[list[Sequence[Line]], CodeLines]:
    """Return the sections of a top-level fence, and the one that grows with `lines`."""
    indent = [(INDENT, context.palette.text)]
    code = code_lines(lines, info, context, indent)
    return [code_label(info, context, indent), code] if info else [code], code


def _table(
    block: Block,
    context: Context,
    columns: tuple[int, ...],
    marks: tuple[Sequence[Span], Sequence[Span]],
    decisive: int,
) -> tuple[list[Line], tuple[int, ...]]:
    """Return the lines of a table, and the widths of its columns.

    Args:
        block: The table.
        context: Where it is shown.
        columns: The widths of the table that it goes on with.
        marks: What stands before its first row, and before the others.
        decisive: The rows that decide about the widths when it goes on with none.
    """
    first, rest = marks
    palette = context.palette
    rows = [[spans_of(cell, palette) for cell in row] for row in block.rows]
    rows[0] = [spans_of(cell, palette, add(palette.text, BOLD)) for cell in block.rows[0]]
    goes_on = len(columns) == len(rows[0])
    room = context.width - 1 - sum(cells(text) for text, _ in first)
    widths = columns if goes_on else column_widths(rows[:decisive], room)
    if not any(widths):
        return records(rows, palette, first, rest, context.width - 1, goes_on=goes_on), widths
    shown = rows[1:] if goes_on else rows
    return table_lines(shown, block.alignments, widths, palette, first, rest, header=not goes_on), widths


def _gap_line(above: Block, below: Block, context: Context) -> Line:
    common = [pair[0] for pair in takewhile(lambda pair: pair[0] == pair[1], zip(above.rest, below.rest, strict=False))]
    spans = _marks(common, context.palette)
    source = "".join(mark.source for mark in common).rstrip()
    return make_line(spans, sum(len(text) for text, _ in spans))._replace(copied=source)


def render_chunk(
    chunk: Chunk, context: Context, columns: tuple[int, ...] = (), *, first: bool
) -> tuple[list[Sequence[Line]], tuple[int, ...]]:
    """Return the lines of `chunk`, which is no fence, in sections, and the widths of the table that it ends with.

    Args:
        columns: The widths of the table that it goes on with.
        first: In the message, which has no blank row above.
    """
    sections: list[Sequence[Line]] = []
    if not (first or chunk.joined):
        sections.append([blank(context)])
    parsed = None
    if context.markdown:
        parsed = blocks.parse(chunk.head + chunk.source, context.definitions, math=context.math, unfinished=chunk.open)
    if parsed is None:
        parsed = blocks.plain(MARK.sub("", chunk.source) if context.definitions.sources else chunk.source)
    above: Block | None = None
    for block in parsed:
        if block.gap and above is not None:
            sections.append([_gap_line(above, block, context)])
        if block.kind == "table":
            marks = _marks(block.first, context.palette), _marks(block.rest, context.palette)
            decisive = DECISIVE_ROWS if chunk.open else len(block.rows)
            lines, columns = _table(block, context, () if above is not None else columns, marks, decisive)
            sections.append(_with_marks(lines, block))
        else:
            columns = ()
            sections.append(_with_source(_with_marks(_block_lines(block, context), block), block))
        above = block
    return sections, columns
