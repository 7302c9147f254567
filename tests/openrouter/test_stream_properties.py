"""Random streams: valid ones give one reply however they are cut, and garbage never more than a failed one."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest

from chat_tui.conversation.events import Event, Text
from chat_tui.conversation.folder import Folder
from chat_tui.conversation.ids import new_id, now
from chat_tui.conversation.records import decode_line, decode_message, encode_message
from chat_tui.conversation.values import Message, Status
from chat_tui.engine.keeping import keep_files
from chat_tui.openrouter.errors import OpenRouterError
from chat_tui.reply.arriving import Reply, failure_of
from tests.openrouter.wire import BODY, EVENTS, client_of

SEEDS = range(300)
START = now()
EMPTY = Message(new_id(), None, "assistant", (), START, "streaming", "m/asked")

Dice = random.Random


class Cut(httpx.AsyncByteStream):
    """A body in pieces, with the loop given to others in between."""

    def __init__(self, pieces: Sequence[tuple[bytes, int]]) -> None:
        self._pieces = pieces

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece, turns in self._pieces:
            for _ in range(turns):
                await asyncio.sleep(0)
            yield piece


class Outcome(NamedTuple):
    """What a stream became."""

    message: Message
    events: list[Event]
    reply: Reply


async def outcome(pieces: Sequence[tuple[bytes, int]]) -> Outcome:
    """Stream `pieces` through the client into a reply."""
    reply = Reply(EMPTY, lambda: 0.0)
    events: list[Event] = []
    status: Status = "complete"
    failure = generation = None
    async with client_of(lambda _: httpx.Response(200, headers=EVENTS, stream=Cut(pieces))) as client:
        try:
            async with client.stream(BODY) as stream:
                async for chunk in stream:
                    events += reply.feed(chunk)
        except OpenRouterError as error:
            reply.fail(error)
            status, failure, generation = "failed", failure_of(error), error.generation
    message = reply.message(status, generation=generation, failure=failure)
    return Outcome(replace(message, at=START), events, reply)


def cut(dice: Dice, data: bytes) -> list[tuple[bytes, int]]:
    """Return `data` in random pieces, each with the turns to wait before it."""
    count = dice.choice([1, 3, 20, len(data)])
    places = sorted(dice.randrange(len(data) + 1) for _ in range(min(count, 400)))
    pairs = zip([0, *places], [*places, len(data)], strict=True)
    return [(data[start:end], dice.choice([0, 0, 0, 1, 3])) for start, end in pairs]


# Valid streams

WORDS = [
    "Hello",
    " ",
    "naïve",
    "漢字",
    "👩‍👩‍👧",
    "\n",
    '"',
    "\\",
    "\u2028",
    "\x85",
    "data: ",
    "[DONE]",
    "\r\n\r\n",
    ": x",
    "",
]
IMAGES = [f"data:image/png;base64,{data}" for data in ("AAAA", "iVBORw0KGgo=", "A" * 3000)]
PAGES = [f"https://example.com/{name}" for name in "abcd"]


class Script:
    """A random stream, and what must come of it."""

    def __init__(self, dice: Dice) -> None:
        self.dice = dice
        self.text = self.reasoning = ""
        self.arguments: dict[int, str] = {}
        self.images: list[str] = []
        self.pages: list[str] = []
        self.chunks: list[dict[str, Any]] = []
        self.status: Status = "complete"
        self.cost: str | None = None
        steps: list[Callable[[], dict[str, Any]]] = [self.say, self.say, self.say, self.think, self.call, self.show]
        for _ in range(dice.randrange(1, 25)):
            self.add(dice.choice([*steps, self.cite, dict])())
        self.finish()

    def add(self, delta: dict[str, Any], finish: str | None = None, **top: Any) -> None:
        extra = {"role": "assistant", "content": "", **delta} if self.dice.random() < 0.7 else delta
        choice = {"index": 0, "delta": extra, "finish_reason": finish, "native_finish_reason": finish, "logprobs": None}
        self.chunks.append(
            {"id": "gen-1", "model": "m/served", "provider": "P", "x_new": {"a": [1]}, **top, "choices": [choice]}
        )

    def say(self) -> dict[str, Any]:
        words = "".join(self.dice.choices(WORDS, k=self.dice.randrange(4)))
        self.text += words
        return {"content": words}

    def think(self) -> dict[str, Any]:
        words = "".join(self.dice.choices(WORDS, k=3))
        self.reasoning += words
        return {"reasoning": words, "reasoning_details": [{"type": "reasoning.text", "text": words, "index": 0}]}

    def call(self) -> dict[str, Any]:
        index = self.dice.randrange(3)
        piece = self.dice.choice(["", "{", '"a": ', "1}", "é"])
        begins = index not in self.arguments
        self.arguments[index] = self.arguments.get(index, "") + piece
        first = {"id": f"call_{index}", "type": "function"} if begins else {}
        function = {"name": f"f{index}", "arguments": piece} if begins else {"arguments": piece}
        return {"content": None, "tool_calls": [{"index": index, **first, "function": function}]}

    def show(self) -> dict[str, Any]:
        url = self.dice.choice(IMAGES)
        self.images += [] if url in self.images else [url]
        return {"images": [{"type": "image_url", "image_url": {"url": url}, "index": 0}]}

    def cite(self) -> dict[str, Any]:
        url = self.dice.choice(PAGES)
        self.pages += [] if url in self.pages else [url]
        return {"annotations": [{"type": "url_citation", "url_citation": {"url": url, "title": "T"}}]}

    def finish(self) -> None:
        self.done = self.dice.random() < 0.7
        ending = self.dice.choice(["usage", "usage", "usage apart", "error", "cut"])
        if ending == "error":
            self.status = "failed"
            self.add({}, "error", error={"code": self.dice.choice([502, "server_error"]), "message": "Boom"})
            return
        if ending == "cut":
            self.status, self.done = "failed", False
            return
        self.add({}, "stop")
        self.cost = f"0.{self.dice.randrange(1, 10**12)}"
        if ending == "usage apart":
            self.chunks.append({"id": "gen-1", "choices": [], "usage": {"cost": self.cost}})
        else:
            self.add({}, self.dice.choice(["stop", None]), usage={"cost": self.cost, "total_tokens": 3})

    def encoded(self) -> bytes:
        """Return the stream with noise that means nothing, in one of the three line ends."""
        end = self.dice.choice(["\n", "\n", "\r\n", "\r"])
        noise = [
            "",
            ": OPENROUTER PROCESSING" + end * 2,
            ":" + end,
            end,
            end * 3,
            "event: message" + end,
            "retry: 5" + end,
        ]
        lines = [self.dice.choice(["", "\ufeff"])]
        for text in [*map(self.json, self.chunks), *(["[DONE]"] if self.done else [])]:
            colon = self.dice.choice(["data: ", "data:"])
            between = end + (": in between" + end if self.dice.random() < 0.1 else "")
            lines += [self.dice.choice(noise), between.join(colon + line for line in text.split("\n")), end * 2]
        return "".join(lines).encode()

    def json(self, chunk: dict[str, Any]) -> str:
        return json.dumps(chunk, ensure_ascii=self.dice.random() < 0.5, indent=self.dice.choice([None, None, 1]))


@pytest.mark.parametrize("seed", SEEDS)
async def test_a_valid_stream_gives_one_reply_however_it_is_cut(seed: int) -> None:
    dice = Dice(seed)
    script = Script(dice)
    data = script.encoded()
    whole = await outcome([(data, 0)])
    message, receipt = whole.message, whole.message.receipt
    assert (message.status, message.text, message.reasoning) == (script.status, script.text, script.reasoning)
    assert {int(call["id"][5:]): call["function"]["arguments"] for call in message.tool_calls} == script.arguments
    assert whole.reply.images == script.images
    assert [citation.url for citation in message.citations] == script.pages
    assert "".join(event.text for event in whole.events if isinstance(event, Text)) == script.text
    assert receipt is not None
    assert (receipt.cost and format(receipt.cost, "f")) == script.cost
    assert receipt.generation == "gen-1"
    for _ in range(3):
        other = await outcome(cut(dice, data))
        assert (other.message, other.events) == (message, whole.events)


# Garbage

NAMES = [
    *("id", "choices", "delta", "index", "content", "text", "reasoning", "reasoning_details", "type", "tool_calls"),
    *("function", "name", "arguments", "images", "image_url", "url", "annotations", "url_citation", "file", "hash"),
    *("audio", "data", "transcript", "usage", "cost", "prompt_tokens", "completion_tokens_details", "debug", "model"),
    *("provider", "openrouter_metadata", "service_tier", "native_finish_reason", "signature", "summary", "user_id"),
]
ENDING_NAMES = ["error", "finish_reason", "code", "message", "metadata", "file_annotations"]
NUMBERS = [
    "0",
    "-1",
    "1e400",
    "-1e-400",
    "9" * 5000,
    "0." + "1" * 5000,
    "NaN",
    "Infinity",
    "1E+2",
    "12345678901234567890",
]
TEXTS = [
    '""',
    '"a"',
    r'"\ud800"',
    r'"\u0000\u001b[2J"',
    '"data:image/png;base64,AAAA"',
    '"reasoning.text"',
    '"file"',
    '"AAE="',
]


def some_json(dice: Dice, names: Sequence[str], depth: int = 0) -> str:
    """Return JSON, nearly always, with the names that chunks have, in places where they don't belong."""
    kind = dice.randrange(8 if depth < 6 else 4)
    if kind < 1:
        return dice.choice(NUMBERS)
    if kind < 3:
        return dice.choice(TEXTS)
    if kind < 4:
        return dice.choice(["null", "true", "false", "{}", "[]"])
    items = [some_json(dice, names, depth + 1) for _ in range(dice.randrange(4))]
    if kind < 6:
        return f"[{','.join(items)}]"
    return "{" + ",".join(f'"{dice.choice(names)}":{item}' for item in items) + "}"


