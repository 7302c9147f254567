"""Code blocks as lazy lines: heights at once, colours only for what is looked at."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from functools import lru_cache
from importlib import import_module
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, Protocol, cast

from chat_tui.transcript.heights import Heights
from chat_tui.transcript.lines import Code, LazyLines, Line, Span, make_line
from chat_tui.transcript.wrap import TAB_SIZE, cells, wrap

if TYPE_CHECKING:
    from chat_tui.transcript.styles import Palette


class Lexer(Protocol):
    """What is used of a Pygments lexer; Pygments has no types of its own."""

    def get_tokens(self, text: str) -> Iterable[tuple[tuple[str, ...], str]]:
        """Return the tokens of `text`."""


GROUP: Final = 100
"""Lines that are lexed together at least; a group ends where nothing is likely to be open."""
GROUP_LIMIT: Final = 200
MAX_LINE: Final = 2_000
"""Characters of a line that are worth lexing."""
KEEP_GROUPS: Final = 12
LOOK_BACK: Final = 30
"""Lines before new ones that are lexed again with them."""


@lru_cache(64)
def lexer_for(language: str) -> Lexer | None:
    """Return the lexer that Pygments has for `language`, None without one."""
    lexers: Any = import_module("pygments.lexers")
    if language not in _known_names():
        return None
    return cast("Lexer", lexers.get_lexer_by_name(language, stripnl=False, ensurenl=False))


@lru_cache(1)
def _known_names() -> frozenset[str]:
    lexers: Any = import_module("pygments.lexers")
    return frozenset(alias for _, aliases, _, _ in lexers.get_all_lexers(plugins=False) for alias in aliases)


def language_of(info: str) -> str:
    """Return the language that a fence's info string names."""
    return info.split(maxsplit=1)[0].strip("{}.").lower() if info.split() else ""


def highlight(source: str, language: str, palette: Palette) -> list[list[Span]]:
    """Return each line of `source` as styled spans; of their text nothing differs from the source."""
    lexer = lexer_for(language) if language else None
    lines = source.split("\n")
    if lexer is None or any(len(line) > MAX_LINE for line in lines):
        return [[(line, palette.text)] for line in lines]
    found: list[list[Span]] = [[]]
    for token, text in lexer.get_tokens(source):
        style = palette.token(".".join(("Token", *token)))
        head, *others = text.split("\n")
        found[-1].append((head, style))
        found.extend([(part, style)] for part in others)
    # A lexer may change the text (it drops a byte order mark, for one): better no colours than another text.
    if ["".join(text for text, _ in line) for line in found] != lines:
        return [[(line, palette.text)] for line in lines]
    return found


class CodeLines(LazyLines):
    """The rows of a code block, wrapped at `width` cells; it grows with the list of lines that it was given.

    Lines are lexed in groups, whose limits depend on what stands before them only. The last group may still grow:
    until it ends, or `finish`, its new lines are lexed from the nearest line that looks safe. Unless they `wrap`, each
    line is one row, however wide that is.
    """

    def __init__(
        self,
        lines: list[str],
        language: str,
        width: int,
        palette: Palette,
        prefix: Sequence[Span] = (),
        *,
        wrap: bool = True,
    ) -> None:
        self._wrap = wrap
        self._lines = lines
        self._language = language
        self._palette = palette
        self._gutter = [*prefix, ("│ ", palette.faint)]
        self._decoration = sum(len(text) for text, _ in self._gutter)
        self._width = max(1, width - sum(cells(text) for text, _ in self._gutter))
        self._heights = Heights()
        self._groups = [0]
        self._coloured: dict[int, list[list[Span]]] = {}
        self._partial = ""
        self._taken = 0
        self.changed_row = 0
        """The first row that the last `grow` changed."""
        self.grow("")

    def grow(self, partial: str) -> None:
        """Take the lines that were added to the list since, and the one that has no end yet."""
        self.changed_row = self._heights.start(self._taken)
        self._heights.truncate(self._taken)
        for index in range(self._taken, len(self._lines)):
            self._heights.append(self._rows(self._lines[index]))
            since = index - self._groups[-1]
            top_level = self._lines[index][:1].isalpha() and not self._lines[index - 1].strip()
            if since >= GROUP_LIMIT or (since >= GROUP and top_level):
                self._coloured.pop(len(self._groups) - 1, None)
                self._groups.append(index)
        self._taken = len(self._lines)
        self._partial = partial
        if partial:
            self._heights.append(self._rows(partial))

    def finish(self) -> None:
        """Note that nothing comes any more: what was coloured provisionally is coloured for good."""
        self.grow("")
        self._coloured.pop(len(self._groups) - 1, None)

    def _rows(self, line: str) -> int:
        if not self._wrap or (len(line) <= self._width and line.isascii() and "\t" not in line):
            return 1
        return len(hard_wrap([(line, self._palette.text)], self._width))

    def __len__(self) -> int:
        return self._heights.total

    def code(self) -> list[Code]:
        """Return that all of it is code."""
        return [Code(range(len(self)), 0)]

    def line(self, row: int) -> Line:
        """Return the line at `row`, coloured."""
        number = self._heights.find(row)
        return self._line(row, number, self._spans(number))

    def plain(self, row: int) -> Line:
        """Return the line at `row` without the work of colouring it."""
        number = self._heights.find(row)
        text = self._lines[number] if number < self._taken else self._partial
        return self._line(row, number, [(text, self._palette.text)])

    def _line(self, row: int, number: int, spans: list[Span]) -> Line:
        joint = "\n"
        if not self._wrap:
            spans = [(text.expandtabs(TAB_SIZE), style) for text, style in spans]
        elif self._heights[number] > 1 or any("\t" in text for text, _ in spans):
            spans, joint = hard_wrap(spans, self._width)[row - self._heights.start(number)]
        return make_line([*self._gutter, *spans], self._decoration, joint)

    def _spans(self, number: int) -> list[Span]:
        if number >= self._taken:
            return [(self._partial, self._palette.text)]
        group = bisect_right(self._groups, number) - 1
        start = self._groups[group]
        coloured = self._coloured.setdefault(group, [])
        if number - start >= len(coloured):
            self._colour(group, coloured)
        for old in list(islice(self._coloured, max(0, len(self._coloured) - KEEP_GROUPS))):
            del self._coloured[old]
        return coloured[number - start]

    def _colour(self, group: int, coloured: list[list[Span]]) -> None:
        """Colour the lines of `group` that have no colours yet, from the nearest safe line on."""
        start = self._groups[group]
        end = self._groups[group + 1] if group + 1 < len(self._groups) else self._taken
        safe = start + len(coloured)
        lowest = max(start, safe - LOOK_BACK)
        while safe > lowest and not (self._lines[safe][:1].isalpha() and not self._lines[safe - 1].strip()):
            safe -= 1
        coloured[safe - start :] = highlight("\n".join(self._lines[safe:end]), self._language, self._palette)


def hard_wrap(spans: list[Span], width: int) -> list[tuple[list[Span], str]]:
    """Return the one line `spans` cut at `width` cells."""
    # A space that can't be broken at stands in for the space while wrapping.
    masked: list[Span] = [(text.expandtabs(TAB_SIZE).replace(" ", "\u00a0"), style) for text, style in spans]
    return [
        ([(text.replace("\u00a0", " "), style) for text, style in piece], "" if index else "\n")
        for index, (piece, _) in enumerate(wrap(masked, width))
    ]
