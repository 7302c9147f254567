"""Hostile streams, from bytes, each at several split points."""

from __future__ import annotations

import json
import logging
import tracemalloc
from collections.abc import AsyncIterator

import httpx
import pytest

from chat_tui.openrouter.errors import CutOff, NotOpenRouter, OpenRouterError, StreamFault
from chat_tui.openrouter.events import EventDecoder
from chat_tui.openrouter.stream import LONGEST_EVENT, parse_chunk
from chat_tui.openrouter.types import Chunk
from tests.openrouter.wire import EVENTS, KEY, USER_ID, chunks_and_fault, event, splits, streaming, text_of

DONE = event("[DONE]")
FINISH = event('{"id":"gen-1","choices":[{"index":0,"delta":{"content":""},"finish_reason":"stop"}]}')


def says(text: str, ensure_ascii: bool = False) -> bytes:
    return event(json.dumps({"id": "gen-1", "choices": [{"delta": {"content": text}}]}, ensure_ascii=ensure_ascii))


async def read(data: bytes) -> tuple[list[Chunk], OpenRouterError | None]:
    """Return what `data` gives, which is the same at every split."""
    chunks, fault = await chunks_and_fault(streaming([data]))
    for pieces in splits(data, 12):
        others, other = await chunks_and_fault(streaming(pieces))
        assert others == chunks
        assert (type(other), str(other)) == (type(fault), str(fault))
    return chunks, fault


async def test_comments_are_skipped() -> None:
    chunks, fault = await read(b": OPENROUTER PROCESSING\n\n:\n\n" + says("a") + b": still here\n\n" + FINISH + DONE)
    assert (text_of(chunks), fault) == ("a", None)


async def test_characters_of_many_bytes_are_split_anywhere() -> None:
    chunks, fault = await read(says("naïve — 漢字 👩‍👩‍👧‍👦") + FINISH + DONE)
    assert (text_of(chunks), fault) == ("naïve — 漢字 👩‍👩‍👧‍👦", None)


async def test_utf8_whatever_the_charset_header_says() -> None:
    headers = {"content-type": "text/event-stream; charset=iso-8859-1"}
    handler = streaming([says("漢é") + DONE], headers=headers)
    chunks, _ = await chunks_and_fault(handler)
    assert text_of(chunks) == "漢é"


async def test_bytes_that_are_not_utf8_are_replaced() -> None:
    chunks, fault = await read(b'data: {"choices":[{"delta":{"content":"a\xff\xc3b"}}]}\n\n' + DONE)
    assert (text_of(chunks), fault) == ("a\ufffd\ufffdb", None)


async def test_byte_order_mark_is_no_text() -> None:
    chunks, _ = await read(b"\xef\xbb\xbf" + says("a") + DONE)
    assert text_of(chunks) == "a"


async def test_several_data_lines_are_one_event() -> None:
    chunks, fault = await read(b'data: {"choices":\ndata: [{"delta":\ndata:{"content":"a"}}]}\n\n' + DONE)
    assert (text_of(chunks), fault) == ("a", None)


async def test_data_without_a_space_and_with_other_fields() -> None:
    data = b'event: message\nid: 7\nretry: 10\ndata:{"choices":[{"delta":{"content":"a"}}]}\n\ndata:[DONE]\n\n'
    chunks, fault = await read(data)
    assert (text_of(chunks), fault) == ("a", None)


async def test_error_chunk_can_come_first() -> None:
    chunks, fault = await read(event('{"error":{"code":"server_error","message":"Boom"},"user_id":"user_x"}'))
    assert chunks == []
    assert isinstance(fault, StreamFault)
    assert "Boom" in fault.sentence
    assert (fault.code, fault.status, fault.retryable) == ("server_error", None, True)


async def test_error_in_a_choice_counts() -> None:
    data = event('{"choices":[{"error":{"code":429,"message":"Slow down"},"finish_reason":"error"}]}')
    chunks, fault = await read(says("a") + data + DONE)
    assert text_of(chunks) == "a"
    assert isinstance(fault, StreamFault)
    assert (fault.status, fault.retryable) == (429, True)


async def test_error_chunk_with_usage_is_kept_for_its_cost() -> None:
    chunks, fault = await read(event('{"error":{"code":502,"message":"x"},"usage":{"cost":0.5},"choices":[]}') + DONE)
    assert [str(chunk.usage.cost) for chunk in chunks if chunk.usage] == ["0.5"]
    assert isinstance(fault, StreamFault)


async def test_error_chunk_does_not_repeat_key_or_user() -> None:
    message = f"bad key {KEY} of {USER_ID} in org-17"
    data = event(json.dumps({"error": {"code": 401, "message": message}, "user_id": "org-17"}))
    _, fault = await read(data)
    assert isinstance(fault, StreamFault)
    for secret in (KEY, USER_ID, "org-17"):
        assert secret not in f"{fault} {vars(fault)}"


