"""`chat-tui`, and `python -m chat_tui`."""

from __future__ import annotations

import sys
from collections.abc import Sequence

INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run chat-tui and return its exit code; Ctrl+C ends it quietly, also while it is still being imported."""
    try:
        from chat_tui.cli.main import main as run

        return run(arguments)
    except KeyboardInterrupt:
        return INTERRUPTED


if __name__ == "__main__":
    sys.exit(main())
