"""The reply that chunks make: fed with the wire, it tells in events and ends as a message."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from chat_tui.conversation.citations import MOST_SPANS, merged
from chat_tui.conversation.events import Cited, Event, Image, Noted, Reasoning, Receipted, Text, ToolCall, Weighed
from chat_tui.conversation.ids import now
from chat_tui.conversation.values import Chance, Citation, Failure, FilePart, Message, Part, Receipt, Status, TextPart
from chat_tui.openrouter import types as wire
from chat_tui.openrouter.errors import OpenRouterError, ServerError
from chat_tui.reply.chances import chances_in
from chat_tui.reply.joining import Details, Sound, ToolCalls
from chat_tui.reply.receipts import receipt_after

MOST_CITATIONS = 1000
MOST_PICTURES = 1000
MOST_ANNOTATIONS = 100
_LONGEST_URL = 8192  # characters; browsers open none that are longer
_LONGEST_TITLE = 1000


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
        self._has_content = False
        self._reasoning: list[str] = []
        self._reasoning_since: float | None = None
        self._has_plain_reasoning = False
        self._details = Details()
        self._calls = ToolCalls()
        self._images: dict[str, None] = {}
        self._citations: dict[str, Citation] = {}
        self._annotations: dict[str, Mapping[str, Any]] = {}
        self._chances: list[Chance] = []
        self._receipt = message.receipt or Receipt()
        self._is_whole = False
        self.sound = Sound()
        """What was spoken."""

    @property
    def said_something(self) -> bool:
        """Whether anything came that a person would miss."""
        seen = self._text or self._reasoning or self._images or self._calls
        return bool(seen or self.sound or self._details or self._citations)

    @property
    def images(self) -> list[str]:
        """The URLs of the pictures that came, each once."""
        return list(self._images)

    @property
    def annotations(self) -> list[Mapping[str, Any]]:
        """What the server made of attached files, each once, as it came."""
        return list(self._annotations.values())

    @property
    def receipt(self) -> Receipt:
        """Who serves it and what it costs, as far as is known."""
        return self._receipt

    @property
    def generation(self) -> str | None:
        """The id for `/generation`, as soon as it is known."""
        return self._receipt.generation

    def begin(self, generation: str | None, *, is_whole: bool = False) -> list[Event]:
        """Take the generation id that the headers gave before the first chunk, so that nothing loses it.

        Args:
            generation: The id, if there was one.
            is_whole: Whether all of the reply comes at once: then nobody knows when its first token came.
        """
        self._is_whole = is_whole
        if generation is None or generation == self._receipt.generation:
            return []
        self._receipt = replace(self._receipt, generation=generation)
        return [Receipted(self._receipt)]

    def feed(self, chunk: wire.Chunk) -> list[Event]:
        """Add what `chunk` says and return it as events, in the order in which people should see it."""
        choice = next((choice for choice in chunk.choices if not choice.index), None)  # others are other replies
        receipt = receipt_after(self._receipt, chunk, choice)
        events: list[Event] = list(self._feed_choice(choice, _details_in(chunk, choice))) if choice else []
        if events and receipt.first_token_ms is None and not self._is_whole:
            receipt = replace(receipt, first_token_ms=self._elapsed_ms())
        begins = self._reasoning_since is None and not self._is_whole
        if begins and any(isinstance(event, Reasoning) for event in events):
            self._reasoning_since = self._clock()
        if any(not isinstance(event, Reasoning) for event in events):
            receipt = self._with_reasoning_time(receipt)
        if choice is not None and (chances := chances_in(choice)):
            self._chances += chances
            events.append(Weighed(chances))
        if isinstance(chunk.debug, dict):
            events.append(Noted("debug", chunk.debug))
        if isinstance(chunk.openrouter_metadata, dict):
            events.append(Noted("metadata", chunk.openrouter_metadata))
        if receipt != self._receipt:
            self._receipt = receipt
            events.append(Receipted(receipt))
        return events

    def fail(self, error: OpenRouterError) -> None:
        """Take from `error` what it brought beside its sentence: files that were parsed although the reply failed."""
        files = error.metadata.get("file_annotations") if isinstance(error, ServerError) else None
        for value in files if isinstance(files, list) else []:
            if isinstance(value, dict):
                self._annotate(value if "type" in value else {"type": "file", "file": value})

    def message(
        self,
        status: Status,
        parts: Sequence[Part] = (),
        *,
        annotations: Sequence[FilePart] = (),
        generation: str | None = None,
        failure: Failure | None = None,
    ) -> Message:
        """Return the reply as it stands, with `parts` (its pictures' and sound's files) after its text."""
        text = "".join(self._text)
        receipt = replace(self._receipt, total_ms=self._elapsed_ms(), generation=self._receipt.generation or generation)
        receipt = self._with_reasoning_time(receipt)
        return replace(
            self._empty,
            status=status,
            at=now(),
            parts=(*((TextPart(text),) if text else ()), *parts),
            reasoning="".join(self._reasoning),
            reasoning_details=tuple(self._details.whole()),
            tool_calls=tuple(self._calls.whole()),
            citations=tuple(self._citations.values()),
            logprobs=tuple(self._chances),
            annotations=tuple(annotations),
            receipt=receipt,
            failure=failure,
        )

    def _elapsed_ms(self) -> int:
        return self._ms_since(self._sent_at)

    def _ms_since(self, moment: float) -> int:
        return round((self._clock() - moment) * 1000)

    def _with_reasoning_time(self, receipt: Receipt) -> Receipt:
        """Return `receipt` with how long the model thought, now that something else came or the reply ended."""
        if self._reasoning_since is None or receipt.reasoning_ms is not None:
            return receipt
        return replace(receipt, reasoning_ms=self._ms_since(self._reasoning_since))

    def _feed_choice(self, choice: wire.Choice, details: Sequence[Mapping[str, Any]]) -> Iterator[Event]:
        delta = choice.delta
        for detail in details:
            self._details.add(detail)
        if reasoning := self._reasoning_in(delta):
            self._reasoning.append(reasoning)
            yield Reasoning(reasoning)
        for text in self._texts_in(choice):
            self._text.append(text)
            yield Text(text)
        if delta.audio is not None and delta.audio.data:
            self.sound.add(delta.audio.data)
        for piece in delta.tool_calls:
            place, call_id, name, arguments = self._calls.add(piece)
            yield ToolCall(place, name, arguments, call_id)
        for image in delta.images:
            url = image.image_url.url if image.image_url else None
            if url and url not in self._images and len(self._images) < MOST_PICTURES:
                self._images[url] = None
                yield Image(url)
        for annotation in delta.annotations:
            if citation := self._cite(annotation.url_citation):
                yield Cited(citation)
            self._annotate(annotation.as_sent())

    def _reasoning_in(self, delta: wire.Delta) -> str:
        """Return the new reasoning; details say the same, and count only for servers that send nothing else."""
        plain = delta.reasoning or delta.reasoning_content
        self._has_plain_reasoning = self._has_plain_reasoning or bool(plain)
        if self._has_plain_reasoning:
            return plain or ""
        return "".join(detail.text or detail.summary or "" for detail in delta.reasoning_details)

    def _texts_in(self, choice: wire.Choice) -> Iterator[str]:
        """Yield the new text; what a voice says is text only where nothing is written."""
        delta, content = choice.delta, choice.content
        if content or delta.refusal:
            self._has_content = True
        if content:
            yield content
        if delta.refusal and delta.refusal != content:
            yield delta.refusal
        if not self._has_content and delta.audio is not None and delta.audio.transcript:
            yield delta.audio.transcript

    def _cite(self, cited: wire.UrlCitation | None) -> Citation | None:
        """Return what is new of a source: that it is one, or where else it is named."""
        if not (cited and cited.url) or len(cited.url) > _LONGEST_URL:
            return None
        start, end = cited.start_index, cited.end_index
        spans = ((start, end),) if start is not None and end is not None and 0 <= start < end else ()
        known = self._citations.get(cited.url)
        if (known is None and len(self._citations) >= MOST_CITATIONS) or (
            known is not None and (not set(spans) - set(known.spans) or len(known.spans) >= MOST_SPANS)
        ):
            return None
        citation = Citation(cited.url, cited.title and cited.title[:_LONGEST_TITLE], spans)
        self._citations[cited.url] = merged([known] if known else [], [citation])[0]
        return citation

    def _annotate(self, annotation: Mapping[str, Any]) -> None:
        """Keep what the server made of a file, once; it may be some MB."""
        match annotation:
            case {"file": {"hash": str(name)}} | {"file_annotation": {"file_id": str(name)}}:
                if len(self._annotations) < MOST_ANNOTATIONS:
                    self._annotations.setdefault(name, annotation)


def _details_in(chunk: wire.Chunk, choice: wire.Choice | None) -> list[Mapping[str, Any]]:
    """Return the reasoning details of `choice` exactly as the server sent them, which is how they must go back."""
    sent = chunk.raw.get("choices")
    if choice is None or not choice.delta.reasoning_details or not isinstance(sent, list):
        return []
    objects = [value for value in sent if isinstance(value, dict)]  # what is none is no choice either
    match objects[chunk.choices.index(choice)]:
        case {"delta": {"reasoning_details": [*details]}}:
            return [detail for detail in details if isinstance(detail, dict)]
    return []


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
