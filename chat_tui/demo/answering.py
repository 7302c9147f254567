"""Completions: from a request to its response, with an entry in the books for each generation."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from chat_tui.demo.admission import Admitted, admit
from chat_tui.demo.attached import Measured
from chat_tui.demo.books import Books, Entry, Origin
from chat_tui.demo.breaking import refused_first
from chat_tui.demo.completion import Completion, encoded, new_id
from chat_tui.demo.faults import Fault, Patience, fault_of, faults, refusal
from chat_tui.demo.media import with_parsed
from chat_tui.demo.prompt_cache import PromptCache
from chat_tui.demo.replies import reply_to
from chat_tui.demo.reply import Ending, Reply
from chat_tui.demo.request import ChatRequest
from chat_tui.demo.responses import Silence, Streamed, failure, json_response
from chat_tui.demo.stream import events
from chat_tui.demo.usage import Usage
from chat_tui.demo.whole import whole

_FREE_ENGINES = ("cloudflare-ai", "pdf-text")
_ECHO = "demo/echo"
"""Says what came, whatever that is."""
_LONGEST_WAIT = 1.0  # seconds before an answer that isn't streamed


@dataclass(frozen=True, slots=True)
class Answering:
    """What answers need beside their request.

    Args:
        books: Where generations are entered.
        pace: The factor on every delay; 0 for none.
        reset: Resets the connection of a client, given its host and port.
        patience: Whom it has refused.
        cache: Which prompts it has seen.
    """

    books: Books
    pace: float
    reset: Callable[[tuple[str, int]], None]
    patience: Patience = field(default_factory=Patience)
    cache: PromptCache = field(default_factory=PromptCache)

    async def complete(self, request: Request, chat: ChatRequest) -> Response:
        """Answer a valid request: with the first of its models that can."""
        generation_id, attempts = new_id(), list[dict[str, Any]]()
        response = failure(refusal(400, "No models provided"))
        for candidate in chat.candidates:
            admitted = admit(chat, candidate)
            if isinstance(admitted, Fault):
                response, fault = failure(admitted), admitted
            else:
                entry = self._entry(request, chat, admitted, generation_id)
                entry.requested, entry.attempts = chat.candidates[0], [*attempts, *admitted.refusals]
                reply = self._reply(chat, admitted, entry)
                if isinstance(reply, Reply):
                    return await self._answer(request, chat, admitted, entry, reply)
                response, fault = self._refuse(reply, entry), reply
                attempt = {"status": fault.status, "provider_name": entry.provider, "model_permaslug": entry.model}
                attempts = [*attempts, attempt]
            if not _goes_on(fault):
                break
        return response

    def _entry(self, request: Request, chat: ChatRequest, admitted: Admitted, generation_id: str) -> Entry:
        endpoint = admitted.route.endpoint
        cached = self.cache.cached_tokens(endpoint, chat.messages)
        attached = Measured() if isinstance(chat.attached, Fault) else chat.attached
        pages = sum(admitted.parsed(chat).values())
        return Entry(
            id=generation_id,
            requested=chat.candidates[0],
            model=admitted.served_slug,
            provider=admitted.provider,
            usage=Usage(
                endpoint.prices,
                admitted.prompt_tokens,
                cached=min(cached, admitted.prompt_tokens),
                is_byok=endpoint.provider.own_key,
                audio=attached.audio,
                video=attached.video,
                scanned=0 if chat.pdf_engine in _FREE_ENGINES else pages,
            ),
            streamed=chat.streams,
            origin=_origin(request, chat),
            bills_in_full=endpoint.provider.bills_in_full,
            router=admitted.named.router,
            preset=chat.preset,
            attachments=len(chat.attachments),
            parsed_pages=pages,
        )

    def _reply(self, chat: ChatRequest, admitted: Admitted, entry: Entry) -> Reply | Fault:
        model_id = admitted.named.model.id
        if not self.patience.refuses(model_id, entry.origin.session_id, chat.digest):
            if isinstance(chat.attached, Fault) and model_id != _ECHO:
                return chat.attached
            reply = fault_of(model_id) or reply_to(chat, admitted.named)
            parsed = admitted.parsed(chat)
            return with_parsed(reply, chat, parsed) if isinstance(reply, Reply) and parsed else reply
        if model_id == "demo/flaky-first" and chat.streams:
            return refused_first(model_id)
        return faults()[model_id]

    async def _answer(
        self, request: Request, chat: ChatRequest, admitted: Admitted, entry: Entry, reply: Reply
    ) -> Response:
        entry.usage = replace(entry.usage, spoken=reply.spoken)
        entry.images = reply.images
        self.books.open(entry)
        await self._wait(entry, reply.waits_for_headers)
        wants_routing = request.headers.get("x-openrouter-metadata", "").casefold() == "enabled"
        wants_echo = chat.streams and (chat.settings.get("debug") or {}).get("echo_upstream_body") is True
        completion = Completion(
            reply,
            entry,
            echo=admitted.upstream_body(chat) if wants_echo else None,
            routing=admitted.routing(entry.requested, entry.attempts) if wants_routing else None,
            is_text=chat.is_text,
            top_logprobs=chat.top_logprobs if admitted.can("logprobs") else None,
        )
        return self._stream(request, completion) if chat.streams else await self._whole(request, completion)

    async def _wait(self, entry: Entry, seconds: float) -> None:
        try:
            await asyncio.sleep(seconds * self.pace)
        except asyncio.CancelledError:  # the server stops
            self.books.leave(entry)
            raise

    def _refuse(self, fault: Fault, entry: Entry) -> Response:
        response = failure(fault)
        if "code" in fault.error:  # the others come from somebody before OpenRouter, who started nothing
            entry.http_status = fault.status
            self.books.open(entry)
            self.books.fail(entry, is_insured=True)
            response.headers["X-Generation-Id"] = entry.id
        return response

    def _stream(self, request: Request, completion: Completion) -> Response:
        body = events(completion, self.pace, self.books, lambda: self._reset(request))
        headers = {"X-Generation-Id": completion.entry.id, "Cache-Control": "no-cache"}
        return Streamed(
            body,
            headers=headers,
            media_type="text/event-stream",
            is_cut=completion.reply.ending in (Ending.CUT, Ending.RESET),
            ended=lambda: self.books.leave(completion.entry),
        )

    async def _whole(self, request: Request, completion: Completion) -> Response:
        reply, entry = completion.reply, completion.entry
        if reply.ending is Ending.STALL:
            return Silence(lambda: self.books.leave(entry))
        await self._wait(entry, _seconds(reply))
        entry.has_sent(reply.spoken)
        if reply.ending in (Ending.STOP, Ending.LENGTH, Ending.TOOL_CALLS, Ending.CONTENT_FILTER):
            self.books.complete(entry, completion.finish_reason, completion.native_finish_reason)
        else:
            self.books.fail(entry, is_insured=reply.is_insured)
        headers = {"X-Generation-Id": entry.id, "Cache-Control": "no-cache"}
        if reply.ending is Ending.ERROR and not reply.tokens:
            return json_response({"error": completion.error}, headers=headers)
        if reply.ending not in (Ending.CUT, Ending.RESET):
            return json_response(whole(completion), headers=headers)
        return Streamed(
            self._first_half(request, completion),
            headers=headers,
            media_type="application/json",
            is_cut=True,
            ended=lambda: None,
        )

    async def _first_half(self, request: Request, completion: Completion) -> AsyncIterator[bytes]:
        body = encoded(whole(completion))
        yield body[: len(body) // 2]
        if completion.reply.ending is Ending.RESET:
            self._reset(request)

    def _reset(self, request: Request) -> None:
        if request.client is not None:
            self.reset((request.client.host, request.client.port))


def _goes_on(fault: Fault) -> bool:
    """Whether the next model of a request is tried after this fault."""
    is_daily = fault.error.get("metadata", {}).get("limit_source") == "openrouter_free_tier_daily"
    return (fault.status in (403, 404, 408, 429) and not is_daily) or fault.status >= 500


def _origin(request: Request, chat: ChatRequest) -> Origin:
    settings = chat.settings
    return Origin(
        session_id=request.headers.get("x-session-id") or settings.get("session_id"),
        user=settings.get("user"),
        metadata=settings.get("metadata") or {},
        user_agent=request.headers.get("user-agent"),
        http_referer=request.headers.get("http-referer") or request.headers.get("referer"),
    )


def _seconds(reply: Reply) -> float:
    return min(reply.latency + (reply.spoken.total / reply.speed if reply.speed else 0), _LONGEST_WAIT)
