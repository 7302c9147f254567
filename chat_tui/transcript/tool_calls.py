"""Tool calls as text: the tool's name, and below it the arguments as a quiet block of code."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Final

from rich.style import Style

from chat_tui.conversation.values import Json
from chat_tui.text import one_line, printable
from chat_tui.transcript.context import INDENT, Context
from chat_tui.transcript.lines import Line, Span, make_line
from chat_tui.transcript.render import wrapped_lines

LONGEST: Final = 4000
"""Characters of arguments that are shown: a call may hold a whole file."""
LONGEST_CALL: Final = 12
"""Rows of a tool call that are shown while it is folded."""
_LONGEST_NAME: Final = 200
_DEEPEST: Final = 20
_OPENING: Final = ("{", "[")
_CLOSING: Final = ("}", "]")
_BREAKING: Final = ("{", "[", ",")
_TOKEN: Final = re.compile(r'"(?:[^"\\]|\\.)*"|[][{},:]|[^][{},:"\s]+')


def call_lines(calls: Iterable[tuple[str, str]], context: Context) -> list[Line]:
    """Return the lines of `calls`, each a name and arguments, complete or not."""
    palette = context.palette
    indent: list[Span] = [(INDENT, palette.text)]
    bar: list[Span] = [(INDENT, palette.text), ("│ ", palette.faint)]
    lines: list[Line] = []
    for name, arguments in calls:
        title = f"→ {one_line(name, _LONGEST_NAME) or 'a tool'}"
        lines += wrapped_lines([(title, palette.dim)], context.width - 1, indent, indent)
        shown = printable(laid_out(arguments))
        if shown.strip():
            lines += wrapped_lines([(shown, palette.dim)], context.width - 1, bar, bar)
    return lines


def folding_call_lines(
    calls: Iterable[tuple[str, str]], context: Context, fold: Style, *, unfolded: bool
) -> tuple[list[Line], bool]:
    """Return the lines of `calls`, of which long ones fold where their style is `fold`, and whether any does."""
    palette = context.palette
    found: list[Line] = []
    folds = False
    for call in calls:
        lines = call_lines([call], context)
        hidden = len(lines) - LONGEST_CALL
        if hidden <= 1:
            found += lines
            continue
        folds = True
        told = f"▾ {len(lines) - 1:,} rows" if unfolded else f"▸ {hidden:,} more rows"
        mark = make_line([(INDENT, palette.text), (told, palette.dim + fold)], len(INDENT))
        found += [lines[0], mark, *lines[1:]] if unfolded else [*lines[:LONGEST_CALL], mark]
    return found, folds


def call_of(call: Json) -> tuple[str, str]:
    """Return the name and arguments of a tool call as it is kept; what isn't there is empty."""
    function = call.get("function")
    found = [function.get(name) if isinstance(function, dict) else None for name in ("name", "arguments")]
    name, arguments = (value if isinstance(value, str) else "" for value in found)
    return name, arguments


def laid_out(arguments: str) -> str:
    """Return JSON on lines of its own and indented, its numbers as they are written; anything else as it came."""
    if len(arguments) > LONGEST:
        return f"{arguments[:LONGEST]}… and {len(arguments) - LONGEST:,} more characters"
    try:
        json.loads(arguments, parse_int=str, strict=False)  # an endless number is as good as any
    except (ValueError, RecursionError):
        return arguments
    text, depth, before = "", 0, ""
    for token in _TOKEN.findall(arguments):
        depth -= token in _CLOSING
        is_empty = before in _OPENING and token in _CLOSING
        if not is_empty and (token in _CLOSING or before in _BREAKING):
            text += "\n" + "  " * depth
        depth += token in _OPENING
        if depth > _DEEPEST:
            return arguments
        text += _readable(token)
        before = token
    return text


def _readable(part: str) -> str:
    """Return a token of JSON with letters instead of their escapes, and a space where people expect one."""
    if part.startswith('"'):
        return json.dumps(json.loads(part, strict=False), ensure_ascii=False)
    return ": " if part == ":" else part