async def test_finish_reason_error_without_an_error_object_fails_after_the_usage() -> None:
    failing = '{"id":"gen-1","choices":[{"delta":{"content":""},"finish_reason":"error"}]%s}'
    data = says("a") + event(failing % "") + event(failing % ',"usage":{"cost":0.25}') + DONE
    chunks, fault = await read(data)
    assert text_of(chunks) == "a"
    assert chunks[-1].usage is not None
    assert isinstance(fault, StreamFault)
    assert fault.generation == "gen-1"


@pytest.mark.parametrize("cut", [says("a"), says("a")[:-1], says("a")[:-2], says("a") + b'data: {"choi', b""])
async def test_end_without_done_or_finish_is_cut_off(cut: bytes) -> None:
    chunks, fault = await chunks_and_fault(streaming([cut]))
    assert text_of(chunks) == ("a" if cut else "")
    assert isinstance(fault, CutOff)


async def test_connection_lost_is_cut_off_unless_the_reply_was_finished() -> None:
    lost = httpx.RemoteProtocolError("peer closed connection")
    chunks, fault = await chunks_and_fault(streaming([says("a")], lost))
    assert text_of(chunks) == "a"
    assert isinstance(fault, CutOff)
    assert fault.generation == "gen-1"
    _, fault = await chunks_and_fault(streaming([says("a"), FINISH], lost))
    assert fault is None


async def test_silence_after_the_finish_is_an_end() -> None:
    _, fault = await chunks_and_fault(streaming([says("a"), FINISH], httpx.ReadTimeout("")))
    assert fault is None


async def test_end_with_finish_and_without_done_is_whole() -> None:
    chunks, fault = await read(says("a") + FINISH)
    assert (text_of(chunks), fault) == ("a", None)


@pytest.mark.parametrize("missing", [1, 2])
async def test_last_event_needs_no_blank_line(missing: int) -> None:
    _, fault = await read((says("a") + FINISH)[:-missing])
    assert fault is None


async def test_what_follows_done_is_not_read() -> None:
    chunks, fault = await read(says("a") + DONE + says("b"))
    assert (text_of(chunks), fault) == ("a", None)


async def test_finish_may_be_repeated() -> None:
    usage = event('{"choices":[{"delta":{"content":""},"finish_reason":"stop"}],"usage":{"total_tokens":3}}')
    chunks, fault = await read(says("a") + FINISH + FINISH + usage + DONE)
    assert fault is None
    assert [chunk.finish_reason for chunk in chunks] == [None, "stop", "stop", "stop"]
    assert chunks[-1].usage is not None


async def test_text_after_the_finish_is_kept() -> None:
    chunks, _ = await read(says("a") + FINISH + says("b") + DONE)
    assert text_of(chunks) == "ab"


async def test_unknown_fields_are_kept() -> None:
    chunks, _ = await read(event('{"x_new":{"a":1},"choices":[{"delta":{"content":"a","x_other":[2]}}]}') + DONE)
    assert chunks[0].model_extra == {"x_new": {"a": 1}}
    assert chunks[0].choices[0].delta.model_extra == {"x_other": [2]}


NOT_CHUNKS = ["{garbage SECRET", '["SECRET"]', '"SECRET"', "null", "7", "[" * 100_000, "{" + '"a":' * 5, "-" * 9]


@pytest.mark.parametrize("garbage", NOT_CHUNKS, ids=range(len(NOT_CHUNKS)))
async def test_events_that_are_no_chunks_are_skipped_and_logged_once(
    garbage: str, caplog: pytest.LogCaptureFixture
) -> None:
    assert parse_chunk(garbage) is None
    with caplog.at_level(logging.DEBUG, "chat_tui.openrouter"):
        chunks, fault = await chunks_and_fault(
            streaming([event(garbage) + says("a") + event(garbage) + says("b") + DONE])
        )
    assert (text_of(chunks), fault) == ("ab", None)
    logged = [record for record in caplog.records if record.name == "chat_tui.openrouter"]
    assert len(logged) == 1
    assert "SECRET" not in logged[0].getMessage()


@pytest.mark.parametrize("said", [b"", event("Internal Server Error")])
async def test_done_alone_is_no_reply(said: bytes) -> None:
    chunks, fault = await read(said + DONE)
    assert chunks == []
    assert isinstance(fault, NotOpenRouter)


def test_an_event_of_more_values_than_anything_has_is_no_chunk() -> None:
    # Each of them would be an error of its own, a thousand times its size.
    assert parse_chunk('{"choices":[' + "1," * 250_001 + "1]}") is None
    commas = parse_chunk('{"choices":[{"delta":{"content":"' + ',\\"' * 300_000 + '"}}]}')
    assert commas is not None
    assert commas.choices[0].content == ',"' * 300_000


@pytest.mark.parametrize("separator", ["\u2028", "\u2029", "\x85", "\x0b", "\x0c", "\x1c", "\x1e"])
async def test_only_lf_and_cr_end_a_line(separator: str) -> None:
    raw = f'data: {{"choices":[{{"delta":{{"content":"a{separator}b"}}}}]}}\n\n'.encode()
    if separator < " ":  # JSON wants these escaped; the line must still be whole
        assert list(EventDecoder(LONGEST_EVENT).feed(raw)) == [raw.decode()[6:-2]]
    else:
        chunks, fault = await read(raw + DONE)
        assert (text_of(chunks), fault) == (f"a{separator}b", None)


