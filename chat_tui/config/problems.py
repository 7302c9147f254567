"""What is wrong with a file that a person wrote, said so that they can mend it."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path
from typing import NamedTuple

_LONGEST = 200  # characters; what is longer than any name takes seconds to compare


class ConfigError(Exception):
    """A sentence that names the file, the key and what to do; it ends no program, a default takes its place."""


class Problem(NamedTuple):
    """One thing wrong in a file: it is left out, the rest counts."""

    file: Path
    key: str
    reason: str
    line: int | None = None
    """Counted from 1; None where it isn't known."""

    def __str__(self) -> str:
        place = f"{self.file}, line {self.line}" if self.line else f"{self.file}"
        where = f"“{self.key}” " if self.key else ""
        return f"{place}: {where}{self.reason}"


def nearest(name: str, valid: Iterable[str]) -> str:
    """Return ` Did you mean “x”?` for the nearest of `valid`, or the empty string when none is near."""
    matches = get_close_matches(name[:_LONGEST], list(valid), n=1, cutoff=0.6)
    return f" Did you mean “{matches[0]}”?" if matches else ""
