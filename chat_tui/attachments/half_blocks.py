"""Thumbnails as text: half of a cell for each pixel, in the colours that a terminal with true colour has."""

from __future__ import annotations

from rich.color import Color
from rich.style import Style

from chat_tui.attachments.thumbnails import Thumbnail

Rgb = tuple[int, int, int]
_UPPER, _LOWER = "▀", "▄"
_OPAQUE = 255


def half_blocks(thumbnail: Thumbnail, row: int, background: Rgb) -> list[tuple[str, Style]]:
    """Return a row of `thumbnail` as pieces of text in a style each; neighbours that look alike are one piece.

    Args:
        thumbnail: The picture.
        row: Which of its rows.
        background: What shines through where it is clear.
    """
    upper = _colours(thumbnail, 2 * row, background)
    lower = _colours(thumbnail, 2 * row + 1, background)
    pieces: list[tuple[str, Style]] = []
    before: tuple[Rgb | None, Rgb | None] | None = None
    for above, below in zip(upper, lower, strict=True):
        if (above, below) == before:
            text, style = pieces[-1]
            pieces[-1] = (text + text[0], style)
        else:
            pieces.append(_cell(above, below, background))
        before = above, below
    return pieces


def _cell(above: Rgb | None, below: Rgb | None, background: Rgb) -> tuple[str, Style]:
    """Return a cell of two pixels; None for one that isn't seen."""
    if above is None and below is None:
        return " ", Style(bgcolor=_color(background))
    if above is None:
        return _LOWER, Style(color=_color(below or background), bgcolor=_color(background))
    return _UPPER, Style(color=_color(above), bgcolor=_color(below or background))


def _colours(thumbnail: Thumbnail, line: int, background: Rgb) -> list[Rgb | None]:
    """Return the colours of a line of pixels; None for those that are clear."""
    start = 4 * thumbnail.columns * line
    pixels = thumbnail.pixels[start : start + 4 * thumbnail.columns]
    return [
        _over(pixels[place], pixels[place + 1], pixels[place + 2], pixels[place + 3], background)
        for place in range(0, len(pixels), 4)
    ]


def _over(red: int, green: int, blue: int, opacity: int, background: Rgb) -> Rgb | None:
    if opacity == _OPAQUE:
        return red, green, blue
    if opacity == 0:
        return None
    mixed = (
        (value * opacity + under * (_OPAQUE - opacity)) // _OPAQUE
        for value, under in zip((red, green, blue), background, strict=True)
    )
    return tuple(mixed)  # type: ignore[return-value]  # of three, as it was


def _color(rgb: Rgb) -> Color:
    return Color.from_rgb(*rgb)
