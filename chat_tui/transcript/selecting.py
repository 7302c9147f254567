"""Selected text in the transcript: what it looks like, and what is copied."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Offset
from textual.selection import Selection
from textual.strip import Strip

from chat_tui.transcript.lines import Address, Line, Sections

if TYPE_CHECKING:
    from chat_tui.transcript.message import Item

ROW_BITS: Final = 32


def place(order: int, address: Address) -> int:
    """Return the y that stands for a line of the message with `order`: heights elsewhere don't move it."""
    return (((order << ROW_BITS) + address.section) << ROW_BITS) + address.row


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


class _Rows(NamedTuple):
    """Rows of one message that are selected, the last one included, and from where to where in the outer ones."""

    low: int
    left: int
    high: int
    right: int
    """A character of the strip; -1 stands for its end."""

    @classmethod
    def among(cls, lines: Sections, low: Address | None, left: int, high: Address | None, right: int) -> _Rows:
        """Return the rows of `lines` from an address to another; one that isn't there is where they begin or end."""
        lines.make(low.section if low else 0, high.section + 1 if high else None)
        return cls(
            lines.row(low) if low else 0,
            left if low else 0,
            lines.row(high) if high else len(lines) - 1,
            right if high else -1,
        )

    def part(self, line: Line, row: int) -> str:
        """Return what is selected of `line`, which is `row`."""
        left, right = self.left if row == self.low else 0, self.right if row == self.high else -1
        if self.low < self.high and (line.copied or "").lstrip("> ").startswith("|"):
            return line.text  # half a row of a table is no row
        text = cut(line, left, right)
        return text if text or self.low < self.high else _seen(line, left, right)

    def reach_over(self, line: Line, row: int) -> bool:
        """Tell whether all of `line`, which is `row`, is selected."""
        starts = row > self.low or (row == self.low and self.left <= line.decoration)
        ends = row < self.high or (row == self.high and (self.right == -1 or self.right >= _width(line)))
        return starts and ends


def selected_text(
    selection: Selection, items: Sequence[Item], first_order: int, lines_of: Callable[[int], Sections]
) -> str:
    """Return what `selection` holds: messages as they were received, and of those at its ends what is seen.

    Args:
        selection: Its rows are those of `place`; an end that it lacks is that of the conversation.
        items: All messages.
        first_order: The order of the first of them.
        lines_of: Returns the lines of the message with a number.
    """
    first, low, left = (0, None, 0) if selection.start is None else _placed(selection.start, first_order)
    last, high, right = (len(items) - 1, None, -1) if selection.end is None else _placed(selection.end, first_order)
    if first < 0:  # what began there is gone
        first, low, left = 0, None, 0
    found: list[str] = []
    for index in range(first, min(last, len(items) - 1) + 1):
        begin, end = low if index == first else None, high if index == last else None
        if begin is None and end is None and (items[index].text or first < index < last):
            found.append(items[index].text)
            continue
        rows = _Rows.among(lines_of(index), begin, left, end, right)
        found.append(_of_message(items[index], lines_of(index), rows, alone=first == last))
    return "\n\n".join(text.strip("\n") for text in found if text.strip()).rstrip()


def _placed(offset: Offset, first_order: int) -> tuple[int, Address, int]:
    """Return the number of the message, the line and the character that `offset` stands for."""
    line = offset.y & ((1 << 2 * ROW_BITS) - 1)
    address = Address(line >> ROW_BITS, line & ((1 << ROW_BITS) - 1))
    return (offset.y >> 2 * ROW_BITS) - first_order, address, offset.x


def _of_message(item: Item, lines: Sections, rows: _Rows, *, alone: bool) -> str:
    """Return what is selected of one message: without what we wrote above and below it, unless that is all."""
    text = item.text_rows
    while rows.high > rows.low > text.start and not (lines[rows.low].joint or lines[rows.low].text):
        rows = rows._replace(low=rows.low - 1, left=0)  # a row of a table goes on here, or the line under a heading
    inside = range(max(rows.low, text.start), min(rows.high + 1, text.stop))
    if not inside:
        return "".join(_plain(lines, range(rows.low, rows.high + 1), rows, follows=False))
    thought = item.reasoning_rows
    thought = range(max(rows.low, thought.start), min(rows.high + 1, thought.stop))
    if inside == text and rows.reach_over(lines[text.start], text.start) and rows.reach_over(lines[text[-1]], text[-1]):
        body = item.text
    else:
        body = _of_text(item, lines, inside, rows, fenced=not alone)
    above = "".join(_plain(lines, thought, rows, follows=False))
    return f"{above}\n\n{body}" if above else body


