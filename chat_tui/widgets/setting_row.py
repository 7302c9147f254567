"""A setting, as a row of a list and as lines about it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from textwrap import wrap

from rich.cells import cell_len
from textual.content import Content

from chat_tui.text import one_line, printable
from chat_tui.widgets.row_list import Piece, Role, fitted

ORIGIN_ROOM = 17
_ORIGIN_FROM = 50
"""Cells of a row from which on there is room for the layer, which the lines about it tell too."""
_LABEL_ROOM = 0.38
_MOST_LABEL, _LEAST_LABEL = 34, 12
_LEAST_VALUE = 8
_GAP = 2
_VALUE_LINES = 6
_DIM, _ACCENT, _WARNING = "$foreground-muted", "$primary", "$text-warning"


@dataclass(frozen=True, slots=True)
class SettingRow:
    """How a setting is shown in a list.

    Args:
        label: Its name for people.
        value: What holds; empty when nothing does.
        origin: The layer that says so; empty when none does.
        is_own: Whether this chat says so.
        remark: What stands behind a value that is set in vain, in few words; without a value the label is dim.
    """

    label: str
    value: str = ""
    origin: str = ""
    is_own: bool = False
    remark: str = ""

    def pieces(self, width: int, hits: Collection[int] = ()) -> Iterator[Piece]:
        """Yield the row in `width` cells: a mark, the label, the value, and at the right where it is from.

        Args:
            width: Cells.
            hits: Places in the label that what was typed fits.
        """
        is_heeded = not self.remark
        mark = "●" if self.is_own else "!" if self.value and not is_heeded else " "
        yield f"{mark} ", "mark" if self.is_own and is_heeded else "warning"
        room = max(min(int(width * _LABEL_ROOM), _MOST_LABEL), _LEAST_LABEL)
        yield from _marked(fitted(self.label, room - _GAP), hits, "plain" if is_heeded or self.value else "dim")
        yield " " * _GAP, "plain"
        origin = self.origin if width >= _ORIGIN_FROM else ""
        left = max(width - 2 - room - (ORIGIN_ROOM if origin else 1), 1)
        if self.value and self.remark:
            shown = one_line(self.value, left)
            cells = min(cell_len(shown), max(left - cell_len(self.remark) - _GAP, _LEAST_VALUE))
            yield fitted(shown, cells), "plain"
            gap = min(_GAP, left - cells)
            yield " " * gap, "plain"
            yield fitted(self.remark, left - cells - gap), "warning"
        elif self.value:
            yield fitted(self.value, left), "plain" if self.is_own else "dim"
        else:
            yield fitted("–", left), "dim"
        if origin:
            yield fitted(origin, ORIGIN_ROOM - 1).strip().rjust(ORIGIN_ROOM - 1), "mark" if self.is_own else "dim"


@dataclass(frozen=True, slots=True)
class SettingFacts:
    """What is told of the highlighted setting.

    Args:
        label: Its name for people.
        names: Its dotted name, and its slash command.
        help: What it does, as a sentence.
        range: What it may be, as a phrase.
        price: What it costs, as a sentence; empty when nothing.
        warning: Why the model has no use for it, as a sentence.
        layers: What each layer says, the lowest first: its name and the value.
        winner: Which of them counts; -1 when none does.
        hint: How it is changed, as a sentence.
    """

    label: str
    names: Sequence[str]
    help: str
    range: str
    price: str = ""
    warning: str = ""
    layers: Sequence[tuple[str, str]] = ()
    winner: int = -1
    hint: str = ""

    def content(self, width: int) -> Content:
        """Return the lines about it, each of at most `width` cells."""
        lines = [Content.assemble((one_line(self.label), "bold"), ("  " + "  ".join(self.names), _DIM))]
        lines += _wrapped(self.help, width, "")
        lines += _wrapped(self.range, width, _DIM)
        lines += _wrapped(self.warning, width, _WARNING)
        room = max((cell_len(name) for name, _ in self.layers), default=0) + _GAP
        for place, (name, value) in enumerate(self.layers):
            counts = place == self.winner
            shown = [part for line in printable(value).split("\n") for part in wrap(line, max(width - room, 8)) or [""]]
            if len(shown) > _VALUE_LINES:
                shown = [*shown[: _VALUE_LINES - 1], "…"]
            for number, part in enumerate(shown):
                label = fitted("" if number else one_line(name), room)
                lines.append(Content.assemble((label, _DIM), (part, _ACCENT if counts else _DIM)))
        lines += _wrapped(self.price, width, _DIM)
        lines += _wrapped(self.hint, width, _DIM)
        return Content("\n").join(lines)


def _wrapped(text: str, width: int, style: str) -> list[Content]:
    return [Content.styled(line, style) for line in wrap(one_line(text), max(width, 8))]


def _marked(text: str, hits: Collection[int], role: Role) -> Iterator[Piece]:
    """Yield `text` with the places that were typed standing out."""
    run, now = "", role
    for place, character in enumerate(text):
        wanted: Role = "hit" if place in hits and character != " " else role
        if wanted != now:
            yield run, now
            run, now = "", wanted
        run += character
    yield run, now