def some_chunk(dice: Dice, names: Sequence[str]) -> str:
    """Return a chunk whose outer shape is right, so that what is wrong inside it is read."""
    fields = ",".join(f'"{dice.choice(names)}":{some_json(dice, names)}' for _ in range(dice.randrange(6)))
    top = ",".join(f'"{dice.choice(names)}":{some_json(dice, names)}' for _ in range(dice.randrange(3)))
    return '{"choices":[{"index":0,"delta":{' + fields + "}}]" + ("," + top if top else "") + "}"


def garbage(dice: Dice, names: Sequence[str]) -> bytes:
    """Return something that nobody should send, which ends where an event ends."""
    nested = dice.choice(["[", '{"choices":', '{"usage":{"a":']) * dice.choice([50, 90, 400, 50_000])
    depth = dice.choice([50, 120, 300, 900])
    closed = '{"choices":[],"usage":{"a":' + "[" * depth + r'"\ud800"' + "]" * depth + "}}"
    made = [
        dice.randbytes(dice.randrange(200)).replace(b"data", b""),
        b"data: " + dice.randbytes(dice.randrange(200)).replace(b"data", b""),
        f"data: {some_json(dice, names)}".encode(),
        f"data: {some_chunk(dice, names)}".encode(),
        f"data: {some_chunk(dice, names)}".encode(),
        f"data: {some_chunk(dice, names)}".encode(),
        f"data: {some_chunk(dice, names)}".encode()[: dice.randrange(80)],
        f'data: {{"choices":[{{"delta":{{"reasoning":"{"é" * 9}'.encode()[: -dice.randrange(1, 3)] + b'"}}]}',
        f"data: {nested}".encode(),
        f"data: {closed}".encode(),
        b"data: " + b"9" * 70_000,
        dice.choice([b"data", b"data:", b"id: \0", b"event", b"\xef\xbb\xbf", b":" * 50, b"retry: x"]),
    ]
    return dice.choice(made) + b"\n\n"


