"""What isn't a completion: the catalogue, who serves it, presets, and the account."""

from collections.abc import Mapping, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from chat_tui.demo import account
from chat_tui.demo.books import Books
from chat_tui.demo.catalogue import models
from chat_tui.demo.endpoints import endpoints_of
from chat_tui.demo.faults import Fault, invalid_query, refusal
from chat_tui.demo.keys import LIMITED_KEY, key_of
from chat_tui.demo.listing import matching, page_of
from chat_tui.demo.names import named
from chat_tui.demo.presets import Presets, designated, listed
from chat_tui.demo.providers import providers
from chat_tui.demo.request import parse
from chat_tui.demo.responses import failure, json_response

_CACHED = {"Cache-Control": "public, max-age=300, stale-while-revalidate=3600"}
_DEFAULT_PRESETS, _MOST_PRESETS = 50, 100


async def list_models(request: Request) -> Response:
    """Answer `/models`."""
    return _list(request, request.query_params, _CACHED)


async def list_own_models(request: Request) -> Response:
    """Answer `/models/user`: what the account may use, which here is all that keeps no data."""
    known = ("output_modalities", "sort", "offset", "limit")
    query = {name: value for name, value in request.query_params.items() if name in known}
    return _list(request, {**query, "zdr": "true"}, {})


def _list(request: Request, query: Mapping[str, str], headers: Mapping[str, str]) -> Response:
    page = page_of(query, request.url.path)
    if isinstance(page, Fault):
        return failure(page)
    data = [model.entry for model in page.models]
    return json_response({"data": data, "total_count": page.total, "links": {"next": page.next}}, headers=headers)


async def count_models(request: Request) -> Response:
    """Answer `/models/count`."""
    wanted = request.query_params.get("output_modalities", "text")
    found = matching({"output_modalities": wanted})
    return failure(found) if isinstance(found, Fault) else json_response({"data": {"count": len(found)}})


async def show_model(request: Request) -> Response:
    """Answer `/model/{author}/{slug}`."""
    found = named("{author}/{slug}".format(**request.path_params), 0)
    if found is None or found.is_missing:
        return failure(refusal(404, "Model not found"))
    return json_response({"data": found.model.entry}, headers=_CACHED)


async def list_endpoints(request: Request) -> Response:
    """Answer `/models/{author}/{slug}/endpoints`."""
    model = models().get("{author}/{slug}".format(**request.path_params))
    if model is None:
        return failure(refusal(404, "Model not found"))
    about = {name: model.entry[name] for name in ("id", "name", "created", "description", "architecture")}
    has_key = not isinstance(key_of(request), Fault)
    offers = [endpoint.public(has_key=has_key) for endpoint in endpoints_of(model)]
    return json_response({"data": {**about, "endpoints": offers}}, headers=_CACHED)


async def list_zdr_endpoints(request: Request) -> Response:
    """Answer `/endpoints/zdr`."""
    has_key = not isinstance(key_of(request), Fault)
    offers = [endpoint for model in models().values() for endpoint in endpoints_of(model) if endpoint.provider.zdr]
    return json_response({"data": [endpoint.public(has_key=has_key) for endpoint in offers]}, headers=_CACHED)


async def list_providers(_: Request) -> Response:
    """Answer `/providers`."""
    return json_response({"data": [provider.entry for provider in providers().values()]}, headers=_CACHED)


class PresetPages:
    """What the account's presets are, and where a new one is saved.

    Args:
        presets: The presets.
    """

    def __init__(self, presets: Presets) -> None:
        self._presets = presets

    async def list_all(self, request: Request) -> Response:
        """Answer `/presets`."""
        return _part(request, [listed(preset) for preset in self._presets.all()])

    async def show(self, request: Request) -> Response:
        """Answer `/presets/{slug}`."""
        preset = self._presets.get(request.path_params["slug"])
        return _no_preset() if preset is None else json_response({"data": designated(preset)})

    async def list_versions(self, request: Request) -> Response:
        """Answer `/presets/{slug}/versions`, the newest first."""
        preset = self._presets.get(request.path_params["slug"])
        return _no_preset() if preset is None else _part(request, preset["versions"][::-1])

    async def show_version(self, request: Request) -> Response:
        """Answer `/presets/{slug}/versions/{number}`."""
        preset = self._presets.get(request.path_params["slug"])
        versions, number = preset["versions"] if preset else [], request.path_params["number"]
        return json_response({"data": versions[number - 1]}) if 1 <= number <= len(versions) else _no_preset()

    async def save(self, request: Request) -> Response:
        """Answer POST `/presets/{slug}/chat/completions`: keeps the request's settings, and runs nothing."""
        if key_of(request) == LIMITED_KEY:
            return failure(refusal(403, "This key may not change presets"))
        body = parse(await request.body(), self._presets)
        if isinstance(body, Fault):
            return failure(body)
        preset = self._presets.save(request.path_params["slug"], body.body)
        if preset is None:
            return failure(refusal(400, "slug: lower-case letters, digits and hyphens"))
        return json_response({"data": designated(preset)})


def _no_preset() -> Response:
    return failure(refusal(404, "Preset not found"))


def _part(request: Request, everything: Sequence[Mapping[str, Any]]) -> Response:
    bounds = {"offset": (0, 0, None), "limit": (_DEFAULT_PRESETS, 1, _MOST_PRESETS)}
    chosen = {}
    for name, (default, least, most) in bounds.items():
        text = request.query_params.get(name, str(default))
        chosen[name] = int(text) if text.isascii() and text.isdigit() else -1
        if chosen[name] < least or (most and chosen[name] > most):
            return failure(invalid_query(name, f"expected a whole number from {least}"))
    shown = everything[chosen["offset"] : chosen["offset"] + chosen["limit"]]
    return json_response({"data": shown, "total_count": len(everything)})


class Account:
    """What is read from the books.

    Args:
        books: The books.
    """

    def __init__(self, books: Books) -> None:
        self._books = books

    async def show_key(self, _: Request) -> Response:
        """Answer `/key`."""
        return json_response({"data": account.key_as_json(self._books.spent, self._books.spent_upstream)})

    async def show_credits(self, _: Request) -> Response:
        """Answer `/credits`."""
        return json_response({"data": account.credits_as_json(self._books.spent)})

    async def show_generation(self, request: Request) -> Response:
        """Answer `/generation?id=`."""
        generation_id = request.query_params.get("id", "")
        if not generation_id:
            return failure(invalid_query("id", "Required"))
        if self._books.trouble:
            return _troubled(self._books.trouble.pop(0), generation_id)
        entry = self._books.find(generation_id)
        if entry is None:
            return failure(refusal(404, f"Generation {generation_id} not found"))
        return json_response({"data": entry.as_json()})


def _troubled(kind: str, generation_id: str) -> Response:
    """Answer as a server in trouble: with an error, a page, what another generation cost, or nothing of use."""
    if kind == "error":
        return failure(refusal(503, "Service unavailable"))
    if kind == "garbage":
        return Response("<html><body>Bad gateway</body></html>", media_type="text/html")
    if kind == "other":
        return json_response({"data": {"id": f"{generation_id}-other", "total_cost": 0.25, "usage": 0.25}})
    cost = -0.25 if kind == "negative" else "a lot"
    return json_response({"data": {"id": generation_id, "total_cost": cost, "usage": None}})
