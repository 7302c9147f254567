"""The parser: CommonMark with tables, strike-through, footnotes and formulas, and what a message defines."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from chat_tui.conversation.citations import MARK, OPENS

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.rules_block import StateBlock
    from markdown_it.rules_inline import StateInline
    from markdown_it.token import Token

MAX_NESTING: Final = 100
"""Levels that markdown-it goes down; below, it drops text without a word."""
MATH_MARKS: Final = {"$$": "$$", "\\[": "\\]", "\\(": "\\)", "$": "$"}
"""What begins a formula -> what ends it."""
DISPLAY: Final = ("$$", "\\[")
"""What begins a formula that stands alone."""

_INTERRUPTED: Final = ("paragraph", "reference", "blockquote", "list")
"""Blocks that end where a formula with lines of its own begins."""


@lru_cache(2)
def parser(*, math: bool) -> MarkdownIt:
    """Return the parser; raw HTML stays text."""
    from markdown_it import MarkdownIt
    from mdit_py_plugins.footnote import footnote_plugin

    options = {"html": False, "maxNesting": MAX_NESTING, "inline_definitions": True}
    markdown = MarkdownIt("commonmark", options).enable(["table", "strikethrough"])
    # Notes stay where they are written: at the end they would move while a reply arrives.
    markdown.use(footnote_plugin, inline=False, move_to_end=False)
    if math:
        markdown.inline.ruler.before("escape", "math", _math)
        markdown.block.ruler.before("fence", "math", _math_block, {"alt": [*_INTERRUPTED]})
    return markdown


class _Links(dict[str, Any]):
    """Link definitions by label; notes what was asked for in vain."""

    def __init__(self) -> None:
        super().__init__()
        self.missed: set[str] = set()

    def get(self, label: str, default: Any = None) -> Any:
        """Return the definition of `label`."""
        found = super().get(label)
        if found is None:
            self.missed.add(label)
        return found or default


class _Notes(dict[str, int]):
    """The labels of footnotes; notes what was asked for in vain. Notes have no numbers but their labels."""

    def __init__(self) -> None:
        super().__init__()
        self.missed: set[str] = set()

    def __bool__(self) -> bool:
        return True  # the plugin doesn't ask an empty one

    def __contains__(self, label: object) -> bool:
        known = super().__contains__(label)
        if not known and isinstance(label, str):
            self.missed.add(label)
        return known

    def get(self, label: str, default: Any = None) -> Any:
        """Return that `label` has no number."""
        return -1


class Definitions:
    """What the labels of one message's links and footnotes mean, as far as it is known; the first one wins."""

    def __init__(self) -> None:
        self._links, self._notes = _Links(), _Notes()
        self.sources: tuple[str, ...] = ()
        """The addresses of the message's sources: what hidden marks in its text lead to."""
        self.missed: frozenset[str] = frozenset()
        """Labels that the last parse asked for in vain: a later definition changes what it said."""

    def parse(self, source: str, *, math: bool) -> list[Token]:
        """Return the tokens of `source`; what it defines counts within it only."""
        before = len(self._links), len(self._notes)
        self._links.missed, self._notes.missed = set(), set()
        tokens = parser(math=math).parse(source, self._environment())
        self.missed = frozenset(self._links.missed | self._notes.missed)
        for labels, label in list(self._since(before)):
            del labels[label]
        if self.sources and OPENS in source:
            for token in tokens:
                self._show_marks(token)
        return tokens

    def _show_marks(self, token: Token) -> None:
        """Make tokens of the marks for sources in `token`, and leave them out of its source."""
        if token.children is not None:
            token.children = [piece for child in token.children for piece in self._cited(child)]
        token.content = MARK.sub("", token.content)

    def _cited(self, token: Token) -> Iterator[Token]:
        """Yield what `token`, which is within a text, is without hidden marks, and those as tokens `cite`."""
        if token.type != "text":
            self._show_marks(token)
            yield token
            return
        done = 0
        for mark in MARK.finditer(token.content):
            yield token.copy(content=token.content[done : mark.start()])
            number, done = int(mark[1]), mark.end()
            if 0 < number <= len(self.sources):
                yield token.copy(type="cite", content="", meta={"number": number, "url": self.sources[number - 1]})
        yield token.copy(content=token.content[done:]) if done else token

    def inline(self, text: str, *, math: bool) -> list[Token]:
        """Return the tokens of `text` within a block."""
        tokens: list[Token] = []
        markdown = parser(math=math)
        markdown.inline.parse(text, markdown, self._environment(), tokens)
        return tokens

    def collect(self, source: str) -> frozenset[str]:
        """Keep what `source` defines, without reading its text; return the new labels, those of notes with a colon."""
        before = len(self._links), len(self._notes)
        markdown = parser(math=False)
        markdown.block.parse(source, markdown, self._environment(), [])
        return frozenset(label for _, label in self._since(before))

    def _since(self, before: tuple[int, int]) -> Iterator[tuple[dict[str, Any], str]]:
        """Yield the labels that came after the first of each kind."""
        for labels, count in zip((self._links, self._notes), before, strict=True):
            for label in islice(reversed(labels), len(labels) - count):
                yield labels, label

    def _environment(self) -> dict[str, Any]:
        return {"references": self._links, "footnotes": {"refs": self._notes, "list": {}}}


