"""The emulator's routes: OpenRouter's API under `/api/v1`, as an ASGI application."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any, TypeAlias

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route
from starlette.types import Send

from chat_tui.demo import catalogue, stream
from chat_tui.demo.books import Books, prompt_tokens
from chat_tui.demo.faults import Fault, fault_of
from chat_tui.demo.replies import Ending, reply_to
from chat_tui.demo.request import ChatRequest, parse

DEMO_KEY = "sk-or-v1-demo-this-is-not-a-real-key"
INVALID_KEY = "sk-or-v1-invalid"

_MODALITIES = {
    *("text", "image", "embeddings", "audio", "video", "rerank", "decisions", "speech", "transcription"),
    "all",
}
_LONGEST_WAIT = 1.0  # seconds before an answer that isn't streamed

_Endpoint: TypeAlias = Callable[[Request], Coroutine[Any, Any, Response]]


def make_app(pace: float = 1.0) -> Starlette:
    """Build the emulator.

    Args:
        pace: The factor on every delay; 0 for none.
    """
    books = Books()

    async def models(request: Request) -> Response:
        return _list_models(request)

    async def key(request: Request) -> Response:
        refused = _check_key(request)
        return _failure(refused) if refused else _json({"data": books.key_as_json()})

    async def chat_completions(request: Request) -> Response:
        refused = _check_key(request)
        if refused:
            return _failure(refused)
        chat = parse(await request.body())
        if isinstance(chat, Fault):
            return _failure(chat)
        return await _complete(chat, books, pace)

    async def unknown_route(_: Request, __: Exception) -> Response:
        return _failure(Fault(404, "Not Found"))

    async def wrong_method(_: Request, error: Exception) -> Response:
        allowed = error.headers if isinstance(error, HTTPException) else None
        return _failure(Fault(405, "Method Not Allowed", headers=allowed or {}))

    app = Starlette(
        routes=[
            _route("models", models, "GET"),
            _route("key", key, "GET"),
            _route("auth/key", key, "GET"),  # the older name, still answered
            _route("chat/completions", chat_completions, "POST"),
        ],
        exception_handlers={404: unknown_route, 405: wrong_method},
    )
    app.router.redirect_slashes = False  # a client must not follow a redirect with its key
    return app


def _route(path: str, endpoint: _Endpoint, method: str) -> Route:
    return Route(f"/api/v1/{path}", endpoint, methods=[method])


def _json(value: object, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    return Response(stream.encoded(value), status, headers, "application/json")


def _failure(fault: Fault) -> Response:
    return _json(fault.as_json(), fault.status, dict(fault.headers))


def _check_key(request: Request) -> Fault | None:
    scheme, _, key = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not key.strip():
        return Fault(401, "No cookie auth credentials found")
    return Fault(401, "User not found.") if key.strip() == INVALID_KEY else None


def _list_models(request: Request) -> Response:
    wanted = set(request.query_params.get("output_modalities", "text").split(","))
    if not wanted <= _MODALITIES:
        # Validation of the query has an error shape of its own, without a code.
        problem = {"name": "ZodError", "message": '[{"path":["output_modalities"],"message":"Invalid input"}]'}
        return _json({"success": False, "error": problem}, 400)
    listed = [
        model.entry
        for model in catalogue.models().values()
        if "all" in wanted or not wanted.isdisjoint(model.entry["architecture"]["output_modalities"])
    ]
    headers = {"Cache-Control": "public, max-age=300, stale-while-revalidate=3600"}
    return _json({"data": listed, "total_count": len(listed), "links": {"next": None}}, headers=headers)


async def _complete(chat: ChatRequest, books: Books, pace: float) -> Response:
    model = catalogue.route(chat.model_id, chat.digest)
    if model is None:
        return _failure(Fault(400, f"{chat.model_id} is not a valid model ID", names_user=True))
    fault = fault_of(model.id)
    if fault:
        response = _failure(fault)
        response.headers["X-Generation-Id"] = stream.new_id()
        return response
    completion = stream.Completion(model, reply_to(chat, model), prompt_tokens(chat.messages))
    headers = {"X-Generation-Id": completion.id, "Cache-Control": "no-cache"}
    reply = completion.reply
    is_cut = reply.ending is Ending.CUT
    if chat.streams:
        response_type = _CutResponse if is_cut else StreamingResponse
        body = stream.events(completion, pace, books.enter)
        return response_type(body, headers=headers, media_type="text/event-stream")
    seconds = reply.latency + (reply.token_count / reply.speed if reply.speed else 0)
    await asyncio.sleep(min(seconds, _LONGEST_WAIT) * pace)
    whole = stream.whole(completion)
    if is_cut:
        return _CutResponse(_first_half(stream.encoded(whole)), headers=headers, media_type="application/json")
    books.enter(completion.usage)
    return _json(whole, headers=headers)


async def _first_half(body: bytes) -> AsyncIterator[bytes]:
    yield body[: len(body) // 2]


class _CutResponse(StreamingResponse):
    """A response that never says that it is complete: the server then closes the connection under it."""

    async def stream_response(self, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        async for chunk in self.body_iterator:
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
