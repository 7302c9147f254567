"""Requests to be looked at: the next one as it would be sent, and those of replies as they were."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

from chat_tui.conversation.exports.writing import write_file
from chat_tui.conversation.values import FilePart, LinkPart, Message
from chat_tui.engine.asking import Manner
from chat_tui.engine.recordings import Recorded
from chat_tui.engine.remembering import request_of
from chat_tui.engine.shortening import Shortened, shortened, whole
from chat_tui.openrouter.as_code import Sending, as_curl, as_json, as_python
from chat_tui.openrouter.exact_json import decode_json
from chat_tui.openrouter.file_text import FileGoneError, FileText, each_file_text, file_texts

if TYPE_CHECKING:
    from chat_tui.engine.chat import Chat
    from chat_tui.engine.session import Session

Form = Literal["JSON", "curl", "Python"]
FORMS: Final[tuple[Form, ...]] = ("JSON", "curl", "Python")
ENDINGS: Final[Mapping[Form, str]] = {"JSON": "json", "curl": "sh", "Python": "py"}
Sign = Literal[" ", "-", "+", "…"]
LARGEST_FILE: Final = 8_000_000
"""Bytes of an attached file that are shown, copied or saved as a part of a request."""
LONGEST_TEXT: Final = 20_000
"""Characters of a text that can be edited; a longer one is shortened like data."""
_MOST_COMPARED: Final = 800
"""Changed lines on one side that are compared one by one; more are shown as gone and come."""
_AROUND: Final = 3
"""Lines that are shown around a change."""

_EXACT = "As it was sent."
_CHANGED = (
    "Made again from the conversation, but not quite what was sent: something it was made of has changed, can't be "
    "read any more, or isn't kept because it has the name of a key."
)
_NOT_KEPT = "This reply's request wasn't kept. What its branch would send now, under today's settings:"
_EDITED = "As it was sent; it was written by hand."
_NEXT = "What will be sent."
_NO_PROMPT = "Nothing is written yet: the prompt will stand at the end."


@dataclass(frozen=True)
class Inspected:
    """A request, and what is known of its way.

    Args:
        reply: The reply that it asked for; None of the next one.
        body: All of it.
        remark: How sure this is, as a sentence.
        sending: Where it goes and with which headers, the key masked.
        recorded: What went over the wire, when that was in this run.
    """

    reply: Message | None
    body: Mapping[str, Any]
    remark: str
    sending: Sending
    recorded: Recorded

    @cached_property
    def short(self) -> Shortened:
        """The body without its megabytes."""
        return shortened(self.body)

    @cached_property
    def whole(self) -> Mapping[str, Any]:
        """The body with its megabytes; of files that are larger than `LARGEST_FILE` only the beginnings."""
        large = shortened([file for file in file_texts(self.body) if file.size > LARGEST_FILE])
        shown = dict(zip(large.replaced.values(), large.replaced, strict=True))
        written: Mapping[str, Any] = each_file_text(self.body, lambda file: shown.get(file) or _written_out(file))
        return written

    def shown(self, *, short: bool) -> Mapping[str, Any]:
        """Return the body, `short` or whole."""
        return self.short.value if short else self.whole

    def written(self, form: Form, *, short: bool) -> str:
        """Return the request in `form`."""
        sending = self.sending._replace(body=self.shown(short=short))
        match form:
            case "JSON":
                return as_json(sending.body)
            case "curl":
                return as_curl(sending)
            case "Python":
                return as_python(sending)


def _written_out(file: FileText) -> str:
    try:
        return file.text()
    except FileGoneError as error:
        return str(error)


def requests_in(chat: Chat) -> list[Message]:
    """Return the replies on the branch that is shown, whose requests can be looked at, oldest first."""
    return [message for message in chat.path if message.role == "assistant"]


def before(chat: Chat, reply: Message | None) -> Message | None:
    """Return the reply that one is compared with: its sibling before it, else the reply before it on its branch."""
    if reply is None:
        return next(reversed(requests_in(chat)), None)
    siblings = [one for one in chat.tree.children(reply.parent) if one.role == "assistant"]
    place = next((place for place, one in enumerate(siblings) if one.id == reply.id), 0)
    if place:
        return siblings[place - 1]
    path = chat.tree.path(reply.parent)
    return next((message for message in reversed(path) if message.role == "assistant"), None)


async def inspect_next(
    session: Session, chat: Chat, draft: str, files: Sequence[FilePart | LinkPart] = (), *, echo: bool = False
) -> Inspected:
    """Return the request that sending `draft` and `files` would make; `echo` asks for what providers get of it."""
    asking = await session.preview(chat, draft, Manner(echo=echo), files)
    body, remark = asking.body, _NEXT
    if not draft and not files:
        body, remark = {**body, "messages": body["messages"][:-1]}, _NO_PROMPT
    if asking.left_out:
        remark += f" Left out, for this server has no place for it: {', '.join(asking.left_out)}."
    sending = Sending(session.address(), session.shown_headers(body), body)
    return await _read(Inspected(None, body, remark, sending, Recorded()))


async def inspect_reply(session: Session, chat: Chat, reply: Message) -> Inspected:
    """Return the request that `reply` answers.

    Raises:
        OSError: when a file that it is in can't be read.
    """
    import asyncio

    remembered = await asyncio.to_thread(request_of, chat, reply)
    recorded = session.recordings.of(reply.id)
    if remembered is None or reply.asked is None:
        path = chat.tree.path(reply.parent)
        body: Mapping[str, Any] = (await session.preview_again(chat, path[-1])).body if path else {}
        remark, raw = _NOT_KEPT, False
    else:
        body, raw = remembered.body, reply.asked.raw
        remark = (_EDITED if reply.asked.edited else _EXACT) if remembered.is_exact else _CHANGED
    origin = reply.receipt.origin if reply.receipt else None
    if origin and origin != session.server.origin:
        remark += f" It went to {origin}, not to the server of now."
    headers = recorded.attempts[-1].headers if recorded.attempts else None
    sending = Sending(session.address(text=raw), headers or session.shown_headers(body), body)
    return await _read(Inspected(reply, body, remark, sending, recorded))


async def _read(inspected: Inspected) -> Inspected:
    """Read what is shown at first, beside the loop."""
    import asyncio

    await asyncio.to_thread(lambda: inspected.short)
    return inspected


def difference(old: str, new: str) -> list[tuple[Sign, str]]:
    """Return the lines of `new` with those of `old` that are gone, and a few around each change; … for the rest."""
    gone, come = old.split("\n"), new.split("\n")
    start = _common(gone, come)
    end = _common(gone[start:][::-1], come[start:][::-1])
    removed, added = gone[start : len(gone) - end], come[start : len(come) - end]
    lines: list[tuple[Sign, str]] = [(" ", line) for line in come[:start]]
    lines += _compared(removed, added)
    lines += [(" ", line) for line in come[len(come) - end :]]
    return _folded(lines)


def _compared(removed: list[str], added: list[str]) -> list[tuple[Sign, str]]:
    if max(len(removed), len(added)) > _MOST_COMPARED:
        return [*(("-", line) for line in removed), *(("+", line) for line in added)]
    lines: list[tuple[Sign, str]] = []
    # A comma comes and goes with the line that follows.
    old, new = ([line.rstrip(",") for line in side] for side in (removed, added))
    for kind, first, last, place, stop in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            lines += [(" ", line) for line in added[place:stop]]
        else:
            lines += [*(("-", line) for line in removed[first:last]), *(("+", line) for line in added[place:stop])]
    return lines


def _folded(lines: list[tuple[Sign, str]]) -> list[tuple[Sign, str]]:
    """Return `lines` without those that are far from any change."""
    changed = [place for place, (sign, _) in enumerate(lines) if sign != " "]
    near = {near for place in changed for near in range(place - _AROUND, place + _AROUND + 1)}
    shown: list[tuple[Sign, str]] = []
    skipped = 0
    for place, line in enumerate(lines):
        if place in near:
            shown += _skipped(skipped)
            skipped = 0
            shown.append(line)
        else:
            skipped += 1
    return shown + _skipped(skipped) if changed else []


def _skipped(count: int) -> list[tuple[Sign, str]]:
    return [("…", f"{count:,} line{'s' * (count != 1)} as before")] if count else []


def _common(one: Sequence[str], other: Sequence[str]) -> int:
    """Return how many lines both begin with."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((place for place, (a, b) in pairs if a.rstrip(",") != b.rstrip(",")), min(len(one), len(other)))


