"""What each recording becomes, from the client's stream to the message that is kept."""

from __future__ import annotations

import hashlib
from decimal import Decimal
from typing import Any, NamedTuple

import pytest

from chat_tui.conversation.events import Cited, Event, Image, Noted, Reasoning, Text, ToolCall, Weighed
from chat_tui.conversation.ids import new_id, now
from chat_tui.conversation.values import Chance, Likely, Message, Status
from chat_tui.openrouter.errors import CutOff, OpenRouterError, StreamFault
from chat_tui.reply.arriving import Reply, failure_of
from tests.openrouter.wire import BODY, RECORDINGS, USER_ID, client_of, splits, streaming


class Row(NamedTuple):
    """What a recording becomes; pictures, sources and parsed files are counted."""

    text: str
    reasoning: str = ""
    calls: tuple[str, ...] = ()
    """Of each tool call its id, name and arguments."""
    images: int = 0
    citations: int = 0
    annotations: tuple[str, ...] = ()
    """The hashes of the parsed files."""
    sound: int = 0
    """Bytes."""
    finish: str | None = "stop"
    native: str | None = "stop"
    cost: str | None = "0.000012"
    fault: type[OpenRouterError] | None = None


PARIS, ROME = 'get_weather {"city": "Paris"}', 'get_weather {"city": "Rome"}'
NARA, UJI = 'call_a get_weather {"city": "Nara"}', 'call_b get_weather {"city": "Uji"}'
CITED = "OpenRouter added server tools [example.com](https://example.com/a)."
HELLO = "Hello! How can I help you today?"
FAILED: dict[str, Any] = {"finish": "error", "native": None, "cost": None, "fault": StreamFault}

ROWS = {
    "documented_byok_usage": Row("Your own key.", cost="0.00002"),
    "documented_cache_hit": Row("As before.", cost="0"),
    "documented_debug_chunk": Row("Hi"),
    "documented_error_without_code": Row("Once", **FAILED),
    "documented_midstream_error": Row("Once upon a time", **{**FAILED, "native": "error"}),
    "documented_midstream_error_string_code": Row("Once upon a time", **FAILED),
    "documented_router_metadata": Row("Hi", cost="0.000002"),
    "documented_service_tier": Row("Cheaper, later."),
    "inferred_audio_output": Row("Good morning.", sound=60, cost="0.0031"),
    "inferred_citations_repeated": Row("See there.", citations=2, cost="0.02"),
    "inferred_content_filter": Row("First, take ", finish="content_filter", native="SAFETY"),
    "inferred_cut_off": Row("All th", finish=None, native=None, cost=None, fault=CutOff),
    "inferred_error_as_first_event": Row("", **{**FAILED, "finish": None}),
    "inferred_error_in_choice": Row("Half", **FAILED),
    "inferred_error_with_parsed_file": Row("", annotations=("5f3a",), **FAILED),
    "inferred_file_annotation": Row("Two districts.", annotations=("9c1e", "77aa"), cost="0.0021"),
    "inferred_image_output": Row("Here is your image.", images=1, native="STOP", cost="0.0387036"),
    "inferred_image_twice": Row("Here.", images=1, native="STOP", cost="0.0387"),
    "inferred_length": Row("One, two, three", finish="length", native="max_output_tokens"),
    "inferred_no_done": Row("All there."),
    "inferred_old_file_annotation": Row("As it says.", annotations=("file-1",)),
    "inferred_parallel_tool_calls": Row(
        "",
        calls=('call_a get_weather {"city": "Kyoto"}', 'call_b get_time {"zone": "Asia/Tokyo"}'),
        finish="tool_calls",
        native="STOP",
    ),
    "inferred_reasoning_content": Row("Yes.", "Hm, so.", cost=None),
    "inferred_reasoning_details_only": Row("Yes.", "Hm, so."),
    "inferred_reasoning_encrypted": Row("4", "**Adding** two and two.", native="completed", cost="0.00052"),
    "inferred_refusal": Row("I can’t help with that."),
    "inferred_several_choices": Row("Yes, it does."),
    "inferred_text_completion": Row(" there was a fox."),
    "inferred_tool_calls_finish_stop": Row("", calls=(NARA,)),
    "inferred_tool_calls_same_index": Row("", calls=(NARA, UJI), finish="tool_calls", native="tool_calls"),
    "inferred_tool_calls_without_index": Row("", calls=(NARA, UJI), finish="tool_calls", native="tool_calls"),
    "inferred_usage_empty_choices": Row("Hi", cost="0.000002"),
    "inferred_web_citations": Row(CITED, citations=2, cost="0.0203"),
    "recorded_choice_only_error": Row(
        "Let me look that up", finish="error", native="MALFORMED_FUNCTION_CALL", cost="0.00041", fault=StreamFault
    ),
    "inferred_logprobs": Row("Tea🍵"),
    "recorded_keep_alives": Row("Done waiting."),
    "recorded_plain_text": Row(HELLO, cost="0.00000735"),
    "recorded_reasoning_text": Row(
        "The answer is 4.", "The user wants a short sum: 2+2=4.", native="end_turn", cost="0.000228"
    ),
    "recorded_tool_calls": Row(
        "",
        calls=(f"toolu_bdrk_01A {PARIS}", f"toolu_bdrk_02B {ROME}"),
        finish="tool_calls",
        native="tool_use",
        cost="0.00566",
    ),
    "recorded_usage_with_null_finish": Row("Hi"),
}


