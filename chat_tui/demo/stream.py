"""A completion on the wire: the chunks of a stream as they were recorded, or one JSON object."""

import asyncio
import json
import secrets
import string
import time
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from chat_tui.demo.books import Usage
from chat_tui.demo.catalogue import Model
from chat_tui.demo.replies import Ending, Reply

_KEEP_ALIVE = b": OPENROUTER PROCESSING\n\n"
_KEEP_ALIVE_COUNT = 3
_DONE = b"data: [DONE]\n\n"

_EVENTS_PER_WRITE = 16  # without delays, events share a write, as they share a packet on a real network

_REASONING_FORMAT = "anthropic-claude-v1"
_SIGNATURE = "U2ltdWxhdGVkIHNpZ25hdHVyZQ=="
_NATIVE_REASONS = {"Anthropic": "end_turn", "Google AI Studio": "STOP", "xAI": "completed"}
_MIDSTREAM_ERROR = {
    "code": 502,
    "message": "Provider disconnected unexpectedly",
    "metadata": {"error_type": "provider_unavailable", "provider_code": "upstream_eof"},
}


def encoded(value: object) -> bytes:
    """Write JSON as the real server does: on one line, with characters beyond ASCII as they are.

    U+2028 and C1 controls go out unescaped, so that a client that splits lines in a wrong place notices.
    """
    try:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    except UnicodeEncodeError:  # half of a surrogate pair, echoed from a request
        return json.dumps(value, separators=(",", ":")).encode()


def new_id() -> str:
    """Make the id of a generation: `gen-<unix>-<20 letters and digits>`."""
    alphabet = string.ascii_letters + string.digits
    return f"gen-{int(time.time())}-{''.join(secrets.choice(alphabet) for _ in range(20))}"


@dataclass(frozen=True, slots=True)
class Completion:
    """One generation: who serves it, what it says, and under which id.

    Args:
        model: The model that serves it.
        reply: What it says.
        prompt_tokens: The tokens of the request.
        id: The generation's id, `gen-<unix>-<20 letters and digits>`.
    """

    model: Model
    reply: Reply
    prompt_tokens: int
    id: str = field(default_factory=new_id)

    @property
    def usage(self) -> Usage:
        """What it uses when it runs to its end."""
        reply = self.reply
        return Usage(self.model, self.prompt_tokens, reply.token_count, len(reply.reasoning))

    @property
    def finish_reason(self) -> str:
        """OpenRouter's word for how it ends."""
        return self.reply.ending.value

    @property
    def native_finish_reason(self) -> str:
        """The provider's own word for how it ends."""
        if self.reply.ending is Ending.STOP:
            return _NATIVE_REASONS.get(self.model.provider, "stop")
        return self.finish_reason

    def head(self, object_type: str) -> dict[str, Any]:
        """Return the fields that begin a response and every chunk."""
        return {
            "id": self.id,
            "object": object_type,
            "created": int(self.id.split("-")[1]),
            "model": self.model.served_slug,
            "provider": self.model.provider,
        }


def whole(completion: Completion) -> dict[str, Any]:
    """Return the response for a client that doesn't stream (OpenAPI ChatResult)."""
    reply = completion.reply
    message: dict[str, Any] = {"role": "assistant", "content": "".join(reply.tokens), "refusal": None}
    if reply.reasoning and not reply.hides_reasoning:
        reasoning = "".join(reply.reasoning)
        message["reasoning"] = reasoning
        message["reasoning_details"] = [_detail(text=reasoning, signature=_SIGNATURE)]
    choice = {
        "index": 0,
        "message": message,
        "logprobs": None,
        "finish_reason": completion.finish_reason,
        "native_finish_reason": completion.native_finish_reason,
    }
    if reply.ending is Ending.ERROR:
        choice["error"] = _MIDSTREAM_ERROR
    return {
        **completion.head("chat.completion"),
        "system_fingerprint": None,
        "choices": [choice],
        "usage": completion.usage.as_json(),
    }


async def events(completion: Completion, pace: float, settle: Callable[[Usage], None]) -> AsyncIterator[bytes]:
    """Send a completion as server-sent events.

    Args:
        completion: The generation.
        pace: The factor on every delay; 0 for none.
        settle: Called with the usage once it has been reported.

    Yields:
        One or more whole events.
    """
    reply = completion.reply
    for _ in range(_KEEP_ALIVE_COUNT):
        yield _KEEP_ALIVE
        await asyncio.sleep(reply.latency * pace / _KEEP_ALIVE_COUNT)
    seconds_per_token = pace / reply.speed if reply.speed else 0.0
    async for batch in _paced(_token_events(completion), seconds_per_token):
        yield batch
    for event in _last_events(completion, settle):
        yield event


async def _paced(token_events: Iterator[bytes], seconds_per_token: float) -> AsyncIterator[bytes]:
    if seconds_per_token:
        # Against the clock and not from token to token: delays of a timer would add up.
        due = time.monotonic()
        for event in token_events:
            due += seconds_per_token
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            yield event
        return
    batch: list[bytes] = []
    for event in token_events:
        batch.append(event)
        if len(batch) == _EVENTS_PER_WRITE:
            yield b"".join(batch)
            batch.clear()
            await asyncio.sleep(0)  # other connections get their turn, and a disconnect is seen
    if batch:
        yield b"".join(batch)


def _token_events(completion: Completion) -> Iterator[bytes]:
    reply = completion.reply
    if reply.reasoning and not reply.hides_reasoning:
        for text in reply.reasoning:
            delta = {"content": "", "role": "assistant", "reasoning": text}
            yield _event(completion, {**delta, "reasoning_details": [_detail(text=text)]})
        signature = {"content": "", "role": "assistant", "reasoning_details": [_detail(signature=_SIGNATURE)]}
        yield _event(completion, signature)
    # Only the text differs between the chunks of an answer: the rest is written once.
    before, _, after = _event(completion, {"content": "\0", "role": "assistant"}).partition(b'"\\u0000"')
    for text in reply.tokens:
        yield before + encoded(text) + after


def _last_events(completion: Completion, settle: Callable[[Usage], None]) -> Iterator[bytes]:
    empty = {"content": "", "role": "assistant"}
    ending = completion.reply.ending
    if ending is Ending.CUT:
        return
    if ending is Ending.ERROR:
        yield _event(completion, empty, finished=True, error=_MIDSTREAM_ERROR)
        return
    yield _event(completion, empty, finished=True)
    usage = completion.usage
    settle(usage)
    yield _event(completion, empty, finished=True, service_tier=None, usage=usage.as_json())
    yield _DONE


def _event(completion: Completion, delta: dict[str, Any], *, finished: bool = False, **fields: Any) -> bytes:
    choice = {
        "index": 0,
        "delta": delta,
        "finish_reason": completion.finish_reason if finished else None,
        "native_finish_reason": completion.native_finish_reason if finished else None,
    }
    chunk = {**completion.head("chat.completion.chunk"), **fields, "choices": [choice]}
    return b"data: " + encoded(chunk) + b"\n\n"


def _detail(**content: str) -> dict[str, Any]:
    return {"type": "reasoning.text", **content, "format": _REASONING_FORMAT, "index": 0}
