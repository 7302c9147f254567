"""What of a reply goes to files of its conversation: pictures, sound, and what the server made of attached files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple, Protocol

from chat_tui.conversation.records import encode_line
from chat_tui.conversation.values import FilePart, Part, UnknownPart
from chat_tui.engine.viewing import seconds_of
from chat_tui.reply.arriving import Reply

_DEFAULT_SOUND = "pcm16"
_SOUNDS = {
    "wav": "audio/wav",
    "mp3": "audio/mpeg",
    "flac": "audio/flac",
    "aac": "audio/aac",
    "opus": "audio/opus",
    "pcm16": "audio/pcm",
}


class Keeper(Protocol):
    """Keeps attachments: a folder, or what writes to one as soon as it can."""

    def attach(self, content: bytes, media_type: str, name: str) -> FilePart: ...

    def attach_picture(self, url: str) -> Part: ...


class Kept(NamedTuple):
    """The parts and annotations that refer to a reply's files."""

    parts: tuple[Part, ...] = ()
    annotations: tuple[FilePart, ...] = ()


def keep_files(keeper: Keeper, reply: Reply, body: Mapping[str, object]) -> Kept:
    """Give `keeper` what of `reply` is no text; `body` is the request, which says what the sound is.

    What is there already is not written again.

    Raises:
        OSError: when the disk doesn't take it.
    """
    pictures = [keeper.attach_picture(url) for url in reply.images]
    sound = [_sound_part(keeper, reply, body)] if reply.sound else []
    annotations = [
        keeper.attach(encode_line(annotation), "application/json", _file_name(annotation))
        for annotation in reply.annotations
    ]
    return Kept(_each_once([*pictures, *sound]), tuple(annotations))


def _sound_part(keeper: Keeper, reply: Reply, body: Mapping[str, object]) -> Part:
    asked = body.get("audio")
    name = asked.get("format") if isinstance(asked, Mapping) else None
    if not isinstance(name, str) or name not in _SOUNDS:
        name = _DEFAULT_SOUND
    try:
        content = reply.sound.decoded()
    except ValueError:
        return UnknownPart({"type": "audio", "media_type": _SOUNDS[name], "reason": "not base64"})
    part = keeper.attach(content, _SOUNDS[name], f"speech.{name}")
    return part._replace(seconds=seconds_of(content, part.media_type))


def _file_name(annotation: Mapping[str, Any]) -> str:
    file = annotation.get("file")
    name = file.get("name") if isinstance(file, dict) else None
    return name if isinstance(name, str) and name else "file"


def _each_once(parts: list[Part]) -> tuple[Part, ...]:
    """Return `parts` without the files that are in them twice: one picture can come under two URLs."""
    kept: list[Part] = []
    for part in parts:
        if not isinstance(part, FilePart) or part not in kept:
            kept.append(part)
    return tuple(kept)
