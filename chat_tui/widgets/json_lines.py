"""JSON as lines for people: as it is, or as what changes from one to another."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from difflib import SequenceMatcher
from typing import Any

from textual.content import Content

from chat_tui.text import one_line, printable

_KEY, _DIM, _GONE, _COME = "$primary", "$foreground-muted", "$text-error", "$text-success"
_LONGEST_LINE = 2_000
_SHORT = 60
"""Characters of a list that stands on one line."""
_SIGN, _FURTHER = 2, 2
"""Characters of the sign before a changed line, and how much further in its rest stands."""
_KEYED = re.compile(r'(\s*"(?:[^"\\]|\\.)*"): ')
_MORE = Content.styled("  …", _DIM)


def json_content(data: Mapping[str, Any], width: int, *, warning: str = "", more: str = "") -> Content:
    """Return `data` indented, its keys standing out, below a `warning` and above what `more` there is to say."""
    above = [Content.styled(one_line(warning), "$text-warning")] if warning else []
    below = [Content.styled(one_line(more), _DIM)] if more else []
    lines = [part for line in json_lines(data) for part in _hanging(_painted(line), width)]
    return Content("\n").join([*above, *lines, *below])


def headers_content(headers: Mapping[str, str], width: int) -> Content:
    """Return a line for each header, its name standing out."""
    lines = [Content.assemble((one_line(name), _KEY), (": ", _DIM), one_line(headers[name])) for name in headers]
    return Content("\n").join([part for line in lines for part in _hanging(line, width)])


def json_difference(before: Mapping[str, Any], after: Mapping[str, Any], width: int, gap: int = 2) -> Content:
    """Return the lines of `after` with those of `before` that go; of those that stay, `gap` around each change."""
    old, new = json_lines(before), json_lines(after)
    # A comma comes and goes with the line that follows.
    bare_old, bare_new = ([line.rstrip(",") for line in side] for side in (old, new))
    changes = SequenceMatcher(None, bare_old, bare_new, autojunk=False)
    lines: list[Content] = []
    end = 0
    for group in changes.get_grouped_opcodes(gap):
        lines += [_MORE] if group[0][3] else []
        for kind, gone, gone_end, come, end in group:
            if kind == "equal":
                lines += [Content.styled(f"  {line}", _DIM) for line in new[come:end]]
            else:
                lines += [Content.styled(f"- {line}", _GONE) for line in old[gone:gone_end]]
                lines += [Content.styled(f"+ {line}", _COME) for line in new[come:end]]
    lines += [_MORE] if 0 < end < len(new) else []
    return Content("\n").join([part for line in lines for part in _hanging(line, width, _SIGN)])


def _hanging(line: Content, width: int, before: int = 0) -> Iterator[Content]:
    """Yield `line` in lines of at most `width` cells, those after the first further in than where its text begins.

    Args:
        line: Without newlines.
        width: Cells.
        before: Characters of it that stand before its indentation.
    """
    if line.cell_length <= width:
        yield line
        return
    text = line.plain[before:]
    indent = min(before + len(text) - len(text.lstrip()) + _FURTHER, width // 2)
    first, *rest = line.wrap(max(width - indent, 1))
    yield first
    yield from (Content(" " * indent) + part for part in rest)


def json_lines(data: Mapping[str, Any]) -> list[str]:
    """Return `data` as indented JSON, printable; short lists and tables stand on one line."""
    return [line[:_LONGEST_LINE] for line in printable("".join(_written(data, ""))).split("\n")]


def _written(value: Any, indent: str) -> Iterator[str]:
    flat = json.dumps(value, ensure_ascii=False, default=str)
    is_short = len(flat) <= _SHORT and (not isinstance(value, Mapping) or (bool(indent) and len(value) <= 1))
    if is_short or not isinstance(value, Mapping | list) or not value:
        yield flat
        return
    inner = f"{indent}  "
    opening, closing = "{}" if isinstance(value, Mapping) else "[]"
    yield opening
    items = value.items() if isinstance(value, Mapping) else ((None, item) for item in value)
    for place, (key, item) in enumerate(items):
        yield f"{',' if place else ''}\n{inner}"
        yield f"{json.dumps(key, ensure_ascii=False)}: " if key is not None else ""
        yield from _written(item, inner)
    yield f"\n{indent}{closing}"


def _painted(line: str) -> Content:
    """Return a line of indented JSON, the key that it begins with standing out."""
    match = _KEYED.match(line)
    return Content.assemble((match[1], _KEY), (": ", _DIM), line[match.end() :]) if match else Content(line)
