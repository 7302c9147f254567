"""Tables: column widths, cells wrapped into them, and records where no widths would do."""

from __future__ import annotations

from collections.abc import Sequence

from chat_tui.transcript.lines import Line, Span, make_line
from chat_tui.transcript.styles import OURS, Palette, tagged
from chat_tui.transcript.wrap import cells, wrap

Cell = Sequence[Span]
SEPARATOR = " │ "
NARROWEST = 3
READABLE = 8
"""Cells of a column that are enough to read wrapped text."""


def column_widths(rows: Sequence[Sequence[Cell]], available: int) -> tuple[int, ...]:
    """Return a width for each column: what it needs, or a fair share of `available` cells.

    Widths of 0 say that it can't be read in columns, however it wraps.
    """
    columns = max((len(row) for row in rows), default=0)
    needs = [1] * columns
    for row in rows:
        for column, cell in enumerate(row):
            text = "".join(text for text, _ in cell)
            needs[column] = max(needs[column], *(cells(part) for part in text.split("\n")))
    if sum(min(need, READABLE) for need in needs) + len(SEPARATOR) * (columns - 1) > available:
        return (0,) * columns
    room = max(columns * NARROWEST, available - len(SEPARATOR) * (columns - 1))
    widths, left, open_columns = list(needs), room, columns
    # The narrow ones get what they need; the rest is shared by the others.
    for column in sorted(range(columns), key=needs.__getitem__):
        widths[column] = max(NARROWEST, min(needs[column], left // max(1, open_columns)))
        left, open_columns = left - widths[column], open_columns - 1
    return tuple(widths)


def _aligned(spans: list[Span], width: int, alignment: str, palette: Palette) -> list[Span]:
    missing = max(0, width - sum(cells(text) for text, _ in spans))
    left = missing if alignment == "right" else missing // 2 if alignment == "center" else 0
    return [(" " * left, palette.text), *spans, (" " * (missing - left), palette.text)]


def table_lines(
    rows: Sequence[Sequence[Cell]],
    alignments: Sequence[str],
    widths: Sequence[int],
    palette: Palette,
    first: Sequence[Span],
    rest: Sequence[Span],
    *,
    header: bool,
) -> list[Line]:
    """Return `rows` as lines; with `header`, the first one is a header with a rule below it."""
    lines: list[Line] = []
    for number, row in enumerate(rows):
        wrapped = [wrap(cell, width) for cell, width in zip(row, widths, strict=False)]
        for index in range(max((len(cell) for cell in wrapped), default=1)):
            prefix = rest if lines else first
            spans: list[Span] = list(prefix)
            for column, width in enumerate(widths):
                if column:
                    spans.append((SEPARATOR, tagged(palette.faint)))
                cell = wrapped[column] if column < len(wrapped) else []
                piece = cell[index][0] if index < len(cell) else []
                spans.extend(_aligned(piece, width, alignments[column] if column < len(alignments) else "", palette))
            line = make_line(spans, _length(prefix), "" if index else "\n")
            lines.append(line._replace(copied="" if index else _source(row)))
        if header and not number:
            rule = "─┼─".join("─" * width for width in widths)
            line = make_line([*rest, (rule, palette.faint)], _length(rest) + len(rule))
            lines.append(line._replace(copied=_rule_source(alignments)))
    return lines


def records(
    rows: Sequence[Sequence[Cell]],
    palette: Palette,
    first: Sequence[Span],
    rest: Sequence[Span],
    width: int,
    *,
    goes_on: bool,
) -> list[Line]:
    """Return `rows` without the first one, which holds the titles, as lines of a title and a cell."""
    titles, lines = rows[0], list[Line]()
    room = width - sum(cells(text) for text, _ in rest)
    colon: Span = (": ", tagged(palette.dim))
    for number, row in enumerate(rows[1:] or [[]], goes_on):
        source = _source(row)
        if number:
            lines.append(make_line(rest, _length(rest), "")._replace(copied=""))
        elif not goes_on:
            source = "\n".join([_source(titles), _rule_source([""] * len(titles)), *([source] if row else [])])
        for column, title in enumerate(titles):
            shown = [(text, tagged(style) if number else style) for text, style in title]
            cell = row[column] if column < len(row) else []
            for index, (piece, _) in enumerate(wrap([*shown, colon, *cell], room)):
                prefix = rest if lines else first
                line = make_line([*prefix, *piece], _length(prefix), "" if index or column else "\n")
                lines.append(line._replace(copied="" if index or column else source))
    return lines


def _length(prefix: Sequence[Span]) -> int:
    return sum(len(text) for text, _ in prefix)


def _source(row: Sequence[Cell]) -> str:
    """Return a row as Markdown."""
    texts = ("".join(str(style.meta.get(OURS) or text) for text, style in cell) for cell in row)
    return f"| {' | '.join(text.replace('|', chr(92) + '|').replace(chr(10), ' ') for text in texts)} |"


def _rule_source(alignments: Sequence[str]) -> str:
    rules = {"left": ":---", "right": "---:", "center": ":---:"}
    return f"| {' | '.join(rules.get(alignment, '---') for alignment in alignments)} |"
