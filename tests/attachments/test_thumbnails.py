"""Thumbnails: the colours of the picture, and a sentence for what is none."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageStat
from rich.style import Style

from chat_tui.attachments.half_blocks import half_blocks
from chat_tui.attachments.thumbnails import NoPictureError, Thumbnail, fit, make_thumbnail, measure
from tests.attachments.files import exif, picture
from tests.attachments.wrong import bomb

BACKGROUND = (20, 40, 60)


def scene(form: str, mode: str = "RGB") -> bytes:
    """Return a picture of four fields and a disc."""
    made = Image.new("RGB" if mode == "P" else mode, (240, 160), (0, 0, 0, 0) if mode == "RGBA" else (250, 250, 240))
    draw = ImageDraw.Draw(made)
    draw.rectangle((0, 0, 119, 79), fill=(200, 30, 30))
    draw.rectangle((120, 80, 239, 159), fill=(30, 60, 200))
    draw.ellipse((70, 40, 170, 120), fill=(240, 200, 20))
    made = made.quantize(16) if mode == "P" else made
    file = io.BytesIO()
    made.save(file, form, **({"quality": 95} if form in ("JPEG", "WEBP") else {}))
    return file.getvalue()


def mean(pixels: list[tuple[int, int, int]]) -> tuple[float, ...]:
    return tuple(sum(channel) / len(pixels) for channel in zip(*pixels, strict=True))


def shown(thumbnail: Thumbnail) -> list[list[tuple[int, int, int]]]:
    """Return the colours of the half cells of a thumbnail, line by line."""
    lines: list[list[tuple[int, int, int]]] = []
    for row in range(thumbnail.rows):
        upper: list[tuple[int, int, int]] = []
        lower: list[tuple[int, int, int]] = []
        for text, style in half_blocks(thumbnail, row, BACKGROUND):
            front, back = _rgb(style, front=True), _rgb(style, front=False)
            for character in text:
                upper.append(front if character == "▀" else back)
                lower.append(front if character == "▄" else back)
        lines += [upper, lower]
    return lines


def _rgb(style: Style, *, front: bool) -> tuple[int, int, int]:
    color = style.color if front else style.bgcolor
    red, green, blue = color.get_truecolor() if color is not None else BACKGROUND
    return red, green, blue


@pytest.mark.parametrize(
    ("form", "mode"), [("PNG", "RGB"), ("JPEG", "RGB"), ("WEBP", "RGB"), ("PNG", "RGBA"), ("PNG", "P")]
)
def test_each_quarter_has_the_mean_colours_of_the_picture(form: str, mode: str) -> None:
    content = scene(form, mode)
    whole = Image.new("RGBA", (240, 160), (*BACKGROUND, 255))
    whole.alpha_composite(Image.open(io.BytesIO(content)).convert("RGBA"))
    columns, rows = fit(240, 160, 48, 20)
    lines = shown(make_thumbnail(content, columns, rows))
    height, width = len(lines), len(lines[0])
    assert (width, height) == (48, 32)
    for left, top in ((0, 0), (1, 0), (0, 1), (1, 1)):
        quarter = whole.convert("RGB").crop((left * 120, top * 80, left * 120 + 120, top * 80 + 80))
        expected = ImageStat.Stat(quarter).mean
        part = [
            lines[y][x]
            for y in range(top * height // 2, (top + 1) * height // 2)
            for x in range(left * width // 2, (left + 1) * width // 2)
        ]
        assert mean(part) == pytest.approx(expected, abs=4)


@pytest.mark.parametrize(
    ("width", "height", "room", "cells"),
    [
        (1024, 1024, (64, 18), (36, 18)),
        (1344, 768, (64, 18), (63, 18)),
        (768, 1344, (64, 18), (21, 18)),
        (1536, 672, (64, 18), (64, 14)),
        (8, 8, (64, 18), (8, 4)),
        (1, 1, (64, 18), (1, 1)),
        (10_000, 1, (64, 18), (64, 1)),
        (1, 10_000, (64, 18), (1, 18)),
        (None, None, (64, 18), (36, 18)),
        (100, 100, (0, 0), (1, 1)),
    ],
)
def test_a_picture_fits_and_keeps_its_shape(
    width: int | None, height: int | None, room: tuple[int, int], cells: tuple[int, int]
) -> None:
    assert fit(width, height, *room) == cells


def test_a_picture_is_turned_as_it_asks_for(tmp_path: Path) -> None:
    file = tmp_path / "turned.jpg"
    file.write_bytes(picture("JPEG", (48, 32), exif=exif(orientation=6), quality=95))
    measures = measure(file)
    assert measures == ("image/jpeg", 32, 48)
    lines = shown(make_thumbnail(file, 32, 24))
    above, below = lines[4][16], lines[-5][16]
    assert above[0] > 150 > above[2]
    assert below[2] > 150 > below[0]


def huge_file(path: Path) -> Path:
    with path.open("wb") as file:
        file.truncate(2_000_000_000)
    return path


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda _: bomb(60_000, 60_000), "too many pixels"),
        (lambda _: bomb(12_000, 12_000), "12,000 × 12,000 pixels: too many"),
        (lambda _: scene("PNG")[:-400], "is damaged"),
        (lambda _: scene("JPEG")[:30], "is damaged"),
        (lambda _: b"", "no picture"),
        (lambda _: b"<svg xmlns='http://www.w3.org/2000/svg'/>", "no picture"),
        (lambda _: picture("TIFF"), "no picture"),
        (lambda path: huge_file(path / "huge.png"), "more than 100 MB"),
    ],
)
def test_what_can_not_be_shown_says_why(
    tmp_path: Path, make: Callable[[Path], bytes | Path], sentence: str, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(NoPictureError, match=sentence):
        make_thumbnail(make(tmp_path), 20, 10)
    assert capfd.readouterr() == ("", "")
