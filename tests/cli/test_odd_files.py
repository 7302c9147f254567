"""Files that are none, or far too much of one, where a person's settings should be."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.home import Home

HUGE = 11 << 20  # bytes

ODD: list[tuple[str, Callable[[Path], object], str]] = [
    ("a pipe that nobody writes to", os.mkfifo, "can't be read: Not a plain file."),
    ("a device that never ends", lambda path: path.symlink_to("/dev/zero"), "can't be read: Not a plain file."),
    ("a folder", Path.mkdir, "can't be read: Is a directory."),
    ("a circle of links", lambda path: path.symlink_to(path), "can't be read: Too many levels of symbolic links."),
    ("more than anybody writes", lambda path: path.write_bytes(b"#" * HUGE), "can't be read: Larger than 10 MiB."),
    ("20,000 faults", lambda path: path.write_text("".join(f"a{n} = 1\n" for n in range(20_000))), "has more that is"),
]  # fmt: skip

PLACES = [("config.toml", *case) for case in ODD] + [("presets/odd.toml", *ODD[0])]


@pytest.mark.skipif(os.name != "posix", reason="has no pipes in folders")
@pytest.mark.parametrize(
    ("place", "make", "said"), [pytest.param(place, *more, id=f"{place}: {what}") for place, what, *more in PLACES]
)
def test_an_odd_file_is_named_and_the_question_is_asked_all_the_same(
    home: Home, place: str, make: Callable[[Path], object], said: str
) -> None:
    path = home.config / place
    path.parent.mkdir(exist_ok=True)
    make(path)
    named = ["--preset", "odd"] if place != "config.toml" else []
    done = home.ask("markdown", *named, "--no-save")
    assert done.code == 0
    assert "simulated" in done.out
    *_, last = done.err.splitlines()
    assert str(path) in last
    assert said in last
    assert len(done.err) < 5000
