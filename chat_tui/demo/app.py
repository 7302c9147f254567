"""The emulator's routes: OpenRouter's API under `/api/v1`, as an ASGI application."""

from collections.abc import Callable, Coroutine
from typing import Any, TypeAlias

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from chat_tui.demo import account, catalogue
from chat_tui.demo.answering import Answering
from chat_tui.demo.books import Books
from chat_tui.demo.faults import Fault, invalid_query, refusal
from chat_tui.demo.request import parse
from chat_tui.demo.responses import failure, json_response

DEMO_KEY = "sk-or-v1-demo-this-is-not-a-real-key"
INVALID_KEY = "sk-or-v1-invalid"

_MODALITIES = {
    *("text", "image", "embeddings", "audio", "video", "rerank", "decisions", "speech", "transcription"),
    "all",
}

_Endpoint: TypeAlias = Callable[[Request], Coroutine[Any, Any, Response]]


def make_app(
    pace: float = 1.0, *, books: Books | None = None, reset: Callable[[tuple[str, int]], None] | None = None
) -> Starlette:
    """Build the emulator.

    Args:
        pace: The factor on every delay; 0 for none.
        books: Where generations are entered; its own by default.
        reset: Resets the connection of a client, given its host and port; without it such connections end plainly.
    """
    books = books or Books()
    answering = Answering(books, pace, reset or (lambda _: None))

    async def models(request: Request) -> Response:
        return _list_models(request)

    async def key(_: Request) -> Response:
        return json_response({"data": account.key_as_json(books.spent)})

    async def credits_(_: Request) -> Response:
        return json_response({"data": account.credits_as_json(books.spent)})

    async def generation(request: Request) -> Response:
        generation_id = request.query_params.get("id", "")
        if not generation_id:
            return failure(invalid_query("id", "Required"))
        entry = books.find(generation_id)
        if entry is None:
            return failure(refusal(404, f"Generation {generation_id} not found"))
        return json_response({"data": entry.as_json()})

    async def chat_completions(request: Request) -> Response:
        chat = parse(await request.body())
        return failure(chat) if isinstance(chat, Fault) else await answering.complete(request, chat)

    async def unknown_route(_: Request, __: Exception) -> Response:
        return failure(refusal(404, "Not Found"))

    async def wrong_method(_: Request, error: Exception) -> Response:
        allowed = error.headers if isinstance(error, HTTPException) else None
        return failure(refusal(405, "Method Not Allowed", headers=allowed))

    app = Starlette(
        routes=[
            _route("models", models),
            _route("key", _with_key(key)),
            _route("auth/key", _with_key(key)),  # the older name, still answered
            _route("credits", _with_key(credits_)),
            _route("generation", _with_key(generation)),
            _route("chat/completions", _with_key(chat_completions), "POST"),
        ],
        exception_handlers={404: unknown_route, 405: wrong_method},
    )
    app.router.redirect_slashes = False  # a client must not follow a redirect with its key
    return app


def _route(path: str, endpoint: _Endpoint, method: str = "GET") -> Route:
    return Route(f"/api/v1/{path}", endpoint, methods=[method])


def _with_key(endpoint: _Endpoint) -> _Endpoint:
    async def checked(request: Request) -> Response:
        refused = _check_key(request)
        return failure(refused) if refused else await endpoint(request)

    return checked


def _check_key(request: Request) -> Fault | None:
    scheme, _, key = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not key.strip():
        return refusal(401, "No cookie auth credentials found")
    return refusal(401, "User not found.") if key.strip() == INVALID_KEY else None


def _list_models(request: Request) -> Response:
    wanted = set(request.query_params.get("output_modalities", "text").split(","))
    if not wanted <= _MODALITIES:
        return failure(invalid_query("output_modalities", "Invalid input"))
    listed = [
        model.entry
        for model in catalogue.models().values()
        if "all" in wanted or not wanted.isdisjoint(model.entry["architecture"]["output_modalities"])
    ]
    headers = {"Cache-Control": "public, max-age=300, stale-while-revalidate=3600"}
    return json_response({"data": listed, "total_count": len(listed), "links": {"next": None}}, headers=headers)
