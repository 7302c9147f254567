"""Tables: column widths, and cells wrapped into them."""

from __future__ import annotations

from collections.abc import Sequence

from chat_tui.transcript.lines import Line, Span, make_line
from chat_tui.transcript.styles import Palette
from chat_tui.transcript.wrap import cells, wrap

Cell = Sequence[Span]
SEPARATOR = " │ "
NARROWEST = 3


def column_widths(rows: Sequence[Sequence[Cell]], available: int) -> list[int]:
    """Return a width for each column: what it needs, or a fair share of `available` cells."""
    columns = max((len(row) for row in rows), default=0)
    needs = [1] * columns
    for row in rows:
        for column, cell in enumerate(row):
            text = "".join(text for text, _ in cell)
            needs[column] = max(needs[column], *(cells(part) for part in text.split("\n")))
    room = max(columns * NARROWEST, available - len(SEPARATOR) * (columns - 1))
    widths, left, open_columns = list(needs), room, columns
    # The narrow ones get what they need; the rest is shared by the others.
    for column in sorted(range(columns), key=needs.__getitem__):
        widths[column] = max(NARROWEST, min(needs[column], left // max(1, open_columns)))
        left, open_columns = left - widths[column], open_columns - 1
    return widths


def _aligned(spans: list[Span], width: int, alignment: str, palette: Palette) -> list[Span]:
    missing = max(0, width - sum(cells(text) for text, _ in spans))
    left = missing if alignment == "right" else missing // 2 if alignment == "center" else 0
    return [(" " * left, palette.text), *spans, (" " * (missing - left), palette.text)]


def table_lines(
    rows: Sequence[Sequence[Cell]],
    alignments: Sequence[str],
    widths: Sequence[int],
    palette: Palette,
    prefix: Sequence[Span],
    *,
    header: bool,
) -> list[Line]:
    """Return `rows` as lines; with `header`, the first one is a header with a rule below it."""
    decoration = sum(len(text) for text, _ in prefix)
    lines: list[Line] = []
    for number, row in enumerate(rows):
        wrapped = [wrap(cell, width) for cell, width in zip(row, widths, strict=False)]
        copied = " | ".join("".join(text for text, _ in cell).replace("\n", " ") for cell in row)
        for index in range(max((len(cell) for cell in wrapped), default=1)):
            spans: list[Span] = list(prefix)
            for column, width in enumerate(widths):
                if column:
                    spans.append((SEPARATOR, palette.faint))
                cell = wrapped[column] if column < len(wrapped) else []
                piece = cell[index][0] if index < len(cell) else []
                spans.extend(_aligned(piece, width, alignments[column] if column < len(alignments) else "", palette))
            line = make_line(spans, decoration, "" if index else "\n")
            lines.append(line._replace(copied="" if index else f"| {copied} |"))
        if header and not number:
            rule = "─┼─".join("─" * width for width in widths)
            copied_rule = "|".join(" --- " for _ in widths)
            line = make_line([*prefix, (rule, palette.faint)], decoration)
            lines.append(line._replace(copied=f"|{copied_rule}|"))
    return lines
