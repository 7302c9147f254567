"""A prompt in the transcript, and the files that stand in it or below a reply."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime

from chat_tui.conversation.ids import begun_at, is_id
from chat_tui.conversation.values import FilePart, LinkPart, Message, TextPart, UnknownPart
from chat_tui.text import one_line, printable
from chat_tui.transcript.context import BAR, Context
from chat_tui.transcript.lines import Line, Span, make_line
from chat_tui.transcript.render import wrapped_lines


def readable_size(size: int) -> str:
    """Return `size` bytes for people."""
    if size < 1000:
        return f"{size} B"
    return f"{size / 1000:,.0f} kB" if size < 1_000_000 else f"{size / 1_000_000:,.1f} MB"


def files_of(message: Message) -> list[FilePart | LinkPart | UnknownPart]:
    """Return the parts of `message` that aren't text."""
    return [part for part in message.parts if not isinstance(part, TextPart)]


def part_spans(part: FilePart | LinkPart | UnknownPart, context: Context) -> list[Span]:
    """Return a part that isn't text: its name and size."""
    palette = context.palette
    if isinstance(part, FilePart):
        name = one_line(part.name, max(8, context.width - 20))
        return [("▣ ", palette.dim), (name, palette.text), (f"  {readable_size(part.size)}", palette.dim)]
    if isinstance(part, LinkPart):
        room = max(8, context.width - 8)
        return [
            ("▣ ", palette.dim),
            (one_line(part.name, room), palette.text),
            (f"  {one_line(part.url, room)}", palette.dim),
        ]
    kind = one_line(str(part.data.get("type", "")), 40)
    return [(f"▣ {kind or 'something'} that this version does not know", palette.dim)]


def prompt_lines(message: Message, context: Context) -> list[Line]:
    """Return the lines of a prompt, with the time of day in the first one."""
    palette = context.palette
    bar: list[Span] = [(BAR, palette["accent"])]
    time = f"{sent_at(message):%H:%M}"
    # The time stands in the first row only, but text that is as wide in all rows reads better.
    room = max(8, min(context.measure, context.width - len(time) - 2))
    text = printable(message.text).strip("\n")
    lines = wrapped_lines([(text, palette.text)], room, bar, bar) if text else []
    lines.extend(make_line([*bar, *part_spans(part, context)], len(BAR)) for part in files_of(message))
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
            moment = begun_at(message.id, message.at)
    return moment.astimezone()
