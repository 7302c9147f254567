"""Telling how far the search index is while a command waits for it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from time import monotonic

PATIENCE_SECONDS = 1.0


def progress() -> Callable[[int, int], None]:
    """Return what tells on a terminal how many of the conversations that changed are in the index, after a second."""
    began, is_told = monotonic(), False

    def tell(done: int, total: int) -> None:
        nonlocal is_told
        if sys.stderr.isatty() and (is_told or (monotonic() - began > PATIENCE_SECONDS and done < total)):
            is_told = True
            end = "\n" if done == total else ""
            print(f"\rtaking in what changed: {done:,} of {total:,}", end=end, file=sys.stderr, flush=True)

    return tell
