"""How likely the tokens of a reply were, as rows: each with its probability and what could have been in its place."""

from __future__ import annotations

from collections.abc import Sequence
from math import exp
from typing import Final

from rich.style import Style

from chat_tui.conversation.values import Chance, Likely
from chat_tui.text import printable
from chat_tui.transcript.context import INDENT, Context, blank
from chat_tui.transcript.heights import Heights
from chat_tui.transcript.lines import Code, LazyLines, Line, Span, make_line
from chat_tui.transcript.wrap import cells

FOLD: Final = "chances"
"""What the rows are called where they fold."""
_TOKEN_CELLS: Final = 16
_OTHER_CELLS: Final = 19
_GAP: Final = 2
_SPACES: Final = str.maketrans({"\n": "⏎", "\t": "⇥"})
_EVEN: Final = 0.5


def shown_token(likely: Likely) -> str:
    """Return a token in quotes, with its white space to be seen; what is only a part of a character, as its bytes."""
    text = likely.text
    if likely.data:
        try:
            text = likely.data.decode()
        except UnicodeDecodeError:
            return f"bytes {likely.data.hex(' ').upper()}"
    return f"“{printable(text).translate(_SPACES)}”"


def percent(likely: Likely) -> str:
    """Return how likely a token was, for people; `–` where the server didn't say."""
    if likely.logprob is None:
        return "–"
    value = 100 * exp(min(0.0, likely.logprob))
    return "< 0.1 %" if value < 0.05 else f"{value:.1f} %"


def as_table(chances: Sequence[Chance]) -> str:
    """Return the tokens with their probabilities as lines for a spreadsheet, their columns divided by tabs."""
    return "\n".join(
        "\t".join(
            cell for likely in (token, *_others(token, likeliest)) for cell in (shown_token(likely), percent(likely))
        )
        for token, likeliest in chances
    )


def _others(token: Likely, likeliest: Sequence[Likely]) -> list[Likely]:
    return [likely for likely in likeliest if (likely.text, likely.data) != (token.text, token.data)]


class ChanceLines(LazyLines):
    """A line that says how many tokens there are, and unfolded the rows of each token.

    Args:
        message_id: Whose tokens they are, for clicks on the line.
    """

    def __init__(self, chances: Sequence[Chance], context: Context, message_id: str, *, unfolded: bool) -> None:
        self._chances = chances
        self._context = context
        self._unfolded = unfolded
        self._style = context.palette.dim + Style(meta={"fold": message_id, "part": FOLD})
        self._before = 2 * len(INDENT) + _TOKEN_CELLS + _GAP + len("100.0 %")
        self._columns = (context.width - 1 - self._before) // (_GAP + _OTHER_CELLS)
        self._heights = Heights(self._rows(chance) for chance in chances) if unfolded else Heights()

    def __len__(self) -> int:
        return 2 + self._heights.total

    def _rows(self, chance: Chance) -> int:
        # The token itself is nearly always among them; where it isn't, one row may be left empty.
        others = len(chance.likeliest) - (chance.token in chance.likeliest)
        return max(1, -(-others // self._columns)) if self._columns > 0 else 1 + others

    def code(self) -> list[Code]:
        """Return that the line is where the reader folds and unfolds."""
        return [Code(range(1, 2), 1, FOLD)]

    def line(self, row: int) -> Line:
        """Return the line at `row`."""
        context, palette = self._context, self._context.palette
        if row == 0:
            return blank(context)
        if row == 1:
            mark, count = "▾" if self._unfolded else "▸", len(self._chances)
            told = f"{mark} probabilities of {count:,} token{'s' * (count != 1)}"
            return make_line([(INDENT, self._style), (told, self._style)], len(INDENT))
        place = self._heights.find(row - 2)
        token, likeliest = self._chances[place]
        within = row - 2 - self._heights.start(place)
        others = _others(token, likeliest)
        if self._columns > 0:
            others = others[within * self._columns :][: self._columns]
        else:  # too narrow for both: a row for each
            others = others[within - 1 : within] if within else []
        spans: list[Span] = [(INDENT, palette.text), ("│ ", palette.faint)]
        if within:
            spans.append((" " * (self._before - 2 * len(INDENT)) * (self._columns > 0), palette.dim))
        else:
            is_doubtful = token.logprob is not None and exp(min(0.0, token.logprob)) < _EVEN
            spans.append((_in_cells(shown_token(token), _TOKEN_CELLS), palette.text))
            spans.append((" " * _GAP + percent(token).rjust(7), palette["warning"] if is_doubtful else palette.dim))
        spans += [
            (" " * _GAP + _in_cells(shown_token(likely), _OTHER_CELLS - 8) + percent(likely).rjust(8), palette.dim)
            for likely in others
        ]
        return make_line(spans, 2 * len(INDENT))


def _in_cells(text: str, width: int) -> str:
    """Return `text` in exactly `width` cells, cut with … when it is wider."""
    if cells(text) > width:
        while cells(text) > width - 2:
            text = text[: min(len(text) - 1, width)]
        text += "…”" if text.startswith("“") else "…"
    return text + " " * (width - cells(text))
