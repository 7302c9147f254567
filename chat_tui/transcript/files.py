"""Files in a message as rows: a caption, and of pictures that a model made a thumbnail."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from rich.style import Style

from chat_tui.attachments.half_blocks import Rgb, half_blocks
from chat_tui.attachments.thumbnails import Thumbnail, fit
from chat_tui.attachments.words import glyph_of, measures_of
from chat_tui.conversation.citations import domain_of
from chat_tui.conversation.values import FilePart, LinkPart, Message, TextPart, UnknownPart
from chat_tui.text import one_line
from chat_tui.transcript.context import BAR, INDENT, Context, blank
from chat_tui.transcript.inline import allowed
from chat_tui.transcript.lines import Code, LazyLines, Line, Span, make_line
from chat_tui.transcript.pictures import Wanted
from chat_tui.transcript.styles import linked

File = FilePart | LinkPart | UnknownPart

STOP: Final = "file "
"""What the stops of the reader's cursor at files are called, with the file's number behind."""
COLUMNS: Final = 64
ROWS: Final = 18
FEW_ROWS: Final = 12
"""The most cells of a thumbnail; it has the few rows where the transcript is narrow, and the screen mostly low."""
_NARROW: Final = 100
_LONGEST_NAME: Final = 60
_LINK_GLYPHS: Final = {"image": "▣", "file": "▤", "video": "▶"}


def files_of(message: Message) -> list[File]:
    """Return the parts of `message` that aren't text."""
    return [part for part in message.parts if not isinstance(part, TextPart)]


def thumbnail_size(part: File, width: int) -> tuple[int, int]:
    """Return the columns and rows that the thumbnail of `part` has in a transcript of `width`; 0 and 0 without one."""
    if not isinstance(part, FilePart) or not part.media_type.startswith("image/"):
        return 0, 0
    columns = min(COLUMNS, max(1, width - 2 * len(INDENT)))
    return fit(part.width, part.height, columns, FEW_ROWS if width < _NARROW else ROWS)


class FileLines(LazyLines):
    """The rows of one file: a blank one, its thumbnail if it has one, and its caption.

    Args:
        part: The file.
        context: How it is shown.
        stop: What the reader's stop there is called.
        message_id: Whose file it is, for clicks.
        before: What stands before each row.
        spaced: With the blank row.
        drawn: With a thumbnail.
    """

    def __init__(
        self,
        part: File,
        context: Context,
        stop: str,
        message_id: str,
        before: Sequence[Span],
        *,
        spaced: bool,
        drawn: bool,
    ) -> None:
        pictures = context.pictures
        columns, rows = thumbnail_size(part, context.width) if drawn else (0, 0)
        self._hidden = bool(rows) and (pictures is None or not pictures.shown)
        self._rows = 0 if self._hidden else rows
        self._part = part
        self._wanted = Wanted(part, columns, rows) if isinstance(part, FilePart) else None
        self._context = context
        self._stop = stop
        self._style = Style(meta={"fold": message_id, "part": stop})
        self._before = list(before)
        self._spaced = spaced
        self._made: tuple[object, list[Line]] = (self, [])

    def __len__(self) -> int:
        return self._spaced + self._rows + 1

    def code(self) -> list[Code]:
        """Return that the file is a stop for the reader."""
        return [Code(range(int(self._spaced), len(self)), len(self) - 1, self._stop)]

    def line(self, row: int) -> Line:
        """Return the line at `row`; a thumbnail that isn't there is asked for."""
        row -= self._spaced
        if not 0 <= row < self._rows:
            return self.plain(row + self._spaced)
        context = self._context
        known = context.pictures.get(self._wanted) if context.pictures is not None and self._wanted else None
        made_of, lines = self._made
        if made_of is not known:
            lines = [self._picture_line(known, place) for place in range(self._rows)]
            self._made = known, lines
        return lines[row]

    def plain(self, row: int) -> Line:
        """Return the line at `row` without its picture."""
        row -= self._spaced
        if row < 0:
            return blank(self._context)
        return self._quiet([]) if row < self._rows else self._caption()

    def _picture_line(self, known: Thumbnail | str | None, row: int) -> Line:
        if isinstance(known, Thumbnail):
            background = _background(self._context)
            return self._quiet([(text, style + self._style) for text, style in half_blocks(known, row, background)])
        if known and row == self._rows // 2:
            room = max(8, self._context.width - 2 * len(INDENT))
            return self._quiet([(one_line(known, room), self._context.palette.dim)])
        return self._quiet([])

    def _quiet(self, spans: Sequence[Span]) -> Line:
        """Return a row of which nothing is copied."""
        whole = [*self._before, *spans]
        return make_line(whole, sum(len(text) for text, _ in whole), "")._replace(copied="")

    def _caption(self) -> Line:
        spans = caption(self._part, self._context)
        if self._hidden:
            spans.append(("  a picture: these colours can't show it", self._context.palette.dim))
        return make_line(
            [*self._before, *((text, style + self._style) for text, style in spans)],
            sum(len(text) for text, _ in self._before),
        )


def file_lines(message: Message, context: Context, *, empty: bool) -> list[FileLines]:
    """Return the rows of each file of `message`; `empty` when nothing stands above them."""
    own = message.role == "user"
    before: list[Span] = [(BAR, context.palette["accent"])] if own else [(INDENT, context.palette.text)]
    found: list[FileLines] = []
    above = 0 if empty or own else 1
    for number, part in enumerate(files_of(message)):
        rows = 0 if own else thumbnail_size(part, context.width)[1]
        spaced = bool(above or (rows and found))
        found.append(FileLines(part, context, f"{STOP}{number}", message.id, before, spaced=spaced, drawn=not own))
        above = rows
    return found


def caption(part: File, context: Context) -> list[Span]:
    """Return what is said of a file: the sign of its kind, its name, and its measures or where it is."""
    palette = context.palette
    room = max(8, min(_LONGEST_NAME, context.width - 30))
    match part:
        case FilePart():
            told = " · ".join(measures_of(part))
            name = one_line(part.name, max(8, min(_LONGEST_NAME, context.width - len(told) - 8))) or "file"
            return [(f"{glyph_of(part.media_type)} ", palette.dim), (name, palette.text), (f"  {told}", palette.dim)]
        case LinkPart(kind, url, name):
            style = linked(palette.text, url) if allowed(url) else palette.text
            where = one_line(domain_of(url), room)
            shown = one_line(name, room) or where
            return [(f"{_LINK_GLYPHS[kind]} ", palette.dim), (shown, style), (f"  {where}", palette.dim)]
        case _:
            return [(_unknown(part), palette.dim)]


def _unknown(part: UnknownPart) -> str:
    kind = one_line(str(part.data.get("type", "")), 40)
    if kind == "image_url":
        return "▣ a picture that could not be read"
    if kind == "audio":
        return "♪ a sound that could not be read"
    return f"▣ {kind or 'something'} that this version does not know"


def _background(context: Context) -> Rgb:
    color = context.palette.text.bgcolor
    triplet = color.get_truecolor() if color is not None else None
    return (triplet.red, triplet.green, triplet.blue) if triplet is not None else (0, 0, 0)
