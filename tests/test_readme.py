"""The README says what the sources say, and what it points to is there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape

import pytest

from chat_tui.demo.server import DemoServer
from tests import screenshots
from tests.readme import README, SECTIONS, generated

_LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)|(?:src|href)=\"([^\"]+)\"")
_TEXT = re.compile(r"<text[^>]*>([^<]*)</text>")
_FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)


def test_generated_sections_are_fresh() -> None:
    text = README.read_text("utf-8")
    assert generated(text) == text, "stale: run `python -m tests.readme`"


@pytest.mark.parametrize("name", SECTIONS)
def test_a_stale_section_is_found(name: str) -> None:
    text = README.read_text("utf-8")
    stale = text.replace(f"<!-- {name} -->\n", f"<!-- {name} -->\nOld.\n")
    assert stale != text
    assert generated(stale) == generated(text)


def test_a_missing_mark_is_an_error() -> None:
    with pytest.raises(ValueError, match="<!-- /keys -->"):
        generated(README.read_text("utf-8").replace("<!-- /keys -->", ""))


def test_the_width_of_the_terminal_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    narrow = SECTIONS["commands"]()
    monkeypatch.setenv("COLUMNS", "200")
    assert SECTIONS["commands"]() == narrow


def test_relative_links_and_headings_exist() -> None:
    text = _FENCE.sub("", README.read_text("utf-8"))
    targets = [picture or plain for picture, plain in _LINK.findall(text)]
    headings = {_anchor(line.lstrip("#")) for line in text.splitlines() if line.startswith("#")}
    assert targets
    for target in targets:
        if target.startswith("#"):
            assert target[1:] in headings, target
        elif "://" not in target:
            assert (README.parent / target.partition("#")[0]).exists(), target


def test_no_picture_is_missing_or_left_over() -> None:
    found = {file.stem for file in screenshots.FOLDER.glob("*.svg")}
    assert found == {picture.name for picture in screenshots.PICTURES}


@pytest.mark.parametrize("picture", screenshots.PICTURES, ids=lambda picture: picture.name)
async def test_pictures_show_what_the_application_shows(picture: screenshots.Picture, emulator: DemoServer) -> None:
    kept = (screenshots.FOLDER / f"{picture.name}.svg").read_text("utf-8")
    fresh = await screenshots.take(picture, emulator)
    assert _words(kept) == _words(fresh), "stale: run `make screenshots`"


@pytest.fixture(scope="module")
def emulator() -> Iterator[DemoServer]:
    with DemoServer(pace=0) as server:
        yield server


def _words(svg: str) -> list[str]:
    """Return the words that an SVG shows, top left to bottom right; how it draws them is Rich's affair."""
    return " ".join(unescape(text).replace("\xa0", " ") for text in _TEXT.findall(svg)).split()


def _anchor(heading: str) -> str:
    """Return the fragment that a heading gets where Markdown is rendered as GitHub does."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")
