"""Replies with more than text: images, speech, citations, and what became of a file."""

import base64
import time
from collections.abc import Container, Mapping
from dataclasses import replace
from typing import Any

from chat_tui.demo import pictures, samples, sounds
from chat_tui.demo.attached import digest_of
from chat_tui.demo.reply import Extra, Reply, tokens_of
from chat_tui.demo.request import ChatRequest
from chat_tui.demo.usage import Spoken

_IMAGE_TOKENS = 1290
_AUDIO_PIECES = 8
_AUDIO_SECONDS = 3600  # until the recording would be thrown away

_CITATIONS = (
    {
        "url": "https://openrouter.ai/docs/quickstart",
        "title": "Quickstart (simulated citation)",
        "content": "Nothing was searched: this excerpt was written for the demo.",
    },
    {"url": "https://example.org/kyoto", "title": "Two days in Kyoto", "start_index": 0, "end_index": 0},
)


def draw(request: ChatRequest) -> Reply:
    """Answer with a small image of the shape that is asked for; as recorded it comes twice."""
    return with_image(Reply(tokens_of(samples.IMAGE)), request)


def draw_huge(_: ChatRequest) -> Reply:
    """Answer with an image of 20 MB on one line."""
    return _with_image(Reply(tokens_of(samples.HUGE_IMAGE)), pictures.huge(), times=1)


def with_image(reply: Reply, request: ChatRequest) -> Reply:
    """Add a small image of the shape that is asked for to a reply."""
    aspect = (request.settings.get("image_config") or {}).get("aspect_ratio")
    return _with_image(reply, pictures.small(aspect if isinstance(aspect, str) else "1:1"), times=2)


def _with_image(reply: Reply, url: str, times: int) -> Reply:
    image = {"type": "image_url", "image_url": {"url": url}, "index": 0}
    first = Extra({"images": [image]}, Spoken(_IMAGE_TOKENS, image=_IMAGE_TOKENS))
    again = Extra({"images": [image]})
    extras = (*reply.extras, first, *[again] * (times - 1))
    return replace(reply, extras=extras, message={**reply.message, "images": [image]}, images=1)


def cite(_: ChatRequest) -> Reply:
    """Answer with links, and name the sources twice; one of them where it is, one nowhere."""
    end = samples.CITATIONS.index(",")
    return with_citations(Reply(tokens_of(samples.CITATIONS)), (end - len("says how to begin"), end))


def with_citations(reply: Reply, first: tuple[int, int] = (0, 0)) -> Reply:
    """Add two sources to a reply, of which the `first` is named from and to these characters."""
    start, end = first
    citations = [{**_CITATIONS[0], "start_index": start, "end_index": end}, *_CITATIONS[1:]]
    return _with_annotations(reply, [{"type": "url_citation", "url_citation": citation} for citation in citations])


def read_file(request: ChatRequest) -> Reply:
    """Say what was in the files that were sent, and give their text to be sent again."""
    files = [part["file"] for part in request.attachments if part["type"] == "file"]
    if not files:
        return Reply(tokens_of(samples.NO_FILE))
    names = ", ".join(f"“{file.get('filename') or 'without a name'}”" for file in files)
    return _with_annotations(Reply(tokens_of(samples.FILE.format(names=names))), [_parsed(file) for file in files])


def with_parsed(reply: Reply, request: ChatRequest, digests: Container[str]) -> Reply:
    """Add to a reply the text of the documents with those `digests`, to be sent again."""
    if "annotations" in reply.message:
        return reply
    parts = (part for message in request.messages if isinstance(message.get("content"), list)
             for part in message["content"])  # fmt: skip
    files = {digest_of(part["file"]): part["file"] for part in parts if part["type"] == "file"}
    return _with_annotations(reply, [_parsed(file) for digest, file in files.items() if digest in digests])


def _parsed(file: Mapping[str, Any]) -> dict[str, Any]:
    name = file.get("filename")
    lines = (
        f'<file name="{name or "file"}">',
        "Simulated: nobody read this file. These words stand for it.",
        "</file>",
    )
    parsed = {
        "hash": digest_of(file),
        "content": [{"type": "text", "text": line} for line in lines],
    }
    return {"type": "file", "file": {**parsed, "name": name} if name else parsed}


def _with_annotations(reply: Reply, annotations: list[dict[str, Any]]) -> Reply:
    extra = Extra({"annotations": annotations})
    return replace(reply, extras=(*reply.extras, extra, extra), message={**reply.message, "annotations": annotations})


def speak(request: ChatRequest) -> Reply:
    """Say a sentence as a tone, with what it would have said."""
    asked = (request.settings.get("audio") or {}).get("format") or "pcm16"
    recording = sounds.wav() if asked == "wav" else sounds.pcm16()
    # A multiple of three bytes: then the pieces can be joined before or after they are decoded.
    size = 3 * -(-len(recording) // (3 * _AUDIO_PIECES))
    words = tokens_of(samples.AUDIO)
    share = -(-len(words) // _AUDIO_PIECES)
    about = {"id": "audio_demo", "expires_at": int(time.time()) + _AUDIO_SECONDS}
    pieces = [
        Extra(
            {
                "audio": {
                    **about,
                    "data": base64.b64encode(recording[place * size : (place + 1) * size]).decode(),
                    "transcript": "".join(words[place * share : (place + 1) * share]),
                }
            },
            Spoken(share, audio=share),
        )
        for place in range(_AUDIO_PIECES)
    ]
    whole = {**about, "data": base64.b64encode(recording).decode(), "transcript": samples.AUDIO}
    return Reply([], extras=tuple(pieces), message={"content": None, "audio": whole})
