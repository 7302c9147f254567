"""Where each key and value stands in the text of a TOML file, which the standard library doesn't tell."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

Path = tuple[str | int, ...]
"""Keys from outside in; an item of a list by its number, from 0."""

_SPACE = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_PLAIN = re.compile(r"[^,\]}\n#]*")
_TEXTS = (
    re.compile(r'"""(?:[^"\\]|\\.|"(?!""))*"""(?:"{1,2}(?!"))?', re.DOTALL),
    re.compile(r"'''(?:[^']|'(?!''))*'''(?:'{1,2}(?!'))?", re.DOTALL),
    re.compile(r'"(?:[^"\\\n]|\\.)*"'),
    re.compile(r"'[^'\n]*'"),
)


@dataclass(frozen=True, slots=True)
class Place:
    """A value: its path, and where its key, the value itself and its end are, counted in characters.

    Args:
        path: Its keys.
        start: Where its key begins; for an item of a list, where the item does.
        value: Where the value begins.
        end: Where it ends.
        section: The number of the section that it stands in; 0 is what comes before the first header.
        is_inline: Whether it stands inside another value.
    """

    path: Path
    start: int
    value: int
    end: int
    section: int
    is_inline: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    """A header, `[table]` or `[[item]]`, with what follows until the next one.

    Args:
        path: The table.
        start: Where the header begins.
        body: Where what follows it begins.
        end: Where the next header begins.
        is_item: Whether it is one of a list of tables.
    """

    path: Path
    start: int
    body: int
    end: int
    is_item: bool = False


class Places:
    """All places in `text`, which has to be TOML."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.values: list[Place] = []
        self.sections: list[Section] = [Section((), 0, 0, len(text))]
        self._at = 0
        self._items: dict[Path, int] = {}
        self._read()

    def of(self, path: Path) -> Place | None:
        """Return the value at `path`, where it is written as one."""
        return next((place for place in self.values if place.path == path), None)

    def line(self, path: Path) -> int | None:
        """Return the line, counted from 1, on which `path` or what holds it begins; None when it isn't there."""
        for depth in range(len(path), 0, -1):
            starts = [place.start for place in self.values if place.path[:depth] == path[:depth]]
            starts += [section.start for section in self.sections[1:] if section.path[:depth] == path[:depth]]
            if starts:
                return self.text.count("\n", 0, min(starts)) + 1
        return None

    def _read(self) -> None:
        while True:
            self._skip()
            if self._at >= len(self.text):
                return
            if self.text[self._at] == "[":
                self._header()
            else:
                self._statement(self.sections[-1].path, is_inline=False)

    def _skip(self) -> None:
        match = _SPACE.match(self.text, self._at)
        self._at = match.end() if match else self._at

    def _header(self) -> None:
        start = self._at
        is_item = self.text.startswith("[[", start)
        self._at += 1 + is_item
        path: Path = ()
        keys = self._keys()
        for place, key in enumerate(keys, 1):
            path = (*path, key)
            if is_item and place == len(keys):
                self._items[path] = self._items.get(path, -1) + 1
            if path in self._items:
                path = (*path, self._items[path])
        self._at = self.text.index("]", self._at) + 1 + is_item
        last = self.sections.pop()
        self.sections.append(Section(last.path, last.start, last.body, start, last.is_item))
        self.sections.append(Section(path, start, self._at, len(self.text), is_item))

    def _statement(self, table: Path, *, is_inline: bool) -> None:
        start = self._at
        path = (*table, *self._keys())
        self._at = self.text.index("=", self._at) + 1
        self._value(path, start, is_inline=is_inline)

    def _keys(self) -> list[str]:
        keys = []
        while True:
            self._skip()
            if quoted := _matched(_TEXTS[2:], self.text, self._at):
                keys.append(_unquoted(quoted))
                self._at += len(quoted)
            elif bare := _BARE.match(self.text, self._at):
                keys.append(bare[0])
                self._at = bare.end()
            self._skip()
            if not self.text.startswith(".", self._at):
                return keys
            self._at += 1

    def _value(self, path: Path, start: int | None, *, is_inline: bool) -> None:
        self._skip()
        place, value = len(self.values), self._at
        first = self.text[self._at]
        if first == "[":
            self._list(path)
        elif first == "{":
            self._table(path)
        elif quoted := _matched(_TEXTS, self.text, self._at):
            self._at += len(quoted)
        elif plain := _PLAIN.match(self.text, self._at):
            self._at += len(plain[0].rstrip())
        begin = value if start is None else start
        self.values.insert(place, Place(path, begin, value, self._at, len(self.sections) - 1, is_inline))

    def _list(self, path: Path) -> None:
        self._at += 1
        number = 0
        while not self._ends("]"):
            self._value((*path, number), None, is_inline=True)
            number += 1

    def _table(self, path: Path) -> None:
        self._at += 1
        while not self._ends("}"):
            self._statement(path, is_inline=True)

    def _ends(self, mark: str) -> bool:
        """Pass what stands before the next item, and tell whether there is none."""
        self._skip()
        while self.text.startswith(",", self._at):
            self._at += 1
            self._skip()
        if self.text.startswith(mark, self._at):
            self._at += 1
            return True
        return False


def _matched(patterns: tuple[re.Pattern[str], ...], text: str, at: int) -> str:
    return next((match[0] for pattern in patterns if (match := pattern.match(text, at))), "")


def _unquoted(key: str) -> str:
    if key[0] == "'":
        return key[1:-1]
    try:
        return str(json.loads(key))
    except ValueError:  # TOML's own escapes, such as \U0001F600
        import tomllib

        return next(iter(tomllib.loads(f"{key} = 0")))