def _of_text(item: Item, lines: Sections, wanted: range, rows: _Rows, *, fenced: bool) -> str:
    """Return `wanted` rows of the text; code has its fences among other text, and always with `fenced`."""
    blocks = [
        (number, code.rows, code.first)
        for number, code in enumerate(lines.code())
        if code.fold is None and _overlap(code.rows, wanted)
    ]
    from chat_tui.transcript.copying import code_blocks

    sources = code_blocks(item.text) if blocks else []
    parts: list[str] = []
    place = wanted.start
    for number, block, first in blocks:
        parts += _plain(lines, range(place, block.start), rows, follows=bool(parts))
        code = _overlap(block, wanted)
        body = _of_code(lines, range(first, block.stop), code, rows, sources[number] if number < len(sources) else None)
        others = (*range(wanted.start, code.start), *range(code.stop, wanted.stop))
        if fenced or any(lines[row].text.strip() for row in others):
            longest = max((len(run) for run in re.findall(r"^ *(`{3,})", body, re.MULTILINE)), default=2)
            fence = "`" * (longest + 1)
            body = f"{fence}{(lines[block.start].copied or '').lstrip('`')}\n{body}\n{fence}"
        parts.append(f"\n{body}" if parts else body)
        place = code.stop
    return "".join(parts + _plain(lines, range(place, wanted.stop), rows, follows=bool(parts)))


def _overlap(one: range, other: range) -> range:
    return range(max(one.start, other.start), min(one.stop, other.stop))


def _of_code(lines: Sections, block: range, wanted: range, rows: _Rows, source: str | None) -> str:
    """Return `wanted` rows of a code block, whole lines as `source` has them: with their tabs."""
    first, last = block.start, block.stop - 1
    all_rows = wanted.start <= first <= last < wanted.stop
    if all_rows and source is not None and all(rows.reach_over(lines[row], row) for row in (first, last)):
        return source
    shown = range(max(first, wanted.start), wanted.stop)
    if source is None or "\t" not in source or not shown:
        return "".join(_plain(lines, shown, rows, follows=False))
    originals = source.split("\n")
    number = sum(lines[row].joint == "\n" for row in range(first + 1, shown.start + 1))
    found: list[str] = []
    while shown:
        stop = next((row for row in range(shown.start + 1, block.stop) if lines[row].joint), block.stop)
        group = range(shown.start, min(stop, shown.stop))
        whole = lines[group.start].joint and stop <= shown.stop and number < len(originals)
        if whole and all(rows.reach_over(lines[row], row) for row in (group.start, group.stop - 1)):
            found.append(originals[number])
        else:
            found.append("".join(_plain(lines, group, rows, follows=False)))
        number, shown = number + 1, range(group.stop, shown.stop)
    return "\n".join(found)


def _plain(lines: Sections, wanted: Sequence[int], rows: _Rows, *, follows: bool) -> list[str]:
    """Return the text of rows, each with what stood before it in the source."""
    found: list[str] = []
    below = 0
    for row in wanted:
        if row < below:
            continue
        line = lines[row]
        text = rows.part(line, row)
        if line.whole is not None and rows.reach_over(line, row):
            source, count = line.whole
            if row + count - 1 in wanted and rows.reach_over(lines[row + count - 1], row + count - 1):
                text, below = source, row + count
        found.append((line.joint if found or follows else "") + text)
    return found


def cut(line: Line, left: int, right: int) -> str:
    """Return the characters of `line` from `left` to `right` (-1: to its end), without decoration and padding."""
    if left <= line.decoration and (right == -1 or right >= _width(line)):
        return line.text
    return _seen(line, left, right)


def _seen(line: Line, left: int, right: int) -> str:
    stop = _width(line)
    return line.strip.text[max(left, line.decoration) : stop if right == -1 else min(max(right, line.decoration), stop)]


def _width(line: Line) -> int:
    """Return the characters of `line` up to where its text ends; a time may stand behind that."""
    text = line.strip.text.rstrip()
    if line.copied and text.startswith(line.copied, line.decoration):
        return line.decoration + len(line.copied)
    return len(text)
