"""Where a turn's request goes: a chat to one address, a bare text to the other."""

from __future__ import annotations

import asyncio
import json
import re
from typing import Any

import pytest

from chat_tui.engine.library import Library
from tests.engine.conftest import ask, begin, session_of
from tests.openrouter import loopback


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize(
    ("raw", "path", "what"), [(False, "/chat/completions", "messages"), (True, "/completions", "prompt")]
)
async def test_a_chat_and_a_text_go_to_addresses_of_their_own(
    library: Library, stream: bool, raw: bool, path: str, what: str
) -> None:
    asked: list[tuple[str, dict[str, Any]]] = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        (length,) = re.findall(rb"(?i)content-length: (\d+)", head)
        asked.append((head.split()[1].decode(), json.loads(await reader.readexactly(int(length)))))
        choice = {"finish_reason": "stop", "message": {"content": "Yes."}, "text": "Yes."}
        body = json.dumps({"id": "gen-1", "choices": [choice]}).encode()
        writer.write(
            b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body) + body
        )

    async with loopback.server(talk) as url, session_of(url) as session:
        reply = await ask(session, begin(library, "m/asked"), "Why?", stream=stream, raw=raw)
    assert (reply.status, reply.text) == ("complete", "Yes.")
    ((address, body),) = asked
    assert address.removeprefix("/api/v1") == path
    assert what in body
