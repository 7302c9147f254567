"""What a whole turn leaves on disk besides text: the generation id, sound, calls, parsed files."""

from __future__ import annotations

import asyncio
import base64

from chat_tui.conversation.records import decode_line, decode_message
from chat_tui.conversation.values import FilePart, TextPart
from chat_tui.engine.library import Library
from chat_tui.engine.session import Session
from tests.engine.conftest import PATIENCE, Scripted, begin, partial_of, until

GENERATION = "gen-1795430400-aaaaaaaaaaaaaaaaaaaa"


async def test_a_reply_that_is_stopped_before_its_first_chunk_keeps_its_generation(
    on_script: Session, scripted: Scripted, library: Library
) -> None:
    chat = begin(library, "m/asked")
    turn = await on_script.send(chat, "Hi")
    exchange = await scripted.next()
    await exchange.begin(f"X-Generation-Id: {GENERATION}\r\n")
    await until(lambda: GENERATION in partial_of(chat), "the generation in the partial file")
    turn.stop()
    async with asyncio.timeout(PATIENCE):
        reply = await turn.wait()
    assert reply.status == "cancelled"
    assert reply.receipt is not None
    assert reply.receipt.generation == GENERATION


async def test_sound_and_calls_and_parsed_files_reach_the_journal_without_their_bytes(
    on_script: Session, scripted: Scripted, library: Library
) -> None:
    sound = base64.b64encode(bytes(range(99))).decode()
    annotation = {
        "type": "file",
        "file": {"hash": "x", "name": "a.pdf", "content": [{"type": "text", "text": "Page 1"}]},
    }
    call = {"id": "call_a", "type": "function", "function": {"name": "f", "arguments": '{"a": 1}'}}
    chat = begin(library, "m/asked")
    turn = await on_script.send(chat, "Hi")
    exchange = await scripted.next()
    await exchange.begin()
    await exchange.delta(audio={"data": sound[:31], "transcript": "Good day."})
    await exchange.delta(audio={"data": sound[31:]}, annotations=[annotation], tool_calls=[{"index": 0, **call}])
    await exchange.finish()
    async with asyncio.timeout(PATIENCE):
        reply = await turn.wait()
    (last,) = [
        line for line in chat.folder.journal.read_bytes().splitlines() if reply.id.encode() + b'","parent' in line
    ]
    assert decode_message(decode_line(last)) == reply
    text, speech = reply.parts
    assert text == TextPart("Good day.")
    assert isinstance(speech, FilePart)
    assert chat.folder.read_attachment(speech) == bytes(range(99))
    assert reply.tool_calls == (call,)
    (parsed,) = reply.annotations
    assert b"Page 1" in chat.folder.read_attachment(parsed)
    assert sound[:31].encode() not in last
    assert b"Page 1" not in last


async def test_what_a_failed_reply_had_parsed_is_kept(on_script: Session, scripted: Scripted, library: Library) -> None:
    annotation = {"type": "file", "file": {"hash": "x", "name": "a.pdf", "content": []}}
    chat = begin(library, "m/asked")
    turn = await on_script.send(chat, "Hi")
    exchange = await scripted.next()
    await exchange.begin()
    await exchange.delta(content="Half")
    error = {"code": 400, "message": "No.", "metadata": {"file_annotations": [annotation]}}
    await exchange.fail(400, "No.", error=error)
    async with asyncio.timeout(PATIENCE):
        reply = await turn.wait()
    assert (reply.status, reply.text) == ("failed", "Half")
    assert [part.name for part in reply.annotations] == ["a.pdf"]
