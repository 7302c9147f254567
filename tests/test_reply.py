"""One turn's join: chunks to a reply."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from chat_tui.conversation.events import Cited, Event, Image, Noted, Reasoning, Receipted, Text, ToolCall
from chat_tui.conversation.ids import new_id, now
from chat_tui.conversation.values import (
    Chance,
    Citation,
    Failure,
    Likely,
    Message,
    Receipt,
    Role,
    Status,
    TextPart,
    Usage,
)
from chat_tui.openrouter.errors import CutOff, RateLimited, StreamFault
from chat_tui.openrouter.types import Chunk, chunk_of_completion
from chat_tui.reply.arriving import MOST_CITATIONS, MOST_PICTURES, Reply, failure_of
from tests.openrouter.wire import BODY, EVENTS, KEY, USER_ID, chunks_and_fault, client_of, event, streaming


class Clock:
    """Seconds that go by only when a test says so."""

    def __init__(self) -> None:
        self.seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


def said(text: str, role: Role = "user", status: Status = "complete", **fields: Any) -> Message:
    parts = (TextPart(text),) if text else ()
    return replace(Message(new_id(), None, role, parts, now(), status), **fields)


def empty_reply(clock: Clock | None = None) -> Reply:
    return Reply(said("", "assistant", "streaming", model="m/asked"), clock or Clock())


def chunk(finish: str | None = None, *, usage: Mapping[str, Any] | None = None, **delta: Any) -> Chunk:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return Chunk.read({"id": "gen-1", "choices": [choice], **({"usage": usage} if usage else {})})


def fed(*chunks: Chunk) -> tuple[Reply, list[Event]]:
    reply = empty_reply()
    return reply, [event for each in chunks for event in reply.feed(each)]


def details_after(*details: dict[str, Any]) -> tuple[Any, ...]:
    reply, _ = fed(*(chunk(reasoning_details=[detail]) for detail in details))
    return reply.message("complete").reasoning_details


# Reasoning


def test_fragments_of_reasoning_become_one_detail() -> None:
    assert details_after(
        {"type": "reasoning.text", "text": "Let ", "format": "f", "index": 0},
        {"type": "reasoning.text", "text": "me", "format": "f", "index": 0},
        {"type": "reasoning.text", "signature": "s", "format": "f", "index": 0},
    ) == ({"type": "reasoning.text", "text": "Let me", "signature": "s", "format": "f", "index": 0},)


def test_the_first_signature_and_format_count() -> None:
    (detail,) = details_after(
        {"type": "reasoning.text", "text": "a", "signature": None, "format": ""},
        {"type": "reasoning.text", "text": "b", "signature": "first", "format": "f"},
        {"type": "reasoning.text", "text": "c", "signature": "second", "format": "g"},
    )
    assert (detail["text"], detail["signature"], detail["format"]) == ("abc", "first", "f")


def test_details_of_other_types_stay_apart_in_their_order() -> None:
    details = (
        {"type": "reasoning.summary", "summary": "a", "index": 0},
        {"type": "reasoning.summary", "summary": "b", "index": 0},
        {"type": "reasoning.encrypted", "data": "x", "id": "r1"},
        {"type": "reasoning.text", "text": "c"},
        {"type": "reasoning.encrypted", "data": "y"},
        {"type": "reasoning.text", "text": "d", "new_field": [1]},
    )
    assert details_after(*details) == details


def test_reasoning_that_comes_twice_is_shown_once() -> None:
    reply, events = fed(chunk(reasoning="Hm", reasoning_details=[{"type": "reasoning.text", "text": "Hm"}]))
    assert [event for event in events if isinstance(event, Reasoning)] == [Reasoning("Hm")]
    assert reply.message("complete").reasoning == "Hm"


def test_reasoning_that_comes_only_as_details_is_shown() -> None:
    reply, _ = fed(chunk(reasoning_details=[{"type": "reasoning.summary", "summary": "Sum"}]))
    assert reply.message("complete").reasoning == "Sum"


def test_details_that_come_after_the_reasoning_are_not_shown_again() -> None:
    reply, _ = fed(
        chunk(reasoning="Hm, "),
        chunk(reasoning="so"),
        chunk(reasoning_details=[{"type": "reasoning.text", "text": "Hm, so"}]),
    )
    message = reply.message("complete")
    assert message.reasoning == "Hm, so"
    assert message.reasoning_details == ({"type": "reasoning.text", "text": "Hm, so"},)


def test_details_go_back_with_fields_of_any_type() -> None:
    strange = {"type": "reasoning.server_tool_call", "id": 5, "index": "0", "result": [1, {"a": None}], "signature": []}
    assert details_after({"type": "reasoning.text", "text": "a"}, strange) == (
        {"type": "reasoning.text", "text": "a"},
        strange,
    )


def test_a_reply_of_nothing_but_sealed_reasoning_said_something() -> None:
    reply, _ = fed(chunk(reasoning_details=[{"type": "reasoning.encrypted", "data": "x"}]))
    assert reply.said_something
    assert not fed(chunk(content=""), chunk("stop"))[0].said_something


# Tool calls, pictures, citations, sound


def test_tool_calls_are_joined_by_index() -> None:
    reply, events = fed(
        chunk(tool_calls=[{"index": 0, "id": "a", "type": "function", "function": {"name": "f", "arguments": ""}}]),
        chunk(tool_calls=[{"index": 1, "id": "b", "type": "function", "function": {"name": "g", "arguments": "{"}}]),
        chunk(tool_calls=[{"index": 0, "function": {"arguments": '{"x":'}}]),
        chunk(tool_calls=[{"index": 1, "function": {"arguments": "}"}}, {"index": 0, "function": {"arguments": "1}"}}]),
    )
    assert reply.message("complete").tool_calls == (
        {"id": "a", "type": "function", "function": {"name": "f", "arguments": '{"x":1}'}},
        {"id": "b", "type": "function", "function": {"name": "g", "arguments": "{}"}},
    )
    assert events[-1] == ToolCall(0, "f", "1}", "a")


def test_tool_calls_of_a_whole_reply_have_no_index() -> None:
    calls = [{"id": name, "type": "function", "function": {"name": name, "arguments": "{}"}} for name in ("one", "two")]
    message = {"role": "assistant", "content": None, "tool_calls": calls}
    reply, _ = fed(chunk_of_completion({"choices": [{"index": 0, "message": message, "finish_reason": "tool_calls"}]}))
    assert reply.message("complete").tool_calls == tuple(calls)


NAMELESS = [
    ("ids repeated", [{"id": "a", "function": {"name": "f", "arguments": "{"}}, {"id": "b", "function": {"name": "g"}},
                      {"id": "a", "function": {"arguments": "}"}}], ["a f {}", "b g "]),
    ("only names", [{"function": {"name": "f", "arguments": "{"}}, {"function": {"arguments": "}"}},
                    {"function": {"name": "g", "arguments": "[]"}}], ["None f {}", "None g []"]),
    ("the id alone", [{"index": 0, "id": "a"}, {"index": 0, "function": {"name": "f"}},
                      {"index": 0, "id": "a", "function": {"name": "f", "arguments": "{}"}}], ["a f {}"]),
    ("the id late", [{"index": 0, "function": {"name": "f"}}, {"index": 0, "id": "a", "function": {"arguments": "{}"}}],
     ["a f {}"]),
    ("gaps in the index", [{"index": 7, "id": "b", "function": {"name": "g"}},
                           {"index": 2, "id": "a", "function": {"name": "f"}},
                           {"index": 7, "function": {"arguments": "{}"}}], ["b g {}", "a f "]),
]  # fmt: skip


@pytest.mark.parametrize(("pieces", "calls"), [case[1:] for case in NAMELESS], ids=[case[0] for case in NAMELESS])
def test_pieces_of_calls_find_each_other(pieces: list[dict[str, Any]], calls: list[str]) -> None:
    reply, _ = fed(*(chunk(tool_calls=[piece]) for piece in pieces))
    found = reply.message("complete").tool_calls
    assert [f"{call['id']} {call['function']['name']} {call['function']['arguments']}" for call in found] == calls


def test_fragments_with_many_fields_take_linear_work() -> None:
    # Copying the fields that are there with every fragment would move 600 million of them here.
    fields = {f"field {number}": number for number in range(200_000)}
    begun = chunk(
        tool_calls=[{"index": 0, "id": "c", "function": {"name": "f"}, **fields}],
        reasoning_details=[{"type": "reasoning.text", "text": "a", **fields}],
    )
    more = chunk(
        tool_calls=[{"index": 0, "field 0": -1, "function": {"arguments": "x"}}],
        reasoning_details=[{"type": "reasoning.text", "text": "b", "field 0": -1}],
    )
    reply, _ = fed(begun, *[more] * 3000)
    message = reply.message("complete")
    assert message.tool_calls[0].items() >= fields.items()
    assert message.reasoning_details[0].items() >= fields.items()
    assert message.tool_calls[0]["function"]["arguments"] == "x" * 3000


def test_a_picture_that_comes_twice_is_one() -> None:
    picture = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}
    other = {"type": "image_url", "image_url": {"url": "data:image/png;base64,BBBB"}}
    reply, events = fed(chunk(images=[picture, picture]), chunk(images=[picture, other]))
    assert reply.images == ["data:image/png;base64,AAAA", "data:image/png;base64,BBBB"]
    assert [event for event in events if isinstance(event, Image)] == [Image(url) for url in reply.images]


def test_there_are_only_so_many_pictures() -> None:
    urls = [f"https://pictures.example/{number}" for number in range(2 * MOST_PICTURES)]
    reply, events = fed(chunk(images=[{"image_url": {"url": url}} for url in urls]))
    assert reply.images == urls[:MOST_PICTURES]
    assert len(events) == MOST_PICTURES + 1  # and the receipt


def test_a_source_that_is_named_twice_is_one() -> None:
    def citation(url: str, title: str) -> dict[str, Any]:
        return {"type": "url_citation", "url_citation": {"url": url, "title": title}}

    reply, events = fed(
        chunk(annotations=[citation("https://a", "A"), citation("https://b", "B")]),
        chunk(annotations=[citation("https://a", "A again"), {"type": "file", "file": {"hash": "x"}}]),
    )
    assert reply.message("complete").citations == (Citation("https://a", "A"), Citation("https://b", "B"))
    assert sum(isinstance(event, Cited) for event in events) == 2


def test_a_refusal_is_text() -> None:
    reply, _ = fed(chunk(content=None, refusal="I won't."))
    assert reply.message("complete").text == "I won't."
    assert fed(chunk(content="No.", refusal="No."))[0].message("complete").text == "No."


def test_the_words_of_a_text_completion_are_text() -> None:
    reply, _ = fed(chunk_of_completion({"choices": [{"index": 0, "text": "there was", "finish_reason": "length"}]}))
    assert reply.message("complete").text == "there was"


def test_there_are_only_so_many_sources() -> None:
    def cited(*urls: str) -> Chunk:
        return chunk(
            annotations=[{"type": "url_citation", "url_citation": {"url": url, "title": "T" * 5000}} for url in urls]
        )

    reply, _ = fed(cited("https://" + "x" * 10_000), cited(*(f"https://example.com/{n}" for n in range(2000))))
    citations = reply.message("complete").citations
    assert len(citations) == MOST_CITATIONS
    assert citations[0] == Citation("https://example.com/0", "T" * 1000)


@pytest.mark.parametrize(
    "pieces",
    [
        ["AAEC", "AwQF"],
        ["AAE=", "AgMEBQ=="],
        ["A", "AEC", "AwQ", "F"],
        ["AAECAw", "QF"],
        ["AA==", "AQIDBAU"],
        ["AAEC\n", " AwQF"],
    ],
    ids=["whole", "padded", "anywhere", "in a group", "padded and not", "spaces"],
)
def test_sound_is_joined_however_it_is_cut_and_padded(pieces: list[str]) -> None:
    reply, _ = fed(*(chunk(audio={"id": "a", "data": piece}) for piece in pieces))
    assert reply.said_something
    assert reply.sound.decoded() == bytes(range(6))


def test_sound_that_is_no_base64_says_so() -> None:
    reply, _ = fed(chunk(audio={"data": "A!"}), chunk(audio={"data": "é"}))
    with pytest.raises(ValueError, match=r".+"):
        reply.sound.decoded()


@pytest.mark.parametrize(
    ("chunks", "text"),
    [
        ([chunk(audio={"transcript": "Good "}), chunk(audio={"transcript": "day"})], "Good day"),
        ([chunk(content="Written", audio={"transcript": "Spoken"}), chunk(audio={"transcript": "Spoken"})], "Written"),
    ],
    ids=["only a voice", "both"],
)
def test_a_transcript_is_the_text_where_nothing_is_written(chunks: list[Chunk], text: str) -> None:
    reply, events = fed(*chunks)
    assert reply.message("complete").text == text
    assert "".join(event.text for event in events if isinstance(event, Text)) == text


# The receipt

USAGE = {
    "prompt_tokens": 9,
    "completion_tokens": 3,
    "cost": Decimal("0.000002"),
    "prompt_tokens_details": {"cached_tokens": 4, "cache_write_tokens": 1},
    "completion_tokens_details": {"reasoning_tokens": 2},
    "something_new": {"x": 1},
}


@pytest.mark.parametrize(
    "last", [chunk("stop", content="", usage=USAGE), Chunk.read({"choices": [], "usage": USAGE})], ids=["with", "none"]
)
def test_usage_counts_with_and_without_choices(last: Chunk) -> None:
    reply, _ = fed(chunk(content="Hi"), chunk("stop", content=""), last)
    receipt = reply.message("complete").receipt
    assert receipt is not None
    assert receipt.usage == Usage(9, 3, 2, 4, 1)
    assert receipt.cost == Decimal("0.000002")
    assert receipt.finish == "stop"
    assert receipt.raw_usage == USAGE


def test_a_finish_that_is_repeated_is_one() -> None:
    reply, events = fed(chunk(content="Hi"), chunk("stop", content=""), chunk("stop", content=""))
    assert reply.message("complete").text == "Hi"
    assert sum(isinstance(event, Receipted) for event in events) == 2  # with the first word, and with the finish


def test_a_finish_is_not_forgotten_when_it_is_null_again() -> None:
    reply, _ = fed(chunk("length", content="Hi"), chunk(content=""))
    receipt = reply.message("complete").receipt
    assert receipt is not None
    assert receipt.finish == "length"


def test_times_are_from_the_request_to_the_first_word_and_to_the_end() -> None:
    clock = Clock()
    reply = empty_reply(clock)
    reply.feed(chunk(content=""))  # only the role: no word yet
    clock.seconds += 0.25
    reply.feed(chunk(reasoning="Hm"))
    clock.seconds += 1
    reply.feed(chunk(content="Hi"))
    clock.seconds += 0.5
    receipt = reply.message("complete").receipt
    assert receipt is not None
    assert (receipt.first_token_ms, receipt.reasoning_ms, receipt.total_ms) == (250, 1000, 1750)


def test_of_a_reply_that_comes_whole_nobody_knows_when_its_first_word_came() -> None:
    reply = empty_reply(clock := Clock())
    reply.begin(None, is_whole=True)
    clock.seconds += 2
    reply.feed(chunk("stop", reasoning="Hm", content="Hi", usage={"completion_tokens": 400}))
    clock.seconds += 0.01
    receipt = reply.message("complete").receipt
    assert receipt is not None
    assert (receipt.first_token_ms, receipt.reasoning_ms, receipt.tokens_per_second) == (None, None, None)
    assert receipt.total_ms == 2010


@pytest.mark.parametrize(
    ("chunks", "thought"),
    [
        ([chunk(content="Hi")], None),
        ([chunk(reasoning="Hm"), chunk(reasoning=", yes")], 2000),
        ([chunk(reasoning="Hm"), chunk(content="Hi"), chunk(reasoning="Hm"), chunk(content="Ho")], 1000),
        ([chunk(reasoning="Hm", content="Hi"), chunk(content="Ho")], 0),
    ],
    ids=["none", "to the end", "the first", "at once"],
)
def test_a_thought_lasts_until_something_else_comes(chunks: list[Chunk], thought: int | None) -> None:
    clock = Clock()
    reply = empty_reply(clock)
    for piece in chunks:
        reply.feed(piece)
        clock.seconds += 1
    receipt = reply.message("complete").receipt
    assert receipt is not None
    assert receipt.reasoning_ms == thought


def test_the_generation_of_an_error_fills_a_gap() -> None:
    nothing = empty_reply().message("failed", generation="gen-9", failure=Failure("No."))
    assert nothing.receipt == Receipt(generation="gen-9", total_ms=0)
    reply, _ = fed(chunk(content="Hi"))
    receipt = reply.message("failed", generation="gen-9").receipt
    assert receipt is not None
    assert receipt.generation == "gen-1"


def test_the_generation_of_the_headers_is_kept_before_the_first_chunk() -> None:
    reply = empty_reply()
    assert reply.begin(None) == []
    assert reply.begin("gen-header") == [Receipted(Receipt(generation="gen-header"))]
    assert reply.begin("gen-header") == []
    assert reply.generation == "gen-header"
    cancelled = reply.message("cancelled").receipt
    assert cancelled is not None
    assert cancelled.generation == "gen-header"
    reply.feed(chunk(content="Hi"))  # a gateway may number its chunks by itself
    assert reply.generation == "gen-header"


def test_names_as_long_as_a_book_are_none() -> None:
    names = dict.fromkeys(("id", "model", "provider", "service_tier"), "x" * 1001)
    reply, _ = fed(Chunk.read({**names, "choices": [{"delta": {}, "finish_reason": "x" * 1001}]}))
    assert reply.message("complete").receipt == Receipt(total_ms=0)


@pytest.mark.parametrize(("secret", "kept"), [(KEY, "[key]"), (USER_ID, "[user]")])
async def test_secrets_are_no_names_in_a_receipt(secret: str, kept: str) -> None:
    said = {**dict.fromkeys(("id", "model", "provider", "service_tier"), secret), "choices": []}
    reply = empty_reply()
    handler = streaming([event(json.dumps(said))], headers={**EVENTS, "x-generation-id": secret})
    async with client_of(handler) as client, client.stream(BODY) as stream:
        reply.begin(stream.generation)
        reply.feed(await anext(stream))
    receipt = reply.message("complete").receipt
    assert receipt is not None
    assert (receipt.generation, receipt.model, receipt.provider, receipt.service_tier) == (kept,) * 4


async def test_notes_are_kept_without_secrets_and_only_when_short() -> None:
    secret = {"key": KEY, "user_id": USER_ID, "said": f"of {USER_ID}", "ok": True}
    first = {"user_id": USER_ID, "choices": [], "debug": secret, "openrouter_metadata": secret}
    second = {"choices": [{"delta": {"content": "a"}}], "openrouter_metadata": {"long": "x" * 200_000}}
    chunks, _ = await chunks_and_fault(streaming([event(json.dumps(value)) for value in (first, second)]))
    reply, events = fed(*chunks)
    kept = {"key": "[key]", "said": "of [user]", "ok": True}
    assert [each for each in events if isinstance(each, Noted)][:2] == [Noted("debug", kept), Noted("metadata", kept)]
    receipt = reply.message("complete").receipt
    assert receipt is not None
    assert receipt.metadata == kept


def test_what_a_failed_reply_had_parsed_is_kept() -> None:
    annotation = {"type": "file", "file": {"hash": "x", "name": "a.pdf", "content": []}}
    reply, _ = fed(chunk(annotations=[annotation]))
    reply.fail(CutOff("It stopped."))
    reply.fail(StreamFault("No.", metadata={"file_annotations": [{"hash": "x"}, {"hash": "y"}, 7, {"hash": 3}]}))
    assert reply.annotations == [annotation, {"type": "file", "file": {"hash": "y"}}]


def test_a_failure_keeps_what_the_error_says() -> None:
    error = RateLimited(
        "Too many.", code="429", retryable=True, retry_after=2.5, actions=("wait",), limit_source="upstream"
    )
    assert failure_of(error) == Failure("Too many.", "429", True, ("wait",), retry_after=2.5, limit_source="upstream")


def test_an_error_without_a_code_is_a_failure_without_one() -> None:
    actions = ("retry", "other_provider", "other_model")
    assert failure_of(CutOff("It stopped.")) == Failure("It stopped.", actions=actions)


# Probabilities


def test_a_whole_answer_tells_probabilities_as_a_stream_does() -> None:
    token = {"token": "Hi", "logprob": -0.5, "bytes": None, "top_logprobs": [{"token": "Ho", "logprob": -1}]}
    choice = {"message": {"content": "Hi"}, "finish_reason": "stop", "logprobs": {"content": [token]}}
    reply, _ = fed(chunk_of_completion({"id": "gen-1", "choices": [choice]}))
    assert reply.message("complete").logprobs == (Chance(Likely("Hi", -0.5), (Likely("Ho", -1.0),)),)


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        ({"content": [{"token": "a", "logprob": "high", "bytes": [999], "top_logprobs": 5}]}, (Chance(Likely("a")),)),
        ({"content": [{"logprob": Decimal("-0.5")}, "x"]}, (Chance(Likely("", -0.5)),)),
        ({"content": None, "refusal": [{"token": "No", "logprob": 0}]}, (Chance(Likely("No", 0.0)),)),
        ({"tokens": ["a"]}, ()),
        ("none", ()),
        (None, ()),
    ],
)
def test_probabilities_of_a_wrong_form_cost_only_themselves(told: object, kept: tuple[Chance, ...]) -> None:
    choice = {"delta": {"content": "a"}, "logprobs": told}
    reply, events = fed(Chunk.read({"id": "gen-1", "choices": [choice]}))
    assert reply.message("complete").logprobs == kept
    assert Text("a") in events
