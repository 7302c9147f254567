"""What commands print: answers on standard output, everything else on standard error."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any
from uuid import uuid4

from chat_tui.text import one_line, printable


def say(sentence: str) -> None:
    """Print one sentence for people on standard error."""
    print(f"chat-tui: {one_line(sentence)}", file=sys.stderr)


def say_whole(text: str) -> None:
    """Print `text` for people on standard error, all of its lines."""
    print(f"chat-tui: {printable(text)}", file=sys.stderr)


def fail(sentence: str) -> int:
    """Print why a command failed and return its exit code."""
    say(sentence)
    return 1


def write(text: str) -> None:
    """Print `text` on standard output as it is; on a terminal, with its control characters made visible."""
    sys.stdout.write(printable(text) if sys.stdout.isatty() else text)
    sys.stdout.flush()


def write_bytes(pieces: Iterable[bytes]) -> None:
    """Print UTF-8 on standard output, byte for byte; on a terminal, as `write` does."""
    if sys.stdout.isatty() or not hasattr(sys.stdout, "buffer"):
        write(b"".join(pieces).decode("utf-8", "replace"))
        return
    sys.stdout.flush()
    for piece in pieces:
        sys.stdout.buffer.write(piece)
    sys.stdout.buffer.flush()


def may(question: str) -> bool | None:
    """Ask on the terminal and return the answer; None where nobody can be asked."""
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        return None
    print(f"chat-tui: {one_line(question)} [y/N] ", end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().lower() in ("y", "yes")


def write_json(value: Mapping[str, Any]) -> None:
    """Print one JSON object on standard output; amounts are plain numbers, with all their digits."""
    mark = uuid4().hex
    text = json.dumps(value, indent=2, default=lambda one: _number(one, mark))
    write(re.sub(f'"{mark}(.*?)"', r"\1", text) + "\n")


def _number(value: object, mark: str) -> float | str:
    """Return an amount as a float where that has all its digits, else as a marked text."""
    if not isinstance(value, Decimal):
        raise TypeError(f"not for JSON: {type(value).__name__}")
    as_float = float(value)
    return as_float if Decimal(repr(as_float)) == value else f"{mark}{value:f}"
