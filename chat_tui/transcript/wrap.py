"""Breaking styled text into lines of a given width in cells."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.cells import cell_len, split_graphemes

from chat_tui.transcript.lines import Span

TAB_SIZE = 4


def cells(text: str) -> int:
    """Return the width of `text` in cells."""
    return len(text) if text.isascii() else cell_len(text)


def _limit(text: str, position: int, width: int) -> int:
    """Return the end of what fits into `width` cells from `position`; at least one grapheme."""
    piece = text[position : position + width + 1]
    if piece.isascii():
        return position + width
    # Graphemes of several code points (emoji sequences, combining marks) may need more text than cells.
    reach = width + 8
    while True:
        graphemes, _ = split_graphemes(text[position : position + reach])
        used, end = 0, 0
        for _start, stop, size in graphemes:
            if used + size > width and end:
                return position + end
            used, end = used + size, stop
        if position + reach >= len(text) or reach > 4 * width + 16:
            return position + end
        reach *= 2


def _breaks(text: str, width: int) -> Iterator[tuple[int, int, str]]:
    """Yield (start, end, joint) for each line of `text`, which holds no newline."""
    position, joint, length = 0, "\n", len(text)
    ascii_only = text.isascii()
    while True:
        if length - position <= width and (ascii_only or cell_len(text[position:]) <= width):
            yield position, length, joint
            return
        limit = _limit(text, position, width)
        if limit >= length:
            yield position, length, joint
            return
        space = limit if text[limit] == " " else text.rfind(" ", position, limit)
        wide = not ascii_only and max(text[limit - 1], text[limit]) > "\u2e7f"
        if space > position and not (wide and limit - space > width // 8) and text[position:space].strip(" "):
            after = space
            while after < length and text[after] == " ":
                after += 1
            yield position, space, joint
            joint = text[space:after]
            if after == length:
                yield after, length, joint
                return
            position = after
        else:
            yield position, limit, joint
            joint, position = "", limit


def _slice(spans: Sequence[Span], start: int, end: int, cursor: tuple[int, int]) -> tuple[list[Span], tuple[int, int]]:
    """Return what `spans` hold in [start, end), and where to look for what comes after.

    The cursor is (index of a span, where its text starts).
    """
    index, offset = cursor
    found: list[Span] = []
    while index < len(spans):
        text, style = spans[index]
        stop = offset + len(text)
        if stop > start and offset < end:
            found.append((text[max(0, start - offset) : end - offset], style))
        if stop > end:
            break
        index, offset = index + 1, stop
    return found, (index, offset)


def wrap(spans: Sequence[Span], width: int) -> list[tuple[list[Span], str]]:
    """Return `spans` as lines of at most `width` cells, each with its joint to the line above.

    Newlines in the text end lines. A single grapheme wider than `width` has a line of its own.
    """
    width = max(1, width)
    spans = [(text.expandtabs(TAB_SIZE), style) for text, style in spans]
    lines: list[tuple[list[Span], str]] = []
    offset, cursor = 0, (0, 0)
    for hard in "".join(text for text, _ in spans).split("\n"):
        for start, end, joint in _breaks(hard, width):
            piece, cursor = _slice(spans, offset + start, offset + end, cursor)
            lines.append((piece, joint))
        offset += len(hard) + 1
    return lines
