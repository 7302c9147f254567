"""A completion as server-sent events: the chunks as they were recorded."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import replace
from itertools import chain
from typing import Any, TypeAlias

from chat_tui.demo.books import Books
from chat_tui.demo.completion import Completion, encoded
from chat_tui.demo.reply import Ending
from chat_tui.demo.thoughts import details, seal
from chat_tui.demo.usage import Spoken

_KEEP_ALIVE = b": OPENROUTER PROCESSING\n\n"
_DONE = b"data: [DONE]\n\n"
_EMPTY: Mapping[str, Any] = {"content": "", "role": "assistant"}

_EVENTS_PER_WRITE = 16  # without delays, events share a write, as they share a packet on a real network

# What nobody should send, and somebody does: halves of chunks, fields of other protocols, bytes that are no text.
_NOISE = (
    b'data: {"id":"gen-\n\n',
    b"data: not json at all\n\n",
    b"event: ping\nretry: 1000\nid: 7\n\n",
    b"just a line without a colon\n\n",
    b"data:\n\n",
    b"data: \xff\xfe\n\n",
)

_Event: TypeAlias = tuple[bytes, Spoken]  # an event, and the tokens that have left with it


async def events(completion: Completion, pace: float, books: Books, reset: Callable[[], None]) -> AsyncIterator[bytes]:
    """Send a completion as server-sent events.

    Args:
        completion: The generation; it is settled in the books when it ends by itself.
        pace: The factor on every delay; 0 for none.
        books: Where it is settled.
        reset: Resets the connection under the stream.

    Yields:
        One or more whole events.
    """
    reply = completion.reply
    for _ in range(reply.keep_alives):
        yield _KEEP_ALIVE
        await asyncio.sleep(reply.latency * pace / reply.keep_alives)
    if completion.echo is not None:
        debug = {**completion.head("chat.completion.chunk"), "choices": []}
        yield _data({**debug, "debug": {"echo_upstream_body": completion.echo}})
    seconds_per_token = pace / reply.speed if reply.speed else 0.0
    async for batch in _paced(completion, seconds_per_token):
        yield batch
    match reply.ending:
        case Ending.STALL:
            await asyncio.Event().wait()  # until the client leaves
        case Ending.CUT:
            books.fail(completion.entry, is_insured=reply.is_insured)
        case Ending.RESET:
            books.fail(completion.entry, is_insured=reply.is_insured)
            reset()
        case _:
            for event in _last_events(completion, books):
                yield event


async def _paced(completion: Completion, seconds_per_token: float) -> AsyncIterator[bytes]:
    token_events = chain(_reasoning_events(completion), _text_events(completion), _extra_events(completion))
    if seconds_per_token:
        # Against the clock and not from token to token: delays of a timer would add up.
        due = time.monotonic()
        for event, sent in token_events:
            due += seconds_per_token
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            completion.entry.has_sent(sent)
            yield event
        return
    batch: list[bytes] = []
    for event, sent in token_events:
        batch.append(event)
        if len(batch) == _EVENTS_PER_WRITE:
            completion.entry.has_sent(sent)
            yield b"".join(batch)
            batch.clear()
            await asyncio.sleep(0)  # other connections get their turn, and a disconnect is seen
    if batch:
        completion.entry.has_sent(sent)
        yield b"".join(batch)


def _reasoning_events(completion: Completion) -> Iterator[_Event]:
    reply = completion.reply
    if not reply.reasoning or reply.hides_reasoning:
        return
    for count, text in enumerate(reply.reasoning, 1):
        delta = {**_EMPTY, "reasoning": text, "reasoning_details": details(reply, text)}
        yield _event(completion, delta), Spoken(count, count)
    thought = Spoken(len(reply.reasoning), len(reply.reasoning))
    yield _event(completion, {**_EMPTY, "reasoning_details": [seal(reply)]}), thought


def _text_events(completion: Completion) -> Iterator[_Event]:
    reply = completion.reply
    thought = len(reply.reasoning)
    # Only the text differs between the chunks of an answer: the rest is written once.
    before, _, after = _event(completion, {**_EMPTY, "content": "\0"}).partition(b'"\\u0000"')
    for count, text in enumerate(reply.tokens, 1):
        if completion.top_logprobs is None:
            event = before + encoded(text) + after
        else:
            event = _event(completion, {**_EMPTY, "content": text}, logprobs=completion.logprobs([text]))
        if reply.has_noise:
            event += _NOISE[count % len(_NOISE)]
        yield event, Spoken(thought + count, thought)


def _extra_events(completion: Completion) -> Iterator[_Event]:
    reply = completion.reply
    sent = replace(reply, extras=()).spoken
    for extra in reply.extras:
        sent = Spoken(
            sent.total + extra.spoken.total,
            sent.reasoning,
            sent.image + extra.spoken.image,
            sent.audio + extra.spoken.audio,
        )
        yield _event(completion, {**_EMPTY, **extra.delta}), sent


def _last_events(completion: Completion, books: Books) -> Iterator[bytes]:
    reply, entry = completion.reply, completion.entry
    if reply.ending is Ending.ERROR:
        books.fail(entry, is_insured=reply.is_insured)
        yield _event(completion, _EMPTY, finished=True, error=completion.error)
        return
    yield _event(completion, _EMPTY, finished=True)
    if reply.ending is Ending.ERROR_FINISH:
        books.fail(entry, is_insured=reply.is_insured)
    else:
        books.complete(entry, completion.finish_reason, completion.native_finish_reason)
    routing = {} if completion.routing is None else {"openrouter_metadata": completion.routing}
    reported = {"service_tier": None, "usage": entry.usage.as_json(), **routing}
    if reply.has_usage_apart:
        yield _data({**completion.head("chat.completion.chunk"), **reported, "choices": []})
    else:
        yield _event(completion, _EMPTY, finished=True, **reported)
    yield _DONE


def _event(
    completion: Completion,
    delta: Mapping[str, Any],
    *,
    finished: bool = False,
    logprobs: Mapping[str, Any] | None = None,
    **fields: Any,
) -> bytes:
    said = {"text": delta["content"] or ""} if completion.is_text else {"delta": delta}
    weighed = {"logprobs": logprobs} if logprobs or completion.is_text else {}
    choice = {
        "index": 0,
        **said,
        **weighed,
        "finish_reason": completion.finish_reason if finished else None,
        "native_finish_reason": completion.native_finish_reason if finished else None,
    }
    return _data({**completion.head("chat.completion.chunk"), **fields, "choices": [choice]})


def _data(chunk: Mapping[str, Any]) -> bytes:
    return b"data: " + encoded(chunk) + b"\n\n"
