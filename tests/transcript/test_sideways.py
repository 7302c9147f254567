"""Rows that are wider than the view, cut and moved."""

from __future__ import annotations

import pytest
from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from chat_tui.transcript.sideways import cut

ROW = Strip([Segment("  │ "), Segment("abc", Style(bold=True)), Segment("def"), Segment("日本語"), Segment("xyz")])


@pytest.mark.parametrize(
    ("column", "width", "shown", "first"),
    [
        (0, 10, "  │ abcde›", 4),
        (0, 19, "  │ abcdef日本語xyz", 4),
        (3, 10, "  │ ‹ef日›", 8),
        (9, 16, "  │ ‹語xyz", 12),
        (8, 16, "  │ ‹ 語xyz", 11),
        (40, 10, "  │ ‹", None),
        (0, 4, "  │ ›", None),
    ],
)
def test_a_row_is_cut_with_marks_and_known_by_its_characters(
    column: int, width: int, shown: str, first: int | None
) -> None:
    strip = cut(ROW, 4, column, width, Style(color="red"), 77)
    assert strip.text.rstrip() == shown
    assert cell_len(strip.text) <= max(width, 5)
    placed = [(text, style.meta["offset"]) for text, style, _ in strip if style and "offset" in style.meta][1:]
    assert [y for _, (_, y) in placed] == [77] * len(placed)
    assert next((x for text, (x, _) in placed if text), None) == first
    for text, (x, _) in placed:
        assert all(here in (" ", there) for here, there in zip(text, ROW.text[x:], strict=False))