class Replayed(NamedTuple):
    """What a stream became."""

    message: Message
    events: list[Event]
    reply: Reply
    fault: OpenRouterError | None


async def replayed(pieces: list[bytes]) -> Replayed:
    """Send a request, which is answered with `pieces`, and return what becomes of it."""
    reply = Reply(Message(new_id(), None, "assistant", (), now(), "streaming", "m/asked"), lambda: 0.0)
    events: list[Event] = []
    status: Status = "complete"
    fault = None
    async with client_of(streaming(pieces)) as client:
        try:
            async with client.stream(BODY) as stream:
                events += reply.begin(stream.generation)
                async for chunk in stream:
                    events += reply.feed(chunk)
        except OpenRouterError as error:
            status, fault = "failed", error
            reply.fail(error)
    failure = failure_of(fault) if fault else None
    message = reply.message(status, generation=fault.generation if fault else None, failure=failure)
    return Replayed(message, events, reply, fault)


def row_of(replay: Replayed) -> Row:
    message, receipt = replay.message, replay.message.receipt
    assert receipt is not None
    files = [note.get("file") or note["file_annotation"] for note in replay.reply.annotations]
    return Row(
        text=message.text,
        reasoning=message.reasoning,
        calls=tuple(
            f"{call['id']} {call['function']['name']} {call['function']['arguments']}" for call in message.tool_calls
        ),
        images=len(replay.reply.images),
        citations=len(message.citations),
        annotations=tuple(file.get("hash") or file["file_id"] for file in files),
        sound=len(replay.reply.sound.decoded()),
        finish=receipt.finish,
        native=receipt.native_finish,
        cost=None if receipt.cost is None else format(receipt.cost, "f"),
        fault=type(replay.fault) if replay.fault else None,
    )


async def recorded(name: str) -> Replayed:
    return await replayed([RECORDINGS[name]])


def test_every_recording_has_its_row() -> None:
    assert set(ROWS) == set(RECORDINGS)


@pytest.mark.parametrize("name", ROWS)
async def test_a_recording_becomes_its_row(name: str) -> None:
    replay = await recorded(name)
    expected = ROWS[name]
    assert row_of(replay) == expected
    assert replay.message.status == ("failed" if expected.fault else "complete")
    assert (replay.message.failure is None) == (expected.fault is None)
    assert replay.message.receipt is not None
    assert (replay.message.receipt.generation or "").startswith("gen-1795430400-")


@pytest.mark.parametrize("name", ROWS)
async def test_the_events_of_a_recording_say_what_its_message_says(name: str) -> None:
    message, events, reply, _ = await recorded(name)
    assert "".join(event.text for event in events if isinstance(event, Text)) == message.text
    assert "".join(event.text for event in events if isinstance(event, Reasoning)) == message.reasoning
    assert [event.url for event in events if isinstance(event, Image)] == reply.images
    assert tuple(event.citation for event in events if isinstance(event, Cited)) == message.citations
    arguments = ["" for _ in message.tool_calls]
    for event in events:
        if isinstance(event, ToolCall):
            arguments[event.index] += event.arguments
    assert arguments == [call["function"]["arguments"] for call in message.tool_calls]


