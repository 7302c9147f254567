"""Replies that are more than text, streamed as recorded and whole: tools, JSON, images, speech, sources, files."""

import base64
import io
import json
import struct
import wave
import zlib
from typing import Any

import pytest

from tests.demo.conftest import Client, chunks_of

WEATHER = {"type": "object", "properties": {"city": {"type": "string"}, "days": {"type": "integer"}}}
TOOLS = [
    {"type": "function", "function": {"name": "get_weather", "parameters": WEATHER}},
    {"type": "function", "function": {"name": "get_time"}},
]
PDF = {"type": "file", "file": {"filename": "a.pdf", "file_data": "data:application/pdf;base64,JVBERi0x"}}


def deltas(chunks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [chunk["choices"][0]["delta"] for chunk in chunks if chunk["choices"]]


def message_of(client: Client, model: str, **fields: Any) -> dict[str, Any]:
    return dict(client.chat(model, **fields).json()["choices"][0]["message"])


@pytest.mark.parametrize(
    ("tools", "names"),
    [(TOOLS, ["get_weather", "get_time"]), (TOOLS[:1], ["get_weather"] * 2), (None, ["get_weather"] * 2)],
)
def test_tools_are_called_two_at_once_in_fragments(client: Client, tools: Any, names: list[str]) -> None:
    fields = {"tools": tools} if tools else {}
    calls = message_of(client, "demo/tools", **fields)["tool_calls"]
    assert [call["function"]["name"] for call in calls] == names
    assert all(isinstance(json.loads(call["function"]["arguments"]), dict) for call in calls)
    chunks = client.chunks("demo/tools", **fields)
    fragments = [delta["tool_calls"][0] for delta in deltas(chunks) if "tool_calls" in delta]
    merged: dict[int, str] = {}
    for fragment in fragments:
        merged[fragment["index"]] = merged.get(fragment["index"], "") + fragment["function"]["arguments"]
    assert list(merged.values()) == [call["function"]["arguments"] for call in calls]
    firsts = [fragment for fragment in fragments if "id" in fragment]
    assert [first["id"] for first in firsts] == [call["id"] for call in calls]
    assert len(fragments) > 2 * len(firsts)
    assert {chunk["choices"][0]["finish_reason"] for chunk in chunks} == {None, "tool_calls"}


def test_what_a_tool_gets_fits_its_parameters(client: Client) -> None:
    calls = message_of(client, "demo/tools", tools=TOOLS[:1])["tool_calls"]
    assert [json.loads(call["function"]["arguments"]) for call in calls] == [
        {"city": "Paris", "days": 7},
        {"city": "Rome", "days": 7},
    ]


def test_with_the_tools_results_the_answer_is_in_words(client: Client) -> None:
    asked = {"role": "user", "content": "The weather?"}
    called = {"role": "assistant", **message_of(client, "demo/tools", tools=TOOLS)}
    results = [
        {"role": "tool", "tool_call_id": call["id"], "content": f"rain {place}"}
        for place, call in enumerate(called["tool_calls"])
    ]
    message = message_of(client, "demo/tools", tools=TOOLS, messages=[asked, called, *results])
    assert "rain 0" in message["content"]
    assert "rain 1" in message["content"]
    assert "tool_calls" not in message
    assert "tool_calls" not in message_of(client, "demo/tools", tools=TOOLS, tool_choice="none")


@pytest.mark.parametrize("model", ["demo/json", "openai/gpt-5.5"])
def test_json_is_an_object(client: Client, model: str) -> None:
    text = client.text(model, response_format={"type": "json_object"})
    assert json.loads(text)["simulated"] is True


def test_json_fits_the_schema(client: Client) -> None:
    schema = {
        "type": "object",
        "properties": {
            "name": {"type": "string"},
            "kind": {"enum": ["tea", "coffee"]},
            "sizes": {"type": "array", "items": {"type": "number"}},
            "hot": {"type": ["boolean", "null"]},
            "made": {"anyOf": [{"type": "object", "properties": {"by": {"const": "ann"}}}, {"type": "null"}]},
        },
    }
    form = {"type": "json_schema", "json_schema": {"name": "drink", "schema": schema}}
    assert json.loads(client.text("demo/json", response_format=form)) == {
        "name": "simulated name",
        "kind": "tea",
        "sizes": [7.5],
        "hot": True,
        "made": {"by": "ann"},
    }


def png_of(url: str) -> tuple[int, int, bytes]:
    """Decode a data URL; return the picture's width, height and raw rows."""
    data = base64.b64decode(url.removeprefix("data:image/png;base64,"), validate=True)
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    place, chunks = 8, dict[bytes, bytes]()
    while place < len(data):
        (length,), kind = struct.unpack(">I", data[place : place + 4]), data[place + 4 : place + 8]
        chunks[kind] = data[place + 8 : place + 8 + length]
        (check,) = struct.unpack(">I", data[place + 8 + length : place + 12 + length])
        assert check == zlib.crc32(kind + chunks[kind])
        place += 12 + length
    width, height = struct.unpack(">II", chunks[b"IHDR"][:8])
    return width, height, zlib.decompress(chunks[b"IDAT"])


@pytest.mark.parametrize(
    ("model", "fields"), [("demo/image", {}), ("google/gemini-2.5-flash-image", {"modalities": ["image", "text"]})]
)
def test_an_image_comes_twice_in_the_stream_and_is_a_picture(client: Client, model: str, fields: Any) -> None:
    chunks = client.chunks(model, **fields)
    first, second = (delta["images"] for delta in deltas(chunks) if "images" in delta)
    assert first == second == message_of(client, model, **fields)["images"]
    width, height, rows = png_of(first[0]["image_url"]["url"])
    assert len(rows) == height * (1 + 3 * width)
    assert len(set(rows)) > 50
    assert chunks[-1]["usage"]["completion_tokens_details"]["image_tokens"] == 1290


def test_a_huge_image_is_one_line_of_20_megabytes(client: Client) -> None:
    lines = client.chat("demo/huge-image", stream=True).content.split(b"\n")
    longest = max(lines, key=len)
    assert 20_000_000 < len(longest) < 21_000_000
    image = json.loads(longest.removeprefix(b"data: "))["choices"][0]["delta"]["images"][0]
    width, height, rows = png_of(image["image_url"]["url"])
    assert len(rows) == height * (1 + 3 * width)


@pytest.mark.parametrize("form", ["wav", "pcm16"])
def test_speech_comes_in_pieces_with_its_words(client: Client, form: str) -> None:
    fields: dict[str, Any] = {"modalities": ["text", "audio"], "audio": {"voice": "alloy", "format": form}}
    chunks = client.chunks("demo/audio", **fields)
    pieces = [delta["audio"] for delta in deltas(chunks) if "audio" in delta]
    assert len(pieces) == 8
    assert "".join(piece["transcript"] for piece in pieces).startswith("This is a simulated voice.")
    recording = base64.b64decode("".join(piece["data"] for piece in pieces), validate=True)
    assert recording == b"".join(base64.b64decode(piece["data"]) for piece in pieces)
    if form == "wav":
        with wave.open(io.BytesIO(recording)) as tone:
            assert (tone.getframerate(), tone.getsampwidth(), tone.getnchannels()) == (24_000, 2, 1)
            recording = tone.readframes(tone.getnframes())
    samples = struct.unpack(f"<{len(recording) // 2}h", recording)
    assert len(samples) == 14_400
    assert max(samples) > 5000
    assert chunks[-1]["usage"]["completion_tokens_details"]["audio_tokens"] > 0


def test_speech_that_is_asked_for_needs_a_stream(client: Client) -> None:
    response = client.chat("demo/audio", modalities=["text", "audio"])
    assert (response.status_code, response.json()["error"]["message"]) == (400, "Audio output requires stream: true")


@pytest.mark.parametrize(
    ("model", "fields"),
    [
        ("demo/citations", {}),
        ("openai/gpt-5.5:online", {}),
        ("openai/gpt-5.5", {"plugins": [{"id": "web"}]}),
        ("openai/gpt-5.5", {"tools": [{"type": "openrouter:web_search"}]}),
    ],
)
def test_sources_are_named_twice(client: Client, model: str, fields: Any) -> None:
    first, second = (delta["annotations"] for delta in deltas(client.chunks(model, **fields)) if "annotations" in delta)
    assert first == second == message_of(client, model, **fields)["annotations"]
    assert {annotation["type"] for annotation in first} == {"url_citation"}
    assert all(annotation["url_citation"]["url"].startswith("https://") for annotation in first)


def test_a_search_that_is_turned_off_names_no_sources(client: Client) -> None:
    assert "annotations" not in message_of(client, "openai/gpt-5.5", plugins=[{"id": "web", "enabled": False}])


def test_a_file_is_known_again_by_its_hash(client: Client) -> None:
    other = {"type": "file", "file": {"file_data": "data:application/pdf;base64,JVBERi0y"}}
    hashes = []
    for parts in ([PDF], [PDF], [other]):
        message = message_of(client, "demo/file", messages=[{"role": "user", "content": parts}])
        (annotation,) = message["annotations"]
        assert annotation["file"]["content"][0]["type"] == "text"
        hashes.append(annotation["file"]["hash"])
    assert hashes[0] == hashes[1] != hashes[2]
    assert "annotations" not in message_of(client, "demo/file")


def test_what_a_file_became_can_be_sent_again(client: Client) -> None:
    asked = {"role": "user", "content": [{"type": "text", "text": "What is in it?"}, PDF]}
    answered = {"role": "assistant", **message_of(client, "demo/file", messages=[asked])}
    again = {"role": "user", "content": "And on page 2?"}
    assert client.chat("demo/file", messages=[asked, answered, again]).status_code == 200


def test_encrypted_reasoning_is_a_summary_and_a_secret(client: Client) -> None:
    details = [
        detail for delta in deltas(client.chunks("demo/encrypted")) for detail in delta.get("reasoning_details", ())
    ]
    assert [detail["type"] for detail in details[-2:]] == ["reasoning.summary", "reasoning.encrypted"]
    assert {detail["format"] for detail in details} == {"openai-responses-v1"}
    summary, secret = message_of(client, "demo/encrypted")["reasoning_details"]
    assert summary["summary"] == "".join(detail["summary"] for detail in details[:-1])
    assert secret == details[-1]


@pytest.mark.parametrize("reasoning", [{"effort": "none"}, {"enabled": False}])
def test_reasoning_that_is_mandatory_can_not_be_turned_off(client: Client, reasoning: dict[str, Any]) -> None:
    response = client.chat("demo/encrypted", reasoning=reasoning)
    assert response.status_code == 400
    assert response.json()["error"]["message"].startswith("Reasoning is mandatory")


@pytest.mark.parametrize(
    ("model", "reason", "native"),
    [("demo/length", "length", "length"), ("demo/content-filter", "content_filter", "SAFETY")],
)
def test_other_ends_have_their_reasons(client: Client, model: str, reason: str, native: str) -> None:
    for choice in (client.chunks(model)[-1]["choices"][0], client.chat(model).json()["choices"][0]):
        assert (choice["finish_reason"], choice["native_finish_reason"]) == (reason, native)


def test_usage_apart_has_no_choices(client: Client) -> None:
    *_, finished, reported = client.chunks("demo/usage-apart")
    assert finished["choices"][0]["finish_reason"] == "stop"
    assert "usage" not in finished
    assert reported["choices"] == []
    assert reported["usage"]["cost"] > 0


def test_debug_comes_first_and_only_if_asked_for(client: Client) -> None:
    fields: dict[str, Any] = {"debug": {"echo_upstream_body": True}, "provider": {"sort": "price"}, "temperature": 0.5}
    first, second, *_ = client.chunks("openai/gpt-5.5", **fields)
    assert first["choices"] == []
    sent = first["debug"]["echo_upstream_body"]
    assert (sent["model"], sent["temperature"]) == ("gpt-5.5", 0.5)
    assert "provider" not in sent
    assert "debug" not in second
    assert "debug" not in client.chunks("openai/gpt-5.5")[0]


@pytest.mark.parametrize("path", ["completions", "chat/completions"])
def test_a_prompt_without_messages_is_answered_with_text(client: Client, path: str) -> None:
    body = {"model": "demo/markdown", "prompt": "Once upon a time"}
    whole = client.post(path, json=body).json()
    chunks = chunks_of(client.post(path, json={**body, "stream": True}).content)
    assert {whole["object"], *(chunk["object"] for chunk in chunks)} == {"text_completion"}
    text = whole["choices"][0]["text"]
    assert text == "".join(chunk["choices"][0]["text"] for chunk in chunks) != ""
    assert whole["usage"] == chunks[-1]["usage"]
    assert chunks[-1]["choices"][0]["finish_reason"] == "stop"
