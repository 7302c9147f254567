"""The content of messages as OpenAI's interfaces have it: text, or a list of parts."""

from __future__ import annotations

from typing import Any

from chat_tui.conversation import exact
from chat_tui.conversation.imports.found import Found, at, object_in, text_in
from chat_tui.conversation.values import FilePart, Json, LinkPart, Part, TextPart
from chat_tui.text import one_line

_TEXTS = frozenset({"text", "input_text", "output_text", "reasoning_text", "summary_text"})
_SOUNDS = {
    "wav": "audio/wav", "mp3": "audio/mpeg", "flac": "audio/flac", "aac": "audio/aac", "opus": "audio/opus",
    "aiff": "audio/aiff", "ogg": "audio/ogg", "m4a": "audio/mp4", "pcm16": "audio/pcm", "pcm24": "audio/l24",
}  # fmt: skip
_HTTPS = "https://"
_LONGEST_URL = 8192  # characters: more is no address


def parts_of(found: Found, content: object) -> tuple[Part, ...]:
    """Return `content` as parts; what isn't known is counted as left out."""
    items = content if isinstance(content, list) else [content]
    parts = [part for item in items if (part := _part(found, item)) is not None]
    return tuple(part for part in parts if part != TextPart(""))


def _part(found: Found, item: object) -> Part | None:
    if isinstance(item, str):
        return TextPart(item)
    if not isinstance(item, dict):
        if item is not None:
            found.left_out["parts of an unknown form"] += 1
        return None
    kind = text_in(item, "type") or "text"
    if kind in _TEXTS and isinstance(item.get("text"), str):
        return TextPart(item["text"])
    if kind == "refusal":
        return TextPart(text_in(item, "refusal"))
    if kind in ("image_url", "input_image", "output_image"):
        url = item.get("image_url")
        return found.picture(url if isinstance(url, str) else text_in(url, "url"))
    if kind in ("file", "input_file"):
        return _file(found, object_in(item, "file") or item)
    if kind in ("video_url", "input_video"):
        return _video(found, text_in(item, "video_url", "url"))
    if kind == "input_audio":
        form = text_in(item, "input_audio", "format")
        return found.encoded(at(item, "input_audio", "data"), _SOUNDS.get(form, "audio/wav"), f"audio.{form or 'wav'}")
    found.left_out[f"parts of the kind “{kind[:40]}”"] += 1
    return None


def _file(found: Found, file: dict[str, Any]) -> Part:
    name = text_in(file, "filename") or text_in(file, "name") or "file"
    data = text_in(file, "file_data") or text_in(file, "fileData")
    if data[: len(_HTTPS)].lower() == _HTTPS and len(data) <= _LONGEST_URL:
        return LinkPart("file", data, one_line(name, 200))
    if not data.startswith("data:"):
        return found.missing(name)
    return _named(found, found.encoded(data, "application/octet-stream", name), name)


def _video(found: Found, url: str) -> Part:
    if url[: len(_HTTPS)].lower() == _HTTPS and len(url) <= _LONGEST_URL:
        return LinkPart("video", url, "video")
    if not url.startswith("data:"):
        return found.missing("video")
    return _named(found, found.encoded(url, "video/mp4", "video"), "video")


def _named(found: Found, part: Part, name: str) -> Part:
    """Return a file that was found under the name that it has there."""
    if not isinstance(part, FilePart):
        return part
    named = part._replace(name=one_line(name, 200))
    found.files[named] = found.files.pop(part)
    return named


def tool_call(identifier: str, name: str, arguments: object) -> Json:
    """Return a tool call as the wire has it; `arguments` may be their JSON, or what it says."""
    said = arguments if isinstance(arguments, str) else exact.dumps(arguments)
    return {"id": identifier, "type": "function", "function": {"name": name, "arguments": said}}


def text_of(content: object) -> str:
    """Return the texts in `content`, one after the other."""
    if isinstance(content, str):
        return content
    if isinstance(content, dict):
        return text_in(content, "text")
    return "\n\n".join(filter(None, map(text_of, content))) if isinstance(content, list) else ""