def to_edit(inspected: Inspected) -> tuple[str, dict[str, Any]]:
    """Return the request as JSON that can be edited, and what stands in it shortened."""
    short = shortened(inspected.body, LONGEST_TEXT)
    return as_json(short.value), short.replaced


def edited(text: str, replaced: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the request that a person wrote as `text`, with what was shortened put back.

    Raises:
        ValueError: with a sentence, when it can't be sent.
    """
    import json

    try:
        value = decode_json(text)
    except json.JSONDecodeError as error:
        raise ValueError(f"Line {error.lineno}, column {error.colno}: {_reason(error.msg)}.") from None
    except ValueError:
        raise ValueError("This is nested too deeply, or has too many values.") from None
    if not isinstance(value, dict):
        raise ValueError("A request is an object: it begins with { and ends with }.")
    said = value.get("messages")
    if isinstance(value.get("prompt"), str) and "messages" not in value:
        return _whole(value, replaced)
    if not isinstance(said, list) or not said or not all(isinstance(one, dict) for one in said):
        raise ValueError("“messages” must be a list of objects, at least one.")
    return _whole(value, replaced)


def _whole(value: Mapping[str, Any], replaced: Mapping[str, Any]) -> Mapping[str, Any]:
    restored: Mapping[str, Any] = whole(value, replaced)
    return restored


_REASONS: Final = {
    "Expecting value": "a value is missing here",
    "Expecting ',' delimiter": "a comma is missing here, or a bracket",
    "Expecting ':' delimiter": "a colon is missing here",
    "Expecting property name enclosed in double quotes": "a name in double quotes is missing here",
    "Illegal trailing comma before end of object": "there is a comma too many",
    "Illegal trailing comma before end of array": "there is a comma too many",
    "Unterminated string starting at": "the text that begins here has no end",
    "Extra data": "the request has ended before this",
}


def _reason(message: str) -> str:
    return _REASONS.get(message, "this isn't JSON")


def save(text: str, folder: Path, name: str, ending: str) -> Path:
    """Write `text` to a new file in `folder` and return its path.

    Raises:
        OSError: when the disk doesn't take it.
    """
    number = 1
    while True:
        path = folder / f"{name}{f'-{number}' if number > 1 else ''}.{ending}"
        try:
            write_file(path, [text.encode("utf-8", "replace")])
        except FileExistsError:
            number += 1
        else:
            return path
