"""Plain words at the end of an open paragraph: they go on in its last row without reading the paragraph again."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from rich.segment import Segment
from textual.strip import Strip

from chat_tui.transcript.lines import Line, Sections
from chat_tui.transcript.wrap import cells

_PLAIN: Final = re.compile(r"(?:[^\W_]|[ ,])+")
_PLAIN_END: Final = re.compile(r"(?:[^\W_]|[ ,]){2,}\Z")
_MARKED: Final = re.compile(r"[ \t]*\[|.*[$|<&\\]", re.DOTALL)
"""A line that may be a definition, hold a formula, be a row of a table: words in it may be shown otherwise."""
LOOK_BACK: Final = 24
"""Characters before the new ones that must be shown as they are written."""


def with_plain_words(lines: Sequence[Line], before: str, text: str, width: int) -> Sections | None:
    """Return `lines` with `text` at their end, None when that isn't sure to be how it will look.

    Args:
        lines: What is shown of an open end that is no fence.
        before: The line of source that `text` goes on with.
        text: What came.
        width: Cells for running text: what is longer must be wrapped.
    """
    sections = [section for _, section in lines.sections] if isinstance(lines, Sections) else []
    if not (sections and sections[-1] and isinstance(sections[-1], list)) or not _PLAIN.fullmatch(text):
        return None
    run = _PLAIN_END.search(before, max(0, len(before) - LOOK_BACK))
    if run is None or _MARKED.match(before) or not any(character.isalpha() for character in run[0]):
        return None
    *others, last = sections[-1]
    shown = run[0].rstrip(" ")
    added = (run[0][len(shown) :] + text).rstrip(" ")
    segments = list(last.strip)
    if not segments or not segments[-1].text.endswith(shown.lstrip(" ")) or not last.text.endswith(shown):
        return None
    end, style, _ = segments[-1]
    if (style and style.meta) or last.strip.cell_length + cells(added) > width:
        return None
    segments[-1] = Segment(end + added, style)
    copied = None if last.copied is None else last.copied + added
    return Sections([*sections[:-1], [*others, last._replace(strip=Strip(segments), copied=copied)]])
