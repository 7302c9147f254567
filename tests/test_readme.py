"""The README says what the sources say, and what it points to is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests import screenshots
from tests.readme import README, SECTIONS, generated

_LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)|(?:src|href)=\"([^\"]+)\"")
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


def test_every_picture_is_there_and_shows_the_application() -> None:
    files = {picture.name: screenshots.FOLDER / f"{picture.name}.svg" for picture in screenshots.PICTURES}
    assert {file.stem for file in Path(screenshots.FOLDER).glob("*.svg")} == set(files)
    for file in files.values():
        assert "demo/" in file.read_text("utf-8") or "gemini" in file.read_text("utf-8"), file


def _anchor(heading: str) -> str:
    """Return the fragment that a heading gets where Markdown is rendered as GitHub does."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")
