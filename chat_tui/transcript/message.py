"""One message in the transcript: its lines, folded or not, complete or still arriving."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Final

from rich.style import Style

from chat_tui.conversation.ids import created_at, is_id
from chat_tui.conversation.values import FilePart, Message, TextPart, UnknownPart
from chat_tui.text import one_line, printable
from chat_tui.transcript.below import below, ending, source_lines
from chat_tui.transcript.body import Body, body_of
from chat_tui.transcript.chunks import split
from chat_tui.transcript.context import BAR, INDENT, MEASURE, Context, blank
from chat_tui.transcript.inline import allowed
from chat_tui.transcript.lines import Line, Sections, Span, make_line
from chat_tui.transcript.render import wrapped_lines
from chat_tui.transcript.streaming import StreamingBody
from chat_tui.transcript.styles import Palette, linked
from chat_tui.transcript.thinking import Thinking
from chat_tui.transcript.thoughts import GrowingText
from chat_tui.transcript.tool_calls import call_lines, call_of

FOOTER_ROWS: Final = 3
LONGEST_CALL: Final = 12
"""Rows of a tool call that are shown while it is folded."""


def readable_size(size: int) -> str:
    """Return `size` bytes for people."""
    if size < 1000:
        return f"{size} B"
    return f"{size / 1000:,.0f} kB" if size < 1_000_000 else f"{size / 1_000_000:,.1f} MB"


class Item:
    """A message and how it is shown."""

    __slots__ = (
        "_arriving",
        "_body",
        "_calls",
        "_folds_calls",
        "_held",
        "_label_style",
        "_text",
        "_thinking",
        "_thoughts",
        "_told_below",
        "head",
        "lines",
        "message",
        "unfolded",
    )

    def __init__(self, message: Message) -> None:
        self.message = message
        self.unfolded = False
        self.lines: Sections | None = None
        self.head = 0
        """Sections before the body."""
        self._arriving: StreamingBody | None = None
        self._body: Body | None = None
        self._text: list[str] = []
        self._thinking: Thinking | None = None  # made when needed: most of ten thousand messages are never looked at
        self._label_style = Style.null()
        self._folds_calls = False
        self._told_below = 0  # rows below the text that can be found; the receipt can't
        self._calls: dict[int, tuple[str, list[str]]] = {}
        self._held = ""
        self._thoughts: GrowingText | None = None

    @property
    def arriving(self) -> bool:
        """The reply is still coming."""
        return self.message.status == "streaming"

    @property
    def text(self) -> str:
        """All that is known of the message's text."""
        return self.message.text + "".join(self._text)

    @property
    def reasoning(self) -> str:
        """All that is known of the message's reasoning."""
        return self._thinking.text if self._thinking is not None else self.message.reasoning

    @property
    def _thought(self) -> Thinking:
        if self._thinking is None:
            self._thinking = Thinking(self.message.reasoning)
        return self._thinking

    @property
    def sources(self) -> tuple[str, str, str]:
        """What can be found in the message: its reasoning, its text, and what stands below that."""
        return self.reasoning, self.text, below(self.message, self.calls)

    @property
    def source_rows(self) -> tuple[range, range, range]:
        """The rows of each of `sources`, as far as they are shown."""
        return self.reasoning_rows, self.text_rows, self._below_rows

    @property
    def text_rows(self) -> range:
        """The rows of the message's text, without what stands around it; none while its lines aren't made."""
        if self.lines is None:
            return range(0)
        if self.message.role == "user":
            return range(self.lines.start(1))
        return range(self.lines.start(self.head), self.lines.start(-1))

    @property
    def label_row(self) -> int:
        """The row, and the section, of the line that stands for the reasoning, when there is any."""
        return 1 if self.message.role == "tool" else 0

    @property
    def reasoning_rows(self) -> range:
        """The rows of the message's reasoning while it is unfolded."""
        if self.lines is None or not (self.unfolded and self.reasoning):
            return range(0)
        return range(self.label_row + 1, self.lines.start(self.head) - 1)

    @property
    def _below_rows(self) -> range:
        if self.lines is None:
            return range(0)
        start = self.lines.start(-1)
        return range(start, start + self._told_below)

    @property
    def foldable(self) -> bool:
        """Something of the message is folded, or can be."""
        return bool(self.reasoning) or self._folds_calls

    @property
    def calls(self) -> list[tuple[str, str]]:
        """All that is known of the tools that the message calls: their names and arguments."""
        kept = [call_of(call) for call in self.message.tool_calls]
        return kept + [(name, "".join(arguments)) for name, arguments in self._calls.values()]

    def estimate(self, width: int) -> int:
        """Return about how many rows the message takes at `width`, without rendering it."""
        rows, columns = FOOTER_ROWS, max(8, min(width - 3, MEASURE))
        for part in self.message.parts:
            rows += part.text.count("\n") + len(part.text) // columns + 1 if isinstance(part, TextPart) else 1
        return rows

    # Rendering

    def render(self, context: Context, footer: Callable[[Message], str]) -> Sections:
        """Return the message's lines, made anew."""
        if self.message.role == "user":
            head, body = list[Sequence[Line]]([_prompt(self.message, context)]), list[Sequence[Line]]()
        else:
            head = self._above(context)
            if self.arriving:
                self._held = ""
                self._arriving = StreamingBody(context)
                self._arriving.append(self._door(self.text))
                self._body = self._arriving.body
                body = self._arriving.sections
            else:
                chunks = split(printable(self.text)) if self._body is None else self._body.chunks
                self._body = body_of(chunks, context)
                body = self._body.sections
        self.head = len(head)
        self.lines = Sections([*head, *body, self._below(context, footer, empty=not (head or body))])
        return self.lines

    def drop(self) -> None:
        """Forget the lines; they can be made again at any time."""
        if not self.arriving:
            self.lines = self._arriving = self._body = None

    def trim(self) -> None:
        """Keep what is laid out within bounds."""
        if self._body is not None:
            self._body.trim()

    def append_text(self, text: str, context: Context, footer: Callable[[Message], str]) -> int:
        """Take more of the reply; return the first row that changed."""
        was_thinking = self._thinking is not None and self._thinking.going_on
        self.append_text_unseen(text)
        if self._arriving is None or self.lines is None or was_thinking:
            self.render(context, footer)
            return 0
        keep, after, same = self._arriving.append(self._door(text))
        below = self._below(context, footer, empty=not (self.head or keep or after))
        return self.lines.replace_tail(self.head + keep, [*after, below]) + same

    def append_text_unseen(self, text: str) -> None:
        """Take more of the reply while its lines aren't made."""
        if self._thinking is not None:
            self._thinking.end()
        self._text.append(text)

    def append_reasoning(self, text: str, context: Context | None, footer: Callable[[Message], str]) -> int | None:
        """Take more of what the model thinks; return the first row that changed, None when nothing shows of it."""
        began = not self.reasoning
        self._thought.append(text)
        thoughts, lines, label = self._thoughts, self.lines, self.label_row
        if began or lines is None or context is None or self._arriving is None or (self.unfolded and thoughts is None):
            self.lines = None
            return 0
        lines.replace(label, [self._label()])
        if not self.unfolded or thoughts is None:
            return label
        thoughts.append(text)
        below = self._below(context, footer, empty=False)
        lines.replace_tail(label + 1, [thoughts.lines, [blank(context)], *self._arriving.sections, below])
        return label

    def append_call(self, index: int, name: str, arguments: str) -> None:
        """Take more of the call number `index`; it shows with the next text, which may be empty."""
        _, pieces = self._calls.get(index, ("", []))
        pieces.append(arguments)
        self._calls[index] = (name, pieces)

    def finish(self, message: Message, context: Context | None, footer: Callable[[Message], str]) -> None:
        """Take the final message; what was rendered while it arrived is kept when that is what it says."""
        body, source, had_reasoning = self._arriving, self.text, bool(self.reasoning)
        if self._thinking is not None:
            self._thinking.end()
            self._thinking.settle(message.reasoning)
        self.message, self._text, self._calls, self._arriving = message, [], {}, None
        ended = had_reasoning == bool(message.reasoning) and not self.arriving
        if context is None or body is None or self.lines is None or not ended or message.text != source:
            self.lines = self._body = None
            return
        body.append(printable(self._held))
        body.finish()
        head = self._above(context)
        self.head = len(head)
        self.lines = Sections([*head, *body.sections, self._below(context, footer, empty=not (head or body.sections))])

    def _door(self, text: str) -> str:
        # A carriage return at the end may be half of a line's end.
        text = self._held + text
        self._held = "\r" if text.endswith("\r") else ""
        return printable(text.removesuffix("\r") if self._held else text)

    # Around the body

    def _above(self, context: Context) -> list[Sequence[Line]]:
        palette = context.palette
        sections: list[Sequence[Line]] = []
        if self.message.role == "tool":
            sections.append([make_line([(INDENT, palette.text), ("tool", palette.dim)], len(INDENT))])
        reasoning = self.reasoning
        if not reasoning:
            return sections
        self._label_style = palette.dim + self._fold_style
        sections.append([self._label()])
        if self.unfolded:
            bar: list[Span] = [(INDENT, palette.text), ("│ ", palette.faint)]
            self._thoughts = GrowingText(palette.dim, context.measure, bar)
            self._thoughts.append(reasoning)
            sections.append(self._thoughts.lines)
        sections.append([blank(context)])
        return sections

    @property
    def _fold_style(self) -> Style:
        return Style(meta={"fold": self.message.id})

    def _label(self) -> Line:
        """Return the line that stands for the reasoning, with a mark that says whether it is folded."""
        label = f"{'▾' if self.unfolded else '▸'} {self._thought.label(self.message.receipt)}"
        return make_line([(INDENT, self._label_style), (label, self._label_style)], len(INDENT))

    def _call_lines(self, context: Context) -> Iterator[Line]:
        """Yield the lines of the tool calls; long ones fold."""
        palette = context.palette
        self._folds_calls = False
        for call in self.calls:
            lines = call_lines([call], context)
            hidden = len(lines) - LONGEST_CALL
            if hidden <= 1:
                yield from lines
                continue
            self._folds_calls = True
            style = palette.dim + self._fold_style
            if self.unfolded:
                yield lines[0]
                yield make_line([(INDENT, palette.text), (f"▾ {len(lines) - 1:,} rows", style)], len(INDENT))
                yield from lines[1:]
            else:
                yield from lines[:LONGEST_CALL]
                yield make_line([(INDENT, palette.text), (f"▸ {hidden:,} more rows", style)], len(INDENT))

    def _below(self, context: Context, footer: Callable[[Message], str], *, empty: bool) -> list[Line]:
        message, palette = self.message, context.palette
        indent: list[Span] = [(INDENT, palette.text)]
        lines: list[Line] = []

        def quiet(text: str, style: Style) -> None:
            lines.extend(wrapped_lines([(text, style)], context.width - 1, indent, indent))

        lines.extend(self._call_lines(context))
        for text, style in _sources(message, palette):
            quiet(text, style)
        if message.role != "user":
            lines.extend(make_line([*indent, *_part(part, context)], len(INDENT)) for part in _files(message))
        if ended := ending(message):
            quiet(ended, palette["error"] if message.status == "failed" else palette.dim)
        self._told_below = len(lines)
        if self.arriving and empty and not lines:
            quiet("…", palette.dim)
        if message.receipt is not None and message.receipt.violation:
            quiet(one_line(f"! {message.receipt.violation}"), palette["warning"])
        about = one_line(footer(message)) if message.role == "assistant" and not self.arriving else ""
        if about:
            quiet(about, palette.dim)
        if lines and not (self.arriving or empty):
            lines.insert(0, blank(context))
            self._told_below += 1
        lines.append(blank(context))
        return lines


