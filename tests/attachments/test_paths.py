"""A paste is files only when it is nothing but paths that are there; addresses are told by how they are written."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from chat_tui.attachments.paths import is_link, named_path, pasted_paths
from chat_tui.attachments.values import Refusal, Staged
from chat_tui.conversation.values import LinkPart
from chat_tui.engine.attaching import attach

NAMES = ("a.png", "two words.pdf", 'it\'s "quoted".txt', "100% größe.md", "back\\slash.txt", "'odd'.txt")


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with files, which is home and where we are."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in NAMES:
        (tmp_path / name).write_text("x")
    return tmp_path


@pytest.mark.parametrize(
    ("pasted", "names"),
    [
        ("{0}/a.png", ["a.png"]),
        ("  {0}/a.png\n", ["a.png"]),
        ("~/a.png", ["a.png"]),
        ("{0}/two words.pdf", ["two words.pdf"]),
        ("{0}/two\\ words.pdf ", ["two words.pdf"]),
        ("'{0}/two words.pdf'", ["two words.pdf"]),
        ('"{0}/two words.pdf"', ["two words.pdf"]),
        ("file://{0}/two%20words.pdf", ["two words.pdf"]),
        ("file://localhost{0}/100%25%20gr%C3%B6%C3%9Fe.md", ["100% größe.md"]),
        ('{0}/it\'s "quoted".txt', ['it\'s "quoted".txt']),
        ("{0}/back\\slash.txt", ["back\\slash.txt"]),
        ("{0}/a.png {0}/two\\ words.pdf", ["a.png", "two words.pdf"]),
        ("'{0}/two words.pdf' '{0}/a.png' ", ["two words.pdf", "a.png"]),
        ("file://{0}/a.png\r\nfile://{0}/two%20words.pdf\r\n", ["a.png", "two words.pdf"]),
        ("{0}/a.png\n{0}/two words.pdf", ["a.png", "two words.pdf"]),
        ("'{0}/two words.pdf'\n{0}/a.png", ["two words.pdf", "a.png"]),
    ],
)
def test_what_terminals_and_file_managers_paste(here: Path, pasted: str, names: list[str]) -> None:
    assert pasted_paths(pasted.format(here)) == [here / name for name in names]


@pytest.mark.parametrize(
    "pasted",
    [
        "",
        "a.png",
        "Look at {0}/a.png",
        "{0}/a.png is what I mean",
        "{0}/a.png {0}/missing.png",
        "{0}/missing.png",
        "'{0}/a.png",
        "~nobody-of-that-name/a.png",
        "file://elsewhere{0}/a.png",
        "https://example.com{0}/a.png",
        "{0}/a.png\0",
        "/" + "x" * 5000,
        "file://[::1{0}/a.png",
        "{0}/a.png\n\nWhat is this?",
        "{0}/a.png " * 2000,
    ],
)
def test_what_else_is_pasted_is_text(here: Path, pasted: str) -> None:
    if pasted.endswith("\0"):
        pasted = pasted.replace("a.png\0", "a\0.png")
    assert pasted_paths(pasted.format(here)) is None


def test_a_slash_alone_is_a_command_and_no_folder(here: Path) -> None:
    assert pasted_paths("/") is None


def test_what_is_typed_may_be_from_home_and_an_address_of_a_file(here: Path) -> None:
    assert named_path("~/a.png") == here / "a.png"
    assert named_path(f"file://{here}/two%20words.pdf") == here / "two words.pdf"
    assert named_path("a.png") == Path("a.png")
    assert named_path("~\0") == Path("~\0")
    assert named_path("file://[x") == Path("file://[x")
    assert named_path("~nobody-of-that-name/x") == Path("~nobody-of-that-name/x")


@pytest.mark.parametrize(
    ("url", "kind", "name"),
    [
        ("https://example.com/a%20b.png?size=2#top", "image", "a b.png"),
        ("HTTPS://EXAMPLE.COM/A.JPEG", "image", "A.JPEG"),
        ("https://example.com/paper.pdf", "file", "paper.pdf"),
        ("https://example.com/film.webm", "video", "film.webm"),
        ("https://www.youtube.com/watch?v=abc", "video", "watch"),
        ("https://youtu.be/abc", "video", "abc"),
        ("https://example.com/%1b]0;x.pdf", "file", "␛]0;x.pdf"),
    ],
)
def test_an_address_is_attached_as_it_is(tmp_path: Path, url: str, kind: str, name: str) -> None:
    assert is_link(url)
    outcome = attach(url, tmp_path / "kept")
    assert outcome == Staged(LinkPart(kind, url, name))  # type: ignore[arg-type]  # kinds are written out above
    assert not (tmp_path / "kept").exists()


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("http://example.com/a.png", "only https addresses are sent"),
        ("ftp://example.com/a.png", "only https addresses are sent"),
        ("data://a.png", "only https addresses are sent"),
        ("https://example.com/page", "doesn't say that it is a picture"),
        ("https://example.com/song.mp3", "doesn't say that it is a picture"),
        ("https://", "names no server"),
        ("https:///a.png", "names no server"),
        ("https://[::1/a.png", "is no address"),
        ("https://example.com:port/a.png", "is no address"),
        ("https://user:secret@example.com/a.png", "a password in it, which is not sent"),
        ("https://example.com/a b.png", "has spaces"),
        ("https://example.com/\x1b[2J.png", "control characters"),
        ("https://example.com/" + "a" * 9000 + ".png", "too long"),
    ],
)
def test_an_address_that_cannot_be_attached(tmp_path: Path, url: str, sentence: str) -> None:
    outcome = attach(url, tmp_path / "kept")
    assert isinstance(outcome, Refusal)
    assert sentence in outcome.sentence
    assert "secret" not in outcome.sentence
    assert outcome.sentence.isprintable()


def test_a_long_text_is_soon_known_for_no_address() -> None:
    assert not is_link("https://" + "a" * 200_000 + "@")


def test_the_folder_of_the_sample_names_is_plain(here: Path) -> None:
    assert sorted(os.listdir(here)) == sorted(NAMES)  # noqa: PTH208 - as the system says them
