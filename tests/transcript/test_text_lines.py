"""Lines of text in rows: nothing is lost, or wider than there is room for, or made before it is seen."""

from __future__ import annotations

import pytest
from rich.cells import cell_len

from chat_tui.transcript.json_tree import Tree
from chat_tui.transcript.sheet import json_section
from chat_tui.transcript.text_lines import TextLine, TextLines, text_lines
from tests.transcript.samples import context

WIDTH = 20
ROOM = 17


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("", 1),
        ("x" * ROOM, 1),
        ("x" * (ROOM + 1), 2),
        ("é" * ROOM, 1),
        ("“" * ROOM, 1),
        ("東" * 8, 1),
        ("東" * 9, 2),
        ("x東" * 6, 2),
        ("🍵" * 100, 13),
        ("\x1b[31m\x9b\u202e" + "x" * 10, 1),
    ],
)
def test_a_row_has_what_fits_and_all_rows_have_all(text: str, rows: int) -> None:
    lines = TextLines([TextLine(text)], context(WIDTH))
    found = [line.strip.text[2:] for line in lines]
    assert len(found) == len(lines) == rows
    assert all(cell_len(row) <= ROOM for row in found)
    assert len("".join(found)) == len(text)
    assert not any(character in "".join(found) for character in "\x1b\x9b\u202e")


def test_very_much_text_is_only_cut_where_it_is_looked_at() -> None:
    lines = TextLines([*text_lines("a\nb"), TextLine("東x" * 5_000_000), TextLine("end", mark=" +")], context(WIDTH))
    assert len(lines) == 1_250_003
    assert lines.line(1_000_000).strip.text == "  東x東x東x東x"
    assert lines.line(len(lines) - 1).strip.text == " +end"


@pytest.mark.parametrize(
    ("text", "is_tree"),
    [('{"a": [1, {"b": 2}]}', True), ("5", False), ("{", False), (f'["{"x" * 4_000_000}"]', False)],
    ids=["tree", "number", "broken", "long"],
)
def test_json_is_a_tree_unless_it_is_none_or_too_long(text: str, is_tree: bool) -> None:
    assert isinstance(json_section(text, text), Tree) == is_tree
