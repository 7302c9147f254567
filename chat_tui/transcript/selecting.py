"""Selected text in the transcript: what it looks like, and what is copied."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from rich.segment import Segment
from rich.style import Style
from textual.selection import Selection
from textual.strip import Strip

from chat_tui.transcript.lines import Line

ROW_BITS: Final = 32
"""A selection's y is the message's order above and the line within it below: heights elsewhere don't move it."""
RENDER_AT_MOST: Final = 50
"""Messages that a copy renders; those beyond give their source."""


def place(order: int, line: int) -> int:
    """Return the y that stands for `line` of the message with `order`."""
    return (order << ROW_BITS) + line


def highlighted(line: Line, selection: Selection, y: int, style: Style) -> Strip:
    """Return the strip of `line` with what is selected of it in `style`; decoration is never selected."""
    span = selection.get_span(y)
    if span is None:
        return line.strip
    start, end = max(span[0], line.decoration), span[1]
    segments: list[Segment] = []
    position = 0
    for text, base, _ in line.strip:
        stop = position + len(text)
        low = min(max(start - position, 0), len(text))
        high = len(text) if end == -1 else min(max(end - position, low), len(text))
        for piece, chosen in ((text[:low], False), (text[low:high], True), (text[high:], False)):
            if piece:
                segments.append(Segment(piece, (base or Style.null()) + style if chosen else base))
        position = stop
    return Strip(segments, line.strip.cell_length)


def selected_text(
    selection: Selection,
    orders: tuple[int, int],
    lines_of: Callable[[int], Sequence[Line]],
    text_of: Callable[[int], str],
) -> str:
    """Return what `selection` holds of the messages from the first to the last of `orders`."""
    start_order, start_row, start_x = orders[0], 0, 0
    end_order, end_row, end_x = orders[1], -1, -1
    if selection.start is not None:
        start_order, start_row = selection.start.y >> ROW_BITS, selection.start.y & ((1 << ROW_BITS) - 1)
        start_x = selection.start.x
    if selection.end is not None:
        end_order, end_row = selection.end.y >> ROW_BITS, selection.end.y & ((1 << ROW_BITS) - 1)
        end_x = selection.end.x
    parts: list[str] = []
    for order in range(max(start_order, orders[0]), min(end_order, orders[1]) + 1):
        inside = order not in (start_order, end_order) or (start_row == 0 and end_row == -1)
        if inside and end_order - start_order > RENDER_AT_MOST:
            parts.append(f"\n{text_of(order)}\n")
            continue
        lines = lines_of(order)
        low = start_row if order == start_order else 0
        high = end_row if order == end_order and end_row >= 0 else len(lines) - 1
        for row in range(low, min(high, len(lines) - 1) + 1):
            line = lines[row]
            left = start_x if order == start_order and row == start_row else 0
            right = end_x if order == end_order and row == end_row else -1
            parts.append((line.joint if parts else "") + cut(line, left, right))
    return "".join(parts).rstrip()


def cut(line: Line, left: int, right: int) -> str:
    """Return the characters of `line` from `left` to `right` (-1: to its end), without decoration and padding."""
    if left <= line.decoration and (right == -1 or right >= len(line.strip.text.rstrip())):
        return line.text
    text = line.strip.text.rstrip()
    return text[max(left, line.decoration) : None if right == -1 else max(right, line.decoration)]
