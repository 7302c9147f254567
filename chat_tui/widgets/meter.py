"""How full the context is, as a few cells of the status line."""

from __future__ import annotations

from math import ceil

from textual.content import Content

from chat_tui.cost.estimate import Context
from chat_tui.cost.written import format_tokens

CELLS = 8


def meter(context: Context, *, bar: bool = True, cells: int = CELLS) -> Content:
    """Return `context ▰▰▱▱▱▱▱▱ 18k/200k`, in the colour of a warning when little room is left.

    Args:
        context: How much of what is taken; nothing is shown where no limit is known.
        bar: Whether there is room for more than the figures.
        cells: Of the bar.
    """
    if not context.limit:
        return Content()
    figures = f"{format_tokens(context.used)}/{format_tokens(context.limit)}"
    style = "$text-warning" if context.is_nearly_full else ""
    if not bar:
        return Content.styled(figures, style)
    filled = min(ceil(context.share * cells), cells)
    return Content.assemble("context ", ("▰" * filled + "▱" * (cells - filled), style), " ", (figures, style))