@pytest.mark.parametrize("name", ROWS)
async def test_the_split_makes_no_difference_to_the_reply(name: str) -> None:
    for pieces in splits(RECORDINGS[name], 5)[1:]:
        assert row_of(await replayed(pieces)) == ROWS[name]


async def test_reasoning_goes_back_as_it_came() -> None:
    signed = (await recorded("recorded_reasoning_text")).message
    assert signed.reasoning_details == (
        {
            "type": "reasoning.text",
            "text": signed.reasoning,
            "signature": "EqIFCpwBsig==",
            "format": "anthropic-claude-v1",
            "index": 0,
        },
    )
    encrypted = (await recorded("inferred_reasoning_encrypted")).message
    openai = {"id": None, "format": "openai-responses-v1", "index": 0}
    assert encrypted.reasoning_details == (
        {"type": "reasoning.summary", "summary": "**Adding** ", **openai},
        {"type": "reasoning.summary", "summary": "two and two.", **openai},
        {"type": "reasoning.encrypted", "data": "gAAAAABo_x-Zk==", **openai, "id": "rs_0a1b"},
    )


async def test_what_a_provider_adds_to_a_tool_call_goes_back_with_it() -> None:
    first, second = (await recorded("inferred_parallel_tool_calls")).message.tool_calls
    assert first["extra_content"] == {"google": {"thought_signature": "CvQB=="}}
    assert "extra_content" not in second


async def test_what_was_sent_upstream_and_how_it_was_routed_is_told() -> None:
    debugged = await recorded("documented_debug_chunk")
    notes = [event for event in debugged.events if isinstance(event, Noted)]
    assert [(note.kind, note.data["echo_upstream_body"]["provider"]) for note in notes] == [
        ("debug", "Azure"),
        ("debug", "OpenAI"),
    ]
    routed = await recorded("documented_router_metadata")
    assert routed.message.receipt is not None
    assert routed.message.receipt.metadata["strategy"] == "direct"
    assert [event for event in routed.events if isinstance(event, Noted)] == [
        Noted("metadata", routed.message.receipt.metadata)
    ]


async def test_the_rest_of_the_receipt() -> None:
    tier = (await recorded("documented_service_tier")).message.receipt
    own = (await recorded("documented_byok_usage")).message.receipt
    hit = (await recorded("documented_cache_hit")).message.receipt
    assert tier is not None
    assert tier.service_tier == "flex"
    assert own is not None
    assert (own.raw_usage["is_byok"], own.raw_usage["cost_details"]["upstream_inference_cost"]) == (
        True,
        Decimal("0.0004"),
    )
    assert hit is not None
    assert (hit.cost, hit.usage.prompt_tokens, hit.usage.completion_tokens) == (Decimal(0), 0, 0)


async def test_the_probabilities_of_tokens_are_kept_with_the_bytes_that_are_no_text() -> None:
    message, events, _, _ = await recorded("inferred_logprobs")
    tea = Likely("Tea", -0.105361)
    end = Likely("\\x8d\\xb5", 0.0, b"\x8d\xb5")
    assert message.logprobs == (
        Chance(tea, (tea, Likely("Or", -2.5), Likely(" tea", -9999.0))),
        Chance(Likely("\\xf0\\x9f", -0.02, b"\xf0\x9f")),
        Chance(end, (end,)),
    )
    told = [event.chances for event in events if isinstance(event, Weighed)]
    assert tuple(chance for chances in told for chance in chances) == message.logprobs


async def test_the_sound_is_what_was_encoded() -> None:
    sound = (await recorded("inferred_audio_output")).reply.sound.decoded()
    assert hashlib.sha256(sound).digest() == hashlib.sha256(bytes(range(60))).digest()


async def test_no_user_is_in_what_an_error_leaves() -> None:
    assert USER_ID.encode() in RECORDINGS["inferred_error_as_first_event"]
    message, events, _, fault = await recorded("inferred_error_as_first_event")
    assert USER_ID not in f"{message} {events} {fault} {vars(fault)}"
