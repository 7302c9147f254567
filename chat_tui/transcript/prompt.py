"""The text of a prompt in the transcript."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime

from chat_tui.conversation.ids import begun_at, is_id
from chat_tui.conversation.values import Message
from chat_tui.text import printable
from chat_tui.transcript.context import BAR, Context
from chat_tui.transcript.lines import Line, Span, make_line
from chat_tui.transcript.render import wrapped_lines


def prompt_lines(message: Message, context: Context) -> list[Line]:
    """Return the lines of a prompt's text, with the time of day in the first one."""
    palette = context.palette
    bar: list[Span] = [(BAR, palette["accent"])]
    time = f"{sent_at(message):%H:%M}"
    # The time stands in the first row only, but text that is as wide in all rows reads better.
    room = max(8, min(context.measure, context.width - len(time) - 2))
    text = printable(message.text).strip("\n")
    lines = wrapped_lines([(text, palette.text)], room, bar, bar) if text else []
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
