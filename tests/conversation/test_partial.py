"""The reply that streams: on disk while it does, and recovered when nobody finished it."""

from __future__ import annotations

import errno
import os
import stat
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from chat_tui.conversation.events import Cited, Event, Image, Reasoning, Receipted, Retrying, Text, ToolCall, Weighed
from chat_tui.conversation.folder import Folder
from chat_tui.conversation.partial import recover_partial
from chat_tui.conversation.values import Attempt, Chance, Citation, FilePart, Likely, Message, Receipt, TextPart
from tests.conversation.samples import message


def streaming_reply() -> Message:
    return replace(message("", message("prompt"), role="assistant"), parts=(), status="streaming", model="demo/slow")


def write_partial(folder: Folder, reply: Message, *events: list[Event]) -> Path:
    writer = folder.start_partial(reply)
    for batch in events:
        writer.append(batch)
    writer.close()
    return writer.path


def test_what_arrived_is_recovered_as_interrupted(tmp_path: Path) -> None:
    reply = streaming_reply()
    path = write_partial(
        Folder(tmp_path),
        reply,
        [Reasoning("Hm"), Reasoning(", so")],
        [Text("Once "), Receipted(Receipt("m", "p", "gen-1"))],
        [Text("upon \ud800")],
    )
    recovered = recover_partial(path)
    assert recovered is not None
    assert (recovered.id, recovered.parent, recovered.model) == (reply.id, reply.parent, "demo/slow")
    assert (recovered.status, recovered.reasoning) == ("interrupted", "Hm, so")
    assert recovered.parts == (TextPart("Once upon \ud800"),)
    assert recovered.receipt == Receipt("m", "p", "gen-1")
    assert recovered.at == reply.at  # its end, saved elsewhere, would be later and count


def test_what_was_told_of_tokens_is_recovered_with_the_form_that_was_asked_for(tmp_path: Path) -> None:
    chances = [Chance(Likely("Hi", -0.5), (Likely("Hi", -0.5), Likely("Ho", -1.0))), Chance(Likely("!", None, b"\xf0"))]
    reply = replace(streaming_reply(), response_format="json_schema")
    path = write_partial(
        Folder(tmp_path), reply, [Text("Hi"), Weighed((chances[0],))], [Weighed((chances[1],)), Text("!")]
    )
    recovered = recover_partial(path)
    assert recovered is not None
    assert recovered.logprobs == tuple(chances)
    assert (recovered.text, recovered.response_format) == ("Hi!", "json_schema")


def test_calls_sources_pictures_and_the_whole_receipt_are_recovered(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    picture = "data:image/png;base64,iVBORw0KGgo="
    attempt = Attempt("It failed.", "429", "Groq", "gen-0")
    receipt = Receipt("m", "p", "gen-1", finish="stop", cost=Decimal("0.5"), raw_usage={"cost": Decimal("0.5")})
    path = write_partial(
        folder,
        streaming_reply(),
        [Receipted(Receipt(generation="gen-0")), Retrying(attempt, 1, 3, 0.5)],
        [ToolCall(0, "f", '{"a', "c1"), ToolCall(1, "", "", None), ToolCall(0, "f", '": ', "c1")],
        [Cited(Citation("https://a", "A")), Image(picture), Text("Hi")],
        [ToolCall(1, "g", "{}", "c2"), ToolCall(0, "f", "1}", "c1"), Cited(Citation("https://b"))],
        [Receipted(receipt)],
    )
    assert b"iVBOR" not in path.read_bytes()
    recovered = recover_partial(path)
    assert recovered is not None
    assert recovered.tool_calls == (
        {"id": "c1", "type": "function", "function": {"name": "f", "arguments": '{"a": 1}'}},
        {"id": "c2", "type": "function", "function": {"name": "g", "arguments": "{}"}},
    )
    assert recovered.citations == (Citation("https://a", "A"), Citation("https://b"))
    text, file = recovered.parts
    assert text == TextPart("Hi")
    assert isinstance(file, FilePart)
    assert folder.read_attachment(file) == b"\x89PNG\r\n\x1a\n"
    assert recovered.receipt == replace(receipt, attempts=(attempt,))


def test_a_generation_that_came_before_the_first_chunk_is_recovered(tmp_path: Path) -> None:
    path = write_partial(Folder(tmp_path), streaming_reply(), [Receipted(Receipt(generation="gen-1"))])
    recovered = recover_partial(path)
    assert recovered is not None
    assert recovered.receipt == Receipt(generation="gen-1")


def test_pieces_of_calls_that_are_none_cost_only_themselves(tmp_path: Path) -> None:
    path = write_partial(Folder(tmp_path), streaming_reply(), [ToolCall(0, "f", "{}", "c1")])
    for pieces in ("5", "[5, {}]", '[{"index": "0"}]', '[{"index": 0, "name": 7, "arguments": []}]'):
        path.write_bytes(path.read_bytes() + b'{"v": 1, "type": "partial", "tool_calls": %s}\n' % pieces.encode())
    recovered = recover_partial(path)
    assert recovered is not None
    assert [call["function"] for call in recovered.tool_calls] == [{"name": "f", "arguments": "{}"}]


def test_a_torn_last_line_costs_only_itself(tmp_path: Path) -> None:
    path = write_partial(Folder(tmp_path), streaming_reply(), [Text("kept")], [Text("torn")])
    content = path.read_bytes()
    end_of_second = content.index(b"\n", content.index(b"\n") + 1) + 1
    for length in range(end_of_second, len(content) - 1):
        path.write_bytes(content[:length])
        recovered = recover_partial(path)
        assert recovered is not None
        assert recovered.text == "kept"


def test_before_the_first_word_there_is_an_empty_reply(tmp_path: Path) -> None:
    recovered = recover_partial(write_partial(Folder(tmp_path), streaming_reply()))
    assert recovered is not None
    assert (recovered.parts, recovered.status, recovered.receipt) == ((), "interrupted", None)


def test_without_a_whole_first_line_there_is_no_reply_and_the_file_stays(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    path = write_partial(folder, streaming_reply())
    path.write_bytes(path.read_bytes()[:40])
    assert list(folder.interrupted()) == []
    assert path.exists()


def test_several_replies_are_found_oldest_first(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    replies = [streaming_reply() for _ in range(3)]
    for reply in reversed(replies):
        write_partial(folder, reply)
    assert [found.id for _, found in folder.interrupted()] == [reply.id for reply in replies]


def test_what_the_disk_took_only_in_part_is_written_again_and_read_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = Folder(tmp_path).start_partial(streaming_reply())
    writer.append([Text("one ")])
    real = os.write
    for taken in range(60):
        room = [taken]

        def full(descriptor: int, data: bytes, room: list[int] = room) -> int:
            if not room:
                raise OSError(errno.ENOSPC, "No space left on device")
            return real(descriptor, data[: room.pop()])

        with monkeypatch.context() as patch:
            patch.setattr(os, "write", full)
            with pytest.raises(OSError, match="No space"):
                writer.append([Text(f"{taken} ")])
    writer.append([Text("end")])
    writer.close()
    kept = recover_partial(writer.path)
    assert kept is not None
    assert kept.text == f"one {' '.join(map(str, range(60)))} end"


def test_the_file_is_private(tmp_path: Path) -> None:
    path = write_partial(Folder(tmp_path), streaming_reply())
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_an_append_without_words_writes_nothing(tmp_path: Path) -> None:
    writer = Folder(tmp_path).start_partial(streaming_reply())
    before = writer.path.read_bytes()
    writer.append([])
    writer.close()
    assert writer.path.read_bytes() == before
