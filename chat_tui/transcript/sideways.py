"""Rows that are wider than the view: cut, with marks where they go on, and moved sideways."""

from __future__ import annotations

from typing import Final

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

GOES_ON: Final = "›"
BEGAN: Final = "‹"


def cut(strip: Strip, fixed: int, column: int, width: int, mark: Style, place: int) -> Strip:
    """Return what `width` cells show of `strip`, which is wider.

    Args:
        strip: The whole row.
        fixed: Characters at its start that stay where they are.
        column: The first cell after those that is shown.
        width: Cells.
        mark: The style of the marks.
        place: The y that selections know the row by; their x counts the characters of the whole row.
    """
    gutter = cell_len(strip.text[:fixed])
    room = max(1, width - gutter)
    body = strip.crop(gutter)
    start, end = column, column + room
    parts = [strip.crop(0, gutter).apply_offsets(0, place)]
    if column and body.cell_length:
        start += 1
        parts.append(Strip([Segment(BEGAN, mark)]))
    goes_on = body.cell_length > end
    hidden = len(body.crop(0, start).text)
    hidden -= cell_len(body.text[:hidden]) > start  # half of a wide character is shown, as a space
    parts.append(body.crop(start, end - goes_on).apply_offsets(fixed + hidden, place))
    if goes_on:
        parts.append(Strip([Segment(GOES_ON, mark)]))
    return Strip.join(parts)
