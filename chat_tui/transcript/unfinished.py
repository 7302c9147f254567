"""Markdown that has no end yet: what will probably be marks is not shown as text meanwhile."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final
from unicodedata import category

from chat_tui.transcript.syntax import MATH_MARKS, math_end, math_mark

_ONLY_MARKS: Final = re.compile(
    r"[ \t>]*(?:[-=*_+#~`|:.)>\s]*|\d{1,9}[.)]?|(?:[-+*]|\d{1,9}[.)])[ \t]+\[[ xX]?\]?[ \t]*)"
)
_INSIDE_ADDRESS: Final = re.compile(
    r"<(?:h(?:t(?:t(?:ps?(?::[^\s<>]*)?)?)?)?|m(?:a(?:i(?:l(?:t(?:o(?::[^\s<>]*)?)?)?)?)?)?)?$"
)
_ADDRESS: Final = re.compile(r"<[A-Za-z][A-Za-z0-9+.-]{1,31}:[^\s<>]*>|https?://[^\s<>]+")
_INSIDE_ENTITY: Final = re.compile(r"&#?\w{0,31}$")
_DELIMITERS: Final = re.compile(r"[ \t]*\|?[ \t:|-]*")
_BETWEEN_CELLS: Final = re.compile(r"[^\s\\]\s\|(?:\s|$)")
_WORDS: Final = re.compile(r"(?:[^\\`*_~\[\]!<&h$]|h(?!ttps?:))+")
"""What opens and closes nothing."""
_MATH_TOKEN: Final = re.compile(r"\\[A-Za-z]+|\\.|[\s\S]")
_IN_PAIRS: Final = ("**", "*", "`", "_", "~~", "$")
_BRACKETS: Final = ("[]", "()", "<>")
CANDIDATES: Final = 40
"""Spaces that are looked at for one where nothing is open."""
LONGEST_HEADER: Final = 200
"""Characters of a line without a mark before it that may still become the header of a table."""
LONGEST_LABEL: Final = 80
"""Characters after an open bracket that may still become a link."""
MOST_OPEN: Final = 100
"""Marks that wait for their counterparts at once; more are text."""
LONGEST_MATH: Final = 120
"""Characters after a dollar that may still become a formula."""


def only_marks(line: str) -> bool:
    """Tell whether the open `line` holds nothing but what may become a mark: of a list, a heading, a rule, a fence."""
    return _ONLY_MARKS.fullmatch(line) is not None


def with_delimiters(source: str, paragraph: str) -> str | None:
    """Return `source`, which ends with `paragraph`, as the table that it seems to begin; None when it doesn't."""
    *above, header = paragraph.split("\n")
    *lines, line = source.split("\n")
    if above and _DELIMITERS.fullmatch(header) and lines:
        header, line = above.pop(), lines.pop()
    outside = line.partition(header)[0]
    if not header.startswith("|") and (above or outside.strip(" \t>") or not _may_be_header(header)):
        return None
    columns = len(re.findall(r"(?<!\\)\|", header.strip().strip("|"))) + 1
    before = re.sub(r"[^>\t]", " ", outside)
    return "\n".join([*lines, line, f"{before}{'|---' * columns}|"])


def _may_be_header(line: str) -> bool:
    return len(line) <= LONGEST_HEADER and "`" not in line and _BETWEEN_CELLS.search(line) is not None


@dataclass(slots=True)
class _Open:
    """A mark that has no counterpart yet: its characters, and where it stands."""

    mark: str
    start: int

    @property
    def end(self) -> int:
        return self.start + len(self.mark)


