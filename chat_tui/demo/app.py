"""The emulator's routes: OpenRouter's API under `/api/v1`, as an ASGI application."""

from collections.abc import Callable, Coroutine
from typing import Any, TypeAlias

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from chat_tui.demo import reading
from chat_tui.demo.answering import Answering
from chat_tui.demo.books import Books
from chat_tui.demo.faults import Fault, refusal
from chat_tui.demo.keys import DEMO_KEY, INVALID_KEY, key_of
from chat_tui.demo.presets import Presets
from chat_tui.demo.request import parse
from chat_tui.demo.responses import failure

__all__ = ["DEMO_KEY", "INVALID_KEY", "make_app"]

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
    account = reading.Account(books)
    presets = Presets()
    pages = reading.PresetPages(presets)
    answering = Answering(books, pace, reset or (lambda _: None))

    async def complete(request: Request) -> Response:
        chat = parse(await request.body(), presets)
        return failure(chat) if isinstance(chat, Fault) else await answering.complete(request, chat)

    app = Starlette(
        routes=[
            _route("models", reading.list_models),
            _route("models/count", reading.count_models),
            _route("models/user", _with_key(reading.list_own_models)),
            _route("models/{author}/{slug}/endpoints", reading.list_endpoints),
            _route("model/{author}/{slug}", reading.show_model),
            _route("endpoints/zdr", reading.list_zdr_endpoints),
            _route("providers", reading.list_providers),
            _route("presets", _with_key(pages.list_all)),
            _route("presets/{slug}", _with_key(pages.show)),
            _route("presets/{slug}/versions", _with_key(pages.list_versions)),
            _route("presets/{slug}/versions/{number:int}", _with_key(pages.show_version)),
            _route("presets/{slug}/chat/completions", _with_key(pages.save), "POST"),
            _route("key", _with_key(account.show_key)),
            _route("auth/key", _with_key(account.show_key)),  # the older name, still answered
            _route("credits", _with_key(account.show_credits)),
            _route("generation", _with_key(account.show_generation)),
            _route("chat/completions", _with_key(complete), "POST"),
            _route("completions", _with_key(complete), "POST"),
        ],
        exception_handlers={404: _unknown_route, 405: _wrong_method},
    )
    app.router.redirect_slashes = False  # a client must not follow a redirect with its key
    return app


def _route(path: str, endpoint: _Endpoint, method: str = "GET") -> Route:
    return Route(f"/api/v1/{path}", endpoint, methods=[method])


def _with_key(endpoint: _Endpoint) -> _Endpoint:
    async def checked(request: Request) -> Response:
        key = key_of(request)
        return failure(key) if isinstance(key, Fault) else await endpoint(request)

    return checked


async def _unknown_route(_: Request, __: Exception) -> Response:
    return failure(refusal(404, "Not Found"))


async def _wrong_method(_: Request, error: Exception) -> Response:
    allowed = error.headers if isinstance(error, HTTPException) else None
    return failure(refusal(405, "Method Not Allowed", headers=allowed))