def math_mark(text: str, position: int) -> str:
    """Return the mark of a formula that `text` has at `position`, empty when it has none."""
    for mark in MATH_MARKS:
        if text.startswith(mark, position):
            return mark
    return ""


def math_end(text: str, position: int, mark: str) -> int:
    """Return where the formula that `mark` begins at `position` ends, after its mark; -1 when it isn't one.

    A dollar is money unless a formula touches it from within and no digit follows its end.
    """
    start, closing = position + len(mark), MATH_MARKS[mark]
    end = text.find(closing, start)
    while end > 0 and text[end - 1] == "\\" and closing[0] == "$":
        end = text.find(closing, end + 1)
    if end < 0 or not text[start:end].strip():
        return -1
    if mark == "$":
        follows = text[end + 1 : end + 2]
        if text[start].isspace() or text[end - 1].isspace() or follows.isdigit() or follows == "$":
            return -1
    return end + len(closing)


def _math(state: StateInline, silent: bool) -> bool:
    """Read a formula in the text."""
    mark = math_mark(state.src, state.pos)
    end = math_end(state.src, state.pos, mark) if mark else -1
    if end < 0 or end > state.posMax:
        return False
    if not silent:
        token = state.push("math", "", 0)
        token.markup, token.content = mark, state.src[state.pos : end]
    state.pos = end
    return True


def _math_lines(state: StateBlock, start: int, end: int) -> Iterator[tuple[int, str]]:
    """Yield the number and text of the lines that belong to one block."""
    for number in range(start, end):
        if state.isEmpty(number) or state.sCount[number] < state.blkIndent:
            return
        yield number, state.src[state.bMarks[number] + state.tShift[number] : state.eMarks[number]].rstrip()


def _math_block(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Read a formula that has lines of its own."""
    if state.is_code_block(start):
        return False
    lines: list[str] = []
    mark = ""
    for number, line in _math_lines(state, start, end):
        if not lines:
            mark = line[:2]
            if mark not in DISPLAY:
                return False
        lines.append(line)
        rest = line[2:] if number == start else line
        at = rest.find(MATH_MARKS[mark])
        if at < 0:
            continue
        if at + 2 != len(rest) or not "".join(lines)[2:-2].strip():
            return False
        if not silent:
            state.line = number + 1
            token = state.push("math_block", "", 0)
            token.markup, token.content, token.map = mark, "\n".join(lines), [start, state.line]
        return True
    return False
