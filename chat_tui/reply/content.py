"""What a person says, shows and attaches, as the content of a message on the wire."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple, cast

from chat_tui.attachments.kinds import PDF, audio_format, data_type, is_text, kind_of
from chat_tui.attachments.texts import fenced
from chat_tui.conversation.values import FilePart, LinkPart, Message, Part, UnknownPart
from chat_tui.openrouter.file_text import FileText
from chat_tui.openrouter.request_messages import ContentPart
from chat_tui.text import one_line

_LONGEST_NAME = 100


class Files(NamedTuple):
    """The files of a conversation."""

    read: Callable[[FilePart], bytes]
    """Returns the bytes of one; raises OSError when it can't."""
    find: Callable[[FilePart], Path]
    """Returns where one is; raises OSError when it is nowhere."""


def content_of(message: Message, files: Files) -> str | list[ContentPart]:
    """Return the content of a user's `message`: a text when it is nothing else, so that every server understands it.

    Texts come first, as OpenRouter advises; files that are text are among them, fenced. What is sent as bytes is in
    there unread, and so is a text that can't be read: who sends it will say so.
    """
    texts = [text for text in (message.text, *_fenced(message.parts, files)) if text]
    others = [sent for part in message.parts if (sent := _sent(part, files))]
    words = [text for text in texts if isinstance(text, str)]
    if not others and len(words) == len(texts):
        return "\n\n".join(words)
    return [*(cast(ContentPart, {"type": "text", "text": text}) for text in texts), *others]


def not_sendable(path: Sequence[Message]) -> Iterator[str]:
    """Yield the names of what users attached that no request has a place for, such as a document of an import."""
    for message in path:
        if message.role == "user":
            for part in message.parts:
                if isinstance(part, FilePart) and kind_of(part.media_type) is None:
                    yield f"“{one_line(part.name, _LONGEST_NAME)}”"
                elif isinstance(part, UnknownPart):
                    yield f"a part of the type “{one_line(str(part.data.get('type')), _LONGEST_NAME)}”"


def has_documents(path: Sequence[Message]) -> bool:
    """Tell whether a server has a document to read for the next reply."""
    return any(_is_document(part) for message in path if message.role == "user" for part in message.parts)


def _is_document(part: Part) -> bool:
    return (isinstance(part, FilePart) and part.media_type == PDF) or (
        isinstance(part, LinkPart) and part.kind == "file"
    )


def _fenced(parts: Sequence[Part], files: Files) -> Iterator[str | FileText]:
    for part in parts:
        if isinstance(part, FilePart) and is_text(part.media_type):
            try:
                yield fenced(part.name, files.read(part).decode("utf-8-sig", "replace"))
            except OSError:
                yield _encoded(part, files)


def _sent(part: Part, files: Files) -> ContentPart | None:
    """Return what is no text; None for what is, and for what the wire doesn't have."""
    sent: dict[str, Any] | None = None
    match part:
        case LinkPart("image", url):
            sent = {"type": "image_url", "image_url": {"url": url}}
        case LinkPart("video", url):
            sent = {"type": "video_url", "video_url": {"url": url}}
        case LinkPart(_, url, name):
            sent = {"type": "file", "file": {"filename": name, "file_data": url}}
        case FilePart():
            sent = _file(part, files)
        case _:
            pass
    return cast("ContentPart | None", sent)


def _file(part: FilePart, files: Files) -> dict[str, Any] | None:
    match kind_of(part.media_type):
        case "image":
            return {"type": "image_url", "image_url": {"url": _encoded(part, files)}}
        case "video":
            return {"type": "video_url", "video_url": {"url": _encoded(part, files)}}
        case "pdf":
            return {"type": "file", "file": {"filename": part.name, "file_data": _encoded(part, files)}}
        case "audio":
            data = _encoded(part, files, is_url=False)
            return {"type": "input_audio", "input_audio": {"data": data, "format": audio_format(part.media_type)}}
        case _:
            return None


def _encoded(part: FilePart, files: Files, *, is_url: bool = True) -> FileText:
    try:
        path = files.find(part)
    except OSError as error:
        path = Path(error.filename or part.name)
    media_type = data_type(part.media_type) if is_url else ""
    return FileText(path, part.size, part.sha256, one_line(part.name, _LONGEST_NAME), media_type)
