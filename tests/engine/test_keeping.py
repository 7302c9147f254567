"""What of a reply is no text, in files: pictures, sound, parsed files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from chat_tui.conversation.folder import Folder
from chat_tui.conversation.ids import new_id, now
from chat_tui.conversation.values import FilePart, LinkPart, Message, UnknownPart
from chat_tui.engine.keeping import keep_files
from chat_tui.openrouter.exact_json import decode_json
from chat_tui.openrouter.types import Chunk
from chat_tui.reply.arriving import Reply
from tests.openrouter.wire import RECORDINGS, chunks_and_fault, streaming

PNG = "iVBORw0KGgo="
PIXEL = "data:image/svg+xml,%3Csvg%2F%3E"


def empty_reply() -> Reply:
    return Reply(Message(new_id(), None, "assistant", (), now(), "streaming"))


def reply_of(**delta: Any) -> Reply:
    reply = empty_reply()
    reply.feed(Chunk.read({"choices": [{"index": 0, "delta": delta}]}))
    return reply


async def recorded(name: str) -> Reply:
    chunks, fault = await chunks_and_fault(streaming([RECORDINGS[name]]))
    reply = empty_reply()
    for chunk in chunks:
        reply.feed(chunk)
    if fault is not None:
        reply.fail(fault)
    return reply


def pictures(*urls: str) -> Reply:
    return reply_of(images=[{"type": "image_url", "image_url": {"url": url}} for url in urls])


@pytest.mark.parametrize(
    ("asked", "media_type", "name", "extension"),
    [
        ({}, "audio/pcm", "speech.pcm16", "pcm"),
        ({"audio": {"voice": "alloy", "format": "wav"}}, "audio/wav", "speech.wav", "wav"),
        ({"audio": {"format": "mp3"}}, "audio/mpeg", "speech.mp3", "mp3"),
        ({"audio": {"format": "../x"}}, "audio/pcm", "speech.pcm16", "pcm"),
        ({"audio": {"format": ["wav"]}}, "audio/pcm", "speech.pcm16", "pcm"),
        ({"audio": "loud"}, "audio/pcm", "speech.pcm16", "pcm"),
    ],
)
async def test_sound_is_a_file_in_the_format_that_was_asked(
    tmp_path: Path, asked: dict[str, Any], media_type: str, name: str, extension: str
) -> None:
    (part,) = keep_files(Folder(tmp_path), await recorded("inferred_audio_output"), asked).parts
    assert isinstance(part, FilePart)
    assert (part.media_type, part.name, part.size) == (media_type, name, 60)
    (file,) = (tmp_path / "attachments").iterdir()
    assert file.name == f"{part.sha256}.{extension}"
    assert file.read_bytes() == bytes(range(60))


def test_sound_that_can_not_be_decoded_is_mentioned(tmp_path: Path) -> None:
    kept = keep_files(Folder(tmp_path), reply_of(audio={"data": "no sound!"}), {})
    assert kept.parts == (UnknownPart({"type": "audio", "media_type": "audio/pcm", "reason": "not base64"}),)


async def test_what_was_made_of_a_file_is_a_file_as_it_came(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    kept = keep_files(folder, await recorded("inferred_file_annotation"), {})
    assert [(part.name, part.media_type) for part in kept.annotations] == [
        ("map.pdf", "application/json"),
        ("file", "application/json"),
    ]
    sent = [json.loads(line[6:]) for line in RECORDINGS["inferred_file_annotation"].split(b"\n\n") if b"9c1e" in line]
    expected = sent[-1]["choices"][0]["delta"]["annotations"]
    assert [decode_json(folder.read_attachment(part).decode()) for part in kept.annotations] == expected


async def test_what_a_failed_reply_had_parsed_is_a_file_too(tmp_path: Path) -> None:
    kept = keep_files(Folder(tmp_path), await recorded("inferred_error_with_parsed_file"), {})
    assert [part.name for part in kept.annotations] == ["plan.pdf"]


def test_one_picture_under_two_urls_is_one_file(tmp_path: Path) -> None:
    kept = keep_files(
        Folder(tmp_path), pictures(f"data:image/png;base64,{PNG}", f"DATA:image/png;x=1;base64,{PNG}"), {}
    )
    assert [part.name for part in kept.parts if isinstance(part, FilePart)] == ["image.png"]
    assert len(kept.parts) == len(list((tmp_path / "attachments").iterdir())) == 1


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (PIXEL, ("image.svg", "image/svg+xml", 6)),
        (f"data:../../etc;base64,{PNG}", ("image.octet-stream", "application/octet-stream", 8)),
        (f"data:image/png;base64,{PNG[:5]}\r\n {PNG[5:-1]}", ("image.png", "image/png", 8)),
        (f"data:;base64,{PNG}", ("image.octet-stream", "application/octet-stream", 8)),
    ],
)
def test_pictures_of_every_spelling_are_kept(tmp_path: Path, url: str, expected: tuple[str, str, int]) -> None:
    (part,) = keep_files(Folder(tmp_path), pictures(url), {}).parts
    assert isinstance(part, FilePart)
    assert (part.name, part.media_type, part.size) == expected


def test_an_address_as_long_as_a_picture_does_not_enter_the_journal(tmp_path: Path) -> None:
    short, long = keep_files(Folder(tmp_path), pictures("https://a/b.png", "https://" + "x" * 100_000), {}).parts
    assert short == LinkPart("image", "https://a/b.png", "picture")
    assert long == UnknownPart({"type": "image_url", "image_url": {}})
