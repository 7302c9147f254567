"""Sources that a reply names: each once, and where in the text marks for them can stand."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple
from unicodedata import category

from chat_tui.conversation.values import Citation

MOST_SPANS = 100
"""Places that are kept of one source."""
OPENS, CLOSES = "⸨", "⸩"
"""What a mark stands between while the text that it is in is still to be laid out; a text that has them gets none.

Markdown takes them for punctuation, so that emphasis before and behind them stays what it is.
"""
MARK = re.compile(f"{OPENS}([0-9]+){CLOSES}")
_CODE = r"(?ms)^ {0,3}(```+|~~~+).*?(?:^ {0,3}\1|\Z)|^(?: {4}|\t)(?![ \t]*(?:[-*+]|\d{1,9}[.)])[ \t]).*?$"
_WHOLE = r"""(?x)
    (?<!`)(`{1,9})(?!`)(?:[^\n]|\n(?![ \t]*\n))*?(?<!`)\1(?!`)  # code
    | \[[^][\n]{0,500}\]\([^()\n]{0,2000}\)                     # a link
    | <[^<>\s]{1,2000}>
    | https?://[^\s<>)\]]+
    | \$\$[^$]{1,2000}\$\$                                       # formulas
    | \\\([^\\\n]{1,2000}\\\)
    """
"""What can't be divided: a mark for its inside stands behind it. No text takes it longer than its length."""
_JOINER = "\u200d"
_PARTS = ("Mn", "Mc", "Me", "Sk")
"""Kinds of characters (Unicode's) that change the one before them."""
_LOOKED_BACK = 200
"""Characters before a mark in which its line has a word."""


class Mark(NamedTuple):
    """Where the number of a source stands in a text."""

    place: int
    """Before this character."""
    number: int
    """From 1."""


def merged(known: Sequence[Citation], more: Iterable[Citation]) -> tuple[Citation, ...]:
    """Return `known` with `more`: each source once, in the order in which they were first named, with all its spans."""
    by_url = {citation.url: citation for citation in known}
    for citation in more:
        before = by_url.get(citation.url)
        if before is None:
            by_url[citation.url] = citation._replace(spans=_each_once(citation.spans))
        else:
            title = before.title or citation.title
            by_url[citation.url] = before._replace(title=title, spans=_each_once((*before.spans, *citation.spans)))
    return tuple(by_url.values())


def _each_once(spans: Iterable[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    return tuple(dict.fromkeys(spans))[:MOST_SPANS]


def marks_in(text: str, citations: Sequence[Citation]) -> list[Mark]:
    """Return where in `text` marks for its sources can stand, from its start.

    Servers count otherwise than the text is at times: a place beyond the text, within a word, or within code has no
    mark, and one within a link stands behind that.
    """
    ends = [(end, number) for number, source in enumerate(citations, 1) for start, end in source.spans if start < end]
    ends = [(end, number) for end, number in ends if 0 < end <= len(text)]
    if not ends or OPENS in text or CLOSES in text:
        return []
    code, whole = ([match.span() for match in re.finditer(pattern, text)] for pattern in (_CODE, _WHOLE))
    found = {
        Mark(place, number)
        for end, number in ends
        if _around(code, end) is None and (place := _place(text, end, whole)) is not None
    }
    return sorted(found)


def _place(text: str, end: int, whole: Sequence[tuple[int, int]]) -> int | None:
    if (around := _around(whole, end)) is not None:
        end = around[1]
    elif end < len(text) and ((text[end - 1].isalnum() and text[end].isalnum()) or _is_joined(text, end)):
        return None
    while end and text[end - 1].isspace():
        end -= 1
    # What precedes a mark on its line has to be words: a rule, a table's second row or a bare bullet is none.
    start = max(0, end - _LOOKED_BACK)
    before = text[max(start, text.rfind("\n", start, end) + 1) : end]
    return end if any(character.isalnum() for character in before) else None


def _is_joined(text: str, place: int) -> bool:
    """Tell whether the character at `place` is a part of what is before it: an accent, a joined or coloured emoji."""
    return text[place - 1] == _JOINER or text[place] == _JOINER or category(text[place]) in _PARTS


def _around(spans: Sequence[tuple[int, int]], place: int) -> tuple[int, int] | None:
    """Return the one of `spans`, which are in order, that has `place` in its inside."""
    index = bisect_right(spans, (place - 1, len(spans) and spans[-1][1])) - 1
    if index >= 0 and spans[index][0] < place < spans[index][1]:
        return spans[index]
    return None


def with_marks(text: str, citations: Sequence[Citation], mark: Callable[[int], str]) -> str:
    """Return `text` with what `mark` makes of the numbers of its sources where it names them."""
    pieces, done = [], 0
    for place, number in marks_in(text, citations):
        pieces += [text[done:place], mark(number)]
        done = place
    return "".join([*pieces, text[done:]]) if pieces else text


def hidden_mark(number: int) -> str:
    """Return what stands for a mark until the text is laid out."""
    return f"{OPENS}{number}{CLOSES}"


def domain_of(url: str) -> str:
    """Return whose page an address is: its host, without the `www.` that says nothing."""
    host = url.partition("://")[2] or url
    host = re.split(r"[/?#]", host, maxsplit=1)[0].rpartition("@")[2]
    return host.removeprefix("www.")
