"""Files in requests: they leave as base64, and are read while they do."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from chat_tui.openrouter.client import Client
from chat_tui.openrouter.errors import BadRequest, TooLarge
from chat_tui.openrouter.file_text import FileText, each_file_text
from tests.openrouter.loopback import server
from tests.openrouter.wire import BODY, client_of

_BLOCK = 768 * 1024


def file_of(path: Path, content: bytes, media_type: str = "image/png") -> FileText:
    path.write_bytes(content)
    return FileText(path, len(content), hashlib.sha256(content).hexdigest(), path.name, media_type)


def body_with(*files: FileText) -> dict[str, Any]:
    parts = [{"type": "image_url", "image_url": {"url": file}} for file in files]
    return {**BODY, "messages": [{"role": "user", "content": [{"type": "text", "text": "Ü “x”"}, *parts]}]}


@pytest.mark.parametrize("size", [0, 1, 2, 3, _BLOCK - 1, _BLOCK, _BLOCK + 1, 2 * _BLOCK + 2])
async def test_what_leaves_is_the_json_with_the_whole_text_in_it(tmp_path: Path, size: int) -> None:
    content = bytes(place % 251 for place in range(size))
    files = [file_of(tmp_path / "a.png", content), file_of(tmp_path / "b.pdf", content[:7], "")]
    sent: list[httpx.Request] = []

    async def take(request: httpx.Request) -> httpx.Response:
        await request.aread()
        sent.append(request)
        return httpx.Response(200, json={"choices": [{"message": {"content": "Hm"}, "finish_reason": "stop"}]})

    async with Client(None, transport=httpx.MockTransport(take)) as client:
        for _ in range(2):  # what is sent again is read again
            await client.complete(body_with(*files))
    url = f"data:image/png;base64,{base64.b64encode(content).decode()}"
    bare = base64.b64encode(content[:7]).decode()
    for request in sent:
        assert int(request.headers["content-length"]) == len(request.content)
        assert "transfer-encoding" not in request.headers
        whole = each_file_text(body_with(*files), lambda file: url if file is files[0] else bare)
        assert json.loads(request.content) == {**whole, "stream": False}
    assert len(sent) == 2
    assert [len(file) for file in files] == [len(url), len(bare)]


async def test_over_http_it_arrives_with_its_length_and_a_refusal_before_its_end_is_read(tmp_path: Path) -> None:
    file = file_of(tmp_path / "a.png", b"\x00\xff\x00" * 4 * _BLOCK)
    arrived: list[bytes] = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0])
        if arrived:  # of the second one only the beginning
            await reader.readexactly(_BLOCK)
            status, reply = b"413 Too Large", b'{"error":{"code":413,"message":"Payload too large"}}'
        else:
            arrived.append(await reader.readexactly(length))
            status, reply = b"200 OK", b'{"choices":[{"message":{"content":"Hm"},"finish_reason":"stop"}]}'
        head = b"HTTP/1.1 %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\nConnection: close\r\n\r\n"
        writer.write(head % (status, len(reply)) + reply)
        await writer.drain()
        await reader.read()

    async with server(talk) as base_url, Client(None, base_url) as client:
        await client.complete(body_with(file))
        with pytest.raises(TooLarge):
            await client.complete(body_with(file))
    (part,) = json.loads(arrived[0])["messages"][0]["content"][1:]
    assert base64.b64decode(part["image_url"]["url"].partition(",")[2]) == file.path.read_bytes()


@pytest.mark.parametrize(("content", "words"), [(None, "No such file"), (b"12", "isn't the file that it was")])
async def test_a_file_that_is_gone_or_another_one_is_said_and_nothing_is_sent(
    tmp_path: Path, content: bytes | None, words: str
) -> None:
    file = file_of(tmp_path / "map.png", b"123")
    file.path.unlink() if content is None else file.path.write_bytes(content)

    def answer(_: httpx.Request) -> httpx.Response:
        raise AssertionError("something was sent")

    async with client_of(answer) as client:
        with pytest.raises(BadRequest) as caught:
            await client.complete(body_with(file))
    assert caught.value.sentence.startswith("“map.png” of this chat")
    assert words in caught.value.sentence


async def test_a_file_that_shrinks_while_it_leaves_ends_the_request(tmp_path: Path) -> None:
    size = 32 * 2**20  # more than the buffers between the two hold
    file = FileText(tmp_path / "map.png", size, "", "map.png", "image/png")
    with file.path.open("wb") as sparse:
        sparse.truncate(size)

    async def talk(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        await reader.readexactly(_BLOCK)
        file.path.write_bytes(b"")
        await reader.read()

    async with server(talk) as base_url, Client(None, base_url) as client:
        with pytest.raises(BadRequest, match="isn't the file that it was"):
            await client.complete(body_with(file))


def test_a_file_is_known_again_by_its_bytes(tmp_path: Path) -> None:
    file = file_of(tmp_path / "a.png", b"1234567")
    assert file.is_unchanged()
    assert file.text() == "data:image/png;base64,MTIzNDU2Nw=="
    assert file.beginning(6) == "data:image/png;base64,MTIzND"
    file.path.write_bytes(b"1234568")
    assert not file.is_unchanged()