async def test_the_words_of_a_text_completion_come_through() -> None:
    data = b"".join(event(json.dumps({"id": "gen-1", "choices": [{"index": 0, "text": text}]})) for text in ("a", "b"))
    chunks, fault = await read(data + DONE)
    assert ([choice.content for chunk in chunks for choice in chunk.choices], fault) == (["a", "b"], None)


async def test_lone_surrogates_become_encodable() -> None:
    chunks, _ = await read(event(r'{"choices":[{"delta":{"content":"a\ud83db \ud83d\ude00"}}]}') + DONE)
    assert text_of(chunks) == "a\ufffdb 😀"


async def test_a_line_of_5_mb_is_one_chunk() -> None:
    data = says("x" * 5_000_000) + DONE
    for size in (1460, 65536, len(data)):
        chunks, fault = await chunks_and_fault(streaming([data[at : at + size] for at in range(0, len(data), size)]))
        assert (len(text_of(chunks)), fault) == (5_000_000, None)


async def test_a_line_in_single_bytes_takes_linear_work() -> None:
    # Copying what came before with every piece would move 500 GB here, and never end.
    data = says("x" * 1_000_000)
    decoder = EventDecoder(LONGEST_EVENT)
    events = [text for at in range(len(data)) for text in decoder.feed(data[at : at + 1])]
    assert [len(text) for text in events] == [len(data) - len(b"data: \n\n")]


class Endless(httpx.AsyncByteStream):
    """A body that goes on for 200 MB; `sent` are the bytes of it that were asked for."""

    def __init__(self, start: bytes, line: bytes) -> None:
        self.sent = 0
        self._start = start
        self._piece = line * (65536 // len(line))

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield self._start
        while self.sent < 200_000_000:
            self.sent += len(self._piece)
            yield self._piece


@pytest.mark.parametrize(
    ("start", "line"),
    [(b"data: ", b"x"), (b": ", b"x"), (b"id: ", b"x"), (b"", b"data: xxxxxx\n"), (b"", b"data:\n")],
    ids=["data", "comment", "field", "many lines", "empty lines"],
)
async def test_an_event_without_an_end_is_given_up_at_the_limit(
    start: bytes, line: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    limit = 2**18  # so that all those lines don't take a minute; the real limit is below
    monkeypatch.setattr("chat_tui.openrouter.stream.LONGEST_EVENT", limit)
    body = Endless(says("kept") + start, line)
    tracemalloc.start()
    chunks, fault = await chunks_and_fault(lambda _: httpx.Response(200, headers=EVENTS, stream=body))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert text_of(chunks) == "kept"
    assert isinstance(fault, NotOpenRouter)
    assert (fault.generation, fault.retryable) == ("gen-1", False)
    assert body.sent < 6 * limit + 2 * 65536  # an empty line is six bytes, of which one counts
    assert peak < 8 * limit


async def test_a_line_of_200_mb_is_given_up_at_64_mib() -> None:
    body = Endless(says("kept") + b"data: ", b"x")
    tracemalloc.start()
    chunks, fault = await chunks_and_fault(lambda _: httpx.Response(200, headers=EVENTS, stream=body))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert text_of(chunks) == "kept"
    assert fault is not None
    assert fault.sentence == (
        "OpenRouter sent a single event of more than 64 MiB, longer than any picture is. "
        "What came before it is kept; choose another model or provider."
    )
    assert fault.actions == ("other_model", "other_provider", "check_base_url")
    assert body.sent < 64 * 2**20 + 2 * 65536
    assert peak < 200_000_000


async def test_an_event_is_too_long_or_not_wherever_it_is_split(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chat_tui.openrouter.stream.LONGEST_EVENT", len(says("a" * 50)) - len(b"\n\n"))
    assert (await read(says("a" * 50) + DONE))[1] is None
    chunks, fault = await read(says("b") + says("a" * 51) + DONE)
    assert text_of(chunks) == "b"
    assert isinstance(fault, NotOpenRouter)


async def test_a_reply_without_an_end_is_given_up_at_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chat_tui.openrouter.stream.LONGEST_REPLY", 1_000_000)
    body = Endless(b"", b": wait\n\n" + says("x" * 100))
    chunks, fault = await chunks_and_fault(lambda _: httpx.Response(200, headers=EVENTS, stream=body))
    assert isinstance(fault, NotOpenRouter)
    assert 500_000 < len(text_of(chunks)) < 1_000_000
    assert body.sent < 2_000_000


async def test_what_is_too_long_after_the_finish_costs_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chat_tui.openrouter.stream.LONGEST_EVENT", 1000)
    chunks, fault = await read(says("a") + FINISH + b": " + b"x" * 2000)
    assert (text_of(chunks), fault) == ("a", None)
