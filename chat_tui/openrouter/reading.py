"""Reading what a server may tell, of itself or of the account, and may as well not have."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

from chat_tui.openrouter import answers, errors, sentences
from chat_tui.openrouter.addresses import query_of, with_query
from chat_tui.openrouter.connection import Connection
from chat_tui.openrouter.exact_json import decode_json
from chat_tui.openrouter.server import Server
from chat_tui.text import one_line

MODEL = "model"

_NO_SUCH_ROUTE = frozenset({404, 405, 501})
_MOST_PAGES = 100
_LONGEST_NAME = 80

# What servers say about an address that they don't know at all, as against a thing that they don't have.
_KNOWS_NO_ROUTE = re.compile(
    r"\s*(?:404 )?(?:(?:the )?(?:page|file|path|route|url|endpoint) )?not found[.!]?\s*"
    r"|unexpected endpoint.*|cannot get .*|",
    re.IGNORECASE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is read, for sentences.

    Args:
        things: As in “offers no …”: `account balance`, `presets`.
        one: As in “has no … “name””, when one of them is asked for: `preset`; `MODEL` for a model.
        name: The name of that one.
        advice: What to do when it is missing.
    """

    things: str
    one: str | None = None
    name: str = ""
    advice: str = ""


class Reader:
    """Reads JSON from one server; no key and no user's id is in what it returns."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._server = connection.server

    async def text(self, path: str, wanted: Wanted, parameters: Mapping[str, str] | None = None) -> str:
        """Return the body of the reply.

        Args:
            path: Encoded, below the base URL.
            wanted: What it is, for sentences.
            parameters: The query, not encoded.

        Raises:
            NotOffered: The server has nothing of this kind.
            NotFound: It has, but not the one that was asked for; `UnknownModel` when that is a model.
            OpenRouterError: No reply, or another error.
        """
        try:
            text = await self._connection.get(with_query(path, parameters or {}))
        except errors.StatusError as error:
            if error.status not in _NO_SUCH_ROUTE:
                raise
            if wanted.one is None or error.status != 404 or _KNOWS_NO_ROUTE.fullmatch(error.message or ""):
                raise _not_offered(self._server, wanted, error.status) from error
            raise _missing(self._server, wanted, error) from error
        except errors.NotOpenRouter as error:
            if error.code is not None and error.code.isdecimal() and int(error.code) in _NO_SUCH_ROUTE:
                raise errors.NotOffered(error.sentence, code=error.code) from error
            raise
        if sentences.is_web_page(text):
            page = sentences.web_page(self._server, text, 200)
            raise errors.NotOffered(page.sentence, code=page.code)
        return self._server.without_keys(text)

    async def data(self, path: str, wanted: Wanted, parameters: Mapping[str, str] | None = None) -> dict[str, Any]:
        """Return the object `data` of the reply; arguments and errors as in `text`.

        Raises:
            OpenRouterError: Also when there is no such object.
        """
        value = self._value(await self.text(path, wanted, parameters), wanted)
        data = value.get("data") if isinstance(value, dict) else None
        if not isinstance(data, dict):
            raise sentences.unreadable(self._server, 200)
        kept: dict[str, Any] = self._server.without_secrets(data)
        return kept

    async def items(
        self, path: str, wanted: Wanted, parameters: Mapping[str, str] | None = None
    ) -> list[dict[str, Any]]:
        """Return the objects in the list `data`, of all pages; arguments and errors as in `text`.

        Raises:
            OpenRouterError: Also when there is no such list.
        """
        found: list[dict[str, Any]] = []
        async with aclosing(self.pages(path, wanted, parameters)) as pages:
            async for _, value in pages:
                page = _list_in(value)
                if page is None:
                    raise sentences.unreadable(self._server, 200)
                found += [self._server.without_secrets(item) for item in page if isinstance(item, dict)]
        return found

    async def pages(
        self,
        path: str,
        wanted: Wanted,
        parameters: Mapping[str, str] | None = None,
        *,
        first_only: bool = False,
        decode: Callable[[str], Any] = decode_json,
    ) -> AsyncGenerator[tuple[str, Any], None]:
        """Yield the JSON of each page of a list as text and as value; arguments and errors as in `text`.

        Where the next one is, the server says with an address, of which only the query counts, or by counting more
        entries than there were.
        """
        asked = dict(parameters or {})
        passed = int(asked.get("offset", 0))
        previous: list[Any] | None = None
        for _ in range(_MOST_PAGES):
            text = await self.text(path, wanted, asked)
            value = await asyncio.to_thread(self._value, text, wanted, decode)  # a catalogue is a megabyte
            page = _list_in(value)
            if page is not None and page == previous:  # a server that knows no pages sends the same again
                return
            yield text, value
            if not page or first_only:
                return
            passed += len(page)
            following = _next_page(value, asked, passed)
            if following is None:
                return
            asked, previous = following, page

    def _value(self, text: str, wanted: Wanted, decode: Callable[[str], Any] = decode_json) -> Any:
        try:
            value = decode(text)
        except ValueError as error:
            raise answers.not_ours(self._server, text) from error
        failed = value.get("error") if isinstance(value, dict) else None
        if isinstance(failed, str) and _KNOWS_NO_ROUTE.fullmatch(failed):  # LM Studio says it under HTTP 200
            raise _not_offered(self._server, wanted, 200)
        if failed and "data" not in value:
            raise answers.not_ours(self._server, text)
        return value


def _list_in(value: Any) -> list[Any] | None:
    listed = value.get("data", value) if isinstance(value, dict) else value
    if listed is None:  # an empty list, from servers written in Go
        return []
    return listed if isinstance(listed, list) else None


def _next_page(value: Any, asked: Mapping[str, str], passed: int) -> dict[str, str] | None:
    """Return the query for the page after `value`, before which and with which `passed` entries came."""
    if not isinstance(value, dict):
        return None
    links = value.get("links")
    following = links.get("next") if isinstance(links, dict) else None
    if isinstance(following, str) and following:
        return query_of(following) or None
    count = value.get("total_count")
    return {**asked, "offset": str(passed)} if isinstance(count, int) and count > passed else None


def _not_offered(server: Server, wanted: Wanted, status: int) -> errors.NotOffered:
    why = (
        "The base URL should end in /api/v1; correct it in the settings."
        if server.name == "OpenRouter"
        else "Servers other than OpenRouter often don't; if this is one that does, check the base URL."
    )
    return errors.NotOffered(
        f"{server.name} offers no {wanted.things} (HTTP {status}). {why}",
        code=str(status),
        actions=("check_base_url",),
    )


def _missing(server: Server, wanted: Wanted, error: errors.StatusError) -> errors.StatusError:
    """Return the error for one thing that isn't there, with the rest of what `error` knows."""
    kind = errors.UnknownModel if wanted.one == MODEL else errors.NotFound
    return kind(
        f"{server.name} has no {wanted.one} “{one_line(wanted.name, _LONGEST_NAME)}”. {wanted.advice}",
        status=error.status,
        code=error.code,
        message=error.message,
        metadata=error.metadata,
        availability=error.availability,
        actions=("other_model",) if kind is errors.UnknownModel else (),
    )
