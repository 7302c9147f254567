"""Files on the command line: what `ask --attach` sends along, and what a model made."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chat_tui.cli.output import may, say
from chat_tui.text import one_line

if TYPE_CHECKING:
    from chat_tui.attachments.values import Staged, Wishes
    from chat_tui.conversation.values import FilePart, LinkPart, Message
    from chat_tui.engine.chat import Chat
    from chat_tui.engine.session import Session

PIPED = "-"
"""The name of what is piped in."""
_BLOCK = 1024 * 1024
_LONGEST_PIPED = 500_000_000
"""Bytes, as of the largest file that can be attached."""
_LONGEST_NAME = 100
_PATIENCE = 10.0
"""Seconds for the list of models: without it the server says itself what it can't take."""


class NotAttachedError(Exception):
    """Something can't be attached; the message is a sentence."""


def attach_all(sources: Sequence[str], folder: Path, wishes: Wishes, *, sure: bool) -> list[FilePart | LinkPart]:
    """Copy what `sources` name to `folder` and return the parts for a prompt, each file once; say what was done to it.

    What looks like a key, or is in a hidden folder, is asked about unless it is `sure`.

    Raises:
        NotAttachedError: when one of them can't be had.
    """
    parts: list[FilePart | LinkPart] = []
    for source in sources:
        staged = _piped_in(folder, wishes) if source == PIPED else _attached(source, folder, wishes, sure=sure)
        if staged.note:
            say(f"{one_line(staged.part.name, _LONGEST_NAME)}: {staged.note}.")
        if staged.part not in parts:
            parts.append(staged.part)
    return parts


def _attached(source: str, folder: Path, wishes: Wishes, *, sure: bool) -> Staged:
    from chat_tui.attachments.values import Refusal
    from chat_tui.engine.attaching import attach

    staged = attach(source, folder, wishes, sure=sure)
    if isinstance(staged, Refusal) and staged.asks:
        if answer := may(staged.sentence):
            staged = attach(source, folder, wishes, sure=True)
        elif answer is None:
            raise NotAttachedError(f"{staged.sentence} Then add --sure.")
        else:
            raise NotAttachedError("Nothing was attached, and nothing was sent.")
    if isinstance(staged, Refusal):
        raise NotAttachedError(staged.sentence)
    return staged


def _piped_in(folder: Path, wishes: Wishes) -> Staged:
    import tempfile

    from chat_tui.attachments.values import Refusal
    from chat_tui.engine.attaching import attach

    with tempfile.NamedTemporaryFile(prefix="chat-tui-piped-") as copy:
        left = _LONGEST_PIPED
        while left > 0 and (block := sys.stdin.buffer.read(min(_BLOCK, left))):
            copy.write(block)
            left -= len(block)
        if left <= 0 and sys.stdin.buffer.read(1):
            raise NotAttachedError(f"What is piped in has more than {_LONGEST_PIPED // 10**6} MB. Pipe in less.")
        copy.flush()
        staged = attach(Path(copy.name), folder, wishes, sure=True, name="piped-in")
    if isinstance(staged, Refusal):
        raise NotAttachedError(staged.sentence)
    return staged


async def unfit(session: Session, chat: Chat, parts: Sequence[FilePart | LinkPart]) -> str:
    """Return why the model of `chat` can't take `parts`, as sentences; empty when it can, as far as is known."""
    import asyncio

    from chat_tui.engine import needs

    wanted = needs.needs_of((), parts)
    listing = await session.catalogue.open()
    if wanted.inputs and listing.fetched is None:
        try:
            async with asyncio.timeout(_PATIENCE):
                listing = await session.catalogue.refresh()
        except TimeoutError:
            return ""  # the server will say so itself
    found = needs.unfit(listing.index.entries, chat.settings, wanted)
    return f"{found.sentence} Nothing was sent; --model names another one." if found else ""


def kept_files(chat: Chat, reply: Message) -> Iterator[tuple[FilePart, Path | None]]:
    """Yield what a reply has beside its text, and where it is."""
    from chat_tui.conversation.values import FilePart

    for part in reply.parts:
        if isinstance(part, FilePart):
            try:
                yield part, chat.folder.attachment(part)
            except OSError:
                yield part, None


def as_json(part: FilePart | LinkPart, path: Path | None = None) -> dict[str, Any]:
    """Return what `--json` says of something attached, or of a file that a model made."""
    from chat_tui.conversation.values import LinkPart

    if isinstance(part, LinkPart):
        return {"kind": part.kind, "name": part.name, "url": part.url}
    about = {"name": part.name, "media_type": part.media_type, "size": part.size, "sha256": part.sha256}
    measures = {"width": part.width, "height": part.height, "pages": part.pages, "seconds": part.seconds}
    known = {name: value for name, value in measures.items() if value is not None}
    return {**about, **known, **({"path": str(path)} if path else {})}


def say_files(chat: Chat, reply: Message, *, kept: bool) -> None:
    """Say on standard error what a model made beside its text, and where that is."""
    from chat_tui.attachments.words import measures_of

    for part, path in kept_files(chat, reply):
        about = f"{one_line(part.name, _LONGEST_NAME)} ({', '.join(measures_of(part))})"
        say(f"{about}: {path}" if kept and path else f"{about} was not kept; without --no-save it is.")
