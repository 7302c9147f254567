"""What is attached on its way: from a file to the server, remembered with the reply, and read once."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from chat_tui.attachments.values import AS_IT_IS, Staged
from chat_tui.conversation.events import Leaving
from chat_tui.conversation.values import FilePart, LinkPart, Message
from chat_tui.demo.server import DemoServer
from chat_tui.engine.asking import IN_CHAT
from chat_tui.engine.chat import Chat
from chat_tui.engine.inspecting import edited, inspect_next, inspect_reply, to_edit
from chat_tui.engine.library import Library
from chat_tui.engine.refused import RefusedError
from chat_tui.engine.remembering import request_of
from chat_tui.engine.retry import Retries
from chat_tui.engine.session import Session
from chat_tui.openrouter.file_text import FileText, file_texts
from tests.attachments.files import FILES, pdf, picture
from tests.engine.conftest import PATIENCE, Exchange, Scripted, begin, journal_of, session_of

WIRE_AUDIO = {"wav", "mp3", "aiff", "aac", "ogg", "flac", "m4a", "pcm16", "pcm24"}
PDF = "a.pdf"


def attach(library: Library, chat: Chat, folder: Path, name: str, content: bytes | None = None) -> FilePart:
    """Attach a file of that name as a person does; the original is deleted then."""
    original = folder / name
    original.write_bytes(FILES[name][0] if content is None else content)
    staged = library.drafts.stage(chat.id, original, AS_IT_IS)
    assert isinstance(staged, Staged), staged
    assert isinstance(staged.part, FilePart)
    original.unlink()
    return staged.part


async def answered(exchange: Exchange, text: str = "Hm.", **delta: Any) -> None:
    await exchange.begin()
    await exchange.delta(content=text, **delta)
    await exchange.finish()


def decoded(part: Any) -> tuple[str, bytes]:
    """Return what an arrived part says that it is, and its bytes."""
    match part:
        case {"type": "image_url", "image_url": {"url": str(url)}} | {
            "type": "video_url",
            "video_url": {"url": str(url)},
        }:
            head, _, data = url.partition(",")
        case {"type": "file", "file": {"filename": str(), "file_data": str(url)}}:
            head, _, data = url.partition(",")
        case {"type": "input_audio", "input_audio": {"data": str(data), "format": str(head)}}:
            assert part["input_audio"].keys() == {"data", "format"}
        case _:
            raise AssertionError(part)
    return head, base64.b64decode(data, validate=True)


async def test_a_real_file_of_every_kind_arrives_as_it_is(
    on_script: Session, scripted: Scripted, library: Library, tmp_path: Path
) -> None:
    chat = begin(library, "m/asked")
    parts = [attach(library, chat, tmp_path, name) for name in FILES]
    turn = await on_script.send(chat, "What are these?", IN_CHAT, parts)
    exchange = await scripted.next()
    await answered(exchange)
    reply = await turn.wait()
    assert exchange.body["plugins"] == [{"id": "file-parser", "pdf": {"engine": "cloudflare-ai"}}]
    (message,) = exchange.body["messages"]
    texts = [part["text"] for part in message["content"] if part["type"] == "text"]
    others = [part for part in message["content"] if part["type"] != "text"]
    assert [part["type"] for part in message["content"][: len(texts)]] == ["text"] * len(texts), "text comes first"
    assert texts[0] == "What are these?"
    for name in ("a.py", "a.md"):
        assert any(text.startswith(f"{name}\n```") and FILES[name][0].decode() in text for text in texts)
    sent = [(name, *FILES[name]) for name in FILES if not FILES[name][1].startswith("text/")]
    assert len(others) == len(sent)
    for (name, content, media_type), part in zip(sent, others, strict=True):
        ending = name.rpartition(".")[2]
        named = {"video/quicktime": "video/mov"}.get(media_type, media_type)
        assert decoded(part) == (ending if ending in WIRE_AUDIO else f"data:{named};base64", content)
    assert others[-1] != others[0]
    remembered = request_of(chat, reply)
    assert remembered is not None
    assert remembered.is_exact
    assert len(journal_of(chat)[0]["parts"]) == 1 + len(FILES)
    assert not list(library.drafts.attachments(chat.id).glob("*")), "they are the conversation's now"


async def test_an_address_is_sent_as_it_is(on_script: Session, scripted: Scripted, library: Library) -> None:
    chat = begin(library, "m/asked")
    url = "https://a.example/b"
    parts = [LinkPart("image", url, "b"), LinkPart("video", url, "b"), LinkPart("file", url, "b.pdf")]
    turn = await on_script.send(chat, "", IN_CHAT, parts)
    exchange = await scripted.next()
    await answered(exchange)
    await turn.wait()
    assert exchange.body["messages"][0]["content"] == [
        {"type": "image_url", "image_url": {"url": url}},
        {"type": "video_url", "video_url": {"url": url}},
        {"type": "file", "file": {"filename": "b.pdf", "file_data": url}},
    ]
    assert chat.title == "b"


async def test_a_request_that_is_made_again_reads_its_files_again(
    scripted: Scripted, library: Library, tmp_path: Path
) -> None:
    async with session_of(scripted.base_url, retries=Retries(most=2, first_wait=0.0)) as session:
        chat = begin(library, "m/asked")
        turn = await session.send(chat, "Hi", IN_CHAT, [attach(library, chat, tmp_path, "a.png")])
        first = await scripted.next()
        await first.refuse(503, "Busy")
        second = await scripted.next()
        await answered(second)
        assert (await turn.wait()).status == "complete"
    assert first.body == second.body
    assert decoded(second.body["messages"][0]["content"][1])[1] == FILES["a.png"][0]


async def test_a_file_that_is_gone_is_said_before_anything_is_sent_or_kept(
    on_script: Session, scripted: Scripted, library: Library, tmp_path: Path
) -> None:
    chat = begin(library, "m/asked")
    parts = [attach(library, chat, tmp_path, name) for name in ("a.png", "a.py")]
    turn = await on_script.send(chat, "Hi", IN_CHAT, parts)
    await answered(await scripted.next())
    await turn.wait()
    before = journal_of(chat)
    for part in parts:
        path = chat.folder.attachment(part)
        content = path.read_bytes()
        path.unlink()
        with pytest.raises(RefusedError, match=r"can't be read any more .*nothing was sent.*hide its message"):
            await on_script.send(chat, "Again")
        path.write_bytes(content)
    assert journal_of(chat) == before
    assert scripted.connections == 1


@pytest.mark.parametrize(
    ("model", "settings", "plugins"),
    [
        ("demo/text-only", {}, [{"id": "file-parser", "pdf": {"engine": "cloudflare-ai"}}]),
        ("demo/markdown", {}, None),
        ("openrouter/auto", {}, [{"id": "file-parser", "pdf": {"engine": "cloudflare-ai"}}]),
        ("demo/markdown", {"models": ["demo/text-only"]}, [{"id": "file-parser", "pdf": {"engine": "cloudflare-ai"}}]),
        ("demo/text-only", {"plugins": [{"id": "web"}]},
         [{"id": "web"}, {"id": "file-parser", "pdf": {"engine": "cloudflare-ai"}}]),
        ("demo/text-only", {"plugins": [{"id": "file-parser", "pdf": {"engine": "mistral-ocr"}}]},
         [{"id": "file-parser", "pdf": {"engine": "mistral-ocr"}}]),
        ("demo/text-only", {"plugins": [{"id": "file-parser", "enabled": False}]},
         [{"id": "file-parser", "enabled": False}]),
        ("demo/text-only@preset/mine", {}, None),
        ("demo/text-only", {"preset": "mine"}, None),
    ],
)  # fmt: skip
async def test_documents_are_read_for_nothing_unless_something_else_was_chosen(
    session: Session, library: Library, tmp_path: Path, model: str, settings: dict[str, Any], plugins: Any
) -> None:
    await session.models()
    chat = begin(library, model)
    chat.change(**settings)
    body = (await session.preview(chat, "Hi", IN_CHAT, [attach(library, chat, tmp_path, PDF)])).body
    assert body.get("plugins") == plugins
    without = (await session.preview(chat, "Hi")).body
    assert without.get("plugins") == settings.get("plugins")


async def ask(session: Session, chat: Chat, text: str, *parts: FilePart) -> Message:
    turn = await session.send(chat, text, IN_CHAT, parts)
    return await turn.wait()


@pytest.mark.parametrize(("engine", "paid"), [(None, 0), ("mistral-ocr", 5)])
async def test_a_document_is_read_and_paid_for_once(
    library: Library, tmp_path: Path, engine: str | None, paid: int
) -> None:
    with DemoServer(pace=0) as server:
        async with session_of(server.base_url) as session:
            chat = begin(library, "demo/text-only")
            if engine:
                chat.change(plugins=[{"id": "file-parser", "pdf": {"engine": engine}}])
            first = await ask(session, chat, "What is in it?", attach(library, chat, tmp_path, PDF, pdf(pages=5)))
            assert [part.media_type for part in first.annotations] == ["application/json"]
            second = await ask(session, chat, "And then?")
            turn = await session.regenerate(chat)
            again = await turn.wait()
            assert (second.status, again.status) == ("complete", "complete")
        assert server.books.settled(PATIENCE)
        assert [entry.parsed_pages for entry in server.books.entries] == [5, 0, 0]
        assert [entry.usage.scanned for entry in server.books.entries] == [paid, 0, 0]


async def test_a_request_with_files_is_looked_at_without_them(
    session: Session, library: Library, tmp_path: Path
) -> None:
    chat = begin(library, "demo/echo")
    content = picture("PNG", (400, 300), compress_level=0)
    part = attach(library, chat, tmp_path, "large.png", content)
    coming = await inspect_next(session, chat, "Look", [part])
    assert coming.remark == "What will be sent."
    digest = hashlib.sha256(content).hexdigest()[:12]
    short = coming.written("JSON", short=True)
    characters = 22 + 4 * -(-len(content) // 3)
    assert (
        f"data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAA… ({characters:,} characters, sha256 of the file {digest})"
        in short
    )
    url = f"data:image/png;base64,{base64.b64encode(content).decode()}"
    assert coming.written("curl", short=False).count(url) == 1
    was = await inspect_reply(session, chat, await ask(session, chat, "Look", part))
    assert was.remark == "As it was sent."
    assert was.shown(short=False)["messages"] == coming.shown(short=False)["messages"]
    path = chat.folder.attachment(part)
    path.write_bytes(content[:-1] + b"!")
    changed = await inspect_reply(session, chat, chat.path[-1])
    assert "not quite what was sent" in changed.remark
    path.unlink()
    gone = await inspect_reply(session, chat, chat.path[-1])
    assert "not quite what was sent" in gone.remark
    assert "large.png" in gone.written("JSON", short=False), "what can't be read is named in its place"


async def test_a_file_too_large_to_be_shown_stays_short_and_is_sent_whole(
    on_script: Session, scripted: Scripted, library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chat_tui.engine.inspecting.LARGEST_FILE", 50)
    chat = begin(library, "m/asked")
    part = attach(library, chat, tmp_path, "a.png")
    coming = await inspect_next(on_script, chat, "Look", [part])
    assert "sha256 of the file" in coming.written("JSON", short=False)
    turn = await on_script.send(chat, "Look", IN_CHAT, [part])
    exchange = await scripted.next()
    await answered(exchange)
    await turn.wait()
    assert decoded(exchange.body["messages"][0]["content"][1])[1] == FILES["a.png"][0]


async def test_a_request_that_was_edited_keeps_its_files_by_name(
    on_script: Session, scripted: Scripted, library: Library, tmp_path: Path
) -> None:
    chat = begin(library, "m/asked")
    part = attach(library, chat, tmp_path, "a.png")
    turn = await on_script.send(chat, "Look", IN_CHAT, [part])
    await answered(await scripted.next())
    inspected = await inspect_reply(on_script, chat, await turn.wait())
    text, replaced = to_edit(inspected)
    turn = await on_script.send_edited(chat, chat.path[0], edited(text.replace("Look", "Look closely"), replaced))
    exchange = await scripted.next()
    await answered(exchange)
    reply = await turn.wait()
    words, file = exchange.body["messages"][0]["content"]
    assert (words["text"], decoded(file)[1]) == ("Look closely", FILES["a.png"][0])
    assert reply.asked is not None
    assert base64.b64encode(FILES["a.png"][0]) not in b"".join(
        path.read_bytes() for path in chat.folder.path.rglob("*.json*")
    )
    again = await inspect_reply(on_script, chat, reply)
    assert again.remark == "As it was sent; it was written by hand."
    assert json.loads(again.written("JSON", short=False)) == exchange.body
    assert all(isinstance(one, FileText) for one in file_texts(again.body))


async def test_a_stop_while_a_file_leaves_is_heeded_at_once(library: Library, tmp_path: Path) -> None:
    chat = begin(library, "m/asked")
    part = attach(library, chat, tmp_path, "a.pcm16", bytes(32 * 2**20))  # more than lies on the way
    arrived, stopped = asyncio.Event(), asyncio.Event()

    async def never_read(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        arrived.set()
        await stopped.wait()
        writer.transport.abort()

    listener = await asyncio.start_server(never_read, "127.0.0.1", 0)
    base_url = f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}/api/v1"
    try:
        async with session_of(base_url) as session, asyncio.timeout(PATIENCE):
            turn = await session.send(chat, "Listen", IN_CHAT, [part])
            await arrived.wait()
            turn.stop()
            reply = await turn.wait()
    finally:
        stopped.set()
        listener.close()
        await asyncio.sleep(0)
    assert (reply.status, reply.text) == ("cancelled", "")
    assert chat.folder.attachment(part).stat().st_size == part.size


async def test_how_much_of_a_long_request_has_left_is_told(session: Session, library: Library, tmp_path: Path) -> None:
    chat = begin(library, "demo/echo")
    size = 5_000_000
    turn = await session.send(chat, "Listen", IN_CHAT, [attach(library, chat, tmp_path, "a.pcm16", bytes(size))])
    told = [tagged.event async for batch in turn.watch() for tagged in batch if isinstance(tagged.event, Leaving)]
    assert 2 < len(told) <= 101
    assert [one.done for one in told] == sorted({one.done for one in told})
    assert told[-1].done == told[-1].total > size * 4 / 3
