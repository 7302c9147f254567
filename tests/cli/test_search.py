"""Finding conversations from the command line: searched, listed, on a terminal, as JSON."""

from __future__ import annotations

import json
import os
import pty
import subprocess
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from chat_tui.conversation.metadata import read_metadata
from chat_tui.engine.library import Library
from chat_tui.paths import Paths
from tests.cli.home import PATIENCE, Home, command
from tests.shelf_samples import keep_some


@pytest.fixture
def library(home: Home) -> Library:
    """What the command line finds."""
    root = home.root
    return Library(Paths.under(root)._replace(data=home.data, cache=root / "cache", state=root / "state"))


@pytest.fixture
def kept(library: Library) -> list[Path]:
    """Conversations of every kind; one has a title that would drive a terminal."""
    return keep_some(library, datetime(2026, 11, 21, tzinfo=UTC))


def on_terminal(home: Home, *words: str) -> str:
    """Return what a command prints when its output is a terminal."""
    ours, theirs = pty.openpty()
    environment = home.environment()
    process = subprocess.Popen(command(*words), cwd=home.work, env=environment, stdin=subprocess.DEVNULL,
                               stdout=theirs, stderr=subprocess.DEVNULL)  # fmt: skip
    os.close(theirs)
    seen = b""
    try:
        while block := os.read(ours, 4096):
            seen += block
    except OSError:
        pass  # on Linux the end of a terminal is an error
    finally:
        os.close(ours)
    assert process.wait(PATIENCE) == 0
    return seen.decode()


def test_words_and_filters_find_messages_and_titles(home: Home, kept: list[Path]) -> None:
    done = home.run("search", "kyoto", "--json")
    assert (done.code, done.err) == (0, "")
    found = done.json()
    assert (found["schema"], found["total"], found["problems"]) == (1, 2, [])
    for match in found["matches"]:
        assert match["conversation"] == kept[0].name[-26:]
        assert [match["snippet"][start:end] for start, end in match["spans"]] == ["Kyoto"]
    assert {match["role"] for match in found["matches"]} == {"user", None}
    one = home.run("search", "depends", "tag:japan", "--json").json()["matches"]
    assert [(match["folder"], match["cost"], match["model"]) for match in one] == [
        (str(kept[0]), 0.0113, "demo/markdown")
    ]


def test_plain_text_is_grouped_and_has_no_marks_in_a_pipe(home: Home, kept: list[Path]) -> None:
    done = home.run("search", "助詞")
    assert done.err == ""
    heading, *rows = done.out.splitlines()
    assert heading.startswith(f"{kept[3].name[-26:]}  日本語の助詞について、例をいくつか · demo/fast · $0.12")
    assert sorted(row[20:25].strip() for row in rows) == ["title", "you"]
    assert "\x1b" not in done.out


def test_on_a_terminal_what_was_found_is_marked_and_nothing_else_drives_it(home: Home, kept: list[Path]) -> None:
    shown = on_terminal(home, "search", "odd")
    assert "\x1b[1modd\x1b[22m" in shown
    assert "␛[31m" in shown
    assert shown.replace("\x1b[1m", "").replace("\x1b[22m", "").count("\x1b") == 0


def test_what_is_not_understood_is_said_and_the_rest_searched(home: Home, kept: list[Path]) -> None:
    done = home.run("search", "sky", "rol:user", "has:imag", "--limit", "1")
    assert done.code == 0
    assert "Did you mean “role:”?" in done.err
    assert "Did you mean “image”?" in done.err
    assert "1 of 2 matches" in done.err
    assert "sky" in done.out
    none = home.run("search", "gondola")
    assert (none.code, none.out, none.sentence) == (0, "", "Nothing matches.")


@pytest.mark.parametrize("words", [[], ["x", "--limit", "0"], ["x", "--limit", "many"]])
def test_wrong_usage(home: Home, words: list[str]) -> None:
    assert home.run("search", *words).code == 2


def test_what_changed_a_moment_ago_is_found(home: Home, library: Library, kept: list[Path]) -> None:
    assert home.run("search", "trip", "--json").json()["total"] == 2
    library.shelf.relabel(kept[1], lambda known: replace(known, title="A trip to the sky"))
    assert home.run("search", "trip", "--json").json()["total"] == 3
    library.shelf.delete(kept[0])
    assert home.run("search", "trip", "--json").json()["total"] == 1
    assert home.run("search", "trip in:trash", "--json").json()["total"] == 2


def test_list_tells_all_of_each_and_narrows(home: Home, library: Library, kept: list[Path]) -> None:
    rows = {row["title"]: row for row in home.conversations()}
    assert len(rows) == 7
    kyoto = rows["Trip to Kyoto"]
    assert (kyoto["tags"], kyoto["model"], kyoto["messages"], kyoto["cost"]) == (
        ["travel", "japan"], "demo/markdown", 2, 0.0113,
    )  # fmt: skip

    def titles(*words: str) -> list[str]:
        return [row["title"] for row in json.loads(home.run("list", "--json", *words).out)["conversations"]]

    assert titles("--tag", "Japan", "--tag", "#travel") == ["Trip to Kyoto"]
    assert titles("--tag", "japan", "--tag", "work") == []
    assert titles("--archived") == ["Old notes"]
    assert titles("--trash") == []
    thrown = library.shelf.delete(kept[2])
    (row,) = home.run("list", "--trash", "--json").json()["conversations"]
    assert (row["title"], row["folder"]) == ("A regular expression for dates", str(thrown))
    assert row["deleted"].endswith("Z")
    assert "#travel  #japan" in home.run("list").out
    assert home.run("list", "--archived", "--trash").code == 2
    assert read_metadata(thrown).title == row["title"]
