"""Recorded streams, split anywhere, give the same chunks."""

from __future__ import annotations

from decimal import Decimal

import pytest

from chat_tui.openrouter.errors import OpenRouterError, StreamFault
from chat_tui.openrouter.events import EventDecoder
from chat_tui.openrouter.stream import LONGEST_EVENT
from chat_tui.openrouter.types import Chunk
from tests.openrouter.wire import RECORDINGS, chunks_and_fault, splits, streaming, text_of

every_recording = pytest.mark.parametrize("name", RECORDINGS)
every_ending = pytest.mark.parametrize("ending", [b"\n", b"\r\n", b"\r"], ids=["LF", "CRLF", "CR"])


def as_data(pieces: list[bytes]) -> list[str]:
    decoder = EventDecoder(LONGEST_EVENT)
    return [data for piece in pieces for data in decoder.feed(piece)] + list(decoder.end())


async def replay(name: str) -> tuple[list[Chunk], OpenRouterError | None]:
    return await chunks_and_fault(streaming([RECORDINGS[name]]))


def test_there_are_recordings() -> None:
    assert len(RECORDINGS) >= 8


@every_recording
@every_ending
def test_events_are_the_same_wherever_the_bytes_are_split(name: str, ending: bytes) -> None:
    whole = RECORDINGS[name]
    expected = as_data([whole])
    assert len(expected) == whole.count(b"data: ")
    data = whole.replace(b"\n", ending)
    for at in range(len(data) + 1):
        assert as_data([data[:at], data[at:]]) == expected


@every_recording
@every_ending
async def test_chunks_are_the_same_wherever_the_bytes_are_split(name: str, ending: bytes) -> None:
    expected, fault = await replay(name)
    assert expected
    for pieces in splits(RECORDINGS[name].replace(b"\n", ending), 50):
        chunks, other = await chunks_and_fault(streaming(pieces))
        assert chunks == expected
        assert str(other) == str(fault)


async def test_plain_text_ends_with_its_cost() -> None:
    chunks, fault = await replay("plain_text")
    assert fault is None
    assert text_of(chunks).startswith("Hello! How can")
    assert chunks[-1].usage is not None
    assert isinstance(chunks[-1].usage.cost, Decimal)


async def test_midstream_error_keeps_what_came_before() -> None:
    chunks, fault = await replay("midstream_error")
    assert text_of(chunks) == "Once upon a time"
    assert isinstance(fault, StreamFault)
    assert "Provider disconnected unexpectedly" in fault.sentence
    assert (fault.code, fault.status, fault.retryable) == ("502", 502, True)
    assert fault.generation == "gen-1795430400-gggggggggggggggggggg"
    assert fault.metadata["error_type"] == "provider_unavailable"


async def test_usage_with_empty_choices_counts() -> None:
    chunks, _ = await replay("usage_empty_choices")
    assert chunks[-1].choices == ()
    assert chunks[-1].usage is not None
    assert str(chunks[-1].usage.cost) == "0.000002"


async def test_images_and_citations_and_tools_and_reasoning_come_through() -> None:
    images, _ = await replay("image_output")
    found = [image for chunk in images for choice in chunk.choices for image in choice.delta.images]
    assert found[0].image_url is not None
    assert (found[0].image_url.url or "").startswith("data:image/png;base64,")

    citations, _ = await replay("web_citations")
    notes = [note for chunk in citations for choice in chunk.choices for note in choice.delta.annotations]
    assert notes[0].url_citation is not None
    assert (notes[0].url_citation.url or "").startswith("https://")

    tools, _ = await replay("tool_calls")
    calls = [call for chunk in tools for choice in chunk.choices for call in choice.delta.tool_calls]
    assert calls[0].function is not None
    assert calls[0].function.name == "get_weather"

    reasoning, _ = await replay("reasoning_text")
    details = [detail for chunk in reasoning for choice in chunk.choices for detail in choice.delta.reasoning_details]
    assert any(detail.signature and detail.text is None for detail in details)
    assert details[0].as_sent() == {
        "type": "reasoning.text",
        "text": "The user wants ",
        "format": "anthropic-claude-v1",
        "index": 0,
    }


async def test_router_metadata_is_kept() -> None:
    chunks, _ = await replay("router_metadata")
    assert isinstance(chunks[-1].openrouter_metadata, dict)
