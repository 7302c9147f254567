"""What rendering depends on besides the source, and the measures that all rows share."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from chat_tui.transcript.lines import Line, make_line
from chat_tui.transcript.styles import Palette
from chat_tui.transcript.syntax import Definitions

if TYPE_CHECKING:
    from chat_tui.transcript.pictures import Pictures

MEASURE: Final = 100
"""Cells of running text that are comfortable to read."""
INDENT: Final = "  "
BAR: Final = "▌ "
"""What stands before the rows of a prompt."""


@dataclass(slots=True)
class Context:
    """What rendering depends on besides the source."""

    width: int
    palette: Palette
    markdown: bool
    definitions: Definitions = field(default_factory=Definitions)
    """What the message's links and footnotes mean."""
    math: bool = True
    """Formulas are shown readably, not as their source."""
    wrap_code: bool = True
    """Long lines of code go on in the next row; otherwise they are as long as they are."""
    pictures: Pictures | None = None
    """The thumbnails; without them pictures have none."""

    @property
    def measure(self) -> int:
        """Cells for running text, with the indent."""
        return max(8, min(self.width - 1, MEASURE + len(INDENT)))


def blank(context: Context) -> Line:
    """Return an empty line."""
    return make_line([(INDENT, context.palette.text)], len(INDENT))
