"""One message in the transcript: its lines, folded or not, complete or still arriving."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

from rich.style import Style

from chat_tui.conversation.citations import hidden_mark, with_marks
from chat_tui.conversation.values import Message, Part, TextPart
from chat_tui.text import one_line, printable
from chat_tui.transcript.below import below, ending
from chat_tui.transcript.body import Body, body_of
from chat_tui.transcript.chances import FOLD, ChanceLines, as_table
from chat_tui.transcript.chunks import split
from chat_tui.transcript.context import INDENT, MEASURE, Context, blank
from chat_tui.transcript.files import STOP, File, FileLines, file_lines, files_of, thumbnail_size
from chat_tui.transcript.json_reply import JsonReply, is_json_like
from chat_tui.transcript.json_tree import TreeLines
from chat_tui.transcript.lines import Code, Fold, Line, Sections, Span, make_line
from chat_tui.transcript.prompt import prompt_lines
from chat_tui.transcript.render import wrapped_lines
from chat_tui.transcript.sources import FOLD as SOURCES
from chat_tui.transcript.sources import SourceLines
from chat_tui.transcript.streaming import StreamingBody
from chat_tui.transcript.thinking import Thinking
from chat_tui.transcript.thoughts import GrowingText
from chat_tui.transcript.tool_calls import call_of, folding_call_lines

FOOTER_ROWS: Final = 3


class Item:
    """A message and how it is shown."""

    __slots__ = (
        "_arriving",
        "_body",
        "_calls",
        "_files",
        "_folds_calls",
        "_held",
        "_json",
        "_label_style",
        "_marked",
        "_names_sources",
        "_tail",
        "_text",
        "_thinking",
        "_thoughts",
        "_told_below",
        "_weighs",
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
        self._json: JsonReply | None = None
        self._weighs = False  # whether the probabilities of its tokens are unfolded
        self._names_sources = False  # whether its sources are
        self._marked = False  # whether the chunks of its body have hidden marks for them
        self._tail = 1  # sections behind the body
        self._files: tuple[Context, tuple[Part, ...], list[FileLines]] | None = None
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
        return range(self.lines.start(self.head), self.lines.start(-self._tail))

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
        return range(self.lines.start(-2) + 1 if self._has_sources else start, start + self._told_below)

    @property
    def foldable(self) -> bool:
        """Something of the message is folded, or can be."""
        return bool(self.reasoning) or self._folds_calls

    @property
    def _has_chances(self) -> bool:
        return bool(self.message.logprobs) and not self.arriving

    @property
    def _has_sources(self) -> bool:
        return bool(self.message.citations) and not self.arriving

    def file_at(self, fold: Fold | None) -> File | None:
        """Return the file whose stop for the reader is called `fold`; None when it is another's."""
        if not isinstance(fold, str) or not fold.startswith(STOP):
            return None
        return files_of(self.message)[int(fold.removeprefix(STOP))]

    def toggle(self, fold: Fold | None) -> None:
        """Fold or unfold a part of the message; None stands for what the model thought, and long tool calls."""
        if fold is None:
            self.unfolded = not self.unfolded
        elif fold == FOLD:
            self._weighs = not self._weighs
        elif fold == SOURCES:
            self._names_sources = not self._names_sources
        elif isinstance(fold, tuple) and self._json is not None and self._json.tree is not None:
            place, more = fold
            self._json.tree.toggle(place, more=more)

    def reveal(self, place: int) -> bool:
        """Unfold what hides `place` of the printable text; tell whether anything is unfolded by that."""
        tree = self._json.tree if self._json is not None else None
        if tree is None:
            return False
        text = self.text
        if printable(text) != text:  # symbols may be longer than what they stand for
            place = bisect_right(range(len(text)), place, key=lambda end: len(printable(text[:end]))) - 1
        return tree.reveal(place)

    def reveal_sources(self) -> bool:
        """Unfold the sources; tell whether they were folded."""
        was_folded, self._names_sources = self._has_sources and not self._names_sources, True
        return was_folded

    def source_of(self, code: Code) -> str:
        """Return what is copied of what folds at `code`: JSON as it was received, tokens as a table, addresses."""
        if code.fold == SOURCES:
            return "\n".join(citation.url for citation in self.message.citations)
        if self.file_at(code.fold) is not None:
            return ""
        return as_table(self.message.logprobs) if code.fold == FOLD else self.text[slice(*code.span)]

    @property
    def calls(self) -> list[tuple[str, str]]:
        """All that is known of the tools that the message calls: their names and arguments."""
        kept = [call_of(call) for call in self.message.tool_calls]
        return kept + [(name, "".join(arguments)) for name, arguments in self._calls.values()]

    def estimate(self, width: int) -> int:
        """Return about how many rows the message takes at `width`, without rendering it."""
        rows, columns = FOOTER_ROWS, max(8, min(width - 3, MEASURE))
        for part in self.message.parts:
            if isinstance(part, TextPart):
                rows += part.text.count("\n") + len(part.text) // columns + 1
            else:
                rows += 2 + thumbnail_size(part, width)[1] if self.message.role == "assistant" else 1
        return rows + 2 * bool(self.message.citations)

    # Rendering

    def render(self, context: Context, footer: Callable[[Message], str]) -> Sections:
        """Return the message's lines, made anew."""
        if self.message.role == "user":
            head, body = list[Sequence[Line]]([prompt_lines(self.message, context)]), list[Sequence[Line]]()
        else:
            head = self._above(context)
            body = [] if self.arriving else self._tree(context)
            if self.arriving:
                self._held = ""
                self._arriving = StreamingBody(self._text_context(context))
                self._arriving.append(self._door(self.text))
                self._body = self._arriving.body
                body = self._arriving.sections
            elif not body:
                body = self._laid_out(self._text_context(context))
        self.head = len(head)
        self.lines = self._around(head, body, context, footer)
        return self.lines

    def _laid_out(self, context: Context) -> list[Sequence[Line]]:
        """Return the sections of the text, with marks where it names its sources."""
        marked = context.markdown and any(citation.spans for citation in self.message.citations)
        if self._body is None or marked != self._marked:
            text = with_marks(self.text, self.message.citations, hidden_mark) if marked else self.text
            chunks = split(printable(text))
        else:
            chunks = self._body.chunks
        self._body, self._marked = body_of(chunks, context), marked
        if marked:
            self._body.context.definitions.sources = tuple(citation.url for citation in self.message.citations)
        return self._body.sections

    def _around(
        self,
        head: Sequence[Sequence[Line]],
        body: Sequence[Sequence[Line]],
        context: Context,
        footer: Callable[[Message], str],
    ) -> Sections:
        """Return the lines with what stands below the body."""
        return Sections([*head, *body, *self._behind(context, footer, empty=not (head or body))])

    def _behind(self, context: Context, footer: Callable[[Message], str], *, empty: bool) -> list[Sequence[Line]]:
        """Return what stands behind the body: files, probabilities, sources, and what is said below."""
        sections: list[Sequence[Line]] = [*self._file_lines(context, empty=empty)]
        empty = empty and not sections
        if self._has_chances:
            sections.append(ChanceLines(self.message.logprobs, context, self.message.id, unfolded=self._weighs))
        if self._has_sources:
            citations, unfolded = self.message.citations, self._names_sources
            sections.append(SourceLines(citations, context, self.message.id, unfolded=unfolded))
        sections.append(self._below(context, footer, empty=empty))
        self._tail = len(sections)
        return sections

    def _file_lines(self, context: Context, *, empty: bool) -> list[FileLines]:
        """Return the rows of each file; they are kept while others change around them."""
        parts = self.message.parts
        if self._files is not None and self._files[0] is context and self._files[1] is parts and not empty:
            return self._files[2]
        found = file_lines(self.message, context, empty=empty)
        self._files = context, parts, found
        return found

    def _tree(self, context: Context) -> list[Sequence[Line]]:
        """Return the rows of a reply that was asked for as JSON, and is; nothing for any other."""
        if not self.message.response_format:
            return []
        if self._json is None:
            self._json = JsonReply(self.message)
        tree = self._json.tree
        return [TreeLines(tree, context, self.message.id)] if tree is not None else []

    def _text_context(self, context: Context) -> Context:
        """Return how the text is shown: what was asked for as JSON, and looks like it, isn't taken for Markdown."""
        return replace(context, markdown=False) if self.message.response_format and is_json_like(self.text) else context

    def drop(self) -> None:
        """Forget the lines; they can be made again at any time."""
        if not self.arriving:
            self.lines = self._arriving = self._body = self._files = None

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
        behind = self._behind(context, footer, empty=not (self.head or keep or after))
        return self.lines.replace_tail(self.head + keep, [*after, *behind]) + same

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
        behind = self._behind(context, footer, empty=False)
        lines.replace_tail(label + 1, [thoughts.lines, [blank(context)], *self._arriving.sections, *behind])
        return label

    def append_call(self, index: int, name: str, arguments: str) -> None:
        """Take more of the call number `index`; it shows with the next text, which may be empty."""
        _, pieces = self._calls.get(index, ("", []))
        pieces.append(arguments)
        self._calls[index] = (name, pieces)

    def append_part(self, part: Part) -> None:
        """Take a picture; it shows with the next text, which may be empty."""
        if part not in self.message.parts:
            self.message = replace(self.message, parts=(*self.message.parts, part))

    def finish(self, message: Message, context: Context | None, footer: Callable[[Message], str]) -> None:
        """Take the final message; what was rendered while it arrived is kept when that is what it says."""
        body, source, had_reasoning = self._arriving, self.text, bool(self.reasoning)
        if self._thinking is not None:
            self._thinking.end()
            self._thinking.settle(message.reasoning)
        self.message, self._text, self._calls, self._arriving = message, [], {}, None
        ended = had_reasoning == bool(message.reasoning) and not self.arriving
        self._json = None
        same = ended and message.text == source and not message.response_format
        same = same and not any(citation.spans for citation in message.citations)
        if context is None or body is None or self.lines is None or not same:
            self.lines = self._body = None
            return
        body.append(printable(self._held))
        body.finish()
        head = self._above(context)
        self.head = len(head)
        self.lines = self._around(head, body.sections, context, footer)

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

    def _below(self, context: Context, footer: Callable[[Message], str], *, empty: bool) -> list[Line]:
        message, palette = self.message, context.palette
        indent: list[Span] = [(INDENT, palette.text)]
        lines: list[Line] = []

        def quiet(text: str, style: Style) -> None:
            lines.extend(wrapped_lines([(text, style)], context.width - 1, indent, indent))

        calls, self._folds_calls = folding_call_lines(self.calls, context, self._fold_style, unfolded=self.unfolded)
        lines.extend(calls)
        if ended := ending(message):
            quiet(ended, palette["error"] if message.status == "failed" else palette.dim)
        self._told_below = len(lines)
        if self._json is not None and self._json.remark:
            quiet(self._json.remark, palette.dim)
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