def _sources(message: Message, palette: Palette) -> Iterator[Span]:
    """Yield the sources that a reply names."""
    for text, citation in zip(source_lines(message), message.citations, strict=True):
        yield text, linked(palette.dim, citation.url) if allowed(citation.url) else palette.dim


def _files(message: Message) -> list[FilePart | UnknownPart]:
    return [part for part in message.parts if not isinstance(part, TextPart)]


def _part(part: FilePart | UnknownPart, context: Context) -> list[Span]:
    palette = context.palette
    if isinstance(part, FilePart):
        name = one_line(part.name, max(8, context.width - 20))
        return [("▣ ", palette.dim), (name, palette.text), (f"  {readable_size(part.size)}", palette.dim)]
    kind = one_line(str(part.data.get("type", "")), 40)
    return [(f"▣ {kind or 'something'} that this version does not know", palette.dim)]


def _prompt(message: Message, context: Context) -> list[Line]:
    palette = context.palette
    bar: list[Span] = [(BAR, palette["accent"])]
    time = f"{sent_at(message):%H:%M}"
    # The time stands in the first row only, but text that is as wide in all rows reads better.
    room = max(8, min(context.measure, context.width - len(time) - 2))
    text = printable(message.text).strip("\n")
    lines = wrapped_lines([(text, palette.text)], room, bar, bar) if text else []
    lines.extend(make_line([*bar, *_part(part, context)], len(BAR)) for part in _files(message))
    if not lines:
        lines.append(make_line(bar, len(BAR)))
    first = lines[0]
    missing = context.width - 1 - first.strip.cell_length - len(time)
    if missing > 0 and time:
        copied = first.text
        spans: list[Span] = [(segment.text, segment.style or palette.text) for segment in first.strip]
        with_time = make_line([*spans, (" " * missing, palette.text), (time, palette.dim)], first.decoration)
        lines[0] = with_time._replace(copied=copied)
    return lines


def sent_at(message: Message) -> datetime:
    """Return when `message` was made, in local time."""
    moment: datetime = message.at
    if is_id(message.id):
        with suppress(ValueError, OverflowError, OSError):  # an imported id may hold a moment beyond the calendar
            moment = created_at(message.id)
    return moment.astimezone()
