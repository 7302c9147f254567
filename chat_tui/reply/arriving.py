"""The reply that chunks make: fed with the wire, it tells in events and ends as a message."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from chat_tui.conversation.events import Cited, Event, Image, Reasoning, Receipted, Text, ToolCall
from chat_tui.conversation.ids import now
from chat_tui.conversation.values import Citation, Failure, Message, Part, Receipt, Status, TextPart, Usage
from chat_tui.openrouter import types as wire
from chat_tui.openrouter.errors import OpenRouterError, ServerError


class Reply:
    """The reply as far as it has come; fed with chunks, it says what each one added.

    Args:
        message: The empty reply, with its id, parent and the model that was asked.
        clock: Seconds on a clock that only goes forward.
    """

    def __init__(self, message: Message, clock: Callable[[], float] = time.monotonic) -> None:
        self._empty = message
        self._clock = clock
        self._sent_at = clock()
        self._text: list[str] = []
        self._reasoning: list[str] = []
        self._details: list[dict[str, Any]] = []
        self._calls: dict[int, dict[str, Any]] = {}
        self._images: dict[str, None] = {}
        self._citations: dict[str, Citation] = {}
        self._receipt = Receipt()

    @property
    def said_something(self) -> bool:
        """Whether anything came that a person would miss."""
        return bool(self._text or self._reasoning or self._images or self._calls)

    @property
    def images(self) -> list[str]:
        """The URLs of the pictures that came, each once."""
        return list(self._images)

    def feed(self, chunk: wire.Chunk) -> list[Event]:
        """Add what `chunk` says and return it as events, in the order in which people should see it."""
        events: list[Event] = []
        receipt = _receipt_after(self._receipt, chunk)
        for choice in chunk.choices[:1]:
            events += self._feed_delta(choice.delta)
            receipt = replace(
                receipt,
                finish=choice.finish_reason or receipt.finish,
                native_finish=choice.native_finish_reason or receipt.native_finish,
            )
        if events and receipt.first_token_ms is None:
            receipt = replace(receipt, first_token_ms=self._elapsed_ms())
        if receipt != self._receipt:
            self._receipt = receipt
            events.append(Receipted(receipt))
        return events

    def message(
        self,
        status: Status,
        parts: Sequence[Part] = (),
        *,
        generation: str | None = None,
        failure: Failure | None = None,
    ) -> Message:
        """Return the reply as it stands, with `parts` (its pictures' files) after its text."""
        text = "".join(self._text)
        receipt = replace(self._receipt, total_ms=self._elapsed_ms(), generation=self._receipt.generation or generation)
        return replace(
            self._empty,
            status=status,
            at=now(),
            parts=(*((TextPart(text),) if text else ()), *parts),
            reasoning="".join(self._reasoning),
            reasoning_details=tuple(self._details),
            tool_calls=tuple(self._calls[index] for index in sorted(self._calls)),
            citations=tuple(self._citations.values()),
            receipt=receipt,
            failure=failure,
        )

    def _elapsed_ms(self) -> int:
        return round((self._clock() - self._sent_at) * 1000)

    def _feed_delta(self, delta: wire.Delta) -> list[Event]:
        events: list[Event] = []
        if reasoning := delta.reasoning or _reasoning_in(delta.reasoning_details):
            self._reasoning.append(reasoning)
            events.append(Reasoning(reasoning))
        for detail in delta.reasoning_details:
            _merge_detail(self._details, detail.as_sent())
        if text := delta.content or delta.refusal:
            self._text.append(text)
            events.append(Text(text))
        events += [self._feed_call(call) for call in delta.tool_calls]
        for image in delta.images:
            if image.image_url and (url := image.image_url.url) and url not in self._images:
                self._images[url] = None
                events.append(Image(url))
        for annotation in delta.annotations:
            if (cited := annotation.url_citation) and cited.url and cited.url not in self._citations:
                self._citations[cited.url] = Citation(cited.url, cited.title)
                events.append(Cited(self._citations[cited.url]))
        return events

    def _feed_call(self, piece: wire.ToolCall) -> ToolCall:
        index = self._index_of(piece)
        call = self._calls.setdefault(
            index, {"id": None, "type": "function", "function": {"name": "", "arguments": ""}}
        )
        call["id"] = call["id"] or piece.id
        name = (piece.function and piece.function.name) or ""
        arguments = (piece.function and piece.function.arguments) or ""
        call["function"]["name"] = call["function"]["name"] or name
        call["function"]["arguments"] += arguments
        return ToolCall(index, call["function"]["name"], arguments)

    def _index_of(self, piece: wire.ToolCall) -> int:
        """Return which call `piece` belongs to; in a reply that came whole they have ids but no index."""
        if piece.index is not None:
            return piece.index
        latest = max(self._calls, default=0)
        known = next((index for index, call in self._calls.items() if call["id"] == piece.id), None)
        if piece.id is None or not self._calls:
            return latest
        return latest + 1 if known is None else known


def _reasoning_in(details: Sequence[wire.ReasoningDetail]) -> str:
    """Return the readable text of details, for servers that send nothing else."""
    return "".join(detail.text or detail.summary or "" for detail in details)


def _merge_detail(details: list[dict[str, Any]], detail: dict[str, Any]) -> None:
    """Join a fragment of reasoning text to the one before it; anything else is kept as it came (wire 3.4)."""
    last = details[-1] if details else None
    if last is None or detail.get("type") != "reasoning.text" or last.get("type") != "reasoning.text":
        details.append(detail)
        return
    last["text"] = (last.get("text") or "") + (detail.get("text") or "")
    for name in ("signature", "format"):
        if not last.get(name) and detail.get(name):
            last[name] = detail[name]


def _receipt_after(receipt: Receipt, chunk: wire.Chunk) -> Receipt:
    receipt = replace(
        receipt,
        model=chunk.model or receipt.model,
        provider=chunk.provider or receipt.provider,
        generation=chunk.id or receipt.generation,
    )
    if chunk.usage is None:
        return receipt
    return replace(receipt, usage=_usage(chunk.usage), cost=chunk.usage.cost, raw_usage=chunk.usage.as_sent())


def _usage(usage: wire.Usage) -> Usage:
    prompt, completion = usage.prompt_tokens_details, usage.completion_tokens_details
    return Usage(
        prompt_tokens=usage.prompt_tokens,
        completion_tokens=usage.completion_tokens,
        reasoning_tokens=completion.reasoning_tokens if completion else None,
        cached_tokens=prompt.cached_tokens if prompt else None,
        cache_write_tokens=prompt.cache_write_tokens if prompt else None,
    )


def failure_of(error: OpenRouterError) -> Failure:
    """Return `error` as the value that is kept with the reply."""
    return Failure(
        error.sentence,
        error.code,
        error.retryable,
        actions=error.actions,
        retry_after=error.retry_after,
        limit_source=error.limit_source if isinstance(error, ServerError) else None,
    )