class _Reader:
    """Reads the text of a block once; says what is open at its end."""

    def __init__(self, text: str, *, math: bool) -> None:
        self.text = text
        self.opened: list[_Open] = []
        self.end = len(text)
        """What comes after it isn't shown."""
        self.closing = ""
        """What closes code or a formula that is open."""
        self.balanced = 0
        """The last space at which nothing was open."""
        self._math = math
        self._position = 0
        while self._position < self.end:
            self._step()

    def _step(self) -> None:
        text, position = self.text, self._position
        letter = text[position]
        mark = math_mark(text, position) if self._math and letter in "$\\" else ""
        if mark:
            self._formula(mark)
        elif letter == "\\":
            self._position += 2
            if self._position > self.end:
                self.end = position
        elif letter == "`":
            self._code()
        elif letter in "*_~":
            self._delimiters()
        elif letter == "[" or text.startswith("![", position):
            self._push("[" if letter == "[" else "![", position)
            self._position += 1 + (letter == "!")
        elif letter == "]":
            self._bracket()
        elif letter in "<&h":
            self._address_or_entity()
        else:
            self._words()

    def _words(self) -> None:
        """Go on over what is no mark."""
        found = _WORDS.match(self.text, self._position)
        words = found[0] if found else self.text[self._position]
        if not self.opened and " " in words:
            self.balanced = self._position + words.rindex(" ")
        self._position += len(words)

    def _stop(self, closing: str = "", end: int | None = None) -> None:
        self.closing = closing
        self.end = self.end if end is None else end
        self._position = len(self.text)

    def _push(self, mark: str, start: int) -> None:
        if len(self.opened) < MOST_OPEN:
            self.opened.append(_Open(mark, start))

    def _formula(self, mark: str) -> None:
        start = self._position
        end = math_end(self.text, start, mark)
        rest = self.text[start + len(mark) :]
        if end >= 0:
            self._position = end
        elif not rest.strip():
            self._stop(end=start)
        elif mark == "$" and (rest[0].isspace() or rest[0].isdigit() or not _like_math(rest)):
            self._position += 1
        elif len(rest) > LONGEST_MATH * 4:
            self._position += len(mark)
        else:
            readable = _readable_part(rest.removesuffix(MATH_MARKS[mark][0]) if len(mark) == 2 else rest)
            self._stop(MATH_MARKS[mark] if readable else "", start + (len(mark) + readable if readable else 0))

    def _code(self) -> None:
        start = self._position
        run = re.match("`+", self.text[start:])
        mark = run[0] if run else "`"
        rest = self.text[start + len(mark) :]
        close = re.search(f"(?<!`){mark}(?!`)", rest)
        if close:
            self._position += len(mark) + close.end()
        elif rest.strip("` "):
            self._stop(mark, len(self.text.rstrip("`")))
        else:
            self._stop(end=start)

    def _delimiters(self) -> None:
        text, start = self.text, self._position
        letter, stop = text[start], start
        while stop < len(text) and text[stop] == letter:
            stop += 1
        before, after = text[start - 1 : start], text[stop : stop + 1]
        opens = _flanks(after, before) and not (letter == "_" and _flanks(before, after) and not _mark(before))
        closes = _flanks(before, after) and not (letter == "_" and _flanks(after, before) and not _mark(after))
        count, self._position = stop - start, stop
        if letter == "~" and count != 2:
            if not after:
                self.end = start
            return
        if closes:
            count = self._close(letter, count, last=not after)
        if count and opens:
            self._push(letter * count, stop - count)
        elif count and not after:
            self.end = stop - count  # it may begin something, or be the first half of what ends it

    def _close(self, letter: str, count: int, *, last: bool) -> int:
        """Let `count` letters close what is open; return how many are left."""
        for index in reversed(range(len(self.opened))):
            found = self.opened[index]
            if not count or found.mark[0] in "![":
                break
            if found.mark[0] != letter:
                continue
            if last and count == 1 and len(found.mark) == 2:
                break
            used = min(count, len(found.mark))
            found.mark = found.mark[used:]
            del self.opened[index + bool(found.mark) :]
            count -= used
        return count

    def _bracket(self) -> None:
        """Read what follows the text of a link or a picture."""
        text, after = self.text, self._position + 1
        at = next((n for n in reversed(range(len(self.opened))) if self.opened[n].mark in ("[", "![")), None)
        self._position = after
        if at is None:
            return
        link = self.opened[at]
        follows = text[after : after + 1]
        stop = _end_of_target(text, after) if follows in ("(", "[") else after
        if not follows and link.end == 1 and text.startswith("^", 1):
            self._stop(end=0)  # it may begin a note
        elif stop < 0 or (not follows and not text.startswith("^", link.end)):
            del self.opened[at + 1 :]
            self._stop(end=after - 1)
        else:
            del self.opened[at:]
            self._position = stop

    def _address_or_entity(self) -> None:
        """Read what would change its meaning when it is broken off."""
        text, position = self.text, self._position
        found = _ADDRESS.match(text, position)
        if found:
            # The marks at an address' end may be emphasis that ends there.
            self._position = position + len(found[0].rstrip("*_~"))
        elif text[position] == "<" and _INSIDE_ADDRESS.match(text, position):
            self.text = text[:position] + text[position + 1 :]
            self.end = len(self.text)
            self._stop()
        elif text[position] == "&" and _INSIDE_ENTITY.match(text, position):
            self._stop(end=position)
        else:
            self._position += 1


