"""`/chat/completions`: from a request to its response, with an entry in the books for each generation."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

from starlette.requests import Request
from starlette.responses import Response

from chat_tui.demo import catalogue
from chat_tui.demo.books import Books, Entry, Origin
from chat_tui.demo.breaking import refused_first
from chat_tui.demo.completion import Completion, encoded, new_id
from chat_tui.demo.faults import Fault, Patience, fault_of, faults, refusal
from chat_tui.demo.providers import providers
from chat_tui.demo.replies import reply_to
from chat_tui.demo.reply import Ending, Reply
from chat_tui.demo.request import ChatRequest
from chat_tui.demo.responses import Silence, Streamed, failure, json_response
from chat_tui.demo.stream import events
from chat_tui.demo.usage import Prices, Usage, prompt_tokens
from chat_tui.demo.whole import whole

_LONGEST_WAIT = 1.0  # seconds before an answer that isn't streamed


@dataclass(frozen=True, slots=True)
class Answering:
    """What answers need beside their request.

    Args:
        books: Where generations are entered.
        pace: The factor on every delay; 0 for none.
        reset: Resets the connection of a client, given its host and port.
    """

    books: Books
    pace: float
    reset: Callable[[tuple[str, int]], None]
    patience: Patience = field(default_factory=Patience)

    async def complete(self, request: Request, chat: ChatRequest) -> Response:
        """Answer a valid request."""
        model = catalogue.route(chat.model_id, chat.digest)
        if model is None:
            return failure(refusal(400, f"{chat.model_id} is not a valid model ID", names_user=True))
        entry = Entry(
            id=new_id(),
            requested=chat.model_id,
            model=model.served_slug,
            provider=model.provider,
            usage=Usage(Prices.from_json(model.entry["pricing"]), prompt_tokens(chat.messages)),
            streamed=chat.streams,
            origin=_origin(request, chat),
            bills_in_full=providers()[model.provider].bills_in_full,
            attachments=len(chat.attachment_types),
        )
        reply = reply_to(chat, model)
        fault = fault_of(model.id)
        if self.patience.refuses(model.id, entry.origin.session_id, chat.digest):
            fault = faults()[model.id]
            if model.id == "demo/flaky-first" and chat.streams:
                fault, reply = None, refused_first(model.id)
        if fault is not None:
            return self._refuse(fault, entry)
        entry.usage = Usage(entry.usage.prices, entry.usage.prompt, reply.spoken)
        entry.images = reply.images
        self.books.open(entry)
        await asyncio.sleep(reply.waits_for_headers * self.pace)
        completion = Completion(reply, entry)
        return self._stream(request, completion) if chat.streams else await self._whole(request, completion)

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
        await asyncio.sleep(_seconds(reply) * self.pace)
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


def _origin(request: Request, chat: ChatRequest) -> Origin:
    metadata = chat.body.get("metadata")
    session_id = request.headers.get("x-session-id") or chat.body.get("session_id")
    return Origin(
        session_id=str(session_id) if session_id else None,
        user=str(chat.body["user"]) if chat.body.get("user") else None,
        metadata={str(key): str(value) for key, value in metadata.items()} if isinstance(metadata, dict) else {},
        user_agent=request.headers.get("user-agent"),
        http_referer=request.headers.get("http-referer") or request.headers.get("referer"),
    )


def _seconds(reply: Reply) -> float:
    return min(reply.latency + (reply.spoken.total / reply.speed if reply.speed else 0), _LONGEST_WAIT)
