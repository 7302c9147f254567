"""Every recording, split anywhere, gives the same chunks."""

from __future__ import annotations

from itertools import pairwise

import pytest

from chat_tui.openrouter.errors import StreamFault
from chat_tui.openrouter.events import EventDecoder
from chat_tui.openrouter.server import Server
from chat_tui.openrouter.stream import LONGEST_EVENT, ChunkDecoder
from chat_tui.openrouter.types import Chunk
from tests.openrouter.wire import RECORDINGS, chunks_and_fault, splits, streaming, text_of

STATUSES = {"recorded", "documented", "inferred"}

every_recording = pytest.mark.parametrize("name", RECORDINGS)
every_ending = pytest.mark.parametrize("ending", [b"\n", b"\r\n", b"\r"], ids=["LF", "CRLF", "CR"])


def as_data(*pieces: bytes) -> list[str]:
    decoder = EventDecoder(LONGEST_EVENT)
    return [data for piece in pieces for data in decoder.feed(piece)] + list(decoder.end())


def decoded(pieces: list[bytes]) -> tuple[list[Chunk], str]:
    """Return the chunks in `pieces`, and the sentence of how they ended."""
    decoder = ChunkDecoder(Server("https://openrouter.ai/api/v1", None))
    chunks = [chunk for piece in pieces for chunk in decoder.feed(piece)] + decoder.end()
    return chunks, str(decoder.fault or "")


def test_every_recording_says_how_its_shape_is_known() -> None:
    assert {name.partition("_")[0] for name in RECORDINGS} == STATUSES


@every_recording
@every_ending
def test_events_are_the_same_wherever_the_bytes_are_split(name: str, ending: bytes) -> None:
    expected = as_data(RECORDINGS[name])
    assert len(expected) == RECORDINGS[name].count(b"data: ")
    data = RECORDINGS[name].replace(b"\n", ending)
    # Each event in itself is enough: at its end the decoder is as it was at its start.
    bounds = [0, *(at + 2 * len(ending) for at in range(len(data)) if data.startswith(2 * ending, at))]
    assert bounds[-1] == len(data)
    for start, end in pairwise(bounds):
        event = data[start:end]
        whole = as_data(event)
        assert all(as_data(event[:at], event[at:]) == whole for at in range(1, len(event)))
    assert as_data(*(data[at : at + 1] for at in range(len(data)))) == expected


@every_recording
@every_ending
async def test_chunks_are_the_same_wherever_the_bytes_are_split(name: str, ending: bytes) -> None:
    expected, fault = await chunks_and_fault(streaming([RECORDINGS[name]]))
    for pieces in splits(RECORDINGS[name].replace(b"\n", ending), 50):
        assert decoded(pieces) == (expected, str(fault or ""))


async def test_an_error_in_the_middle_says_all_that_is_known() -> None:
    chunks, fault = await chunks_and_fault(streaming([RECORDINGS["documented_midstream_error"]]))
    assert text_of(chunks) == "Once upon a time"
    assert isinstance(fault, StreamFault)
    assert "Provider disconnected unexpectedly" in fault.sentence
    assert (fault.code, fault.status, fault.retryable) == ("502", 502, True)
    assert fault.generation == "gen-1795430400-gggggggggggggggggggg"
    assert fault.metadata["error_type"] == "provider_unavailable"