def _mark(letter: str) -> bool:
    return category(letter)[0] in "PS" if letter else False


def _flanks(inner: str, outer: str) -> bool:
    """Tell whether marks between `inner` and `outer` can belong to the text on the inner side."""
    return bool(inner) and not inner.isspace() and (not _mark(inner) or not outer or outer.isspace() or _mark(outer))


def _readable_part(formula: str) -> int:
    """Return how much of an open `formula` can be read: no command, script or group without its end; 0 for nothing."""
    depth, end = 0, 0
    for found in _MATH_TOKEN.finditer(formula):
        depth += (found[0] == "{") - (found[0] == "}")
        if found[0].startswith("\\begin") or found[0].startswith("\\left"):
            break
        may_go_on = found[0] == "}" or found[0].startswith("\\")
        if not depth and found.end() < len(formula) + (not may_go_on):
            follows = formula[found.end() : found.end() + 1]
            end = end if found[0] in "^_" or (follows == "{" and found[0] != "{") else found.end()
    return end if formula[:end].strip() else 0


def _like_math(rest: str) -> bool:
    return len(rest) <= LONGEST_MATH and (any(sign in rest for sign in "\\^_={") or " " not in rest)


def _end_of_target(text: str, start: int) -> int:
    """Return where the address or label that begins at `start` ends; -1 when it has no end yet."""
    opening = text[start]
    closing, depth, position = ")" if opening == "(" else "]", 0, start
    while position < len(text):
        letter = text[position]
        position += 2 if letter == "\\" else 1
        depth += (letter == opening) - (letter == closing)
        if not depth:
            return position
    return -1


def finished(text: str, *, math: bool) -> str:
    """Return the `text` of the last block as it will probably go on: marks that are open are closed or left out."""
    reader = _Reader(text, math=math)
    shown, closing = reader.text[: reader.end], reader.closing
    for found in reversed(reader.opened):
        inside = shown[found.end :]
        if not (inside + closing).strip() or found.start >= len(shown):
            shown, closing = shown[: found.start], ""
        elif found.mark == "[":
            if len(inside) > LONGEST_LABEL:
                continue
            shown = shown[: found.start] + ("" if inside.startswith("^") else inside)
        elif found.mark == "![":
            shown, closing = shown.rstrip() + closing + "](<>)", ""
        else:
            shown, closing = shown.rstrip() + closing + found.mark, ""
    return (shown + closing).rstrip() if not closing else shown.rstrip() + closing


def balanced_cut(text: str) -> int:
    """Return the last place before a word of `text` where nothing is open, 0 when there is none."""
    end = len(text)
    for _ in range(CANDIDATES):
        end = text.rfind(" ", 0, max(0, end))
        if end <= 0:
            break
        # Counting is a hundred times as quick as reading, and mostly tells as much.
        if not any(text.count(mark, 0, end) % 2 for mark in _IN_PAIRS) and not any(
            text.count(opening, 0, end) - text.count(closing, 0, end) for opening, closing in _BRACKETS
        ):
            return end
    return _Reader(text, math=True).balanced