@pytest.mark.parametrize("seed", SEEDS)
async def test_garbage_gives_a_reply_with_the_text_between_it(seed: int, tmp_path: Path) -> None:
    dice = Dice(seed)
    may_end = dice.random() < 0.5
    names = [*NAMES, *ENDING_NAMES * 3] if may_end else NAMES
    marks = [f"⟨{number}⟩" for number in range(dice.randrange(1, 12))]
    data = b""
    for mark in marks:
        data += b"data: " + json.dumps({"choices": [{"index": 0, "delta": {"content": mark}}]}).encode() + b"\n\n"
        data += b"".join(garbage(dice, names) for _ in range(dice.randrange(6)))
    whole = await outcome([(data, 0)])
    seen = [mark for mark in marks if mark in whole.message.text]
    assert seen == (marks[: len(seen)] if may_end else marks)
    assert "⟨0⟩" in seen
    assert whole.message.status in ("complete", "failed")
    assert (whole.message.failure is None) == (whole.message.status == "complete")
    other = await outcome(cut(dice, data))
    assert (other.message, other.events) == (whole.message, whole.events)
    kept = keep_files(Folder(tmp_path), whole.reply, {})
    message = replace(whole.message, parts=(*whole.message.parts, *kept.parts), annotations=kept.annotations)
    line = encode_message(message)
    assert decode_message(decode_line(line)).text == message.text


async def test_an_event_of_garbage_that_is_too_long_ends_the_reply_with_its_text(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("chat_tui.openrouter.stream.LONGEST_EVENT", 10_000)
    for seed in range(30):
        dice = Dice(seed)
        endless = dice.randbytes(20_000).replace(b"\n", b"").replace(b"\r", b"")
        data = b'data: {"choices":[{"delta":{"content":"kept"}}]}\n\ndata: ' + endless
        replies = [await outcome([(data, 0)]), await outcome(cut(dice, data))]
        assert [(reply.message.status, reply.message.text) for reply in replies] == [("failed", "kept")] * 2
        assert replies[0].message.failure == replies[1].message.failure
